"""`kenes space measure`, from files to the pinned folder."""

import csv
import json
import os
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from kenes.cli.space import space
from kenes.indicators.space.measurements import COLUMNS

MONACO = Path(__file__).parents[1] / "data" / "osm" / "monaco"
PINNED = (
    "indicator,edition,place,start,end,dimensions,value,unit,uncertainty,uncertainty_kind,coverage,origin,quality,flags,"
    "reason,provenance,reason_values,source,distance,origin_model,headway_min,district,population,unsnapped"
)


def people(path):
    lines = ["id,lon,lat,population,female"]
    for i in range(12):
        for j in range(8):
            lines.append(f"{i}_{j},{7.412 + i * 0.0025},{43.727 + j * 0.0025},{(i + j) % 5 * 10},{(i + j) % 5 * 5}")
    path.write_text("\n".join(lines))
    return path


def buses(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\na,A,43.733,7.418\nb,B,43.740,7.427\n")
        archive.writestr("routes.txt", "route_id,route_type\nr,3\n")
        archive.writestr("trips.txt", "route_id,service_id,trip_id\nr,s,t\n")
        archive.writestr("calendar_dates.txt", "service_id,date,exception_type\ns,20231227,1\n")
        archive.writestr(
            "stop_times.txt",
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt,08:00:00,08:00:00,a,1\nt,08:10:00,08:10:00,b,2\n",
        )
        archive.writestr("frequencies.txt", "trip_id,start_time,end_time,headway_secs\nt,07:00:00,19:00:00,900\n")
    return path


def run(*arguments):
    return CliRunner().invoke(space, ["measure", *map(str, arguments)])


@pytest.fixture(scope="module")
def monaco(tmp_path_factory):
    folder = tmp_path_factory.mktemp("monaco")
    result = run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        people(folder / "p.csv"),
        "--gtfs",
        buses(folder / "g.zip"),
        "--place",
        "mc-monaco",
        "--out",
        folder / "out",
        "--json",
    )
    assert result.exit_code == 0, result.output
    with (folder / "out" / "measurements.csv").open(encoding="utf-8") as file:
        return folder, result, list(csv.DictReader(file))


def test_the_columns_are_the_pinned_ones_in_their_order(monaco):
    folder, _, _ = monaco
    assert (folder / "out" / "measurements.csv").read_text().split("\n")[0] == PINNED == ",".join(COLUMNS)


def test_the_variants_of_convenient_access_stand_side_by_side(monaco):
    _, _, rows = monaco
    mine = [r for r in rows if r["indicator"] == "sdg_11_2_1" and not r["dimensions"]]
    assert {(r["source"], r["distance"], r["origin_model"], r["headway_min"]) for r in mine} == {
        (source, distance, model, headway)
        for source, headway in (("osm", ""), ("gtfs", ""), ("gtfs", "20.0"))
        for distance, model in (
            ("network", "cell_centre"),
            ("network", "cell_centre_no_offset"),
            ("straight", "cell_centre"),
        )
    }
    by = {(r["source"], r["distance"], r["origin_model"], r["headway_min"]): float(r["value"]) for r in mine}
    for source, headway in (("osm", ""), ("gtfs", ""), ("gtfs", "20.0")):
        network = by[source, "network", "cell_centre", headway]
        assert 0 < network <= by[source, "network", "cell_centre_no_offset", headway]
        assert network <= by[source, "straight", "cell_centre", headway] <= 1
    assert by["gtfs", "network", "cell_centre", ""] == by["gtfs", "network", "cell_centre", "20.0"]


def test_periods_are_the_service_day_and_the_day_of_the_map(monaco):
    _, result, rows = monaco
    spans = {r["source"]: (r["start"], r["end"]) for r in rows}
    assert spans["gtfs"] == ("2023-12-27T00:00:00Z", "2023-12-28T00:00:00Z")
    assert spans["osm"] == ("2023-12-26T00:00:00Z", "2023-12-27T00:00:00Z")
    assert {r["place"] for r in rows} == {"mc-monaco"}
    assert json.loads(result.stdout)["service_day"] == "2023-12-27"


def test_every_share_lies_between_none_and_all_and_a_gap_has_a_reason(monaco):
    _, _, rows = monaco
    for row in rows:
        assert (row["value"] == "") == (row["reason"] != ""), row
        if row["unit"] == "1" and "share" in row["indicator"] and row["value"]:
            assert 0 <= float(row["value"]) <= 1


def test_groups_of_inhabitants_have_shares_of_their_own(monaco):
    _, _, rows = monaco
    groups = [r for r in rows if r["dimensions"] == '{"group":"female"}']
    assert groups
    assert all(float(r["population"]) == pytest.approx(0.5 * 1920, rel=0.02) for r in groups)


