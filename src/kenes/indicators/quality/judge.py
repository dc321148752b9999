"""Runs every quality rule over a table of observations or measurements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kenes.indicators.quality.agreement import (
    boundary_changes,
    copies,
    source_conflicts,
    sum_mismatches,
    year_means,
    year_spans,
)
from kenes.indicators.quality.clock import clock_shifts
from kenes.indicators.quality.peers import (
    YearFinding,
    Yearly,
    low_spreads,
    low_values,
    on_ratio_scale,
    slip_factor,
    slips_among_peers,
    slips_in_time,
    steady_lows,
    steps,
    sudden_slips,
)
from kenes.indicators.quality.rules import WITHHOLDING, severity_of
from kenes.indicators.quality.runs import stuck_and_dead
from kenes.indicators.quality.series import EXPECTED, Bools, Ints, RawFlag, Series, flags_table, read_series
from kenes.indicators.quality.settings import Judgement, PlaceFacts, QualitySettings, Severity, VariableRange
from kenes.indicators.quality.values import out_of_range, sentinels, spikes
from kenes.vocabulary.reasons import read_reason, reason

_NO_PLACES: Mapping[str, PlaceFacts] = MappingProxyType({})
_DEFAULT = QualitySettings()


def judge_observations(
    observations: pa.Table,
    variables: Mapping[str, VariableRange],
    settings: QualitySettings = _DEFAULT,
    *,
    places: Mapping[str, PlaceFacts] = _NO_PLACES,
) -> pa.Table:
    """Flag observations that must not be taken at their word.

    Args:
        observations: columns of `OBSERVATIONS`; internal ones may be absent. Rows that a newer
            vintage replaces must have been taken out.
        variables: what is declared of each variable; one that is absent has no plausible range.
        settings: thresholds of all rules.
        places: peer group, parent and changes of territory by place; without it all places are
            peers of one another, and sums and territories are not judged.

    Returns:
        Rows of `FLAGS`, sorted by key. Values that single-value rules find are left out before the
        year of a sensor is judged as a whole. A missing value is never flagged.
    """
    series = read_series(observations)
    if not series.count:
        return flags_table(observations, series, [], settings)
    found, bad = sentinels(series, variables, settings)
    beyond, outside = out_of_range(series, variables, bad)
    found += beyond
    idle = stuck_and_dead(series, variables, bad | outside, settings)
    good = ~(bad | outside)
    for finding in idle:
        good[finding.begin : finding.end + 1] = False
    found += idle + spikes(series, ~good, settings)
    found += _yearly_findings(series, good, variables, places, settings)
    found += source_conflicts(series, good, variables, settings)
    found += copies(series, good, settings)
    found += sum_mismatches(series, good, variables, places, settings)
    found += boundary_changes(series, good, places)
    found += clock_shifts(series, good, places, settings)
    return flags_table(observations, series, found, settings)


def _codes_of(texts: list[tuple[str, ...]]) -> Ints:
    known: dict[tuple[str, ...], int] = {}
    return np.array([known.setdefault(text, len(known)) for text in texts], dtype=np.int64)


def yearly_of(
    series: Series,
    good: Bools,
    variables: Mapping[str, VariableRange],
    places: Mapping[str, PlaceFacts],
    settings: QualitySettings,
) -> tuple[Yearly, Ints, Ints, Bools]:
    """Yearly values of every sensor; with their first and last position, and which are levels."""
    begin, end = year_spans(series, good)
    mean, deviation, count = year_means(series, good)
    owner = series.series[begin]
    owners = owner.tolist()
    quantity = [tuple(series.text(s, k) for k in ("variable", "dimensions", "unit")) for s in owners]
    quantity = [(*q, series.period_name(s)) for q, s in zip(quantity, owners, strict=True)]
    facts = [places.get(series.text(s, "place")) for s in owners]
    expected = np.array([EXPECTED[series.period_name(s)] for s in owners], dtype=np.float64)
    least = np.array([settings.values_least.get(series.period_name(s), 1) for s in owners])
    entries = series.by_variable(variables)
    sensed = series.period[owner] <= 1
    level = np.array([entries[s] is None or entries[s].kind == "mean" for s in owners], dtype=bool)
    spread = np.where((mean > 0) & (count >= 30), deviation / np.where(mean > 0, mean, 1.0), np.nan)
    codes = _codes_of(quantity)
    ratio = on_ratio_scale(codes, mean)
    yearly = Yearly(
        quantity=codes,
        group=_codes_of([(f.group,) if f else ("",) for f in facts]),
        entity=owner,
        year=series.year[begin],
        value=mean,
        spread=np.where(sensed, spread, np.nan),
        count=count,
        peer=ratio & (count >= settings.peer_coverage * expected),
        judged=ratio & (count >= least),
        units=tuple(series.text(s, "unit") for s in owners),
    )
    return yearly, begin, end, level


def _yearly_findings(
    series: Series,
    good: Bools,
    variables: Mapping[str, VariableRange],
    places: Mapping[str, PlaceFacts],
    settings: QualitySettings,
) -> list[RawFlag]:
    yearly, begin, end, level = yearly_of(series, good, variables, places, settings)
    found: list[YearFinding] = [f for f in low_values(yearly, settings) if level[f.at]]
    found += low_spreads(yearly, settings)
    found += [f for f in slips_among_peers(yearly, settings) if level[f.at]]
    found += steps(yearly, settings) + slips_in_time(yearly, settings)
    return [RawFlag(int(begin[f.at]), int(end[f.at]), f.reason) for f in found] + _segments(series, good, settings)


def _segments(series: Series, good: Bools, settings: QualitySettings) -> list[RawFlag]:
    """Months of a sensor that lie a hundred times or more away from its other months."""
    at = np.flatnonzero(good & (series.period <= 1)[series.series])
    if not len(at):
        return []
    month = (series.start[at] * 3600).astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    owner = series.series[at]
    first = np.flatnonzero((np.diff(owner, prepend=-1) != 0) | (np.diff(month, prepend=-(10**6)) != 0))
    pieces = np.split(at, first[1:])
    medians = np.array([float(np.median(series.value[p])) for p in pieces])
    owners = owner[first]
    found = []
    for s in np.unique(owners).tolist():
        own = np.flatnonzero(owners == s)
        usual = float(np.median(medians[own]))
        if len(own) < 3 or usual <= 0:
            continue
        for i in own[medians[own] > 0].tolist():
            ratio, piece = medians[i] / usual, pieces[i]
            factor = slip_factor(ratio, settings.slip_tolerance_peers, settings)
            if factor and factor >= 100 and len(piece) >= 10:
                why = reason(
                    "slip_segment",
                    count=len(piece),
                    value=medians[i],
                    unit=series.text(s, "unit"),
                    ratio=ratio,
                    median=usual,
                    factor=factor,
                )
                found.append(RawFlag(int(piece[0]), int(piece[-1]), why))
    return found


def withheld(observations: pa.Table, flags: pa.Table, *, rules: Collection[str] = WITHHOLDING) -> pa.ChunkedArray[Any]:
    """Which observations must be left out of measuring, shape (observation,).

    Args:
        observations: the table that was judged, or a part of it.
        flags: rows of `FLAGS`.
        rules: rules that withhold.
    """
    series = read_series(observations)
    mask = np.zeros(observations.num_rows, dtype=bool)
    chosen = flags.filter(pc.is_in(flags["rule"], pa.array(sorted(rules), pa.string())))
    single = chosen.filter(pc.is_valid(chosen["observation"]))
    if single.num_rows:
        named = pc.is_in(observations["observation"], single["observation"])
        mask |= named.to_numpy(zero_copy_only=False).astype(bool)
    owners: dict[tuple[str | None, ...], list[int]] = {}
    for s in range(series.count):
        owners.setdefault(tuple(series.key(s, k) for k in ("variable", "place", "site")), []).append(s)
    snapshots = observations["snapshot"].to_numpy(zero_copy_only=False)
    civil = read_starts(observations)
    ends = np.append(series.first[1:], len(series.value))
    for row in chosen.filter(pc.is_null(chosen["observation"])).to_pylist():
        for s in owners.get((row["variable"], row["place"], row["site"]), []):
            own = series.row[series.first[s] : ends[s]]
            inside = (civil[own] >= np.datetime64(row["start"].replace(tzinfo=None), "us")) & (
                civil[own] < np.datetime64(row["end"].replace(tzinfo=None), "us")
            )
            mask[own[inside & (snapshots[own] == row["snapshot"])]] = True
    return pa.chunked_array([pa.array(mask)])


def read_starts(observations: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Starts in UTC as numpy times, shape (observation,)."""
    return np.asarray(observations["start"].cast(pa.timestamp("us")).to_numpy(), dtype="datetime64[us]")


