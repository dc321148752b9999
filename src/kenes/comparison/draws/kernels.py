"""Compiled inner loops for draws with an error in every cell; loaded only when such draws are asked for.

One call takes one draw through imputation, treatment, normalisation and the tree. The array functions of
`imputation`, `treatment`, `normalisation` and `aggregation` say what each step means; a test holds the two
equal.
"""

# ruff: noqa: E501, PLR0124, PLR0912
from __future__ import annotations

import numpy as np
from numba import njit

NORMS = {
    "none": 0,
    "min_max": 1,
    "z_score": 2,
    "rank": 3,
    "percentile_rank": 4,
    "borda": 5,
    "goalposts": 6,
    "distance_to_max": 7,
}
THENS = {"none": 0, "log": 1, "log_coin": 2}
MEANS = {"arithmetic": 0, "geometric": 1, "harmonic": 2}


@njit(cache=True, nogil=True)
def _shape(x, skew, kurt):  # type: ignore[no-untyped-def]
    """Whether the column passes, and its skewness."""
    n, total, level = 0, 0.0, 0.0
    for v in x:
        if v == v:
            n += 1
            total += v
            level = max(level, abs(v))
    if n < 4:
        return True, 0.0
    mean, s2, s3, s4 = total / n, 0.0, 0.0, 0.0
    for v in x:
        if v == v:
            d = v - mean
            q = d * d
            s2 += q
            s3 += q * d
            s4 += q * q
    if s2 <= n * (level * 1e-14) ** 2:
        return True, 0.0
    g1 = np.sqrt(n) * s3 / s2**1.5 * np.sqrt(n * (n - 1.0)) / (n - 2.0)
    g2 = ((n + 1.0) * (n * s4 / (s2 * s2) - 3.0) + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))
    return (abs(g1) < skew or g2 < kurt), g1


@njit(cache=True, nogil=True)
def _edges(x):  # type: ignore[no-untyped-def]
    low, high = np.inf, -np.inf
    for v in x:
        low = min(low, v)
        high = max(high, v)
    return low, high


@njit(cache=True, nogil=True)
def _winsorise(x, skew, kurt, most):  # type: ignore[no-untyped-def]
    """In place; true when the shape passes afterwards."""
    ok, g1 = _shape(x, skew, kurt)
    high, low = 0, 0
    while not ok and (most < 0 or high + low < most):
        bottom, top = _edges(x)
        edge, following, count = (top, -np.inf, 0) if g1 >= 0 else (bottom, np.inf, 0)
        for v in x:
            if g1 >= 0:
                if v < edge and v > following:
                    following = v
            elif v > edge and v < following:
                following = v
        for i in range(x.size):
            if x[i] == edge:
                x[i] = following
                count += 1
        if g1 >= 0:
            high = count
        else:
            low = count
        ok, g1 = _shape(x, skew, kurt)
    return ok


@njit(cache=True, nogil=True)
def _transform(x, code):  # type: ignore[no-untyped-def]
    low, high = _edges(x)
    shift = 1.0 if code == 1 else 0.01 * (high - low)
    for i in range(x.size):
        x[i] = np.log(x[i] - low + shift)


@njit(cache=True, nogil=True)
def _impute(x, groups, count, noise, floor, ceiling):  # type: ignore[no-untyped-def]
    """Group means in place, plus the noise of each filled cell, inside the observed range."""
    total, n = np.zeros(count), np.zeros(count)
    gaps = False
    for i in range(x.size):
        if x[i] == x[i]:
            total[groups[i]] += x[i]
            n[groups[i]] += 1
        else:
            gaps = True
    if gaps:
        for i in range(x.size):
            if x[i] != x[i] and groups[i] > 0 and n[groups[i]] > 0:
                fill = total[groups[i]] / n[groups[i]]
                x[i] = min(max(fill + noise[i], min(fill, floor)), max(fill, ceiling))


@njit(cache=True, nogil=True)
def _normalise(x, code, direction, a, b, worst, best, cap):  # type: ignore[no-untyped-def]
    """In place, by code; a and b are low and high, or mean and deviation."""
    if code == 6:
        for i in range(x.size):
            share = (x[i] - worst) / (best - worst)
            if cap:
                if share > 1.0:
                    share = 1.0
                elif share < 0.0:
                    share = 0.0
            x[i] = share * (b - a) + a
        return
    if direction < 0:
        for i in range(x.size):
            x[i] = -x[i]
    if code in (1, 7):
        low, high = _edges(x)
        scale = (b - a) / (high - low) if high > low else np.nan
        for i in range(x.size):
            x[i] = (x[i] - low) * scale + a
    elif code == 2:
        low, high = _edges(x)
        n, total, square = 0, 0.0, 0.0
        for v in x:
            if v == v:
                n += 1
                total += v
        mean = total / n if n > 0 else np.nan
        for v in x:
            if v == v:
                square += (v - mean) ** 2
        spread = np.sqrt(square / (n - 1)) if n > 1 else 0.0
        scale = b / spread if spread > 0 and high > low else np.nan
        for i in range(x.size):
            x[i] = (x[i] - mean) * scale + a
    elif code in (3, 4, 5):
        _rank(x, code)