def test_layers_are_geoparquet_and_the_page_needs_no_other_host(monaco):
    folder, _, rows = monaco
    cells = pq.read_table(folder / "out" / "cells.parquet")
    header = json.loads(cells.schema.metadata[b"geo"])
    assert header["columns"]["geometry"]["geometry_types"] == ["Point"]
    page = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in page
    assert "src=" not in page
    provenance = json.loads((folder / "out" / "provenance.json").read_text())
    assert {r["provenance"] for r in rows} == {provenance["provenance"]}
    assert "osm/monaco.osm.pbf" in provenance["inputs"]


def test_the_same_inputs_give_the_same_bytes(monaco):
    folder, _, _ = monaco
    again = run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        folder / "p.csv",
        "--gtfs",
        folder / "g.zip",
        "--place",
        "mc-monaco",
        "--out",
        folder / "again",
    )
    assert again.exit_code == 0, again.output
    for name in ("measurements.csv", "provenance.json", "quality.json", "index.html"):
        assert (folder / "again" / name).read_bytes() == (folder / "out" / name).read_bytes(), name


def test_bad_input_writes_nothing_and_leaves_what_was_there(monaco):
    folder, _, _ = monaco
    before = (folder / "out" / "measurements.csv").read_bytes()
    result = run("--osm", MONACO / "monaco.osm.pbf", "--gtfs", folder / "p.csv", "--out", folder / "out")
    assert result.exit_code == 3
    assert "expected a zip file" in result.output
    assert (folder / "out" / "measurements.csv").read_bytes() == before
    assert run("--osm", MONACO / "monaco.osm.pbf").exit_code == 2


def test_a_wrong_plane_is_refused_with_its_error(monaco):
    folder, _, _ = monaco
    result = run("--osm", MONACO / "monaco.osm.pbf", "--crs", "EPSG:32642", "--out", folder / "wrong")
    assert result.exit_code == 3
    assert "plane EPSG:32642: expected areas within 0.001" in result.output
    assert not (folder / "wrong").exists()


@pytest.mark.parametrize("body", ["", '<node id="1" version="1" lon="29" lat="41"/>'])
def test_a_map_without_streets_gives_reasons_not_zeros(tmp_path, body):
    path = tmp_path / "x.osm"
    path.write_text(f'<osm version="0.6">{body}</osm>')
    (tmp_path / "p.csv").write_text("id,lon,lat,population\n1,29,41,10\n2,29.1,41.1,0\n")
    result = run("--osm", path, "--population", tmp_path / "p.csv", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / "measurements.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["indicator"] == "sdg_11_2_1"]
    assert rows
    assert all(r["value"] == "" and r["reason"] == "no_stops_mapped" for r in rows)


def test_a_grid_where_nobody_lives_has_no_share(tmp_path):
    (tmp_path / "p.csv").write_text("id,lon,lat,population\n1,7.42,43.735,0\n")
    result = run("--osm", MONACO / "monaco.osm.pbf", "--population", tmp_path / "p.csv", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / "measurements.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["indicator"] == "sdg_11_2_1"]
    assert all(r["value"] == "" and r["reason"] == "no_population" for r in rows)


def test_a_boundary_that_crosses_itself_is_mended_and_counted(tmp_path):
    bow = '{"type":"Polygon","coordinates":[[[7.41,43.725],[7.43,43.745],[7.43,43.725],[7.41,43.745],[7.41,43.725]]]}'
    (tmp_path / "b.geojson").write_text(f'{{"type":"Feature","properties":{{"name":"bow"}},"geometry":{bow}}}')
    result = run("--osm", MONACO / "monaco.osm.pbf", "--boundary", tmp_path / "b.geojson", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "out" / "quality.json").read_text())["boundary_repaired"] == 1


@pytest.mark.long
@pytest.mark.extracts
def test_las_palmas_has_the_areas_that_were_published(tmp_path):
    """GHSCI, example region: 103.31594 km² the municipality, 62.98790 km² cut by the urban centre."""
    folder = os.environ.get("KENES_TEST_DATA")
    assert folder, "KENES_TEST_DATA must name the folder that holds osm/las_palmas"
    city = Path(folder) / "osm" / "las_palmas"
    common = (
        "--osm",
        city / "las_palmas_20230221.osm.pbf",
        "--boundary",
        city / "boundary_municipality.geojson",
    )
    urban = ("--urban", city / "urban_centre_ghsl_ucdb2015.gpkg")

    def area(name, *more):
        result = run(*common, *more, "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
        with (tmp_path / name / "measurements.csv").open() as file:
            return next(float(r["value"]) for r in csv.DictReader(file) if r["indicator"] == "study_area")

    assert round(area("a", "--crs", "EPSG:5635"), 5) == 103.31594
    assert round(area("b", "--crs", "EPSG:5635", *urban), 5) == 62.98790
    assert area("c") == pytest.approx(103.31594, rel=1e-6)
    assert area("d", *urban) == pytest.approx(62.98790, rel=1e-6)


def test_districts_divide_the_people_of_the_city(tmp_path):
    halves = ",".join(
        f'{{"type":"Feature","properties":{{"name":"{n}"}},"geometry":{{"type":"Polygon","coordinates":[[[{w},43.7],[{e},43.7],[{e},43.8],[{w},43.8],[{w},43.7]]]}}}}'
        for n, w, e in (("west", 7.3, 7.4251), ("east", 7.4251, 7.5))
    )
    (tmp_path / "d.geojson").write_text(f'{{"type":"FeatureCollection","features":[{halves}]}}')
    result = run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        people(tmp_path / "p.csv"),
        "--districts",
        tmp_path / "d.geojson",
        "--district-column",
        "name",
        "--out",
        tmp_path / "out",
    )
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / "measurements.csv").open() as file:
        rows = [
            r
            for r in csv.DictReader(file)
            if r["indicator"] == "sdg_11_2_1"
            and r["distance"] == "network"
            and r["origin_model"] == "cell_centre"
            and not r["dimensions"]
        ]
    city = next(r for r in rows if not r["district"])
    parts = [r for r in rows if r["district"]]
    assert {r["district"] for r in parts} == {"west", "east"}
    assert sum(float(r["population"]) for r in parts) == float(city["population"])
    assert sum(float(r["population"]) * float(r["value"]) for r in parts) == pytest.approx(
        float(city["population"]) * float(city["value"])
    )


