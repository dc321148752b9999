"""What becomes of the cells of a small file."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kenes.vocabulary.errors import SourceError
from kenes.vocabulary.reasons import read_reason, reason
from kenes.vocabulary.tables import FLAGS, OBSERVATIONS

HEAD = "place,time,PM10\n"


def test_a_cell_becomes_an_observation_that_knows_where_it_stood(read):
    found = read(HEAD + "Ada,2019-01-02,12.5\n")
    assert found.table.schema == OBSERVATIONS.schema()
    (row,) = found.table.to_pylist()
    snapshot = found.reading.snapshot
    assert row["observation"] == f"{snapshot[:12]}-2-3"
    assert row["locator"] == "row 2, column PM10"
    assert (row["variable"], row["place"], row["value"], row["unit"]) == ("pm10", "xx-ada", 12.5, "ug/m^3")
    assert row["start"] == dt.datetime(2019, 1, 2, tzinfo=dt.UTC)
    assert row["end"] == dt.datetime(2019, 1, 3, tzinfo=dt.UTC)
    assert row["civil_start"] == dt.datetime(2019, 1, 2)
    assert row["retrieved_at"] == dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert (row["vintage"], row["status"], row["text"]) == ("2026-11-23", "valid", "12.5")
    assert (row["site"], row["dimensions"], row["flags"]) == (None, None, None)
    assert row["batch"] == "the batch"


def test_a_missing_value_stays_missing_with_its_text(read):
    found = read(HEAD + "Ada,2019-01-02,-999\nAda,2019-01-03,\n", missing='["-999"]')
    assert found.column("value") == [None, None]
    assert found.column("text") == ["-999", ""]
    assert found.column("status") == ["missing", "missing"]
    assert (found.report.accepted, found.report.missing, found.report.refused) == (2, 2, 0)


def test_rows_are_numbered_as_in_a_spreadsheet(read):
    data = HEAD + 'Ada,2019-01-01,1\n\n"A\nda",2019-01-02,2\nAda,2019-01-03\nAda,2019-01-04,4\n'
    found = read(data)
    assert found.column("locator") == ["row 2, column PM10", "row 6, column PM10"]
    assert [locator for locator, _ in found.refusals] == ["row 4, column PM10", "row 5, column PM10"]
    assert found.refusals[1][1] == reason("record_cells", count=2, expected=3)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Nowhere,2019-01-01,1", reason("place_unknown", text="Nowhere")),
        ("Adaa,2019-01-01,1", reason("place_unknown_near", text="Adaa", near=["xx-ada"])),
        (",2019-01-01,1", reason("no_place")),
        ("Ada,,1", reason("no_time")),
        ("Ada,yesterday,1", reason("time_unread", text="yesterday")),
        ("Ada,2019-02-30,1", reason("time_unread", text="2019-02-30")),
        ("Ada,0019-01-01,1", reason("year_implausible", year=19, first=1700, last=2200)),
        ("Ada,2019-01-01,nan", reason("no_number")),
        ("Ada,2019-01-01,1e400", reason("no_number")),
        ("Ada,2019-01-01,inf", reason("no_number")),
        (f"Ada,2019-01-01,{9e99:.0f}{'0' * 250}", reason("number_too_large")),
        ('Ada,2019-01-01,"1,234"', reason("number_comma")),
        ("Bor,2019-01-01,1", reason("place_ambiguous", text="Bor", count=2, places=["xx-bor", "xx-bor-city"])),
        ("Nowhere,yesterday,x", reason("place_unknown", text="Nowhere")),
    ],
)
def test_what_is_not_understood_is_refused_with_its_row(read, row, why):
    found = read(HEAD + "Ada,2018-01-01,1\n" + row + "\n")
    assert found.report.accepted == 1
    assert found.report.refused == 1
    assert found.refusals == [("row 3, column PM10", why)]


def test_an_ambiguous_name_is_settled_by_kind(read):
    found = read(HEAD + "Bor,2019,1\n", place="{column: place, kinds: [province]}")
    assert found.column("place") == ["xx-bor"]


def test_a_source_s_own_spelling_is_an_alias(read):
    found = read(HEAD + "Addaa,2019,1\n", place="{column: place, aliases: {Addaa: xx-ada}}")
    assert found.column("place") == ["xx-ada"]


def test_kept_out_cells_are_counted_and_not_refused(read):
    data = "place,time,PM10,q\nAda,2019,1,Valid\nAda,2020,x,Invalid\nEU,2019,1,Valid\nAda,2021,1,Bad\n"
    found = read(data, keep="{q: [Valid, Bad]}", drop="{q: Bad}", place="{column: place, ignore: [EU]}")
    assert (found.report.read, found.report.accepted, found.report.kept_out) == (4, 1, 3)


def test_rows_that_are_not_read_are_not_understood(read, places, monkeypatch):
    asked = []
    look_up = type(places).look_up
    monkeypatch.setattr(type(places), "look_up", lambda *a, **k: asked.append(a[1]) or look_up(*a, **k))
    found = read("place,time,PM10,q\nAda,2019,1,y\nMars,2019,1,n\nAda,2020,2,y\n", keep="{q: [y]}")
    assert found.report.accepted == 2
    assert asked == ["Ada"]


def test_a_record_that_says_the_same_again_is_refused(read):
    found = read(HEAD + "Ada,2019,1\nAda,2019,1.0\n")
    assert found.report.accepted == 1
    assert found.refusals == [("row 3, column PM10", reason("duplicate_cell", cell="row 2, column PM10"))]
    assert found.reading.flags().num_rows == 0


def test_two_records_that_differ_are_both_kept_and_flagged(read):
    found = read(HEAD + "Ada,2019,1\nBor,2019,5\nAda,2019,2\n", place="{column: place, kinds: [province]}")
    assert found.report.accepted == 3
    flags = found.reading.flags()
    assert flags.schema == FLAGS.schema()
    assert flags["rule"].to_pylist() == ["conflict", "conflict"]
    assert flags["locator"].to_pylist() == ["row 2, column PM10", "row 4, column PM10"]
    assert flags["reason"].to_pylist() == ["conflict_cell", "conflict_cell"]
    assert [read_reason("conflict_cell", values) for values in flags["reason_values"].to_pylist()] == [
        reason("conflict_cell", cell="row 4, column PM10"),
        reason("conflict_cell", cell="row 2, column PM10"),
    ]
    assert flags["share"].to_pylist() == [None, None]
    assert flags["severity"].to_pylist() == ["suspect", "suspect"]
    assert set(flags["observation"].to_pylist()) < set(found.column("observation"))
    assert found.report.flagged == 2


def test_a_gap_beside_a_value_is_no_conflict(read):
    found = read(HEAD + "Ada,2019,\nAda,2019,2\n")
    assert found.column("value") == [None, 2.0]
    assert found.reading.flags().num_rows == 0


def test_sites_and_dimensions_keep_records_apart(read):
    data = "place,time,PM10,s,sex\nAda,2019,1,A,T\nAda,2019,2,B,T\nAda,2019,3,A,F\n"
    rule = "[{column: PM10, variable: pm10, unit: ug/m^3, dimensions: {sex: sex, age: {value: all}}}]"
    found = read(data, site="{column: s}", variables=rule)
    assert found.column("site") == ["A", "B", "A"]
    assert found.column("dimensions")[2] == '{"age":"all","sex":"F"}'
    assert found.reading.flags().num_rows == 0


def test_headings_may_be_years_in_any_order(read):
    found = read(
        "place,2020,2019,note\nAda,2,1,x\n",
        time="{columns: years}",
        variables='[{column: "*", variable: pm10, unit: ug/m^3}]',
    )
    years = [moment.year for moment in found.column("start")]
    assert dict(zip(years, found.column("value"), strict=True)) == {2020: 2.0, 2019: 1.0}
    assert found.column("locator") == ["row 2, column 2020", "row 2, column 2019"]


def test_headings_may_be_places(read):
    mapping = """
