"""Which day of a timetable is measured: most feeds, a weekday, 95 % of the trips, near the map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from kenes.sources.city.gtfs import Feed, service_day
from kenes.vocabulary.errors import SourceError

MONDAY = dt.date(2024, 3, 4)


def _day(offset: int) -> dt.date:
    return MONDAY + dt.timedelta(days=offset)


def feed(folder: Path, trips: Mapping[dt.date, int], name: str = "feed") -> Feed:
    """A feed with so many trips on each day, each day a service of its own."""
    path = folder / name
    path.mkdir()
    services = [(day.strftime("%Y%m%d"), count) for day, count in trips.items()]
    rows = {
        "stops": ["stop_id,stop_lat,stop_lon", "a,41.0,29.0"],
        "routes": ["route_id,route_type", "r,3"],
        "trips": ["route_id,service_id,trip_id"] + [f"r,{s},{s}-{k}" for s, count in services for k in range(count)],
        "calendar_dates": ["service_id,date,exception_type"] + [f"{s},{s},1" for s, _ in services],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"]
        + [f"{s}-{k},08:00:00,08:00:00,a,1" for s, count in services for k in range(count)],
    }
    for table, lines in rows.items():
        (path / f"{table}.txt").write_text("\n".join(lines) + "\n")
    return Feed(path)


@pytest.mark.parametrize(("trips", "chosen"), [(100, 0), (96, 0), (95, 0), (94, 1)])
def test_a_day_of_95_percent_of_the_largest_service_is_ordinary_and_one_of_less_is_not(
    tmp_path: Path, trips: int, chosen: int
) -> None:
    one = feed(tmp_path, {_day(0): trips, _day(1): 100})
    assert service_day([one]) == _day(chosen)
    assert service_day([one], near=_day(-7)) == _day(chosen)


def test_among_full_days_the_nearest_to_the_map_is_taken_and_of_two_the_earlier(tmp_path: Path) -> None:
    one = feed(tmp_path, {_day(0): 100, _day(1): 50, _day(2): 100, _day(4): 100})
    assert service_day([one], near=_day(-30)) == _day(0)
    assert service_day([one], near=_day(1)) == _day(0)
    assert service_day([one], near=_day(2)) == _day(2)
    assert service_day([one], near=_day(30)) == _day(4)
    assert service_day([one]) == _day(0)


@pytest.mark.parametrize(("offset", "weekday"), [(4, True), (5, False), (6, False)])
def test_friday_is_a_weekday_and_saturday_and_sunday_are_not(tmp_path: Path, offset: int, weekday: bool) -> None:
    one = feed(tmp_path, {_day(2): 10, _day(offset): 10})
    assert service_day([one], near=_day(offset)) == (_day(offset) if weekday else _day(2))


def test_a_full_sunday_does_not_make_weekdays_small(tmp_path: Path) -> None:
    assert service_day([feed(tmp_path, {_day(1): 10, _day(6): 100})]) == _day(1)


def test_a_feed_that_runs_on_no_weekday_is_measured_when_it_runs(tmp_path: Path) -> None:
    assert service_day([feed(tmp_path, {_day(5): 9, _day(6): 10})], near=_day(5)) == _day(6)
    assert service_day([feed(tmp_path, {_day(5): 19, _day(6): 20}, "other")], near=_day(5)) == _day(5)


def test_a_day_on_which_more_feeds_run_comes_before_one_with_more_trips(tmp_path: Path) -> None:
    bus = feed(tmp_path, {_day(0): 100, _day(1): 10}, "bus")
    tram = feed(tmp_path, {_day(1): 1, _day(6): 50}, "tram")
    assert service_day([bus, tram], near=_day(0)) == _day(1)


def test_trips_of_all_feeds_are_counted_together(tmp_path: Path) -> None:
    bus = feed(tmp_path, {_day(0): 94, _day(1): 100}, "bus")
    tram = feed(tmp_path, {_day(0): 100, _day(1): 100}, "tram")
    assert service_day([bus, tram]) == _day(0)  # 194 of 200 trips
    few = feed(tmp_path, {_day(0): 1, _day(1): 1}, "few")
    assert service_day([bus, few]) == _day(1)  # 95 of 101 trips


def test_a_day_asked_for_is_taken_though_it_is_a_poor_one_and_refused_where_nothing_runs(tmp_path: Path) -> None:
    one = feed(tmp_path, {_day(0): 100, _day(6): 1})
    assert service_day([one], _day(6), near=_day(0)) == _day(6)
    with pytest.raises(SourceError):
        service_day([one], _day(2))


def test_a_day_on_which_one_of_two_feeds_runs_may_be_asked_for(tmp_path: Path) -> None:
    feeds = [feed(tmp_path, {_day(0): 1}, "bus"), feed(tmp_path, {_day(1): 1}, "tram")]
    assert service_day(feeds, _day(1)) == _day(1)


def test_feeds_without_a_day_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        service_day([feed(tmp_path, {})])


def test_a_service_runs_from_its_first_day_to_its_last_and_on_the_days_of_its_week(tmp_path: Path) -> None:
    one = feed(tmp_path, {_day(40): 1})
    days = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    week = f"service_id,{days},start_date,end_date\nw,1,0,1,0,0,0,1,20240304,20240311\n"
    (one.path / "calendar.txt").write_text(week)
    (one.path / "trips.txt").write_text("route_id,service_id,trip_id\nr,w,t\nr,w,u\n")
    again = Feed(one.path)
    assert again.trips_by_day() == {_day(0): 2, _day(2): 2, _day(6): 2, _day(7): 2}
    assert again.services_on(_day(-1)) == again.services_on(_day(9)) == set()
