"""Stops, parks and places from layers of a city's own; many cities by any executor."""

import csv
import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from tests.cli.test_space import MONACO, people, run

from kenes.catalogue.space_tables import read_space_tables
from kenes.indicators.space.coverage import reach_area
from kenes.indicators.space.geodesy import AreaMeter, lengths_m
from kenes.pipeline.city.many import measure_cities, read_cities
from kenes.sources.city.layers import read_features, read_stops
from kenes.vocabulary.errors import SourceError

STOPS = [
    (7.418, 43.733, "Existing", "Metro"),
    (7.427, 43.740, "Existing", "Tramvay"),
    (7.421, 43.737, "Planned", "Metro"),
]


@pytest.fixture
def layers(tmp_path):
    """The same stops as GeoJSON, as columns and as points in text."""
    features = [
        {
            "type": "Feature",
            "properties": {"STATE": state, "HAT_TURU": mode},
            "geometry": {"type": "Point", "coordinates": [x, y]},
        }
        for x, y, state, mode in STOPS
    ]
    (tmp_path / "s.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    lines = [f"{x},{y},{state},{mode}" for x, y, state, mode in STOPS]
    (tmp_path / "s.csv").write_text("\n".join(["lon,lat,STATE,HAT_TURU", *lines]))
    lines = [f"POINT ({x} {y}),{state},{mode}" for x, y, state, mode in STOPS]
    (tmp_path / "w.csv").write_text("\n".join(["geometry,STATE,HAT_TURU", *lines]))
    people(tmp_path / "p.csv")
    return tmp_path


def rows_of(folder):
    with (folder / "measurements.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["s.geojson", "s.csv", "w.csv"])
def test_a_layer_is_read_alike_in_every_form_and_sorted_by_its_modes(layers, name):
    modes = read_space_tables().stops.layer
    found = read_stops([("", layers / name)], [("STATE", "Existing")], modes, ["low", "high"])
    assert found["high"].longitude.tolist() == [7.418]
    assert found["low"].latitude.tolist() == [43.740]
    everything = read_stops([("high", layers / name)], [], modes, ["low", "high"])
    assert (len(everything["high"]), len(everything["low"])) == (3, 0)


def test_own_stops_take_the_place_of_those_of_the_map(layers):
    result = run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        layers / "p.csv",
        "--stops",
        layers / "s.geojson",
        "--where",
        "STATE=Existing",
        "--out",
        layers / "out",
    )
    assert result.exit_code == 0, result.output
    mine = [r for r in rows_of(layers / "out") if r["indicator"] == "sdg_11_2_1"]
    assert {r["source"] for r in mine} == {"layer"}
    value = {
        r["distance"]: float(r["value"]) for r in mine if r["origin_model"] == "cell_centre" and not r["dimensions"]
    }
    lines = list(csv.DictReader((layers / "p.csv").read_text().splitlines()))
    at = np.array([[float(r["lon"]), float(r["lat"])] for r in lines])
    weight = np.array([float(r["population"]) for r in lines])
    away = [lengths_m(at[:, 0], at[:, 1], np.full(len(at), x), np.full(len(at), y)) for x, y, *_ in STOPS]
    served = (away[0] <= 1000) | (away[1] <= 500)  # the metro is high, the tram low, the planned one is none
    assert value["straight"] == pytest.approx((weight * served).sum() / weight.sum(), abs=1e-12)
    assert 0 < value["network"] < value["straight"]
    quality = json.loads((layers / "out" / "quality.json").read_text())
    assert quality["stops"] == {"from": "layer", "low": 1, "high": 1}


def test_without_a_map_only_straight_lines_are_left_and_said_to_be_partial(layers):
    result = run(
        "--stops",
        f"low={layers / 's.csv'}",
        "--population",
        layers / "p.csv",
        "--date",
        "2024-05-01",
        "--out",
        layers / "out",
    )
    assert result.exit_code == 0, result.output
    rows = [r for r in rows_of(layers / "out") if r["indicator"] != "study_area"]
    assert {r["indicator"] for r in rows} == {"sdg_11_2_1", "stop_coverage_area"}
    for row in rows:
        assert row["distance"] == "straight"
        assert "partial no_street_network" in row["flags"]
        assert row["start"] == "2024-05-01T00:00:00Z"
    page = (layers / "out" / "index.html").read_text(encoding="utf-8")
    assert "Partial: no map of streets was given" in page
    assert "OpenStreetMap contributors" not in page
    run("--stops", f"low={layers / 's.csv'}", "--out", layers / "bare")
    reasons = {r["indicator"]: r["reason"] for r in rows_of(layers / "bare")}
    assert reasons == {"sdg_11_2_1": "no_population_given", "stop_coverage_area": ""}


def test_own_places_take_the_place_of_those_of_the_map(layers):
    result = run(
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        layers / "p.csv",
        "--facilities",
        f"culture={layers / 's.csv'}",
        "--out",
        layers / "out",
    )
    assert result.exit_code == 0, result.output
    result = run("--osm", MONACO / "monaco.osm.pbf", "--population", layers / "p.csv", "--out", layers / "plain")
    assert result.exit_code == 0, result.output

    def walk(folder):
        return {r["dimensions"]: r["value"] for r in rows_of(layers / folder) if r["indicator"] == "access_15min_walk"}

    own, plain = walk("out"), walk("plain")
    changed = {name for name in own if own[name] != plain[name]}
    assert changed == {'{"place_kind":"culture"}'}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stops", "middle=s.csv"), "expected low or high, found middle"),
        (("--stops", "s.csv", "--where", "STATE=Gone"), "points with STATE=Gone"),
        (("--facilities", "castles=s.csv", "--osm", "map"), "found castles"),
        (("--stops", "bad.csv"), "columns lon and lat, or geometry with POINT"),
        (("--stops", "far.csv"), "degrees of longitude and latitude"),
        ((), "a map, or a layer of stops"),
    ],
)
def test_a_wrong_layer_is_refused_in_words(layers, monkeypatch, arguments, said):
    monkeypatch.chdir(layers)
    (layers / "bad.csv").write_text("a,b\n1,2\n")
    (layers / "far.csv").write_text("lon,lat\n412000,4540000\n")
    named = [str(MONACO / "monaco.osm.pbf") if a == "map" else a for a in arguments]
    result = run(*named, "--out", layers / "out")
    assert result.exit_code == 3, result.output
    assert said in result.output
    assert not (layers / "out").exists()


