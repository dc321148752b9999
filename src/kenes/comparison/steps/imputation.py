"""Gaps filled by declared rules; what cannot be filled stays missing.

Sources: OECD/JRC Handbook (2008), step 3; Little and Rubin (2002), Statistical Analysis with Missing Data
(EM for the multivariate normal); van Buuren (2018), Flexible Imputation of Missing Data (chained equations).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Centre = Callable[[Floats], Any]
STALLED, SETTLED = 100, 1e-10
AMPLE = 2
"""So many times as many values as regressors need no ridge."""


def fill_by_centre(
    values: Floats, centre: Centre, groups: Sequence[Any] | None = None, *, axis: str = "column"
) -> Floats:
    """Fill with the mean or median of the column (or of the row), within groups where given.

    Args:
        values: shape (place, indicator).
        centre: `np.mean` or `np.median`.
        groups: group of each place; a group without a value leaves the gap, and so does a place without a group.
        axis: `column` (same indicator, other places) or `row` (same place, other indicators).

    Returns:
        A filled copy.
    """
    if axis == "row":
        return fill_by_centre(values.T, centre).T
    filled = values.copy()
    labels = np.array([""] * len(values) if groups is None else ["" if nameless(g) else str(g) for g in groups])
    for label in [""] if groups is None else np.unique(labels[labels != ""]):
        rows = np.flatnonzero(labels == label)
        for column in np.flatnonzero(np.isnan(values[rows]).any(axis=0)):
            cells = values[rows, column]
            present = cells[np.isfinite(cells)]
            if present.size:
                filled[rows[np.isnan(cells)], column] = centre(present)
    return filled


def nameless(group: Any) -> bool:
    """Whether a cell names no group."""
    return group is None or group != group or str(group).strip() == ""  # noqa: PLR0124 - NaN names none either


def fill_by_siblings(values: Floats, siblings: Sequence[Sequence[int]], turned: Floats, centre: Centre) -> Floats:
    """Fill with the mean or median of the place's other indicators of the same branch.

    Indicators are brought to 0-1 between their least and greatest value first, those where less is better turned
    round, and the fill is brought back to the unit of its indicator.

    Args:
        values: shape (place, indicator).
        siblings: columns of each branch.
        turned: -1 for an indicator where less is better, else 1; shape (indicator,).
        centre: `np.mean` or `np.median`.

    Returns:
        A filled copy; a gap stays where the place has no sibling, or an indicator no spread.

    Source:
        The rule of COINr's `Impute` with `impute_by = "row"`, a group level and normalisation first.
    """
    known = np.isfinite(values)
    low = np.where(known, values, np.inf).min(axis=0)
    span = np.where(known, values, -np.inf).max(axis=0) - low
    able = np.isfinite(span) & (span > 0)
    low, span = np.where(able, low, 0.0), np.where(able, span, np.nan)
    share = (values - low) / span
    share = np.where(turned < 0, 1 - share, share)
    filled = values.copy()
    for columns in siblings:
        part = fill_by_centre(share[:, columns].T, centre).T
        back = np.where(turned[columns] < 0, 1 - part, part) * span[columns] + low[columns]
        filled[:, columns] = np.where(known[:, columns], values[:, columns], back)
    return filled


def latest(values: Floats, places: Sequence[Any], times: Floats, *, limit: float | None = None) -> Floats:
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
            for row in rows:
                if np.isfinite(values[row, column]):
                    last = (float(times[row]), float(values[row, column]))
                elif last is not None and (limit is None or times[row] - last[0] <= limit):
                    filled[row, column] = last[1]
    return filled


def linear(values: Floats, places: Sequence[Any], times: Floats, *, limit: float | None = None) -> Floats:
    """Fill on the straight line in time between a place's neighbours; the nearest value outside them."""
    filled = values.copy()
    for rows in _histories(places, times):
        for column in range(values.shape[1]):
            known = rows[np.isfinite(values[rows, column])]
            gaps = rows[np.isnan(values[rows, column])]
            if not known.size or not gaps.size:
                continue
            found = np.interp(times[gaps], times[known], values[known, column])
            if limit is not None:
                far = np.abs(times[gaps][:, None] - times[known][None]).min(axis=1) > limit
                found = np.where(far, np.nan, found)
            filled[gaps, column] = found
    return filled


