"""The figures of one build: what `figures` draws, filled from a profile and its intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.draws.influence import Sensitivity
from kenes.comparison.draws.intervals import Intervals
from kenes.comparison.readings.explanation import contributions
from kenes.comparison.steps.correlating import correlation
from kenes.pages.figures import correlations as correlation_figures
from kenes.pages.figures import index as figures
from kenes.pages.figures.svg import SERIES

Floats = NDArray[np.float64]


def last_rows(profile: Profile) -> list[int]:
    """Ranked rows of the last time (or of all data without time), the best first."""
    rows = [int(r) for r in profile.workshop.blocks[-1] if profile.ranked[r]]
    return sorted(rows, key=lambda r: (profile.ranks[r, -1], profile.places[r]))


def rank_figure(profile: Profile, intervals: Intervals, *, language: str = "en", highlight: Sequence[str] = ()) -> str:
    """Rank intervals of the root in the last time."""
    ends = np.column_stack([intervals.rank[:, -1], intervals.rank_low[:, -1], intervals.rank_high[:, -1]])
    bars = [figures.RankBar(profile.places[r], *map(float, ends[r])) for r in last_rows(profile)]
    return figures.rank_intervals(bars, language=language, highlight=highlight)


def branches(profile: Profile, most: int) -> list[int]:
    """Positions of the nodes of the highest level that has 3 to `most` of them; of the root's children where
    none has. An indicator stands for itself on the levels below it."""
    tree = profile.spec.tree
    level = list(tree.children[tree.root])
    while len(level) < 3 and any(tree.children[n] for n in level):
        level = [c for n in level for c in tree.children[n] or (n,)]
    return level if len(level) <= most else list(tree.children[tree.root])


def contribution_figure(profile: Profile, *, language: str = "en", most: int = 100) -> str:
    """Scores as sums over the branches, the best places first, at most so many."""
    tree, rows = profile.spec.tree, last_rows(profile)[:most]
    given = contributions(profile)[rows]
    chosen = branches(profile, len(SERIES))
    parts = {tree.ids[c]: given[:, list(tree.leaves_below(c))].sum(axis=1).tolist() for c in chosen}
    return figures.stacked_contributions([profile.places[r] for r in rows], parts, language=language)


FACTORS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": {"weights": "weights", "leave_one_out": "one indicator left out", "errors": "measurement errors",
           "gaps": "missing values"},
    "tr": {"weights": "ağırlıklar", "leave_one_out": "bir göstergenin çıkarılması", "errors": "ölçüm hataları",
           "gaps": "eksik değerler"},
})  # fmt: skip


def sensitivity_figure(found: Sensitivity, *, language: str = "en") -> str:
    """Shares of one output with their intervals; a factor with a name or a path of its own keeps it."""
    ends = (found.first, found.first_low, found.first_high, found.total, found.total_low, found.total_high)
    shares = [
        figures.FactorShare(FACTORS.get(language, {}).get(f, f), *(float(e[i]) for e in ends))
        for i, f in enumerate(found.factors)
    ]
    return figures.sobol_bars(shares, language=language)


def tree_figure(profile: Profile, *, language: str = "en") -> str:
    """Correlation of every node with its parent."""
    tree, scores = profile.spec.tree, profile.scores
    cells = [
        correlation_figures.TreeCell(tree.ids[c], tree.ids[p], correlation(scores[:, c], scores[:, p])[0])
        for p in tree.aggregates
        for c in tree.children[p]
    ]
    return correlation_figures.correlation_tree(
        [correlation_figures.TreeCell(profile.spec.root), *cells], language=language
    )


def map_figure(profile: Profile, *, language: str = "en") -> str:
    """Correlations of all pairs of normalised indicators, in the order of the tree."""
    tree = profile.spec.tree
    leaves = list(tree.leaves_below(tree.root))
    branch = {c: tree.ids[p] for p in tree.aggregates for c in tree.children[p]}
    values = profile.normalised[:, leaves]
    matrix = [[_pearson(values[:, i], values[:, j]) for j in range(i + 1)] for i in range(len(leaves))]
    full = [[matrix[max(i, j)][min(i, j)] for j in range(len(leaves))] for i in range(len(leaves))]
    return correlation_figures.correlation_map(
        [tree.ids[i] for i in leaves], full, branches=[branch[i] for i in leaves], language=language
    )


def _pearson(a: Floats, b: Floats) -> float:
    """Correlation over the rows that have both; NaN with fewer than 3 or without spread."""
    both = np.isfinite(a) & np.isfinite(b)
    x, y = a[both], b[both]
    if x.size < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def radar_figure(
    profile: Profile, place: str, peers: Sequence[str] = (), *, language: str = "en", ident: str = "radar"
) -> str:
    """A place in its branches against the median of its peers: those named, or all other ranked places.

    Raises:
        BadInput: there is no such place, or no level of the tree has 3 to 24 nodes.
    """
    tree, rows = profile.spec.tree, {profile.places[r]: r for r in last_rows(profile)}
    row = rows.get(place, profile.row(place))
    others = [rows[p] for p in (peers or rows) if p != place and p in rows]
    axes = branches(profile, figures.MOST_SPOKES)
    known = profile.scores[np.ix_(list(rows.values()), axes)]
    medians = [_median(profile.scores[others, a]) for a in axes]
    low, high = _round_range(known)
    return figures.radar(
        place, [tree.ids[a] for a in axes], profile.scores[row, axes].tolist(), medians, low=low, high=high,
        language=language, ident=ident,
    )  # fmt: skip


def _median(values: Floats) -> float:
    present = values[np.isfinite(values)]
    return float(np.median(present)) if present.size else float("nan")


def _round_range(values: Floats) -> tuple[float, float]:
    """0 to 100 where the values lie in it, else their own range."""
    present = values[np.isfinite(values)]
    if not present.size or (present.min() >= 0 and 1 < present.max() <= 100):
        return 0.0, 100.0
    low, high = float(present.min()), float(present.max())
    return (low, high) if high > low else (low - 1, high + 1)