def measured_rows(out):
    with (out / "measurements.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_folder_with_other_files_is_never_replaced(tmp_path):
    out = tmp_path / "out"
    arguments = ("--osm", MONACO / "monaco.osm.pbf", "--out", out)
    assert run(*arguments).exit_code == 0
    assert run(*arguments).exit_code == 0
    (out / "thesis.docx").write_text("precious")
    refused = run(*arguments)
    assert refused.exit_code == 3
    assert "thesis.docx" in refused.output
    assert (out / "thesis.docx").read_text() == "precious"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("precious")
    assert run("--osm", MONACO / "monaco.osm.pbf", "--out", tmp_path / "mine").exit_code == 3
    assert [f.name for f in (tmp_path / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("moved", ["population", "stops"])
def test_inputs_of_two_places_on_earth_are_refused_with_both_extents(tmp_path, moved):
    grid, feed = people(tmp_path / "p.csv"), buses(tmp_path / "g.zip")
    if moved == "population":  # longitude and latitude exchanged
        text = grid.read_text().replace("id,lon,lat", "id,lat,lon")
        grid.write_text(text)
    else:
        with zipfile.ZipFile(feed) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        files["stops.txt"] = files["stops.txt"].replace(b"stop_lat,stop_lon", b"stop_lon,stop_lat")
        with zipfile.ZipFile(feed, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    found = run("--osm", MONACO / "monaco.osm.pbf", "--population", grid, "--gtfs", feed, "--out", tmp_path / "out")
    assert found.exit_code == 3
    assert "expected the same place on earth" in found.output
    assert "7.4" in found.output
    assert not (tmp_path / "out").exists()


def test_people_of_whom_nobody_finds_a_street_have_no_share(tmp_path):
    (tmp_path / "p.csv").write_text("id,lon,lat,population\na,7.50,43.70,10\nb,7.51,43.70,20\n")  # at sea
    out = tmp_path / "out"
    result = run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        tmp_path / "p.csv",
        "--gtfs",
        buses(tmp_path / "g.zip"),
        "--out",
        out,
    )
    assert result.exit_code == 0, result.output
    rows = [r for r in measured_rows(out) if r["indicator"] == "sdg_11_2_1" and r["distance"] == "network"]
    assert rows
    assert {(r["value"], r["reason"], r["unsnapped"]) for r in rows} == {("", "no_street_in_reach", "30.0")}


def test_a_feed_that_does_not_run_that_day_is_told_and_flagged(tmp_path):
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(buses(tmp_path / "g.zip")) as archive, zipfile.ZipFile(other, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, archive.read(name).replace(b"20231227", b"20240105"))
    result = run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        people(tmp_path / "p.csv"),
        "--gtfs",
        tmp_path / "g.zip",
        "--gtfs",
        other,
        "--date",
        "2023-12-27",
        "--out",
        tmp_path / "out",
    )
    assert result.exit_code == 0, result.output
    assert "No trip on 2023-12-27 in other.zip" in result.output
    rows = [r for r in measured_rows(tmp_path / "out") if r["source"] == "gtfs" and r["indicator"] == "sdg_11_2_1"]
    assert all("feeds_without_service" in r["flags"].split() for r in rows)
    assert json.loads((tmp_path / "out" / "quality.json").read_text())["feeds_without_service"] == ["other.zip"]


def test_a_grid_finer_than_the_streets_does_not_widen_the_spread(tmp_path):
    import h3

    centre = h3.latlng_to_cell(43.738, 7.424, 12)  # cells of ten metres: most hold no node
    ids = sorted(h3.grid_disk(centre, 30))
    (tmp_path / "p.csv").write_text("id,population\n" + "".join(f"{i},1\n" for i in ids))
    out = tmp_path / "out"
    assert run("--osm", MONACO / "monaco.osm.pbf", "--population", tmp_path / "p.csv", "--out", out).exit_code == 0
    rows = {
        r["origin_model"]: r
        for r in measured_rows(out)
        if r["indicator"] == "sdg_11_2_1" and r["distance"] == "network"
    }
    nodes, centre_row = rows["street_nodes"], rows["cell_centre"]
    assert "cells_without_street_nodes" in nodes["flags"]
    assert float(nodes["unsnapped"]) > 0.02 * float(nodes["population"])
    assert abs(float(nodes["value"]) - float(centre_row["value"])) > 2 * float(centre_row["uncertainty"])


def test_rates_of_land_carry_the_years_that_they_span_and_a_bad_table_is_told(tmp_path):
    land = tmp_path / "land.csv"
    land.write_text("year,built_up_km2,population\n2000,1.5,30000\n2015,1.8,36000\n")
    out = tmp_path / "out"
    assert run("--osm", MONACO / "monaco.osm.pbf", "--land", land, "--out", out).exit_code == 0
    (row,) = [r for r in measured_rows(out) if r["indicator"] == "sdg_11_3_1"]
    assert (row["start"], row["end"]) == ("2000-01-01T00:00:00Z", "2016-01-01T00:00:00Z")
    for text, told in (
        ("year,area,population\n2000,1,2\n", "expected columns year, built_up_km2, population, found year, area"),
        ("year,built_up_km2,population\n2000,1,2\n2015,much,3\n", "row 3"),
        ("year,built_up_km2,population\n2000,1,2\n2000,2,3\n", "expected two years"),
    ):
        land.write_text(text)
        found = run("--osm", MONACO / "monaco.osm.pbf", "--land", land, "--out", tmp_path / "x")
        assert found.exit_code == 3
        assert told in found.output


def chessboard_city(folder, west):
    """Ten by ten crossings, a stop and a grid of points, beginning at a longitude."""
    folder.mkdir()

    def lon(x):
        return (west + x + 180) % 360 - 180

    nodes = "".join(
        f'<node id="{i * 10 + j + 1}" version="1" lon="{lon(i * 0.002):.7f}" lat="{-17 + j * 0.002:.7f}"/>'
        for i in range(10)
        for j in range(10)
    )
    lines = [[i * 10 + j + 1 for j in range(10)] for i in range(10)] + [
        [i * 10 + j + 1 for i in range(10)] for j in range(10)
    ]
    ways = "".join(
        f'<way id="{k}" version="1">' + "".join(f'<nd ref="{n}"/>' for n in line) + '<tag k="highway" v="path"/></way>'
        for k, line in enumerate(lines, 1)
    )
    stop = f'<node id="900" version="1" lon="{lon(0.004):.7f}" lat="-16.9960000"><tag k="highway" v="bus_stop"/></node>'
    (folder / "city.osm").write_text(f'<osm version="0.6">{nodes}{stop}{ways}</osm>')
    rows = [
        f"{i}_{j},{lon(i * 0.003 + 0.0003):.7f},{-17 + j * 0.003 + 0.0004:.7f},{10 + i}"
        for i in range(6)
        for j in range(6)
    ]
    (folder / "p.csv").write_text("id,lon,lat,population\n" + "\n".join(rows) + "\n")
    result = run("--osm", folder / "city.osm", "--population", folder / "p.csv", "--out", folder / "out")
    assert result.exit_code == 0, result.output
    return {
        (r["indicator"], r["distance"], r["origin_model"], r["dimensions"]): (
            r["value"] and float(r["value"]),
            r["reason"],
        )
        for r in measured_rows(folder / "out")
    }


def test_a_city_on_the_180th_meridian_is_like_any_other(tmp_path):
    there, here = chessboard_city(tmp_path / "there", 179.99), chessboard_city(tmp_path / "here", 29.99)
    assert there.keys() == here.keys()
    for key, (value, reason) in here.items():
        assert there[key][1] == reason, key
        assert there[key][0] == (pytest.approx(value, rel=1e-6) if value != "" else ""), key
    assert 0 < here["sdg_11_2_1", "network", "cell_centre", ""][0] < 1
