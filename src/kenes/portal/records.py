"""Rows of an edition's tables as frozen records that pages can hold."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pyarrow as pa
    from _typeshed import DataclassInstance

T = TypeVar("T")
R = TypeVar("R", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement: one indicator, one place, one period; `value` None is a gap with its reason."""

    indicator: str
    edition: str
    place: str
    start: dt.datetime
    end: dt.datetime | None
    dimensions: str | None
    value: float | None
    unit: str | None
    uncertainty: float | None
    uncertainty_kind: str | None
    coverage: float | None
    origin: str | None
    quality: str | None
    flags: str | None
    reason: str | None
    provenance: str | None
    reason_values: str | None

    @property
    def year(self) -> int:
        """The calendar year in which the period starts."""
        return self.start.year

    @property
    def usable(self) -> bool:
        """Whether the value may be compared: it is there, and neither suspect nor insufficient."""
        return self.value is not None and self.quality not in ("suspect", "insufficient")


@dataclass(frozen=True, slots=True)
class Score:
    """Where a place stands on one node of an index, with the interval of its score and rank."""

    index: str
    place: str
    node: str
    score: float | None
    score_low: float | None
    score_high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    level: float | None
    draws: int | None
    coverage: float | None
    ranked: bool
    reason: str | None
    reason_values: str | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one node adds to a score."""

    index: str
    place: str
    node: str
    value: float | None
    measure: float | None
    measure_unit: str | None
    normalised: float | None
    weight: float | None
    gain: float | None
    year: int | None
    reason: str | None
    reason_values: str | None


@dataclass(frozen=True, slots=True)
class VarianceShare:
    """How much of the variance of the ranks (or of one place's rank) one factor explains."""

    index: str
    place: str | None
    factor: str
    first: float | None
    first_low: float | None
    first_high: float | None
    total: float | None
    total_low: float | None
    total_high: float | None


@dataclass(frozen=True, slots=True)
class NodeCorrelation:
    """Correlation of two nodes of an index."""

    index: str
    a: str
    b: str
    r: float | None


@dataclass(frozen=True, slots=True)
class ListedPeer:
    """A place of like structure, with its distance."""

    index: str
    place: str
    position: int
    peer: str
    distance: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a place lies behind the median of its peers."""

    index: str
    place: str
    indicator: str
    gap: float | None
    value: float | None
    peers_median: float | None
    unit: str | None
    gain: float | None
    peers: str | None
    reason: str | None
    reason_values: str | None


@dataclass(frozen=True, slots=True)
class Advice:
    """A practice for a gap: advised, or not yet and why."""

    recommendation: str
    index: str
    place: str
    indicator: str
    position: int
    practice: str
    advised: bool
    effect_low: float | None
    effect_high: float | None
    effect_unit: str | None
    applied: bool
    metric: str | None
    design: str | None
    confidence: str | None
    evidence: str | None
    cost_class: str | None
    precondition: str | None
    source: str | None
    url: str | None
    reason: str | None
    reason_values: str | None


@dataclass(frozen=True, slots=True)
class Need:
    """A datum that would bring a place nearer to being ranked."""

    index: str
    place: str
    position: int
    indicator: str
    weight: float | None
    reason: str | None
    reason_values: str | None


@dataclass(frozen=True, slots=True)
class Concern:
    """Flags of one rule on one variable of a place, taken together."""

    place: str
    variable: str
    rule: str
    reason: str
    reason_values: str
    count: int
    first: dt.datetime | None
    last: dt.datetime | None


def rows_as(table: pa.Table, record: type[R]) -> list[R]:
    """Each row of a table as a record; columns are taken by the record's field names."""
    names = [field.name for field in fields(record)]
    columns = [values_of(table.column(name)) for name in names]
    return [record(*row) for row in zip(*columns, strict=True)]


def values_of(column: pa.ChunkedArray[Any]) -> list[Any]:
    """Values of a column; each distinct moment is made once (and without pandas, which Arrow would load)."""
    import pyarrow as pa  # noqa: PLC0415  (only here)

    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    zone = dt.UTC if column.type.tz else None
    start = dt.datetime(1970, 1, 1, tzinfo=zone)
    ticks = column.cast(pa.timestamp("us", tz=column.type.tz)).cast(pa.int64()).to_pylist()
    known = {tick: start + dt.timedelta(microseconds=tick) for tick in set(ticks) if tick is not None}
    return [None if tick is None else known[tick] for tick in ticks]


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Each row of a table as a dictionary."""
    columns = [values_of(table.column(name)) for name in table.column_names]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def concerns_of(flags: pa.Table) -> list[Concern]:
    """Flags grouped by place, variable, rule and reason, most frequent first."""
    found: dict[tuple[str, str, str, str, str], list[dt.datetime]] = {}
    names = ("place", "variable", "rule", "reason", "reason_values")
    columns = [values_of(flags.column(name)) for name in (*names, "start")]
    for *key, start in zip(*columns, strict=True):
        place, variable, rule, reason, values = (text or "" for text in key)
        found.setdefault((place, variable, rule, reason, values), []).append(start)
    concerns = [
        Concern(*key, len(starts), min(known, default=None), max(known, default=None))
        for key, starts in found.items()
        for known in [[start for start in starts if start is not None]]
    ]
    return sorted(concerns, key=lambda c: (c.place, -c.count, c.variable, c.rule, c.reason, c.reason_values))


def grouped(records: Iterable[T], *names: str) -> dict[tuple[Any, ...], tuple[T, ...]]:
    """Records by the values of some fields, in their order."""
    found: dict[tuple[Any, ...], list[T]] = {}
    for record in records:
        found.setdefault(tuple(getattr(record, name) for name in names), []).append(record)
    return {key: tuple(values) for key, values in found.items()}


def ids_in(text: str | None) -> tuple[str, ...]:
    """Ids in a cell: a JSON list, or words between blanks, commas or semicolons.

    >>> ids_in('["a","b"]'), ids_in("a; b"), ids_in(None)
    (('a', 'b'), ('a', 'b'), ())
    """
    if not text:
        return ()
    if text.startswith("["):
        return tuple(str(item) for item in json.loads(text))
    return tuple(word for word in re.split(r"[\s,;]+", text) if word)
