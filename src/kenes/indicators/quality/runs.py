"""Rules on runs of values: sensors that are stuck, and sensors that are dead."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kenes.indicators.quality.series import CLASSES, Bools, Ints, RawFlag, Series
from kenes.indicators.quality.settings import QualitySettings, VariableRange
from kenes.vocabulary.reasons import reason


def equal_runs(series: Series, keep: Ints, run_gap: int) -> tuple[Ints, Ints]:
    """First and last position (in `keep`) of every run of equal values.

    A run ends with its series, at another value, or at a hole of more than `run_gap` periods.
    """
    if not len(keep):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    value, owner, start = series.value[keep], series.series[keep], series.start[keep]
    same = (value[1:] == value[:-1]) & (owner[1:] == owner[:-1])
    same &= np.diff(start) <= (run_gap + 1) * series.hours[keep][:-1]
    begins = np.concatenate(([0], np.flatnonzero(~same) + 1)).astype(np.int64)
    ends = np.append(begins[1:] - 1, len(keep) - 1).astype(np.int64)
    return begins, ends


def stuck_and_dead(
    series: Series, variables: Mapping[str, VariableRange], skip: Bools, settings: QualitySettings
) -> list[RawFlag]:
    """Findings of the rules `stuck` and `dead` on series whose period has a declared run length.

    A long run of zeros is `dead`, unless zero is natural for the variable; a year whose values are
    all equal is `dead` as well; any other long run is `stuck`.
    """
    limits = np.array([settings.stuck.get(name, 0) for name in CLASSES], dtype=np.int64)[series.period]
    keep = np.flatnonzero(~skip & (limits > 0)[series.series]).astype(np.int64)
    begins, ends = equal_runs(series, keep, settings.run_gap)
    if not len(begins):
        return []
    lengths = ends - begins + 1
    owners = series.series[keep[begins]]
    constant = _constant_years(series, keep)
    natural = np.array([bool(e and e.zero_is_natural) for e in series.by_variable(variables)])
    found = []
    for i in np.flatnonzero(lengths >= limits[owners]).tolist():
        first, last = int(keep[begins[i]]), int(keep[ends[i]])
        s, value, count = int(owners[i]), float(series.value[first]), int(lengths[i])
        if value == 0 and natural[s]:
            continue
        year = int(series.year[first])
        if (s, year) in constant and year == int(series.year[last]):
            why = reason("dead_constant", count=count, year=year, value=value, unit=series.text(s, "unit"))
            found.append(RawFlag(first, last, why))
        elif value == 0:
            found.append(RawFlag(first, last, reason("dead_zero", count=count)))
        else:
            why = reason("stuck", value=value, unit=series.text(s, "unit"), count=count, limit=int(limits[s]))
            found.append(RawFlag(first, last, why))
    return found


def _constant_years(series: Series, keep: Ints) -> set[tuple[int, int]]:
    """Series and years in which all kept values are equal."""
    owner, year, value = series.series[keep], series.year[keep], series.value[keep]
    first = np.flatnonzero((np.diff(owner, prepend=-1) != 0) | (np.diff(year, prepend=0) != 0))
    equal = np.minimum.reduceat(value, first) == np.maximum.reduceat(value, first)
    return {(int(owner[i]), int(year[i])) for i in first[equal]}
