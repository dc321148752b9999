"""The revised simplex behind benefit of the doubt, compiled; see `frontier` for the programme."""

# ruff: noqa: PLR0912, PLR0915
from __future__ import annotations

import numpy as np
from numba import njit

TOLERANCE = 1e-11


@njit(cache=True, nogil=True)
def _column(kind, own, units, low, high, out):  # type: ignore[no-untyped-def]
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


@njit(cache=True, nogil=True)
def _entering(w, own, units, low, high, bland):  # type: ignore[no-untyped-def]
    """The column with the most negative reduced cost, or the first of them; -1 at the optimum."""
    n, m = units.shape
    best, chosen = -1e-11, -1
    gains = units @ w
    for j in range(n):
        if 1.0 - gains[j] < best:
            best, chosen = 1.0 - gains[j], j
            if bland:
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
        if bland and chosen >= 0:
            return chosen
    return chosen


@njit(cache=True, nogil=True)
def best_weights(values, units, low, high):  # type: ignore[no-untyped-def]
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
    n = units.shape[0]
    scores, weights = np.empty(count), np.empty((count, m))
    peers, failed = np.zeros((count, n)), np.zeros(count, dtype=np.bool_)
    column, basis, costs = np.empty(m), np.empty(m, dtype=np.int64), np.empty(m)
    matrix, top = np.empty((m, m)), np.empty(m, dtype=np.int64)
    for r in range(m):
        top[r] = np.argmax(units[:, r])
    for place in range(count):
        own = values[place]
        inverse = np.eye(m)
        amount = own.copy()
        for r in range(m):
            basis[r], costs[r] = n + r, 1.0
        done, rounds, still = False, 0, 0
        while rounds < 60 * m + 500:
            rounds += 1
            if rounds % 40 == 0:
                for r in range(m):
                    costs[r] = _column(basis[r], own, units, low, high, column)
                    matrix[:, r] = column
                inverse[:, :] = np.linalg.inv(matrix)
                amount = inverse @ own
            w = costs @ inverse
            entering = _entering(w, own, units, low, high, still > 2 * m)
            if entering < 0:
                done = True
                break
            cost = _column(entering, own, units, low, high, column)
            way = inverse @ column
            leaving, reach = -1, np.inf
            for r in range(m):
                if way[r] > 1e-12:
                    ratio = max(amount[r], 0.0) / way[r]
                    if ratio < reach - 1e-15 or (ratio <= reach and leaving >= 0 and basis[r] < basis[leaving]):
                        leaving, reach = r, ratio
            if leaving < 0:
                break
            still = still + 1 if reach < 1e-13 else 0
            for r in range(m):
                amount[r] -= reach * way[r]
            amount[leaving] = reach
            pivot = inverse[leaving] / way[leaving]
            for r in range(m):
                if r != leaving:
                    for c in range(m):
                        inverse[r, c] -= way[r] * pivot[c]
            inverse[leaving] = pivot
            basis[leaving], costs[leaving] = entering, cost
        if not done:
            failed[place] = True
            continue
        for r in range(m):
            costs[r] = _column(basis[r], own, units, low, high, column)
            matrix[:, r] = column
        exact = np.linalg.solve(matrix.T, costs)
        amounts = np.linalg.solve(matrix, own)
        total = 0.0
        for r in range(m):
            weights[place, r] = max(exact[r], 0.0)
            total += exact[r] * own[r]
            if basis[r] < n:
                peers[place, basis[r]] += max(amounts[r], 0.0)
            elif basis[r] < n + m:
                # the place with the best value of that indicator does at least as much
                peers[place, top[basis[r] - n]] += max(amounts[r], 0.0)
        scores[place] = total
    return scores, weights, peers, failed
