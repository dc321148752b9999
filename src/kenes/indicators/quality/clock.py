"""The rule on clocks: an hourly series that agrees with its peers only when it is moved by hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from kenes.indicators.quality.series import Bools, Floats, RawFlag, Series
from kenes.indicators.quality.settings import PlaceFacts, QualitySettings
from kenes.vocabulary.reasons import reason

_MONTH_HOURS = 300


def clock_shifts(
    series: Series, keep: Bools, places: Mapping[str, PlaceFacts], settings: QualitySettings
) -> list[RawFlag]:
    """Findings of the rule `time_shift`, month by month, among three or more hourly series.

    Each series is compared with the mean of the others of the same variable in its place, or
    else in its group of places, with logs of values above zero, at every shift of the clock.
    """
    found: list[RawFlag] = []
    for members in _neighbourhoods(series, places):
        found += _shifts_among(series, keep, members, settings)
    return found


def _neighbourhoods(series: Series, places: Mapping[str, PlaceFacts]) -> list[list[int]]:
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for s in np.flatnonzero(series.period == 0).tolist():
        place = series.text(s, "place")
        key = tuple(series.text(s, k) for k in ("variable", "dimensions", "unit"))
        groups[(*key, "place", place)].append(s)
        if place in places:
            groups[(*key, "group", places[place].group)].append(s)
    near = [members for key, members in groups.items() if key[3] == "place" and len(members) >= 3]
    served = {s for members in near for s in members}
    wide = [
        members
        for key, members in groups.items()
        if key[3] == "group" and len(members) >= 3 and not served.issuperset(members)
    ]
    return near + wide


def _shifts_among(series: Series, keep: Bools, members: list[int], settings: QualitySettings) -> list[RawFlag]:
    ends = np.append(series.first[1:], len(series.value))
    positions = [np.arange(series.first[s], ends[s]) for s in members]
    positions = [p[keep[p] & (series.value[p] > 0)] for p in positions]
    if not any(len(p) for p in positions):
        return []
    origin = int(min(series.start[p[0]] for p in positions if len(p)))
    length = int(max(series.start[p[-1]] for p in positions if len(p))) - origin + 1
    grid = np.full((len(members), length), np.nan)
    for row, p in enumerate(positions):
        grid[row, (series.start[p] - origin).astype(np.int64)] = np.log(series.value[p])
    hours = np.datetime64(origin * 3600, "s") + np.arange(length) * np.timedelta64(1, "h")
    months = hours.astype("datetime64[M]")
    edges = np.flatnonzero(np.diff(months.astype(np.int64), prepend=-1))
    found = []
    for begin, end in zip(edges.tolist(), [*edges[1:].tolist(), length], strict=True):
        window = grid[:, begin:end]
        full = np.sum(np.isfinite(window), axis=1) >= _MONTH_HOURS
        if int(full.sum()) >= 3:
            present = np.isfinite(window) & full[:, None]
            known, total = present.sum(axis=0), np.where(present, window, 0.0).sum(axis=0)
            for row in np.flatnonzero(full).tolist():
                others, count = known - present[row], int(full.sum()) - 1
                own_part = np.where(present[row], window[row], 0.0)
                usable = 2 * others >= count
                reference = np.where(usable, (total - own_part) / np.maximum(others, 1), np.nan)
                verdict = _best_shift(window[row], reference, count, settings)
                if verdict:
                    own = positions[row]
                    at = series.start[own] - origin
                    own = own[(at >= begin) & (at < end)]
                    why = reason("time_shift", month=str(months[begin]), **verdict)
                    found.append(RawFlag(int(own[0]), int(own[-1]), why))
    return found


def _best_shift(own: Floats, reference: Floats, others: int, settings: QualitySettings) -> dict[str, float] | None:
    best, best_at = -2.0, 0
    before = _correlation(own, reference)
    if before + settings.shift_gain > 1:
        return None
    for hours in range(-settings.shift_hours, settings.shift_hours + 1):
        moved = np.full_like(own, np.nan)
        if hours >= 0:
            moved[hours:] = own[: len(own) - hours]
        else:
            moved[:hours] = own[-hours:]
        value = _correlation(moved, reference)
        if value > best:
            best, best_at = value, hours
    gained = best - before >= settings.shift_gain and best >= settings.shift_correlation
    if best_at == 0 or not gained:
        return None
    return {"hours": best_at, "before": round(before, 2), "after": round(best, 2), "peers": others}


def _correlation(left: Floats, right: Floats) -> float:
    both = np.isfinite(left) & np.isfinite(right)
    if int(both.sum()) < _MONTH_HOURS // 2:
        return -1.0
    x, y = left[both] - left[both].mean(), right[both] - right[both].mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 0 else -1.0
