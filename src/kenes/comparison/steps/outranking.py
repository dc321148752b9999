"""Orders from pairwise comparison: no compensation between indicators.

Sources: Munda and Nardo (2009), Applied Economics 41(12), 1513-1523; Copeland (1951); Kemeny (1959), Daedalus
88(4), 577-591, as a linear ordering problem with triangle constraints.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
MOST_PLACES = 60


def outranking_matrix(values: Floats, weights: Floats) -> Floats:
    """Share of weight on which the row's place is above the column's, ties half to each.

    Args:
        values: shape (child, place).
        weights: shape (child,).

    Returns:
        Shape (place, place); pairs share only the children that both have; 0.5 on the diagonal and where they
        share none.
    """
    above, shared = np.zeros((values.shape[1],) * 2), np.zeros((values.shape[1],) * 2)
    lines: list[Floats] = list(values)
    for line, weight in zip(lines, weights.tolist(), strict=True):
        gap = line[:, None] - line[None]
        present = np.isfinite(gap)
        above += weight * np.where(present, (gap > 0) + 0.5 * (gap == 0), 0)
        shared += weight * present
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(shared > 0, above / shared, 0.5)
        return found


def copeland(matrix: Floats) -> Floats:
    """Places beaten minus places lost to, by a majority of weight (more than half)."""
    tie = np.isclose(matrix, 0.5, rtol=0, atol=1e-12)
    beaten: Floats = np.where(tie, 0.0, np.where(matrix > 0.5, 1.0, -1.0)).sum(axis=1)
    return beaten


def kemeny(matrix: Floats) -> Floats:
    """The order with the greatest support over all pairs; scores are the number of places behind.

    An integer programme with triangle constraints added as they are broken. Where several orders have the
    same support, one of them is found.

    Raises:
        BadInput: more than 60 places.
    """
    n = len(matrix)
    if n > MOST_PLACES:
        raise BadInput("kemeny", expected=f"at most {MOST_PLACES} places", found=str(n), mend="Choose copeland.")
    if n < 2:
        return np.zeros(n)
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - the solver is loaded when wanted
    from scipy.sparse import csr_array  # noqa: PLC0415

    upper = np.triu_indices(n, 1)
    number = {pair: k for k, pair in enumerate(itertools.combinations(range(n), 2))}
    gain = (matrix - matrix.T)[upper]
    triangles: list[tuple[int, int, int]] = []
    while True:
        constraints = []
        if triangles:
            rows, signs = np.repeat(np.arange(len(triangles)), 3), np.tile([1.0, 1.0, -1.0], len(triangles))
            columns = [number[pair] for i, j, k in triangles for pair in ((i, j), (j, k), (i, k))]
            table = csr_array((signs, (rows, np.array(columns))), shape=(len(triangles), len(gain)))
            constraints.append(LinearConstraint(table, 0, 1))
        whole = np.ones(len(gain), dtype=np.int64)
        found = milp(-gain, integrality=whole, bounds=Bounds(0, 1), constraints=constraints)
        ahead = np.zeros((n, n))
        ahead[upper] = np.round(np.asarray(found.x))
        ahead += np.tril(1 - ahead.T, -1)
        broken = _broken(ahead)
        if not broken:
            behind: Floats = ahead.sum(axis=1)
            return behind
        triangles += broken


def _broken(ahead: Floats) -> list[tuple[int, int, int]]:
    """Three places of which the first is ahead of the second, the second of the third and the third of the first."""
    rings: Floats = ahead[:, :, None] + ahead[None] - ahead[:, None]
    return [(i, j, k) for i, j, k in np.argwhere((rings != 0.0) & (rings != 1.0)).tolist() if i < j < k]


def score(values: Floats, weights: Floats, method: str) -> Floats:
    """Scores of one node; places without any child stay missing."""
    present = np.isfinite(values).any(axis=0)
    found = np.full(values.shape[1], np.nan)
    if present.any():
        matrix = outranking_matrix(values[:, present], weights)
        found[present] = copeland(matrix) if method == "copeland" else _shared(kemeny(matrix), values[:, present])
    return found


def _shared(scores: Floats, values: Floats) -> Floats:
    """Places with the same values share the mean of their scores: which of them stands first is an accident."""
    _, same = np.unique(np.nan_to_num(values, nan=np.inf), axis=1, return_inverse=True)
    same = same.ravel()
    return np.asarray(np.bincount(same, scores) / np.bincount(same))[same]
