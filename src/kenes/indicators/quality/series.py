"""Observations as sorted arrays: one series a variable, place, site, dimensions, unit and source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kenes.indicators.quality.rules import RULE_OF, severity_of
from kenes.indicators.quality.settings import QualitySettings
from kenes.vocabulary.locators import TO
from kenes.vocabulary.reasons import Reason
from kenes.vocabulary.tables import FLAGS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

KEYS = ("variable", "place", "site", "dimensions", "unit", "source")
CLASSES = ("hour", "day", "month", "year")
_LIMITS = np.array([1.5, 26.0, 32 * 24.0])
EXPECTED: Mapping[str, int] = {"hour": 8760, "day": 365, "month": 12, "year": 1}
"""Values that a full year holds, by period."""


@dataclass(frozen=True, slots=True)
class Series:
    """Present values sorted by series and time; all arrays have shape (value,) unless said otherwise.

    Args:
        row: row of each value in the table of observations.
        value: in the unit of the observation; never NaN.
        start: start of the period in hours since 1970, civil time where the table has it.
        hours: length of the period.
        year: calendar year of the start.
        series: number of the series, ascending.
        first: shape (series,), position at which each series starts.
        keys: shape (series,) each; code of each key in `names`.
        names: the texts behind the codes, by key; None stands for an absent text.
        period: shape (series,), position in `CLASSES` by the median length of a series.
    """

    row: Ints
    value: Floats
    start: Floats
    hours: Floats
    year: Ints
    series: Ints
    first: Ints
    keys: Mapping[str, Ints]
    names: Mapping[str, tuple[str | None, ...]]
    period: Ints

    @property
    def count(self) -> int:
        """Number of series."""
        return len(self.first)

    def key(self, series: int, name: str) -> str | None:
        """Text of one key of a series."""
        return self.names[name][int(self.keys[name][series])]

    def text(self, series: int, name: str) -> str:
        """Text of one key of a series, empty when absent."""
        return self.key(series, name) or ""

    def period_name(self, series: int) -> str:
        """`hour`, `day`, `month` or `year`."""
        return CLASSES[int(self.period[series])]

    def joined(self) -> Bools:
        """Whether each value belongs to the same series as the one before it."""
        joined = np.zeros(len(self.value), dtype=bool)
        joined[1:] = self.series[1:] == self.series[:-1]
        return joined

    def by_variable(self, table: Mapping[str, Any]) -> list[Any]:
        """Shape (series,): the entry of a mapping for the variable of each series, or None."""
        entries = [table.get(name or "") for name in self.names["variable"]]
        return [entries[code] for code in self.keys["variable"].tolist()]


def _codes(table: pa.Table, column: str) -> tuple[Ints, tuple[str | None, ...]]:
    if column not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.int64), (None,)
    texts = pa.concat_arrays([*table[column].cast(pa.string()).chunks, pa.array([], pa.string())])
    encoded = texts.dictionary_encode(null_encoding="encode")
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, tuple(encoded.dictionary.to_pylist()) or (None,)


def _times(table: pa.Table, plain: str, civil: str) -> npt.NDArray[np.datetime64]:
    times = table[plain].cast(pa.timestamp("us"))
    if civil in table.column_names:
        times = pc.coalesce(table[civil].cast(pa.timestamp("us")), times)
    return np.asarray(times.to_numpy(), dtype="datetime64[us]")


def _dense(codes: Ints) -> Ints:
    """Renumber codes from 0 without gaps, keeping their order."""
    top = int(codes.max()) + 1 if len(codes) else 0
    if top > 50_000_000:
        return np.unique(codes, return_inverse=True)[1].astype(np.int64)
    present = np.zeros(top, dtype=bool)
    present[codes] = True
    return (np.cumsum(present) - 1)[codes].astype(np.int64)


def read_series(observations: pa.Table) -> Series:
    """Sort the present values of a table of observations into series.

    Args:
        observations: columns of `OBSERVATIONS`; internal ones may be absent. Rows without a value,
            or with a value that is no finite number, are left out.
    """
    present = np.isfinite(observations["value"].to_numpy().astype(np.float64))
    rows = np.flatnonzero(present).astype(np.int64)
    wanted = {*KEYS, "value", "start", "end", "civil_start", "civil_end", "snapshot"}
    table = observations.select([c for c in observations.column_names if c in wanted])
    if len(rows) < table.num_rows:
        table = table.filter(pa.array(present))
    start, end = _times(table, "start", "civil_start"), _times(table, "end", "civil_end")
    hours = (end - start) / np.timedelta64(1, "h")
    period = np.searchsorted(_LIMITS, hours, side="right").astype(np.int64)
    codes, names = {}, {}
    for key in KEYS:
        column = key if key != "source" or "source" in table.column_names else "snapshot"
        codes[key], names[key] = _codes(table, column)
    combined = period.copy()
    for key in KEYS:
        combined = _dense(combined * len(names[key]) + codes[key])
    seconds = start.astype("datetime64[s]").astype(np.int64)
    order = np.lexsort((seconds, combined)) if len(rows) else np.zeros(0, dtype=np.int64)
    series = combined[order]
    first = np.flatnonzero(np.diff(series, prepend=-1)).astype(np.int64)
    at = order[first]
    return Series(
        row=rows[order],
        value=table["value"].to_numpy()[order].astype(np.float64),
        start=seconds[order] / 3600.0,
        hours=hours[order],
        year=(start.astype("datetime64[Y]").astype(np.int64) + 1970)[order],
        series=series,
        first=first,
        keys={key: codes[key][at] for key in KEYS},
        names=names,
        period=period[at],
    )


@dataclass(frozen=True, slots=True)
class RawFlag:
    """One flag before it has become a row: values `begin` to `end` (positions in the series).

    `share` is how far two series differ, or how much of them is equal, as a share; None where the rule knows none.
    """

    begin: int
    end: int
    reason: Reason
    share: float | None = None

    @property
    def rule(self) -> str:
        """The rule that the reason belongs to."""
        return RULE_OF[self.reason.code]


def flags_table(
    observations: pa.Table, series: Series, findings: Sequence[RawFlag], settings: QualitySettings
) -> pa.Table:
    """The rows of `FLAGS` for findings.

    A flag of one value carries its observation; a flag of a run or of a year carries none, spans
    the run, and its locator names the first and the last row.
    """
    kind = FLAGS
    if not findings:
        return kind.schema().empty_table()
    begin = np.array([f.begin for f in findings], dtype=np.int64)
    end = np.array([f.end for f in findings], dtype=np.int64)
    columns = ["observation", "variable", "place", "site", "start", "end", "snapshot", "locator"]
    first = observations.select(columns).take(pa.array(series.row[begin], pa.int64()))
    last = observations.select(["end", "locator"]).take(pa.array(series.row[end], pa.int64()))
    single = pa.array(begin == end)
    ends = zip(first["locator"].to_pylist(), last["locator"].to_pylist(), strict=True)
    span = pa.array([None if a is None or b is None else f"{a}{TO}{b}" for a, b in ends], pa.string())
    arrays = {
        "observation": pc.if_else(single, first["observation"], pa.scalar(None, pa.string())),
        "variable": first["variable"],
        "place": first["place"],
        "site": first["site"],
        "start": first["start"],
        "end": last["end"],
        "rule": pa.array([f.rule for f in findings], pa.string()),
        "reason": pa.array([f.reason.code for f in findings], pa.string()),
        "snapshot": first["snapshot"],
        "locator": pc.if_else(single, first["locator"], span),
        "share": pa.array([f.share for f in findings], pa.float64()),
        "severity": pa.array([severity_of(f.reason.code, f.share, settings) for f in findings], pa.string()),
        "reason_values": pa.array([f.reason.text for f in findings], pa.string()),
    }
    table = pa.table({name: arrays[name] for name in kind.schema().names}).cast(kind.schema())
    return table.sort_by([(key, "ascending") for key in kind.key])
