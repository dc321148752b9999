"""The shipped files of the OTS observatory, against figures known of them."""

from __future__ import annotations

import csv
import statistics
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kenes import sources
from kenes.catalogue.documents import parse_document, read_document
from kenes.catalogue.mappings import parse_mappings, read_mappings
from kenes.catalogue.places import read_places

OTS = Path(__file__).parents[2] / "observatories" / "ots"
OURS = [
    "air-bishkek",
    "air-tashkent",
    "air-turkiye-2019",
    *sorted(path.name for path in (OTS / "sources").glob("eurostat-*")),
]


@cache
def places():
    return read_places(OTS / "places")[0]


@cache
def variables():
    return {entry["id"]: entry["unit"] for entry in read_document(OTS / "variables.yaml")}


def taken(mapping):
    reading = sources.read(mapping, mapping.data_path, places=places(), variables=variables())
    return pa.concat_tables(reading.batches()), reading


@cache
def read(source, number=0):
    return taken(read_mappings(OTS / "sources" / source / "mapping.yaml")[number])


def rows(table, **equal):
    for column, value in equal.items():
        table = table.filter(pc.equal(table[column], value))
    return table


def of_year(table, year):
    return table.filter(pc.equal(pc.year(table["civil_start"]), year))


@pytest.mark.parametrize("source", OURS)
def test_every_shipped_file_is_read_without_a_refused_cell(source):
    for mapping in read_mappings(OTS / "sources" / source / "mapping.yaml"):
        table, reading = taken(mapping)
        report = reading.report
        assert report.refusals == []
        assert report.read == report.accepted + report.kept_out
        assert table.num_rows == report.accepted > 0
        assert reading.flags().num_rows == 0
        assert mapping.file.sha256 == reading.snapshot
        assert mapping.source.ships
        assert mapping.source.why


def test_bishkek_has_7716_valid_hours_of_2019_with_a_mean_of_35_42():
    """Stamps close their hour, so that 00:00 of 1 January 2020 is the last hour of 2019."""
    table, reading = read("air-bishkek")
    year = of_year(table, 2019)
    assert year.num_rows == 7716
    assert pc.mean(year["value"]).as_py() == pytest.approx(35.42, abs=0.005)
    assert pc.max(year["civil_end"]).as_py().isoformat() == "2020-01-01T00:00:00"
    assert [made.locator for made in reading.report.corrected] == ["row 766, column Date (LT)"]


def test_bishkek_without_its_rules_looks_right_and_is_wrong():
    """With -999 and invalid rows left in, the mean of 2019 is about 33.36: near WHO's published 33.15."""
    text = (OTS / "sources" / "air-bishkek" / "mapping.yaml").read_text(encoding="utf-8")
    text = text.replace('missing: ["-999", "-999.0"]', "missing: []").replace("QC Name: Valid, ", "")
    mapping = parse_mappings(parse_document(text, "m.yaml"), folder=OTS / "sources" / "air-bishkek")[0]
    year = of_year(taken(mapping)[0], 2019)
    assert pc.min(year["value"]).as_py() == -999
    assert pc.mean(year["value"]).as_py() == pytest.approx(33.36, abs=0.01)


def test_the_three_files_of_bishkek_never_speak_of_the_same_hour():
    hours = [hour for number in range(3) for hour in read("air-bishkek", number)[0]["start"].to_pylist()]
    assert len(hours) == len(set(hours)) == 24597


def test_the_turkish_file_has_79_provinces_and_one_row_of_2020():
    table, reading = read("air-turkiye-2019")
    pm10 = rows(table, variable="pm10")
    assert pm10.num_rows == 28_836
    assert reading.report.read == 28_836 * 7
    assert len(pc.unique(pm10["place"])) == 79
    assert of_year(pm10, 2020).num_rows == 1
    assert {"tr-kahramanmaras", "tr-afyonkarahisar"} <= set(pc.unique(pm10["place"]).to_pylist())
    assert not {"tr-eskisehir", "tr-usak"} & set(pc.unique(pm10["place"]).to_pylist())


def test_63_turkish_provinces_have_three_quarters_of_the_days_of_pm10():
    table, _ = read("air-turkiye-2019")
    valid = rows(of_year(table, 2019), variable="pm10", status="valid")
    days = valid.group_by("place").aggregate([("value", "count")])
    assert sum(count >= 274 for count in days["value_count"].to_pylist()) == 63