source: {id: test, issuer: I, licence: L, retrieved: 2026-11-23}
file: {path: d.csv}
time: {column: year}
variables: [{columns: "(?P<place>(?!year).+)", variable: pm10, unit: ug/m^3}]
"""
    found = read("year,Ada,xx-bor\n2019,1,2\n", mapping)
    assert found.column("place") == ["xx-ada", "xx-bor"]


def test_units_may_stand_in_a_column(read):
    rule = "[{column: PM10, variable: pm10, unit_column: u, units: {UG/M3: ug/m^3, MG: mg/m^3}}]"
    found = read("place,time,PM10,u\nAda,2019,1,UG/M3\nAda,2020,2,MG\nAda,2021,3,PPM\n", variables=rule)
    assert found.column("unit") == ["ug/m^3", "mg/m^3"]
    assert found.refusals == [("row 4, column PM10", reason("unit_undeclared", unit="PPM"))]


def test_a_column_of_units_needs_no_list_where_its_texts_are_units(read):
    rule = "[{column: PM10, variable: pm10, unit_column: u}]"
    found = read("place,time,PM10,u\nAda,2019,1,UG/M3\nAda,2020,2,mg/m3\nAda,2021,3,km\n", variables=rule)
    assert found.column("unit") == ["ug/m^3", "mg/m^3"]
    assert found.refusals == [("row 4, column PM10", reason("unit_unfit", unit="km", wanted="ug/m^3"))]


def test_a_number_that_means_missing_does_so_in_every_spelling(read):
    found = read(HEAD + "Ada,2019,-999.0\nAda,2020,-999.00\nAda,2021,-99\n", missing="[-999]")
    assert found.column("value") == [None, None, -99.0]


def test_one_cell_may_hold_two_variables(read):
    rule = "[{column: PM10, variable: pm10, unit: ug/m^3}, {column: PM10, variable: pm25, unit: ug/m^3}]"
    found = read(HEAD + "Ada,2019,1\n", variables=rule)
    start = found.reading.snapshot[:12]
    assert found.column("observation") == [f"{start}-2-3", f"{start}-2-3-2"]
    assert found.report.read == found.report.accepted == 2


def test_two_header_rows_are_joined_and_filled_to_the_right(read):
    data = "City,Extent,\n,T1,T2\nAda,1,2\n"
    found = read(
        data,
        file="{path: d.csv, header_rows: 2}",
        place="{column: City}",
        time='{value: "2014"}',
        variables="[{column: Extent / T2, variable: pm10, unit: ug/m^3}]",
    )
    assert found.column("value") == [2.0]
    assert found.column("locator") == ["row 3, column Extent / T2"]


def test_a_heading_of_two_rows_may_be_called_by_its_lower_name(read):
    data = "Report,,\nplace,time,PM10\nAda,2019,1\nAda,2019,2\n"
    found = read(data, file="{path: d.csv, header_rows: 2}")
    assert found.column("value") == [1.0, 2.0]
    assert found.reading.flags()["locator"].to_pylist() == found.column("locator")


def test_a_correction_voids_a_value_and_says_so(read):
    fix = "[{locator: {place: Ada, time: '2019'}, column: PM10, expect: '7', action: void, reason: broken}]"
    found = read(HEAD + "Ada,2019,7\nAda,2020,8\n", corrections=fix)
    assert found.column("value") == [None, 8.0]
    assert found.column("status") == ["corrected", "valid"]
    assert found.column("text") == ["7", "8"]
    assert [c.reason for c in found.report.corrected] == ["broken"]


def test_a_correction_replaces_a_value_and_keeps_the_text(read):
    fix = "[{locator: {row: 2}, column: PM10, expect: '7', action: replace, value: '0.7', reason: slip}]"
    found = read(HEAD + "Ada,2019,7\n", corrections=fix)
    assert (found.column("value"), found.column("text")) == ([0.7], ["7"])


@pytest.mark.parametrize("data", ["Ada,2019,6\n", "Ada,2020,7\n"])
def test_a_correction_fails_when_the_source_has_mended_itself(read, data):
    fix = "[{locator: {time: '2019'}, column: PM10, expect: '7', action: void, reason: broken}]"
    with pytest.raises(SourceError, match="mended itself"):
        read(HEAD + data, corrections=fix)


def test_a_workbook_reads_like_the_same_csv(read):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Data")
    for row, cells in enumerate([["A title"], ["place", "time", "PM10"], ["Ada", 2019, 12.5], [], ["Ada", 2020, 7]]):
        sheet.write_row(row, 0, cells)
    book.close()
    found = read(stream.getvalue(), file="{path: d.xlsx, format: xlsx, sheet: Data, skip_rows: 1}")
    assert found.column("value") == [12.5, 7.0]
    assert found.column("locator") == ["row 3, column PM10", "row 5, column PM10"]


def test_a_workbook_given_by_hand_is_known_by_its_bytes(read):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for row, cells in enumerate([["place", "time", "PM10"], ["Ada", "2019", 3]]):
        book.worksheets_objs or book.add_worksheet()
        book.worksheets_objs[0].write_row(row, 0, cells)
    book.close()
    assert read(stream.getvalue(), file="{}").column("value") == [3.0]


def test_a_json_list_of_records_is_read_exactly(read):
    data = '{"a": {"rows": [{"place": "Ada", "time": 2019, "PM10": 0.1}, {"place": "Ada", "time": 2020}]}}'
    found = read(data, file="{path: d.json, format: json, records: a.rows}")
    assert found.column("value") == [0.1, None]


def test_a_reading_is_taken_once(read):
    found = read(HEAD + "Ada,2019,1\n")
    with pytest.raises(SourceError, match="once"):
        list(found.reading.batches())


CELL = st.sampled_from(["1", "2", "", "-999", "x", "1e3", "7b"])
PLACE = st.sampled_from(["Ada", "xx-bor", "Nowhere", "EU", ""])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(PLACE, st.sampled_from(["2019", "2020", "?"]), CELL), max_size=12))
def test_every_cell_is_accepted_refused_or_kept_out(read, rows):
    found = read(
        HEAD + "".join(",".join(row) + "\n" for row in rows),
        place="{column: place, ignore: [EU]}",
        missing='["-999"]',
    )
    report = found.report
    assert report.read == report.accepted + report.refused + report.kept_out
    assert report.read == sum(1 for row in rows if any(row))
    assert found.table.num_rows == report.accepted
    assert found.table["value"].null_count == report.missing
    assert len(report.refusals) == report.refused
    assert len(set(found.column("observation"))) == report.accepted
