"""Many cities in one call: each in a folder of its own, finished ones kept."""

import csv
import json

from click.testing import CliRunner
from tests.cli.test_space import MONACO, people

from kenes.cli.space import space


def test_many_cities_are_measured_in_processes_and_finished_ones_are_kept(tmp_path):
    people(tmp_path / "p.csv")
    pbf, table = MONACO / "monaco.osm.pbf", tmp_path / "cities.csv"
    table.write_text(f"place,osm,population\nmc-a,{pbf},p.csv\nmc-b,{pbf},\nmc-c,none.pbf,\n")

    def cities(out, workers):
        asked = ["cities", str(table), "--out", str(tmp_path / out), "--workers", workers, "--json"]
        result = CliRunner().invoke(space, asked)
        assert result.exit_code == 1, result.output  # one was refused and is listed
        return [(r["place"], r["state"]) for r in json.loads(result.stdout)]

    first = [("mc-a", "measured"), ("mc-b", "measured"), ("mc-c", "refused")]
    assert cities("two", "2") == cities("one", "1") == first
    for place in ("mc-a", "mc-b"):
        name = "measurements.csv"
        assert (tmp_path / "two" / place / name).read_bytes() == (tmp_path / "one" / place / name).read_bytes()
    (tmp_path / "one" / "mc-b" / "provenance.json").unlink()
    assert cities("one", "1") == [("mc-a", "kept"), ("mc-b", "measured"), ("mc-c", "refused")]


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
