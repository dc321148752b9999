"""Both sides of every distance, speed and share of the spatial indicators, on streets along the equator."""

import numpy as np
import pytest
import shapely

from kenes.indicators.space import access
from kenes.indicators.space.access import CYCLING_M_PER_MIN, WALKING_M_PER_MIN, access_to, gini
from kenes.indicators.space.geodesy import SEMI_MAJOR_M, AreaMeter, area_m2
from kenes.indicators.space.graph import Positions, build_graph
from kenes.indicators.space.land import land_use
from kenes.indicators.space.measurements import SpatialMeasurement
from kenes.indicators.space.neighbourhoods import Neighbourhoods, neighbourhoods_of, walkability
from kenes.indicators.space.open_space import covered_share, entrances
from kenes.indicators.space.origins import Origins, area_origins, centre_origins
from kenes.indicators.space.shares import SPARSE, People, population_shares, with_spread
from kenes.indicators.space.snapping import NodeFinder, StreetFinder
from kenes.indicators.space.structure import Crossings, crossings, dead_ends, orientation_entropy
from kenes.indicators.space.transit import StopReach, StopSet, departures
from kenes.vocabulary.errors import BadInput

DEGREE_M = SEMI_MAJOR_M * np.pi / 180  # of longitude on the equator
NORTH_M = 110_574.2727  # of latitude there


def street(*metres):
    """One street along the equator with a node at each metre."""
    lon = np.array(metres, float) / DEGREE_M
    return build_graph(lon, np.zeros(len(lon)), np.arange(len(lon) - 1), np.arange(1, len(lon)))


def at(graph, *metres):
    """Places on the street itself."""
    lon = np.array(metres, float) / DEGREE_M
    return StreetFinder(graph, np.ones(graph.segments, bool)).snap(lon, np.zeros(len(lon)))


# Fifteen minutes on foot and by bicycle


@pytest.mark.parametrize(("speed", "reach"), [(WALKING_M_PER_MIN, 1250.0), (CYCLING_M_PER_MIN, 3750.0)])
def test_fifteen_minutes_are_1250_metres_on_foot_and_3750_by_bicycle(speed, reach):
    graph = street(0, 6000)
    found = access_to(graph, {"school": at(graph, 0)}, at(graph, reach - 0.1, reach + 0.1), speed)
    assert found.reached.tolist() == [1.0, 0.0]
    assert found.minutes[0] == pytest.approx([15, 15], abs=0.002)


def test_a_place_at_exactly_fifteen_minutes_is_reached():
    found = access.AccessTimes(("a", "b"), np.array([[15.0, 15.0 + 1e-9], [1.0, np.inf]]), (1, 1))
    assert found.reached.tolist() == [2.0, 0.0]


def test_what_is_further_than_an_hour_does_not_count_into_the_mean():
    graph = street(0, 20_000)
    places = {"near": at(graph, 0), "far": at(graph, 8000)}
    starts = at(graph, 2990, 3010, 19_000)
    found = access_to(graph, places, starts, 250 / 3)
    far = [(8000 - 2990) / (250 / 3), (8000 - 3010) / (250 / 3)]
    assert np.isinf(found.minutes[1, 0])
    assert found.mean_minutes[0] == pytest.approx(2990 / (250 / 3))
    assert found.mean_minutes[1] == pytest.approx((3010 / (250 / 3) + far[1]) / 2)
    assert np.isnan(found.mean_minutes[2])


def test_inequality_of_one_who_has_all_is_the_share_of_the_others():
    assert gini(np.array([3.0, 1.0]), np.array([0.0, 5.0])) == pytest.approx(0.75)
    assert gini(np.array([1.0, 2.0]), np.zeros(2)) is None
    # by hand, three people with 1, 2 and 3: 2/9
    assert gini(np.ones(3), np.array([3.0, 1.0, 2.0])) == pytest.approx(2 / 9)


# Public transport