def _histories(places: Sequence[Any], times: Floats) -> list[NDArray[np.intp]]:
    """Rows of each place in order of time."""
    labels = np.array([str(p) for p in places])
    order = np.lexsort((times, labels))
    edges = np.flatnonzero(labels[order][1:] != labels[order][:-1]) + 1
    return np.split(order, edges)


def nearest(values: Floats, *, k: int = 5) -> Floats:
    """Fill with the mean of the k nearest places that have the value.

    Distances are Euclidean over standardised indicators that both places have, per shared indicator.
    """
    known = np.isfinite(values)
    centred = np.where(known, values - _column_means(values), 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / np.maximum(known.sum(axis=0) - 1, 1))
    scaled = np.where(known, centred / np.where(spread > 0, spread, 1.0), np.nan)
    filled = values.copy()
    for row in np.flatnonzero(np.isnan(values).any(axis=1)):
        gap = scaled - scaled[row]
        shared = np.isfinite(gap).sum(axis=1)
        far = np.where(shared > 0, np.nansum(gap**2, axis=1) / np.maximum(shared, 1), np.inf)
        far[row] = np.inf
        order = np.argsort(far, kind="stable")
        for column in np.flatnonzero(np.isnan(values[row])):
            near = [o for o in order if np.isfinite(values[o, column]) and np.isfinite(far[o])][:k]
            if near:
                filled[row, column] = values[near, column].mean()
    return filled


def em(values: Floats, *, tolerance: float = 1e-13, rounds: int = 20_000) -> tuple[Floats, Floats, Floats]:
    """Conditional means under a multivariate normal fitted by EM (greatest likelihood).

    Args:
        values: shape (place, indicator).
        tolerance: greatest change of mean and covariance of the standardised indicators at which to stop; where
            rounding keeps it above that, it stops when a hundred rounds bring no smaller change.
        rounds: most rounds.

    Returns:
        Filled values, mean and covariance (over n); an indicator without any value stays missing.

    Raises:
        BadInput: fewer places than indicators plus one, or it does not settle.
    """
    seen = np.isfinite(values).any(axis=0)
    if not seen.all():
        filled, mean, cov = values.copy(), np.full(values.shape[1], np.nan), np.full((values.shape[1],) * 2, np.nan)
        if seen.any():
            filled[:, seen], mean[seen], cov[np.ix_(seen, seen)] = em(
                values[:, seen], tolerance=tolerance, rounds=rounds
            )
        return filled, mean, cov
    n, m = values.shape
    if n <= m:
        raise BadInput(
            "impute em",
            expected=f"more places than the {m} indicators",
            found=f"{n} places",
            mend="Impute by branch, or choose knn, mean or group_mean.",
        )
    scale = np.nanstd(values, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    work = values / scale
    mean, cov = np.nanmean(work, axis=0), np.diag(np.nanvar(work, axis=0) + 1e-12)
    patterns, least, since = _patterns(work), np.inf, 0
    for _ in range(rounds):
        filled, extra = _expect(work, mean, cov, patterns)
        new_mean = filled.mean(axis=0)
        new_cov = (filled - new_mean).T @ (filled - new_mean) / n + extra / n
        change = max(np.abs(new_mean - mean).max(), np.abs(new_cov - cov).max())
        mean, cov = new_mean, new_cov
        least, since = (change, 0) if change < least else (least, since + 1)
        if change < tolerance or (since >= STALLED and least < SETTLED):
            filled, _extra = _expect(work, mean, cov, patterns)
            return (
                np.where(np.isnan(values), filled * scale, values),
                mean * scale,
                cov * np.outer(scale, scale),
            )
    raise BadInput(
        "impute em",
        expected=f"to settle in {rounds} rounds",
        found="it did not",
        mend="There are too few places for so many indicators: impute by branch (`by: branch`), or choose knn.",
    )


def _patterns(values: Floats) -> list[tuple[NDArray[np.bool_], NDArray[np.intp]]]:
    """Rows by which indicators they have."""
    found, where = np.unique(np.isfinite(values), axis=0, return_inverse=True)
    return [(pattern, np.flatnonzero(where.ravel() == i)) for i, pattern in enumerate(found)]


def _expect(
    values: Floats, mean: Floats, cov: Floats, patterns: list[tuple[NDArray[np.bool_], NDArray[np.intp]]]
) -> tuple[Floats, Floats]:
    """Conditional means of the gaps and the sum of their conditional covariances."""
    filled, extra = values.copy(), np.zeros_like(cov)
    for known, rows in patterns:
        gap = ~known
        if not gap.any():
            continue
        slope = _conditional(cov[np.ix_(known, known)], cov[np.ix_(known, gap)])
        filled[np.ix_(rows, gap)] = mean[gap] + (values[np.ix_(rows, known)] - mean[known]) @ slope
        extra[np.ix_(gap, gap)] += len(rows) * (cov[np.ix_(gap, gap)] - cov[np.ix_(gap, known)] @ slope)
    return filled, extra


def _conditional(within: Floats, between: Floats) -> Floats:
    """Regression of the missing on the known indicators, by the pseudo-inverse where these are not independent."""
    try:
        np.linalg.cholesky(within)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(within, between, rcond=None)[0])
    return np.asarray(np.linalg.solve(within, between))


