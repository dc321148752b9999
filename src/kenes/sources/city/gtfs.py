"""Reads GTFS feeds into arrays: stops, capacities, and when vehicles call on one service day.

Feeds with `calendar_dates.txt` only, with `frequencies.txt`, with stop times left blank between
time points, and several feeds together are all read. Columns are taken by name, never by place.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from kenes.sources.city.arrays import Floats, Ints
from kenes.sources.city.gtfs_calls import calls_of, number_of
from kenes.sources.city.gtfs_files import FeedFiles, FeedTable
from kenes.vocabulary.errors import SourceError

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ONE_DAY = dt.timedelta(days=1)
_LONGEST = dt.timedelta(days=3660)


@dataclass(frozen=True)
class Timetable:
    """One service day of one feed.

    Attributes:
        feed: file name of the feed.
        stop: identity of each stop that has a place, shape (stop,).
        name: shape (stop,).
        longitude: degrees, shape (stop,).
        latitude: degrees.
        call_stop: stop index of each call on that day, shape (call,).
        call_route_type: GTFS route type of each call.
        call_seconds: departure in seconds after midnight of the service day, NaN where unknown.
        repeat_s: seconds between repetitions of a call; 0 where it happens once.
        repeat_until_s: seconds after midnight before which repetitions leave.
        findings: what is odd about the feed, counted.
    """

    feed: str
    stop: Sequence[str]
    name: Sequence[str]
    longitude: Floats
    latitude: Floats
    call_stop: Ints
    call_route_type: Ints
    call_seconds: Floats
    repeat_s: Floats
    repeat_until_s: Floats
    findings: Mapping[str, int]


@dataclass(frozen=True)
class _Week:
    """Days of the week on which a service runs, between two days."""

    first: dt.date
    last: dt.date
    runs: tuple[bool, ...]


@dataclass(frozen=True)
class _Stops:
    """Stops that have a place, shape (stop,) each; and what is odd about the file, counted."""

    id: Sequence[str]
    name: Sequence[str]
    longitude: Floats
    latitude: Floats
    findings: Mapping[str, int]


class Feed:
    """An opened GTFS feed.

    Args:
        path: a zip file, or a folder with the same text files.

    Raises:
        SourceError: it is no feed, or a file or column that every feed has is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._files: Final = FeedFiles(path)
        self._trips: Final = self._files.table("trips", ("route_id", "service_id", "trip_id"))
        self._routes: Final = self._files.table("routes", ("route_id", "route_type"))
        week = ("service_id", *_DAYS, "start_date", "end_date")
        self._calendar: Final = self._files.table_if_any("calendar", week)
        day = ("service_id", "date", "exception_type")
        self._calendar_dates: Final = self._files.table_if_any("calendar_dates", day)
        if self._calendar is None and self._calendar_dates is None:
            raise SourceError(
                "GTFS feed", expected="calendar.txt or calendar_dates.txt", found="neither", where=path.name
            )

    def trips_by_day(self, around: dt.date | None = None) -> dict[dt.date, int]:
        """How many trips run on each day of the feed's validity.

        Args:
            around: of a validity beyond ten years, the ten years around this day are looked at (else the first ten).
        """
        per_service = Counter(self._trips.column("service_id"))
        count: dict[dt.date, int] = {}
        for day in self._days(around):
            trips = sum(per_service[service] for service in self.services_on(day))
            if trips:
                count[day] = trips
        return count

    def services_on(self, day: dt.date) -> set[str]:
        """Services that run on a day: the week's pattern, then the exceptions."""
        running = {
            service
            for service, week in self._weeks.items()
            if week.first <= day <= week.last and week.runs[day.weekday()]
        }
        for service, days in self._exceptions.items():
            if day in days:
                (running.add if days[day] else running.discard)(service)
        return running

    def timetable(self, day: dt.date) -> Timetable:
        """What calls where on a service day.

        A call counts where passengers may board (`pickup_type` is not 1). Blank times are
        interpolated between the time points around them, evenly by stop; where a trip has no
        time point on one side the call keeps an unknown time but still serves its stop.

        Raises:
            SourceError: a file cannot be read, or trips run and none calls at a stop that has a place.
        """
        stops = _stops(self._files.table("stops", ("stop_id", "stop_lat", "stop_lon"), ("stop_name", "parent_station")))
        times = self._files.table(
            "stop_times", ("trip_id", "stop_id", "stop_sequence"), ("arrival_time", "departure_time", "pickup_type")
        )
        headways = ("trip_id", "start_time", "end_time", "headway_secs")
        frequencies = self._files.table_if_any("frequencies", headways)
        types, unknown = self._route_types()
        active = self._trips_on(day, types)
        calls = calls_of(times, frequencies, active, stops.id)
        if active and not len(calls.stop):
            raise SourceError(
                "stop_times.txt",
                expected=f"calls of the {len(active)} trips of {day} at stops that have a place",
                found="none",
                where=self.path.name,
                mend="Compare trip_id and stop_id with trips.txt and stops.txt, or leave the feed out.",
            )
        tables = (self._trips, self._routes, self._calendar, self._calendar_dates)
        odd = [table.findings for table in tables if table is not None]
        return Timetable(
            feed=self.path.name,
            stop=stops.id,
            name=stops.name,
            longitude=stops.longitude,
            latitude=stops.latitude,
            call_stop=calls.stop,
            call_route_type=calls.route_type,
            call_seconds=calls.seconds,
            repeat_s=calls.repeat_s,
            repeat_until_s=calls.repeat_until_s,
            findings=_sum([*odd, stops.findings, {"routes_without_type": unknown}, calls.findings]),
        )

    @cached_property
    def _weeks(self) -> Mapping[str, _Week]:
        rows = self._calendar.records() if self._calendar is not None else []
        return {
            row["service_id"]: _Week(
                self._day(row["start_date"]),
                self._day(row["end_date"]),
                tuple(row[day].strip() == "1" for day in _DAYS),
            )
            for row in rows
        }

    @cached_property
    def _exceptions(self) -> Mapping[str, Mapping[dt.date, bool]]:
        """Days on which a service runs (True) or does not, whatever the week's pattern."""
        rows = self._calendar_dates.records() if self._calendar_dates is not None else []
        known: dict[str, dict[dt.date, bool]] = {}
        for row in rows:
            known.setdefault(row["service_id"], {})[self._day(row["date"])] = row["exception_type"].strip() == "1"
        return known

    def _days(self, around: dt.date | None) -> list[dt.date]:
        weeks = self._weeks.values()
        days = {day for known in self._exceptions.values() for day in known}
        if weeks:
            first, last = min(week.first for week in weeks), max(week.last for week in weeks)
            start = first if around is None else min(max(first, around - _LONGEST / 2), max(first, last - _LONGEST))
            end = min(last, start + _LONGEST)
            days |= {start + _ONE_DAY * k for k in range((end - start).days + 1)}
        return sorted(days)

    def _day(self, text: str) -> dt.date:
        try:
            return dt.datetime.strptime(text.strip(), "%Y%m%d").date()
        except ValueError:
            raise SourceError("GTFS date", expected="YYYYMMDD", found=repr(text), where=self.path.name) from None

    def _trips_on(self, day: dt.date, route_types: Mapping[str, int]) -> dict[str, int]:
        """Route type of each trip of a day, -1 where it is not known."""
        running = self.services_on(day)
        columns = (self._trips.column(name) for name in ("trip_id", "route_id", "service_id"))
        return {
            trip: route_types.get(route, -1)
            for trip, route, service in zip(*columns, strict=True)
            if service in running
        }

    def _route_types(self) -> tuple[dict[str, int], int]:
        """Type of each route, -1 where it is none, and how many have none."""
        kinds = [(row["route_id"], row["route_type"].strip()) for row in self._routes.records()]
        types = {route: int(kind) if kind.isdigit() else -1 for route, kind in kinds}
        return types, sum(not kind.isdigit() for _, kind in kinds)


