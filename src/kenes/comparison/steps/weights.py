"""Weights from data, from judgement, or towards a wanted importance. All sum to one and none is negative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.steps.correlating import components, constant
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
    varies = ~constant(table)
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
        whole: Floats = part.sum(axis=0)
        share = part / whole
        evenness: Floats = (share * np.log(np.where(share > 0, share, 1.0))).sum(axis=0) / np.log(len(part))
        return np.maximum(1 + evenness, 0)

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
        spread: Floats = part.std(axis=0, ddof=1)
        own: Floats = (1 - np.corrcoef(part.T)).sum(axis=0)
        return spread * own

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
    least: Floats = table.min(axis=0)
    logs = np.abs(np.log(least / table))
    mean: Floats = logs.mean(axis=1)
    total: Floats = logs.sum(axis=1, keepdims=True)
    without = np.log(1 + (total - logs) / table.shape[1])
    changes: Floats = np.abs(without - np.log(1 + mean)[:, None]).sum(axis=0)
    return _to_one(changes)


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
    kept = max(1, np.count_nonzero(found.eigenvalues > 1))
    squared = varimax(found.loadings[:, :kept]) ** 2
    explained: Floats = squared.sum(axis=0)
    best: Floats = squared.max(axis=1)
    return best / float(explained.sum())


def varimax(loadings: Floats, *, rounds: int = 20_000, tolerance: float = 1e-13) -> Floats:
    """Orthogonal rotation towards simple structure (Kaiser 1958, Psychometrika 23, 187-200)."""
    m, k = loadings.shape
    turn = np.eye(k)
    for _ in range(rounds):
        moved, before = loadings @ turn, turn
        squares: Floats = (moved**2).sum(axis=0)
        u, _s, v = np.linalg.svd(loadings.T @ (moved**3 - moved * squares / m))
        turn = u @ v
        if np.abs(turn - before).max() < tolerance:
            break
    return np.asarray(loadings @ turn)


@dataclass(frozen=True)
class JudgedWeights:
    """Weights from pairwise judgements, and how consistent these are (a ratio below 0.1 is usual)."""

    weights: Floats
    ratio: float


def pairwise(matrix: Floats) -> JudgedWeights:
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
    real: Floats = values.real
    weights = _to_one(np.abs(vectors[:, int(real.argmax())].real))
    spread = (float(real.max()) - n) / (n - 1) if n > 1 else 0.0
    return JudgedWeights(weights, float(spread / RANDOM_INDEX[n - 1]) if n > 2 else 0.0)


def best_worst(best: Sequence[float], worst: Sequence[float]) -> JudgedWeights:
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

    n = len(best)
    if n != len(worst) or min(best) != 1 or min(worst) != 1:
        raise DefinitionError("judgements", expected="two rows of numbers from 1, each with a 1", found="others")
    top, low = best.index(1), worst.index(1)
    items, rows = np.eye(n + 1), list[Floats]()
    for j in range(n):
        from_best, to_worst = items[[top]] - best[j] * items[[j]], items[[j]] - worst[j] * items[[low]]
        rows += [sign * deviation - items[[n]] for sign in (1, -1) for deviation in (from_best, to_worst)]
    found = linprog(
        [*np.zeros(n), 1.0],
        A_ub=np.concatenate(rows),
        b_ub=np.zeros(len(rows)),
        A_eq=[[*np.ones(n), 0.0]],
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    return JudgedWeights(_to_one(np.asarray(found.x)[:n]), float(np.asarray(found.fun)))


def budget(points: Floats) -> Floats:
    """Mean of experts' shares, each expert's points divided by their sum. Shape (expert, indicator)."""
    table = np.asarray(points, dtype=float)
    given: Floats = table.sum(axis=1, keepdims=True)
    if (table < 0).any() or (given <= 0).any():
        raise DefinitionError("budget", expected="points of zero or more, some above, from each expert", found="others")
    mean: Floats = (table / given).mean(axis=0)
    return _to_one(mean)


def importance_of(values: Floats, weights: Floats) -> Floats:
    """Squared correlation of each indicator with the weighted sum, divided by their sum; zeros where it is constant."""
    mean: Floats = values.mean(axis=0)
    centred = values - mean
    index: Floats = centred @ weights
    squares: Floats = (centred**2).sum(axis=0)
    length = np.sqrt(squares * float((index**2).sum()))
    squared = np.divide(centred.T @ index, length, out=np.zeros(len(length)), where=length > 0) ** 2
    total = float(squared.sum())
    return squared / total if total > 0 else squared


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
    varies = ~constant(table)
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
        raised = np.exp(logs - float(logs.max()))
        return raised / float(raised.sum())

    def gap(logs: Floats) -> Floats:
        return importance_of(table, simplex(logs)) - aim

    within: Floats = np.cov(table.T)
    own = np.diag(within)

    def slopes(logs: Floats) -> Floats:
        share = simplex(logs)
        along: Floats = within @ share
        raised = along**2 / own
        total = float(raised.sum())
        turned = 2 * along[:, None] * within / own[:, None]
        columns: Floats = turned.sum(axis=0)
        moved = (turned - (raised / total)[:, None] * columns) / total
        found: Floats = moved @ (np.diag(share) - np.outer(share, share))
        return found

    def squares(logs: Floats) -> float:
        return float((gap(logs) ** 2).sum())

    rng = np.random.default_rng(0)
    drawn: list[Floats] = list(rng.dirichlet(np.ones(count), max(starts - 2, 0)))
    begin = [np.log(np.maximum(s, 1e-6)) for s in (equal(count), aim, *drawn)]
    ends = [least_squares(gap, b, jac=slopes, xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=200).x for b in begin]
    ends = sorted(ends, key=squares)[:4]
    if squares(ends[0]) > 1e-20 and count <= POLISHED:
        ends += [minimize(squares, e, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-16}).x for e in ends]
    best = min(ends, key=squares)
    return simplex(best), float(np.sqrt(squares(best) / count))


def _to_one(weights: Floats) -> Floats:
    total = float(weights.sum())
    if not total > 0:
        raise BadInput("weights", expected="at least one above zero", found="only zeros")
    return weights / total