@njit(cache=True, nogil=True)
def _rank(x, code):  # type: ignore[no-untyped-def]
    order = np.argsort(x)
    n = 0
    for v in x:
        if v == v:
            n += 1
    sorted_x = x[order]
    first = 0
    for k in range(n):
        if k > 0 and sorted_x[k] - sorted_x[k - 1] > 1e-12 * max(abs(sorted_x[k]), abs(sorted_x[k - 1])):
            first = k
        rank = first + 1.0
        if code == 4:
            rank = (rank - 1.0) / (n - 1.0) if n > 1 else np.nan
        elif code == 5:
            rank -= 1.0
        x[order[k]] = rank


@njit(cache=True, nogil=True)
def prepare(
    x,
    noise,
    floor,
    ceiling,
    keep,
    groups,
    group_count,
    treated,
    skew,
    kurt,
    most,
    then,
    combine,
    norm,
    direction,
    a,
    b,
    worst,
    best,
    cap,
):  # type: ignore[no-untyped-def]
    """Impute, treat and normalise one draw in place; `x` has shape (indicator, row).

    `noise` is added where a gap is filled, between `floor` and `ceiling` of the indicator; `keep` marks rows not screened out; `group_count` 0 means no imputation; `most` -1 means no limit and
    `treated` 0 none; `norm` -1 means that values stay as they are.
    """
    spare = np.empty(x.shape[1])
    for column in range(x.shape[0]):
        line = x[column]
        for i in range(line.size):
            if not keep[i]:
                line[i] = np.nan
        if group_count > 0:
            _impute(line, groups, group_count, noise[column], floor[column], ceiling[column])
            for i in range(line.size):
                if not keep[i]:
                    line[i] = np.nan
        if treated[column] > 0:
            spare[:] = line
            ok, _ = _shape(line, skew[column], kurt[column])
            if not ok:
                if treated[column] == 2:
                    ok = _winsorise(line, skew[column], kurt[column], most[column])
                if not ok and then[column] > 0:
                    if not combine[column]:
                        line[:] = spare
                    _transform(line, then[column])
        if norm[column] >= 0:
            _normalise(
                line, norm[column], direction[column], a[column], b[column], worst[column], best[column], cap[column]
            )


@njit(cache=True, nogil=True)
def climb(x, start, children, method, weights, scores, gaps, absent, counted):  # type: ignore[no-untyped-def]
    """Scores of all aggregates of one draw.

    Gives the first aggregate whose mean met a value that it cannot take in a row that counts, or -1.

    Args:
        x: leaves, shape (indicator, row).
        start: first position in `children` of each aggregate, and the end; shape (aggregate + 1,).
        children: positions of children, one aggregate after the other.
        method: code of each aggregate.
        weights: shape (node,).
        scores: written; shape (aggregate, row).
        gaps: whether any leaf may be missing.
        absent: aggregates that stay missing, shape (aggregate, row), or empty.
        counted: rows that count, shape (row,).
    """
    wrong = -1
    leaves, rows = x.shape
    below = np.empty(rows)
    for k in range(start.size - 1):
        out, code = scores[k], method[k]
        out[:] = 0.0
        below[:] = 0.0
        total = 0.0
        for j in range(start[k], start[k + 1]):
            c = children[j]
            w = weights[c]
            if w == 0.0:
                continue
            total += w
            line = x[c] if c < leaves else scores[c - leaves]
            if code > 0 and wrong < 0:
                for i in range(rows):
                    if line[i] <= 0.0 and counted[i]:
                        wrong = k
            if gaps:
                for i in range(rows):
                    v = line[i]
                    if v == v:
                        below[i] += w
                        out[i] += w * (v if code == 0 else np.log(v) if code == 1 else 1.0 / v)
            elif code == 0:
                for i in range(rows):
                    out[i] += w * line[i]
            elif code == 1:
                for i in range(rows):
                    out[i] += w * np.log(line[i])
            else:
                for i in range(rows):
                    out[i] += w / line[i]
        for i in range(rows):
            share = below[i] if gaps else total
            v = out[i] / share if share > 0.0 else np.nan
            out[i] = v if code == 0 else np.exp(v) if code == 1 else 1.0 / v
            if absent.size > 0 and absent[k, i]:
                out[i] = np.nan
    return wrong


@njit(cache=True, nogil=True)
def noisy(raw, errors, low, high, z, cells, x, noise):  # type: ignore[no-untyped-def]
    """X = raw plus errors times z between low and high; where raw is a gap, the product goes to `noise`; all flat."""
    x[:] = raw
    for k in range(cells.size):
        if raw[cells[k]] == raw[cells[k]]:
            x[cells[k]] = min(max(x[cells[k]] + errors[k] * z[k], low[k]), high[k])
        else:
            noise[cells[k]] = errors[k] * z[k]
