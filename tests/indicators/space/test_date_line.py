"""A town across the 180th meridian is measured as the same town anywhere else on its parallel."""

import numpy as np
import pytest
import shapely

from kenes.indicators.space.coverage import reach_area
from kenes.indicators.space.geodesy import (
    AreaMeter,
    area_error,
    area_m2,
    lengths_m,
    lies_in,
    middle_of,
    turned_near,
    unwrapped,
)
from kenes.indicators.space.graph import build_graph
from kenes.indicators.space.neighbourhoods import neighbourhoods_of
from kenes.indicators.space.open_space import covered_share, entrances, sizes_m2
from kenes.indicators.space.origins import area_origins, centre_origins, node_origins
from kenes.indicators.space.snapping import NodeFinder, StreetFinder
from kenes.indicators.space.structure import circuity, crossings, orientation_entropy
from kenes.indicators.space.transit import StopReach, StopSet
from kenes.pipeline.city.land import share_inside
from kenes.vocabulary.errors import BadInput

HOME, LINE = 30.0, 180.0
RNG = np.random.default_rng(5)
EAST, NORTH = RNG.uniform(-0.01, 0.01, 60), 51.8 + RNG.uniform(-0.01, 0.01, 60)
START, END = RNG.integers(0, 60, 90), RNG.integers(0, 60, 90)


def in_degrees(longitude):
    """Longitudes as files hold them: from -180 to 180."""
    return (np.asarray(longitude, float) + 180) % 360 - 180


def graph_at(middle):
    return build_graph(in_degrees(middle + EAST), NORTH, START, END)


def both(measure):
    """What is measured at home and across the line."""
    return measure(HOME), measure(LINE)


def test_the_town_lies_on_both_sides_of_the_line():
    lon = in_degrees(LINE + EAST)
    assert (lon < 0).any()
    assert (lon > 0).any()


def test_lengths_across_the_line_are_short_and_long_ones_are_geodesics():
    for scale in (0.0001, 0.01):
        a, b = np.array([-1.0, 1.0]) * scale, np.array([1.0, -1.0]) * scale
        home, line = both(lambda m: lengths_m(in_degrees(m + a), NORTH[:2], in_degrees(m + b), NORTH[:2]))  # noqa: B023
        assert line == pytest.approx(home, rel=1e-9)
        assert (line < 3000).all()


def test_longitudes_are_turned_to_within_half_a_turn_of_a_middle():
    assert turned_near(np.array([-179.0, 179.0]), 180.0).tolist() == [181.0, 179.0]
    assert turned_near(np.array([-179.0, 179.0]), -180.0).tolist() == [-179.0, -181.0]
    assert turned_near(np.array([10.0, 359.0, -350.0, 260.0, 179.0]), 0.0).tolist() == [10.0, -1.0, 10.0, -100.0, 179.0]


def test_longitudes_are_made_continuous_only_where_they_span_more_than_half_a_turn():
    assert unwrapped(np.array([179.0, -179.0, np.nan])).tolist()[:2] == [179.0, 181.0]
    assert unwrapped(np.array([-90.0, 90.0])).tolist() == [-90.0, 90.0]
    assert unwrapped(np.array([-90.1, 90.0])).tolist() == [pytest.approx(269.9), 90.0]
    assert unwrapped(np.zeros(0)).tolist() == []


def test_a_graph_across_the_line_has_the_streets_of_the_one_at_home():
    home, line = both(graph_at)
    assert line.length_m == pytest.approx(home.length_m, rel=1e-9)
    assert line.chain_length_m == pytest.approx(home.chain_length_m, rel=1e-9)
    assert np.ptp(line.longitude) < 0.1
    entropies = [orientation_entropy(g, np.ones(g.segments)) for g in (home, line)]
    assert entropies[1] == pytest.approx(entropies[0], abs=1e-6)
    bends = [circuity(g, np.ones(len(g.chain_first))) for g in (home, line)]
    assert bends[1] == pytest.approx(bends[0], rel=1e-9)
    met = [crossings(g, 40.0) for g in (home, line)]
    assert met[1].cluster.tolist() == met[0].cluster.tolist()
    assert met[1].longitude - LINE == pytest.approx(met[0].longitude - HOME, abs=1e-9)


@pytest.mark.parametrize("finder", [StreetFinder, lambda g: NodeFinder(g, np.arange(g.nodes))])
def test_places_on_either_side_find_the_street_on_the_other(finder):
    x, y = RNG.uniform(-0.012, 0.012, 80), 51.8 + RNG.uniform(-0.012, 0.012, 80)
    home, line = both(lambda m: finder(graph_at(m)).snap(in_degrees(m + x), y, 400.0))
    assert line.found.tolist() == home.found.tolist()
    assert line.away_m == pytest.approx(home.away_m, abs=1e-5)
    assert line.longitude - LINE == pytest.approx(home.longitude - HOME, abs=1e-8, nan_ok=True)
    assert home.found.sum() > 0


