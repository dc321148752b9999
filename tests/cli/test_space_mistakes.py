"""Mistakes in the files of a city, and what `kenes space measure` says of them."""

import json

import pytest
from tests.cli.test_space import MONACO, measured_rows, people, run

HALVES = ((7.3, 7.4251), (7.4251, 7.5))


def write_layer(path, features):
    """A layer from pairs of attributes and a geometry."""
    rows = [{"type": "Feature", "properties": about, "geometry": shape} for about, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    return path


def box(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def districts(path, *names):
    about = [{} if name == "missing" else {"name": name} for name in names]
    return write_layer(path, [(a, box(w, 43.7, e, 43.8)) for a, (w, e) in zip(about, HALVES, strict=True)])


def measure(folder, *arguments):
    return run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        people(folder / "people.csv"),
        *arguments,
        "--out",
        folder / "out",
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("west", None), "expected a name in column name for each, found 1 without one"),
        (("west", " "), "expected a name in column name for each, found 1 without one"),
        (("west", "west"), "expected names in column name that differ, found more than once: west"),
    ],
)
def test_districts_that_a_column_does_not_tell_apart_are_refused(tmp_path, names, said):
    layer = districts(tmp_path / "d.geojson", *names)
    found = measure(tmp_path, "--districts", layer, "--district-column", "name")
    assert found.exit_code == 3, found.output
    assert f"districts: {said}" in found.output
    assert "features 1, 2" in found.output or "feature 2" in found.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("names", [("", "east"), ("west", "west"), (None, None), ("missing", "missing")])
def test_districts_without_names_of_their_own_are_numbered_and_that_is_said(tmp_path, names):
    found = measure(tmp_path, "--districts", districts(tmp_path / "d.geojson", *names))
    assert found.exit_code == 0, found.output
    assert "2 districts have numbers for names" in found.output
    assert {r["district"] for r in measured_rows(tmp_path / "out")} == {"", "1", "2"}
    city = [r for r in measured_rows(tmp_path / "out") if not r["district"]]
    assert len({(r["indicator"], *(r[k] for k in KEYS)) for r in city}) == len(city)
    assert json.loads((tmp_path / "out" / "quality.json").read_text())["districts"]["districts_numbered"] == 2
    assert "2 districts have numbers for names" in (tmp_path / "out" / "index.html").read_text()


KEYS = ("dimensions", "source", "distance", "origin_model", "headway_min", "start")


def test_districts_with_names_are_not_said_to_be_numbered(tmp_path):
    found = measure(tmp_path, "--districts", districts(tmp_path / "d.geojson", "west", "east "))
    assert "numbers for names" not in found.output
    assert {r["district"] for r in measured_rows(tmp_path / "out")} == {"", "west", "east"}


@pytest.mark.parametrize("option", ["boundary", "districts", "urban"])
def test_a_line_in_the_place_of_an_outline_is_told_of_outlines(tmp_path, option):
    line = {"type": "LineString", "coordinates": [[7.4, 43.7], [7.5, 43.8]]}
    found = measure(tmp_path, f"--{option}", write_layer(tmp_path / "line.geojson", [({}, line)]))
    assert found.exit_code == 3
    assert f"{'urban outline' if option == 'urban' else option}: expected polygons" in found.output
    assert "closed outlines" in found.output
    assert "parks" not in found.output


POINT = {"type": "Point", "coordinates": [9.0, 45.0]}


@pytest.mark.parametrize(
    ("option", "shape", "named"),
    [
        ("--stops", POINT, "study area and stops"),
        ("--facilities", POINT, "study area and facilities learning=away.geojson"),
        ("--parks", box(9.0, 45.0, 9.1, 45.1), "study area and parks"),
        ("--districts", box(9.0, 45.0, 9.1, 45.1), "study area and districts"),
    ],
)
def test_a_layer_of_another_city_is_refused(tmp_path, option, shape, named):
    layer = write_layer(tmp_path / "away.geojson", [({}, shape)])
    found = measure(tmp_path, option, f"learning={layer}" if option == "--facilities" else layer)
    assert found.exit_code == 3, found.output
    assert f"{named}: expected the same place on earth, found 7.41 to 7.44 east" in found.output
    assert not (tmp_path / "out").exists()


