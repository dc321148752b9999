"""Why a score is what it is, and what would move it.

Source: contributions are Shapley values (Shapley 1953, Contributions to the Theory of Games II, 307-317)
where a node is not a sum; in a sum they are the weighted values themselves.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.declared.normalisations import NORMALISATIONS
from kenes.comparison.declared.settings import AggregateSettings
from kenes.comparison.declared.specification import Specification
from kenes.comparison.steps.aggregation import MEANS, aggregate, shares
from kenes.comparison.steps.correlating import constant
from kenes.comparison.steps.frontier import benefit_of_the_doubt
from kenes.comparison.steps.normalisation import directed

Floats = NDArray[np.float64]
EXACT = 10


def contributions(profile: Profile, node: str | None = None) -> Floats:
    """What each indicator gives to the score of a node; the row sums to the score.

    Args:
        profile: a build.
        node: the root by default.

    Returns:
        Shape (row, indicator), in points of the score; 0 for a missing indicator, NaN where there is no score.
    """
    tree, spec = profile.spec.tree, profile.spec
    top = tree.root if node is None else profile.position(node)
    given = np.zeros((len(profile.places), len(tree.ids)))
    given[:, top] = profile.scores[:, top]
    weights = np.array(spec.weights())
    for position in sorted((p for p in tree.aggregates if p <= top), reverse=True):
        if not np.nan_to_num(given[:, position]).any() and position != top:
            continue
        children = list(tree.children[position])
        values: Floats = profile.scores[:, children].T
        parts = node_parts(values, weights[children], spec.aggregate_of(position))
        score: Floats = profile.scores[:, position]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(score != 0, parts / score, shares(values, weights[children]))
        given[:, children] = (np.nan_to_num(share) * given[:, position]).T
    found = given[:, : tree.leaves]
    return np.where(np.isfinite(profile.scores[:, [top]]), found, np.nan)


def node_parts(values: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """Parts of one node that add up to its score.

    Args:
        values: shape (child, place).
        weights: shape (child,).
        settings: of the aggregation.

    Returns:
        Shape (child, place). In a sum: share times value. Otherwise: the weight's share of the score of the
        mean place plus the Shapley value of replacing the mean place's values by the place's own.
    """
    present = np.isfinite(values)
    share = shares(values, weights)
    if settings["method"] == "arithmetic":
        return np.where(present, share * np.nan_to_num(values), 0.0)
    if settings["method"] == "bod" and present.any():
        return _frontier_parts(values, weights, settings)
    if settings["method"] not in MEANS and "own" not in settings:
        score = aggregate(values, weights, settings)
        return np.where(present, share * score, 0.0)
    settings = {**settings, "min_coverage": 0.0}
    with np.errstate(invalid="ignore"):
        whole = bool(present.any(axis=1).all())
        centre: Floats = np.nanmean(values, axis=1) if whole else np.nan_to_num(values).mean(axis=1)
    base = np.where(present, centre[:, None], np.nan)
    start = aggregate(base, weights, settings)
    return np.where(present, share * start + _shapley(values, base, weights, settings), 0.0)


def _frontier_parts(values: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """Benefit of the doubt is a sum under each place's own weights, so its parts are weight times value."""
    used, complete = np.flatnonzero(weights > 0), np.isfinite(values[weights > 0]).all(axis=0)
    parts = np.zeros(values.shape)
    if complete.any():
        table = np.ascontiguousarray(values[used][:, complete].T)
        found = benefit_of_the_doubt(table, lower=settings.get("lower"), upper=settings.get("upper"))
        parts[np.ix_(used, np.flatnonzero(complete))] = (found.weights * table).T
    return parts


def _shapley(values: Floats, base: Floats, weights: Floats, settings: AggregateSettings) -> Floats:
    """Shapley values of moving each child from `base` to `values`: exact up to 10 children, then by 200
    permutations and their reverses (which still add up exactly)."""
    size = len(values)

    def worth(members: frozenset[int]) -> Floats:
        mixed = base.copy()
        mixed[list(members)] = values[list(members)]
        return aggregate(mixed, weights, settings)

    found = np.zeros(values.shape)
    if size <= EXACT:
        table = {
            frozenset(m): worth(frozenset(m)) for r in range(size + 1) for m in itertools.combinations(range(size), r)
        }
        for members, value in table.items():
            for child in set(range(size)) - members:
                chance = factorial(len(members)) * factorial(size - len(members) - 1) / factorial(size)
                found[child] += chance * (table[members | {child}] - value)
        return found
    rng = np.random.default_rng(0)
    orders = [o for _ in range(100) for p in [rng.permutation(size).tolist()] for o in (p, p[::-1])]
    for order in orders:
        mixed, before = base.copy(), aggregate(base, weights, settings)
        for child in order:
            mixed[child] = values[child]
            after = aggregate(mixed, weights, settings)
            found[child] += (after - before) / len(orders)
            before = after
    return found


