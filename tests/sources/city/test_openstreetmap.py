"""Map extracts as they come: clipped, empty, odd."""

from pathlib import Path

import pytest

from kenes.indicators.space.graph import build_graph
from kenes.sources.city.openstreetmap import read_extract
from kenes.sources.city.tags import fits
from kenes.vocabulary.errors import SourceError

MONACO = Path(__file__).parents[2] / "data" / "osm" / "monaco" / "monaco.osm.pbf"


def osm(tmp_path, body):
    path = tmp_path / "x.osm"
    path.write_text(f'<osm version="0.6">{body}</osm>', encoding="utf-8")
    return path


def node(number, lon, lat, **tags):
    inner = "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{inner}</node>'


def way(number, nodes, **tags):
    inner = "".join(f'<nd ref="{n}"/>' for n in nodes) + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
    return f'<way id="{number}" version="1">{inner}</way>'


def test_monaco_has_the_pedestrian_network_that_was_counted_by_another_reader():
    # README of the data set: 11,080 nodes, 12,162 edges, 121 km
    extract = read_extract(MONACO)
    s = extract.streets
    walk = s.walkable[s.way]
    graph = build_graph(s.longitude, s.latitude, s.start[walk], s.end[walk])
    assert (graph.nodes, graph.segments) == (11_080, 12_162)
    assert graph.length_m.sum() / 1000 == pytest.approx(121, abs=0.5)
    assert extract.date == "2023-12-26"


def test_a_way_with_a_missing_node_is_cut_there(tmp_path):
    body = node(1, 29, 41) + node(2, 29.001, 41) + node(4, 29.003, 41) + node(5, 29.004, 41)
    extract = read_extract(osm(tmp_path, body + way(9, [1, 2, 3, 4, 5], highway="residential")))
    assert len(extract.streets.start) == 2
    assert (extract.signs["ways_cut"], extract.signs["nodes_missing"]) == (1, 1)


def test_ways_that_may_not_be_walked_on_are_left_out(tmp_path):
    body = node(1, 29, 41) + node(2, 29.001, 41)
    ways = [
        {"highway": "residential"},
        {"highway": "motorway"},
        {"highway": "footway", "access": "private"},
        {"highway": "path", "foot": "no"},
        {"highway": "pedestrian", "area": "yes"},
    ]
    body += "".join(way(k + 1, [1, 2], **tags) for k, tags in enumerate(ways))
    assert read_extract(osm(tmp_path, body)).streets.walkable.tolist() == [True, False, False, False, False]


def test_stops_are_sorted_by_capacity(tmp_path):
    body = (
        node(1, 29, 41, highway="bus_stop")
        + node(2, 29, 41, railway="station")
        + node(3, 29, 41, railway="tram_stop")
        + node(4, 29, 41, railway="station", station="miniature")
        + node(5, 29, 41, amenity="ferry_terminal")
        + node(6, 29, 41, public_transport="stop_position", subway="yes")
    )
    stops = read_extract(osm(tmp_path, body)).stops
    assert list(stops["low"].kind) == ["bus", "tram"]
    assert list(stops["high"].kind) == ["rail", "ferry", "metro"]


def test_places_drawn_as_areas_count_as_places(tmp_path):
    square = "".join(
        node(k, 29 + x / 1000, 41 + y / 1000) for k, (x, y) in enumerate([(0, 0), (1, 0), (1, 1), (0, 1)], 1)
    )
    extract = read_extract(osm(tmp_path, square + way(1, [1, 2, 3, 4, 1], amenity="school", leisure="park")))
    assert len(extract.destinations["learning"]) == len(extract.destinations["outdoors"]) == 1
    assert len(extract.open_space) == 1


@pytest.mark.parametrize("body", ["", node(1, 29, 41), node(1, 29, 41) + way(1, [1], highway="path")])
def test_an_extract_without_streets_is_an_empty_network(tmp_path, body):
    s = read_extract(osm(tmp_path, body)).streets
    assert build_graph(s.longitude, s.latitude, s.start, s.end).segments == 0


def test_what_is_no_map_is_told(tmp_path):
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(b"this is no map at all")
    with pytest.raises(SourceError, match="expected OpenStreetMap data"):
        read_extract(path)
    with pytest.raises(SourceError, match="expected a file, found none"):
        read_extract(tmp_path / "none.osm.pbf")


def test_a_match_needs_every_key():
    assert fits({"a": "1", "b": "2"}, {"a": ["1"], "b": ("*",)})
    assert not fits({"a": "1"}, {"a": ["1"], "b": ("*",)})
    assert fits({"a": "1"}, {"a": ["1"], "b": ["", "3"]})


def test_a_platform_drawn_as_a_line_is_a_stop_at_its_middle(tmp_path):
    body = node(1, 29, 41) + node(2, 29.001, 41) + node(3, 29.002, 41)
    body += way(7, [1, 2, 3], public_transport="platform", bus="yes") + way(8, [1, 2], highway="footway")
    body += way(9, [1, 2, 3], highway="platform", public_transport="platform")
    extract = read_extract(osm(tmp_path, body))
    assert [len(extract.stops[c]) for c in ("low", "high")] == [2, 0]
    assert extract.stops["low"].longitude.tolist() == [29.001, 29.001]
