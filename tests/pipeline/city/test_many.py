"""Many cities in one call: each in a folder of its own, finished ones kept."""

import csv
import json

import pytest
from click.testing import CliRunner
from tests.cli.test_space import MONACO, people

from kenes.cli.space import space


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two cities and one without a map, measured by two processes in `two`, by this one in `one`."""
    folder = tmp_path_factory.mktemp("many")
    people(folder / "p.csv")
    pbf = MONACO / "monaco.osm.pbf"
    (folder / "cities.csv").write_text(f"place,osm,population\nmc-a,{pbf},p.csv\nmc-b,{pbf},\nmc-c,none.pbf,\n")
    first = [("mc-a", "measured"), ("mc-b", "measured"), ("mc-c", "refused")]
    assert cities(folder, "two", "2") == cities(folder, "one", "1") == first
    return folder


def cities(folder, out, workers):
    """Places and what became of them."""
    asked = ["cities", str(folder / "cities.csv"), "--out", str(folder / out), "--workers", workers, "--json"]
    result = CliRunner().invoke(space, asked)
    assert result.exit_code == 1, result.output  # one was refused and is listed
    return [(r["place"], r["state"]) for r in json.loads(result.stdout)]


@pytest.mark.parametrize("place", ["mc-a", "mc-b"])
def test_processes_write_the_bytes_of_one(folder, place):
    name = "measurements.csv"
    assert (folder / "two" / place / name).read_bytes() == (folder / "one" / place / name).read_bytes()


def test_finished_cities_are_kept(folder):
    (folder / "one" / "mc-b" / "provenance.json").unlink()
    assert cities(folder, "one", "1") == [("mc-a", "kept"), ("mc-b", "measured"), ("mc-c", "refused")]


def test_a_city_cut_out_of_a_larger_map_has_the_same_access(tmp_path):
    corners = "[[[7.417,43.731],[7.424,43.731],[7.424,43.737],[7.417,43.737],[7.417,43.731]]]"
    (tmp_path / "b.geojson").write_text(
        f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":{corners}}}}}'
    )
    people(tmp_path / "p.csv")
    (tmp_path / "cities.csv").write_text(
        f"place,osm,population,boundary\nq,{MONACO / 'monaco.osm.pbf'},p.csv,b.geojson\n"
    )
    values = {}
    for name, more in (("whole", ()), ("cut", ("--cut", "1200"))):
        arguments = ["cities", str(tmp_path / "cities.csv"), "--out", str(tmp_path / name), "--workers", "1", *more]
        result = CliRunner().invoke(space, arguments)
        assert result.exit_code == 0, result.output
        with (tmp_path / name / "q" / "measurements.csv").open() as file:
            values[name] = [
                (r["distance"], r["origin_model"], r["population"], r["value"])
                for r in csv.DictReader(file)
                if r["indicator"] == "sdg_11_2_1"
            ]
    assert len(values["whole"]) > 2
    assert values["cut"] == values["whole"]
    assert list((tmp_path / "cut" / ".maps").glob("q-*.osm.pbf"))