def test_agri_and_afyonkarahisar_carry_the_same_series():
    """Two provinces 900 km apart with equal values on every day: one of them is not its own."""
    table, _ = read("air-turkiye-2019")
    series = [
        dict(zip(part["start"].to_pylist(), part["value"].to_pylist(), strict=True))
        for part in (rows(table, variable="pm10", place=p) for p in ("tr-agri", "tr-afyonkarahisar"))
    ]
    assert series[0] == series[1]
    assert sum(value is not None for value in series[0].values()) == 260


def test_a_turkish_mean_equals_one_computed_by_hand_from_the_file():
    path = OTS / "sources" / "air-turkiye-2019" / "tr_daily_2019.csv"
    with path.open(encoding="iso-8859-9", newline="") as stream:
        records = [r for r in csv.reader(stream) if r[0] == "Ankara" and r[1].endswith("2019")]
    by_hand = statistics.fmean(float(record[2]) for record in records if record[2])
    table, _ = read("air-turkiye-2019")
    ours = pc.mean(rows(of_year(table, 2019), variable="pm10", place="tr-ankara")["value"]).as_py()
    assert ours == pytest.approx(by_hand, rel=1e-12)


def test_tashkent_has_ten_stations_and_10146_days():
    table, _ = read("air-tashkent")
    assert table.num_rows == 10_146
    assert len(pc.unique(table["site"])) == 10
    assert pc.max(table["value"]).as_py() == 907.5


@pytest.mark.parametrize(
    ("source", "variable", "place", "year", "value", "text", "flags"),
    [
        ("eurostat-density", "population_density", "hu", 2016, 107.6, "107.6b", "break"),
        ("eurostat-physicians", "persons_per_physician", "hu", 2000, 332.66, "332.66be", "break estimated"),
        ("eurostat-gdp", "gdp_pps_per_head", "tr-istanbul", 2020, 29700, "29700", None),
        ("eurostat-gdp", "gdp_pps_percent_of_eu", "tr-istanbul", 2020, 99, "99", None),
        ("eurostat-births", "births", "hu", 1990, 125679, "125679", None),
        ("eurostat-deaths", "deaths", "hu", 2013, 126677, "126677", None),
        ("eurostat-population-structure", "old_age_dependency", "tr-istanbul", 2014, 8.2, "8.2 ", None),
    ],
)
def test_published_cells_of_eurostat_are_found(source, variable, place, year, value, text, flags):
    found = of_year(rows(read(source)[0], variable=variable, place=place), year)
    (row,) = found.to_pylist()
    assert (row["value"], row["text"], row["flags"]) == (value, text, flags)


def test_an_unreliable_rate_keeps_its_flag():
    """lfst_r_lfu3rt, women of 15-24 in HU1, 2009: `12.4 u`."""
    table = rows(read("eurostat-unemployment")[0], dimensions='{"age":"Y15-24","sex":"F"}', place="hu-nuts-hu1")
    (row,) = of_year(table, 2009).to_pylist()
    assert (row["value"], row["flags"], row["text"]) == (12.4, "unreliable", "12.4 u")


def test_gdp_per_head_in_pps_has_81_provinces_from_2004_on():
    table = rows(read("eurostat-gdp")[0], variable="gdp_pps_per_head", status="valid")
    provinces = {place.id for place in places().values() if place.kind == "province" and place.country == "tr"}
    for year in range(2004, 2021):
        assert provinces <= set(of_year(table, year)["place"].to_pylist())


def test_infant_deaths_of_larger_hungarian_regions_are_left_out():
    table = rows(read("eurostat-deaths")[0], place="hu")
    assert pc.min(pc.year(table["start"])).as_py() == 2013
    county = of_year(rows(read("eurostat-deaths")[0], place="hu-budapest"), 1990)
    assert county["value"].to_pylist() == [29680]


def test_population_by_age_adds_up_to_its_total():
    table = of_year(rows(read("eurostat-population-age")[0], place="tr-ankara"), 2019)
    by_age = dict(zip(table["dimensions"].to_pylist(), table["value"].to_pylist(), strict=True))
    total = by_age.pop('{"age":"TOTAL"}')
    nested = {'{"age":"Y_GE85"}'}
    assert sum(value for age, value in by_age.items() if value and age not in nested) == total
