"""The revised simplex behind benefit of the doubt, compiled; see `frontier` for the programme."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.steps.axes import Axis
from kenes.comparison.steps.compiling import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Numbers = Axis[float]
REFRESHED = 40
"""After so many rounds the inverse is computed anew, so that rounding does not add up."""


class Basis(NamedTuple):
    """Where the simplex stands, written in place.

    Columns in the basis and their costs, shape (indicator,); the inverse of their matrix; how much of each column makes
    the place; and room for a matrix and a column.
    """

    chosen: Axis[int]
    costs: Floats
    inverse: Floats
    amount: Floats
    matrix: Floats
    column: Floats


@compiled
def _column(kind: int, own: Floats, units: Floats, low: float, high: float, out: Floats) -> float:
    """Write one column of the dual and return its cost.

    Numbers: places, then unit columns, slacks, lower and upper share bounds.
    """
    n, m = units.shape
    if kind < n:
        out[:] = units[kind]
        return 1.0
    r = (kind - n) % m
    group = (kind - n) // m
    out[:] = 0.0
    if group == 0:
        out[r] = 1.0
        return 1.0
    if group == 1:
        out[r] = -1.0
        return 0.0
    if group == 2:
        out[:] = low * own
        out[r] -= own[r]
        return 0.0
    out[:] = -high * own
    out[r] += own[r]
    return 0.0


@compiled
def _entering(prices: Floats, own: Numbers, units: Floats, low: float, high: float, first: bool) -> int:
    """The column with the most negative reduced cost, or the first of them; -1 at the optimum."""
    n, m = units.shape
    best, chosen = -1e-11, -1
    gains: Numbers = units @ prices
    w: Numbers = prices
    for j in range(n):
        if 1.0 - gains[j] < best:
            best, chosen = 1.0 - gains[j], j
            if first:
                return chosen
    total = 0.0
    for r in range(m):
        total += w[r] * own[r]
    for r in range(m):
        if w[r] < best:
            best, chosen = w[r], n + m + r
        if low >= 0 and w[r] * own[r] - low * total < best:
            best, chosen = w[r] * own[r] - low * total, n + 2 * m + r
        if high >= 0 and high * total - w[r] * own[r] < best:
            best, chosen = high * total - w[r] * own[r], n + 3 * m + r
        if first and chosen >= 0:
            return chosen
    return chosen


@compiled
def _leaving(way: Numbers, amount: Numbers, chosen: Axis[int]) -> tuple[int, float]:
    """The row that reaches zero first, and how far the entering column may go; -1 where nothing stops it."""
    leaving, reach = -1, np.inf
    for r in range(len(way)):
        if way[r] > 1e-12:
            ratio = max(amount[r], 0.0) / way[r]
            if ratio < reach - 1e-15 or (ratio <= reach and leaving >= 0 and chosen[r] < chosen[leaving]):
                leaving, reach = r, ratio
    return leaving, reach


@compiled
def _turn(inverse: Floats, way: Floats, leaving: int) -> None:
    """The inverse after a column has come in for the leaving one, in place."""
    m = len(way)
    pivot: Floats = inverse[leaving] / way[leaving]
    for r in range(m):
        if r != leaving:
            for c in range(m):
                inverse[r, c] -= way[r] * pivot[c]
    inverse[leaving] = pivot


@compiled
def _write_matrix(own: Floats, units: Floats, low: float, high: float, basis: Basis) -> None:
    """The columns of the basis and their costs, as declared."""
    for r in range(own.size):
        basis.costs[r] = _column(basis.chosen[r], own, units, low, high, basis.column)
        basis.matrix[:, r] = basis.column


@compiled
def _solve(own: Floats, units: Floats, low: float, high: float, basis: Basis) -> bool:
    """Go from the unit columns to the optimum of one place; false where that does not settle."""
    n, m = units.shape
    chosen, costs, inverse, amount, column = basis.chosen, basis.costs, basis.inverse, basis.amount, basis.column
    inverse[:, :] = np.eye(m)
    amount[:] = own
    for r in range(m):
        chosen[r], costs[r] = n + r, 1.0
    still = 0
    for number in range(1, 60 * m + 501):
        if number % REFRESHED == 0:
            _write_matrix(own, units, low, high, basis)
            inverse[:, :] = np.linalg.inv(basis.matrix)
            amount[:] = inverse @ own
        entering = _entering(costs @ inverse, own, units, low, high, still > 2 * m)
        if entering < 0:
            return True
        cost = _column(entering, own, units, low, high, column)
        way: Floats = inverse @ column
        leaving, reach = _leaving(way, amount, chosen)
        if leaving < 0:
            return False
        still = still + 1 if reach < 1e-13 else 0
        for r in range(m):
            amount[r] -= reach * way[r]
        amount[leaving] = reach
        _turn(inverse, way, leaving)
        chosen[leaving], costs[leaving] = entering, cost
    return False


@compiled
def _read(
    own: Floats, units: Floats, low: float, high: float, basis: Basis, top: Axis[int], weights: Numbers, peers: Numbers
) -> float:
    """Write weights and peers of one place from its optimal basis, and return its score."""
    n, m = units.shape
    _write_matrix(own, units, low, high, basis)
    exact: Numbers = np.linalg.solve(basis.matrix.T, basis.costs)
    amounts: Numbers = np.linalg.solve(basis.matrix, own)
    mine: Numbers = own
    total = 0.0
    for r in range(m):
        weights[r] = max(exact[r], 0.0)
        total += exact[r] * mine[r]
        chosen = basis.chosen[r]
        if chosen < n:
            peers[chosen] += max(amounts[r], 0.0)
        elif chosen < n + m:
            # the place with the best value of that indicator does at least as much
            peers[top[chosen - n]] += max(amounts[r], 0.0)
    return total


@compiled
def best_weights(values: Floats, units: Floats, low: float, high: float) -> tuple[Floats, Floats, Floats, Bools]:
    """Solve every place.

    Args:
        values: places to score, shape (place, indicator), divided by the best of each indicator.
        units: places that span the frontier, divided likewise.
        low: least share, below 0 for none.
        high: greatest share, below 0 for none.

    Returns:
        Scores, weights, peers (place, unit) and whether a place did not settle.
    """
    count, m = values.shape
    scores, weights = np.empty(count), np.empty((count, m))
    peers, failed = np.zeros((count, units.shape[0])), np.zeros(count, dtype=np.bool_)
    top = np.empty(m, dtype=np.int64)
    for r in range(m):
        top[r] = np.argmax(units[:, r])
    basis = Basis(
        np.empty(m, dtype=np.int64), np.empty(m), np.empty((m, m)), np.empty(m), np.empty((m, m)), np.empty(m)
    )
    for place in range(count):
        if _solve(values[place], units, low, high, basis):
            scores[place] = _read(values[place], units, low, high, basis, top, weights[place], peers[place])
        else:
            failed[place] = True
    return scores, weights, peers, failed
