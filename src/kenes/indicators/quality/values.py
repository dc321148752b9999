"""Rules on single values: codes for missing values, plausible ranges, spikes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kenes.indicators.quality.series import Bools, Floats, RawFlag, Series
from kenes.indicators.quality.settings import QualitySettings, VariableRange
from kenes.vocabulary.reasons import reason

_UNKNOWN = VariableRange()


def ranges_of(series: Series, variables: Mapping[str, VariableRange]) -> tuple[Floats, Floats]:
    """Least and greatest plausible value of each series, shape (series,); infinite where not declared."""
    entries = [entry or _UNKNOWN for entry in series.by_variable(variables)]
    low = np.array([-np.inf if e.low is None else e.low for e in entries], dtype=np.float64)
    high = np.array([np.inf if e.high is None else e.high for e in entries], dtype=np.float64)
    return low, high


def _findings(series: Series, chosen: Bools, code: str, limit: Floats) -> list[RawFlag]:
    found = []
    for i in np.flatnonzero(chosen).tolist():
        s = int(series.series[i])
        why = reason(code, value=float(series.value[i]), unit=series.text(s, "unit"), limit=float(limit[s]))
        found.append(RawFlag(i, i, why))
    return found


def sentinel_mask(
    series: Series, variables: Mapping[str, VariableRange], settings: QualitySettings
) -> tuple[Bools, dict[int, tuple[float, int, float]]]:
    """Which values are codes; and extremes that repeat: series -> (value, times, next value).

    A code counts only outside the plausible range; where no range is declared, only a negative
    one does, since 999 may be a true value.
    """
    low, high = ranges_of(series, variables)
    codes = np.isin(series.value, np.array(settings.sentinels))
    outside = (series.value < low[series.series]) | (series.value > high[series.series])
    open_ended = ~np.isfinite(low)[series.series]
    mask = codes & (outside | (open_ended & (series.value < 0)))
    extremes: dict[int, tuple[float, int, float]] = {}
    if series.count:
        kept = np.where(mask | outside, -np.inf, series.value)
        top = np.maximum.reduceat(kept, series.first)
        at_top = kept == top[series.series]
        times = np.add.reduceat(at_top.astype(np.int64), series.first)
        following = np.maximum.reduceat(np.where(at_top, -np.inf, kept), series.first)
        apart = (times >= settings.sentinel_repeats) & (following > 0)
        apart &= top >= settings.sentinel_apart * following
        for s in np.flatnonzero(apart).tolist():
            extremes[s] = (float(top[s]), int(times[s]), float(following[s]))
        mask |= apart[series.series] & at_top
    return mask, extremes


def sentinels(
    series: Series, variables: Mapping[str, VariableRange], settings: QualitySettings
) -> tuple[list[RawFlag], Bools]:
    """Findings of the rule `sentinel`, and which values they concern."""
    mask, extremes = sentinel_mask(series, variables, settings)
    found = []
    for i in np.flatnonzero(mask).tolist():
        value, extreme = float(series.value[i]), extremes.get(int(series.series[i]))
        if extreme and value == extreme[0]:
            why = reason("sentinel_extreme", value=value, count=extreme[1], next=extreme[2])
        else:
            why = reason("sentinel_code", value=value)
        found.append(RawFlag(i, i, why))
    return found, mask


def out_of_range(series: Series, variables: Mapping[str, VariableRange], skip: Bools) -> tuple[list[RawFlag], Bools]:
    """Findings of the rule `out_of_range` for values that are no sentinels."""
    low, high = ranges_of(series, variables)
    below = (series.value < low[series.series]) & ~skip
    above = (series.value > high[series.series]) & ~skip
    found = _findings(series, below, "out_of_range_low", low)
    found += _findings(series, above, "out_of_range_high", high)
    return found, below | above


def spikes(series: Series, skip: Bools, settings: QualitySettings) -> list[RawFlag]:
    """Findings of the rule `spike`: one value of an hourly or daily series far above its neighbours.

    A value is compared with the greatest of the two before and the two after it, and with the
    usual distance of neighbouring values (median absolute difference times 1.4826).
    """
    keep = np.flatnonzero(~skip & (series.period <= 1)[series.series])
    if len(keep) < 5:
        return []
    value, owner, start = series.value[keep], series.series[keep], series.start[keep]
    neighbour = np.full(len(keep), -np.inf)
    near = np.ones(len(keep), dtype=bool)
    for offset in (-2, -1, 1, 2):
        other = np.roll(value, offset)
        distance = np.abs(np.roll(start, offset) - start) / series.hours[keep]
        near &= (np.roll(owner, offset) == owner) & (distance <= 3 * abs(offset))
        neighbour = np.maximum(neighbour, other)
    candidate = near & (neighbour > 0) & (value >= settings.spike_factor * neighbour)
    found = []
    for i in np.flatnonzero(candidate).tolist():
        own = value[np.searchsorted(owner, owner[i]) : np.searchsorted(owner, owner[i], side="right")]
        usual = 1.4826 * float(np.median(np.abs(np.diff(own))))
        if value[i] - neighbour[i] >= settings.spike_deviations * usual:
            texts = {"value": float(value[i]), "neighbour": float(neighbour[i])}
            why = reason(
                "spike",
                unit=series.text(int(owner[i]), "unit"),
                factor=float(value[i]) / float(neighbour[i]),
                **texts,
            )
            found.append(RawFlag(int(keep[i]), int(keep[i]), why))
    return found