def test_a_stop_serves_up_to_its_reach_on_the_street_and_as_the_crow_flies():
    graph = street(0, 3000)
    nothing = np.zeros(0)
    stops = StopSet({"low": np.zeros(1), "high": nothing}, {"low": np.zeros(1), "high": nothing})
    reach = StopReach(stops, graph, StreetFinder(graph), {"low": 500.0, "high": 1000.0})
    homes = centre_origins(np.array([499.9, 500.1]) / DEGREE_M, np.zeros(2), StreetFinder(graph))
    assert reach.network(homes).tolist() == reach.straight(homes).tolist() == [True, False]
    assert reach.network(homes, "high").tolist() == [False, False]


def test_the_way_to_the_street_counts_in_every_model_but_the_one_without_offset():
    from kenes.indicators.space.origins import without_offset

    graph = street(0, 3000)
    finder = StreetFinder(graph)
    stops = StopSet({"low": np.zeros(1)}, {"low": np.array([-30 / NORTH_M])})
    reach = StopReach(stops, graph, finder, {"low": 500.0})
    homes = centre_origins(np.array([430.0, 450.0]) / DEGREE_M, np.array([39.0, 39.0]) / NORTH_M, finder)
    assert reach.network(homes).tolist() == [True, False]  # 30 + 430 + 39 and 30 + 450 + 39 metres
    assert reach.network(without_offset(homes)).tolist() == [True, True]


def test_departures_count_from_seven_to_before_nineteen():
    seconds = np.array([7 * 3600 - 1, 7 * 3600, 19 * 3600 - 1, 19 * 3600], float)
    once = np.zeros(4)
    assert departures(np.arange(4), seconds, once, np.full(4, np.nan), 4).tolist() == [0, 1, 1, 0]


def test_repetitions_end_before_their_end_and_before_that_of_the_window():
    first, every = np.array([8.0, 18.0, 5.0, 20.0]) * 3600, np.full(4, 600.0)
    until = np.array([9.0, 22.0, 7.0, 21.0]) * 3600
    # six from 8:00 to 8:50; six from 18:00 to 18:50; none of those that end at 7:00; none after 19:00
    assert departures(np.arange(4), first, every, until, 4).tolist() == [6, 6, 0, 0]
    inside = departures(np.zeros(1, int), np.array([6.95 * 3600]), np.array([600.0]), np.array([7.2 * 3600]), 1)
    assert inside.tolist() == [1]  # 6:57 is before, 7:07 in, 7:17 after its end at 7:12


# Where streets are found


def test_a_place_finds_a_street_up_to_the_limit():
    graph = street(0, 3000)
    away = np.array([499.9, 500.1])
    for finder in (StreetFinder(graph), NodeFinder(graph, np.arange(graph.nodes))):
        found = finder.snap(np.zeros(2), away / NORTH_M)
        assert found.found.tolist() == [True, False]
        assert found.away_m == pytest.approx([499.9, np.inf], abs=0.01)
        near = finder.snap(np.zeros(2), away / NORTH_M, 499.0)
        assert not near.found.any()


def test_an_island_counts_from_a_kilometre_of_streets_and_the_longest_part_always():
    lon = np.array([0, 2000, 5000, 5999.9, 8000, 9000.1]) / DEGREE_M
    graph = build_graph(lon, np.zeros(6), np.array([0, 2, 4]), np.array([1, 3, 5]))
    assert graph.usable_segments().tolist() == [True, False, True]
    assert graph.usable_segments(np.inf).tolist() == [True, False, False]
    alone = build_graph(lon[2:4], np.zeros(2), np.array([0]), np.array([1]))
    assert alone.usable_segments().tolist() == [True]


def test_a_place_between_two_nodes_lies_at_its_share_of_the_street_whichever_way_it_was_drawn():
    lon = np.array([0.0, 400.0, 1000.0]) / DEGREE_M
    for start, end in (([0, 1], [1, 2]), ([1, 2], [0, 1]), ([0, 2], [1, 1])):
        graph = build_graph(lon, np.zeros(3), np.array(start), np.array(end))
        found = at(graph, 100, 700)
        first = graph.junction[graph.chain_first[0]]
        from_start = np.array([100, 700]) if graph.longitude[first] == 0 else np.array([900, 300])
        assert found.offset_m == pytest.approx(from_start, abs=1e-6)


