"""What an analyst looks at beside the scores: the data, the structure, and what can be said of ranks and years."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.draws.intervals import Intervals
from kenes.comparison.draws.tiers import rank_sets
from kenes.comparison.readings.checks import Statistics, availability, statistics
from kenes.comparison.readings.panels import trends
from kenes.comparison.readings.structure import cronbach_alpha, effective_weights, importance
from kenes.comparison.steps.correlating import components
from kenes.pipeline.index.tables import Row, Table, Tables, keys_of
from kenes.vocabulary.errors import BadInput

NUMBERS = (
    "places",
    "share",
    "minimum",
    "q1",
    "median",
    "mean",
    "q3",
    "maximum",
    "sd",
    "skewness",
    "kurtosis",
    "same",
)
MOST_PAIRS = 200
"""Chances of each place to be ahead of each other are written for at most so many places."""


def study_tables(profile: Profile, intervals: Intervals | None) -> Tables:
    """Statistics, availability, structure and importance; with intervals also rank sets and chances; with years trends.

    Args:
        profile: the build.
        intervals: its intervals, None where none were drawn.
    """
    tables: Tables = {
        "statistics": _statistics(profile),
        "availability": _availability(profile),
        "structure": _structure(profile),
        "importance": _importance(profile),
    }
    if profile.inputs.times is not None:
        tables |= _trends(profile, intervals)
    elif intervals is not None:
        tables["rank_sets"] = _rank_sets(intervals)
        if len(intervals.drawn_rows) <= MOST_PAIRS:
            tables["ahead"] = _ahead(intervals)
    return tables


def _statistics(profile: Profile) -> Table:
    """Every indicator, raw and after treatment where there is one."""
    stages = ["raw", *(["treated"] if "treated" in profile.stages else [])]
    found = [(s.node, stage, s) for stage in stages for s in statistics(profile, stage=stage)]
    found.sort(key=lambda f: f[:2])
    return ["node", "stage", *NUMBERS, "flags"], [[*key, *_numbers(s), " ".join(s.flags)] for *key, s in found]


def _numbers(s: Statistics) -> tuple[float, ...]:
    """In the order of `NUMBERS`."""
    spread = (s.minimum, s.q1, s.median, s.mean, s.q3, s.maximum, s.sd)
    return s.places, s.share, *spread, s.skewness, s.kurtosis, s.same


def _availability(profile: Profile) -> Table:
    """Share of the indicators below each aggregate that have a raw value."""
    tree, shares = profile.spec.tree, availability(profile)
    key, keys = keys_of(profile)
    nodes = list(reversed(tree.aggregates))
    rows = [[*keys[i], *shares[i, nodes]] for i in range(len(keys))]
    return [*key, *(tree.ids[n] for n in nodes)], sorted(rows, key=lambda r: tuple(map(str, r[: len(key)])))


def _structure(profile: Profile) -> Table:
    """Reliability and components of the children of each aggregate, over the complete rows."""
    tree, rows = profile.spec.tree, list[Row]()
    for position in tree.aggregates:
        table = profile.scores[:, list(tree.children[position])]
        complete = int(np.count_nonzero(np.isfinite(table).all(axis=1)))
        alphas = cronbach_alpha(table), cronbach_alpha(table, standardised=True)
        rows.append([tree.ids[position], table.shape[1], complete, *alphas, *_components(table)])
    columns = ["node", "children", "places", "alpha", "alpha_standardised", "first_eigenvalue", "eigenvalues_above_1"]
    return [*columns, "explained_by_first", "kmo", "bartlett_chi2", "bartlett_p"], sorted(rows, key=lambda r: str(r[0]))


def _components(table: NDArray[np.float64]) -> list[float | None]:
    """Facts of the principal components; None where there are too few rows, or indicators that are the same."""
    try:
        found = components(table)
    except (BadInput, np.linalg.LinAlgError):
        return [None] * 6
    above = int(np.count_nonzero(found.eigenvalues > 1))
    first = float(found.eigenvalues[0]), above, float(found.explained[0])
    return [*first, found.kmo, found.bartlett_chi2, found.bartlett_p]


def _importance(profile: Profile) -> Table:
    """What each indicator weighs, and how much it goes with the index: shares that sum to one each."""
    leaves = profile.spec.indicators
    effective, found = effective_weights(profile)[: len(leaves)], importance(profile)
    rows: list[Row] = [[leaf, float(effective[i]), float(found[i])] for i, leaf in enumerate(leaves)]
    return ["node", "weight", "importance"], sorted(rows, key=lambda r: str(r[0]))


def _rank_sets(intervals: Intervals) -> Table:
    """Bounds of the ranks that hold for all places together, and tiers that are truly apart."""
    found = rank_sets(intervals)
    rows: list[Row] = [
        [place, _whole(found.low[i]), _whole(found.high[i]), int(found.tier[i]) or None, intervals.level]
        for i, place in enumerate(found.places)
    ]
    return ["place", "rank_low", "rank_high", "tier", "level"], sorted(rows, key=lambda r: str(r[0]))


def _whole(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None


def _ahead(intervals: Intervals) -> Table:
    """Chance that the place of the row scores above the place of the column."""
    order = sorted(intervals.drawn_rows.tolist(), key=lambda r: intervals.places[r])
    chances = intervals.ahead()
    rows: list[Row] = [[intervals.places[r], *(None if r == c else float(chances[r, c]) for c in order)] for r in order]
    return ["place", *(intervals.places[c] for c in order)], rows


def _trends(profile: Profile, intervals: Intervals | None) -> Tables:
    """Change a year of each place, with the interval of its draws; nothing where times are no numbers."""
    try:
        found = trends(profile, drawn=intervals, level=profile.spec.level)
    except BadInput:
        return {}
    rows: list[Row] = [[t.place, t.slope, t.low, t.high, t.years] for t in found]
    return {"trends": (["place", "slope", "slope_low", "slope_high", "years"], rows)}
