"""Aggregation by functions of one's own, handed in by name in Python and under the same rules as the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kenes.vocabulary.errors import BadInput, DefinitionError

Floats = NDArray[np.float64]
OwnFunction = Callable[[Floats, Floats], ArrayLike]


@dataclass(frozen=True, slots=True)
class Aggregator:
    """A function of one's own from children to parent, place by place.

    `function(values, weights)` takes values of shape (child, place) without gaps and weights of shape (child,)
    that sum to one, and gives scores of shape (place,). `positive` says that it needs values above zero; a
    scale that is sure to reach zero is then refused before the run.
    """

    function: OwnFunction
    positive: bool = False


def registered(given: Mapping[str, OwnFunction | Aggregator] | None, known: tuple[str, ...]) -> dict[str, Aggregator]:
    """Functions by name, checked.

    Raises:
        DefinitionError: a name is that of a method of ours, or what it names cannot be called.
    """
    found = {}
    for name, function in (given or {}).items():
        if name in known:
            raise DefinitionError(
                f"aggregator {name}",
                expected="a name that no method has",
                found="the method of that name",
                mend="Choose another name.",
            )
        own = function if isinstance(function, Aggregator) else Aggregator(function)
        if not callable(own.function):
            raise DefinitionError(f"aggregator {name}", expected="a function", found=type(own.function).__name__)
        found[str(name)] = own
    return found


@dataclass(frozen=True, slots=True)
class OwnMean:
    """A function of one's own at a node; the names are for messages."""

    aggregator: Aggregator
    name: str
    node: str


def own_mean(values: Floats, weights: Floats, own: OwnMean) -> Floats:
    """Scores by a function of one's own under the gap rule of all means.

    The function sees, for each place, only the children that have a value and a weight above zero.

    Args:
        values: shape (child, place[, draw]).
        weights: shape (child[, draw]).
        own: the function and its node.

    Returns:
        Shape (place[, draw]); NaN where no child has a value.

    Raises:
        BadInput: the function gives another shape, or no finite number where there are values; names the node.
    """
    if values.ndim == 2:
        return _one(values, weights, own)
    under = weights if weights.ndim == 2 else np.broadcast_to(weights[:, None], values[:, 0].shape)
    columns = [_one(values[:, :, d], under[:, d], own) for d in range(values.shape[2])]
    return np.stack(columns, axis=1)


def _one(values: Floats, weights: Floats, own: OwnMean) -> Floats:
    present = np.isfinite(values) & (weights > 0)[:, None]
    found = np.full(values.shape[1], np.nan)
    unique, which = np.unique(present, axis=1, return_inverse=True)
    patterns: list[NDArray[np.bool_]] = list(unique.T)
    for number, pattern in enumerate(patterns):
        if pattern.any():
            places = np.flatnonzero(np.equal(which.ravel(), number))
            mine = weights[pattern]
            found[places] = _checked(values[np.ix_(pattern, places)], mine / float(mine.sum()), own)
    return found


def _checked(values: Floats, share: Floats, own: OwnMean) -> Floats:
    with np.errstate(all="ignore"):
        scores = np.asarray(own.aggregator.function(values.copy(), share.copy()), dtype=float)
    wrong = None
    if scores.shape != values.shape[1:]:
        wrong = f"shape {scores.shape}"
    elif not np.isfinite(scores).all():
        bad = int(np.isfinite(scores).argmin())
        wrong = f"{scores[bad]} for " + ", ".join(f"{v:g}" for v in values[:, bad].tolist())
    if wrong is not None:
        raise BadInput(
            f"aggregator {own.name}",
            expected=f"{values.shape[1]} finite numbers, one for each place",
            found=wrong,
            where=f"node {own.node}",
            mend="Correct the function, or normalise to a scale that it can take.",
        )
    return scores
