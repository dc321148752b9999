"""Outliers: stepwise winsorisation, fences and transformations, each change on record.

Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 3 and 5; the order "winsorise
until skewness or kurtosis passes, else transform the original" is that of the COIN tool of the JRC and of
COINr's `Treat` (Becker et al. 2022, JOSS 7(78), 4567).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.settings import TreatSettings
from kenes.vocabulary.errors import DefinitionError

Floats = NDArray[np.float64]
Transform = Callable[[Floats], Floats]
Treated = tuple[str, Floats]
"""A step, and the values after it."""


@dataclass(frozen=True, slots=True)
class TreatedValue:
    """One value that treatment changed: row and column, before, after, and the step that did it."""

    row: int
    column: int
    before: float
    after: float
    step: str


def skewness(values: Floats) -> Floats:
    """Sample skewness G1 of each column, NaN ignored.

    Args:
        values: shape (place,) or (place, indicator).

    Returns:
        Shape () or (indicator,); NaN with fewer than 3 values or no spread.

    Source:
        Joanes and Gill (1998), The Statistician 47(1), 183-189, G1.
    """
    return _shape(values)[0]


def kurtosis(values: Floats) -> Floats:
    """Sample excess kurtosis G2 of each column, NaN ignored.

    Args:
        values: shape (place,) or (place, indicator).

    Returns:
        Shape () or (indicator,); NaN with fewer than 4 values or no spread.

    Source:
        Joanes and Gill (1998), The Statistician 47(1), 183-189, G2.
    """
    return _shape(values)[1]


def _shape(values: Floats) -> tuple[Floats, Floats]:
    """G1 and G2 of each column from one pass over the moments."""
    n, second, third, fourth = _moments(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        g1 = np.sqrt(n) * third / second**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
        g2 = ((n + 1) * (n * fourth / second**2 - 3) + 6) * (n - 1) / ((n - 2) * (n - 3))
    return np.where(n >= 3, g1, np.nan), np.where(n >= 4, g2, np.nan)


def _moments(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Count and sums of second, third and fourth powers about the mean; no spread gives NaN."""
    present = np.isfinite(values)
    n: Floats = present.sum(axis=0).astype(float)
    filled = np.where(present, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        total: Floats = filled.sum(axis=0)
        centred = np.where(present, values - total / n, 0.0)
        square = centred * centred
        second: Floats = square.sum(axis=0)
        # a column of equal values leaves only rounding, which has no shape
        level: Floats = np.abs(filled).max(axis=0, initial=0.0)
        second = np.where(second <= n * (level * 1e-14) ** 2, np.nan, second)
        return n, second, (square * centred).sum(axis=0), (square * square).sum(axis=0)


def passes(values: Floats, *, skew: float = 2.0, kurt: float = 3.5) -> NDArray[np.bool_]:
    """Whether |skewness| or kurtosis is below its threshold, per column; a column without shape passes."""
    g1, g2 = _shape(values)
    return (np.abs(g1) < skew) | (g2 < kurt) | ~np.isfinite(g1) | ~np.isfinite(g2)


def winsorise(values: Floats, *, max_points: int | None = 5, skew: float = 2.0, kurt: float = 3.5) -> Floats:
    """Set the outermost values to the next ones until the shape passes or enough points are changed.

    Args:
        values: shape (place,); NaN ignored.
        max_points: most points to change, ties counted together; None for no limit.
        skew: threshold of absolute skewness.
        kurt: threshold of excess kurtosis.

    Returns:
        A changed copy, shape (place,).

    >>> winsorise(np.array([*range(1, 11), 30.0, 100.0]))[-2:].tolist()
    [30.0, 30.0]
    """
    changed, points = values.copy(), 0
    high = low = 0
    while not passes(changed, skew=skew, kurt=kurt) and (max_points is None or points < max_points):
        upper = bool(skewness(changed) >= 0)
        edge = float(np.nanmax(changed) if upper else np.nanmin(changed))
        at_edge = np.equal(changed, edge)
        others = changed[~at_edge & np.isfinite(changed)]
        changed[at_edge] = others.max() if upper else others.min()
        moved = int(np.count_nonzero(at_edge))
        high, low = (moved, low) if upper else (high, moved)
        points = high + low
    return changed


def log_shift(values: Floats) -> Floats:
    """ln(x - min + 1), the log of the COIN tool as first published."""
    return np.log(values - float(np.nanmin(values)) + 1)


def log_coin(values: Floats) -> Floats:
    """ln(x - min + range / 100): the modified log of the COIN tool."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    with np.errstate(divide="ignore"):
        return np.log(values - low + 0.01 * (high - low))


def boxcox(values: Floats, *, power: float | None = None) -> Floats:
    """Box-Cox of x - min + 1 with a given power, or the one of greatest likelihood.

    Source:
        Box and Cox (1964), J. R. Stat. Soc. B 26(2), 211-252.
    """
    shifted = values - float(np.nanmin(values)) + 1
    if power is None:
        from scipy import stats  # noqa: PLC0415 - the optimiser is rarely wanted

        power = float(stats.boxcox_normmax(shifted[np.isfinite(shifted)], method="mle"))
    return np.asarray(np.log(shifted) if power == 0 else (shifted**power - 1) / power)


def fences(values: Floats, method: str, settings: TreatSettings) -> tuple[float, float]:
    """Lower and upper fence of one column.

    `iqr`: quartiles (type 7) plus `factor` (1.5) ranges; `percentile`: `lower` and `upper` shares (0.05,
    0.95); `mad`: median plus `factor` (3.5) times the median absolute deviation over 0.6745.
    """
    present = values[np.isfinite(values)]
    if method == "percentile":
        shares = [float(settings.get("lower", 0.05)), float(settings.get("upper", 0.95))]
        low, high = np.quantile(present, shares).tolist()
    elif method == "iqr":
        q1, q3 = np.quantile(present, [0.25, 0.75]).tolist()
        reach = float(settings.get("factor", 1.5)) * (q3 - q1)
        low, high = q1 - reach, q3 + reach
    else:
        middle = float(np.median(present))
        spread = float(np.median(np.abs(present - middle))) / 0.6744897501960817
        reach = float(settings.get("factor", 3.5)) * spread
        low, high = middle - reach, middle + reach
    return float(low), float(high)


TRANSFORMS: Mapping[str, Transform] = {"log": log_shift, "log_coin": log_coin, "boxcox": boxcox}


def treat_column(  # noqa: PLR0911 - one return a way of treating reads best
    values: Floats, settings: TreatSettings
) -> list[Treated]:
    """Treat one indicator.

    Args:
        values: shape (place,); NaN stays.
        settings: `method`, `max_points`, `skew`, `kurtosis`, `then`, `combine` and those of `fences`. `then` follows
            where the method alone does not bring the shape within its limits.

    Returns:
        The stages that changed something, as (step, values after it); empty where nothing was needed.

    Raises:
        DefinitionError: the method is not known.
    """
    method, then = settings.get("method", "winsorise"), settings.get("then", "none") or "none"
    shape = {"skew": float(settings.get("skew", 2.0)), "kurt": float(settings.get("kurtosis", 3.5))}
    if np.isfinite(values).sum() < 4:
        return []
    if method in ("iqr", "percentile", "mad"):
        clipped = np.clip(values, *fences(values, method, settings))
        if then == "none" or passes(clipped, **shape):
            return [(method, clipped)] if _differs(clipped, values) else []
        return _transformed(values, clipped, method, settings)
    if method not in ("winsorise", "none"):
        raise DefinitionError("treat method", expected="winsorise, iqr, percentile, mad or none", found=method)
    if passes(values, **shape) or (method == "none" and then == "none"):
        return []
    if method == "none":
        return _transformed(values, values, method, settings)
    treated = winsorise(values, max_points=settings.get("max_points", 5), **shape)
    if passes(treated, **shape) or then == "none":
        return [("winsorise", treated)]
    return _transformed(values, treated, method, settings)


def _transformed(values: Floats, treated: Floats, method: str, settings: TreatSettings) -> list[Treated]:
    """The transformation of `then`: of the values as they were, or (`combine`) of the treated ones."""
    then, combine = settings["then"], bool(settings.get("combine")) and method != "none"
    base = treated if combine else values
    after = boxcox(base, power=settings.get("power")) if then == "boxcox" else TRANSFORMS[then](base)
    return [*([(method, treated)] if combine else []), (then, after)]


def treat(values: Floats, settings: Sequence[TreatSettings]) -> tuple[Floats, list[TreatedValue]]:
    """Treat every indicator by its settings and record each changed value.

    Args:
        values: shape (place, indicator).
        settings: one for each indicator.

    Returns:
        Treated values of the same shape, and the changes by column and row.
    """
    treated, changes = values.copy(), list[TreatedValue]()
    fine: dict[tuple[float, float], NDArray[np.bool_]] = {}
    for column, setting in enumerate(settings):
        if setting.get("method", "winsorise") in ("winsorise", "none"):
            limits = float(setting.get("skew", 2.0)), float(setting.get("kurtosis", 3.5))
            if limits not in fine:
                fine[limits] = passes(values, skew=limits[0], kurt=limits[1])
            if fine[limits][column]:
                continue
        before = values[:, column]
        for step, after in treat_column(before, setting):
            rows = np.flatnonzero(np.isfinite(before) & (after != before)).tolist()
            changes += [TreatedValue(r, column, float(before[r]), float(after[r]), step) for r in rows]
            before = after
        treated[:, column] = before
    return treated, changes


def _differs(a: Floats, b: Floats) -> bool:
    return not np.array_equal(a, b, equal_nan=True)
