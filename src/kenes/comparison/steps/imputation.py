"""Gaps filled by declared rules; what cannot be filled stays missing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.settings import ImputeSettings
from kenes.comparison.steps.centres import Centre, columns_with, fill_by_centre
from kenes.comparison.steps.fitting import chained, em
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def latest(values: Floats, places: Sequence[object], times: Floats, *, limit: float | None = None) -> Floats:
    """Fill with the place's last earlier value, at most `limit` older.

    Args:
        values: shape (row, indicator), one row for each place and time.
        places: place of each row.
        times: time of each row.
        limit: greatest age in the unit of `times`; None for any.

    Returns:
        A filled copy.
    """
    filled = values.copy()
    for rows in _histories(places, times):
        for column in range(values.shape[1]):
            last: tuple[float, float] | None = None
            for row in rows.tolist():
                time, value = float(times[row]), float(values[row, column])
                if math.isfinite(value):
                    last = (time, value)
                elif last is not None and (limit is None or time - last[0] <= limit):
                    filled[row, column] = last[1]
    return filled


def linear(values: Floats, places: Sequence[object], times: Floats, *, limit: float | None = None) -> Floats:
    """Fill on the straight line in time between a place's neighbours; the nearest value outside them."""
    filled = values.copy()
    for rows in _histories(places, times):
        for column in range(values.shape[1]):
            cells: Floats = values[rows, column]
            known, gaps = rows[np.isfinite(cells)], rows[np.isnan(cells)]
            if not known.size or not gaps.size:
                continue
            found = np.interp(times[gaps], times[known], values[known, column])
            if limit is not None:
                age: Floats = np.abs(times[gaps][:, None] - times[known][None]).min(axis=1)
                found = np.where(age > limit, np.nan, found)
            filled[gaps, column] = found
    return filled


def _histories(places: Sequence[object], times: Floats) -> list[Rows]:
    """Rows of each place in order of time."""
    labels = np.array([str(p) for p in places])
    order: Rows = np.lexsort((times, labels))
    ordered = labels[order]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return np.split(order, edges)


def nearest(values: Floats, *, k: int = 5) -> Floats:
    """Fill with the mean of the k nearest places that have the value.

    Distances are Euclidean over standardised indicators that both places have, per shared indicator.
    """
    known = np.isfinite(values)
    centred = np.where(known, values - _column_means(values), 0.0)
    spread = _deviations(centred, known)
    scaled = np.where(known, centred / np.where(spread > 0, spread, 1.0), np.nan)
    filled = values.copy()
    for row in columns_with(~known.T):
        gap = scaled - scaled[[row]]
        shared: Floats = np.isfinite(gap).sum(axis=1)
        apart: Floats = np.nansum(gap**2, axis=1)
        far = np.where(shared > 0, apart / np.maximum(shared, 1), np.inf)
        far[row] = np.inf
        order = np.argsort(far, kind="stable")
        order = order[np.isfinite(far[order])]
        for column in np.flatnonzero(~known[row]).tolist():
            near = order[known[order, column]][:k]
            if near.size:
                filled[row, column] = values[near, column].mean()
    return filled


def _deviations(centred: Floats, known: NDArray[np.bool_]) -> Floats:
    """Sample standard deviation of each indicator, from deviations that are 0 where nothing is known."""
    squares: Floats = (centred**2).sum(axis=0)
    count: Floats = known.sum(axis=0)
    return np.sqrt(squares / np.maximum(count - 1, 1))


def _column_means(values: Floats) -> Floats:
    present = np.isfinite(values)
    total: Floats = np.where(present, values, 0).sum(axis=0)
    count: Floats = present.sum(axis=0)
    return total / np.maximum(count, 1)


def fill_spread(values: Floats, settings: ImputeSettings, rng: np.random.Generator) -> Floats:
    """How uncertain the fill of each gap is, as a standard deviation; 0 where there is a value.

    Under `multiple` the spread of the drawn fills, otherwise that of the indicator.
    """
    gaps = np.isnan(values)
    if settings.get("method") == "multiple":
        count = max(int(settings.get("draws", 20)), 2)
        drawn = [chained(values, rng=rng, rounds=10) for _ in range(count)]
        spread: Floats = np.std(drawn, axis=0, ddof=1)
    else:
        centred = np.where(gaps, 0.0, values - _column_means(values))
        spread = np.broadcast_to(_deviations(centred, ~gaps), values.shape)
    return np.where(gaps, spread, 0.0)


def impute(  # noqa: PLR0911 - one return a method reads best
    values: Floats,
    settings: ImputeSettings,
    *,
    groups: Sequence[object] | None = None,
    places: Sequence[object] | None = None,
    times: Floats | None = None,
    rng: np.random.Generator | None = None,
) -> Floats:
    """Fill gaps by the declared method.

    Args:
        values: shape (row, indicator).
        settings: `method` and its parameters.
        groups: group of each row, for the group methods.
        places: place of each row, for methods in time.
        times: time of each row, for methods in time.
        rng: for `multiple`, which fills with the mean of `draws` (20) drawn fills.

    Returns:
        A filled copy; a gap that the method cannot fill stays NaN.

    Raises:
        BadInput: a method in time without times.
    """
    method = settings.get("method", "none")
    axis = settings.get("axis", "column")
    if method in ("mean", "median", "group_mean", "group_median"):
        centre: Centre = np.median if method.endswith("median") else np.mean
        grouped = method.startswith("group") or settings.get("by") is not None
        return fill_by_centre(values, centre, groups if grouped else None, axis=axis)
    if method in ("latest", "linear"):
        if times is None or places is None:
            raise BadInput(f"impute {method}", expected="a time column", found="none", mend="Name time_column.")
        return (latest if method == "latest" else linear)(values, places, times, limit=settings.get("limit"))
    if method == "knn":
        return nearest(values, k=int(settings.get("k", 5)))
    if method == "em":
        return em(values)[0]
    if method == "chained":
        return chained(values)
    if method == "multiple":
        source = rng if rng is not None else np.random.default_rng(0)
        count = int(settings.get("draws", 20))
        fills: Floats = np.mean([chained(values, rng=source, rounds=10) for _ in range(count)], axis=0)
        return np.where(np.isnan(values), fills, values)
    if method == "value":
        return np.where(np.isnan(values), float(settings["value"]), values)
    return values.copy()
