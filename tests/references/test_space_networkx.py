"""The whole way from file to distance, derived a second time with networkx, shapely and GEOS trees.

Nothing of `kenes.indicators.space` takes part in the second derivation: nodes and ways come from
osmium's own handler, lengths from PROJ geodesics, the nearest street from a tree of GEOS in a
plane, distances from networkx, shares from sums.
"""

import csv
import datetime as dt
import io
import os
import zipfile
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
from pyproj import Geod, Transformer

from kenes.indicators.space.graph import build_graph
from kenes.indicators.space.reach import distances_to
from kenes.indicators.space.snapping import StreetFinder
from kenes.sources.city.openstreetmap import read_extract

GEOD = Geod(ellps="WGS84")
MONACO = Path(__file__).parents[1] / "data" / "osm" / "monaco" / "monaco.osm.pbf"
NO_WAY = {
    "motorway", "motorway_link", "construction", "proposed", "planned", "abandoned", "razed", "platform",
    "raceway", "bus_guideway", "escape", "no",
}  # fmt: skip


def porto_alegre(name):
    folder = os.environ.get("KENES_TEST_DATA")
    assert folder, "KENES_TEST_DATA must name the folder that holds osm/porto_alegre"
    path = Path(folder) / "osm" / "porto_alegre" / name
    assert path.is_file(), f"{path} is missing"
    return path


class Ways(osmium.SimpleHandler):
    def __init__(self):
        super().__init__()
        self.places, self.pieces = {}, set()

    def way(self, way):
        tags = way.tags
        if "highway" not in tags or tags["highway"] in NO_WAY:
            return
        if tags.get("access") == "private" or tags.get("foot") == "no" or tags.get("area") == "yes":
            return
        nodes = [(n.ref, n.lon, n.lat) for n in way.nodes]
        for a, b in pairwise(nodes):
            self.places[a[0]], self.places[b[0]] = a[1:], b[1:]
            if a[0] != b[0]:
                self.pieces.add((min(a[0], b[0]), max(a[0], b[0])))


class Network:
    """Streets as networkx sees them; small islands (under 1 km) are not snapped to."""

    def __init__(self, path, zone):
        ways = Ways()
        ways.apply_file(str(path), locations=True)
        self.places, self.pieces = ways.places, sorted(ways.pieces)
        self.graph = nx.Graph()
        for a, b in self.pieces:
            (x, y), (u, v) = self.places[a], self.places[b]
            self.graph.add_edge(a, b, weight=GEOD.inv(x, y, u, v)[2])
        parts = [
            (sum(w for *_, w in self.graph.subgraph(c).edges.data("weight")), c)
            for c in nx.connected_components(self.graph)
        ]
        longest = max(length for length, _ in parts)
        self.usable = set().union(*(c for length, c in parts if length >= 1000 or length == longest))
        self.snappable = [piece for piece in self.pieces if piece[0] in self.usable]
        self.plane = Transformer.from_crs("EPSG:4326", zone, always_xy=True)
        xy = {n: self.plane.transform(*p) for n, p in self.places.items()}
        self.tree = shapely.STRtree([shapely.LineString([xy[a], xy[b]]) for a, b in self.snappable])

    def snap(self, lon, lat, limit=500.0):
        """Segment, metres from its start, metres of its length, metres away; None without a street."""
        x, y = self.plane.transform(lon, lat)
        point = shapely.Point(x, y)
        k = int(self.tree.nearest(point))
        line = self.tree.geometries[k]
        share = line.project(point, normalized=True)
        (a, b) = self.snappable[k]
        on = [p * (1 - share) + q * share for p, q in zip(self.places[a], self.places[b], strict=True)]
        away = GEOD.inv(lon, lat, *on)[2]
        return None if away > limit else (a, b, share * self.graph[a][b]["weight"], self.graph[a][b]["weight"], away)

    def distances(self, stops, cutoff, offsets=True):
        """Metres from nodes to the nearest stop, and the stops on each segment."""
        graph = self.graph.copy()
        on = {}
        for stop in filter(None, (self.snap(*s) for s in stops)):
            a, b, along, length, away = stop
            away = away if offsets else 0.0
            on.setdefault((a, b), []).append((along, away))
            for node, far in ((a, along + away), (b, length - along + away)):
                if not graph.has_edge("stops", node) or graph["stops"][node]["weight"] > far:
                    graph.add_edge("stops", node, weight=far)
        if "stops" not in graph:
            return {}, on
        return nx.single_source_dijkstra_path_length(graph, "stops", cutoff=cutoff), on

    def reach(self, place, distance, on):
        if place is None:
            return np.inf
        a, b, along, length, away = place
        best = min(distance.get(a, np.inf) + along, distance.get(b, np.inf) + length - along)
        best = min([best, *(abs(along - s) + off for s, off in on.get((a, b), []))])
        return best + away


