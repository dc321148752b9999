"""Formulas of the spatial indicators: worked examples, edges and laws."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from kenes.catalogue.space_tables import RouteTypes
from kenes.indicators.space.access import access_to, gini
from kenes.indicators.space.geodesy import AreaMeter, area_m2
from kenes.indicators.space.graph import build_graph
from kenes.indicators.space.land import land_use
from kenes.indicators.space.measurements import SpatialMeasurement
from kenes.indicators.space.open_space import covered_share, entrances, street_land_m2
from kenes.indicators.space.origins import area_origins, centre_origins, lattice, node_origins
from kenes.indicators.space.shares import People, population_shares, share_of
from kenes.indicators.space.snapping import NodeFinder, StreetFinder
from kenes.indicators.space.solar import roof_yield
from kenes.indicators.space.structure import circuity, crossings, dead_ends, orientation_entropy
from kenes.indicators.space.transit import StopReach, StopSet, capacity_of, departures
from kenes.vocabulary.errors import BadInput

SHARE = SpatialMeasurement("x", None, "1")
STEP = 0.001  # degrees: 111.3 m on the equator eastwards, 110.6 m northwards


def chessboard(n=5):
    """n by n crossings on the equator, one step apart."""
    k = np.arange(n * n).reshape(n, n)
    lon, lat = np.tile(np.arange(n) * STEP, n), np.repeat(np.arange(n) * STEP, n)
    start = np.concatenate([k[:, :-1].ravel(), k[:-1].ravel()])
    end = np.concatenate([k[:, 1:].ravel(), k[1:].ravel()])
    return build_graph(lon, lat, start, end)


def test_a_stop_serves_homes_up_to_its_reach_along_the_streets_and_no_further():
    graph = chessboard(12)
    finder = StreetFinder(graph)
    stops = StopSet({"low": np.array([0.0])}, {"low": np.array([0.0])})
    reach = StopReach(stops, graph, finder, {"low": 500.0})
    homes = centre_origins(np.array([4, 5, 2, 3]) * STEP, np.array([0, 0, 2, 3]) * STEP, finder)
    assert reach.network(homes).tolist() == [True, False, True, False]  # 445, 557, 444, 666 m
    assert reach.straight(homes).tolist() == [True, False, True, True]  # 445, 557, 314, 471 m


def test_high_capacity_stops_serve_further_than_low_ones():
    graph = chessboard(12)
    finder = StreetFinder(graph)
    nothing = np.array([])
    high = StopSet({"low": nothing, "high": np.array([0.0])}, {"low": nothing, "high": np.array([0.0])})
    homes = centre_origins(np.array([8, 9]) * STEP, np.zeros(2), finder)
    assert StopReach(high, graph, finder, {"low": 500, "high": 1000}).network(homes).tolist() == [True, False]


def test_people_without_a_street_count_as_not_served_and_are_told():
    people = People(np.array([60.0, 40.0]), {}, {})
    (found,) = population_shares(people, np.array([1.0, 0.0]), np.array([0.0, 1.0]), SHARE)
    assert (found.value, found.population, found.unsnapped, found.coverage) == (0.6, 100.0, 40.0, 0.6)


def test_a_district_without_people_has_no_share_but_a_reason():
    people = People(np.array([1.0]), {}, {"empty": np.array([False])})
    found = population_shares(people, np.ones(1), np.zeros(1), SHARE)[1]
    assert (found.district, found.value, found.reason) == ("empty", None, "no_population")
    assert share_of(np.zeros(3), np.ones(3)) is None


def test_departures_count_the_window_and_every_repetition_in_it():
    seven = 7 * 3600.0
    stop = np.array([0, 0, 0, 1, 1])
    seconds = np.array([seven - 1, seven, 19 * 3600.0, 6 * 3600.0, np.nan])
    every = np.array([0, 0, 0, 600.0, 0])
    until = np.array([np.nan, np.nan, np.nan, 8 * 3600.0, np.nan])
    # 6:00 every ten minutes before 8:00: 7:00 to 7:50 fall in the window
    assert departures(stop, seconds, every, until, 3).tolist() == [1, 6, 0]


def test_modes_follow_the_table_and_its_ranges():
    types = RouteTypes({3: "low", 1: "high"}, ((100, 199, "high"),), "none")
    assert capacity_of(np.array([3, 1, 109, 1100]), types) == ["low", "high", "high", "none"]


def test_origin_models_agree_where_a_cell_is_small_and_streets_are_everywhere():
    graph = chessboard(6)
    finder = StreetFinder(graph)
    cell = np.array([shapely.box(0.5 * STEP, 0.5 * STEP, 2.5 * STEP, 2.5 * STEP)])
    nodes = node_origins(cell, graph, np.arange(graph.nodes))
    assert len(nodes.cell) == 4
    area = area_origins(cell, finder)
    assert 350 <= len(area.cell) <= 450
    assert area.share(np.ones(len(area.cell), bool)).tolist() == [1.0]


def test_a_cell_without_a_street_node_has_nobody_snapped():
    graph = chessboard(3)
    cells = np.array([shapely.box(1, 1, 1.1, 1.1)])
    origins = node_origins(cells, graph, np.arange(graph.nodes))
    assert origins.unsnapped_share.tolist() == [1.0]


@given(st.integers(1, 300))
def test_a_lattice_has_about_as_many_points_as_wanted_and_at_least_one(wanted):
    cell, lon, lat = lattice(np.array([shapely.box(0, 0, 2, 1), shapely.box(5, 5, 5.001, 5.5)]), wanted)
    assert set(cell.tolist()) == {0, 1}
    assert len(lon) == len(lat) >= 2
    assert len(lon) <= 2 * (np.sqrt(wanted) + 2) ** 2


def test_crossings_within_two_merging_radii_become_one():
    # two streets that cross as a dual carriageway: four crossings 20 m apart
    d = 20 / 111_320
    lon = np.array([0, d, 0, d, -STEP, STEP + d, -STEP, STEP + d, 0, d, 0, d])
    lat = np.array([0, 0, d, d, 0, 0, d, d, -STEP, -STEP, STEP + d, STEP + d])
    start = np.array([0, 0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 3])
    end = np.array([1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    graph = build_graph(lon, lat, start, end)
    assert len(crossings(graph, 12).longitude) == 1
    assert len(crossings(graph, 8).longitude) == 4
    assert len(dead_ends(graph)) == 8


def test_a_chessboard_has_the_entropy_of_four_directions():
    # Boeing 2019: a perfect grid has entropy ln 4 = 1.386 nats
    graph = chessboard()
    entropy = orientation_entropy(graph, np.ones(graph.segments))
    assert entropy == pytest.approx(np.log(4), abs=1e-3)
    assert circuity(graph, np.ones(len(graph.chain_length_m))) == pytest.approx(40 / (32 + 4 * np.sqrt(2)), rel=1e-3)


def test_open_space_counts_once_where_it_overlaps_and_only_inside():
    area = shapely.box(0, 0, STEP, STEP)
    parks = np.array(
        [shapely.box(0, 0, STEP / 2, STEP), shapely.box(0, 0, STEP / 2, STEP), shapely.box(-STEP, 0, 0, STEP)]
    )
    metres, share = covered_share(parks, area, AreaMeter(np.zeros(1), np.zeros(1)))
    assert share == pytest.approx(0.5, abs=1e-9)
    assert metres == pytest.approx(area_m2(parks[0]), rel=1e-9)


def test_a_park_is_entered_where_a_street_runs_along_it():
    graph = chessboard(3)
    doors, owner = entrances(
        np.array([shapely.box(0.2 * STEP, 0.02 * STEP, 0.8 * STEP, 0.6 * STEP)]), StreetFinder(graph), 20, 5
    )
    assert set(owner.tolist()) == {0}
    assert (doors.away_m <= 5).all()
    assert (doors.latitude == 0).all()


def test_land_in_streets_takes_tagged_widths_before_those_of_the_class():
    land = street_land_m2(
        np.array([100.0, 100.0, 5.0]),
        np.array(["primary", "primary", "unknown"]),
        np.array([np.nan, 10.0, np.nan]),
        {"primary": 18},
    )
    assert land == 100 * 18 + 100 * 10


def test_access_counts_kinds_within_fifteen_minutes():
    graph = chessboard(12)
    finder = StreetFinder(graph)
    places = {
        "school": finder.snap(np.zeros(1), np.zeros(1)),
        "shop": finder.snap(np.array([11 * STEP]), np.zeros(1)),
        "none": finder.snap(np.zeros(0), np.zeros(0)),
    }
    found = access_to(graph, places, finder.snap(np.array([0.0, 0.0]), np.array([0.0, 11 * STEP])), 1250 / 15)
    assert found.reached.tolist() == [2.0, 1.0]  # 1,225 m to the shop; 1,216 m to the school
    assert found.mapped == (1, 1, 0)
    assert found.mean_minutes[0] == pytest.approx((0 + 11 * 111.3195 / (1250 / 15)) / 2, rel=1e-4)


@given(st.lists(st.floats(0.1, 50), min_size=2, max_size=20), st.floats(0.5, 3))
def test_inequality_does_not_change_when_everybody_gets_the_same_multiple(values, factor):
    persons = np.arange(1, len(values) + 1.0)
    assert gini(persons, np.array(values) * factor) == pytest.approx(gini(persons, np.array(values)), abs=1e-9)
    assert gini(persons, np.ones(len(values))) == pytest.approx(0, abs=1e-9)


def test_land_consumption_shows_both_rates_and_names_the_unstable_case():
    # by hand: (120 - 100) / 100 / 10 = 0.02; ln(1.1) / 10 = 0.009531; ratio 2.0984
    use = land_use((2010, 2020), (100, 120), (1e6, 1.1e6))
    assert use.land_rate == pytest.approx(0.02)
    assert use.ratio == pytest.approx(0.02 / 0.00953101798, rel=1e-8)
    still = land_use((2010, 2020), (100, 120), (1e6, 1.001e6))
    assert (still.ratio, still.reason) == (None, "population_stands_still")
    assert land_use((2010, 2020), (100, 120), (1e6, 0.9e6)).reason == "population_shrinks"
    with pytest.raises(BadInput, match="an earlier and a later year"):
        land_use((2020, 2010), (100, 120), (1, 1))


def test_roofs_yield_area_times_sun_times_losses():
    roofs = roof_yield(1000, 1500, usable_share=0.5, efficiency=0.2, performance=0.8, consumption_kwh=1.2e6)
    assert (roofs.usable_m2, roofs.energy_kwh, roofs.share_of_consumption) == (500, 120_000, 0.1)
    with pytest.raises(BadInput, match=r"usable_share: expected a share in \[0, 1\], found 2"):
        roof_yield(1, 1, usable_share=2)


def test_a_place_is_snapped_to_its_nearest_node_as_other_tools_do():
    lon, lat = np.array([29.0, 29.01, 29.02]), np.array([41.0, 41.0, 41.0])
    graph = build_graph(lon, lat, np.array([0, 1]), np.array([1, 2]))
    at = NodeFinder(graph, np.arange(3)).snap(np.array([29.004, 29.0099, 29.5]), np.array([41.001, 41.0, 41.0]), 2000)
    assert at.found.tolist() == [True, True, False]
    assert at.longitude[:2] == pytest.approx([29.0, 29.01])
    expected = Geod(ellps="WGS84").inv(29.004, 41.001, 29.0, 41.0)[2]
    assert at.away_m[0] == pytest.approx(expected, abs=1e-6)
    assert at.away_m[2] == np.inf


def test_a_piece_across_a_boundary_counts_with_its_part_inside_whichever_way_it_was_drawn():
    from kenes.pipeline.city.land import share_inside

    lon, lat = np.array([0.0, 1.0, 2.0]), np.zeros(3)
    area = shapely.box(-1, -1, 1.25, 1)
    forth = share_inside(area, lon, lat, np.array([0, 1]), np.array([1, 2]))
    back = share_inside(area, lon, lat, np.array([1, 2]), np.array([0, 1]))
    assert forth.tolist() == back.tolist() == [1.0, 0.25]
    assert share_inside(area, lon, lat, np.array([1]), np.array([2]), straight=False).tolist() == [0.5]
