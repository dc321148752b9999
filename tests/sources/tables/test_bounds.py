"""Both sides of what a number, a stamp and a cell may be."""

from __future__ import annotations

import datetime as dt
import math
import time

import numpy as np
import pytest

from kenes.catalogue.mapping_records import FileForm, TimeRule, ValueRule
from kenes.sources.tables import reports
from kenes.sources.tables.columns import text_column
from kenes.sources.tables.numbers import number_reader, read_values
from kenes.sources.tables.periods import Period, period_reader
from kenes.sources.tables.sheets import cell_text

HEAD = "place,time,PM10\n"
LARGEST = "179769313486231570" + "0" * 291  # the greatest float64 has 309 digits before the point


def column(texts: list[str], *, decimal: str = ".", missing: tuple[str, ...] = ("",)) -> list[float | str | None]:
    """What `read_values` makes of a column: a value, None for missing, "refused"."""
    form, gaps = FileForm("f.csv", decimal=decimal), frozenset(missing)
    read = number_reader(form, ValueRule(), gaps)
    found = read_values(text_column(texts), read, form, gaps)
    refused = found.reason.present()
    return [
        "refused" if no else None if gap else value
        for no, gap, value in zip(refused, found.missing, found.value.tolist(), strict=True)
    ]


# Overflow: a number is finite or refused, and never another number


@pytest.mark.parametrize("decimal", [".", ","])
def test_a_number_of_many_digits_is_read_up_to_the_greatest_and_refused_beyond(decimal: str) -> None:
    texts = [LARGEST, "-" + LARGEST, "2" + LARGEST[1:], "-2" + LARGEST[1:], "9" * 400, "0" * 400 + "7"]
    found = column(texts, decimal=decimal)
    assert found[:2] == [float(LARGEST), -float(LARGEST)]
    assert found[2:] == ["refused", "refused", "refused", 7.0]


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("text", ["1e400", "-1e400", "1e100", "1e-100", "1E+309", "1e", "e5", "1e5.5"])
def test_an_exponent_has_at_most_two_digits(text: str, decimal: str) -> None:
    assert column([text], decimal=decimal) == ["refused"]


@pytest.mark.parametrize("decimal", [".", ","])
def test_an_exponent_of_two_digits_is_read(decimal: str) -> None:
    texts = ["1e99", "-1e99", "1e-99", "1E+05", "2e0"]
    assert column(texts, decimal=decimal) == [1e99, -1e99, 1e-99, 1e5, 2.0]


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30])
def test_a_whole_number_beyond_64_bits_is_the_nearest_float_and_does_not_turn_its_sign(number: int) -> None:
    for decimal in (".", ","):
        assert column([str(number)], decimal=decimal) == [float(number)]


def test_a_column_with_a_decimal_comma_refuses_points_and_reads_commas() -> None:
    assert column(["12.5", "12,5", "12", "1e2"], decimal=",") == ["refused", 12.5, 12.0, 100.0]
    assert column(["12.5", "12,5"]) == [12.5, "refused"]


def test_marks_are_taken_off_both_ends_where_the_mapping_says_so() -> None:
    form, gaps = FileForm("f.csv"), frozenset({""})
    read = number_reader(form, ValueRule(strip="%*"), gaps)
    assert [read(text).value for text in ("5%", "* 5 %", "5", "5%5")] == [5.0, 5.0, 5.0, None]
    assert number_reader(form, ValueRule(), gaps)("5%").value is None


def test_many_digits_behind_the_point_change_nothing_but_the_last_ones() -> None:
    assert column(["0." + "3" * 500, "1." + "0" * 400 + "1"]) == [1 / 3, 1.0]


def test_one_endless_number_spoils_no_other_of_its_column() -> None:
    assert column(["1", "9" * 400, "", "2.5", "9" * 400]) == [1.0, "refused", None, 2.5, "refused"]


