"""Reads GTFS feeds into arrays: stops, capacities, and when vehicles call on one service day.

Feeds with `calendar_dates.txt` only, with `frequencies.txt`, with stop times left blank between
time points, and several feeds together are all read. Columns are taken by name, never by place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kenes.sources.city.gtfs_files import FeedFiles
from kenes.vocabulary.errors import SourceError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
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


class Feed:
    """An opened GTFS feed.

    Args:
        path: a zip file, or a folder with the same text files.

    Raises:
        SourceError: it is no feed, or a file or column that every feed has is missing.
    """

    def __init__(self, path: Path) -> None:
        self._files = FeedFiles(path)
        self.path, self.findings = path, self._files.findings
        self._table, self._count = self._files.table, self._files.count
        self.trips = self._table("trips", ("route_id", "service_id", "trip_id"))
        self.routes = self._table("routes", ("route_id", "route_type"))
        self.calendar = self._table("calendar", ("service_id", *_DAYS, "start_date", "end_date"), needed=False)
        self.exceptions = self._table("calendar_dates", ("service_id", "date", "exception_type"), needed=False)
        if self.calendar is None and self.exceptions is None:
            raise SourceError(
                "GTFS feed", expected="calendar.txt or calendar_dates.txt", found="neither", where=path.name
            )
        self._service = self.trips.column("service_id").to_pylist()

    def trips_by_day(self, around: dt.date | None = None) -> dict[dt.date, int]:
        """How many trips run on each day of the feed's validity.

        Args:
            around: of a validity beyond ten years, the ten years around this day are looked at (else the first ten).
        """
        per_service: dict[str, int] = {}
        for service in self._service:
            per_service[service] = per_service.get(service, 0) + 1
        count: dict[dt.date, int] = {}
        for day in self._days(around):
            trips = sum(per_service.get(service, 0) for service in self.services_on(day))
            if trips:
                count[day] = trips
        return count

    def _days(self, around: dt.date | None) -> list[dt.date]:
        spans = [(start, end) for start, end, _ in self._weeks().values()]
        extra = {day for days in self._extras().values() for day in days}
        if spans:
            first, last = min(span[0] for span in spans), max(span[1] for span in spans)
            start = first if around is None else min(max(first, around - _LONGEST / 2), max(first, last - _LONGEST))
            end = min(last, start + _LONGEST)
            extra |= {start + _ONE_DAY * k for k in range((end - start).days + 1)}
        return sorted(extra)

    def _weeks(self) -> dict[str, tuple[dt.date, dt.date, tuple[bool, ...]]]:
        if not hasattr(self, "_known_weeks"):
            rows = self.calendar.to_pylist() if self.calendar is not None else []
            self._known_weeks = {
                row["service_id"]: (
                    self._day(row["start_date"]),
                    self._day(row["end_date"]),
                    tuple(row[day].strip() == "1" for day in _DAYS),
                )
                for row in rows
            }
        return self._known_weeks

    def _extras(self) -> dict[str, dict[dt.date, bool]]:
        if not hasattr(self, "_known_extras"):
            self._known_extras: dict[str, dict[dt.date, bool]] = {}
            for row in self.exceptions.to_pylist() if self.exceptions is not None else []:
                days = self._known_extras.setdefault(row["service_id"], {})
                days[self._day(row["date"])] = row["exception_type"].strip() == "1"
        return self._known_extras

    def _day(self, text: str) -> dt.date:
        try:
            return dt.datetime.strptime(text.strip(), "%Y%m%d").date()
        except ValueError:
            raise SourceError("GTFS date", expected="YYYYMMDD", found=repr(text), where=self.path.name) from None

    def services_on(self, day: dt.date) -> set[str]:
        """Services that run on a day: the week's pattern, then the exceptions."""
        running = {
            service
            for service, (start, end, week) in self._weeks().items()
            if start <= day <= end and week[day.weekday()]
        }
        for service, days in self._extras().items():
            if day in days:
                (running.add if days[day] else running.discard)(service)
        return running

    def timetable(self, day: dt.date) -> Timetable:
        """What calls where on a service day.

        A call counts where passengers may board (`pickup_type` is not 1). Blank times are
        interpolated between the time points around them, evenly by stop; where a trip has no
        time point on one side the call keeps an unknown time but still serves its stop.
        """
        stops, index = self._stops()
        running = self.services_on(day)
        route_type = self._route_types()
        trips = self.trips
        active = {
            trip: route_type.get(route, -1)
            for trip, route, service in zip(
                trips.column("trip_id").to_pylist(),
                trips.column("route_id").to_pylist(),
                self._service,
                strict=True,
            )
            if service in running
        }
        stop, route, seconds, every, until = self._calls(active, index)
        if active and not len(stop):
            raise SourceError(
                "stop_times.txt", expected=f"calls of the {len(active)} trips of {day} at stops that have a place",
                found="none", where=self.path.name,
                mend="Compare trip_id and stop_id with trips.txt and stops.txt, or leave the feed out.",
            )  # fmt: skip
        findings = dict(self.findings)
        return Timetable(self.path.name, *stops, stop, route, seconds, every, until, findings)

    def _route_types(self) -> dict[str, int]:
        types = {}
        for row in self.routes.to_pylist():
            kind = row["route_type"].strip()
            types[row["route_id"]] = int(kind) if kind.isdigit() else -1
            self._count("routes_without_type", int(not kind.isdigit()))
        return types

    def _stops(self) -> tuple[tuple[list[str], list[str], Floats, Floats], dict[str, int]]:
        table = self._table("stops", ("stop_id", "stop_lat", "stop_lon"), ("stop_name", "parent_station"))
        rows = table.to_pylist()
        places = {row["stop_id"]: (_number(row["stop_lon"]), _number(row["stop_lat"])) for row in rows}
        seen: dict[str, int] = {}
        stop: list[str] = []
        name: list[str] = []
        lon: list[float] = []
        lat: list[float] = []
        for row in rows:
            key = row["stop_id"]
            x, y = places[key]
            if not (np.isfinite(x) and np.isfinite(y)):
                x, y = places.get(row.get("parent_station", ""), (np.nan, np.nan))
            if not (abs(x) <= 180 and abs(y) <= 90) or (x == 0 and y == 0):
                self._count("stops_without_place")
                continue
            if key in seen:
                self._count("stops_twice")
                continue
            seen[key] = len(stop)
            stop.append(key)
            name.append(row.get("stop_name", ""))
            lon.append(x)
            lat.append(y)
        return (stop, name, np.array(lon, float), np.array(lat, float)), seen

    def _calls(self, active: dict[str, int], index: dict[str, int]) -> tuple[Ints, Ints, Floats, Floats, Floats]:
        table = self._table(
            "stop_times",
            ("trip_id", "stop_id", "stop_sequence"),
            ("arrival_time", "departure_time", "pickup_type"),
        )
        names = list(active)
        trip = pc.index_in(table.column("trip_id"), pa.array(names, pa.string())).combine_chunks()
        keep = pc.is_valid(trip)
        table, trip_of = table.filter(keep), trip.filter(keep).to_numpy(zero_copy_only=False).astype(np.int64)
        order_in_trip = _seconds_or_numbers(table.column("stop_sequence"), _number)
        order = np.lexsort((order_in_trip, trip_of))
        order = order[~self._repeated_calls(table.column("stop_id"), trip_of, order_in_trip, order)]
        trip_of = trip_of[order]
        leave = self._times(table, "departure_time")
        arrive = self._times(table, "arrival_time")
        seconds = np.where(np.isfinite(leave), leave, arrive)[order]
        self._count("times_blank", int((~np.isfinite(seconds)).sum()))
        seconds = _interpolated(seconds, trip_of)
        self._count("times_unknown", int((~np.isfinite(seconds)).sum()))
        stop_of = pc.index_in(table.column("stop_id"), pa.array(list(index), pa.string())).combine_chunks()
        stop_of = pc.fill_null(stop_of, -1).to_numpy(zero_copy_only=False).astype(np.int64)[order]
        self._count("calls_without_stop", int((stop_of < 0).sum()))
        boards = np.ones(len(order), bool)
        if "pickup_type" in table.column_names:
            boards = pc.not_equal(pc.utf8_trim_whitespace(table.column("pickup_type")), "1").to_numpy()[order]
        types = np.array([active[name] for name in names], np.int64)
        columns = self._repeated(names, trip_of, seconds)
        which, seconds, every, until = columns
        good = (stop_of[which] >= 0) & boards[which]
        return stop_of[which][good], types[trip_of[which]][good], seconds[good], every[good], until[good]

    def _repeated_calls(self, stop: Any, trip_of: Ints, sequence: Floats, order: Ints) -> npt.NDArray[np.bool_]:
        """Calls that say again what the call before them said: the same trip, place in the trip and stop."""
        known = pc.dictionary_encode(stop).combine_chunks()
        known = known if isinstance(known, pa.DictionaryArray) else known.chunk(0)
        stop_of = known.indices.to_numpy(zero_copy_only=False)[order]
        same = np.zeros(len(order), dtype=bool)
        if len(order):
            same[1:] = (np.diff(trip_of[order]) == 0) & (np.diff(sequence[order]) == 0) & (np.diff(stop_of) == 0)
        self._count("calls_twice", int(same.sum()))
        return same

    def _times(self, table: pa.Table, column: str) -> Floats:
        if column not in table.column_names:
            return np.full(table.num_rows, np.nan)
        return _seconds_or_numbers(table.column(column), _clock)

    def _repeated(self, names: list[str], trip_of: Ints, seconds: Floats) -> tuple[Ints, Floats, Floats, Floats]:
        """Calls with the repetitions that `frequencies.txt` declares for their trip."""
        table = self._table("frequencies", ("trip_id", "start_time", "end_time", "headway_secs"), needed=False)
        everything = np.arange(len(trip_of))
        if table is None:
            return everything, seconds, np.zeros(len(trip_of)), np.full(len(trip_of), np.nan)
        number = {name: k for k, name in enumerate(names)}
        begin = np.full(len(names), np.nan)
        np.fmin.at(begin, trip_of, seconds)
        repeated = set()
        parts: list[tuple[Ints, Floats, Floats, Floats]] = []
        rows_of = np.searchsorted(trip_of, np.arange(len(names) + 1))
        for row in table.to_pylist():
            trip = number.get(row["trip_id"])
            if trip is None:
                continue
            repeated.add(trip)
            start, end, every = (
                _clock(row["start_time"]),
                _clock(row["end_time"]),
                _number(row["headway_secs"]),
            )
            if not (every > 0 and end > start):
                self._count("frequencies_refused")
                continue
            which = np.arange(rows_of[trip], rows_of[trip + 1])
            later = seconds[which] - begin[trip]
            parts.append((which, start + later, np.full(len(which), every), end + later))
        once = everything[~np.isin(trip_of, list(repeated))]
        parts.append((once, seconds[once], np.zeros(len(once)), np.full(len(once), np.nan)))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return columns[0], columns[1], columns[2], columns[3]


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
                f"service day {asked}", expected="a day with trips", found=f"none ({spans})",
                mend="Choose a day of the validity with --date.",
            )  # fmt: skip
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


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _clock(text: str) -> float:
    parts = text.strip().split(":")
    if len(parts) == 3 and all(part.strip().isdigit() for part in parts):
        return int(parts[0]) * 3600.0 + int(parts[1]) * 60 + int(parts[2])
    return float("nan")


