"""From children to parent, place by place, with one rule for gaps.

Every mean takes values of shape (child, place[, draw]) and weights of shape (child[, draw]) and uses, for
each place, the children that have a value, with their weights divided by the sum of those present. What is
missing stays missing only where no child (or less than the least coverage) has a value.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.own_functions import own_mean
from kenes.comparison.declared.settings import AggregateSettings

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Mean = Callable[[Floats, Floats, AggregateSettings], Floats]


def _aligned(weights: Floats, values: Floats) -> Floats:
    """Weights of children with axes of length one, so that they meet values of shape (child, place[, draw])."""
    between = (1,) * (values.ndim - weights.ndim)
    return weights.reshape(weights.shape[:1] + between + weights.shape[1:])


def shares(values: Floats, weights: Floats) -> Floats:
    """Weights divided by the sum of those present, shape of `values`; 0 where missing."""
    present = np.where(np.isfinite(values), _aligned(weights, values), 0.0)
    total: Floats = present.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, present / total, np.nan)


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Sum of weight times value over the sum of the weights present, divided once.

    Dividing last keeps equal scores equal: shares of a third, rounded one by one, would tear ties apart.
    """
    aligned, present = _aligned(weights, values), np.isfinite(values)
    top: Floats = np.where(present, aligned * np.where(present, values, 0.0), 0.0).sum(axis=0)
    below: Floats = np.where(present, aligned, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, top / below, np.nan)


def arithmetic(values: Floats, weights: Floats, _: AggregateSettings | None = None) -> Floats:
    """Weighted arithmetic mean.

    >>> arithmetic(np.array([[1.0, 2.0], [3.0, np.nan]]), np.array([1.0, 3.0])).tolist()
    [2.5, 2.0]
    """
    return weighted_mean(values, weights)


def geometric(values: Floats, weights: Floats, _: AggregateSettings | None = None) -> Floats:
    """Weighted geometric mean of positive values."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(weighted_mean(np.log(values), weights))


def harmonic(values: Floats, weights: Floats, _: AggregateSettings | None = None) -> Floats:
    """Weighted harmonic mean of positive values."""
    with np.errstate(divide="ignore"):
        return 1 / weighted_mean(1 / values, weights)


def power_mean(values: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """Weighted power mean of values of zero or more; power 0 is the geometric mean."""
    power = float(settings["power"])
    if power == 0:
        return geometric(values, weights)
    present = np.isfinite(values)
    edge: Floats = (  # the value that rules a high power, so that none overflows
        np.where(present, values, 0.0).max(axis=0) if power > 0 else np.where(present, values, np.inf).min(axis=0)
    )
    edge = np.where(np.isfinite(edge) & (edge > 0), edge, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = edge * weighted_mean((values / edge) ** power, weights) ** (1 / power)
        return found


def weighted_median(values: Floats, weights: Floats, _: AggregateSettings | None = None) -> Floats:
    """Weighted median: where half of the weight lies below; the mean of two where it falls between them."""
    share = np.where(np.isfinite(values), shares(values, weights), 0.0)
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    reached = np.cumsum(np.take_along_axis(share, order, axis=0), axis=0)
    first: Places = (reached >= 0.5 - 1e-12).argmax(axis=0, keepdims=True)
    second: Places = (reached > 0.5 + 1e-12).argmax(axis=0, keepdims=True)
    middle: Floats = (np.take_along_axis(ordered, first, 0) + np.take_along_axis(ordered, second, 0))[0] / 2
    return np.where(np.isfinite(values).any(axis=0), middle, np.nan)


def owa(values: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """Ordered weighted average: `order_weights` fall on the values from best to worst, not on children.

    Missing values leave the order; the weights of the first positions are then divided by their sum.

    Source:
        Yager (1988), IEEE Trans. Systems, Man, and Cybernetics 18(1), 183-190.
    """
    order_weights = np.asarray(settings.get("order_weights", np.ones(values.shape[0])), dtype=float)
    ordered = -np.sort(-values, axis=0)
    return arithmetic(ordered, order_weights) if weights.size else ordered[0]


def mazziotta_pareto(values: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """Mean minus (or, by `penalty: 1`, plus) the deviation between children times its ratio to the mean.

    Takes values standardised to mean 100 and deviation 10 (MPI), or scaled to 70-130 (AMPI).

    Source:
        Mazziotta and Pareto (2013), Rivista Italiana di Economia Demografia e Statistica 67(2); (2016) Social
        Indicators Research 127, 983-1003, for the adjusted form; deviations over m, not m - 1.
    """
    mean = weighted_mean(values, weights)
    variance = weighted_mean((values - mean) ** 2, weights)
    count: Floats = np.isfinite(values).sum(axis=0)
    if int(settings.get("ddof", 0)) == 1:
        variance = variance * np.where(count > 1, count / np.maximum(count - 1, 1), 1.0)
    sign = float(settings.get("penalty", -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean + sign * variance / mean


MEANS: Mapping[str, Mean] = {
    "arithmetic": arithmetic,
    "geometric": geometric,
    "harmonic": harmonic,
    "power": power_mean,
    "median": weighted_median,
    "owa": owa,
    "mpi": mazziotta_pareto,
    "ampi": mazziotta_pareto,
}


def aggregate(values: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """One node from its children, by any declared method.

    Args:
        values: shape (child, place) or (child, place, draw).
        weights: shape (child,) or (child, draw); any positive scale.
        settings: `method`, its parameters and `min_coverage`.

    Returns:
        Scores, shape (place,) or (place, draw); NaN where less than `min_coverage` of the weight has a value.
    """
    method = settings.get("method", "arithmetic")
    values = _weighed(values, weights)
    own = settings.get("own")
    if own is not None:
        scores = own_mean(values, weights, own)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if method in MEANS:
                scores = MEANS[method](values, weights, settings)
            else:
                scores = _relational(method, values, weights, settings)
    least = float(settings.get("min_coverage") or 0.0)
    if least > 0:
        scores = np.where(share_present(values, weights) >= least - 1e-12, scores, np.nan)
    return scores


def _weighed(values: Floats, weights: Floats) -> Floats:
    """Values with NaN for children without weight: what counts for nothing fills no gap and takes no place."""
    if (weights > 0).all():
        return values
    return np.where(_aligned(weights, values) > 0, values, np.nan)


def share_present(values: Floats, weights: Floats) -> Floats:
    """Share of the weight of the children that have a value, shape (place[, draw])."""
    aligned = np.broadcast_to(_aligned(weights, values), values.shape)
    present: Floats = np.where(np.isfinite(values), aligned, 0).sum(axis=0)
    whole: Floats = aligned.sum(axis=0)
    return present / whole


def _relational(method: str, values: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """Methods in which a place's score depends on the other places; draw by draw."""
    if values.ndim == 3:
        known: dict[bytes, Floats] = {}
        columns = []
        for d in range(values.shape[2]):
            line: Floats = values[:, :, d]
            under: Floats = weights[:, d] if weights.ndim == 2 else weights
            matters = under if method in ("copeland", "kemeny") else under > 0
            key = line.tobytes() + matters.tobytes()
            if key not in known:
                known[key] = _relational(method, line, under, settings)
            columns.append(known[key])
        return np.stack(columns, axis=1)
    if method in ("copeland", "kemeny"):
        from kenes.comparison.steps import outranking  # noqa: PLC0415 - the solver is loaded when wanted

        return outranking.score(values, weights, method)
    from kenes.comparison.steps import frontier  # noqa: PLC0415 - the solver is loaded when wanted

    return frontier.score(values[weights > 0], method, settings)
