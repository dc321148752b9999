"""From the text of a time to a period in UTC and in civil time.

Rules:
- A day, month or year without a zone keeps its civil date at 00:00 UTC (decision 0003).
- With a zone, civil times are converted by the IANA rules. An hour that happens twice when clocks go
  back is read as its first; a second record of the same text is then a conflict and is flagged. An
  hour that never happened because clocks went forward is refused.
- `stamp: end` means that the stamp closes its period: the hour stamped 00:00 is the last of the day before.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kenes.catalogue.mapping_records import Length, StampedEdge, TimeRule
from kenes.vocabulary.reasons import Reason, reason

_CLOCK = r"[0-9]{2}(:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
_FORMS: tuple[tuple[str, str, Length], ...] = (
    (r"[0-9]{4}", "%Y", "year"),
    (r"[0-9]{4}-[0-9]{2}", "%Y-%m", "month"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "", "day"),
    (rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}", "", "hour"),
)
FIRST_YEAR, LAST_YEAR = 1700, 2200
"""Years that a source may speak of; another is a slip of the source or of the mapping's form."""
_INSIDE: Mapping[Length, str] = MappingProxyType(
    {"year": "time_inside_year", "month": "time_inside_month", "day": "time_inside_day"}
)
_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)


class Period(NamedTuple):
    """Start and end in UTC and in civil time, each in microseconds since 1970."""

    start: int
    end: int
    civil_start: int
    civil_end: int


def period_reader(rule: TimeRule) -> Callable[[str], Period | Reason]:
    """A function that reads the text of one time."""
    zone = ZoneInfo(rule.zone) if rule.zone else None

    def read(text: str) -> Period | Reason:
        text = text.strip()
        if not text:
            return reason("no_time")
        try:
            moment, deduced = _moment(text, rule.format)
        except ValueError:
            return _unread(text, rule.format)
        length = rule.length or deduced
        if not rule.format and rule.stamp == "start" and _inside(moment, length):
            return reason(_INSIDE[length], text=text)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            return reason("year_implausible", year=moment.year, first=FIRST_YEAR, last=LAST_YEAR)
        if moment.tzinfo is not None:
            moment = moment.astimezone(zone or dt.UTC).replace(tzinfo=None, fold=moment.astimezone(zone).fold)
        return _period(moment, length, rule.stamp, zone) or reason("hour_skipped", text=text, zone=rule.zone)

    return read


def _unread(text: str, format_: str | None) -> Reason:
    return reason("time_other_form", text=text, form=format_) if format_ else reason("time_unread", text=text)


def _inside(moment: dt.datetime, length: Length) -> bool:
    """Whether a moment lies inside a period of a length and not at its start."""
    late = {"year": (moment.month, moment.day) != (1, 1), "month": moment.day != 1}
    return late.get(length, False) or (length != "hour" and moment.time() != dt.time())


def _moment(text: str, format_: str | None) -> tuple[dt.datetime, Length]:
    if format_:
        return dt.datetime.strptime(text, format_), _length_of(format_)
    for pattern, form, length in _FORMS:
        if re.fullmatch(pattern, text):
            parsed = dt.datetime.strptime(text, form) if form else dt.datetime.fromisoformat(text)
            return parsed, length
    raise ValueError(text)


def _length_of(format_: str) -> Length:
    codes = set(re.findall(r"%-?([a-zA-Z])", format_))
    if codes & set("HIcXT"):
        return "hour"
    if codes & set("djxDF"):
        return "day"
    return "month" if codes & set("mbB") else "year"


def _floor(moment: dt.datetime, length: Length) -> dt.datetime:
    """The start of the day, month or year that holds a moment; an hour starts when it says."""
    if length == "hour":
        return moment
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return day if length == "day" else day.replace(day=1, month=1 if length == "year" else day.month)


def _shift(moment: dt.datetime, length: Length, steps: int) -> dt.datetime:
    if length == "hour":
        return moment + dt.timedelta(hours=steps)
    if length == "day":
        return moment + dt.timedelta(days=steps)
    months = moment.year * 12 + moment.month - 1 + steps * (12 if length == "year" else 1)
    return moment.replace(year=months // 12, month=months % 12 + 1)


def _period(moment: dt.datetime, length: Length, stamp: StampedEdge, zone: ZoneInfo | None) -> Period | None:
    """The period that a moment opens or closes; None for an hour that clocks skipped."""
    start = _floor(moment, length)
    if stamp == "end" and start == moment:
        start = _shift(start, length, -1)
    end = _shift(start, length, 1)
    if zone is None:
        return Period(_micros(start), _micros(end), _micros(start), _micros(end))
    start_utc = start.replace(tzinfo=zone).astimezone(dt.UTC)
    if length == "hour":
        if start_utc.astimezone(zone).replace(tzinfo=None) != start.replace(fold=0):
            return None
        end_utc = start_utc + dt.timedelta(hours=1)
        end = end_utc.astimezone(zone).replace(tzinfo=None, fold=0)
    else:
        end_utc = end.replace(tzinfo=zone).astimezone(dt.UTC)
    naive_start, naive_end = start_utc.replace(tzinfo=None), end_utc.replace(tzinfo=None)
    return Period(_micros(naive_start), _micros(naive_end), _micros(start), _micros(end))


def _micros(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
