"""From yearly series to measurements: choose sources, join sites, apply the formula, keep the way.

A measurement carries its coverage, its uncertainty where one can be derived, and a provenance that
names every input down to observations.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue.definitions import IndicatorDefinition, InputDefinition, Variable, unit_of
from kenes.indicators.uncertainty import between_sites, first_autocorrelation, sampling_uncertainty
from kenes.vocabulary.reasons import Reason, reason, reason_columns, together
from kenes.vocabulary.tables import MEASUREMENTS, PROVENANCE
from kenes.vocabulary.units import factor

VERSION = "1"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Amount:
    """One input's value for a place and year, with its quality and its way back."""

    value: float | None
    coverage: float
    uncertainty: float | None
    kind: str
    reason: Reason | None
    flags: tuple[str, ...]
    sources: tuple[str, ...]
    trail: Mapping[str, Any]
    year: int


def days_of(year: int) -> int:
    """Days of a civil year.

    >>> days_of(2019), days_of(2020)
    (365, 366)
    """
    return (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days


def with_uncertainty(yearly: pa.Table) -> pa.Table:
    """Add `share`, the share of the year covered, and `standard_error` of the yearly mean."""
    column = {name: yearly[name].to_numpy(zero_copy_only=False).astype(float) for name in _NUMBERS}
    years = yearly["year"].to_numpy(zero_copy_only=False).astype(int)
    whole = np.array([days_of(int(year)) * 86_400.0 for year in years])
    exact = pc.equal(yearly["length"], pa.scalar("year")).to_numpy(zero_copy_only=False)
    share = np.where(exact, 1.0, np.minimum(column["covered_s"] / whole, 1.0)) if len(years) else whole
    dependence = first_autocorrelation(
        mean=column["day_mean"],
        sd=column["sd"],
        pairs=column["pairs"],
        sum_xy=np.nan_to_num(column["sum_xy"]),
        sum_x=np.nan_to_num(column["sum_x"]),
        sum_y=np.nan_to_num(column["sum_y"]),
    )
    error = sampling_uncertainty(sd=column["sd"], n=column["days"], share=share, autocorrelation=dependence)
    error = np.where(exact, np.nan, error)
    return yearly.append_column("share", pa.array(share, pa.float64())).append_column(
        "standard_error", pa.array(error, pa.float64(), from_pandas=True)
    )


_COLUMNS = {"mean": "mean", "sum": "total", "last": "latest", "max": "high", "coverage": "share", "count": "n"}
_NUMBERS = ("day_mean", "sd", "days", "covered_s", "pairs", "sum_xy", "sum_x", "sum_y")


def canonical(dimensions: Mapping[str, str]) -> str:
    """Dimensions as the text that stands in tables: JSON with sorted keys, empty when there are none.

    >>> canonical({"sex": "T", "age": "TOTAL"})
    '{"age":"TOTAL","sex":"T"}'
    """
    return json.dumps(dict(sorted(dimensions.items())), ensure_ascii=False, separators=(",", ":")) if dimensions else ""


class YearlySeries:
    """Yearly rows by variable and dimensions, for quick choice."""

    def __init__(self, yearly: pa.Table) -> None:
        self._rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in with_uncertainty(yearly).to_pylist():
            self._rows[row["variable"], row["dimensions"] or ""].append(row)

    def of(self, wanted: InputDefinition) -> dict[tuple[str, int], list[Row]]:
        """Rows of an input by place and year, from the best source that has any.

        The order of `sources` decides; without it, the better covered year, then the name.
        """
        by_key: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in self._rows.get((wanted.variable, canonical(wanted.dimensions)), ()):
            if not wanted.sources or row["source"] in wanted.sources:
                by_key[row["place"], row["year"]].append(row)
        return {key: _best_source(rows, wanted.sources) for key, rows in by_key.items()}


def _best_source(rows: list[Row], order: Sequence[str]) -> list[Row]:
    def rank(row: Row) -> tuple[Any, ...]:
        return (order.index(row["source"]) if order else 0, -row["share"], row["source"], row["length"])

    first = min(rows, key=rank)
    return [row for row in rows if row["source"] == first["source"] and row["length"] == first["length"]]


def amount(rows: list[Row], wanted: InputDefinition, variable: Variable) -> Amount:
    """Join the sites of a place and year into one amount in the variable's unit."""
    rows = sorted(rows, key=lambda row: (row["site"] or "", row["unit"]))
    enough = [row for row in rows if row["length"] == "year" or row["share"] >= wanted.coverage]
    used = enough or rows
    unit = unit_of(wanted, variable)
    values = np.array(
        [_aggregated(row, wanted) * factor(row["unit"] if unit == variable.unit else "1", unit) for row in used]
    )
    coverage = float(np.mean([row["share"] for row in used]))
    flags = tuple(sorted({flag for row in used for flag in (row["source_flags"] or "").split()}))
    value = float(np.sum(values) if wanted.sites == "sum" else np.mean(values))
    uncertainty, kind = (
        _uncertainty(used, values, wanted, factor(used[0]["unit"], unit)) if unit == variable.unit else (0.0, "exact")
    )
    shown = math.floor(coverage * 100) / 100  # never rounded up to what it falls short of
    short = None if enough else reason("coverage_short", share=shown, least=wanted.coverage)
    return Amount(
        value=None if short else value,
        coverage=coverage,
        uncertainty=None if short else uncertainty,
        kind=kind,
        reason=short,
        flags=flags,
        sources=tuple(sorted({row["source"] for row in used})),
        trail=_trail(wanted, used, value, unit),
        year=used[0]["year"],
    )


def _aggregated(row: Row, wanted: InputDefinition) -> float:
    return float(row[_COLUMNS[wanted.aggregate or "mean"]])


def _uncertainty(rows: list[Row], values: Any, wanted: InputDefinition, scale: float) -> tuple[float | None, str]:
    """Standard uncertainty of the joined sites and its kind; derived for means only.

    What a total, an extreme or a last value misses is not told by the spread of those present.
    """
    errors = [row["standard_error"] for row in rows]
    derived = [e for e in errors if e is not None and np.isfinite(e)]
    if wanted.sites == "sum" or ((wanted.aggregate or "mean") != "mean" and any(row["n"] > 1 for row in rows)):
        return None, "not_derived"
    if len(derived) < len(rows):
        spread = between_sites(values)
        return (spread, "between_sites") if np.isfinite(spread) else (None, "not_derived")
    within = float(np.sqrt(np.sum(np.square(derived)))) * scale / len(rows)
    if len(rows) == 1:
        return within, "sampling"
    return float(np.hypot(within, between_sites(values))), "sampling+between_sites"


def _trail(wanted: InputDefinition, rows: list[Row], value: float, unit: str) -> Mapping[str, Any]:
    return {
        "input": wanted.name,
        "variable": wanted.variable,
        "value": value,
        "unit": unit,
        "aggregate": (wanted.aggregate or "mean") if any(row["n"] > 1 for row in rows) else "",
        "series": [
            {
                "source": row["source"],
                "site": row["site"] or "",
                "dimensions": row["dimensions"] or "",
                "count": row["n"],
                "year": row["year"],
                "length": row["length"],
                "share": row["share"],
                "first": row["first"],
                "last": row["last"],
                "snapshot": row["snapshot"],
            }
            for row in rows
        ],
    }


@dataclass(frozen=True, slots=True)
class MeasuredTables:
    """The two tables that measuring gives."""

    measurements: pa.Table
    provenance: pa.Table


def measure(
    definitions: Sequence[IndicatorDefinition],
    variables: Mapping[str, Variable],
    yearly: pa.Table,
    kinds: Mapping[str, str],
    licences: Mapping[str, str],
) -> MeasuredTables:
    """Measure indicators for every place and year that their first input is known for.

    Args:
        definitions: which indicators.
        variables: declared variables by id.
        yearly: the result of `kenes.indicators.yearly.yearly`.
        kinds: kind of each place by id.
        licences: licence of each source by id.

    Returns:
        Measurements and their provenance, one row each, joined by `provenance`.
    """
    series = YearlySeries(yearly)
    rows: list[Row] = []
    trails: list[Row] = []
    for definition in definitions:
        for measurement, trail in _measure_one(definition, variables, series, kinds, licences):
            rows.append(measurement)
            trails.append(trail)
    return MeasuredTables(
        pa.Table.from_pylist(rows, schema=MEASUREMENTS.schema()),
        pa.Table.from_pylist(trails, schema=PROVENANCE.schema()),
    )


def _measure_one(
    definition: IndicatorDefinition,
    variables: Mapping[str, Variable],
    series: YearlySeries,
    kinds: Mapping[str, str],
    licences: Mapping[str, str],
) -> list[tuple[Row, Row]]:
    known = {name: series.of(wanted) for name, wanted in definition.inputs.items()}
    lead = next(iter(definition.inputs.values()))
    units = {name: unit_of(wanted, variables[wanted.variable]) for name, wanted in definition.inputs.items()}
    scale = factor(definition.formula.unit(units), definition.unit, where=definition.where)
    found = []
    for place, year in sorted(known[lead.name]):
        if definition.places and kinds.get(place) not in definition.places:
            continue
        period = year - lead.year_offset
        amounts = {
            name: _amount_at(known[name], wanted, place, period, variables[wanted.variable])
            for name, wanted in definition.inputs.items()
        }
        found.append(_row(definition, place, period, amounts, scale, licences))
    return found


def _amount_at(
    known: Mapping[tuple[str, int], list[Row]], wanted: InputDefinition, place: str, period: int, variable: Variable
) -> Amount:
    for age in range(wanted.max_age + 1):
        rows = known.get((place, period + wanted.year_offset - age))
        if rows:
            return amount(rows, wanted, variable)
    trail = {"input": wanted.name, "variable": wanted.variable, "series": []}
    unknown = reason("not_known", variable=wanted.variable, year=period + wanted.year_offset)
    return Amount(None, 0.0, None, "not_derived", unknown, (), (), trail, period)


def _row(
    definition: IndicatorDefinition,
    place: str,
    period: int,
    amounts: Mapping[str, Amount],
    scale: float,
    licences: Mapping[str, str],
) -> tuple[Row, Row]:
    why = together([a.reason for a in amounts.values() if a.reason])
    value, uncertainty, kind = _computed(definition, amounts, scale) if why is None else (None, None, "not_derived")
    if value is not None and not np.isfinite(value):
        value, uncertainty, why = None, None, reason("division_by_zero")
    flags = sorted({flag for a in amounts.values() for flag in a.flags})
    coverage = min((a.coverage for a in amounts.values()), default=0.0)
    start, end = dt.datetime(period, 1, 1, tzinfo=dt.UTC), dt.datetime(period + 1, 1, 1, tzinfo=dt.UTC)
    sources = sorted({source for a in amounts.values() for source in a.sources})
    inputs = json.dumps([dict(a.trail) for a in amounts.values()], ensure_ascii=False, sort_keys=True)
    shared = {
        "indicator": definition.id,
        "edition": definition.edition,
        "place": place,
        "start": start,
        "end": end,
        "dimensions": "",
    }
    key = json.dumps(
        [definition.id, definition.edition, place, period, VERSION, definition.formula.text, inputs],
        ensure_ascii=False,
    )
    provenance = hashlib.sha256(key.encode()).hexdigest()[:16]
    measurement = {
        **shared,
        "value": value,
        "unit": definition.unit,
        "uncertainty": uncertainty,
        "uncertainty_kind": kind,
        "coverage": coverage,
        "origin": definition.origin,
        "quality": _quality(value, coverage, flags),
        "flags": " ".join(flags),
        "provenance": provenance,
        **reason_columns(why),
    }
    trail = {
        **shared,
        "provenance": provenance,
        "step": definition.formula.text,
        "version": VERSION,
        "inputs": inputs,
        "parameters": json.dumps({"scale": scale, "unit": definition.unit}),
        "observations": json.dumps(
            [s["first"] for a in amounts.values() for s in a.trail["series"] if s["count"] == 1]
        ),
        "sources": " ".join(sources),
        "licence": "; ".join(dict.fromkeys(licences.get(source, "") for source in sources)),
    }
    return measurement, trail


def _computed(
    definition: IndicatorDefinition, amounts: Mapping[str, Amount], scale: float
) -> tuple[float, float | None, str]:
    values = {name: float(a.value) for name, a in amounts.items() if a.value is not None}
    with np.errstate(divide="ignore", invalid="ignore"):
        try:
            value = float(definition.formula.evaluate(values)) * scale
        except ZeroDivisionError:
            return float("nan"), None, "not_derived"
    known = {name: a for name, a in amounts.items() if a.uncertainty is not None}
    if not known:
        return value, None, "not_derived"
    parts = [definition.formula.slope(name, values) * scale * (a.uncertainty or 0.0) for name, a in known.items()]
    kinds = {a.kind for a in known.values()}
    partial = "" if len(known) == len(amounts) else "+part_not_derived"
    return value, float(np.sqrt(np.sum(np.square(parts)))), "+".join(sorted(kinds)) + partial


def _quality(value: float | None, coverage: float, flags: Sequence[str]) -> str:
    if value is None:
        return "insufficient"
    return "fair" if coverage < 0.9 or {"estimated", "provisional", "unreliable", "break"} & set(flags) else "good"
