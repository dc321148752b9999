"""The figures of one build: what the figures of an index draw, filled from a profile and its intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.draws.influence import Sensitivity
from kenes.comparison.draws.intervals import Intervals
from kenes.comparison.readings.explanation import contributions
from kenes.comparison.steps.correlating import correlated, correlation
from kenes.pages.figures.choosing import branches, median_of
from kenes.pages.figures.correlations import TreeCell, correlation_map, correlation_tree
from kenes.pages.figures.index import FactorShare, RankBar, rank_intervals, sobol_bars, stacked_contributions
from kenes.pages.figures.radar import MOST_SPOKES, radar
from kenes.pages.figures.svg import SERIES
from kenes.pages.language import ENGLISH, Language
from kenes.pages.words.codes import WORDS

Floats = NDArray[np.float64]


def last_rows(profile: Profile) -> list[int]:
    """Ranked rows of the last time (or of all data without time), the best first."""
    rows = [int(r) for r in profile.workshop.blocks[-1] if profile.ranked[r]]
    return sorted(rows, key=lambda r: (profile.ranks[r, -1], profile.places[r]))


def rank_figure(
    profile: Profile, intervals: Intervals, say: Language = ENGLISH, *, highlight: Sequence[str] = ()
) -> Markup:
    """Rank intervals of the root in the last time."""
    ends = np.column_stack([intervals.rank[:, -1], intervals.rank_low[:, -1], intervals.rank_high[:, -1]])
    bars = [RankBar(profile.places[r], *map(float, ends[r])) for r in last_rows(profile)]
    return rank_intervals(bars, say, highlight=highlight)


def shown_nodes(profile: Profile, most: int) -> list[int]:
    """Positions of the nodes that a figure with room for so many shows."""
    tree = profile.spec.tree
    return branches(dict(enumerate(tree.children)), tree.root, most)


def contribution_figure(profile: Profile, say: Language = ENGLISH, *, most: int = 100) -> Markup:
    """Scores as sums over the branches, the best places first, at most so many."""
    tree, rows = profile.spec.tree, last_rows(profile)[:most]
    given, shown = contributions(profile)[rows], shown_nodes(profile, len(SERIES))
    parts = {tree.ids[c]: given[:, list(tree.leaves_below(c))].sum(axis=1).tolist() for c in shown}
    return stacked_contributions([profile.places[r] for r in rows], parts, say)


def sensitivity_figure(found: Sensitivity, say: Language = ENGLISH) -> Markup:
    """Shares of one output with their intervals; a factor with a name or a path of its own keeps it."""
    ends = (found.first, found.first_low, found.first_high, found.total, found.total_low, found.total_high)
    names = [say(WORDS["factor"][f]) if f in WORDS["factor"] else f for f in found.factors]
    return sobol_bars([FactorShare(name, *(float(e[i]) for e in ends)) for i, name in enumerate(names)], say)


def tree_figure(profile: Profile, say: Language = ENGLISH) -> Markup:
    """Correlation of every node with its parent."""
    tree, scores = profile.spec.tree, profile.scores
    cells = [
        TreeCell(tree.ids[c], tree.ids[p], correlation(scores[:, c], scores[:, p])[0])
        for p in tree.aggregates
        for c in tree.children[p]
    ]
    return correlation_tree([TreeCell(profile.spec.root), *cells], say)


def map_figure(profile: Profile, say: Language = ENGLISH) -> Markup:
    """Correlations of all pairs of normalised indicators, in the order of the tree."""
    tree = profile.spec.tree
    leaves = list(tree.leaves_below(tree.root))
    branch = {c: tree.ids[p] for p in tree.aggregates for c in tree.children[p]}
    pairs = [(i, j) for i in range(len(leaves)) for j in range(i)]
    matrix = np.ones((len(leaves), len(leaves)))
    for (i, j), (r, _) in zip(pairs, correlated(profile.normalised[:, leaves], pairs, "pearson"), strict=True):
        matrix[i, j] = matrix[j, i] = r
    names = [tree.ids[i] for i in leaves]
    return correlation_map(names, matrix.tolist(), say, branches=[branch[i] for i in leaves])


def radar_figure(
    profile: Profile, place: str, say: Language = ENGLISH, *, peers: Sequence[str] = (), ident: str = "radar"
) -> Markup:
    """A place in its branches against the median of its peers: those named, or all other ranked places.

    Raises:
        BadInput: there is no such place, or no level of the tree has 3 to 24 nodes.
    """
    tree, rows = profile.spec.tree, {profile.places[r]: r for r in last_rows(profile)}
    row = rows.get(place, profile.row(place))
    others = [rows[p] for p in (peers or rows) if p != place and p in rows]
    axes = shown_nodes(profile, MOST_SPOKES)
    known = profile.scores[np.ix_(list(rows.values()), axes)]
    own, medians = profile.scores[row, axes].tolist(), [median_of(profile.scores[others, a].tolist()) for a in axes]
    low, high = _round_range(known)
    return radar(place, [tree.ids[a] for a in axes], own, medians, say, low=low, high=high, ident=ident)


def _round_range(values: Floats) -> tuple[float, float]:
    """0 to 100 where the values lie in it, else their own range."""
    present = values[np.isfinite(values)]
    if not present.size or (present.min() >= 0 and 1 < present.max() <= 100):
        return 0.0, 100.0
    low, high = float(present.min()), float(present.max())
    return (low, high) if high > low else (low - 1, high + 1)
