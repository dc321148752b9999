"""How far scores and ranks can be trusted: draws over everything that may be otherwise.

Draws are grouped by variant of the specification, each variant is prepared once, and weights of all its draws
are applied together. Only cell errors need the steps again for every draw. Places without enough data are
left out of every draw: they have no rank, and nobody is ranked against them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.declared.plain import with_weights
from kenes.comparison.declared.settings import Factor
from kenes.comparison.draws.drawing import scores_of
from kenes.comparison.draws.factors import declared, realise
from kenes.comparison.steps.normalisation import TIE
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class IntervalRow(TypedDict):
    """Score and rank of a place at a node with their intervals, as in the pinned `scores`; None where missing."""

    place: str
    node: str
    score: float | None
    score_low: float | None
    score_high: float | None
    rank: float | None
    rank_low: float | None
    rank_high: float | None
    level: float
    draws: int
    coverage: float
    ranked: bool
    reason: str | None


@dataclass(frozen=True)
class Intervals:
    """Scores and ranks with their intervals; arrays of shape (row, node) for the nodes named.

    `drawn` (draw, ranked row) and `drawn_ranks` (ranked row, draw) are those of the last node named, usually
    the root; `drawn_rows` are the ranked rows.
    """

    places: tuple[str, ...]
    nodes: tuple[str, ...]
    score: Floats
    score_low: Floats
    score_high: Floats
    rank: Floats
    rank_low: Floats
    rank_high: Floats
    coverage: Floats
    ranked: Bools
    reason: tuple[str | None, ...]
    level: float
    draws: int
    drawn: Floats
    drawn_ranks: NDArray[np.int32]
    drawn_rows: NDArray[np.intp]
    factors: tuple[str, ...]

    @property
    def draw_scores(self) -> Floats:
        """Scores of the last node under every draw, shape (row, draw); NaN where not ranked."""
        found = np.full((len(self.places), self.draws), np.nan)
        found[self.drawn_rows] = self.drawn.T
        return found

    @property
    def draw_ranks(self) -> Floats:
        """Ranks of the last node under every draw, shape (row, draw); NaN where not ranked."""
        found = np.full((len(self.places), self.draws), np.nan)
        found[self.drawn_rows] = np.where(self.drawn_ranks > 0, self.drawn_ranks, np.nan)
        return found

    def rows(self) -> Iterator[IntervalRow]:
        """One record for each place and node."""
        for row, place in enumerate(self.places):
            for column, node in enumerate(self.nodes):
                yield {
                    "place": place,
                    "node": node,
                    "score": _cell(self.score, row, column),
                    "score_low": _cell(self.score_low, row, column),
                    "score_high": _cell(self.score_high, row, column),
                    "rank": _cell(self.rank, row, column),
                    "rank_low": _cell(self.rank_low, row, column),
                    "rank_high": _cell(self.rank_high, row, column),
                    "level": self.level,
                    "draws": self.draws,
                    "coverage": float(self.coverage[row, column]),
                    "ranked": bool(self.ranked[row]),
                    "reason": self.reason[row],
                }

    def rank_probabilities(self) -> Floats:
        """Chance of each rank, shape (row, row); column r is rank r + 1; zeros where not ranked."""
        count = len(self.places)
        found = np.zeros((count, count))
        every: list[NDArray[np.int32]] = list(self.drawn_ranks)
        for row, ranks in zip(self.drawn_rows.tolist(), every, strict=True):
            seen = ranks[ranks > 0] - 1
            found[row] = np.bincount(seen, minlength=count) / max(seen.size, 1)
        return found

    def ahead(self) -> Floats:
        """Chance that the row's place scores above the column's, ties counted half; NaN where not ranked."""
        count = len(self.places)
        found = np.full((count, count), np.nan)
        able = np.isfinite(self.drawn).all(axis=0)
        rows, scores = self.drawn_rows[able], np.ascontiguousarray(self.drawn[:, able].T)
        for place, row in enumerate(rows.tolist()):
            gap = scores[[place]] - scores
            found[row, rows] = (gap > 0).mean(axis=1) + 0.5 * np.equal(gap, 0).mean(axis=1)
        return found


def _cell(values: Floats, row: int, column: int) -> float | None:
    """One value; None where it is missing."""
    value = float(values[row, column])
    return value if math.isfinite(value) else None


def uncertainty(
    profile: Profile,
    draws: int | None = None,
    seed: int | None = None,
    level: float | None = None,
    *,
    factors: Sequence[Factor] | None = None,
    nodes: Sequence[str] | None = None,
    workers: int = 2,
) -> Intervals:
    """Score and rank intervals from all declared factors together.

    Args:
        profile: a build, with `errors` where the values have standard errors.
        draws: number of draws; that of the specification by default.
        seed: that of the specification by default.
        level: share of draws inside an interval, for example 0.9.
        factors: instead of those of the specification.
        nodes: ids of the nodes to keep, the root last; all aggregates by default.
        workers: threads; the result does not depend on it.

    Returns:
        Intervals for each row and node: scores by quantiles of type 7, ranks by the outer draws, so that at
        least `level` of the draws lies inside.
    """
    spec = profile.spec
    count = spec.draws if draws is None else draws
    seed = spec.seed if seed is None else seed
    level = spec.level if level is None else level
    if count < 1:
        raise BadInput("draws", expected="at least 1", found=str(count))
    chosen = tuple(factors) if factors is not None else factors_of(profile)
    uniform = np.random.default_rng([seed, 1]).random((count, len(chosen)))
    plan = realise(spec, chosen, uniform, seed, worked=profile.workshop.worked)
    kept = [profile.position(n) for n in nodes] if nodes else list(spec.tree.aggregates)
    rows = np.flatnonzero(profile.ranked)
    drawn = scores_of(profile, plan, rows, kept, factors=chosen, seed=seed, workers=workers)
    found = summarise(profile, drawn, rows, kept, level, plan.names)
    return _with_nominal(found) if _left_open(profile, chosen) else found


def _left_open(profile: Profile, factors: Sequence[Factor]) -> bool:
    """Whether gaps of ranked places are drawn that the nominal build leaves open."""
    open_gaps = bool(np.isnan(profile.inputs.values[profile.ranked]).any())
    imputes = profile.spec.step("impute").get("method", "none") != "none"
    return open_gaps and not imputes and any(f["kind"] == "gaps" for f in factors)


def _with_nominal(found: Intervals) -> Intervals:
    """Intervals that hold the nominal score and rank too.

    A score without the missing children lets the others stand for them; a draw lets all that is known of the place
    speak for them. Both are ways to read a gap, so the interval spans both.
    """
    return replace(
        found,
        score_low=np.fmin(found.score_low, found.score),
        score_high=np.fmax(found.score_high, found.score),
        rank_low=np.fmin(found.rank_low, found.rank),
        rank_high=np.fmax(found.rank_high, found.rank),
    )


def factors_of(profile: Profile) -> tuple[Factor, ...]:
    """The factors that a build is drawn over unless told otherwise: declared or usual, with errors and gaps."""
    errors = profile.inputs.errors is not None and bool((profile.inputs.errors > 0).any())
    gaps = bool(np.isnan(profile.inputs.values[profile.ranked]).any())
    return declared(profile.spec, errors=errors, gaps=gaps)


def rank_draws(scores: Floats) -> NDArray[np.int32]:
    """Ranks within each draw, 1 for the highest, ties (up to rounding) sharing the smallest.

    Args:
        scores: shape (draw, place); NaN gets rank 0, which stands for no rank.

    Returns:
        Shape (draw, place).
    """
    found = np.empty(scores.shape, dtype=np.int32)
    if not scores.size:
        return found
    step = max(1, 2_000_000 // max(scores.shape[1], 1))
    index = np.arange(scores.shape[1], dtype=np.int32)
    clean = bool(np.isfinite(scores).all())
    for start in range(0, len(scores), step):
        part = -scores[start : start + step]
        order = np.argsort(part, axis=1)
        ordered = np.take_along_axis(part, order, axis=1)
        ends: Floats = np.abs(ordered[:, [0, -1]]).max(axis=1) if clean else _greatest(ordered)
        own = ~(ordered[:, 1:] - ordered[:, :-1] <= TIE * ends[:, None])
        place = np.broadcast_to(index + 1, order.shape)
        if not own.all():
            first = np.concatenate([np.ones((len(own), 1), dtype=bool), own], axis=1)
            place = np.maximum.accumulate(np.where(first, index, 0), axis=1) + 1
        np.put_along_axis(found[start : start + step], order, place, axis=1)
    found[np.isnan(scores)] = 0
    return found


def _greatest(values: Floats) -> Floats:
    """Greatest absolute value of each row, 0 where it has none; shape (row,)."""
    greatest: Floats = np.where(np.isfinite(values), np.abs(values), 0.0).max(axis=1, initial=0.0)
    return greatest


def _quantiles(values: Floats, level: float) -> tuple[Floats, Floats]:
    """Lower and upper quantile (type 7) of each row, NaN left out; shape (row,) each."""
    shares = ((1 - level) / 2, (1 + level) / 2)
    if not np.isnan(values).any():
        low, high = _partitioned(values, shares)
        return low, high
    low, high = np.full(len(values), np.nan), np.full(len(values), np.nan)
    lines: list[Floats] = list(values)
    for row, line in enumerate(lines):
        present = line[np.isfinite(line)]
        if present.size:
            low[row], high[row] = np.quantile(present, shares)
    return low, high


def _partitioned(values: Floats, shares: Sequence[float]) -> list[Floats]:
    """Quantiles of type 7 by partition, rows independent."""
    last = values.shape[1] - 1
    spots = [share * last for share in shares]
    wanted = sorted({int(np.floor(s)) for s in spots} | {int(np.ceil(s)) for s in spots})
    parted = np.partition(values, wanted, axis=1)
    found = []
    for spot in spots:
        below: Floats = parted[:, int(np.floor(spot))]
        above: Floats = parted[:, int(np.ceil(spot))]
        found.append(below + (above - below) * (spot - np.floor(spot)))
    return found


def _rank_bounds(ranks: NDArray[np.int32], level: float) -> tuple[Floats, Floats]:
    """Outer draws that hold at least `level` of the ranks of each place; shape (row,) each."""
    low, high = np.full(len(ranks), np.nan), np.full(len(ranks), np.nan)
    if ranks.size and (ranks > 0).all():
        last = ranks.shape[1] - 1
        spots = int(np.floor((1 - level) / 2 * last + 1e-9)), int(np.ceil((1 + level) / 2 * last - 1e-9))
        parted = np.partition(ranks, sorted(set(spots)), axis=1)
        return parted[:, spots[0]].astype(float), parted[:, spots[1]].astype(float)
    lines: list[NDArray[np.int32]] = list(ranks)
    for row, line in enumerate(lines):
        present = line[line > 0]
        if present.size:
            low[row] = np.quantile(present, (1 - level) / 2, method="lower")
            high[row] = np.quantile(present, (1 + level) / 2, method="higher")
    return low, high


def summarise(
    profile: Profile,
    drawn: Floats,
    rows: NDArray[np.intp],
    kept: Sequence[int],
    level: float,
    names: tuple[str, ...] = (),
) -> Intervals:
    """Intervals from drawn scores of shape (kept node, draw, ranked row)."""
    total, width, count = len(profile.places), len(kept), drawn.shape[1]
    blank = np.full((total, width), np.nan)
    low, high, rank_low, rank_high = (blank.copy() for _ in range(4))
    last_ranks = np.empty((0, 0), dtype=np.int32)
    for k in range(width):
        node: Floats = drawn[k]
        low[rows, k], high[rows, k] = _quantiles(np.ascontiguousarray(node.T), level)
        last_ranks = _ranks_in_blocks(node, rows, profile)
        rank_low[rows, k], rank_high[rows, k] = _rank_bounds(last_ranks, level)
    scores, ranks = profile.scores[:, kept], profile.ranks[:, kept]
    ranks = np.where(profile.ranked[:, None], ranks, np.nan)
    return Intervals(
        profile.places,
        tuple(profile.spec.tree.ids[k] for k in kept),
        scores,
        low,
        high,
        ranks,
        rank_low,
        rank_high,
        profile.coverage[:, kept],
        profile.ranked,
        profile.reason,
        level,
        count,
        drawn[-1],
        last_ranks,
        rows,
        names,
    )


def _ranks_in_blocks(scores: Floats, rows: NDArray[np.intp], profile: Profile) -> NDArray[np.int32]:
    """Ranks by place and draw, within each time; shape (ranked row, draw)."""
    blocks = profile.workshop.blocks
    if len(blocks) == 1:
        return np.ascontiguousarray(rank_draws(scores).T)
    found = np.zeros(scores.shape[::-1], dtype=np.int32)
    for block in blocks:
        here = np.isin(rows, block)
        found[here] = rank_draws(np.ascontiguousarray(scores[:, here])).T
    return found


def what_if(
    profile: Profile,
    weights: Mapping[str, float],
    draws: int = 500,
    seed: int | None = None,
    level: float | None = None,
    *,
    most_cells: int = 2_000_000,
) -> Intervals:
    """The index under other weights, with intervals of the root only: quick enough for a page.

    Weights are drawn around the new ones, whatever the specification draws them around, and from no other set.

    Args:
        profile: a build.
        weights: new weights of nodes; the others stay.
        draws: number of draws over the declared factors.
        seed: as in `uncertainty`.
        level: as in `uncertainty`.
        most_cells: errors and gaps of cells are drawn too where cells times draws are not more than this.

    Raises:
        DefinitionError: a weight is negative, or a branch has none left.
    """
    unknown = sorted(set(weights) - set(profile.spec.tree.ids))
    if unknown:
        raise BadInput("weights", expected="ids of nodes", found=", ".join(unknown))
    named = dict(zip(profile.spec.tree.ids, profile.spec.weights(), strict=True)) | dict(weights)
    spec = with_weights(profile.spec, "what_if", named)
    changed = profile.workshop.build(spec)
    small = profile.inputs.values.size * draws <= most_cells
    around: Factor = {"kind": "weights", "around": "nominal"}
    chosen: list[Factor] = [
        {**f, **around} if f["kind"] == "weights" else f
        for f in factors_of(changed)
        if (small or f["kind"] not in ("errors", "gaps")) and not _sets_weights(f)
    ]
    return uncertainty(changed, draws, seed, level, factors=chosen, nodes=(spec.root,), workers=1)


def _sets_weights(factor: Factor) -> bool:
    """Whether a factor exchanges declared weights."""
    path = factor.get("path", "")
    return path.startswith("weights.") or (path.startswith("nodes.") and path.endswith(".weight"))