def test_monaco_distances_equal_networkx_at_every_node_and_from_doors():
    network = Network(MONACO, "EPSG:32632")
    extract = read_extract(MONACO)
    streets = extract.streets
    walk = streets.walkable[streets.way]
    graph = build_graph(streets.longitude, streets.latitude, streets.start[walk], streets.end[walk])
    assert (graph.nodes, graph.segments) == (len(network.places), len(network.pieces))
    finder = StreetFinder(graph)
    stops = extract.stops["low"]
    field = distances_to(graph, finder.snap(stops.longitude, stops.latitude))
    theirs, on = network.distances(list(zip(stops.longitude, stops.latitude, strict=True)), None)
    at = {(round(x, 7), round(y, 7)): n for n, (x, y) in network.places.items()}
    ours = field.at(graph.node_positions)
    expected = [
        theirs.get(at[round(x, 7), round(y, 7)], np.inf) for x, y in zip(graph.longitude, graph.latitude, strict=True)
    ]
    np.testing.assert_allclose(ours, expected, atol=2e-3, rtol=0)  # the plane of the second way: UTM
    assert np.isfinite(ours).mean() > 0.95
    rng = np.random.default_rng(5)
    lon, lat = 7.41 + rng.random(300) * 0.03, 43.725 + rng.random(300) * 0.02
    doors = finder.snap(lon, lat)
    mine = field.at(doors)
    other = np.array([network.reach(network.snap(x, y), theirs, on) for x, y in zip(lon, lat, strict=True)])
    np.testing.assert_allclose(mine, other, atol=5e-3, rtol=0)


def test_monaco_distances_equal_networkx_to_a_micrometre_from_the_same_places_on_edges():
    extract = read_extract(MONACO)
    streets = extract.streets
    walk = streets.walkable[streets.way]
    graph = build_graph(streets.longitude, streets.latitude, streets.start[walk], streets.end[walk])
    rng = np.random.default_rng(11)
    segment, share, extra = rng.integers(0, graph.segments, 400), rng.random(400), rng.random(400) * 40
    at = graph.place(segment, share, extra)
    goals, doors = np.arange(60), np.arange(60, 400)
    ours = distances_to(graph, at.take(goals)).at(at.take(doors))
    network = nx.Graph()
    lon, lat, start, end = graph.longitude, graph.latitude, graph.start, graph.end
    cuts = {}
    for k in range(400):
        cuts.setdefault(int(segment[k]), []).append((float(share[k]), ("place", k)))
    for k in range(graph.segments):
        a, b = int(start[k]), int(end[k])
        length = GEOD.inv(lon[a], lat[a], lon[b], lat[b])[2]
        stations = [(0.0, a), *sorted(cuts.get(k, [])), (1.0, b)]
        for (s, p), (t, q) in pairwise(stations):
            network.add_edge(p, q, weight=(t - s) * length)
    for goal in goals:
        network.add_edge("goal", ("place", int(goal)), weight=float(extra[goal]))
    reached = nx.single_source_dijkstra_path_length(network, "goal")
    expected = [reached.get(("place", int(d)), np.inf) + extra[d] for d in doors]
    np.testing.assert_allclose(ours, expected, atol=1e-6, rtol=0)


def rows(archive, name):
    with zipfile.ZipFile(porto_alegre(archive)) as files, files.open(name) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8-sig")))


