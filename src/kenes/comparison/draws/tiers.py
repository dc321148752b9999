"""What can be said of all ranks at once: simultaneous confidence sets, and tiers that are truly apart.

Source: Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91(1), 476-518: confidence sets for
ranks from simultaneous intervals for all differences, the critical value being a quantile of the greatest
studentised deviation over draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.draws.intervals import Intervals
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RankSets:
    """Bounds of the true ranks that hold for all places together, and tiers; NaN and 0 where not ranked.

    `apart[i, j]` tells that i is surely ahead of j. Tier 1 is the best; every place of a tier is surely ahead of
    every place of the next.
    """

    places: tuple[str, ...]
    low: Floats
    high: Floats
    tier: NDArray[np.int64]
    apart: NDArray[np.bool_]
    critical: float


def rank_sets(intervals: Intervals, *, level: float | None = None) -> RankSets:
    """Simultaneous rank confidence sets of the places from the draws of the index.

    Args:
        intervals: with draws of the node wanted as the last node.
        level: chance that all sets hold together; that of the intervals by default.

    Raises:
        BadInput: places occur at several times, whose ranks are not comparable.
    """
    if len(set(intervals.places)) < len(intervals.places):
        raise BadInput(
            "rank sets",
            expected="one row for each place",
            found="places at several times",
            mend="Build the index on the rows of one time.",
        )
    level = intervals.level if level is None else level
    able = np.isfinite(intervals.drawn).all(axis=0)
    rows, drawn = intervals.drawn_rows[able], intervals.drawn[:, able]
    count, places = len(rows), len(intervals.places)
    centre = np.asarray(intervals.score[rows, -1])
    spread = _spread(drawn)
    critical = float(np.quantile(_greatest(drawn - centre, spread), level)) if count > 1 else 0.0
    ahead = centre[:, None] - centre[None] > critical * spread
    np.fill_diagonal(ahead, False)
    low, high, tier = np.full(places, np.nan), np.full(places, np.nan), np.zeros(places, dtype=np.int64)
    apart = np.zeros((places, places), dtype=bool)
    low[rows], high[rows] = 1 + np.count_nonzero(ahead, axis=0), count - np.count_nonzero(ahead, axis=1)
    apart[np.ix_(rows, rows)] = ahead
    order = np.argsort(-centre, kind="stable")
    number = 1
    for k, place in enumerate(order.tolist()):
        if k and ahead[np.ix_(order[:k], order[k:])].all():
            number += 1
        tier[rows[place]] = number
    return RankSets(intervals.places, low, high, tier, apart, critical)


def _greatest(off: Floats, spread: Floats) -> Floats:
    """The greatest studentised difference of two places in each draw, shape (draw,)."""
    greatest = np.empty(len(off))
    lines: list[Floats] = list(off)
    for d, line in enumerate(lines):
        gap = np.abs(line[:, None] - line[None])
        with np.errstate(invalid="ignore", divide="ignore"):
            greatest[d] = np.where(spread > 0, gap / spread, 0).max(initial=0)
    return greatest


def _spread(drawn: Floats) -> Floats:
    """Standard deviation of each difference over draws, shape (place, place)."""
    covariance = np.atleast_2d(np.cov(drawn.T)) if len(drawn) > 1 else np.zeros((drawn.shape[1],) * 2)
    variance = np.diag(covariance)
    squared = np.maximum(variance[:, None] + variance[None] - 2 * covariance, 0)
    return np.asarray(np.sqrt(np.where(squared < 1e-18 * (1 + variance[:, None]), 0, squared)))
