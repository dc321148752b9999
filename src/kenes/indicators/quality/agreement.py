"""Rules on several series at once: sources that disagree, copies, sums, territories, clocks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from kenes.indicators.quality.series import CLASSES, Bools, Floats, Ints, RawFlag, Series
from kenes.indicators.quality.settings import PlaceFacts, QualitySettings, VariableRange
from kenes.vocabulary.reasons import Reason, reason

_UNKNOWN = VariableRange()


def year_spans(series: Series, keep: Bools) -> tuple[Ints, Ints]:
    """First and last position of the kept values of each series and year, both shape (year of a series,)."""
    at = np.flatnonzero(keep).astype(np.int64)
    if not len(at):
        return at, at
    owner, year = series.series[at], series.year[at]
    changed = (np.diff(owner, prepend=-1) != 0) | (np.diff(year, prepend=0) != 0)
    first = np.flatnonzero(changed)
    last = np.append(first[1:] - 1, len(at) - 1)
    return at[first], at[last]


def year_means(series: Series, keep: Bools) -> tuple[Floats, Floats, Ints]:
    """Mean, standard deviation and number of the kept values of each series and year."""
    at = np.flatnonzero(keep)
    if not len(at):
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64)
    owner, year, value = series.series[at], series.year[at], series.value[at]
    changed = (np.diff(owner, prepend=-1) != 0) | (np.diff(year, prepend=0) != 0)
    first = np.flatnonzero(changed)
    count = np.diff(np.append(first, len(at))).astype(np.int64)
    mean = np.add.reduceat(value, first) / count
    square = np.add.reduceat((value - np.repeat(mean, count)) ** 2, first)
    deviation = np.sqrt(square / np.maximum(count - 1, 1))
    return mean, deviation, count


def source_conflicts(
    series: Series, keep: Bools, variables: Mapping[str, VariableRange], settings: QualitySettings
) -> list[RawFlag]:
    """Findings of the rule `conflict` for sources that give different yearly values of one quantity.

    Levels (kind `mean`) are compared as means of the year, whatever the period of the source;
    stocks and flows only at the same period. Sites of one place and source are averaged first.
    """
    begin, end = year_spans(series, keep)
    mean, _, count = year_means(series, keep)
    cells: dict[tuple[object, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    entries = series.by_variable(variables)
    for i, s in enumerate(series.series[begin].tolist()):
        if count[i] < settings.values_least.get(series.period_name(s), 1):
            continue
        comparable = (entries[s] or _UNKNOWN).kind == "mean"
        period = "" if comparable else series.period_name(s)
        key = tuple(series.text(s, k) for k in ("variable", "place", "dimensions", "unit"))
        cells[(*key, period, int(series.year[begin[i]]))][series.text(s, "source")].append(i)
    found = []
    for by_source in cells.values():
        if len(by_source) > 1:
            found += _conflicts_of(series, (begin, end), mean, by_source, settings)
    return found


def _conflicts_of(
    series: Series,
    spans: tuple[Ints, Ints],
    mean: Floats,
    by_source: Mapping[str, Sequence[int]],
    settings: QualitySettings,
) -> list[RawFlag]:
    begin, end = spans
    levels = {source: float(np.mean(mean[list(members)])) for source, members in by_source.items()}
    found = []
    for source, members in by_source.items():
        own = levels[source]
        other = max((o for o in levels if o != source), key=lambda o: (abs(levels[o] - own), o))
        greatest = max(abs(own), abs(levels[other]))
        share = abs(own - levels[other]) / greatest if greatest else 0.0
        if share <= settings.conflict_share:
            continue
        for i in members:
            why = reason(
                "conflict_sources",
                source=source,
                value=own,
                unit=series.text(int(series.series[begin[i]]), "unit"),
                year=int(series.year[begin[i]]),
                other=other,
                other_value=levels[other],
                share=share,
                limit=settings.conflict_share,
            )
            found.append(RawFlag(int(begin[i]), int(end[i]), why, share))
    return found


def copies(series: Series, keep: Bools, settings: QualitySettings) -> list[RawFlag]:
    """Findings of the rule `conflict` for two series that hold the same values at the same times.

    Only hourly and daily series count; zeros and values that merely repeat the one before do not,
    since idle sensors look alike. Two sources that carry the same sensor are no conflict.
    """
    fresh = keep & (series.period <= 1)[series.series] & (series.value != 0)
    fresh &= ~(series.joined() & (np.diff(series.value, prepend=np.nan) == 0))
    at = np.flatnonzero(fresh)
    if not len(at):
        return []
    pairs = _equal_pairs(series, at)
    owner, year = series.series, series.year
    base, length = int(year.min()), int(np.ptp(year)) + 1
    totals = np.bincount(owner[at] * length + year[at] - base, minlength=series.count * length)
    found: list[RawFlag] = []
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for b, e in zip(*(x.tolist() for x in year_spans(series, keep)), strict=True):
        spans[int(owner[b]), int(year[b])] = (b, e)
    for (a, b, y), equal in pairs.items():
        sizes = [int(totals[s * length + y - base]) for s in (a, b)]
        if equal < settings.copy_values or equal < settings.copy_share * min(sizes):
            continue
        for own, other, size in ((a, b, sizes[0]), (b, a, sizes[1])):
            why = _copied(series, own, other, count=equal, total=size, year=y)
            found.append(RawFlag(*spans[own, y], why, equal / size))
    return found


def _copied(series: Series, own: int, other: int, **counts: int) -> Reason:
    place, site = series.text(other, "place"), series.text(other, "site")
    if series.text(own, "place") == place:
        return reason("conflict_copy_within", series=site or series.text(other, "dimensions"), **counts)
    return reason("conflict_copy", place=place, site=site, **counts)


def _equal_pairs(series: Series, at: Ints) -> dict[tuple[int, int, int], int]:
    """How often two series of one quantity hold an equal value at the same time, by series and year."""
    quantity = series.keys["variable"] * len(series.names["dimensions"]) + series.keys["dimensions"]
    owner = series.series[at]
    order = np.lexsort((owner, series.value[at], series.start[at], quantity[owner]))
    at, owner = at[order], owner[order]
    counts: dict[tuple[int, int, int], int] = {}
    base, years = int(series.year.min()), int(np.ptp(series.year)) + 1
    for lag in (1, 2, 3):
        first, second = at[:-lag], at[lag:]
        a, b = owner[:-lag], owner[lag:]
        equal = (series.value[first] == series.value[second]) & (series.start[first] == series.start[second])
        equal &= (quantity[a] == quantity[b]) & (a != b)
        same_place = series.keys["place"][a] == series.keys["place"][b]
        equal &= ~(same_place & (series.keys["source"][a] != series.keys["source"][b]))
        year = series.year[first[equal]] - base
        keys = (a[equal] * series.count + b[equal]) * years + year
        for key, times in zip(*(x.tolist() for x in np.unique(keys, return_counts=True)), strict=True):
            pair, offset = divmod(key, years)
            found = (*divmod(pair, series.count), offset + base)
            counts[found] = counts.get(found, 0) + times
    return counts


def sum_mismatches(
    series: Series,
    keep: Bools,
    variables: Mapping[str, VariableRange],
    places: Mapping[str, PlaceFacts],
    settings: QualitySettings,
) -> list[RawFlag]:
    """Findings of the rule `sum_mismatch` on the whole, for additive variables.

    Parts that add up to more than the whole are a mismatch even if some parts are missing; less
    than the whole only if every part that the places know has a value.
    """
    entries = series.by_variable(variables)
    children: dict[str, set[str]] = defaultdict(set)
    for place, facts in places.items():
        if facts.parent:
            children[facts.parent].add(place)
    cells: dict[tuple[object, ...], dict[str, int]] = defaultdict(dict)
    additive = np.array([bool(e and e.additive) for e in entries], dtype=bool)
    for i in np.flatnonzero(keep & additive[series.series]).tolist() if len(additive) else []:
        s = int(series.series[i])
        key = tuple(series.text(s, k) for k in ("variable", "dimensions", "unit", "source"))
        cells[(*key, float(series.start[i]), float(series.hours[i]))][series.text(s, "place")] = i
    found = []
    for cell in cells.values():
        for whole in [place for place in cell if place in children]:
            parts = [cell[p] for p in sorted(children[whole]) if p in cell]
            if len(parts) >= 2:
                complete = len(parts) == len(children[whole])
                found += _mismatch(series, cell[whole], parts, complete, settings)
    return found


def _mismatch(series: Series, whole: int, parts: list[int], complete: bool, settings: QualitySettings) -> list[RawFlag]:
    total, value = float(series.value[parts].sum()), float(series.value[whole])
    slack = settings.sum_tolerance * abs(value)
    code = "sum_above" if total > value + slack else "sum_below" if complete and total < value - slack else ""
    if not code:
        return []
    unit = series.text(int(series.series[whole]), "unit")
    why = reason(code, count=len(parts), sum=total, unit=unit, year=int(series.year[whole]), value=value)
    return [RawFlag(whole, whole, why)]


def boundary_changes(series: Series, keep: Bools, places: Mapping[str, PlaceFacts]) -> list[RawFlag]:
    """Findings of the rule `boundary_change`: the first value after a place's territory changed.

    Only monthly and yearly series count; a sensor does not move with a border.
    """
    found = []
    ends = np.append(series.first[1:], len(series.value))
    for s in range(series.count):
        facts = places.get(series.text(s, "place"))
        if facts is None or not facts.changed or CLASSES[int(series.period[s])] in ("hour", "day"):
            continue
        own = np.arange(series.first[s], ends[s])
        own = own[keep[own]]
        for date in facts.changed:
            moment = (date - dt.date(1970, 1, 1)).days * 24.0
            after, before = own[series.start[own] >= moment], own[series.start[own] < moment]
            if len(after) and len(before):
                why = reason(
                    "boundary_change",
                    date=date.isoformat(),
                    year=int(series.year[after[0]]),
                    from_year=int(series.year[before[-1]]),
                )
                found.append(RawFlag(int(after[0]), int(after[0]), why))
    return found
