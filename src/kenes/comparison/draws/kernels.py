"""Compiled inner loops for draws with an error in every cell; loaded only when such draws are asked for.

`score` takes each draw through imputation, treatment, normalisation and the tree. The array functions of
`imputation`, `treatment`, `normalisation` and `aggregation` say what each step means; a test holds the two equal.
What is called for each indicator takes single values: a struct would be copied at every call.
"""

# ruff: noqa: PLR0124 - a value that differs from itself is NaN
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.draws.recipes import MEANS, NORMS, THENS, Ascent, NoisyCells, Preparation, Recipe
from kenes.comparison.steps.axes import Axis
from kenes.comparison.steps.compiling import compiled

Floats = NDArray[np.float64]
Numbers = Axis[float]
NONE, MIN_MAX, DISTANCE_TO_MAX, Z_SCORE = map(NORMS.index, ("none", "min_max", "distance_to_max", "z_score"))
PERCENTILE_RANK, BORDA, GOALPOSTS = map(NORMS.index, ("percentile_rank", "borda", "goalposts"))
UNCHANGED, LOG = map(THENS.index, ("none", "log"))
ARITHMETIC, GEOMETRIC = map(MEANS.index, ("arithmetic", "geometric"))


@compiled
def _shape(x: Numbers, skew: float, kurtosis: float) -> tuple[bool, float]:
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
    return (abs(g1) < skew or g2 < kurtosis), g1


@compiled
def _edges(x: Numbers) -> tuple[float, float]:
    low, high = np.inf, -np.inf
    for v in x:
        low = min(low, v)
        high = max(high, v)
    return low, high


@compiled
def _next_to(x: Numbers, edge: float, upper: bool) -> float:
    """The value next to the greatest (or the least) one."""
    following = -np.inf if upper else np.inf
    for v in x:
        if upper:
            if v < edge and v > following:
                following = v
        elif v > edge and v < following:
            following = v
    return following


@compiled
def _winsorise(x: Numbers, skew: float, kurtosis: float, most: int) -> bool:
    """In place; true when the shape passes afterwards."""
    ok, g1 = _shape(x, skew, kurtosis)
    high, low = 0, 0
    while not ok and (most < 0 or high + low < most):
        bottom, top = _edges(x)
        upper = g1 >= 0
        edge, count = (top if upper else bottom), 0
        following = _next_to(x, edge, upper)
        for i in range(len(x)):
            if x[i] == edge:
                x[i] = following
                count += 1
        if upper:
            high = count
        else:
            low = count
        ok, g1 = _shape(x, skew, kurtosis)
    return ok


@compiled
def _transform(x: Numbers, then: int) -> None:
    low, high = _edges(x)
    shift = 1.0 if then == LOG else 0.01 * (high - low)
    for i in range(len(x)):
        x[i] = np.log(x[i] - low + shift)


@compiled
def _impute(x: Numbers, noise: Numbers, groups: Axis[int], count: int, floor: float, ceiling: float) -> None:
    """Group means in place, plus the noise of each filled cell, inside the observed range."""
    total: Numbers = np.zeros(count)
    n: Numbers = np.zeros(count)
    gaps = False
    for i in range(len(x)):
        if x[i] == x[i]:
            total[groups[i]] += x[i]
            n[groups[i]] += 1
        else:
            gaps = True
    if gaps:
        for i in range(len(x)):
            if x[i] != x[i] and groups[i] > 0 and n[groups[i]] > 0:
                fill = total[groups[i]] / n[groups[i]]
                x[i] = min(max(fill + noise[i], min(fill, floor)), max(fill, ceiling))


@compiled
def _copy(values: Numbers, target: Numbers) -> None:
    for i in range(len(values)):
        target[i] = values[i]


@compiled
def _treat(
    x: Numbers, spare: Numbers, skew: float, kurtosis: float, winsorise: bool, most: int, then: int, combine: bool
) -> None:
    """Winsorised in place, then transformed where that is not enough; `spare` is room for one column."""
    ok, _ = _shape(x, skew, kurtosis)
    if ok:
        return
    _copy(x, spare)
    if winsorise:
        ok = _winsorise(x, skew, kurtosis, most)
    if not ok and then != UNCHANGED:
        if not combine:
            _copy(spare, x)
        _transform(x, then)


