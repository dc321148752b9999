import itertools
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.comparison.worlds import asem, asem_steps, flat, table

from kenes.comparison import build, contributions, sensitivity, uncertainty
from kenes.comparison.declared.coin import from_coin
from kenes.pages.figures import index as figures
from kenes.pages.figures import profile as profile_figures
from kenes.pages.figures import svg
from kenes.pages.figures.correlations import TreeCell, correlation_colour, correlation_map, correlation_tree
from kenes.pages.figures.index import FactorShare, RankBar
from kenes.pages.figures.radar import radar
from kenes.pages.language import language
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.languages import LANGUAGES

TAG = "{http://www.w3.org/2000/svg}"
NASTY = '<script>"&\x00'
BARS = [RankBar("b", 2, 1, 3), RankBar("a", 1, 1, 2), RankBar(NASTY, 3, 2, 3)]
SHARES = [FactorShare("weights", 0.2, 0.1, 0.3, 0.3, 0.2, 0.4), FactorShare(NASTY, 0.6, 0.5, 0.7, 0.7, 0.6, 0.8)]
CELLS = [TreeCell("index"), TreeCell("air", "index", 0.9), TreeCell("pm", "air", -0.4), TreeCell(NASTY, "air", 0.5)]
DRAWN = {
    "ranks": lambda say, **k: figures.rank_intervals(BARS, say, **k),
    "parts": lambda say, **k: figures.stacked_contributions(
        ["a", NASTY], {"air": [3, -1], NASTY: [1, np.nan]}, say, **k
    ),
    "sobol": lambda say, **k: figures.sobol_bars(SHARES, say, **k),
    "tree": lambda say, **k: correlation_tree(CELLS, say, **k),
    "map": lambda say, **k: correlation_map(["a", NASTY], [[1, np.nan], [np.nan, 1]], say, branches=["x", "x"], **k),
    "radar": lambda say, **k: radar(NASTY, ["a", "b", "c"], [10, np.nan, 30], [20, 20, 20], say, **k),
}


@pytest.fixture(scope="module")
def europe():
    rows, meta = asem()
    plain, data = from_coin(rows, meta, steps=asem_steps())
    return build(plain, data)


@pytest.mark.parametrize(("name", "code"), [*itertools.product(DRAWN, LANGUAGES)])
def test_every_figure_is_well_formed_named_and_free_of_style_and_script(name, code):
    root = ElementTree.fromstring(DRAWN[name](language(code), ident="f1"))
    first, second = root[0], root[1]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{first.get('id')} {second.get('id')}" == "f1-title f1-desc"
    assert len(first.text) > 5
    assert len(second.text) > 10
    assert "%(" not in first.text + second.text
    for mark in root.iter():
        assert mark.tag in {TAG + t for t in ("svg", "title", "desc", "text", "rect", "line", "circle", "polygon")}
        assert not {"style", "href"} & set(mark.attrib)
        assert not [a for a in mark.attrib if a.startswith("on")]
    assert all("nan" not in (v or "") for mark in root.iter() for v in mark.attrib.values())


@pytest.mark.parametrize(("name", "code"), [*itertools.product(DRAWN, LANGUAGES)])
def test_no_mark_and_no_text_lies_outside_its_figure(name, code):
    root = ElementTree.fromstring(DRAWN[name](language(code)))
    width, height = float(root.get("width")), float(root.get("height"))
    for mark in root.iter():
        xs = [float(mark.get(k)) for k in ("x", "x1", "x2", "cx") if mark.get(k)]
        ys = [float(mark.get(k)) for k in ("y", "y1", "y2", "cy") if mark.get(k)]
        assert all(0 <= x <= width for x in xs), mark.attrib
        assert all(0 <= y <= height for y in ys), mark.attrib
        if mark.tag == TAG + "text" and mark.text:
            room = len(mark.text) * float(mark.get("font-size")) * 0.55
            start = xs[0] - room * {"start": 0, "middle": 0.5, "end": 1}[mark.get("text-anchor")]
            assert start >= -1, mark.text
            assert start + room <= width + 1, mark.text


NARROW = {
    "parts": lambda: figures.stacked_contributions(
        ["Şanlıurfa ve çevresi" * 2, "b"], {"air " * 9: [3, 1], "x": [1, 2]}, width=360
    ),
    "sobol": lambda: figures.sobol_bars(
        [FactorShare("how values become scores " * 3, 0.2, 0.1, 0.3, 0.3, 0.2, 0.4)], width=360
    ),
    "radar": lambda: radar(
        "a", ["Yönetişim ve altyapı", "b", "Adam və cəmiyyət", "c"], [1, 2, 3, 4], [1, 1, 1, 1], radius=80, letters=13
    ),
}


@pytest.mark.parametrize("name", NARROW)
def test_a_narrow_figure_keeps_all_its_text_inside(name):
    root = ElementTree.fromstring(NARROW[name]())
    assert float(root.get("width")) <= 420
    for mark in root.iter(TAG + "text"):
        room = len(mark.text) * float(mark.get("font-size")) * 0.55
        start = float(mark.get("x")) - room * {"start": 0, "middle": 0.5, "end": 1}[mark.get("text-anchor")]
        assert -1 <= start <= start + room <= float(root.get("width")) + 1, mark.text


def test_a_label_breaks_at_blanks_and_only_its_last_line_is_cut():
    assert svg.lines_of("Governance and infrastructure", 14) == ["Governance and", "infrastructure"]
    assert svg.lines_of("one two three four five", 9) == ["one two", "three fo…"]


def test_ranks_have_whole_numbers_on_their_axis():
    root = ElementTree.fromstring(figures.rank_intervals(BARS))
    assert [t.text for t in root.iter(TAG + "text") if t.get("text-anchor") == "middle"] == ["1", "2", "3"]


