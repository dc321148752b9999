"""Shares of land and sun on roofs in a city of hand-made squares on the equator."""

import csv
import json

import pytest
import shapely
from tests.cli.test_space import run
from tests.sources.test_weather import epw, on_plane, year

from kenes.indicators.space.geodesy import area_m2

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


@pytest.mark.parametrize(("plane", "tilt", "azimuth"), [((), 10, 180), (("--tilt", "35", "--azimuth", "120"), 35, 120)])
def test_roofs_yield_what_the_weather_file_shines_on_them(city, tmp_path, plane, tilt, azimuth):
    path = epw(tmp_path / "w.epw", year())
    rows = measured(city, tmp_path / "out", "--weather", path, "--consumption", "1000000", *plane)
    irradiation = float(rows["plane_irradiation"]["value"])
    assert irradiation == pytest.approx(on_plane(path, tilt, azimuth), rel=1e-12)
    assert rows["plane_irradiation"]["unit"] == "kWh/(m^2*year)"
    assert rows["plane_irradiation"]["flags"] == f"tilt_{tilt};azimuth_{azimuth};hay_davies"
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
