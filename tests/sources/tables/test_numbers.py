"""Numbers are read as the mapping says, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.catalogue.mapping_records import EUROSTAT_FLAGS, EUROSTAT_PATTERN, FileForm, ValueRule
from kenes.sources.tables.numbers import number_reader
from kenes.vocabulary.reasons import reason


def number(text, *, decimal=".", thousands="", missing=("",), rule=None):
    form = FileForm("f.csv", decimal=decimal, thousands=thousands)
    return number_reader(form, rule or ValueRule(), frozenset(missing))(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12.0), (" 12.5 ", 12.5), ("\xa012\u202f", 12.0), ("-3", -3.0), ("−3", -3.0), ("1e3", 1000.0), (".5", 0.5)],
)
def test_plain_numbers_are_read(text, value):
    assert number(text) == (value, "", None)


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Infinity", "1e400", "1_000", "0x10", "1 2", "12u", "٣"])
def test_other_texts_are_refused(text):
    assert number(text) == (None, "", reason("no_number"))


def test_a_number_that_float64_does_not_hold_is_refused():
    assert number("9" * 309) == (None, "", reason("number_too_large"))
    assert number("9" * 308).value == pytest.approx(1e308)


def test_a_decimal_comma_is_read_only_where_declared():
    assert number("12,5", decimal=",").value == 12.5
    assert number("12.5", decimal=",").reason == reason("number_point", mark=",")
    assert number("12,5").reason == reason("number_comma")


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [("1,234", ",", 1234.0), ("1,234,567.5", ",", 1234567.5), ("1\xa0234", " ", 1234.0), ("12", ",", 12.0)],
)
def test_thousands_marks_are_read_only_where_declared_and_well_placed(text, mark, value):
    assert number(text, thousands=mark).value == value


def test_a_badly_placed_thousands_mark_is_refused():
    assert number("12,34", thousands=",").reason == reason("no_number")


@pytest.mark.parametrize(
    ("text", "value", "flags"),
    [
        ("107.6b", 107.6, "break"),
        ("332.66be", 332.66, "break estimated"),
        ("12.4 u", 12.4, "unreliable"),
        (": u", None, "unreliable"),
        (":", None, ""),
        ("9877365 ", 9877365.0, ""),
    ],
)
def test_eurostat_s_flags_are_told_from_the_value(text, value, flags):
    """Cells of demo_r_d3dens (HU 2016), hlth_rs_physreg (HU 2000) and lfst_r_lfu3rt (HU1 2009)."""
    rule = ValueRule(EUROSTAT_PATTERN, EUROSTAT_FLAGS)
    assert number(text, missing=("", ":"), rule=rule) == (value, flags, None)


def test_a_flag_that_is_not_declared_refuses_the_cell():
    found = number("1q", rule=ValueRule(EUROSTAT_PATTERN, EUROSTAT_FLAGS))
    assert found == (None, "", reason("flag_undeclared", flag="q"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_shortest_text(value):
    text = repr(value)
    if "e" not in text or abs(int(text.split("e")[1])) < 100:
        assert number(text).value == value