def judge_measurements(
    measurements: pa.Table,
    *,
    places: Mapping[str, PlaceFacts | str],
    settings: QualitySettings = _DEFAULT,
) -> list[Judgement]:
    """Judge measurements among the places of the same group, before anything is scored.

    Args:
        measurements: columns of `MEASUREMENTS`; rows without a value are never judged.
        places: peer group by place, as text or as `PlaceFacts`.
        settings: thresholds.

    Returns:
        Judgements sorted by indicator, place, start and rule. A value that was as low among its
        peers in several years without a step is a `note` (a trait of the place), else `suspect`.
    """
    facts = {p: f if isinstance(f, PlaceFacts) else PlaceFacts(f) for p, f in places.items()}
    finite = np.isfinite(measurements["value"].to_numpy().astype(np.float64))
    rows = measurements.filter(pa.array(finite)).select(
        ["indicator", "edition", "place", "start", "dimensions", "value", "unit"]
    )
    known = [row for row in rows.to_pylist() if row["place"] in facts]
    if not known:
        return []
    yearly = _yearly_of_rows(known, facts)
    stepped = steps(yearly, settings)
    lows = low_values(yearly, settings, code="low_value")
    lows = steady_lows(yearly, lows, {f.at for f in stepped}, settings)
    slips = sudden_slips(yearly, slips_among_peers(yearly, settings), settings)
    found = lows + stepped + slips + slips_in_time(yearly, settings)
    judgements = {_judgement(known[f.at], f) for f in found} | _crossings(known, yearly, facts)
    return sorted(judgements, key=lambda j: (j.indicator, j.place, j.start, j.rule, j.reason))


