"""One scale for all indicators.

Every method maps values, already turned so that more is better, column by column; NaN stays NaN. A column
without spread has no relative position and becomes NaN under the relative methods.

Sources: OECD/JRC Handbook (2008), step 5; UNDP, Human Development Report, technical note 1 (goalposts).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.settings import NormaliseSettings
from kenes.comparison.declared.specification import Node
from kenes.vocabulary.errors import BadInput, DefinitionError

Floats = NDArray[np.float64]


TIE = 1e-12
"""Numbers that differ by less than this share are equal: sums of the same parts in another order."""


def ranks_up(values: Floats, *, whole: bool = False) -> Floats:
    """Ranks from 1 for the smallest, ties sharing the smallest; NaN stays NaN. Shape (place,).

    Args:
        values: shape (place,).
        whole: neighbours are tied where they are nearer than rounding of the greatest value (scores, which are sums
            of like parts), not of their own (raw values, which may differ by orders of magnitude).
    """
    ranked = np.full(values.shape, np.nan)
    present = np.flatnonzero(np.isfinite(values))
    if not present.size:
        return ranked
    order = present[np.argsort(values[present], kind="stable")]
    ordered = values[order]
    level = np.abs(ordered)
    near = np.full(level[1:].shape, level[[0, -1]].max()) if whole else np.maximum(level[1:], level[:-1])
    apart = np.diff(ordered) > TIE * near
    first = np.concatenate([[True], apart])
    ranked[order] = np.maximum.accumulate(np.where(first, np.arange(1, order.size + 1), 0))
    return ranked


def ranks(scores: Floats) -> Floats:
    """Ranks from 1 for the best (highest) score, ties sharing the smallest; NaN stays NaN.

    Scores that differ only by rounding are tied.

    Args:
        scores: shape (place,).

    Returns:
        Ranks as floats, shape (place,).

    >>> ranks(np.array([3.0, 9.0, np.nan, 9.0])).tolist()
    [3.0, 1.0, nan, 1.0]
    """
    return ranks_up(-scores, whole=True)


def min_max(values: Floats, *, low: float = 0.0, high: float = 100.0, reference: Floats | None = None) -> Floats:
    """Scale linearly so that the smallest reference value is `low` and the largest `high`."""
    seen = values if reference is None else reference
    bottom, top = _edges(seen)
    if not top > bottom:
        return np.full(values.shape, np.nan)
    return (values - bottom) / (top - bottom) * (high - low) + low


def z_score(values: Floats, *, mean: float = 0.0, sd: float = 1.0, reference: Floats | None = None) -> Floats:
    """Standardise with the sample standard deviation (n - 1) to a wanted mean and deviation."""
    seen = values if reference is None else reference
    present = seen[np.isfinite(seen)]
    spread = float(present.std(ddof=1)) if present.size > 1 and present.max() > present.min() else 0.0
    if not spread > 0:
        return np.full(values.shape, np.nan)
    return (values - float(present.mean())) / spread * sd + mean


def goalpost_score(
    values: Floats, *, worst: float, best: float, low: float = 0.0, high: float = 100.0, cap: bool = True
) -> Floats:
    """Score between two goalposts, cut off at both unless `cap` is false.

    Where less is better, `best` is the smaller number.

    Raises:
        DefinitionError: the goalposts are equal.

    >>> goalpost_score(np.array([20.0, 71.4, 90.0]), worst=20, best=85).round(2).tolist()
    [0.0, 79.08, 100.0]
    """
    if worst == best:
        raise DefinitionError("goalposts", expected="two different values", found=f"{worst} and {best}")
    share = (values - worst) / (best - worst)
    return (np.clip(share, 0, 1) if cap else share) * (high - low) + low


def distance(values: Floats, *, best: float, cap: bool = False, reference: Floats | None = None) -> Floats:
    """1 - (best - x) / (best - min): 1 at the value aimed at, 0 at the smallest."""
    bottom = _edges(values if reference is None else reference)[0]
    if not np.isfinite(best) or best == bottom:
        return np.full(values.shape, np.nan)
    scores = 1 - (best - values) / (best - bottom)
    return np.minimum(scores, 1) if cap else scores


def optimum_range(values: Floats, *, worst: float, lower: float, upper: float, worst_high: float) -> Floats:
    """100 inside [lower, upper], falling linearly to 0 at `worst` below and `worst_high` above."""
    below = (values - worst) / (lower - worst)
    above = (worst_high - values) / (worst_high - upper)
    return np.clip(np.minimum(below, above), 0, 1) * 100


def directed(values: Floats, direction: int | str | None, target: float | None = None) -> Floats:
    """Turn values so that more is better; towards a target, the negative distance from it."""
    if direction == "target":
        return -np.abs(values - (np.nan if target is None else target))
    return -values if direction == -1 else values


def normalise_column(  # noqa: PLR0911 - one return a method reads best
    values: Floats,
    node: Node,
    settings: NormaliseSettings,
    *,
    reference_row: int | None = None,
    frozen: Floats | None = None,
) -> Floats:
    """Normalise one indicator by its settings.

    Args:
        values: shape (place,), in the unit of the indicator (after treatment).
        node: direction, goalposts and target.
        settings: `method` and its parameters.
        reference_row: row of the place that `distance_to_reference` refers to.
        frozen: values that give the edges, mean and spread (panels, references over time).

    Returns:
        Scores, shape (place,); more is better.

    Raises:
        BadInput: a place to refer to is missing.
    """
    method = settings["method"]
    transform = settings.get("transform")
    if transform == "log":
        values, frozen = _log(values, node), None if frozen is None else _log(frozen, node)
    if method == "goalposts":
        return _goalposts(values, node, settings)
    if method in ("categorical", "optimum_range"):
        return _declared(values, settings)
    turned = directed(values, node.direction, node.target)
    seen = None if frozen is None else directed(frozen, node.direction, node.target)
    if method == "none":
        return turned
    if method == "min_max":
        return min_max(turned, low=float(settings.get("low", 0)), high=float(settings.get("high", 100)), reference=seen)
    if method == "z_score":
        return z_score(turned, mean=float(settings.get("mean", 0)), sd=float(settings.get("sd", 1)), reference=seen)
    if method in ("rank", "borda", "percentile_rank"):
        ranked = ranks_up(turned)
        count = int(np.isfinite(turned).sum())
        if method == "percentile_rank":
            return (ranked - 1) / (count - 1) if count > 1 else np.full(values.shape, np.nan)
        return ranked - 1 if method == "borda" else ranked
    return _distance(turned, seen, node, settings, reference_row)


def _distance(
    turned: Floats, seen: Floats | None, node: Node, settings: NormaliseSettings, reference_row: int | None
) -> Floats:
    """The methods that measure against the best, a place or a target."""
    method, cap = settings["method"], bool(settings.get("cap", False))
    top = _edges(turned if seen is None else seen)[1]
    if method == "distance_to_max":
        return distance(turned, best=top, reference=seen)
    if method == "fraction_of_max":
        return turned / top if top else np.full(turned.shape, np.nan)
    if method == "distance_to_target":
        aim = float(np.asarray(directed(np.array(node.target, dtype=float), node.direction)))
        return distance(turned, best=aim, cap=cap, reference=seen)
    if reference_row is None:
        raise BadInput(
            f"reference {settings.get('reference')}",
            expected="a place of the data",
            found="no such place",
            where=f"node {node.id}",
            mend="Correct normalise.reference.",
        )
    return distance(turned, best=float(turned[reference_row]), cap=cap, reference=seen)


def _goalposts(values: Floats, node: Node, settings: NormaliseSettings) -> Floats:
    assert node.goalposts is not None
    worst, best = node.goalposts.worst, node.goalposts.best
    if settings.get("transform") == "log":
        worst, best = _log(np.array([worst, best]), node).tolist()
    if node.direction == "target":
        values = -np.abs(values - float(node.target or 0))
    return goalpost_score(
        values,
        worst=worst,
        best=best,
        low=float(settings.get("low", 0)),
        high=float(settings.get("high", 100)),
        cap=bool(settings.get("cap", True)),
    )


def _declared(values: Floats, settings: NormaliseSettings) -> Floats:
    """Scores by declared categories, or by a declared range of optimum."""
    if settings["method"] == "optimum_range":
        low, lower, upper, high = (float(v) for v in settings["spread"])
        return optimum_range(values, worst=low, lower=lower, upper=upper, worst_high=high)
    scores = np.full(values.shape, np.nan)
    for category, score in settings.get("categories", {}).items():
        scores[values == float(category)] = float(score)
    return scores


def _log(values: Floats, node: Node) -> Floats:
    if (values[np.isfinite(values)] <= 0).any():
        raise BadInput(
            f"node {node.id}",
            expected="values above zero under a logarithm",
            found="zero or less",
            mend="Correct the data or remove transform: log.",
        )
    return np.asarray(np.log(values))


def _edges(values: Floats) -> tuple[float, float]:
    present = values[np.isfinite(values)]
    return (float(present.min()), float(present.max())) if present.size else (np.nan, np.nan)
