"""What calls at which stop on one service day: the order in a trip, times left blank, repetitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kenes.sources.city.arrays import Bools, Floats, Ints
from kenes.sources.city.gtfs_files import FeedTable


@dataclass(frozen=True)
class Calls:
    """Calls of one service day where passengers may board.

    Attributes:
        stop: index of the stop of each call, shape (call,).
        route_type: GTFS route type of each call.
        seconds: departure in seconds after midnight of the service day, NaN where unknown.
        repeat_s: seconds between repetitions of a call; 0 where it happens once.
        repeat_until_s: seconds after midnight before which repetitions leave.
        findings: what is odd about them and about their files, counted.
    """

    stop: Ints
    route_type: Ints
    seconds: Floats
    repeat_s: Floats
    repeat_until_s: Floats
    findings: Mapping[str, int]


@dataclass(frozen=True)
class _Repetitions:
    """Which calls leave when and how often; shape (row,) each, a call as often as it is declared."""

    call: Ints
    seconds: Floats
    every_s: Floats
    until_s: Floats


def calls_of(times: FeedTable, frequencies: FeedTable | None, active: Mapping[str, int], stops: Sequence[str]) -> Calls:
    """Calls of the trips that run.

    Args:
        times: `stop_times.txt`.
        frequencies: `frequencies.txt`, or None.
        active: route type of each trip that runs, by its id.
        stops: ids of the stops that have a place.
    """
    count = Counter(times.findings)
    trip_of = _places_in(times.rows.column("trip_id"), list(active))
    running = trip_of >= 0
    rows, trip_of = times.rows.filter(pa.array(running)), trip_of[running]
    sequence = _each_read(rows.column("stop_sequence"), number_of)
    order = np.lexsort((sequence, trip_of))
    again = _said_again(rows.column("stop_id"), trip_of, sequence, order)
    count["calls_twice"] = int(again.sum())
    order = order[~again]
    trip_of = trip_of[order]
    leave, arrive = _clock_times(rows, "departure_time"), _clock_times(rows, "arrival_time")
    told = np.where(np.isfinite(leave), leave, arrive)[order]
    count["times_blank"] = int((~np.isfinite(told)).sum())
    seconds = _interpolated(told, trip_of)
    count["times_unknown"] = int((~np.isfinite(seconds)).sum())
    stop_of = _places_in(rows.column("stop_id"), stops)[order]
    count["calls_without_stop"] = int((stop_of < 0).sum())
    count.update(frequencies.findings if frequencies is not None else {})
    repeated, count["frequencies_refused"] = _repeated(frequencies, list(active), trip_of, seconds)
    good = (stop_of >= 0) & _boards(rows)[order]
    kept = good[repeated.call]
    call = repeated.call[kept]
    types = np.array(list(active.values()), np.int64)
    return Calls(
        stop_of[call],
        types[trip_of[call]],
        repeated.seconds[kept],
        repeated.every_s[kept],
        repeated.until_s[kept],
        +count,
    )


def number_of(text: str) -> float:
    """A cell as a number, NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _clock(text: str) -> float:
    """Seconds after midnight of `HH:MM:SS`, which may go beyond 24 hours; NaN for anything else."""
    parts = text.strip().split(":")
    if len(parts) == 3 and all(part.strip().isdigit() for part in parts):
        return int(parts[0]) * 3600.0 + int(parts[1]) * 60 + int(parts[2])
    return float("nan")


def _clock_times(rows: pa.Table, column: str) -> Floats:
    if column not in rows.column_names:
        return np.full(rows.num_rows, np.nan)
    return _each_read(rows.column(column), _clock)


def _boards(rows: pa.Table) -> Bools:
    """Calls where passengers may board."""
    if "pickup_type" not in rows.column_names:
        return np.ones(rows.num_rows, bool)
    kinds, which = _distinct(rows.column("pickup_type"))
    return np.array([kind.strip() != "1" for kind in kinds], bool)[which]


def _each_read(column: pa.ChunkedArray[pa.StringScalar], read: Callable[[str], float]) -> Floats:
    """Each distinct text is read once: a day has at most 100,000 clock times."""
    texts, which = _distinct(column)
    return np.array([read(text) for text in texts], float)[which]


def _distinct(column: pa.ChunkedArray[pa.StringScalar]) -> tuple[list[str], Ints]:
    """The texts of a column, each once, and which of them each row has."""
    texts = [str(text) for text in column.unique().to_pylist()]
    return texts, _places_in(column, texts)


def _places_in(column: pa.ChunkedArray[pa.StringScalar], names: Sequence[str]) -> Ints:
    """Place of each row's text among names, -1 where it is not among them; shape (row,)."""
    found = pc.index_in(column, pa.array(names, pa.string())).fill_null(-1)
    return np.asarray(found, np.int64)


def _said_again(stop: pa.ChunkedArray[pa.StringScalar], trip_of: Ints, sequence: Floats, order: Ints) -> Bools:
    """Calls that say again what the call before them said: the same trip, place in the trip and stop."""
    stop_of = _distinct(stop)[1][order]
    same = np.zeros(len(order), dtype=bool)
    if len(order):
        same[1:] = (np.diff(trip_of[order]) == 0) & (np.diff(sequence[order]) == 0) & (np.diff(stop_of) == 0)
    return same


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


def _repeated(
    table: FeedTable | None, names: Sequence[str], trip_of: Ints, seconds: Floats
) -> tuple[_Repetitions, int]:
    """Calls with the repetitions that `frequencies.txt` declares for their trip, and how many of its rows are refused.

    Args:
        table: `frequencies.txt`, or None.
        names: ids of the trips.
        trip_of: trip of each call, in order, shape (call,).
        seconds: of each call.
    """
    everything = np.arange(len(trip_of))
    if table is None:
        return _once(everything, seconds), 0
    number = {name: k for k, name in enumerate(names)}
    begin = np.full(len(names), np.nan)
    np.fmin.at(begin, trip_of, seconds)
    rows_of = np.searchsorted(trip_of, np.arange(len(names) + 1))
    repeated, refused = set(), 0
    parts: list[_Repetitions] = []
    for row in table.records():
        trip = number.get(row["trip_id"])
        if trip is None:
            continue
        repeated.add(trip)
        start, end, every = _clock(row["start_time"]), _clock(row["end_time"]), number_of(row["headway_secs"])
        if not (every > 0 and end > start):
            refused += 1
            continue
        which = np.arange(rows_of[trip], rows_of[trip + 1])
        later = seconds[which] - begin[trip]
        parts.append(_Repetitions(which, start + later, np.full(len(which), every), end + later))
    once = everything[~np.isin(trip_of, list(repeated))]
    parts.append(_once(once, seconds[once]))
    return _Repetitions(
        np.concatenate([part.call for part in parts]),
        np.concatenate([part.seconds for part in parts]),
        np.concatenate([part.every_s for part in parts]),
        np.concatenate([part.until_s for part in parts]),
    ), refused


def _once(call: Ints, seconds: Floats) -> _Repetitions:
    """Calls that happen once."""
    return _Repetitions(call, seconds, np.zeros(len(call)), np.full(len(call), np.nan))
