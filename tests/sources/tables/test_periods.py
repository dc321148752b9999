"""Periods, civil and UTC."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from kenes.catalogue.mapping_records import TimeRule
from kenes.sources.tables.periods import Period, period_reader
from kenes.vocabulary.reasons import Reason, reason


def period(text, **rule):
    given = {"column": "t", "value": None, "format": None, "zone": None, "stamp": "start", "length": None, "line": 1}
    found = period_reader(TimeRule(**{**given, **rule}))(text)
    if isinstance(found, Reason):
        return found
    assert isinstance(found, Period)
    return tuple((dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=m)).isoformat(" ", "minutes") for m in found)


def test_a_year_without_zone_keeps_its_civil_dates():
    assert period("2019") == ("2019-01-01 00:00", "2020-01-01 00:00", "2019-01-01 00:00", "2020-01-01 00:00")


def test_the_turkish_date_of_the_ministry_is_read():
    assert period("1 01 2019", format="%d %m %Y", length="day")[:2] == ("2019-01-01 00:00", "2019-01-02 00:00")


def test_december_ends_with_the_year():
    assert period("2019-12")[:2] == ("2019-12-01 00:00", "2020-01-01 00:00")


def test_only_the_year_of_a_date_counts_when_the_length_says_so():
    assert period("3/1/2014", format="%m/%d/%Y", length="year")[:2] == ("2014-01-01 00:00", "2015-01-01 00:00")


def test_a_stamp_that_closes_its_hour_at_midnight_belongs_to_the_day_before():
    found = period("2020-01-01 00:00", zone="Asia/Bishkek", stamp="end", length="hour")
    assert found == ("2019-12-31 17:00", "2019-12-31 18:00", "2019-12-31 23:00", "2020-01-01 00:00")


def test_a_day_on_which_clocks_go_forward_has_23_hours():
    start, end, *_ = period("2019-03-31", zone="Europe/Budapest")
    assert (start, end) == ("2019-03-30 23:00", "2019-03-31 22:00")


def test_an_hour_that_never_happened_is_refused():
    found = period("2019-03-31T02:00", zone="Europe/Budapest")
    assert found == reason("hour_skipped", text="2019-03-31T02:00", zone="Europe/Budapest")


def test_an_hour_that_happens_twice_is_read_as_its_first():
    found = period("2019-10-27T02:00", zone="Europe/Budapest")
    assert found == ("2019-10-27 00:00", "2019-10-27 01:00", "2019-10-27 02:00", "2019-10-27 02:00")


def test_the_hour_that_clocks_skip_is_closed_by_the_hour_before():
    found = period("2019-03-31T02:00", zone="Europe/Budapest", stamp="end")
    assert found == ("2019-03-31 00:00", "2019-03-31 01:00", "2019-03-31 01:00", "2019-03-31 03:00")


def test_a_stamp_with_its_own_offset_needs_no_zone():
    assert period("2019-01-01T06:00:00+06:00")[0] == "2019-01-01 00:00"
    assert period("2019-01-01T00:00Z", zone="Asia/Bishkek")[2] == "2019-01-01 06:00"


@pytest.mark.parametrize("text", ["2019-13", "19", "2019-02-29", "１９"])
def test_what_is_no_time_is_refused(text):
    assert period(text) == reason("time_unread", text=text)
    assert period(text, format="%d.%m.%Y") == reason("time_other_form", text=text, form="%d.%m.%Y")


def test_a_cell_without_a_time_says_so():
    assert period(" ") == reason("no_time")


@pytest.mark.parametrize(("year", "refused"), [("1699", True), ("1700", False), ("2200", False), ("2201", True)])
def test_a_year_of_another_age_is_a_slip(year, refused):
    why = reason("year_implausible", year=int(year), first=1700, last=2200)
    assert (period(year) == why) is refused


def test_hours_of_a_year_with_zone_follow_each_other_without_gap():
    stamps = [dt.datetime(2019, 1, 1) + dt.timedelta(hours=h) for h in range(8760)]
    reader = period_reader(TimeRule("t", None, None, "Asia/Tashkent", "start", "hour", 1))
    spans = [reader(stamp.isoformat()) for stamp in stamps]
    assert all(early.end == late.start for early, late in pairwise(spans))


def test_a_month_is_no_year_and_a_day_no_month() -> None:
    reader = period_reader(TimeRule("t", None, None, None, "start", "year", 1))
    assert isinstance(reader("2024"), Period)
    assert isinstance(reader("2024-01-01"), Period)
    assert reader("2024-05") == reason("time_inside_year", text="2024-05")
    assert period("2024-05-17", length="month") == reason("time_inside_month", text="2024-05-17")
    assert period("2024-05-17T01:00", length="day") == reason("time_inside_day", text="2024-05-17T01:00")
