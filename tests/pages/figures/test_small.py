"""Classes of a map, and the small figures of lines and tables."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kenes.pages.figures.scales import quantile_scale
from kenes.pages.figures.small import bar, both, interval, quality_mark, sideways, sparkline
from kenes.pages.figures.svg import element


@given(st.dictionaries(st.text(max_size=4), st.floats(-1e6, 1e6), max_size=40), st.integers(1, 7))
def test_classes_follow_the_values(values, count):
    scale = quantile_scale(values, count)
    assert len(scale.classes) <= count
    assert sum(c.count for c in scale.classes) == len(values)
    ordered = sorted(values, key=values.__getitem__)
    tints = [scale.of[key] for key in ordered]
    assert tints == sorted(tints)
    for one, other in pairwise(ordered):
        assert values[one] != values[other] or scale.of[one] == scale.of[other]


def test_equal_values_share_one_class():
    assert len(quantile_scale({"a": 3.0, "b": 3.0, "c": 3.0}).classes) == 1


def test_a_missing_year_breaks_the_line():
    points = [(2015, 1.0), (2016, 2.0), (2018, 3.0), (2019, 4.0)]
    assert sparkline(points, label="x").count("<polyline") == 2
    assert sparkline([(2015, None), (2016, 2.0)], label="x") == ""


def test_a_label_in_a_figure_is_escaped():
    assert "&lt;b&gt;" in sparkline([(2015, 1.0), (2016, 2.0)], label="<b>")
    assert "<b>" not in interval(2, 1, 3, least=1, most=9, label="<b>")


def test_bars_of_two_signs_start_at_the_same_zero():
    negative, positive = bar(-1, least=-1, most=1, width=100), bar(1, least=-1, most=1, width=100)
    assert 'x="0.0" y="2" width="50.0"' in negative
    assert 'x="50.0" y="2" width="50.0"' in positive


def test_each_quality_has_a_shape_of_its_own_and_an_unknown_one_that_of_fair():
    marks = {quality_mark(quality, "x") for quality in ("good", "fair", "suspect", "insufficient")}
    assert len(marks) == 4
    assert quality_mark(None, "x") == quality_mark("fair", "x")
    assert "&lt;b&gt;" in quality_mark("good", "<b>")


def test_a_figure_for_two_widths_is_drawn_twice_with_ids_of_its_own():
    drawn = both(lambda width, end: element("svg", {"id": f"x-{end}", "width": width}))
    assert drawn.count("<svg") == 2
    assert drawn.index('id="x-wide" width="820.0"') < drawn.index('id="x-narrow" width="360.0"')
    assert 'aria-label="&lt;b&gt;"' in sideways(drawn, "<b>")


def test_a_blank_that_groups_digits_stays_and_a_control_character_goes():
    assert element("text", {}, "12\u00a0345\u202f6\x00\x1b") == "<text>12\u00a0345\u202f6</text>"