def marginal_gains(profile: Profile, *, change: float = 1.0) -> Floats:
    """How far the root's score moves when one raw indicator of one place gets better.

    Args:
        profile: a build.
        change: how much better, in the unit of the indicator as it enters the steps after denomination, in
            the direction in which more is better.

    Returns:
        Shape (row, indicator), in points of the score, with the other places and the edges of the scale as
        they are; NaN where the indicator is missing or its normalisation depends on ranks.
    """
    spec, tree = profile.spec, profile.spec.tree
    slope = scale_slopes(profile)
    gains = np.full(slope.shape, np.nan)
    for leaf in range(tree.leaves):
        better = profile.normalised[:, leaf] + slope[:, leaf] * change
        better = _capped(spec, leaf, better)
        moved = _moved(profile, leaf, better) - profile.index
        gains[:, leaf] = np.where(np.isfinite(slope[:, leaf]), moved, np.nan)
    return gains


def _capped(spec: Specification, leaf: int, scores: Floats) -> Floats:
    settings = spec.normalise_of(spec.indicators[leaf])
    if spec.has("normalise") and settings["method"] == "goalposts" and settings.get("cap", True):
        ends = float(settings.get("low", 0)), float(settings.get("high", 100))
        return np.clip(scores, min(ends), max(ends))
    return scores


def scale_slopes(profile: Profile) -> Floats:
    """Points of the normalised scale for one unit of the indicator where it is now, shape (row, indicator).

    Taken from the line through the values before and after normalisation; zero or more.
    """
    spec = profile.spec
    raw = profile.stages.get("treated", profile.stages.get("imputed", profile.stages.get("denominated")))
    raw = profile.inputs.values if raw is None else raw
    found = np.full(raw.shape, np.nan)
    transformed = {c.column for c in profile.changes if c.step.startswith(("log", "boxcox"))}
    for leaf, name in enumerate(spec.indicators):
        settings = spec.normalise_of(name)
        if not spec.has("normalise"):
            found[:, leaf] = 1.0
            continue
        if not NORMALISATIONS[settings["method"]].straight:
            continue
        x = np.log(raw[:, leaf]) if settings.get("transform") == "log" else raw[:, leaf]
        if spec.by_id[name].direction == "target":
            x = directed(x, "target", spec.by_id[name].target)
        line = _line(x, profile.normalised[:, leaf])
        if settings.get("transform") == "log":
            line = line / raw[:, leaf]
        elif leaf in transformed:
            line = line * _treatment_slope(raw[:, leaf])
        found[:, leaf] = np.where(np.isfinite(raw[:, leaf]), np.abs(line), np.nan)
    return found


def _line(x: Floats, y: Floats) -> Floats:
    """Slope of the straight part of a normalisation, shape of x."""
    ok = np.isfinite(x) & np.isfinite(y)
    inner = ok & (y > np.nanmin(y)) & (y < np.nanmax(y)) if ok.any() else ok
    use = inner if inner.sum() >= 2 and not constant(x[inner]).all() else ok
    if use.sum() < 2 or constant(x[use]).all():
        return np.full(x.shape, np.nan)
    first, last = np.argmin(x[use]), np.argmax(x[use])
    across, up = x[use][[first, last]], y[use][[first, last]]
    return np.full(x.shape, np.diff(up) / np.diff(across))


def _treatment_slope(treated: Floats) -> Floats:
    """Derivative of ln(x - min + a) where treatment took a logarithm: e^-t; a Box-Cox is taken as its log."""
    return np.exp(-treated)


def _moved(profile: Profile, leaf: int, scores: Floats) -> Floats:
    """Root scores when one indicator's normalised values are replaced, place by place."""
    spec, tree = profile.spec, profile.spec.tree
    weights, table = np.array(spec.weights()), profile.scores.copy()
    table[:, leaf] = scores
    here = leaf
    while here != tree.root:
        here = next(p for p in tree.aggregates if here in tree.children[p])
        children = list(tree.children[here])
        table[:, here] = aggregate(table[:, children].T, weights[children], spec.aggregate_of(here))
    return table[:, -1]


@dataclass(frozen=True, slots=True)
class Standing:
    """One indicator of a place against its peers: normalised values and the gap between them."""

    node: str
    score: float
    peers: float
    gap: float


def strengths(
    profile: Profile, place: str, peers: tuple[str, ...] = (), *, k: int = 5
) -> tuple[list[Standing], list[Standing]]:
    """The k indicators furthest above and below the median of the peers (of all ranked places by default).

    Returns:
        Strengths and weaknesses, the widest gap first; an indicator on the median is neither.
    """
    row = profile.row(place)
    others = [profile.row(p) for p in peers] or [r for r in np.flatnonzero(profile.ranked).tolist() if r != row]
    found = []
    for leaf, name in enumerate(profile.spec.indicators):
        seen = np.asarray(profile.normalised[others, leaf])
        own, seen = float(profile.normalised[row, leaf]), seen[np.isfinite(seen)]
        if math.isfinite(own) and seen.size:
            middle = float(np.median(seen))
            found.append(Standing(name, own, middle, own - middle))
    found.sort(key=lambda s: (-s.gap, s.node))
    return [s for s in found if s.gap > 0][:k], [s for s in reversed(found) if s.gap < 0][:k]
