"""The page of a city from values that are handed in: what it begins with, who is left out, what is said of inputs."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from tests.pages.city.made import EVIL, Value, facts, inputs, picture, texts

from kenes.pages.city.headline import headline, main_measurement
from kenes.pages.city.indicators import indicator_groups
from kenes.pages.city.map import class_edges, map_of
from kenes.pages.city.page import city_page
from kenes.pages.city.quality import checked_inputs
from kenes.pages.city.tables import access, left_out
from kenes.pages.language import ENGLISH, language
from kenes.vocabulary.languages import LANGUAGES

MAIN = Value(number=0.75, uncertainty=0.02)
STRAIGHT = Value(distance="straight", source="osm")
NODES = Value(indicator="ghsci_public_transport_within_500m", population=None, origin_model="street_nodes")


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_that_is_handed_in_reaches_the_page_unescaped(code):
    district = replace(MAIN, district=EVIL, number=0.5)
    shown = city_page(
        facts(MAIN, district, names={"en": EVIL}, attribution=(EVIL,), files={"osm": [EVIL]}, provenance=EVIL),
        picture(),
        language(code),
    )
    assert EVIL not in shown
    assert shown.count("&lt;script&gt;") >= 6
    assert f'<html lang="{code}">' in shown


def test_the_page_begins_with_the_timetable_then_the_citys_stops_then_the_map():
    values = [NODES, STRAIGHT, Value(source="osm"), Value(source="layer"), MAIN]
    for _ in range(len(values)):
        assert main_measurement(values) is values[-1]
        values.pop()
    assert main_measurement([]) is None


def test_a_value_of_a_district_a_group_or_a_headway_is_never_the_main_one():
    others = [replace(MAIN, district="x"), replace(MAIN, dimensions={"group": "f"}), replace(MAIN, headway_min=20.0)]
    assert main_measurement([*others, replace(MAIN, number=None), NODES]) is NODES


def test_the_headline_tells_share_people_and_spread():
    told = headline(facts(MAIN), MAIN, ENGLISH)
    assert (told.value, told.share, told.left) == ("75.0%", 0.75, "250 people are left out.")
    assert told.said == "of residents have a stop of public transport within walking distance"
    assert told.notes[0].startswith("± 2.0 percentage points")
    assert told.notes[1] == "Stops of the timetables, any service"
    one = replace(MAIN, population=4.0)
    assert headline(facts(one), one, ENGLISH).left == "One person is left out."
    assert headline(facts(one), one, language("ru")).left == "Не охвачено жителей: 1."


def test_without_a_value_the_headline_says_why():
    gap = Value(number=None, reason="no_population_given")
    assert headline(facts(gap), None, ENGLISH).said == "No value: no population grid was given."
    assert headline(facts(), None, ENGLISH).said == "Nothing was measured here."


def test_shares_of_a_map_without_places_are_not_put_beside_the_main_one():
    open_space = Value("open_space_within_400m", 0.4)
    frequent = replace(MAIN, headway_min=15.0, number=0.5)
    beside = [each.text for each in headline(facts(MAIN, open_space, frequent), MAIN, ENGLISH).further]
    assert beside == [
        "have a stop with a departure at least every 15 minutes",
        "have open public space within 400 m, as far as it is on the map",
    ]
    found = inputs().map
    few = facts(MAIN, open_space, frequent, inputs=inputs(map=replace(found, few_places=True)))
    assert len(headline(few, MAIN, ENGLISH).further) == 1


def test_the_most_left_out_stand_first_and_those_not_known_last():
    districts = [
        replace(MAIN, district="a", number=0.9),
        replace(MAIN, district="b", number=0.2, population=10.0),
        replace(MAIN, district="c", number=None, reason="no_population"),
    ]
    (table,) = left_out([MAIN, *districts], MAIN, ENGLISH).tables
    assert [row.name for row in table.rows] == ["b", "a", "c", "Whole city"]
    assert (table.rows[0].residents, table.rows[0].gone, table.rows[0].shown) == ("10", "8", "80.0%")
    assert (table.rows[2].share, table.rows[2].shown) == (None, "no value: nobody lives here")
    assert table.columns == ["Residents", "People left out", "Share left out"]


def test_without_people_nobody_is_counted_and_without_a_share_nobody_is_named():
    (table,) = left_out([NODES, replace(NODES, district="a")], NODES, ENGLISH).tables
    assert table.columns == ["Share left out"]
    assert "nobody can be counted" in left_out([], None, ENGLISH).nobody
    assert left_out([MAIN], MAIN, ENGLISH).no_districts


def test_variants_are_rows_by_stops_and_headway_and_columns_by_origin():
    rows = [MAIN, replace(MAIN, origin_model="street_nodes", number=None, reason="no_streets"), STRAIGHT]
    low = Value("stop_access_low_capacity", 0.6)
    found = access([*rows, low], ENGLISH)
    assert found.variants.columns[:4] == [
        "Stops and headway",
        "Centre of the cell",
        "Street nodes in the cell",
        "Straight line",
    ]
    (first, cells), (second, others) = found.variants.rows
    assert (first, second) == ("Stops of the timetables, any service", "Stops of the map")
    assert [cell.text if cell else None for cell in cells[:3]] == [
        "75.0%",
        "no value: the map holds no streets here",
        None,
    ]
    assert cells[1].words
    assert others[2].text == "75.0%"
    assert [head for head, _ in found.by_system.rows] == [first, second]
    assert found.by_system.rows[0][1][1].text == "60.0%"


def test_without_any_value_of_access_only_the_reasons_stand():
    gaps = [Value(number=None, reason="no_streets"), Value(number=None, reason="no_streets", source="osm")]
    found = access(gaps, ENGLISH)
    assert (found.variants, found.reasons) == (None, ["No value: the map holds no streets here."])


def test_indicators_stand_in_groups_in_the_order_of_their_definitions():
    values = [Value("own_measure", 3.0, "m"), Value("dead_end_share", 0.2), Value("circuity", 1.25)]
    groups = indicator_groups(facts(*values), language("tr"))
    assert [[shown.name for shown in group.members] for group in groups] == [
        [("Dolanıklık", "tr"), ("Dead ends", "en")],
        [("own measure", "en")],
    ]
    assert [group.members[0].lines[0].value for group in groups] == ["1,25", "3 m"]


def test_what_all_variants_share_is_said_once():
    both = [
        Value("access_15min_walk_kind", 0.5, dimensions={"place_kind": kind}, flags=("partial", *more))
        for kind, more in (("health", ()), ("culture", ("kinds_not_mapped",)))
    ]
    (shown,) = indicator_groups(facts(*both, indicators={"access_15min_walk_kind": texts("On foot")}), ENGLISH)[
        0
    ].members
    assert shown.remark == "partial"
    assert [(line.variant, line.remark) for line in shown.lines] == [
        ("Health", ""),
        ("Culture and worship", "some kinds of places are not on the map at all"),
    ]


def test_inputs_say_what_was_read_and_what_was_odd():
    found = {each.title: each.lines for each in checked_inputs(inputs(), ENGLISH)}
    assert found["Map"][0].startswith("12 km of walkable streets in 2 connected parts; the longest holds 90.0%")
    assert found["Map"][1:] == ["5 buildings", "Nothing odd was found."]
    assert found["Stops: stops of the map"] == ["7 stops of low capacity"], "a capacity without words is left out"
    assert found["Timetables g.zip"] == [
        "2 stops and 20 calls on the service day",
        "3 calls without a time; times in between were taken evenly",
    ]
    assert found["Population grid"] == ["1,890 residents in 96 cells", "Nothing odd was found."]
    assert "Boundary" not in found


def test_files_are_named_once_by_what_they_were_given_for():
    shown = city_page(facts(MAIN), None, ENGLISH)
    assert "<li>Population: p.csv, under the terms of the publisher.</li>" in shown
    assert "Name them with --attribution" in shown
    assert "Name them with --attribution" not in city_page(facts(MAIN, files={}), None, ENGLISH)


def test_without_a_map_the_page_says_that_it_is_partial():
    assert "This is not SDG 11.2.1" in city_page(facts(STRAIGHT, inputs=inputs(map=None)), None, ENGLISH)
    assert "This is not SDG 11.2.1" not in city_page(facts(MAIN), None, ENGLISH)


def test_a_place_is_called_as_its_reader_knows_it():
    names = {"ru": "Алматы", "en": "Almaty"}
    titles = {
        code: re.search("<h1>(.*)</h1>", city_page(facts(MAIN, names=names), None, language(code)))[1]
        for code in ("kk", "tr", "ru")
    }
    assert titles == {"kk": "Алматы", "tr": "Almaty", "ru": "Алматы"}
    assert "<h1>Far Away</h1>" in city_page(facts(MAIN), None, ENGLISH)


def test_the_script_of_the_map_reads_what_the_map_shows():
    drawn = map_of(picture(), "X", ENGLISH)
    data = json.loads(drawn.data)
    assert "<" not in drawn.data
    assert data["names"] == [f"Cell {EVIL}, 10 residents", "Cell b, 20 residents"]
    left, served, walkable = data["layers"]
    assert [left["texts"][k] for k in left["at"]] == ["7.5", "0"]
    assert [served["texts"][k] for k in served["at"]] == ["25%", "100%"]
    assert [walkable["texts"][k] for k in walkable["at"]] == ["not known", "−1.5"]
    assert walkable["key"][-1] == ["#d5d5d5", "not known"]
    assert data["first"] == 1, "the area nearest to the middle"
    assert 'data-stops="osm"' in drawn.drawn


def test_the_scale_is_a_round_length_on_the_ground():
    drawn = map_of(picture(), "X", ENGLISH)
    assert (drawn.scale, round(drawn.scale_percent, 2)) == ("500 m", 25.0)
    assert drawn.widest is None
    assert map_of(picture(height=200.0), "X", ENGLISH).widest == 0.5


def test_a_map_without_values_has_no_choice_but_a_legend():
    drawn = map_of(picture(areas=[], values={}, edge=[], reach=[np.zeros((3, 2))]), "X", ENGLISH)
    assert (drawn.layers, drawn.key) == ([], [])
    assert next(text for _, text in drawn.signs) == "Within straight-line reach of a stop"
    shown = city_page(facts(STRAIGHT), picture(areas=[], values={}), ENGLISH)
    assert "<select" not in shown
    assert "<script" not in shown


@pytest.mark.parametrize(
    ("values", "edges"),
    [
        ([], []),
        ([np.nan], []),
        ([0, 0, 0, 0, 2, 4, 6], [1.0, 3.0, 4.0, 5.0]),
        ([3.0, 3.0, 3.0], []),
    ],
)
def test_classes_of_a_layer_have_round_borders_and_zero_is_one_where_many_are_zero(values, edges):
    assert class_edges(np.array(values, float)).tolist() == edges
