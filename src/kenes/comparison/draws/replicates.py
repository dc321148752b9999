"""Draws with errors in the cells: the steps again for each draw, compiled where the methods allow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.specification import Specification
from kenes.comparison.draws.recipes import Recipe
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
AT_ONCE = 32_768
"""So many normal numbers are handed to the compiled loop at once: few enough for the cache of a processor."""


def refused_draw(spec: Specification, position: int) -> BadInput:
    """What to say of a draw that brought a node values that its mean cannot take."""
    method = spec.aggregate_of(position)["method"]
    return BadInput(
        f"node {spec.tree.ids[position]}",
        expected=f"values that a {method} mean can take in every draw",
        found="a draw with a value of zero or less",
        mend="Normalise to a scale with a floor above zero (goalposts, or min_max with low), or choose an arithmetic "
        "mean.",
    )


def run(
    made: Recipe,
    spec: Specification,
    fill: Callable[[int, Floats], None],
    weights: Floats,
    out: Floats,
    members: NDArray[np.intp],
) -> None:
    """Scores of the kept nodes for the draws in `members`, written to `out[kept, draw, row]`.

    Args:
        made: the recipe.
        spec: its specification.
        fill: writes the standard normal numbers of one draw, by its position in `members`, to a buffer.
        weights: shape (node, draw in members).
        out: shape (kept, draw, kept row).
        members: draws.
    """
    from kenes.comparison.draws import kernels  # noqa: PLC0415 - numba is loaded when wanted

    leaves, size, cells = spec.tree.leaves, len(made.ascent.counted), len(made.noisy.cells)
    x, noise = np.empty((leaves, size)), np.zeros((leaves, size))
    scores = np.empty((len(spec.tree.ids) - leaves, size))
    under = np.ascontiguousarray(weights.T)
    step = max(1, AT_ONCE // max(cells, 1))
    z = np.empty((step, cells))
    for start in range(0, len(members), step):
        some = slice(start, start + step)
        count = len(members[some])
        for d in range(count):
            fill(start + d, z[d])
        wrong = kernels.score(z[:count], under[some], members[some], x, noise, scores, out, made)
        if wrong >= 0:
            raise refused_draw(spec, leaves + wrong)
