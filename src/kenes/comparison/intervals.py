"""How far scores and ranks can be trusted: draws over everything that may be otherwise.

Draws are grouped by variant of the specification, each variant is prepared once, and weights of all its draws
are applied together. Only cell errors need the steps again for every draw. Places without enough data are
left out of every draw: they have no rank, and nobody is ranked against them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.aggregation import aggregate
from kenes.comparison.building import Profile, Workshop, shares_in_parent
from kenes.comparison.factors import Draws, declared, noise_of, realise
from kenes.comparison.specification import Specification
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
CHUNK = 256


@dataclass(frozen=True)
class Intervals:
    """Scores and ranks with their intervals; arrays of shape (row, node) for the nodes named.

    `draw_scores` and `draw_ranks` are those of the last node named, usually the root, shape (row, draw), NaN
    for a place that is not ranked.
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
    draw_scores: Floats
    draw_ranks: Floats
    factors: tuple[str, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One record for each place and node, in the columns of the pinned `scores`; None where missing."""
        for row, place in enumerate(self.places):
            for column, node in enumerate(self.nodes):
                cell = {
                    name: _none(getattr(self, name)[row, column])
                    for name in ("score", "score_low", "score_high", "rank", "rank_low", "rank_high")
                }
                yield {
                    "place": place, "node": node, **cell, "level": self.level, "draws": self.draws,
                    "coverage": float(self.coverage[row, column]), "ranked": bool(self.ranked[row]),
                    "reason": self.reason[row],
                }  # fmt: skip

    def rank_probabilities(self) -> Floats:
        """Chance of each rank, shape (row, row); column r is rank r + 1; zeros where not ranked."""
        count = len(self.places)
        found = np.zeros((count, count))
        for row in np.flatnonzero(np.isfinite(self.draw_ranks).any(axis=1)):
            seen = self.draw_ranks[row][np.isfinite(self.draw_ranks[row])].astype(int) - 1
            found[row] = np.bincount(seen, minlength=count) / seen.size
        return found

    def ahead(self) -> Floats:
        """Chance that the row's place scores above the column's, ties counted half; NaN where not ranked."""
        count = len(self.places)
        found = np.full((count, count), np.nan)
        able = np.flatnonzero(np.isfinite(self.draw_scores).all(axis=1))
        for row in able:
            gap = self.draw_scores[row][None] - self.draw_scores[able]
            found[row, able] = (gap > 0).mean(axis=1) + 0.5 * (gap == 0).mean(axis=1)
        return found


def _none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def uncertainty(
    profile: Profile,
    draws: int | None = None,
    seed: int | None = None,
    level: float | None = None,
    *,
    factors: Sequence[Mapping[str, Any]] | None = None,
    nodes: Sequence[str] | None = None,
    workers: int = 1,
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
    chosen = tuple(factors) if factors is not None else _factors(profile)
    uniform = np.random.default_rng([seed, 1]).random((count, len(chosen)))
    plan = realise(spec, chosen, uniform, seed)
    kept = [profile.position(n) for n in nodes] if nodes else list(spec.tree.aggregates)
    rows = np.flatnonzero(profile.ranked)
    drawn = scores_of(profile, plan, rows, kept, factors=chosen, seed=seed, workers=workers)
    return summarise(profile, drawn, rows, kept, level, plan.names)


def _factors(profile: Profile) -> tuple[Mapping[str, Any], ...]:
    errors = profile.inputs.errors is not None and bool((profile.inputs.errors > 0).any())
    gaps = profile.spec.has("impute") and bool(np.isnan(profile.inputs.values).any())
    return declared(profile.spec, errors=errors, gaps=gaps)


def scores_of(
    profile: Profile, plan: Draws, rows: NDArray[np.intp], kept: Sequence[int], *,
    factors: Sequence[Mapping[str, Any]] = (), seed: int = 0, workers: int = 1,
) -> Floats:  # fmt: skip
    """Scores of the kept nodes under every draw.

    Returns:
        Shape (kept node, draw, row in `rows`): the places of one draw lie together, ready to be ranked.
    """
    count = len(plan.variant)
    drawn = np.empty((len(kept), count, len(rows)))
    errors = cell_errors(profile, factors) if (plan.noise >= 0).any() else None
    jobs: list[tuple[int, NDArray[np.intp]]] = []
    for number in range(len(plan.variants)):
        members = np.flatnonzero(plan.variant == number)
        jobs += [(number, members[i : i + CHUNK]) for i in range(0, len(members), CHUNK)]

    def run(job: tuple[int, NDArray[np.intp]]) -> None:
        spec, members = plan.variants[job[0]], job[1]
        if errors is None:
            leaves = profile.workshop.prepared(spec).values[rows].T
        else:
            leaves = _noisy(profile, spec, plan.noise[members], errors, seed, rows)
        found = evaluate_draws(spec, leaves, plan.weights[:, members], kept, profile.workshop.blocks, rows)
        for k, scores in enumerate(found):
            drawn[k, members] = scores

    if errors is None:
        for number in np.unique(plan.variant):
            profile.workshop.prepared(plan.variants[number])
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(run, jobs))
    else:
        for job in jobs:
            run(job)
    return drawn


def cell_errors(profile: Profile, factors: Sequence[Mapping[str, Any]]) -> tuple[Floats, Floats]:
    """Standard errors of raw cells, and of cells that imputation fills; shape (row, indicator) each."""
    inputs = profile.inputs
    raw, filled = np.zeros_like(inputs.values), np.zeros_like(inputs.values)
    for factor in factors:
        if factor["kind"] == "errors":
            raw = inputs.errors.copy() if inputs.errors is not None else raw
            raw = np.maximum(raw, np.abs(np.nan_to_num(inputs.values)) * float(factor.get("share", 0.0)))
            for leaf, sd in dict(factor.get("sd") or {}).items():
                raw[:, profile.position(leaf)] = float(sd)
        elif factor["kind"] == "gaps":
            imputed = profile.stages.get("imputed")
            if imputed is not None:
                before = profile.stages.get("denominated", inputs.values)
                with np.errstate(invalid="ignore"):
                    spread = np.nan_to_num(np.nanstd(before, axis=0, ddof=1))
                filled = np.where(np.isnan(before) & np.isfinite(imputed), spread, 0.0)
    return raw, filled


def _noisy(
    profile: Profile, spec: Specification, noise: NDArray[np.int64], errors: tuple[Floats, Floats], seed: int,
    rows: NDArray[np.intp],
) -> Floats:  # fmt: skip
    """Normalised indicators with drawn errors, shape (indicator, row, draw)."""
    workshop, shape = profile.workshop, profile.inputs.values.shape
    found = np.empty((shape[1], len(rows), len(noise)))
    for d, replicate in enumerate(noise):
        z = noise_of(seed, int(replicate), shape)
        found[:, :, d] = prepare_noisy(workshop, spec, z, errors)[rows].T
    return found


def prepare_noisy(workshop: Workshop, spec: Specification, z: Floats, errors: tuple[Floats, Floats]) -> Floats:
    """All steps again on values with drawn errors; shape (row, indicator)."""
    values = workshop.inputs.values + errors[0] * z
    if not errors[1].any():
        return workshop.prepared(spec, values).values
    filled = workshop.prepared(_until_imputed(spec), values).values + errors[1] * z
    return workshop.prepared(_after_imputed(spec), filled).values


def _until_imputed(spec: Specification) -> Specification:
    last = max(i for i, s in enumerate(spec.steps) if s.kind == "impute")
    return _with_steps(spec, spec.steps[: last + 1])


def _after_imputed(spec: Specification) -> Specification:
    last = max(i for i, s in enumerate(spec.steps) if s.kind == "impute")
    return _with_steps(spec, spec.steps[last + 1 :])


def _with_steps(spec: Specification, steps: Any) -> Specification:
    from dataclasses import replace  # noqa: PLC0415 - kept near its one use

    return replace(spec, steps=tuple(steps))


def evaluate_draws(
    spec: Specification, leaves: Floats, weights: Floats, kept: Sequence[int],
    blocks: Sequence[NDArray[np.intp]] = (), rows: NDArray[np.intp] | None = None,
) -> list[Floats]:  # fmt: skip
    """Scores of the kept nodes, each of shape (draw, place).

    Args:
        spec: the tree and its aggregation.
        leaves: normalised indicators, shape (indicator, place), or (indicator, place, draw) where they vary.
        weights: shape (node, draw).
        kept: positions of nodes.
        blocks: rows of each time, for methods that compare places.
        rows: rows of the data that `leaves` hold.
    """
    tree, count = spec.tree, weights.shape[1]
    fixed = leaves.ndim == 2
    whole = {p: leaves[p] for p in range(tree.leaves)}
    nodes: dict[int, Floats] = {}
    for position in tree.aggregates:
        children, settings = list(tree.children[position]), spec.aggregate_of(position)
        under = weights[children]
        if fixed and all(c < tree.leaves for c in children):
            quick = _by_product(leaves[children], under, settings)
            if quick is not None:
                nodes[position] = quick
                continue
        stack = np.stack([_with_draws(whole.get(c), nodes.get(c), count) for c in children])
        free = {**settings, "min_coverage": 0.0}
        nodes[position] = _in_blocks(stack, under, free, blocks, rows)
    return [(nodes[k] if k in nodes else _with_draws(whole[k], None, count)).T for k in kept]


def _in_blocks(
    stack: Floats, weights: Floats, settings: Mapping[str, Any], blocks: Sequence[NDArray[np.intp]],
    rows: NDArray[np.intp] | None,
) -> Floats:  # fmt: skip
    if len(blocks) <= 1 or rows is None:
        return aggregate(stack, weights, settings)
    found = np.full(stack.shape[1:], np.nan)
    for block in blocks:
        here = np.isin(rows, block)
        found[here] = aggregate(stack[:, here], weights, settings)
    return found


def _with_draws(leaf: Floats | None, node: Floats | None, count: int) -> Floats:
    values = node if leaf is None else leaf
    assert values is not None
    return np.broadcast_to(values[:, None], (len(values), count)) if values.ndim == 1 else values


def _by_product(values: Floats, weights: Floats, settings: Mapping[str, Any]) -> Floats | None:
    """Means that are sums of fixed values, for all draws by one matrix product; None for other methods."""
    method = settings["method"]
    if method not in ("arithmetic", "geometric", "harmonic"):
        return None
    present = np.isfinite(values)
    if method != "arithmetic" and (values[present] <= 0).any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        turned = np.log(values) if method == "geometric" else 1 / values if method == "harmonic" else values
        top = np.where(present, turned, 0).T @ weights
        below = weights.sum(axis=0) if present.all() else present.T.astype(float) @ weights
        mean = np.where(below > 0, top / below, np.nan)
        return np.asarray(np.exp(mean) if method == "geometric" else 1 / mean if method == "harmonic" else mean)


def rank_draws(scores: Floats) -> NDArray[np.int32]:
    """Ranks within each draw, 1 for the highest, ties sharing the smallest.

    Args:
        scores: shape (draw, place); NaN gets rank 0, which stands for no rank.

    Returns:
        Shape (draw, place).
    """
    found = np.empty(scores.shape, dtype=np.int32)
    step = max(1, 2_000_000 // max(scores.shape[1], 1))
    index = np.arange(scores.shape[1], dtype=np.int32)
    for start in range(0, len(scores), step):
        part = -scores[start : start + step]
        order = np.argsort(part, axis=1)
        ordered = np.take_along_axis(part, order, axis=1)
        first = np.ones(ordered.shape, dtype=bool)
        first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
        place = np.maximum.accumulate(np.where(first, index, 0), axis=1) + 1
        np.put_along_axis(found[start : start + step], order, place.astype(np.int32), axis=1)
    found[np.isnan(scores)] = 0
    return found


def _quantiles(values: Floats, level: float) -> tuple[Floats, Floats]:
    """Lower and upper quantile (type 7) of each row, NaN left out; shape (row,) each."""
    shares = ((1 - level) / 2, (1 + level) / 2)
    if not np.isnan(values).any():
        low, high = _partitioned(values, shares)
        return low, high
    found = np.full((2, len(values)), np.nan)
    for row, line in enumerate(values):
        present = line[np.isfinite(line)]
        if present.size:
            found[:, row] = np.quantile(present, shares)
    return found[0], found[1]


def _partitioned(values: Floats, shares: Sequence[float]) -> list[Floats]:
    """Quantiles of type 7 by partition, rows independent."""
    last = values.shape[1] - 1
    spots = [share * last for share in shares]
    wanted = sorted({int(np.floor(s)) for s in spots} | {int(np.ceil(s)) for s in spots})
    parted = np.partition(values, wanted, axis=1)
    found = []
    for spot in spots:
        below, above = parted[:, int(np.floor(spot))], parted[:, int(np.ceil(spot))]
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
    for row, line in enumerate(ranks):
        present = line[line > 0]
        if present.size:
            low[row] = np.quantile(present, (1 - level) / 2, method="lower")
            high[row] = np.quantile(present, (1 + level) / 2, method="higher")
    return low, high


def summarise(
    profile: Profile, drawn: Floats, rows: NDArray[np.intp], kept: Sequence[int], level: float,
    names: tuple[str, ...] = (),
) -> Intervals:  # fmt: skip
    """Intervals from drawn scores of shape (kept node, draw, ranked row)."""
    total, width, count = len(profile.places), len(kept), drawn.shape[1]
    blank = np.full((total, width), np.nan)
    low, high, rank_low, rank_high = (blank.copy() for _ in range(4))
    last_ranks = np.empty((0, 0), dtype=np.int32)
    for k in range(width):
        by_place = np.ascontiguousarray(drawn[k].T)
        low[rows, k], high[rows, k] = _quantiles(by_place, level)
        last_ranks = _ranks_in_blocks(drawn[k], rows, profile)
        rank_low[rows, k], rank_high[rows, k] = _rank_bounds(last_ranks, level)
    scores, ranks = profile.scores[:, kept], profile.ranks[:, kept]
    ranks = np.where(profile.ranked[:, None], ranks, np.nan)
    keep_scores, keep_ranks = np.full((total, count), np.nan), np.full((total, count), np.nan)
    keep_scores[rows] = drawn[-1].T
    keep_ranks[rows] = np.where(last_ranks > 0, last_ranks, np.nan)
    return Intervals(
        profile.places, tuple(profile.spec.tree.ids[k] for k in kept), scores, low, high, ranks, rank_low,
        rank_high, profile.coverage[:, kept], profile.ranked, profile.reason, level, count, keep_scores,
        keep_ranks, names,
    )  # fmt: skip


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
) -> Intervals:
    """The index under other weights, with intervals of the root only: quick enough for a page.

    Args:
        profile: a build.
        weights: new weights of nodes; the others stay.
        draws: number of draws over the declared factors besides cell errors.
        seed: as in `uncertainty`.
        level: as in `uncertainty`.

    Raises:
        DefinitionError: a weight is negative, or a branch has none left.
    """
    from kenes.comparison.specification import renamed  # noqa: PLC0415 - kept near its one use

    unknown = sorted(set(weights) - set(profile.spec.tree.ids))
    if unknown:
        raise BadInput("weights", expected="ids of nodes", found=", ".join(unknown))
    named = dict(zip(profile.spec.tree.ids, profile.spec.weights(), strict=True)) | dict(weights)
    spec = renamed(profile.spec, weight_set="what_if", weight_sets={**profile.spec.weight_sets, "what_if": named})
    changed = profile.workshop.build(spec)
    chosen = [f for f in _factors(changed) if f["kind"] not in ("errors", "gaps")]
    return uncertainty(changed, draws, seed, level, factors=chosen, nodes=(spec.root,))


__all__ = ["Intervals", "evaluate_draws", "rank_draws", "scores_of", "shares_in_parent", "uncertainty", "what_if"]