# Neighbourhoods: within 1,000 metres of the nearest junction


def _no_crossings(graph):
    return Crossings(np.zeros(0), np.zeros(0), np.full(len(graph.junction), -1, np.int64))


def test_a_neighbourhood_ends_at_a_thousand_metres_and_its_density_is_people_over_area():
    graph = street(0, 5000)
    cells = at(graph, 0, 999.9, 1000.1, 5000)
    persons, area = np.array([10.0, 20.0, 40.0, 7.0]), np.array([0.1, 0.3, 0.2, 0.05])
    around = neighbourhoods_of(graph, cells, persons, area, _no_crossings(graph))
    assert around.persons_per_km2[[0, 3]] == pytest.approx([30 / 0.4, 7 / 0.05])
    assert around.crossings_per_km2.tolist() == [0, 0, 0, 0]


def test_a_cell_stands_for_the_junction_at_the_nearer_end_of_its_street():
    graph = street(0, 3000)
    cells = at(graph, 10, 1499.9, 1500.1, 2990)
    persons = np.array([1.0, 0.0, 0.0, 100.0])
    around = neighbourhoods_of(graph, cells, persons, np.ones(4), _no_crossings(graph))
    assert around.persons_per_km2.tolist() == [1.0, 1.0, 100.0, 100.0]


def test_a_cell_without_street_or_without_area_has_no_density():
    graph = street(0, 1000)
    cells = StreetFinder(graph).snap(np.array([0.0, 0.0]), np.array([0.0, 1.0]))
    around = neighbourhoods_of(graph, cells, np.ones(2), np.ones(2), _no_crossings(graph))
    assert np.isfinite(around.persons_per_km2).tolist() == [True, False]
    assert np.isfinite(around.crossings_per_km2).tolist() == [True, False]
    for area in (0.0, np.nan):
        none = neighbourhoods_of(graph, at(graph, 0), np.ones(1), np.array([area]), _no_crossings(graph))
        assert np.isnan(none.persons_per_km2).all()


def _cross(arm_m=300.0, gap_m=0.0):
    """A street along the equator with a crossing, or two that lie `gap_m` apart."""
    x = np.array([-arm_m, 0, gap_m, gap_m + arm_m]) / DEGREE_M
    lon = np.concatenate([x, [0, gap_m / DEGREE_M]])
    lat = np.concatenate([np.zeros(4), np.full(2, arm_m / NORTH_M)])
    if gap_m:
        return build_graph(lon, lat, np.array([0, 1, 2, 1, 2]), np.array([1, 2, 3, 4, 5]))
    return build_graph(lon[[0, 1, 3, 4]], lat[[0, 1, 3, 4]], np.array([0, 1, 1]), np.array([1, 2, 3]))


def test_crossings_become_one_up_to_twice_the_radius_of_merging():
    assert [len(crossings(_cross(gap_m=gap)).longitude) for gap in (23.9, 24.1)] == [1, 2]
    met = crossings(_cross(gap_m=20.0))
    assert met.longitude * DEGREE_M == pytest.approx([10.0])
    assert sorted(met.cluster.tolist()) == [-1, -1, -1, -1, 0, 0]


def test_a_crossing_has_three_streets_and_a_dead_end_has_one():
    graph = _cross()
    assert (len(crossings(graph).longitude), len(dead_ends(graph))) == (1, 3)
    bend = street(0, 100, 200)
    assert (len(crossings(bend).longitude), len(dead_ends(bend))) == (0, 2)
    x, y = np.array([0, 100, 100, 0]) / DEGREE_M, np.array([0, 0, 100, 100]) / NORTH_M
    ring = build_graph(x, y, np.arange(4), np.array([1, 2, 3, 0]))
    assert (len(crossings(ring).longitude), len(dead_ends(ring))) == (0, 0)


