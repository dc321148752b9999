"""A city measured into an observatory, and the definitions of what is measured."""

import csv
import shutil

import pytest
from click.testing import CliRunner
from tests.cli.test_space import MONACO, buses, people

from kenes.catalogue import load
from kenes.catalogue.space import citation_of, space_definitions
from kenes.cli import main
from kenes.indicators.space.measurements import MeasurementContext, SpatialMeasurement
from kenes.pipeline.city.into_observatory import add_to_observatory
from kenes.pipeline.observatory import start
from kenes.vocabulary.errors import UnitMismatch
from kenes.vocabulary.units import factor


def kenes(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Monaco measured as the place `xx-north` of a new observatory, which is then run."""
    folder = tmp_path_factory.mktemp("observed")
    start.start(folder / "home")
    result = kenes(
        "space",
        "measure",
        "--osm",
        MONACO / "monaco.osm.pbf",
        "--population",
        people(folder / "p.csv"),
        "--gtfs",
        buses(folder / "g.zip"),
        "--place",
        "iso:XX-N",
        "--observatory",
        folder / "home",
        "--out",
        folder / "out",
    )
    assert result.exit_code == 0, result.output
    ran = kenes("run", "--observatory", folder / "home", "--json")
    assert ran.exit_code in (0, 1), ran.output  # the example of a new observatory has one refused cell
    exported = kenes("export", "measurements", "--observatory", folder / "home", "--out", folder / "m.csv")
    assert exported.exit_code == 0, exported.output
    return folder, result.output


def test_the_next_run_publishes_what_was_measured(measured):
    folder, _ = measured
    ours = {
        (r["source"], r["distance"], r["origin_model"], r["headway_min"]): r["value"]
        for r in rows_of(folder / "out" / "measurements.csv")
        if r["indicator"] == "sdg_11_2_1" and not r["dimensions"] and not r["district"]
    }
    found = {r["indicator"]: r for r in rows_of(folder / "m.csv") if r["place"] == "xx-north"}
    by_map, by_timetable = found["sdg_11_2_1"], found["sdg_11_2_1_timetable"]
    assert float(by_map["value"]) == float(ours["osm", "network", "cell_centre", ""])
    assert float(by_timetable["value"]) == float(ours["gtfs", "network", "cell_centre", ""])
    assert by_map["start"].startswith("2023-01-01")
    others = {"intersection_density", "open_space_within_400m", "access_15min_walk_all", "cycle_ways_per_100k_persons"}
    assert others <= found.keys()
    for name in others:
        row = next(r for r in rows_of(folder / "out" / "measurements.csv") if r["indicator"] == name)
        assert float(found[name]["value"]) == pytest.approx(float(row["value"]), rel=1e-12)


def test_every_city_wide_value_of_every_variant_is_an_observation(measured):
    folder, _ = measured
    assert kenes("export", "observations", "--observatory", folder / "home", "--out", folder / "o.csv").exit_code == 0
    wanted = [r for r in rows_of(folder / "out" / "measurements.csv") if r["value"] and not r["district"]]
    found = [r for r in rows_of(folder / "o.csv") if r["variable"] in space_definitions()]
    assert sorted(float(r["value"]) for r in found) == sorted(float(r["value"]) for r in wanted)
    assert not any("null" in r["dimensions"] for r in found)


def test_what_was_declared_is_told_and_declared_once(measured):
    folder, output = measured
    assert "variables declared in" in output
    assert "sdg_11_2_1" in output
    home = folder / "home"
    before = (home / "variables.yaml").read_text(), (home / "indicators" / "space.yaml").read_text()
    added = given(home, "xx-south", circuity(1.2))
    assert (list(added.variables), list(added.indicators)) == ([], [])
    assert ((home / "variables.yaml").read_text(), (home / "indicators" / "space.yaml").read_text()) == before
    assert not load(home).findings
    shutil.rmtree(home / "sources" / "space-xx-south")


def given(folder, place, *measurements, day="2023-12-26", owners=()):
    """An observatory that is given measurements of a map of one day, and of a table of sixteen years."""
    map_day, years = (f"{day}T00:00:00Z", f"{day}T24:00:00Z"), ("2000-01-01T00:00:00Z", "2016-01-01T00:00:00Z")
    context = MeasurementContext("2026", place, "p", {"osm": map_day, "table": years})
    return add_to_observatory(folder, place, measurements, context, owners)


def circuity(value):
    return SpatialMeasurement("circuity", value, "1")


def test_values_of_other_years_stay_and_those_of_the_same_year_are_replaced(tmp_path):
    start.start(tmp_path)
    for value, day in ((1.2, "2022-05-01"), (1.3, "2023-05-01"), (1.4, "2023-06-01")):
        given(tmp_path, "xx-north", circuity(value), day=day)
    rows = rows_of(tmp_path / "sources" / "space-xx-north" / "measurements.csv")
    assert {r["year"]: r["value"] for r in rows} == {"2022": "1.2", "2023": "1.4"}


def test_a_place_that_the_observatory_does_not_know_is_refused_before_measuring(tmp_path):
    start.start(tmp_path / "home")
    for place in ("mc-monaco", None):
        result = kenes(
            "space",
            "measure",
            "--osm",
            MONACO / "monaco.osm.pbf",
            *(("--place", place) if place else ()),
            "--observatory",
            tmp_path / "home",
            "--out",
            tmp_path / "out",
        )
        assert result.exit_code == 3, result.output
        assert (place or "--place PLACE") in result.output
        assert not (tmp_path / "out").exists()


def test_a_variable_declared_in_a_unit_that_does_not_fit_is_refused(tmp_path):
    start.start(tmp_path)
    path = tmp_path / "variables.yaml"
    path.write_text(path.read_text() + "- {id: circuity, unit: person, texts: {en: x, tr: x}}\n")
    with pytest.raises(UnitMismatch, match="expected person, found 1"):
        given(tmp_path, "xx-north", circuity(1.2))
    assert not (tmp_path / "sources" / "space-xx-north").exists()


def test_every_indicator_that_is_measured_has_a_definition_in_its_unit(measured):
    folder, _ = measured
    for row in rows_of(folder / "out" / "measurements.csv"):
        definition = space_definitions()[row["indicator"]]
        assert row["unit"] == definition.unit
        if row["value"]:
            assert definition.plausible.holds(float(row["value"])), row


def test_every_definition_has_two_languages_a_unit_that_is_algebra_and_a_source():
    for definition in space_definitions().values():
        for language in ("en", "tr"):
            assert definition.texts[language]["name"]
            assert definition.texts[language]["definition"]
        factor(definition.formula.unit({"measured": definition.unit}), definition.unit)
        assert citation_of(definition)
        if definition.id.startswith("sdg_"):
            assert "UN-Habitat" in citation_of(definition)
            assert "20" in citation_of(definition).rpartition("UN-Habitat")[2]


def test_the_page_tells_what_each_indicator_means(measured):
    folder, _ = measured
    page = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert space_definitions()["circuity"].text("en", "definition") in page


def test_the_source_names_the_licence_of_the_map_and_only_where_a_map_was_used(tmp_path):
    start.start(tmp_path)
    given(tmp_path, "xx-north", circuity(1.2))
    given(tmp_path, "xx-south", SpatialMeasurement("stop_coverage_area", 1.2, "km^2", source="layer"))
    found = {m.source.id: m.source for m in load(tmp_path).require_sound().mappings}
    assert found["space-xx-north"].licence.text("en").startswith("ODbL-1.0")
    assert str(found["space-xx-north"].retrieved) == "2023-12-26"
    assert "OpenStreetMap" not in found["space-xx-south"].attribution.text("en")


def test_owners_of_files_are_named_by_the_source_and_a_span_stands_at_its_last_year(tmp_path):
    start.start(tmp_path)
    span = SpatialMeasurement("land_consumption_rate", 0.01, "1/year", source="table")
    given(tmp_path, "xx-south", circuity(1.2), span, owners=["İBB Açık Veri Portalı"])
    folder = tmp_path / "sources" / "space-xx-south"
    mapping = (folder / "mapping.yaml").read_text(encoding="utf-8")
    assert 'attribution: "© OpenStreetMap contributors; İBB Açık Veri Portalı"' in mapping
    assert mapping.count("attribution:") == 1
    assert {r["year"] for r in rows_of(folder / "measurements.csv")} == {"2015", "2023"}
    assert not load(tmp_path).findings
