"""Distances on street graphs, against networkx and by laws."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from kenes.indicators.space.geodesy import AreaMeter, area_error, area_m2, lengths_m
from kenes.indicators.space.graph import build_graph
from kenes.indicators.space.reach import distances_to, neighbourhood_sums
from kenes.indicators.space.snapping import StreetFinder
from kenes.vocabulary.errors import BadInput

GEOD = Geod(ellps="WGS84")


def town(seed, nodes=40, links=60, lon0=30.0, lat0=40.0):
    rng = np.random.default_rng(seed)
    lon, lat = lon0 + rng.random(nodes) * 0.02, lat0 + rng.random(nodes) * 0.02
    return lon, lat, rng.integers(0, nodes, links), rng.integers(0, nodes, links)


def by_networkx(lon, lat, start, end, positions, sources):
    """Every position is a node of its own, cut into its segment; lengths are geodesics."""
    streets = nx.Graph()
    cuts = {}
    for key, (segment, share) in positions.items():
        cuts.setdefault(segment, []).append((share, key))
    for k, (a, b) in enumerate(zip(start, end, strict=True)):
        length = GEOD.inv(lon[a], lat[a], lon[b], lat[b])[2]
        stations = [(0.0, ("node", a)), *sorted(cuts.get(k, [])), (1.0, ("node", b))]
        for (s, p), (t, q) in pairwise(stations):
            weight = (t - s) * length
            if p != q and (not streets.has_edge(p, q) or streets[p][q]["weight"] > weight):
                streets.add_edge(p, q, weight=weight)
    return nx.multi_source_dijkstra_path_length(streets, sources, weight="weight")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_distances_equal_networkx_from_places_in_the_middle_of_streets(seed):
    graph = build_graph(*town(seed))
    rng = np.random.default_rng(seed + 1)
    segment, share = rng.integers(0, graph.segments, 12), rng.random(12)
    at = graph.place(segment, share, np.zeros(12))
    field = distances_to(graph, at.take(np.arange(4)))
    ours = field.at(at)
    positions = {("place", k): (int(segment[k]), float(share[k])) for k in range(12)}
    theirs = by_networkx(
        graph.longitude, graph.latitude, graph.start, graph.end, positions, [("place", k) for k in range(4)]
    )
    expected = [theirs.get(("place", k), np.inf) for k in range(12)]
    np.testing.assert_allclose(ours, expected, atol=1e-6, rtol=0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_way_there_is_as_long_as_the_way_back(seed):
    graph = build_graph(*town(seed))
    rng = np.random.default_rng(seed)
    at = graph.place(rng.integers(0, graph.segments, 2), rng.random(2), rng.random(2) * 50)
    a, b = at.take(np.array([0])), at.take(np.array([1]))
    there, back = distances_to(graph, a).at(b)[0], distances_to(graph, b).at(a)[0]
    assert there == back or abs(there - back) < 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_another_destination_never_makes_the_way_longer(seed):
    graph = build_graph(*town(seed))
    rng = np.random.default_rng(seed)
    at = graph.place(rng.integers(0, graph.segments, 5), rng.random(5), np.zeros(5))
    few, more = distances_to(graph, at.take(np.arange(2))), distances_to(graph, at.take(np.arange(3)))
    assert (more.at(graph.node_positions) <= few.at(graph.node_positions) + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_contraction_conserves_every_metre_of_street(seed):
    graph = build_graph(*town(seed))
    assert graph.chain_length_m.sum() == pytest.approx(graph.length_m.sum(), rel=1e-12)
    ends = graph.chain_offset_m + graph.chain_sign * graph.length_m
    assert (ends >= -1e-9).all()
    assert (ends <= graph.chain_length_m[graph.chain] + 1e-6).all()


def test_a_ring_without_a_crossing_is_walked_the_shorter_way():
    lon, lat = np.array([0.0, 0.001, 0.001, 0.0]), np.array([0.0, 0.0, 0.001, 0.001])
    graph = build_graph(lon, lat, np.arange(4), np.array([1, 2, 3, 0]))
    at = graph.node_positions
    distance = distances_to(graph, at.take(np.array([0]))).at(at)
    sides = [GEOD.inv(lon[a], lat[a], lon[b], lat[b])[2] for a, b in ((0, 1), (1, 2), (2, 3), (3, 0))]
    assert distance[[1, 3]] == pytest.approx([sides[0], sides[3]], abs=1e-6)
    assert distance[2] == pytest.approx(min(sides[0] + sides[1], sides[2] + sides[3]), abs=1e-6)


def test_nothing_is_reached_beyond_the_limit():
    graph = build_graph(np.array([0, 0.001, 0.002]), np.zeros(3), np.array([0, 1]), np.array([1, 2]))
    at = graph.node_positions
    distance = distances_to(graph, at.take(np.array([0])), 150.0).at(at)
    assert np.isfinite(distance).tolist() == [True, True, False]


def test_segments_given_twice_or_without_length_are_left_out():
    graph = build_graph(np.array([0, 0.001, 0.002]), np.zeros(3), np.array([0, 1, 1, 2]), np.array([1, 0, 1, 1]))
    assert graph.segments == 2


def test_a_node_number_that_does_not_exist_is_told():
    with pytest.raises(BadInput, match="expected nodes below 2, found 5"):
        build_graph(np.zeros(2), np.zeros(2), np.array([0]), np.array([5]))


def test_the_antimeridian_does_not_tear_a_street():
    graph = build_graph(np.array([179.999, -179.999]), np.zeros(2), np.array([0]), np.array([1]))
    assert graph.length_m[0] == pytest.approx(GEOD.inv(179.999, 0, -179.999, 0)[2], abs=1e-6)
    found = StreetFinder(graph).snap(np.array([179.9995, -179.9995]), np.array([0.0005, 0.0005]))
    assert found.found.all()
    assert found.away_m == pytest.approx([GEOD.inv(0, 0, 0, 0.0005)[2]] * 2, abs=1e-3)


@pytest.mark.parametrize("latitude", [-80.0, -30.0, 0.0, 28.1, 41.0, 69.6])
def test_lengths_are_those_of_geodesics(latitude):
    rng = np.random.default_rng(1)
    lon, lat = rng.random(200) * 0.005, latitude + rng.random(200) * 0.005
    ours = lengths_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    theirs = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    np.testing.assert_allclose(ours, theirs, atol=1e-6, rtol=0)


def test_a_plane_of_another_country_is_refused_with_the_size_of_its_error():
    lon, lat = np.array([-51.25, -51.15]), np.array([-30.1, -30.0])
    assert area_error("EPSG:31982", lon, lat) < 1e-3
    with pytest.raises(BadInput, match=r"plane EPSG:32635: .* found an error of"):
        AreaMeter(lon, lat, "EPSG:32635")
    with pytest.raises(BadInput, match="EPSG:3857"):
        AreaMeter(lon, lat, "EPSG:3857")
    with pytest.raises(BadInput, match="expected a reference system"):
        AreaMeter(lon, lat, "EPSG:999999")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_nearest_street_is_the_nearest_of_all(seed):
    graph = build_graph(*town(seed))
    rng = np.random.default_rng(seed)
    lon, lat = 29.998 + rng.random(20) * 0.024, 39.998 + rng.random(20) * 0.024
    found = StreetFinder(graph, np.ones(graph.segments, bool)).snap(lon, lat, 5000.0)
    ex, ny = (
        np.array(v)
        for v in (
            GEOD.inv(30.01, 40.01, 30.0100001, 40.01)[2] * 1e7,
            GEOD.inv(30.01, 40.01, 30.01, 40.0100001)[2] * 1e7,
        )
    )
    for k in range(20):
        ax, ay = (graph.longitude[graph.start] - lon[k]) * ex, (graph.latitude[graph.start] - lat[k]) * ny
        dx = (graph.longitude[graph.end] - graph.longitude[graph.start]) * ex
        dy = (graph.latitude[graph.end] - graph.latitude[graph.start]) * ny
        t = np.clip(-(ax * dx + ay * dy) / (dx**2 + dy**2), 0, 1)
        assert found.away_m[k] == pytest.approx(np.hypot(ax + t * dx, ay + t * dy).min(), rel=1e-3, abs=0.2)


def test_sums_of_a_neighbourhood_equal_one_search_from_each_origin():
    graph = build_graph(*town(3, 60, 90))
    rng = np.random.default_rng(3)
    at = graph.place(rng.integers(0, graph.segments, 30), rng.random(30), np.zeros(30))
    worth = rng.random((30, 1))
    origins = np.arange(len(graph.junction))
    ones = np.ones((len(origins), 1))
    sums = neighbourhood_sums(graph, origins, 900.0, junction_values=ones, places=at, place_values=worth)
    for origin in origins[::5]:
        start = graph.node_positions.take(graph.junction[[origin]])
        field = distances_to(graph, start, 900.0)
        assert sums.at_junctions[origin, 0] == np.isfinite(field.junction_m).sum()
        assert sums.at_places[origin, 0] == pytest.approx(worth[np.isfinite(field.at(at)), 0].sum())


def test_an_area_is_that_on_the_ellipsoid():
    import shapely

    square = shapely.box(28.0, 41.0, 28.01, 41.01)
    assert area_m2(square) == pytest.approx(abs(GEOD.geometry_area_perimeter(square)[0]))
    assert area_m2(shapely.reverse(square)) == pytest.approx(area_m2(square))