def test_people_near_a_stop_across_the_line_are_served():
    x, y = RNG.uniform(-0.01, 0.01, 80), 51.8 + RNG.uniform(-0.01, 0.01, 80)

    def served(middle):
        graph = graph_at(middle)
        finder = StreetFinder(graph)
        stops = StopSet({"low": in_degrees(middle + EAST[:4])}, {"low": NORTH[:4]})
        reach = StopReach(stops, graph, finder, {"low": 700.0})
        homes = centre_origins(in_degrees(middle + x), y, finder)
        return reach.network(homes).tolist(), reach.straight(homes).tolist()

    home, line = both(served)
    assert line == home
    assert 0 < sum(home[0]) < sum(home[1]) < 80


def _square(middle, half=0.006):
    return shapely.box(middle - half, 51.794, middle + half, 51.806)


@pytest.mark.parametrize("turn", [0.0, -360.0])
def test_an_area_holds_the_same_points_whichever_way_its_degrees_go_on(turn):
    home = lies_in(_square(HOME), HOME + EAST, NORTH)
    assert 0 < home.sum() < 60
    assert lies_in(_square(LINE + turn), in_degrees(LINE + EAST), NORTH).tolist() == home.tolist()
    assert middle_of(_square(LINE + turn)) == pytest.approx(LINE + turn)
    assert middle_of(shapely.Polygon()) == 0.0
    pieces = share_inside(_square(HOME), HOME + EAST, NORTH, START, END)
    across = share_inside(_square(LINE + turn), in_degrees(LINE + EAST), NORTH, START, END)
    assert across == pytest.approx(pieces, abs=1e-9)


def test_areas_and_lengths_are_the_same_on_the_line():
    home, line = both(lambda m: area_m2(_square(m)))
    assert line == pytest.approx(home, rel=1e-9)
    home, line = both(lambda m: sizes_m2(np.array([_square(m)]), AreaMeter(np.zeros(1), np.zeros(1))))
    assert line == pytest.approx(home, rel=1e-9)
    home, line = both(lambda m: area_m2(reach_area(m + EAST[:5], NORTH[:5], 300.0)))
    assert line == pytest.approx(home, rel=1e-9)
    parks = shapely.box(-0.02, 51.79, 0.001, 51.81)

    def share(middle):
        park = shapely.transform(parks, lambda xy: xy + np.array([middle, 0]))
        return covered_share(np.array([park]), _square(middle), AreaMeter(np.zeros(1), np.zeros(1)))[1]

    home, line = both(share)
    assert line == pytest.approx(home, rel=1e-9)


def test_people_start_from_nodes_cells_and_doors_on_both_sides():
    cells = [shapely.box(x, 51.79, x + 0.01, 51.81) for x in (-0.01, 0.0)]

    def origins(middle):
        graph = graph_at(middle)
        polygons = np.array([shapely.transform(cell, lambda xy: xy + np.array([middle, 0])) for cell in cells])
        nodes = node_origins(polygons, graph, np.arange(graph.nodes))
        area = area_origins(polygons, StreetFinder(graph))
        doors, _ = entrances(polygons, StreetFinder(graph), 50.0, 100.0)
        return np.bincount(nodes.cell).tolist(), area.unsnapped_share.tolist(), len(doors.chain)

    home, line = both(origins)
    assert line == home
    assert min(home[0]) > 10


def test_neighbourhoods_reach_across_the_line():
    persons, area = np.arange(60.0), np.full(60, 0.01)

    def densities(middle):
        graph = graph_at(middle)
        cells = StreetFinder(graph).snap(in_degrees(middle + EAST), NORTH)
        return neighbourhoods_of(graph, cells, persons, area, crossings(graph)).persons_per_km2

    home, line = both(densities)
    assert line == pytest.approx(home, rel=1e-9, nan_ok=True)


def test_a_plane_serves_a_town_on_the_line_unless_its_own_edge_tears_the_town_apart():
    lon, square = in_degrees(LINE + EAST), _square(LINE)
    assert area_error("EPSG:32660", LINE + EAST, NORTH) == pytest.approx(area_error("EPSG:32660", lon, NORTH), rel=1e-6)
    meter = AreaMeter(lon, NORTH, "EPSG:3571")  # equal areas around the pole, the 180th meridian in its middle
    assert meter.area_m2(meter.prepared(square)) == pytest.approx(area_m2(square), rel=1e-3)
    assert shapely.hausdorff_distance(meter.back(meter.prepared(square)), square) == pytest.approx(0, abs=1e-7)
    home = AreaMeter(HOME + EAST, NORTH, "EPSG:6933")  # equal areas on a cylinder that is cut at the 180th meridian
    assert home.area_m2(home.prepared(_square(HOME))) == pytest.approx(area_m2(_square(HOME)), rel=1e-3)
    with pytest.raises(BadInput, match="EPSG:6933"):
        AreaMeter(lon, NORTH, "EPSG:6933")