def chained(values: Floats, *, rounds: int | None = None, rng: np.random.Generator | None = None) -> Floats:
    """Each incomplete indicator regressed on all others in turn, from column means on, until the fills settle.

    Regressions are by least squares; an indicator with fewer than twice as many values as there are indicators gets
    a ridge that grows with their number.

    Args:
        values: shape (place, indicator).
        rounds: most rounds; 20 with `rng` and 1,000 without by default.
        rng: then each line is fitted to a resample of the places and fills are drawn with its residual spread (one
            multiple imputation); without, they are the fitted values.

    Returns:
        A filled copy; an indicator without any value stays missing.

    Source:
        van Buuren and Groothuis-Oudshoorn (2011), J. Statistical Software 45(3), on fully conditional regression.
    """
    seen = np.isfinite(values).any(axis=0)
    if not seen.all():
        result = values.copy()
        if seen.any():
            result[:, seen] = chained(values[:, seen], rounds=rounds, rng=rng)
        return result
    most = (20 if rng is not None else 1000) if rounds is None else rounds
    gaps = np.isnan(values)
    filled = fill_by_centre(values, np.mean)
    scale = np.where(filled.std(axis=0) > 0, filled.std(axis=0), 1.0)
    work = filled / scale
    m = work.shape[1]
    for _ in range(most):
        before = work[gaps]
        for column in np.flatnonzero(gaps.any(axis=0)):
            known = ~gaps[:, column]
            others = np.delete(work, column, axis=1)
            taken = np.flatnonzero(known)
            if rng is not None:
                taken = rng.choice(taken, taken.size)
            centre = others[taken].mean(axis=0)
            x, y = others[taken] - centre, work[taken, column]
            slope = _slopes(x, y - y.mean())
            guess = y.mean() + (others[~known] - centre) @ slope
            if rng is not None:
                around = ((y - y.mean()) ** 2).sum() / max(y.size - 1, 1)
                beside = ((y - y.mean() - x @ slope) ** 2).sum() / max(y.size - m, 1)
                guess = guess + rng.normal(0, np.sqrt(min(around, beside)), guess.shape)
            work[~known, column] = guess
        if rng is None and np.abs(work[gaps] - before).max(initial=0) < 1e-14:
            break
    return np.where(gaps, work * scale, values)


def _slopes(x: Floats, y: Floats) -> Floats:
    """Least squares of y on x, both centred; with a ridge where there are few rows for so many columns."""
    n, m = x.shape
    if n >= AMPLE * (m + 1):
        return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0])
    ridge = max(1e-6, m / max(n, 1) * 1e-2) * n
    return np.asarray(np.linalg.solve(x.T @ x + ridge * np.eye(m), x.T @ y))


def fill_spread(values: Floats, settings: Mapping[str, Any], rng: np.random.Generator) -> Floats:
    """How uncertain the fill of each gap is, as a standard deviation; 0 where there is a value.

    Under `multiple` the spread of the drawn fills, otherwise that of the indicator.
    """
    gaps = np.isnan(values)
    if settings.get("method") == "multiple":
        count = max(int(settings.get("draws", 20)), 2)
        spread = np.std([chained(values, rng=rng, rounds=10) for _ in range(count)], axis=0, ddof=1)
    else:
        centred = np.where(gaps, 0.0, values - _column_means(values))
        known = np.maximum((~gaps).sum(axis=0) - 1, 1)
        spread = np.broadcast_to(np.sqrt((centred**2).sum(axis=0) / known), values.shape)
    return np.where(gaps, spread, 0.0)


