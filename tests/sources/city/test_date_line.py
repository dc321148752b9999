"""Files of a town across the 180th meridian: longitudes from -180 to 180, outlines that go on beyond."""

import json

import h3
import numpy as np
import pytest
import shapely

from kenes.sources.city.extracts import cut_extract
from kenes.sources.city.openstreetmap import read_extract
from kenes.sources.city.population import read_population

OUTLINES = {
    "going on in the east": shapely.box(179.99, -0.01, 180.01, 0.01),
    "going on in the west": shapely.box(-180.01, -0.01, -179.99, 0.01),
    "cut in two": shapely.MultiPolygon(
        [shapely.box(179.99, -0.01, 180, 0.01), shapely.box(-180, -0.01, -179.99, 0.01)]
    ),
}
INSIDE = [179.991, 179.999, -179.999, -179.991]
OUTSIDE = [179.98, -179.98, 0.0, 90.0]


@pytest.mark.parametrize("outline", OUTLINES.values(), ids=OUTLINES)
def test_people_on_both_sides_of_the_line_lie_in_the_boundary(tmp_path, outline):
    path = tmp_path / "people.csv"
    rows = "".join(f"{k},{lon},0,{10 + k}\n" for k, lon in enumerate([*INSIDE, *OUTSIDE]))
    path.write_text("id,lon,lat,population\n" + rows)
    cells = read_population(path, outline)
    assert cells.longitude.tolist() == INSIDE
    assert cells.population.tolist() == [10, 11, 12, 13]


def test_a_layer_of_people_is_cut_on_both_sides_too(tmp_path):
    path = tmp_path / "people.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"id": str(k), "population": 5.0},
            "geometry": {"type": "Point", "coordinates": [lon, 0.0]},
        }
        for k, lon in enumerate([*INSIDE, *OUTSIDE])
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    for outline in OUTLINES.values():
        assert read_population(path, outline).longitude.tolist() == INSIDE


def test_hexagons_on_the_line_are_whole_and_stated_centres_on_either_side_are_theirs(tmp_path):
    cells = sorted({h3.latlng_to_cell(0.0, lon, 8) for lon in (179.99, 179.997, 180.0, -179.997, -179.99)})
    path = tmp_path / "people.csv"
    path.write_text("h3,population\n" + "".join(f"{cell},1\n" for cell in cells))
    found = read_population(path)
    assert (shapely.area(found.polygon) < 1e-4).all()
    west, _, east, _ = shapely.total_bounds(found.polygon)
    assert east - west < 0.1
    centres = [h3.cell_to_latlng(cell) for cell in cells]
    for turn in (0, 360):
        rows = "".join(f"{c},{(x % 360) - 360 + turn},{y},1\n" for c, (y, x) in zip(cells, centres, strict=True))
        path.write_text("h3,lon,lat,population\n" + rows)
        assert len(read_population(path)) == len(cells)


@pytest.mark.parametrize("outline", OUTLINES.values(), ids=OUTLINES)
def test_a_city_on_the_line_is_cut_out_of_a_map_with_the_streets_of_both_sides(tmp_path, outline):
    lon = np.array([*INSIDE, 179.9, -179.9])
    nodes = "".join(f'<node id="{k + 1}" version="1" lon="{x}" lat="0"/>' for k, x in enumerate(lon))
    ends = ((1, 2), (3, 4), (5, 5), (6, 6))
    ways = "".join(
        f'<way id="{k}" version="1"><nd ref="{a}"/><nd ref="{b}"/><tag k="highway" v="path"/></way>'
        for k, (a, b) in enumerate(ends, 1)
    )
    source, target = tmp_path / "whole.osm", tmp_path / "cut.osm.pbf"
    source.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    assert cut_extract(source, outline, target, margin_m=100) == 2
    assert read_extract(target).streets.way_id.tolist() == [1, 2]