def test_the_best_place_is_on_top_and_its_line_runs_from_low_to_high():
    root = ElementTree.fromstring(figures.rank_intervals(BARS, highlight=["b"]))
    names = [t.text for t in root.iter(TAG + "text") if t.get("text-anchor") == "end"]
    assert names == ["a", "b", '<script>"&']
    spans = [line for line in root.iter(TAG + "line") if line.get("stroke-linecap") == "round"]
    dots = list(root.iter(TAG + "circle"))
    for span, dot in zip(spans, dots, strict=True):
        assert float(span.get("x1")) <= float(dot.get("cx")) <= float(span.get("x2"))
    assert float(spans[0].get("x1")) == float(dots[0].get("cx"))
    assert dots[1].get("fill") != dots[0].get("fill")


def test_bars_of_contributions_are_as_long_as_their_parts_and_negative_ones_lie_left_of_zero():
    root = ElementTree.fromstring(figures.stacked_contributions(["a"], {"air": [6.0], "noise": [-2.0], "water": [4.0]}))
    bars = [r for r in root.iter(TAG + "rect") if len(r)]
    widths = [float(r.get("width")) for r in bars]
    assert widths[0] / widths[1] == pytest.approx(3, rel=0.01)
    assert widths[0] / widths[2] == pytest.approx(1.5, rel=0.01)
    starts = [float(r.get("x")) for r in bars]
    assert starts[1] + widths[1] == pytest.approx(starts[0], abs=0.2)
    assert starts[2] == pytest.approx(starts[0] + widths[0], abs=0.2)


def test_numbers_are_written_as_the_language_writes_them():
    assert "0,70" in DRAWN["sobol"](language("tr"))
    assert "0.70" in DRAWN["sobol"](language("en"))
    assert "\u22120,40" in DRAWN["tree"](language("kk"))


def test_a_figure_of_nothing_says_so():
    assert "No place is ranked." in figures.rank_intervals([])
    assert "1 indicator.</desc>" in correlation_map(["a"], [[1.0]])


def test_text_on_every_correlation_colour_can_be_read():
    for r in np.linspace(-1, 1, 201):
        fill = correlation_colour(float(r))
        light, dark = sorted((svg.luminance(fill), svg.luminance(svg.ink_on(fill))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, r
    assert correlation_colour(float("nan")) == svg.LINE
    assert correlation_colour(1.0) == svg.ACCENT


def test_neighbouring_colours_of_a_bar_differ_in_lightness_so_that_no_hue_need_be_told_apart():
    for a, b in itertools.pairwise(svg.SERIES):
        light, dark = sorted((svg.luminance(a), svg.luminance(b)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 1.15, (a, b)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(BadInput, match=r"3 to 24 axes.*bars"):
        radar("a", ["x", "y"], [1, 2], [1, 2])
    with pytest.raises(BadInput, match=r"node air.*2 parts"):
        figures.stacked_contributions(["a", "b"], {"air": [1.0]})
    with pytest.raises(BadInput, match="one node without a parent"):
        correlation_tree([TreeCell("a"), TreeCell("b")])
    with pytest.raises(BadInput, match="2 by 2"):
        correlation_map(["a", "b"], [[1.0]])


def test_figures_of_a_build_show_its_numbers(europe):
    drawn = uncertainty(europe, 50)
    ranks = profile_figures.rank_figure(europe, drawn)
    assert ranks.index(">CHE<") < ranks.index(">NLD<") < ranks.index(">RUS<")
    parts = profile_figures.contribution_figure(europe, most=3)
    assert [p in parts for p in (">CHE<", ">DNK<", ">NOR<")] == [True, True, False]
    row, leaves = europe.row("CHE"), europe.spec.tree.leaves_below(europe.position("Environ"))
    assert f"CHE, Environ: {contributions(europe)[row, list(leaves)].sum():.2f}" in parts
    found = sensitivity(europe, base=16)[0]
    assert f"{found.total.max():.2f}" in profile_figures.sensitivity_figure(found)
    tree = profile_figures.tree_figure(europe)
    assert "TBTs | Instit: \u22120.62" in tree
    cells = profile_figures.map_figure(europe).count("<title>")
    assert cells == 49 * 48 / 2
    radar = profile_figures.radar_figure(europe, "KAZ", language("tr"), peers=["MNG", "RUS", "NZL"])
    median = np.median([europe.node("Physical")[europe.row(p)] for p in ("MNG", "RUS", "NZL")])
    assert f"{europe.node('Physical')[europe.row('KAZ')]:.1f} | {median:.1f}".replace(".", ",") in radar


def test_places_without_a_rank_are_in_no_figure():
    values = np.random.default_rng(1).normal(size=(8, 4))
    values[2, :3] = np.nan
    profile = build(flat(4, ["normalise", {"aggregate": {"min_coverage": 0.5}}]), table(values))
    told = profile_figures.rank_figure(profile, uncertainty(profile, 20)) + profile_figures.contribution_figure(profile)
    assert "c0002" not in told
    assert "c0003" in told


def test_a_panel_is_drawn_for_its_last_year():
    data = table(np.random.default_rng(1).normal(size=(8, 4)))
    data["place"], data["year"] = [f"c{k % 4}" for k in range(8)], [2020] * 4 + [2021] * 4
    profile = build(flat(4, ["normalise", "aggregate"], time_column="year"), data)
    drawn = profile_figures.rank_figure(profile, uncertainty(profile, 20))
    assert [drawn.count(f">c{k}<") for k in range(4)] == [1] * 4
    assert profile_figures.last_rows(profile)[0] >= 4
