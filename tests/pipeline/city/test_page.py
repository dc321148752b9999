"""The page of a measured city: words, not codes, in nine languages, with who is left out."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from tests.cli.test_space import MONACO, buses, people

from kenes.pages.city.headline import alike, main_measurement
from kenes.pages.figures.svg import ACCENT, INK, LINE, SOFT, WASH, luminance
from kenes.pages.language import language
from kenes.pages.resources import resource
from kenes.pipeline.city.further import further_measurements
from kenes.pipeline.city.measuring import context_of
from kenes.pipeline.city.page import page
from kenes.pipeline.city.picture import picture_of
from kenes.pipeline.city.reading import load_city
from kenes.pipeline.city.request import SpaceRequest
from kenes.pipeline.city.transport import transport_measurements
from kenes.vocabulary.languages import LANGUAGES


class _Visible(HTMLParser):
    """Text that people read, and the language it is in."""

    def __init__(self):
        super().__init__()
        self.texts, self._hidden = [], 0

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.texts.append(data)


def visible(html):
    reader = _Visible()
    reader.feed(html)
    return " ".join(reader.texts)


def measured(request):
    city = load_city(request)
    transport, shown = transport_measurements(city)
    further, layers = further_measurements(city)
    context, _ = context_of(city)
    return city, [*transport, *further], context, shown | layers


def asked(city, **changes):
    """The same city under another request."""
    return replace(city, request=replace(city.request, **changes))


@pytest.fixture(scope="module")
def monaco(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    halves = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [[[w, 43.7], [e, 43.7], [e, 43.8], [w, 43.8], [w, 43.7]]]},
        }
        for name, w, e in (("West <1>", 7.3, 7.4251), ("East", 7.4251, 7.5))
    ]
    (folder / "d.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": halves}))
    request = SpaceRequest(
        osm=MONACO / "monaco.osm.pbf",
        gtfs=(buses(folder / "g.zip"),),
        population=people(folder / "p.csv"),
        districts=folder / "d.geojson",
        district_column="name",
        place="mc-monte-carlo",
        headways=(15.0, 20.0),
    )
    return measured(request)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_code_reaches_the_page_in_any_language(monaco, code):
    city, *found = monaco
    html = page(asked(city, language=code), *found)
    text = visible(html)
    say = language(code)
    assert f'<html lang="{code}">' in html
    assert set(re.findall(r"[a-z]+_[a-z_]+|\bNone\b|\bnan\b|[{}]", text)) == set()
    assert "no words" not in text
    for title in ("Who is left out", "Other indicators", "How complete the inputs are", "Sources and licences"):
        assert say(title) in text
    others = set(re.findall(r'<(?:li|span)[^>]* lang="(\w+)"', html))
    assert others == {"tr": set(), "en": set(), "az": {"tr"}, "tk": {"tr"}}.get(code, {"en"})


def test_the_page_begins_with_the_share_by_timetable_and_its_spread(monaco):
    city, *found = monaco
    main = main_measurement(found[0])
    assert (main.source, main.headway_min, main.origin_model) == ("gtfs", None, "cell_centre")
    html = page(city, *found)
    assert f"<b>{100 * main.value:.1f}%</b>" in html
    assert "<h1>Monte Carlo</h1>" in html
    assert "percentage points, depending on" in html
    left = f"{main.population * (1 - main.value):,.0f} people are left out."
    assert left in html


def test_districts_are_sorted_by_who_is_left_out_and_escaped(monaco):
    city, *found = monaco
    html = page(city, *found)
    mine = {m.district: m.value for m in alike(found[0], main_measurement(found[0])) if m.district}
    first, second = sorted(mine, key=mine.get)
    at = [html.index(name.replace("<", "&lt;").replace(">", "&gt;") + "</th>") for name in (first, second)]
    assert at[0] < at[1] < html.index("Whole city</th>")
    assert "<1>" not in html
    assert "Women and girls" in html


def test_each_variant_of_convenient_access_is_one_row_with_its_origin_models_side_by_side(monaco):
    city, *found = monaco
    html = page(city, *found)
    table = html[html.index("in all variants") : html.index("By capacity of the system")]
    heads = re.findall(r'<th scope="row">([^<]*)</th>', table)
    assert heads == [
        "Stops of the map",
        "Stops of the timetables, any service",
        "Stops of the timetables, at least every 15 min",
        "Stops of the timetables, at least every 20 min",
    ]
    assert "Centre of the cell" in table
    assert table.index("Centre, without the way") < table.index("Straight line")


def test_the_map_has_a_legend_a_scale_and_a_way_by_keyboard(monaco):
    city, *found = monaco
    html = page(city, *found)
    assert 'id="map"' in html
    assert 'tabindex="0"' in html
    assert 'aria-live="polite"' in html
    assert re.search(r'class="scale" style="width:[\d.]+%"></div><span>\d+ (k?m)</span>', html)
    assert "Stops of high capacity" in html
    data = json.loads(re.search(r'id="layers">(.*?)</script>', html)[1])
    cells = len(data["names"])
    assert cells == len(data["middle"]) == html.count('class="cell"')
    for layer in data["layers"]:
        assert len(layer["at"]) == cells
        assert len(layer["texts"]) == len(layer["fills"]) == max(layer["at"]) + 1
        assert f'data-stops="{layer["stops"]}"' in html


def test_without_people_the_page_speaks_of_street_nodes_and_maps_districts(monaco):
    whole, *_ = monaco
    city, *found = measured(replace(whole.request, population=None, language="en", place=None))
    html = page(city, *found)
    assert "of street nodes have a stop within 500 m" in html
    assert "Share left out, by district (%)" in html
    assert "A city that was not named" in html
    data = json.loads(re.search(r'id="layers">(.*?)</script>', html)[1])
    left = {m.district: f"{round(100 * (1 - m.value))}%" for m in alike(found[0], main_measurement(found[0]))}
    (layer,) = data["layers"]
    assert {name: layer["texts"][at] for name, at in zip(data["names"], layer["at"], strict=True)} == {
        name: text for name, text in left.items() if name
    }
    assert "people are left out" not in html


def test_the_picture_has_north_at_the_top_and_all_it_shows_inside(monaco):
    city, _, _, shown = monaco
    drawn = picture_of(city, shown, {})
    middle = {area.name: area.middle for area in drawn.areas}
    assert middle["0_0"][1] > middle["0_7"][1], "cells of the same column, from south to north"
    assert middle["0_0"][0] < middle["11_0"][0]
    for x, y in middle.values():
        assert 0 <= x <= drawn.width
        assert 0 <= y <= drawn.height
    away = np.hypot(*np.subtract(middle["0_0"], middle["11_7"])) * drawn.metres_per_pixel
    assert away == pytest.approx(np.hypot(0.0275 * 80_500, 0.0175 * 111_100), rel=0.01)


def test_the_owner_is_named_where_given_and_asked_for_where_not(monaco):
    city, *found = monaco
    assert "Name them with --attribution" in page(city, *found)
    html = page(asked(city, attribution=("İBB Açık Veri Portalı <2025>",)), *found)
    assert "İBB Açık Veri Portalı &lt;2025&gt;" in html
    assert "Name them with --attribution" not in html


def test_text_and_accent_have_the_contrast_that_wcag_asks_for():
    for ink in (INK, SOFT, ACCENT):
        for ground in ("#ffffff", WASH):
            high, low = sorted((luminance(ink), luminance(ground)), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


def test_the_style_sheet_has_the_colours_of_the_figures():
    style = resource("city", "page.css").decode()
    declared = dict(re.findall(r"--(\w+):(#\w{6})", style))
    assert declared == {"ink": INK, "soft": SOFT, "line": LINE, "wash": WASH, "accent": ACCENT}
    assert set(re.findall(r"var\(--(\w+)\)", style)) == set(declared)