def _seconds_or_numbers(column: pa.ChunkedArray, read: Any) -> Floats:
    """Each distinct text is read once: a day has at most 100,000 clock times."""
    coded = pc.dictionary_encode(column).combine_chunks()
    coded = coded if isinstance(coded, pa.DictionaryArray) else coded.chunk(0)
    values = np.array([read(text) for text in coded.dictionary.to_pylist()] or [np.nan], float)
    result: Floats = values[coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)]
    return result


def _interpolated(seconds: Floats, trip_of: Ints) -> Floats:
    """Blank times evenly between the time points of the same trip around them."""
    known = np.isfinite(seconds)
    if known.all() or not known.any():
        return seconds
    place = np.arange(len(seconds))
    before = np.maximum.accumulate(np.where(known, place, -1))
    after = np.minimum.accumulate(np.where(known, place, len(seconds))[::-1])[::-1]
    gap = np.flatnonzero(~known & (before >= 0) & (after < len(seconds)))
    a, b = before[gap], after[gap]
    same = (trip_of[a] == trip_of[gap]) & (trip_of[b] == trip_of[gap])
    gap, a, b = gap[same], a[same], b[same]
    filled = seconds.copy()
    filled[gap] = seconds[a] + (seconds[b] - seconds[a]) * (gap - a) / (b - a)
    return filled