def test_a_merged_crossing_counts_once_in_the_density_of_a_neighbourhood():
    for gap, count in ((20.0, 1.0), (200.0, 2.0)):
        graph = _cross(gap_m=gap)
        cells = at(graph, -300)
        around = neighbourhoods_of(graph, cells, np.ones(1), np.array([0.5]), crossings(graph))
        assert around.crossings_per_km2 == pytest.approx([count / 0.5])


def test_walkability_is_the_sum_of_scores_over_the_cells_where_people_live():
    around = Neighbourhoods(np.array([1.0, 2.0, 3.0, 99.0]), np.array([4.0, 4.0, 4.0, 4.0]))
    score = walkability(around, np.array([0.0, 1.0, 2.0, np.nan]), np.array([1.0, 1.0, 1.0, 0.0]))
    assert score[:3] == pytest.approx([-2, 0, 2])  # deviations of 1 over n - 1; crossings everywhere alike
    assert np.isnan(score[3])


# Shares of people

X = SpatialMeasurement("x", None, "1")


def test_a_place_where_all_are_without_a_street_is_unknown_and_one_where_nearly_all_are_is_not():
    people = People(np.array([90.0, 10.0]), {}, {})
    (all_lost,) = population_shares(people, np.zeros(2), np.ones(2), X)
    assert (all_lost.value, all_lost.reason) == (None, "no_street_in_reach")
    (most,) = population_shares(people, np.array([0.0, 0.5]), np.array([1.0, 0.99]), X)
    assert (most.value, most.coverage) == (pytest.approx(0.05), pytest.approx(0.001))


def test_groups_and_districts_divide_by_their_own_people():
    people = People(np.array([60.0, 40.0]), {"female": np.array([30.0, np.nan])}, {"east": np.array([False, True])})
    rows = population_shares(people, np.array([1.0, 0.25]), np.zeros(2), X, by_group=True)
    told = [(r.district, dict(r.dimensions), r.value, r.population) for r in rows]
    assert told == [("", {}, 0.7, 100.0), ("east", {}, 0.25, 40.0), ("", {"group": "female"}, 1.0, 30.0)]


def _measured(model, value, lost=0.0, **fields):
    return SpatialMeasurement("x", value, "1", origin_model=model, population=100.0, unsnapped=lost, **fields)


def test_the_spread_of_origin_models_is_half_their_range():
    rows = with_spread([_measured("cell_centre", 0.5), _measured("area_weighted", 0.6)], {})
    assert [row.uncertainty for row in rows] == [pytest.approx(0.05)] * 2
    further = {("x", "osm", None, None, "", ()): [0.3, 0.45]}
    assert with_spread([_measured("cell_centre", 0.5)], further)[0].uncertainty == pytest.approx(0.1)
    assert with_spread([_measured("cell_centre", 0.5)], {})[0].uncertainty is None


@pytest.mark.parametrize(("lost", "sparse"), [(2.0, False), (2.1, True)])
def test_a_model_of_nodes_counts_until_two_percent_of_people_live_without_one(lost, sparse):
    rows = with_spread([_measured("cell_centre", 0.5), _measured("street_nodes", 0.7, lost)], {})
    assert (SPARSE in rows[1].flags) is sparse
    assert rows[0].uncertainty == (None if sparse else pytest.approx(0.1))
    other = with_spread([_measured("cell_centre", 0.5), _measured("area_weighted", 0.7, lost)], {})
    assert other[0].uncertainty == pytest.approx(0.1)


@pytest.mark.parametrize(
    "other", [{"source": "gtfs"}, {"distance": "straight"}, {"headway_min": 20.0}, {"district": "d"}]
)
def test_values_of_another_kind_do_not_widen_the_spread(other):
    rows = with_spread([_measured("cell_centre", 0.5), _measured("area_weighted", 0.9, **other)], {})
    assert [row.uncertainty for row in rows] == [None, None]


# Land, open space, directions