def guesses(values: Floats) -> tuple[Floats, Floats]:
    """What the place's other indicators let expect of each gap, and how far that may be off.

    Each indicator with gaps is regressed on all others (their own gaps at their mean, so that no fill feigns a
    relation) with the ridge, or no slope at all, that predicts left-out places best.

    Args:
        values: shape (place, indicator).

    Returns:
        Means and standard deviations of a new value, shape (place, indicator); NaN and 0 where there is a value, or
        where fewer than 3 places have one.

    Source:
        Allen (1974), Technometrics 16(1), 125-127, on the sum of squares of prediction errors (PRESS); the deviation
        is the root of its mean, the ridge chosen without the place left out, times the deviation of Student's t for so
        few places.
    """
    gaps = np.isnan(values)
    filled = fill_by_centre(values, np.mean)
    mean, spread = np.full(values.shape, np.nan), np.zeros(values.shape)
    for column in np.flatnonzero(gaps.any(axis=0) & ((~gaps).sum(axis=0) >= 3)):
        known = ~gaps[:, column]
        others = np.delete(filled, column, axis=1)
        others = others[:, np.isfinite(others).all(axis=0)]
        centre, scale = others[known].mean(axis=0), others[known].std(axis=0)
        x = ((others - centre) / np.where(scale > 0, scale, 1.0))[:, scale > 0]
        mean[~known, column], spread[~known, column] = _predicted(x[known], values[known, column], x[~known])
    return mean, spread


def _predicted(x: Floats, y: Floats, new: Floats) -> tuple[Floats, float]:
    """Ridge predictions at `new`, shape (new,), and their standard deviation; x centred over its rows."""
    n, off = len(y), y - y.mean()
    u, s, v = np.linalg.svd(x, full_matrices=False)
    u, s, v = (part[..., s > 1e-12 * s.max(initial=0)] for part in (u, s, v.T))
    along = u.T @ off
    ridges = [*(n * 10.0 ** np.arange(-3, 4)), np.inf]
    kept = np.array([s**2 / (s**2 + ridge) for ridge in ridges])
    left = (off[:, None] - u @ (kept * along).T) / np.maximum(1 - 1 / n - u**2 @ kept.T, 1e-9)
    squares = left**2
    best = int(squares.sum(axis=0).argmin())
    without = (squares.sum(axis=0) - squares).argmin(axis=1)  # the ridge that the other places would have chosen
    off_by = squares[np.arange(n), without].mean()
    return y.mean() + new @ v / s @ (kept[best] * along), float(np.sqrt(off_by * (n - 1) / max(n - 3, 0.5)))


def _column_means(values: Floats) -> Floats:
    present = np.isfinite(values)
    return np.asarray(np.where(present, values, 0).sum(axis=0) / np.maximum(present.sum(axis=0), 1))


def impute(  # noqa: PLR0911 - one return a method reads best
    values: Floats,
    settings: Mapping[str, Any],
    *,
    groups: Sequence[Any] | None = None,
    places: Sequence[Any] | None = None,
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
    limit = None if settings.get("limit") is None else float(settings["limit"])
    axis = settings.get("axis", "column")
    if method in ("mean", "median", "group_mean", "group_median"):
        centre: Centre = np.median if method.endswith("median") else np.mean
        grouped = method.startswith("group") or settings.get("by") is not None
        return fill_by_centre(values, centre, groups if grouped else None, axis=axis)
    if method in ("latest", "linear"):
        if times is None or places is None:
            raise BadInput(f"impute {method}", expected="a time column", found="none", mend="Name time_column.")
        return (latest if method == "latest" else linear)(values, places, times, limit=limit)
    if method == "knn":
        return nearest(values, k=int(settings.get("k", 5)))
    if method == "em":
        return em(values)[0]
    if method == "chained":
        return chained(values)
    if method == "multiple":
        source = rng if rng is not None else np.random.default_rng(0)
        count = int(settings.get("draws", 20))
        fills = np.mean([chained(values, rng=source, rounds=10) for _ in range(count)], axis=0)
        return np.where(np.isnan(values), fills, values)
    if method == "value":
        return np.where(np.isnan(values), float(settings["value"]), values)
    return values.copy()