def test_a_file_refuses_the_cell_that_overflows_and_keeps_its_neighbours(read) -> None:
    found = read(HEAD + f"Ada,2019,{2**63}\nAda,2020,{'9' * 400}\nAda,2021,1e400\nAda,2022,3\n")
    assert found.column("value") == [2.0**63, 3.0]
    assert [locator for locator, _ in found.refusals] == ["row 3, column PM10", "row 4, column PM10"]
    assert all(math.isfinite(value) for value in found.column("value"))


def test_a_number_of_json_keeps_all_its_digits_as_received(read) -> None:
    numbers = [str(2**63), "0.10", "1.0", "1E3"]
    rows = ", ".join(f'{{"place": "Ada", "time": {2000 + k}, "PM10": {text}}}' for k, text in enumerate(numbers))
    found = read(f"[{rows}]", file="{path: d.json, format: json}")
    assert (found.column("value"), found.column("text")) == ([2.0**63, 0.1, 1.0, 1000.0], numbers)


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_number_of_json_that_overflows_refuses_its_cell_and_not_the_file(read, digits: int) -> None:
    rows = ", ".join(
        f'{{"place": "Ada", "time": {year}, "PM10": {text}}}' for year, text in ((1, "9" * digits), (2, 7))
    )
    found = read(f"[{rows}]".replace('"time": ', '"time": 200'), file="{path: d.json, format: json}")
    assert (found.column("value"), found.report.refused) == ([7.0], 1)


def test_a_whole_number_of_a_workbook_is_written_out_below_1e15_and_as_a_float_from_there_on() -> None:
    assert [cell_text(v) for v in (999_999_999_999_999.0, -999_999_999_999_999.0)] == [
        "999999999999999",
        "-999999999999999",
    ]
    assert [cell_text(v) for v in (1e15, -1e15, 1e300)] == ["1000000000000000.0", "-1000000000000000.0", "1e+300"]


def test_a_number_for_missing_means_its_value_and_no_neighbour() -> None:
    assert column(["-999", "-999.0", "-99.9", "999"], missing=("", "-999")) == [None, None, -99.9, 999.0]


# Stamps that close their period


def period(text: str, **rule: object) -> tuple[str, ...]:
    given = {"column": "t", "value": None, "format": None, "zone": None, "stamp": "start", "length": None, "line": 1}
    found = period_reader(TimeRule(**{**given, **rule}))(text)
    assert isinstance(found, Period), found
    return tuple((dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=m)).isoformat(" ", "minutes") for m in found)


@pytest.mark.parametrize(
    ("text", "length", "start", "end"),
    [
        ("2020-01-01T08:00", "hour", "2020-01-01 07:00", "2020-01-01 08:00"),
        ("2020-01-01T00:00", "hour", "2019-12-31 23:00", "2020-01-01 00:00"),
        ("2020-01-01T08:30", "hour", "2020-01-01 07:30", "2020-01-01 08:30"),
        ("2020-01-01", "day", "2019-12-31 00:00", "2020-01-01 00:00"),
        ("2020-03-01", "day", "2020-02-29 00:00", "2020-03-01 00:00"),
        ("2020-01-01T00:00", "day", "2019-12-31 00:00", "2020-01-01 00:00"),
        ("2020-01-01T23:59", "day", "2020-01-01 00:00", "2020-01-02 00:00"),
        ("2020-01-01T00:01", "day", "2020-01-01 00:00", "2020-01-02 00:00"),
        ("2020-02-01", "month", "2020-01-01 00:00", "2020-02-01 00:00"),
        ("2020-01-01", "month", "2019-12-01 00:00", "2020-01-01 00:00"),
        ("2020-01-31", "month", "2020-01-01 00:00", "2020-02-01 00:00"),
        ("2021-01-01", "year", "2020-01-01 00:00", "2021-01-01 00:00"),
        ("2020-12-31", "year", "2020-01-01 00:00", "2021-01-01 00:00"),
    ],
)
def test_a_stamp_at_the_end_closes_the_period_before_it_and_one_inside_means_the_one_it_is_in(
    text: str, length: str, start: str, end: str
) -> None:
    assert period(text, stamp="end", length=length) == (start, end, start, end)