@pytest.mark.parametrize(("rate", "told"), [(0.00099, True), (0.00101, False), (-0.00099, True), (-0.00101, False)])
def test_a_population_stands_still_below_a_thousandth_a_year(rate, told):
    use = land_use((2010, 2020), (100, 110), (1e6, 1e6 * np.exp(10 * rate)))
    assert (use.ratio is None) is told
    assert use.population_rate == pytest.approx(rate)
    assert (use.reason == "population_stands_still") is told


def test_land_rates_are_told_by_year_and_shrinking_is_said():
    use = land_use((2015, 2020), (100, 90), (1e6, 1.2e6))
    assert (use.land_rate, use.reason) == (pytest.approx(-0.02), "land_shrinks")
    for years, areas, people in (((2020, 2020), (1, 1), (1, 1)), ((1, 2), (0, 1), (1, 1)), ((1, 2), (1, 1), (1, 0))):
        with pytest.raises(BadInput):
            land_use(years, areas, people)


def test_a_border_has_an_entrance_every_so_many_metres_where_a_street_is_near():
    finder = StreetFinder(street(-2000, 2000))
    square = shapely.box(0, 10 / NORTH_M, 203 / DEGREE_M, 213 / NORTH_M)
    # every 20 m of 812: eleven lie 10 m from the street, then one 19 m and one 30 m
    for limit, count in ((9.9, 0), (10.1, 11), (19.1, 12), (30.1, 13)):
        assert len(entrances(np.array([square]), finder, 20.0, limit)[1]) == count, limit
    doors, owner = entrances(np.array([square, square]), finder, 40.0, 10.1)
    assert np.bincount(owner).tolist() == [6, 6]
    assert doors.away_m == pytest.approx(np.full(12, 10.0), abs=0.01)


def test_open_space_covers_a_share_between_none_and_all():
    meter = AreaMeter(np.zeros(1), np.zeros(1))
    area = shapely.box(0, 0, 0.01, 0.01)
    assert covered_share(np.array([], dtype=object), area, meter) == (0.0, 0.0)
    assert covered_share(np.array([shapely.box(1, 1, 2, 2)]), area, meter) == (0.0, 0.0)
    metres, share = covered_share(np.array([shapely.box(-1, -1, 1, 1)]), area, meter)
    assert (metres, share) == (pytest.approx(area_m2(area)), pytest.approx(1.0))


def test_directions_fall_into_bins_centred_on_the_compass_points():
    def entropy(*bearings):
        turn = np.radians(np.array(bearings, float))
        lon = np.concatenate([[0.0], np.sin(turn) * 100 / DEGREE_M])
        lat = np.concatenate([[0.0], np.cos(turn) * 100 / NORTH_M])
        graph = build_graph(lon, lat, np.zeros(len(turn), int), np.arange(1, len(turn) + 1))
        return orientation_entropy(graph, np.ones(graph.segments))

    assert entropy(0, 4.9) == entropy(-4.9, 4.9) == pytest.approx(np.log(2))  # both ways of one direction
    assert entropy(0, 5.2) == pytest.approx(np.log(4), abs=1e-3)
    assert entropy(90, 94.9) == pytest.approx(np.log(2))


def test_a_cell_spread_evenly_has_at_most_about_400_starting_points_and_at_least_about_16():
    graph = street(0, 3000)
    finder = StreetFinder(graph)
    one = area_origins(np.array([shapely.box(0, 0, 0.01, 0.01)]), finder)
    assert len(one.cell) == 400
    many = np.array([shapely.box(x, 0, x + 0.001, 0.001) for x in np.arange(30_000) * 0.001])
    assert len(area_origins(many[:2000], finder).cell) == 2000 * 15**2


def test_the_share_of_a_cell_is_that_of_its_starting_points_and_zero_without_any():
    nowhere = np.zeros(3)
    places = Positions(np.array([0, 0, -1]), nowhere, nowhere, nowhere, nowhere)
    origins = Origins("street_nodes", np.array([0, 0, 2]), nowhere, nowhere, places, 3)
    assert origins.share(np.array([True, False, True])).tolist() == [0.5, 0.0, 1.0]
    assert origins.unsnapped_share.tolist() == [0.0, 1.0, 1.0]
