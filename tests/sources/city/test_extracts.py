"""Cutting a city out of a larger map."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from kenes.indicators.space.graph import build_graph
from kenes.indicators.space.reach import distances_to
from kenes.indicators.space.snapping import StreetFinder
from kenes.sources.city.extracts import cut_extract
from kenes.sources.city.openstreetmap import read_extract
from kenes.vocabulary.errors import SourceError

MONACO = Path(__file__).parents[2] / "data" / "osm" / "monaco" / "monaco.osm.pbf"
QUARTER = shapely.box(7.417, 43.731, 7.424, 43.737)


def distances(path, lon, lat, limit):
    extract = read_extract(path)
    s = extract.streets
    walk = s.walkable[s.way]
    graph = build_graph(s.longitude, s.latitude, s.start[walk], s.end[walk])
    finder = StreetFinder(graph, np.ones(graph.segments, bool))
    stops = extract.stops["low"]
    return distances_to(graph, finder.snap(stops.longitude, stops.latitude), limit).at(finder.snap(lon, lat))


def test_distances_inside_are_those_of_the_whole_map(tmp_path):
    target = tmp_path / "quarter.osm.pbf"
    assert cut_extract(MONACO, QUARTER, target, margin_m=600) > 500
    assert target.stat().st_size < 0.95 * MONACO.stat().st_size
    rng = np.random.default_rng(0)
    lon, lat = 7.417 + rng.random(200) * 0.007, 43.731 + rng.random(200) * 0.006
    whole, cut = distances(MONACO, lon, lat, 500), distances(target, lon, lat, 500)
    assert np.isfinite(whole).mean() > 0.5
    np.testing.assert_allclose(cut, whole, atol=1e-6, rtol=0)  # sums in another order


def test_a_boundary_elsewhere_is_told_and_nothing_is_left(tmp_path):
    with pytest.raises(SourceError, match="expected something within the boundary, found nothing"):
        cut_extract(MONACO, shapely.box(29, 41, 29.1, 41.1), tmp_path / "x.osm.pbf")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_map_is_told(tmp_path):
    path = tmp_path / "no.osm.pbf"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(SourceError, match="expected OpenStreetMap data"):
        cut_extract(path, QUARTER, tmp_path / "x.osm.pbf")
