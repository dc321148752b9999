"""Weights from data, from judgement, or towards a wanted importance. All sum to one and none is negative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.steps.correlating import components
from kenes.vocabulary.errors import BadInput, DefinitionError

Floats = NDArray[np.float64]
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
"""Mean consistency index of random judgement matrices of 1 to 15 items (Saaty 1980)."""


def equal(count: int) -> Floats:
    """The same weight for each, shape (count,)."""
    return np.full(count, 1 / count)


def _complete(values: Floats) -> Floats:
    table = values[np.isfinite(values).all(axis=1)]
    if len(table) < 3:
        raise BadInput("weights", expected="at least 3 complete places", found=str(len(table)), mend="Impute first.")
    return table


def _spread_over(table: Floats, weigh: Callable[[Floats], Floats]) -> Floats:
    """Weights of the indicators that differ between places; one that is the same everywhere gets 0."""
    varies = np.ptp(table, axis=0) > 0
    found = np.zeros(table.shape[1])
    if varies.any():
        found[varies] = weigh(table[:, varies])
    return _to_one(found)


def entropy(values: Floats) -> Floats:
    """Weight by how unevenly an indicator is spread over places.

    Args:
        values: shape (place, indicator), zero or more; complete rows are used.

    Source:
        Zeleny (1982), Multiple Criteria Decision Making, on Shannon's entropy with base n.
    """
    table = _complete(values)
    if (table < 0).any():
        raise BadInput("entropy weights", expected="values of zero or more", found="negative values")

    def unevenness(part: Floats) -> Floats:
        share = part / part.sum(axis=0)
        logs = np.log(np.where(share > 0, share, 1.0))
        return np.asarray(np.maximum(1 + (share * logs).sum(axis=0) / np.log(len(part)), 0))

    return _spread_over(table, unevenness)


def critic(values: Floats) -> Floats:
    """Weight by spread and by how little an indicator repeats the others.

    Args:
        values: normalised to a common scale, shape (place, indicator).

    Source:
        Diakoulaki, Mavrotas and Papayannakis (1995), Computers and Operations Research 22(7), 763-770.
    """

    def information(part: Floats) -> Floats:
        if part.shape[1] == 1:
            return np.ones(1)
        return np.asarray(part.std(axis=0, ddof=1) * (1 - np.corrcoef(part.T)).sum(axis=0))

    return _spread_over(_complete(values), information)


def merec(values: Floats) -> Floats:
    """Weight by how much the performance of places changes when an indicator is removed.

    Args:
        values: shape (place, indicator), above zero, more is better.

    Source:
        Keshavarz-Ghorabaee et al. (2021), Symmetry 13(4), 525, steps 2 to 6.
    """
    table = _complete(values)
    if (table <= 0).any():
        raise BadInput("MEREC weights", expected="values above zero", found="zero or less")
    logs = np.abs(np.log(table.min(axis=0) / table))
    m = table.shape[1]
    whole = np.log(1 + logs.mean(axis=1))
    without = np.log(1 + (logs.sum(axis=1, keepdims=True) - logs) / m)
    return _to_one(np.abs(without - whole[:, None]).sum(axis=0))


def principal(values: Floats) -> Floats:
    """Weights from squared loadings after a varimax rotation, so that none is negative.

    Factors with an eigenvalue above 1 are kept (at least one); each indicator belongs to the factor on which it
    loads most, and its squared loading counts with the share of variance of that factor.

    Source:
        Nicoletti, Scarpetta and Boylaud (2000), OECD Economics Department Working Paper 226; OECD/JRC (2008).
    """
    return _spread_over(_complete(values), _principal)


def _principal(table: Floats) -> Floats:
    if table.shape[1] == 1:
        return np.ones(1)
    found = components(table)
    kept = max(1, int((found.eigenvalues > 1).sum()))
    loadings = varimax(found.loadings[:, :kept])
    squared = loadings**2
    explained = squared.sum(axis=0)
    best = squared.argmax(axis=1)
    return np.asarray(squared[np.arange(len(best)), best] / explained.sum())


def varimax(loadings: Floats, *, rounds: int = 20_000, tolerance: float = 1e-13) -> Floats:
    """Orthogonal rotation towards simple structure (Kaiser 1958, Psychometrika 23, 187-200)."""
    m, k = loadings.shape
    turn = np.eye(k)
    for _ in range(rounds):
        moved, before = loadings @ turn, turn
        u, _s, v = np.linalg.svd(loadings.T @ (moved**3 - moved * (moved**2).sum(axis=0) / m))
        turn = u @ v
        if np.abs(turn - before).max() < tolerance:
            break
    return np.asarray(loadings @ turn)


@dataclass(frozen=True)
class Judgement:
    """Weights from pairwise judgements, and how consistent these are (a ratio below 0.1 is usual)."""

    weights: Floats
    ratio: float


def pairwise(matrix: Floats) -> Judgement:
    """Analytic hierarchy: the principal eigenvector of a reciprocal matrix and its consistency ratio.

    Raises:
        DefinitionError: the matrix is not square, positive and reciprocal, or has more than 15 rows.

    Source:
        Saaty (1980), The Analytic Hierarchy Process.
    """
    a = np.asarray(matrix, dtype=float)
    n = len(a)
    if a.shape != (n, n) or (a <= 0).any() or not np.allclose(a * a.T, 1, rtol=1e-6):
        raise DefinitionError(
            "judgements",
            expected="a positive square matrix with a[j][i] = 1 / a[i][j]",
            found=str(a.shape),
            mend="Correct the pair.",
        )
    if n > len(RANDOM_INDEX):
        raise DefinitionError("judgements", expected=f"at most {len(RANDOM_INDEX)} items", found=str(n))
    values, vectors = np.linalg.eig(a)
    first = int(np.argmax(values.real))
    weights = _to_one(np.abs(vectors[:, first].real))
    spread = (values[first].real - n) / (n - 1) if n > 1 else 0.0
    return Judgement(weights, float(spread / RANDOM_INDEX[n - 1]) if n > 2 else 0.0)


def best_worst(best: Sequence[float], worst: Sequence[float]) -> Judgement:
    """Best-worst method, linear: the smallest greatest deviation from the judgements.

    Args:
        best: how much better the best item is than each (1 for itself), 1 to 9.
        worst: how much better each is than the worst (1 for itself).

    Returns:
        Weights, and the deviation (0 for full consistency).

    Source:
        Rezaei (2016), Omega 64, 126-130.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - the solver is loaded when wanted

    b, w = np.asarray(best, dtype=float), np.asarray(worst, dtype=float)
    n = len(b)
    if n != len(w) or not (b == 1).any() or not (w == 1).any() or (b < 1).any() or (w < 1).any():
        raise DefinitionError("judgements", expected="two rows of numbers from 1, each with a 1", found="others")
    top, low = int(np.argmin(b)), int(np.argmin(w))
    rows = []
    for j in range(n):
        for sign in (1, -1):
            row = np.zeros(n + 1)
            row[top] += sign
            row[j] -= sign * b[j]
            row[-1] = -1
            rows.append(row)
            row = np.zeros(n + 1)
            row[j] += sign
            row[low] -= sign * w[j]
            row[-1] = -1
            rows.append(row)
    found = linprog(
        [*np.zeros(n), 1.0],
        A_ub=np.array(rows),
        b_ub=np.zeros(len(rows)),
        A_eq=[[*np.ones(n), 0.0]],
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    return Judgement(_to_one(found.x[:n]), float(found.fun))


def budget(points: Floats) -> Floats:
    """Mean of experts' shares, each expert's points divided by their sum. Shape (expert, indicator)."""
    table = np.asarray(points, dtype=float)
    if (table < 0).any() or (table.sum(axis=1) <= 0).any():
        raise DefinitionError("budget", expected="points of zero or more, some above, from each expert", found="others")
    return _to_one((table / table.sum(axis=1, keepdims=True)).mean(axis=0))


def importance_of(values: Floats, weights: Floats) -> Floats:
    """Squared correlation of each indicator with the weighted sum, divided by their sum; zeros where it is constant."""
    centred = values - values.mean(axis=0)
    index = centred @ weights
    length = np.sqrt((centred**2).sum(axis=0) * (index**2).sum())
    squared = np.divide(centred.T @ index, length, out=np.zeros(len(length)), where=length > 0) ** 2
    total = squared.sum()
    return np.asarray(squared / total if total > 0 else squared)


def towards_importance(values: Floats, wanted: Floats, *, starts: int = 24) -> tuple[Floats, float]:
    """Weights on the simplex whose linear importance is nearest to a wanted one.

    Args:
        values: normalised, shape (place, indicator); complete rows are used.
        wanted: wanted shares of importance, shape (indicator,).
        starts: least-squares descents, the first from equal weights; the best four are polished by a simplex search.

    Returns:
        Weights and the remaining root mean square difference of importance. An indicator that is the same
        everywhere gets no weight.

    Source:
        Paruolo, Saisana and Saltelli (2013); Becker, Saisana, Paruolo and Vandecasteele (2017), Ecological
        Indicators 80, 12-22.
    """
    table, aim = _complete(values), _to_one(np.asarray(wanted, dtype=float))
    varies = np.ptp(table, axis=0) > 0
    rests: list[float] = []

    def nearest(part: Floats) -> Floats:
        found, rest = _nearest(part, aim[varies], starts)
        rests.append(rest)
        return found

    return _spread_over(table, nearest), rests[0]


POLISHED = 10
"""So many indicators are polished by a simplex search, which is slow and blind among more."""


def _nearest(table: Floats, aim: Floats, starts: int) -> tuple[Floats, float]:
    from scipy.optimize import least_squares, minimize  # noqa: PLC0415 - the solver is loaded when wanted

    count = table.shape[1]
    if count == 1:
        return np.ones(1), float(abs(1 - aim[0]))

    def simplex(logs: Floats) -> Floats:
        raised = np.exp(logs - logs.max())
        return np.asarray(raised / raised.sum())

    def gap(logs: Floats) -> Floats:
        return importance_of(table, simplex(logs)) - aim

    within = np.cov(table.T)

    def slopes(logs: Floats) -> Floats:
        share = simplex(logs)
        along = within @ share
        raised = along**2 / np.diag(within)
        turned = 2 * along[:, None] * within / np.diag(within)[:, None]
        moved = (turned - (raised / raised.sum())[:, None] * turned.sum(axis=0)) / raised.sum()
        return np.asarray(moved @ (np.diag(share) - np.outer(share, share)))

    def squares(logs: Floats) -> float:
        return float((gap(logs) ** 2).sum())

    rng = np.random.default_rng(0)
    drawn = rng.dirichlet(np.ones(count), max(starts - 2, 0))
    begin = [np.log(np.maximum(s, 1e-6)) for s in (equal(count), aim, *drawn)]
    ends = [least_squares(gap, b, jac=slopes, xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=200).x for b in begin]
    ends = sorted(ends, key=squares)[:4]
    if squares(ends[0]) > 1e-20 and count <= POLISHED:
        ends += [minimize(squares, e, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-16}).x for e in ends]
    best = min(ends, key=squares)
    return simplex(best), float(np.sqrt(squares(best) / count))


def _to_one(weights: Floats) -> Floats:
    total = weights.sum()
    if not total > 0:
        raise BadInput("weights", expected="at least one above zero", found="only zeros")
    return np.asarray(weights / total)