def _yearly_of_rows(rows: list[dict[str, object]], facts: Mapping[str, PlaceFacts]) -> Yearly:
    count = len(rows)
    quantity = _codes_of([(str(r["indicator"]), str(r["edition"]), str(r["dimensions"])) for r in rows])
    value = np.array([r["value"] for r in rows], dtype=np.float64)
    whole = on_ratio_scale(quantity, value)
    return Yearly(
        quantity=quantity,
        group=_codes_of([(facts[str(r["place"])].group,) for r in rows]),
        entity=_codes_of([(str(r["place"]),) for r in rows]),
        year=np.array([_start(r).year for r in rows], dtype=np.int64),
        value=value,
        spread=np.full(count, np.nan),
        count=np.ones(count, dtype=np.int64),
        peer=whole,
        judged=whole,
        units=tuple(str(r["unit"] or "") for r in rows),
    )


def _start(row: Mapping[str, object]) -> dt.datetime:
    start = row["start"]
    assert isinstance(start, dt.datetime)
    return start


def _judgement(row: Mapping[str, object], finding: YearFinding) -> Judgement:
    severity = severity_of(finding.reason.code, None, _DEFAULT)
    return Judgement(str(row["indicator"]), str(row["place"]), _start(row), finding.rule, finding.reason, severity)


def _crossings(rows: list[dict[str, object]], yearly: Yearly, facts: Mapping[str, PlaceFacts]) -> set[Judgement]:
    """Notes on the first value after a change of territory."""
    order = np.lexsort((yearly.year, yearly.entity, yearly.quantity))
    notes = set()
    for b, a in zip(order[:-1].tolist(), order[1:].tolist(), strict=True):
        if yearly.entity[a] != yearly.entity[b] or yearly.quantity[a] != yearly.quantity[b]:
            continue
        for date in facts[str(rows[a]["place"])].changed:
            if _start(rows[b]).date() < date <= _start(rows[a]).date():
                why = reason(
                    "boundary_change",
                    date=date.isoformat(),
                    year=int(yearly.year[a]),
                    from_year=int(yearly.year[b]),
                )
                notes.add(
                    Judgement(
                        str(rows[a]["indicator"]),
                        str(rows[a]["place"]),
                        _start(rows[a]),
                        "boundary_change",
                        why,
                        "note",
                    )
                )
    return notes


def judgements_of_flags(flags: pa.Table, uses: Mapping[str, Collection[str]]) -> list[Judgement]:
    """What the flags on whole years of observations mean for the indicators that use them.

    Args:
        flags: rows of `FLAGS`.
        uses: variable -> ids of the indicators that are computed from it.

    Returns:
        One judgement an indicator, place, year and rule, `suspect` where a flag is; what withholds observations
        has done so, and is a note on what remains.
    """
    chosen = flags.filter(pc.or_(pc.is_null(flags["observation"]), pc.equal(flags["rule"], pa.scalar("conflict"))))
    result: dict[tuple[str, str, dt.datetime, str], Judgement] = {}
    for row in chosen.to_pylist():
        severity: Severity = "suspect" if row["severity"] == "suspect" else "note"
        why = read_reason(row["reason"], row["reason_values"])
        if why is None:
            continue
        start = dt.datetime(row["start"].year, 1, 1, tzinfo=dt.UTC)
        for indicator in uses.get(row["variable"], ()):
            judgement = Judgement(indicator, row["place"], start, row["rule"], why, severity)
            key = (indicator, row["place"], start, row["rule"])
            if key not in result or result[key].severity == "note":
                result[key] = judgement
    return [result[key] for key in sorted(result)]