def test_cells_far_beside_the_map_are_refused_one_by_one_unless_a_boundary_cuts_them(tmp_path):
    grid = people(tmp_path / "p.csv")
    with grid.open("a") as file:
        file.write("\nstray,8.9,43.7,70,35\nother,7.42,44.9,30,15\n")
    arguments = ("--osm", MONACO / "monaco.osm.pbf", "--population", grid, "--out", tmp_path / "out")
    found = run(*arguments)
    assert found.exit_code == 3, found.output
    assert "population: expected cells within 0.1 degrees of the map, 7." in found.output
    assert "found 2 cells with 100 persons beyond it (first: cell stray at 8.9000, 43.7000)" in found.output
    assert "give --boundary" in found.output
    layer = write_layer(tmp_path / "b.geojson", [({}, box(7.3, 43.7, 7.5, 43.8))])
    assert run(*arguments, "--boundary", layer).exit_code == 0
    assert {float(r["population"]) for r in measured_rows(tmp_path / "out") if r["indicator"] == "sdg_11_2_1"} >= {1890}


def test_of_people_who_all_live_beside_the_map_straight_lines_tell_nothing_either(tmp_path):
    (tmp_path / "p.csv").write_text("id,lon,lat,population\na,7.50,43.70,10\nb,7.51,43.70,20\n")  # at sea
    found = run("--osm", MONACO / "monaco.osm.pbf", "--population", tmp_path / "p.csv", "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    assert "SDG 11.2.1 osm_straight: not known" in found.output
    rows = [r for r in measured_rows(tmp_path / "out") if r["indicator"] == "sdg_11_2_1"]
    assert {r["distance"] for r in rows} == {"network", "straight"}
    assert {(r["value"], r["reason"]) for r in rows} == {("", "no_street_in_reach")}


@pytest.fixture
def stops(tmp_path):
    (tmp_path / "s.csv").write_text("lon,lat,STATE\n7.418,43.733,open\n7.427,43.740,planned\n")
    (tmp_path / "t.csv").write_text("lon,lat\n7.42,43.735\n")
    return tmp_path


def test_a_condition_on_a_column_that_no_layer_has_is_refused(stops):
    found = measure(stops, "--stops", stops / "s.csv", "--stops", stops / "t.csv", "--where", "STAT=open")
    assert found.exit_code == 3, found.output
    assert "--where STAT=open: expected a layer with a column STAT, found lon, lat, STATE" in found.output
    found = measure(stops, "--where", "STATE=open")
    assert "found no layer. Give --stops or --facilities" in found.output
    assert not (stops / "out").exists()


def test_a_layer_that_lacks_the_column_of_a_condition_counts_whole_and_is_told(stops):
    found = measure(stops, "--stops", stops / "s.csv", "--stops", stops / "t.csv", "--where", "STATE=open")
    assert found.exit_code == 0, found.output
    assert "t.csv has no column STATE of --where: it counts whole" in found.output
    quality = json.loads((stops / "out" / "quality.json").read_text())
    assert quality["layers_without_column"] == ["t.csv has no column STATE"]
    assert sum(quality["stops"][capacity] for capacity in ("low", "high")) == 2
    assert "1 times a layer lacks a column of --where" in (stops / "out" / "index.html").read_text()


@pytest.mark.parametrize("option", ["headway", "snap", "irradiation", "tilt", "azimuth", "consumption"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_numbers_are_finite(tmp_path, option, value):
    found = run("--osm", MONACO / "monaco.osm.pbf", f"--{option}", value, "--out", tmp_path / "out")
    assert found.exit_code == 2, found.output
    assert "finite number, found nan" in found.output or value == "inf"