def test_a_table_with_a_cell_that_is_no_number_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("lon,lat\n7.4,here\n")
    with pytest.raises(SourceError, match="numbers or points"):
        read_features(tmp_path / "x.csv", "stop")


@pytest.mark.parametrize("latitude", [0.0, 41.3, 64.0])
def test_the_reach_of_one_stop_is_a_circle(latitude):
    shape = reach_area(np.array([69.24]), np.array([latitude]), 1000.0)
    west, south, east, north = shape.bounds
    meter = AreaMeter(np.array([west, east]), np.array([south, north]))
    assert meter.area_m2(meter.prepared(shape)) == pytest.approx(np.pi * 1000**2, rel=2e-4)


def test_two_executors_give_the_same_bytes(tmp_path):
    people(tmp_path / "p.csv")
    pbf = MONACO / "monaco.osm.pbf"
    (tmp_path / "c.csv").write_text(f"place,osm,population\nmc-c,none.pbf,\nmc-a,{pbf},p.csv\n")
    requests = read_cities(tmp_path / "c.csv")
    found = {}
    for name, make in (
        ("threads", lambda: ThreadPoolExecutor(2)),
        ("processes", lambda: ProcessPoolExecutor(1, mp_context=get_context("spawn"))),
    ):
        with make() as executor:
            results = measure_cities(requests, tmp_path / name, executor=executor)
        assert [(r.place, r.state) for r in results] == [("mc-c", "refused"), ("mc-a", "measured")]
        found[name] = (tmp_path / name / "mc-a" / "measurements.csv").read_bytes()
    assert found["threads"] == found["processes"]


def test_the_owner_of_the_layers_is_named_and_the_page_is_in_the_language_asked_for(layers):
    result = run(
        "--stops",
        f"low={layers / 's.csv'}",
        "--place",
        "tr-istanbul",
        "--language",
        "kk",
        "--attribution",
        "İBB Açık Veri Portalı",
        "--out",
        layers / "out",
    )
    assert result.exit_code == 0, result.output
    page = (layers / "out" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="kk">' in page
    assert "<h1>Стамбул</h1>" in page
    assert "İBB Açık Veri Portalı" in page
    asked = json.loads((layers / "out" / "provenance.json").read_text())["request"]
    assert asked["attribution"] == ["İBB Açık Veri Portalı"]
    assert asked["language"] == "kk"
    assert "<h3>Карта</h3>" not in page  # no map was read, so nothing is said of one
    assert run("--stops", layers / "s.csv", "--language", "de", "--out", layers / "no").exit_code == 2
    plain = run("--stops", f"low={layers / 's.csv'}", "--out", layers / "plain")
    assert plain.exit_code == 0
    assert {"attribution", "language"}.isdisjoint(
        json.loads((layers / "plain" / "provenance.json").read_text())["request"]
    )


def test_parks_without_areas_are_refused_with_what_to_do(layers):
    (layers / "parks.csv").write_text("kind,LATITUDE,LONGITUDE\npark,43.73,7.42\nsquare,43.74,7.43\n")
    for name in ("parks.csv", "s.geojson"):
        result = run("--stops", layers / "s.csv", "--parks", layers / name, "--out", layers / "out")
        assert result.exit_code == 3
        rows = 2 if name == "parks.csv" else 3
        assert f"expected polygons, found {rows} rows without an area" in result.output
        assert "--facilities outdoors=FILE" in result.output


def test_a_table_of_cities_gives_language_and_owners(tmp_path):
    (tmp_path / "c.csv").write_text("place,osm,language,attribution\nmc-a,m.pbf,kk,One; Two\n")
    (request,) = read_cities(tmp_path / "c.csv")
    assert (request.language, request.attribution) == ("kk", ("One", "Two"))
    (tmp_path / "c.csv").write_text("place,osm,language\nmc-a,m.pbf,de\n")
    with pytest.raises(SourceError, match="expected tr, en, az, kk, ky, uz, tk, hu, ru, found de"):
        read_cities(tmp_path / "c.csv")