@compiled
def _to_goalposts(x: Numbers, low: float, high: float, worst: float, best: float, cap: bool) -> None:
    for i in range(len(x)):
        share = (x[i] - worst) / (best - worst)
        if cap:
            if share > 1.0:
                share = 1.0
            elif share < 0.0:
                share = 0.0
        x[i] = share * (high - low) + low


@compiled
def _to_z_scores(x: Numbers, mean: float, deviation: float) -> None:
    low, high = _edges(x)
    n, total, square = 0, 0.0, 0.0
    for v in x:
        if v == v:
            n += 1
            total += v
    centre = total / n if n > 0 else np.nan
    for v in x:
        if v == v:
            square += (v - centre) ** 2
    spread = np.sqrt(square / (n - 1)) if n > 1 else 0.0
    scale = deviation / spread if spread > 0 and high > low else np.nan
    for i in range(len(x)):
        x[i] = (x[i] - centre) * scale + mean


@compiled
def _to_ranks(x: Floats, norm: int) -> None:
    order = np.argsort(x)
    ordered: Numbers = x[order]
    line: Numbers = x
    at: Axis[int] = order
    n = 0
    for v in ordered:
        if v == v:
            n += 1
    first = 0
    for k in range(n):
        if k > 0 and ordered[k] - ordered[k - 1] > 1e-12 * max(abs(ordered[k]), abs(ordered[k - 1])):
            first = k
        rank = first + 1.0
        if norm == PERCENTILE_RANK:
            rank = (rank - 1.0) / (n - 1.0) if n > 1 else np.nan
        elif norm == BORDA:
            rank -= 1.0
        line[at[k]] = rank


@compiled
def _normalise(x: Floats, norm: int, direction: int, low: float, high: float) -> None:
    """In place, by code, where no goalposts are given; low and high are the ends, or mean and deviation."""
    line: Numbers = x
    if direction < 0:
        for i in range(len(line)):
            line[i] = -line[i]
    if norm in (MIN_MAX, DISTANCE_TO_MAX):
        least, greatest = _edges(x)
        scale = (high - low) / (greatest - least) if greatest > least else np.nan
        for i in range(len(line)):
            line[i] = (line[i] - least) * scale + low
    elif norm == Z_SCORE:
        _to_z_scores(x, low, high)
    elif norm != NONE:
        _to_ranks(x, norm)


@compiled
def _leave_out(x: Numbers, keep: Axis[bool]) -> None:
    for i in range(len(x)):
        if not keep[i]:
            x[i] = np.nan


@compiled
def _prepare(x: Floats, noise: Floats, steps: Preparation) -> None:
    """Impute, treat and normalise one draw in place.

    Args:
        x: shape (indicator, row).
        noise: added where a gap is filled; shape (indicator, row).
        steps: what happens to each indicator.
    """
    spare = np.empty(x.shape[1])
    for column in range(len(x)):
        line: Floats = x[column]
        _leave_out(line, steps.keep)
        if steps.group_count > 0:
            floor, ceiling = steps.floor[column], steps.ceiling[column]
            _impute(line, noise[column], steps.groups, steps.group_count, floor, ceiling)
            _leave_out(line, steps.keep)
        if steps.treats:
            limits = steps.skew[column], steps.kurtosis[column]
            winsorise, most = steps.winsorise[column], steps.most[column]
            _treat(line, spare, *limits, winsorise, most, steps.then[column], steps.combine[column])
        if steps.normalises:
            norm, low, high = steps.norm[column], steps.low[column], steps.high[column]
            if norm == GOALPOSTS:
                _to_goalposts(line, low, high, steps.worst[column], steps.best[column], steps.cap[column])
            else:
                _normalise(line, norm, steps.direction[column], low, high)


@compiled
def _refused(line: Numbers, counted: Axis[bool]) -> bool:
    """Whether a row that counts has a value that no geometric or harmonic mean can take."""
    found = False
    for i in range(len(line)):
        found |= line[i] <= 0.0 and counted[i]
    return found


@compiled
def _add(out: Numbers, line: Numbers, weight: float, mean: int) -> None:
    """Add a child without gaps to the sum of its parent, turned as the mean asks."""
    if mean == ARITHMETIC:
        for i in range(len(line)):
            out[i] += weight * line[i]
    elif mean == GEOMETRIC:
        for i in range(len(line)):
            out[i] += weight * np.log(line[i])
    else:
        for i in range(len(line)):
            out[i] += weight / line[i]


