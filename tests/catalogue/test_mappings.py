"""Mappings: what they mean, and that each fault names its file and line."""

from __future__ import annotations

import pytest

from kenes.catalogue.documents import parse_document
from kenes.catalogue.mappings import check_mapping, parse_mappings, read_mappings
from kenes.vocabulary.errors import At, DefinitionError, UnitMismatch

GOOD = """\
source: {id: air-x, issuer: Office, licence: CC-BY-4.0, retrieved: 2026-11-23}
file:
  path: x.csv
  encoding: iso-8859-9
place: {column: geo}
time: {column: date, zone: Asia/Bishkek, length: hour, stamp: end}
variables:
  - {column: PM10, variable: pm10, unit: ug/m^3}
  - {column: NO2, variable: no2, unit: ug/m^3}
"""


def parse(text):
    return parse_mappings(parse_document(text, "m.yaml"))


def test_a_mapping_has_defaults_for_what_it_leaves_out():
    (mapping,) = parse(GOOD)
    assert mapping.source.ships
    assert mapping.source.attribution.text("tr") == "Office"
    assert mapping.source.title == {"en": "air-x"}
    assert (mapping.file.format, mapping.file.delimiter, mapping.file.header_rows) == ("csv", ",", 1)
    assert mapping.missing == {""}
    assert mapping.revision == "replace"
    assert mapping.columns() == ("geo", "date", "PM10", "NO2")


def test_the_digest_changes_with_the_content_and_not_with_the_layout():
    (one,) = parse(GOOD)
    (same,) = parse("# a remark\n" + GOOD)
    (other,) = parse(GOOD.replace("length: hour", "length: day"))
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("place: {column: geo}", "palce: {column: geo}", 5, "Did you mean 'place'"),
        ("licence: CC-BY-4.0, ", "", 1, "'licence' is missing"),
        ("id: air-x", "id: Air X!", 1, "source id"),
        ("retrieved: 2026-11-23", "retrieved: soon", 1, "no date"),
        ("encoding: iso-8859-9", "encoding: latin99", 4, "encoding 'latin99' is not known"),
        ("encoding: iso-8859-9", "bytes: many", 4, "whole number"),
        ("encoding: iso-8859-9", "delimiter: ab", 4, "one character"),
        ("encoding: iso-8859-9", "sha256: abc", 4, "64 small hexadecimal"),
        ("encoding: iso-8859-9", "format: xls", 4, "csv or tsv"),
        ("encoding: iso-8859-9", "header_rows: 0", 3, "header_rows is 0"),
        ("encoding: iso-8859-9", 'thousands: "."', 4, "the same"),
        ("{column: geo}", "{column: geo, value: xx}", 5, "at most one"),
        ("{column: geo}", "{scheme: nuts}", 8, "place: expected one spot that gives it, found none"),
        ("zone: Asia/Bishkek", "zone: Asia/Nowhere", 6, "time zone 'Asia/Nowhere' is not known"),
        ("stamp: end", "stamp: middle", 6, "start or end"),
        ("column: NO2", "columns: 'NO2('", 9, "no regular expression"),
        ("column: NO2", "columns: 'NO.*'", 9, "named groups"),
        ("column: NO2", 'column: "*"', 9, "time: expected one spot that gives it, found two"),
        ("column: NO2", "column: NO", 9, "Put the word in quotes"),
        ("- {column: NO2, variable: no2, unit: ug/m^3}", "- NO2", 9, "item of 'variables'"),
    ],
)
def test_a_fault_names_file_and_line(old, new, line, message):
    assert old in GOOD
    with pytest.raises(DefinitionError) as caught:
        parse(GOOD.replace(old, new, 1))
    assert (caught.value.file, caught.value.line) == ("m.yaml", line)
    assert f"(m.yaml:{line})" in str(caught.value)
    assert message in str(caught.value)


def test_a_document_that_is_no_mapping_is_refused():
    with pytest.raises(DefinitionError, match="a YAML mapping"):
        parse("- a\n- b\n")


def test_an_unknown_variable_is_a_fault_of_its_line():
    (mapping,) = parse(GOOD)
    with pytest.raises(DefinitionError, match=r"'no2' is not declared \(m.yaml:9\)") as caught:
        check_mapping(mapping, {"pm10": "ug/m^3"})
    assert caught.value.code == "unknown_input"


@pytest.mark.parametrize(
    ("unit", "message", "code"),
    [("ugg/m^3", "not known", "unknown_unit"), ("percent", "different dimension", "unit_mismatch")],
)
def test_an_unknown_or_unfit_unit_is_a_fault_of_its_line(unit, message, code):
    (mapping,) = parse(GOOD.replace("no2, unit: ug/m^3", f"no2, unit: {unit}"))
    with pytest.raises(UnitMismatch, match=message) as caught:
        check_mapping(mapping, {"pm10": "ug/m^3", "no2": "ug/m^3"})
    assert "m.yaml:9" in str(caught.value)
    assert caught.value.code == code


def test_units_of_the_same_dimension_fit():
    (mapping,) = parse(GOOD.replace("no2, unit: ug/m^3", "no2, unit: mg/m^3"))
    check_mapping(mapping, {"pm10": "ug/m^3", "no2": "µg/m³"})


def test_each_file_of_a_list_may_have_its_own_blocks():
    text = GOOD.replace("  path: x.csv\n", "") + (
        "files:\n  - {path: a.csv}\n  - {path: b.csv, encoding: utf-8, place: {value: xx}}\n"
    )
    one, two = parse(text)
    assert (one.file.path, one.file.encoding, one.place.column) == ("a.csv", "iso8859-9", "geo")
    assert (two.file.path, two.file.encoding, two.place.value) == ("b.csv", "utf-8", "xx")


def test_a_correction_must_void_a_column_of_values():
    fix = "corrections: [{locator: {geo: A}, column: date, expect: x, action: void, reason: r}]\n"
    with pytest.raises(DefinitionError, match=r"holds no variable \(m.yaml:10\)"):
        parse(GOOD + fix)


def test_a_correction_must_give_its_reason():
    fix = "corrections: [{locator: {geo: A}, column: PM10, expect: x, action: void}]\n"
    with pytest.raises(DefinitionError, match=r"'reason' is missing \(m.yaml:10\)"):
        parse(GOOD + fix)


def test_a_mapping_read_from_disk_finds_its_data_beside_it(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text(GOOD, encoding="utf-8")
    (mapping,) = read_mappings(path, name="sources/x/mapping.yaml")
    assert mapping.data_path == tmp_path / "x.csv"
    assert mapping.where(9) == At("sources/x/mapping.yaml", 9)


def test_a_mapping_for_a_file_named_by_hand_needs_no_path():
    (mapping,) = parse(GOOD.replace("  path: x.csv\n", ""))
    assert mapping.file.format == "auto"
    with pytest.raises(DefinitionError, match=r"names no data file \(m.yaml\)"):
        mapping.data_path  # noqa: B018


@pytest.mark.parametrize(
    ("path", "format_"), [("x.csv", "csv"), ("x.XLSX", "xlsx"), ("x.json", "json"), ("x.tsv", "tsv"), ("x.txt", "csv")]
)
def test_the_form_of_a_file_follows_from_its_name(path, format_):
    assert parse(GOOD.replace("x.csv", path))[0].file.format == format_


def test_dimensions_may_be_a_list_of_columns():
    (mapping,) = parse(GOOD.replace("no2, unit: ug/m^3", "no2, unit: ug/m^3, dimensions: [sex, age]"))
    assert [(d.name, d.column) for d in mapping.variables[1].dimensions] == [("age", "age"), ("sex", "sex")]
