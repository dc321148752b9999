"""Shares of land and sun on roofs in a city of hand-made squares on the equator."""

import csv
import json

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from tests.cli.test_space import run
from tests.sources.city.test_population import tiff
from tests.sources.city.test_weather import epw, on_plane, year

from kenes.cli.space import space
from kenes.indicators.space.geodesy import area_m2, lengths_m
from kenes.sources.city.built_up import read_built_up
from kenes.vocabulary.errors import SourceError

WEST, SIDE = 29.0, 0.01  # the study area is a square of 0.01 degrees on the equator
AREA = shapely.box(WEST, 0, WEST + SIDE, SIDE)
PARK = shapely.box(WEST, 0, WEST + 0.2 * SIDE, 0.5 * SIDE)
HOUSE = shapely.box(WEST + 0.6 * SIDE, 0.6 * SIDE, WEST + 0.7 * SIDE, 0.7 * SIDE)
ROAD = [(WEST + (0.02 + k * 0.096) * SIDE, 0.55 * SIDE) for k in range(11)]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A map with a park, a house and a street 10 m wide from west to east, in ten pieces."""
    folder = tmp_path_factory.mktemp("city")
    lines, nodes, ways = [], {}, []

    def way(points, closed, **tags):
        ids = [nodes.setdefault(point, len(nodes) + 1) for point in points]
        refs = "".join(f'<nd ref="{k}"/>' for k in ids + ids[:1] * closed)
        keys = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        ways.append(f'<way id="{len(ways) + 1}" version="1" timestamp="2024-05-01T00:00:00Z">{refs}{keys}</way>')

    for polygon, tags in ((PARK, {"leisure": "park"}), (HOUSE, {"building": "yes"})):
        way([tuple(p) for p in shapely.get_coordinates(polygon)[:-1].tolist()], True, **tags)
    way(ROAD, False, highway="residential", width="10")
    for (lon, lat), k in nodes.items():
        lines.append(f'<node id="{k}" version="1" timestamp="2024-05-01T00:00:00Z" lon="{lon!r}" lat="{lat!r}"/>')
    (folder / "map.osm").write_text(f'<osm version="0.6">{"".join(lines + ways)}</osm>')
    outline(folder / "area.geojson", AREA)
    return folder


def outline(path, *polygons):
    features = [{"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(p)} for p in polygons]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def measured(city, out, *more):
    result = run("--osm", city / "map.osm", "--boundary", city / "area.geojson", "--out", out, *more)
    assert result.exit_code == 0, result.output
    with (out / "measurements.csv").open(encoding="utf-8") as file:
        return {r["indicator"]: r for r in csv.DictReader(file)}


def shares(rows):
    names = ("open_space_share", "street_land_share", "sdg_11_7_1")
    return tuple(float(rows[name]["value"]) for name in names)


def street_m2(pieces):
    """Land of the first so many pieces of the street."""
    lon, lat = np.array(ROAD).T
    return 10 * float(lengths_m(lon[:-1], lat[:-1], lon[1:], lat[1:])[pieces].sum())


def test_without_a_built_up_area_the_study_area_stands_in_and_says_so(city, tmp_path):
    rows = measured(city, tmp_path / "out")
    park, street, both = shares(rows)
    assert park == pytest.approx(0.1, rel=1e-6)
    assert street == pytest.approx(street_m2(slice(None)) / area_m2(AREA), rel=1e-9)
    assert both == park + street
    assert "area_is_study_area_not_built_up" in rows["sdg_11_7_1"]["flags"]


def test_an_outline_holds_open_space_and_streets_and_is_what_they_are_divided_by(city, tmp_path):
    # the western half of the area, drawn far beyond it: the park whole, 4.9 of ten pieces of the street (0.47 of 0.96)
    west = shapely.box(WEST - SIDE, -SIDE, WEST + 0.49 * SIDE, 2 * SIDE)
    held = shapely.box(WEST, 0, WEST + 0.49 * SIDE, SIDE)
    rows = measured(city, tmp_path / "out", "--built-up", outline(tmp_path / "b.geojson", west))
    park, street, both = shares(rows)
    assert park == pytest.approx(area_m2(PARK) / area_m2(held), rel=1e-9)
    assert street == pytest.approx(street_m2(slice(0, 5)) * 0.47 / 0.48 / area_m2(held), rel=1e-9)
    assert both == park + street
    assert rows["sdg_11_7_1"]["flags"] == "built_up_outline widths_assumed_by_class"
    assert rows["study_area"]["value"] == measured(city, tmp_path / "plain")["study_area"]["value"]


def test_parts_of_an_outline_add_up_to_the_whole(city, tmp_path):
    cut = WEST + 0.13 * SIDE  # through the park
    parts = [shapely.box(WEST, 0, cut, SIDE), shapely.box(cut, 0, WEST + SIDE, SIDE)]
    total = np.zeros(3)
    for k, part in enumerate(parts):
        rows = measured(city, tmp_path / f"{k}", "--built-up", outline(tmp_path / f"{k}.geojson", part))
        total += np.array(shares(rows)) * area_m2(part)
    both = measured(city, tmp_path / "both", "--built-up", outline(tmp_path / "both.geojson", *parts))
    assert total == pytest.approx(np.array(shares(both)) * area_m2(AREA), rel=1e-9)
    assert shares(both) == pytest.approx(shares(measured(city, tmp_path / "none")), rel=1e-9)


def test_a_raster_of_square_metres_is_summed_inside_the_study_area(city, tmp_path):
    # cells of 0.004 degrees: two and a half a side; 1,000 m² built in each, so 2.5 x 2.5 x 1,000
    path = tiff(tmp_path / "b.tif", np.full((4, 4), 1000, np.float32), west=WEST, north=0.012, size=0.004)
    rows = measured(city, tmp_path / "out", "--built-up", path)
    park, street, _ = shares(rows)
    assert park == pytest.approx(area_m2(PARK) / 6250, rel=1e-5)
    assert street == pytest.approx(street_m2(slice(None)) / 6250, rel=1e-5)
    assert rows["open_space_share"]["flags"] == "built_up_surface"
    provenance = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert "built_up/b.tif" in provenance["inputs"]


def test_a_mask_counts_the_true_area_of_its_cells(city, tmp_path):
    values = np.zeros((3, 4), np.uint8)
    values[:, :1] = 1  # 0.4 of the width of the study area
    path = tiff(tmp_path / "b.tif", values, west=WEST, north=0.012, size=0.004)
    rows = measured(city, tmp_path / "out", "--built-up", path)
    assert shares(rows)[0] == pytest.approx(0.1 / 0.4, rel=1e-5)
    assert rows["open_space_share"]["flags"] == "built_up_mask"


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.77])
def test_no_built_square_metre_is_lost_or_doubled_on_a_border(tmp_path, cut):
    values = np.random.default_rng(7).integers(0, 9000, (5, 5)).astype(np.float32)
    path = tiff(tmp_path / "b.tif", values, west=WEST, north=0.005, size=0.001)
    edge = WEST + cut * 0.005
    halves = [shapely.box(WEST, 0, edge, 0.005), shapely.box(edge, 0, WEST + 0.005, 0.005)]
    assert sum(read_built_up(path, half).area_m2 for half in halves) == pytest.approx(values.sum(), rel=1e-6)


def test_a_mask_in_a_stretched_plane_counts_true_square_metres(tmp_path):
    """Web Mercator doubles lengths at 60 degrees north; UTM and degrees agree with the ellipsoid there."""
    import pyproj

    sizes = {}
    for epsg, size in ((3857, 100.0), (32635, 100.0), (4326, 0.001)):
        move = pyproj.Transformer.from_crs("EPSG:4326", f"EPSG:{epsg}", always_xy=True)
        x, y = move.transform(27.0, 60.0)
        path = tiff(tmp_path / f"{epsg}.tif", np.ones((2, 2), np.uint8), epsg=epsg, west=x, north=y, size=size)
        if epsg != 4326:  # a projected system stands under another key
            path.write_bytes(path.read_bytes().replace(keys(1024, 2, 2048, epsg), keys(1024, 1, 3072, epsg)))
        corners = shapely.box(x, y - 2 * size, x + 2 * size, y)
        back = shapely.segmentize(corners, size / 50)
        degrees = shapely.transform(
            back, lambda xy, m=move: np.column_stack(m.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))
        )
        sizes[epsg] = (read_built_up(path, degrees).area_m2, area_m2(degrees))
    for found, true in sizes.values():
        assert found == pytest.approx(true, rel=1e-6)
    assert sizes[3857][0] == pytest.approx(200**2 / 4, rel=0.01)


def keys(*numbers):
    import struct

    a, b, c, d = numbers
    return struct.pack("<8H", a, 0, 1, b, c, 0, 1, d)


def test_a_city_with_nothing_built_has_a_reason_and_no_share(city, tmp_path):
    path = tiff(tmp_path / "b.tif", np.zeros((3, 3), np.float32), west=WEST, north=0.012, size=0.004)
    rows = measured(city, tmp_path / "out", "--built-up", path)
    for name in ("open_space_share", "street_land_share", "sdg_11_7_1"):
        assert (rows[name]["value"], rows[name]["reason"]) == ("", "no_built_up_area")


def test_cells_without_a_value_are_told(city, tmp_path):
    values = np.full((3, 3), 1000, np.float32)
    values[1, 1] = -200  # the file's word for nothing known
    path = tiff(tmp_path / "b.tif", values, west=WEST, north=0.012, size=0.004)
    rows = measured(city, tmp_path / "out", "--built-up", path)
    assert rows["open_space_share"]["flags"] == "built_up_surface built_up_cells_missing"
    quality = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert quality["built_up"] == {"kind": "surface", "cells_without_value": 1}


@pytest.mark.parametrize(
    ("values", "west", "message"),
    [
        (np.full((4, 4), 300_000, np.float32), WEST, "at most those of the cell.*found 300000 in a cell of 196"),
        (np.ones((4, 4), np.float32), WEST + 0.005, r"over all of the study area, found 50.0%"),
        (np.ones((4, 4), np.float32), WEST + 1, "expected cells inside the boundary, found none"),
    ],
)
def test_a_raster_that_does_not_fit_is_refused(tmp_path, values, west, message):
    path = tiff(tmp_path / "b.tif", values, west=west, north=0.012, size=0.004)
    with pytest.raises(SourceError, match=message):
        read_built_up(path, AREA)


def test_an_outline_elsewhere_is_refused(tmp_path):
    with pytest.raises(SourceError, match="expected a part in the study area, found none"):
        read_built_up(outline(tmp_path / "b.geojson", shapely.box(0, 0, 1, 1)), AREA)


def test_many_cities_take_a_built_up_area_each(city, tmp_path):
    half = shapely.box(WEST, 0, WEST + SIDE / 2, SIDE)
    outline(city / "half.geojson", half)
    (city / "c.csv").write_text("place,osm,boundary,built_up\nx,map.osm,area.geojson,half.geojson\n")
    result = CliRunner().invoke(
        space, ["cities", str(city / "c.csv"), "--out", str(tmp_path / "out"), "--workers", "1"]
    )
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / "x" / "measurements.csv").open(encoding="utf-8") as file:
        rows = {r["indicator"]: r for r in csv.DictReader(file)}
    assert shares(rows)[0] == pytest.approx(0.2, rel=1e-6)


@pytest.mark.parametrize(("plane", "tilt", "azimuth"), [((), 10, 180), (("--tilt", "35", "--azimuth", "120"), 35, 120)])
def test_roofs_yield_what_the_weather_file_shines_on_them(city, tmp_path, plane, tilt, azimuth):
    path = epw(tmp_path / "w.epw", year())
    rows = measured(city, tmp_path / "out", "--weather", path, "--consumption", "1000000", *plane)
    irradiation = float(rows["plane_irradiation"]["value"])
    assert irradiation == pytest.approx(on_plane(path, tilt, azimuth), rel=1e-12)
    assert rows["plane_irradiation"]["unit"] == "kWh/(m^2*year)"
    assert rows["plane_irradiation"]["flags"] == f"tilt_{tilt} azimuth_{azimuth} hay_davies"
    assert rows["plane_irradiation"]["source"] == "weather"
    kwh = area_m2(HOUSE) * 0.3 * irradiation * 0.2 * 0.8
    assert float(rows["rooftop_solar_yield"]["value"]) == pytest.approx(kwh / 1e6, rel=1e-9)
    assert float(rows["rooftop_solar_share"]["value"]) == pytest.approx(kwh / 1e6, rel=1e-9)
    same = measured(city, tmp_path / "same", "--irradiation", repr(irradiation))
    assert same["rooftop_solar_yield"]["value"] == rows["rooftop_solar_yield"]["value"]
    assert "weather/w.epw" in json.loads((tmp_path / "out" / "provenance.json").read_text())["inputs"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--weather", "w.epw", "--irradiation", "1700"),
            "expected one irradiation, found a number and a weather file",
        ),
        (("--tilt", "30"), "expected an irradiation, found tilt_deg"),
        (("--consumption", "5"), "expected an irradiation, found consumption_kwh"),
        (("--weather", "area.geojson"), "expected EPW, TMY3, or the TMY table of PVGIS"),
    ],
)
def test_one_irradiation_is_asked_for(city, tmp_path, options, message):
    named = [str(city / o) if "." in o else o for o in options]
    result = run("--osm", city / "map.osm", "--out", tmp_path / "out", *named)
    assert result.exit_code == 3, result.output
    assert message in result.output
    assert not (tmp_path / "out").exists()