@compiled
def _turned(v: float, mean: int) -> float:
    """A value as its mean adds it up."""
    return v if mean == ARITHMETIC else np.log(v) if mean == GEOMETRIC else 1.0 / v


@compiled
def _add_present(out: Numbers, below: Numbers, line: Numbers, weight: float, mean: int) -> None:
    """Add a child with gaps, and its weight where it has a value."""
    for i in range(len(line)):
        v = line[i]
        if v == v:
            below[i] += weight
            out[i] += weight * _turned(v, mean)


@compiled
def _climb(x: Floats, weights: Numbers, scores: Floats, ascent: Ascent) -> int:
    """Scores of all aggregates of one draw.

    Gives the first aggregate whose mean met a value that it cannot take in a row that counts, or -1.

    Args:
        x: leaves, shape (indicator, row).
        weights: shape (node,).
        scores: written; shape (aggregate, row).
        ascent: the tree.
    """
    wrong = -1
    leaves, rows = len(x), len(ascent.counted)
    below: Numbers = np.empty(rows)
    for k in range(len(ascent.start) - 1):
        out: Numbers = scores[k]
        mean = ascent.mean[k]
        total = 0.0
        for i in range(rows):
            out[i] = below[i] = 0.0
        for j in range(ascent.start[k], ascent.start[k + 1]):
            c = ascent.children[j]
            weight = weights[c]
            if weight == 0.0:
                continue
            total += weight
            line: Numbers = x[c] if c < leaves else scores[c - leaves]
            if mean != ARITHMETIC and wrong < 0 and _refused(line, ascent.counted):
                wrong = k
            if ascent.gaps:
                _add_present(out, below, line, weight, mean)
            else:
                _add(out, line, weight, mean)
        for i in range(rows):
            share = below[i] if ascent.gaps else total
            v = out[i] / share if share > 0.0 else np.nan
            out[i] = v if mean == ARITHMETIC else np.exp(v) if mean == GEOMETRIC else 1.0 / v
            if len(ascent.absent) > 0 and ascent.absent[k, i]:
                out[i] = np.nan
    return wrong


@compiled
def _write_noisy(x: Numbers, noise: Numbers, z: Numbers, drawn: NoisyCells) -> None:
    """Values of one draw: raw plus errors times z, between low and high; for a gap the product goes to `noise`.

    Args:
        x: written; shape (indicator * row,).
        noise: written where raw is a gap; shape (indicator * row,).
        z: standard normal numbers, shape (cell,).
        drawn: the cells.
    """
    _copy(drawn.raw, x)
    for k in range(len(drawn.cells)):
        cell = drawn.cells[k]
        if drawn.raw[cell] == drawn.raw[cell]:
            x[cell] = min(max(drawn.raw[cell] + drawn.errors[k] * z[k], drawn.low[k]), drawn.high[k])
        else:
            noise[cell] = drawn.errors[k] * z[k]


@compiled
def score(
    z: Floats,
    weights: Floats,
    members: Axis[int],
    x: Floats,
    noise: Floats,
    scores: Floats,
    out: Floats,
    recipe: Recipe,
) -> int:
    """Write the scores of some draws to `out[kept, draw, row]`.

    Gives the first aggregate whose mean met a value that it cannot take in a row that counts, or -1.

    Args:
        z: standard normal numbers, shape (draw, cell).
        weights: shape (draw, node).
        members: positions of the draws in `out`, shape (draw,).
        x: room for the indicators of one draw, shape (indicator, row).
        noise: room for the errors of fills, zeros at first; shape (indicator, row).
        scores: room for the aggregates of one draw, shape (aggregate, row).
        out: shape (kept node, draw, kept row).
        recipe: the variant.
    """
    leaves, rows = len(x), recipe.ascent.rows
    for d in range(len(members)):
        _write_noisy(x.ravel(), noise.ravel(), z[d], recipe.noisy)
        _prepare(x, noise, recipe.preparation)
        wrong = _climb(x, weights[d], scores, recipe.ascent)
        if wrong >= 0:
            return wrong
        for k in range(len(recipe.ascent.kept)):
            position = recipe.ascent.kept[k]
            line: Numbers = x[position] if position < leaves else scores[position - leaves]
            for i in range(len(rows)):
                out[k, members[d], i] = line[rows[i]]
    return -1