def served_stops(archive, day, weekday):
    """Stops with departures on the day: all of them, and departures between 7 and 19 h."""
    running = {
        r["service_id"]
        for r in rows(archive, "calendar.txt")
        if r[weekday] == "1" and r["start_date"] <= day <= r["end_date"]
    }
    if archive == "poa_eptc.zip":
        for r in rows(archive, "calendar_dates.txt"):
            if r["date"] == day:
                (running.add if r["exception_type"] == "1" else running.discard)(r["service_id"])
    trips = {r["trip_id"] for r in rows(archive, "trips.txt") if r["service_id"] in running}
    calls = {}
    for r in rows(archive, "stop_times.txt"):
        if r["trip_id"] in trips:
            calls.setdefault(r["trip_id"], []).append((int(r["stop_sequence"]), r["stop_id"], r["departure_time"]))
    count = {}
    for trip in calls.values():
        trip.sort()
        times = [
            sum(int(p) * f for p, f in zip(t.split(":"), (3600, 60, 1), strict=True)) if t else None for *_, t in trip
        ]
        known = [k for k, t in enumerate(times) if t is not None]
        filled = np.interp(range(len(times)), known, [times[k] for k in known])
        for (_, stop, _), when in zip(trip, filled, strict=True):
            every, window = count.get(stop, (0, 0))
            count[stop] = every + 1, window + (25200 <= when < 68400)
    where = {r["stop_id"]: (float(r["stop_lon"]), float(r["stop_lat"])) for r in rows(archive, "stops.txt")}
    return [(where[s], n) for s, (_, n) in count.items()]


@pytest.mark.long
@pytest.mark.extracts
def test_porto_alegre_shares_equal_a_second_derivation(tmp_path):
    from kenes.pipeline.city.measuring import measure_space
    from kenes.pipeline.city.request import SpaceRequest

    request = SpaceRequest(
        osm=porto_alegre("poa_osm.pbf"),
        gtfs=[porto_alegre("poa_eptc.zip"), porto_alegre("poa_trensurb.zip")],
        population=porto_alegre("poa_hexgrid.csv"), date=dt.date(2019, 5, 15),
    )  # fmt: skip
    measure_space(request, tmp_path / "poa")
    with (tmp_path / "poa" / "measurements.csv").open() as file:
        found = {
            (r["source"], r["distance"], r["origin_model"], r["headway_min"]): float(r["value"])
            for r in csv.DictReader(file)
            if r["indicator"] == "sdg_11_2_1"
        }
    network = Network(request.osm, "EPSG:31982")
    bus, rail = (
        served_stops("poa_eptc.zip", "20190515", "wednesday"),
        served_stops("poa_trensurb.zip", "20190515", "wednesday"),
    )
    with request.population.open() as file:
        cells = [(float(r["lon"]), float(r["lat"]), float(r["population"])) for r in csv.DictReader(file)]
    people = sum(c[2] for c in cells)
    assert people == 812935
    snapped = [network.snap(x, y) for x, y, _ in cells]
    for headway, least in (("", 0), ("20.0", 36)):
        low, high = [s for s, n in bus if n >= least], [s for s, n in rail if n >= least]
        for model, offsets in (("cell_centre", True), ("cell_centre_no_offset", False)):
            fields = [
                (network.distances(low, 500, offsets), 500),
                (network.distances(high, 1000, offsets), 1000),
            ]
            total = 0.0
            for place, (*_, persons) in zip(snapped, cells, strict=True):
                here = place if offsets or place is None else (*place[:4], 0.0)
                total += persons * any(network.reach(here, *field) <= limit for field, limit in fields)
            assert found["gtfs", "network", model, headway] == pytest.approx(total / people, abs=1e-9)
        straight = 0.0
        for x, y, persons in cells:
            far = [GEOD.inv([x] * len(s), [y] * len(s), *zip(*s, strict=True))[2] for s in (low, high)]
            straight += persons * (min(far[0]) <= 500 or min(far[1]) <= 1000)
        assert found["gtfs", "straight", "cell_centre", headway] == pytest.approx(straight / people, abs=1e-9)
    # the figures themselves, as derived above on 2019-05-15
    assert found["gtfs", "network", "cell_centre", ""] == pytest.approx(0.9078388801072657, abs=1e-9)
    assert found["gtfs", "network", "cell_centre", "20.0"] == pytest.approx(0.6316630480911758, abs=1e-9)
    assert found["osm", "network", "cell_centre", ""] == pytest.approx(0.7581860788377914, abs=1e-9)
    assert found["osm", "straight", "cell_centre", ""] == pytest.approx(0.8888644233548808, abs=1e-9)