@pytest.mark.parametrize("zone", [None, "Asia/Bishkek", "Europe/Istanbul"])
def test_a_stamp_at_the_end_names_the_period_that_a_stamp_at_the_start_names_one_length_earlier(
    zone: str | None,
) -> None:
    for hour in range(24):
        late = period(f"2020-06-02T{hour:02d}:00", stamp="end", length="hour", zone=zone)
        early = dt.datetime(2020, 6, 2, hour) - dt.timedelta(hours=1)
        assert late == period(early.isoformat(), stamp="start", length="hour", zone=zone)


def test_a_file_whose_hours_are_stamped_at_the_end_counts_midnight_to_the_year_before(read) -> None:
    data = HEAD + "Ada,2020-01-01T00:00,1\nAda,2020-01-01T01:00,2\n"
    found = read(data, time="{column: time, stamp: end, length: hour}")
    assert [moment.isoformat() for moment in found.column("civil_start")] == [
        "2019-12-31T23:00:00",
        "2020-01-01T00:00:00",
    ]
    plain = read(data, time="{column: time, length: hour}")
    assert [moment.isoformat() for moment in plain.column("civil_start")] == [
        "2020-01-01T00:00:00",
        "2020-01-01T01:00:00",
    ]


def test_years_are_read_from_1700_to_2200() -> None:
    rule = TimeRule("t", None, None, None, "start", None, 1)
    found = [isinstance(period_reader(rule)(text), Period) for text in ("1699", "1700", "2200", "2201")]
    assert found == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "form", "end"),
    [
        ("05.03.2020 07", "%d.%m.%Y %H", "2020-03-05 08:00"),
        ("05.03.2020", "%d.%m.%Y", "2020-03-06 00:00"),
        ("065 2020", "%j %Y", "2020-03-06 00:00"),
        ("03/2020", "%m/%Y", "2020-04-01 00:00"),
        ("March 2020", "%B %Y", "2020-04-01 00:00"),
        ("Mar 2020", "%b %Y", "2020-04-01 00:00"),
        ("in 2020", "in %Y", "2021-01-01 00:00"),
    ],
)
def test_the_length_of_a_period_follows_from_the_finest_part_of_its_form(text: str, form: str, end: str) -> None:
    assert period(text, format=form)[1] == end


def test_a_time_inside_a_day_is_no_day_and_a_date_inside_a_month_no_month() -> None:
    def refused(text: str, length: str) -> bool:
        return not isinstance(period_reader(TimeRule("t", None, None, None, "start", length, 1))(text), Period)

    assert [refused(text, "day") for text in ("2020-03-05T00:00", "2020-03-05T00:01")] == [False, True]
    assert [refused(text, "month") for text in ("2020-03-01", "2020-03-02", "2020-03-01T01:00")] == [False, True, True]
    assert [refused(text, "year") for text in ("2020-01-01", "2020-01-02", "2020-02-01")] == [False, True, True]
    assert not refused("2020-03-05T00:01", "hour")


