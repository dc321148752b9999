"""Gaps filled from models that are fitted to all places.

Sources: Little and Rubin (2002), Statistical Analysis with Missing Data (EM for the multivariate normal); van Buuren
(2018), Flexible Imputation of Missing Data (chained equations).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.steps.centres import columns_with, fill_by_centre
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Pattern = tuple[NDArray[np.bool_], Rows]
STALLED, SETTLED = 100, 1e-10
AMPLE = 2
"""So many times as many values as regressors need no ridge."""


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
    seen = np.asarray(np.isfinite(values).any(axis=0))
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
    spread: Floats = np.nanstd(values, axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    work = values / scale
    mean = np.nanmean(work, axis=0)
    cov = np.diag(np.nanvar(work, axis=0) + 1e-12)
    patterns, least, since = _patterns(work), np.inf, 0
    for _ in range(rounds):
        filled, extra = _expect(work, mean, cov, patterns)
        new_mean: Floats = filled.mean(axis=0)
        new_cov: Floats = (filled - new_mean).T @ (filled - new_mean) / n + extra / n
        change = max(float(np.abs(new_mean - mean).max()), float(np.abs(new_cov - cov).max()))
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


def _patterns(values: Floats) -> list[Pattern]:
    """Rows by which indicators they have."""
    found, where = np.unique(np.isfinite(values), axis=0, return_inverse=True)
    patterns: list[NDArray[np.bool_]] = list(found)
    return [(pattern, np.flatnonzero(where.ravel() == i)) for i, pattern in enumerate(patterns)]


def _expect(values: Floats, mean: Floats, cov: Floats, patterns: Sequence[Pattern]) -> tuple[Floats, Floats]:
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
    seen = np.asarray(np.isfinite(values).any(axis=0))
    if not seen.all():
        result = values.copy()
        if seen.any():
            result[:, seen] = chained(values[:, seen], rounds=rounds, rng=rng)
        return result
    most = (20 if rng is not None else 1000) if rounds is None else rounds
    gaps = np.isnan(values)
    filled = fill_by_centre(values, np.mean)
    spread: Floats = filled.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    work = filled / scale
    for _ in range(most):
        before = work[gaps]
        for column in columns_with(gaps):
            work[gaps[:, column], column] = _regressed(work, ~gaps[:, column], column, rng)
        if rng is None and np.abs(work[gaps] - before).max(initial=0) < 1e-14:
            break
    return np.where(gaps, work * scale, values)


def _regressed(work: Floats, known: NDArray[np.bool_], column: int, rng: np.random.Generator | None) -> Floats:
    """Values of one indicator where it is not known, fitted to all others or, with `rng`, drawn around the fit."""
    others: Floats = np.delete(work, column, axis=1)
    taken = np.flatnonzero(known)
    if rng is not None:
        taken = rng.choice(taken, taken.size)
    centre: Floats = others[taken].mean(axis=0)
    x, y = others[taken] - centre, np.asarray(work[taken, column], dtype=float)
    off = y - float(y.mean())
    slope = _slopes(x, off)
    guess: Floats = float(y.mean()) + (others[~known] - centre) @ slope
    if rng is None:
        return guess
    around = float((off**2).sum()) / max(y.size - 1, 1)
    beside = float(((off - x @ slope) ** 2).sum()) / max(y.size - work.shape[1], 1)
    return guess + rng.normal(0, np.sqrt(min(around, beside)), guess.shape)


def _slopes(x: Floats, y: Floats) -> Floats:
    """Least squares of y on x, both centred; with a ridge where there are few rows for so many columns."""
    n, m = x.shape
    if n >= AMPLE * (m + 1):
        return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0])
    ridge = max(1e-6, m / max(n, 1) * 1e-2) * n
    within: Floats = x.T @ x + ridge * np.eye(m)
    return np.asarray(np.linalg.solve(within, x.T @ y))


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
    for column in columns_with(gaps):
        known = ~gaps[:, column]
        if known.sum() < 3:
            continue
        others: Floats = np.delete(filled, column, axis=1)
        others = others[:, np.isfinite(others).all(axis=0)]
        centre: Floats = others[known].mean(axis=0)
        scale: Floats = others[known].std(axis=0)
        x: Floats = ((others - centre) / np.where(scale > 0, scale, 1.0))[:, scale > 0]
        mean[~known, column], spread[~known, column] = _predicted(x[known], values[known, column], x[~known])
    return mean, spread


def _predicted(x: Floats, y: Floats, new: Floats) -> tuple[Floats, float]:
    """Ridge predictions at `new`, shape (new,), and their standard deviation; x centred over its rows."""
    n, mean = len(y), float(y.mean())
    off = y - mean
    turned, singular, others = np.linalg.svd(x, full_matrices=False)
    large = singular > 1e-12 * singular.max(initial=0)
    u, s, v = turned[:, large], singular[large], others.T[:, large]
    along: Floats = u.T @ off
    ridges = [*(n * 10.0 ** np.arange(-3, 4)), np.inf]
    kept: Floats = np.array([s**2 / (s**2 + ridge) for ridge in ridges])
    left: Floats = (off[:, None] - u @ (kept * along).T) / np.maximum(1 - 1 / n - u**2 @ kept.T, 1e-9)
    squares = left**2
    whole: Floats = squares.sum(axis=0)
    without: Rows = (whole - squares).argmin(axis=1)  # the ridge that the other places would have chosen
    off_by = float(squares[np.arange(n), without].mean())
    guess: Floats = mean + new @ v / s @ (kept[int(whole.argmin())] * along)
    return guess, float(np.sqrt(off_by * (n - 1) / max(n - 3, 0.5)))
