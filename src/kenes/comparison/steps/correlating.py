"""What columns have in common: correlations and principal components, over the places that have both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
METHODS = ("pearson", "spearman", "kendall")


def correlation(x: Floats, y: Floats, method: str = "pearson") -> tuple[float, float]:
    """Correlation and two-sided p-value over complete pairs; NaN with fewer than 3 or no spread.

    Args:
        x: shape (place,).
        y: shape (place,).
        method: pearson, spearman or kendall.
    """
    from scipy import stats  # noqa: PLC0415 - loaded when wanted

    ok = np.isfinite(x) & np.isfinite(y)
    a, b = x[ok], y[ok]
    if a.size < 3 or constant(a).any() or constant(b).any():
        return np.nan, np.nan
    if method == "pearson":
        linear = stats.pearsonr(a, b)
        return float(linear.statistic), float(linear.pvalue)
    if method not in METHODS:
        raise BadInput("correlation", expected=", ".join(METHODS), found=method)
    ranked = stats.spearmanr(a, b) if method == "spearman" else stats.kendalltau(a, b)
    return float(ranked.statistic), float(ranked.pvalue)


def constant(values: Floats) -> NDArray[np.bool_]:
    """Whether a column has the same value everywhere; shape () or (indicator,)."""
    spread: Floats = np.ptp(values, axis=0)
    return np.equal(spread, 0)


def correlated(values: Floats, pairs: list[tuple[int, int]], method: str) -> list[tuple[float, float]]:
    """Correlation and p-value of each pair of columns: by one product where nothing is missing, else pair by pair."""
    if method == "kendall" or method not in ("pearson", "spearman") or not np.isfinite(values).all():
        return [correlation(values[:, a], values[:, b], method) for a, b in pairs]
    n = len(values)
    if n < 3 or not pairs:
        return [(np.nan, np.nan)] * len(pairs)
    from scipy import stats  # noqa: PLC0415 - loaded when wanted

    table: Floats = stats.rankdata(values, axis=0) if method == "spearman" else values
    mean: Floats = table.mean(axis=0)
    centred = table - mean
    squares: Floats = (centred**2).sum(axis=0)
    unit = centred / np.where(constant(table), np.nan, np.sqrt(squares))
    products = unit[:, [a for a, _ in pairs]] * unit[:, [b for _, b in pairs]]
    sums: Floats = products.sum(axis=0)
    r = np.clip(sums, -1.0, 1.0)
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt((n - 2) / np.maximum(1 - r**2, 0.0))
    p: Floats = 2 * stats.t.sf(t, n - 2)
    return [(float(a), float(b)) for a, b in zip(r, np.where(np.isnan(r), np.nan, p), strict=True)]


@dataclass(frozen=True)
class Components:
    """Principal components of the correlation matrix."""

    eigenvalues: Floats
    explained: Floats
    loadings: Floats
    kmo: float
    bartlett_chi2: float
    bartlett_p: float
    places: int


def components(values: Floats) -> Components:
    """Principal components with measures of whether they make sense; these are NaN where indicators are dependent.

    Args:
        values: shape (place, indicator); complete rows are used.

    Raises:
        BadInput: fewer complete rows than indicators plus one, or an indicator without spread.

    Source:
        Kaiser (1974), Psychometrika 39, 31-36 (KMO); Bartlett (1951), Biometrika 38, 337-344.
    """
    from scipy import stats  # noqa: PLC0415 - loaded when wanted

    table = values[np.isfinite(values).all(axis=1)]
    n, m = table.shape
    if n <= m or m < 2:
        raise BadInput(
            "components", expected="more complete places than indicators", found=f"{n} places, {m} indicators"
        )
    if constant(table).any():
        raise BadInput("components", expected="indicators that differ between places", found="one that does not")
    r = np.corrcoef(table.T)
    eigenvalues, vectors = np.linalg.eigh(r)
    order = np.argsort(eigenvalues)[::-1]
    eigenvalues, vectors = eigenvalues[order], vectors[:, order]
    sums: Floats = vectors.sum(axis=0)
    vectors = vectors * np.where(sums < 0, -1, 1)
    loadings = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    if eigenvalues.min() < 1e-12:  # an indicator is a sum of others: partial correlations and likelihood have no value
        return Components(eigenvalues, eigenvalues / m, loadings, np.nan, np.nan, np.nan, n)
    inverse = np.linalg.inv(r)
    partial = -inverse / np.sqrt(np.outer(np.diag(inverse), np.diag(inverse)))
    off = ~np.eye(m, dtype=bool)
    r2, p2 = np.where(off, r**2, 0), np.where(off, partial**2, 0)
    chi2 = -(n - 1 - (2 * m + 5) / 6) * float(np.linalg.slogdet(r)[1])
    with np.errstate(invalid="ignore"):
        kmo = float(r2.sum() / (r2.sum() + p2.sum()))
    return Components(eigenvalues, eigenvalues / m, loadings, kmo, chi2, float(stats.chi2.sf(chi2, m * (m - 1) / 2)), n)