def test_a_stamp_with_its_own_offset_is_told_in_utc_wherever_the_machine_stands(monkeypatch) -> None:
    expected = ("2019-01-01 03:00", "2019-01-01 04:00", "2019-01-01 03:00", "2019-01-01 04:00")
    for zone in ("Asia/Bishkek", "America/New_York", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert period("2019-01-01T06:00:00+03:00") == expected
    monkeypatch.undo()
    time.tzset()


def test_a_stamp_with_an_offset_lies_in_the_civil_time_of_the_zone() -> None:
    found = period("2020-01-01T23:30:00+00:00", length="hour", zone="Asia/Bishkek")
    assert found == ("2020-01-01 23:30", "2020-01-02 00:30", "2020-01-02 05:30", "2020-01-02 06:30")


# Addresses, counts, refusals


def test_the_hundredth_observation_of_a_cell_has_an_id_of_its_own(read) -> None:
    rules = ", ".join(
        f"{{column: PM10, variable: pm10, unit: ug/m^3, dimensions: {{n: {{value: d{k}}}}}}}" for k in range(100)
    )
    found = read(HEAD + "Ada,2019,1\n", variables=f"[{rules}]")
    ids = found.column("observation")
    assert len(set(ids)) == 100
    assert (ids[0][-4:], ids[-1][-8:]) == ("-2-3", "-2-3-100")


def test_two_conflicting_cells_far_to_the_right_are_flagged_by_their_own_names(read) -> None:
    width = 20_000
    head = ",".join(["place", "time", *(f"x{k}" for k in range(width)), "PM10"])
    rows = "".join("Ada,2019" + "," * width + f",{value}\n" for value in (1, 2))
    found = read(f"{head}\n{rows}")
    assert sorted(found.reading.flags()["observation"].to_pylist()) == sorted(found.column("observation"))


def test_refusals_are_listed_up_to_the_limit_and_all_are_counted(read, monkeypatch) -> None:
    monkeypatch.setattr(reports, "MOST_REFUSALS", 3)
    found = read(HEAD + "".join(f"Ada,{year},x\n" for year in range(2000, 2005)) + "Ada,2010\n")
    assert found.report.refused == 6
    assert [locator for locator, _ in found.refusals] == [f"row {row}, column PM10" for row in (2, 3, 4)]
    assert found.report.room == 0


def test_a_correction_that_voids_keeps_other_rows_and_marks_only_its_own(read) -> None:
    fix = "[{locator: {row: 3}, column: PM10, expect: '8', action: void, reason: broken}]"
    found = read(HEAD + "Ada,2019,7\nAda,2020,8\nAda,2021,8\n", corrections=fix)
    assert found.column("value") == [7.0, None, 8.0]
    assert found.column("status") == ["valid", "corrected", "valid"]
    assert [made.locator for made in found.report.corrected] == ["row 3, column PM10"]


def test_a_correction_of_an_unreadable_text_is_no_refusal(read) -> None:
    fix = "[{locator: {row: 2}, column: PM10, expect: 'n/a', action: void, reason: broken}]"
    found = read(HEAD + "Ada,2019,n/a\nAda,2020,8\n", corrections=fix)
    assert (found.column("value"), found.report.refused) == ([None, 8.0], 0)


def test_a_repeat_is_told_by_place_site_period_and_dimensions_and_by_each_of_them(read) -> None:
    data = "place,time,PM10,s,sex\n" + "".join(
        f"{row}\n"
        for row in ("Ada,2019,1,A,T", "xx-bor,2019,1,A,T", "Ada,2020,1,A,T", "Ada,2019,1,B,T", "Ada,2019,1,A,F")
    )
    rule = "[{column: PM10, variable: pm10, unit: ug/m^3, dimensions: {sex: sex}}]"
    found = read(data + "Ada,2019,1,A,T\n", site="{column: s}", variables=rule)
    assert found.report.accepted == 5
    assert [locator for locator, _ in found.refusals] == ["row 7, column PM10"]


def test_a_second_repeat_is_held_against_the_first_record_and_not_against_the_one_before(read) -> None:
    found = read(HEAD + "Ada,2019,1\nAda,2019,2\nAda,2019,1\n")
    assert found.column("value") == [1.0, 2.0]
    assert [locator for locator, _ in found.refusals] == ["row 4, column PM10"]
    assert found.reading.flags()["locator"].to_pylist() == ["row 2, column PM10", "row 3, column PM10"]


def test_two_gaps_of_one_key_are_one_gap(read) -> None:
    found = read(HEAD + "Ada,2019,\nAda,2019,\n")
    assert (found.column("value"), found.report.refused) == ([None], 1)


def test_values_that_are_missing_are_not_a_number_in_the_arrays() -> None:
    form, gaps = FileForm("f.csv"), frozenset({"", "-"})
    found = read_values(text_column(["1", "-", "x"]), number_reader(form, ValueRule(), gaps), form, gaps)
    assert np.isnan(found.value).tolist() == [False, True, True]
    assert found.missing.tolist() == [False, True, False]
