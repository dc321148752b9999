"""From normalised indicators up the tree: scores, ranks and coverage of every node."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.specification import Specification, Tree, cannot_take, needs_positive
from kenes.comparison.steps.aggregation import aggregate
from kenes.comparison.steps.normalisation import ranks
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def shares_in_parent(tree: Tree, weights: Floats) -> Floats:
    """Weights divided by the sum over siblings; shape (node,) or (node, draw); the root has 1."""
    share = np.ones(weights.shape)
    for position in tree.aggregates:
        children = list(tree.children[position])
        mine = weights[children]
        share[children] = mine / mine.sum(axis=0)
    return share


def evaluate(
    spec: Specification,
    leaves: Floats,
    weights: Floats,
    blocks: Sequence[Rows],
    places: Sequence[str],
    *,
    before: Callable[[int, list[int], Floats], None] | None = None,
) -> Floats:
    """Scores of all nodes from normalised indicators.

    Args:
        spec: the tree and its aggregation.
        leaves: shape (row, indicator).
        weights: shape (node,), by position in the tree.
        blocks: rows of each time, for the methods that compare places.
        places: names of the rows, for messages.
        before: called with the position of each aggregate, its children and their scores before it is scored; may
            change `weights`.

    Returns:
        Shape (row, node).

    Raises:
        BadInput: a value of zero or less under a geometric or harmonic mean; names node and place.
    """
    tree = spec.tree
    scores = np.full((len(leaves), len(tree.ids)), np.nan)
    scores[:, : tree.leaves] = leaves
    for position in tree.aggregates:
        children, settings = list(tree.children[position]), spec.aggregate_of(position)
        values: Floats = scores[:, children].T
        if before is not None:
            before(position, children, values.T)
        counts = weights[children][:, None] > 0
        wrong = np.argwhere(np.isfinite(values) & counts & cannot_take(settings, values)).tolist()
        if wrong:
            child, row = wrong[0]
            least = "above zero" if needs_positive(settings) else "of zero or more"
            raise BadInput(
                f"node {tree.ids[position]}",
                expected=f"values {least} under a {settings['method']} mean",
                found=f"{values[child, row]:g} in {tree.ids[children[child]]} of {places[row]}",
                mend="Raise the low end of the normalisation, or choose an arithmetic mean.",
            )
        for rows in blocks:
            scores[rows, position] = aggregate(values[:, rows], weights[children], settings)
        endless = np.flatnonzero(np.isinf(scores[:, position])).tolist()
        if endless:
            raise BadInput(
                f"node {tree.ids[position]}",
                expected=f"a finite score under {settings['method']}",
                found=f"division by a mean of zero for {places[endless[0]]}",
                mend="Normalise to a scale above zero, for example z_score with mean 100.",
            )
    return scores


def coverage_of(tree: Tree, weights: Floats, present: NDArray[np.bool_]) -> Floats:
    """Share of the weight below each node that has a value, shape (row, node)."""
    share = shares_in_parent(tree, weights)
    found = np.zeros((len(present), len(tree.ids)))
    found[:, : tree.leaves] = present
    for position in tree.aggregates:
        children = list(tree.children[position])
        found[:, position] = found[:, children] @ share[children]
    return found


def ranks_in(scores: Floats, blocks: Sequence[Rows]) -> Floats:
    """Ranks of each column within each time, shape of `scores`; NaN where there is no score."""
    found = np.full(scores.shape, np.nan)
    for rows in blocks:
        for position in range(scores.shape[1]):
            found[rows, position] = ranks(scores[rows, position])
    return found