def _stops(table: FeedTable) -> _Stops:
    """Stops with a place, their own or that of their station; a stop told again counts once."""
    rows = table.records()
    places = {row["stop_id"]: (number_of(row["stop_lon"]), number_of(row["stop_lat"])) for row in rows}
    kept: dict[str, tuple[str, float, float]] = {}
    count = Counter(table.findings)
    for row in rows:
        key = row["stop_id"]
        x, y = places[key]
        if not (np.isfinite(x) and np.isfinite(y)):
            x, y = places.get(row.get("parent_station", ""), (np.nan, np.nan))
        if not (abs(x) <= 180 and abs(y) <= 90) or (x == 0 and y == 0):
            count["stops_without_place"] += 1
        elif key in kept:
            count["stops_twice"] += 1
        else:
            kept[key] = (row.get("stop_name", ""), x, y)
    return _Stops(
        list(kept),
        [name for name, _, _ in kept.values()],
        np.array([x for _, x, _ in kept.values()], float),
        np.array([y for _, _, y in kept.values()], float),
        count,
    )


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts of the same name added up, without those that are zero."""
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(+total)


def service_day(feeds: Sequence[Feed], asked: dt.date | None = None, near: dt.date | None = None) -> dt.date:
    """The day to measure: the one asked for, or an ordinary weekday of full service.

    Without a day asked for: of the weekdays on which most feeds run and at least 95 % of the
    largest number of trips, the one nearest to the date of the map, then the earlier.

    Raises:
        SourceError: no feed runs on the day asked for, or on any day.
    """
    days = [feed.trips_by_day(asked or near) for feed in feeds]
    if asked is not None:
        if not any(asked in known for known in days):
            spans = "; ".join(
                f"{f.path.name}: {min(k)} to {max(k)}" if k else f"{f.path.name}: no day"
                for f, k in zip(feeds, days, strict=True)
            )
            raise SourceError(
                f"service day {asked}",
                expected="a day with trips",
                found=f"none ({spans})",
                mend="Choose a day of the validity with --date.",
            )
        return asked
    every = {day for known in days for day in known}
    if not every:
        raise SourceError("GTFS feeds", expected="a day with trips", found="none")
    running = {day: sum(day in known for known in days) for day in every}
    most = max(running.values())
    chosen = [day for day in every if running[day] == most and day.weekday() < 5] or sorted(every)
    trips = {day: sum(known.get(day, 0) for known in days) for day in chosen}
    full = [day for day in chosen if trips[day] >= 0.95 * max(trips.values())]
    return min(full, key=lambda day: (abs((day - near).days) if near else 0, day))
