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

from kenes.comparison import replicates
from kenes.comparison.aggregation import aggregate
from kenes.comparison.building import Profile, Workshop, shares_in_parent
from kenes.comparison.factors import Draws, declared, noise_of, realise
from kenes.comparison.replicates import recipe
from kenes.comparison.specification import Specification
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
CHUNK = 256


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
        for row, ranks in zip(self.drawn_rows, self.drawn_ranks, strict=True):
            seen = ranks[ranks > 0] - 1
            found[row] = np.bincount(seen, minlength=count) / max(seen.size, 1)
        return found

    def ahead(self) -> Floats:
        """Chance that the row's place scores above the column's, ties counted half; NaN where not ranked."""
        count = len(self.places)
        found = np.full((count, count), np.nan)
        able = np.isfinite(self.drawn).all(axis=0)
        rows, scores = self.drawn_rows[able], np.ascontiguousarray(self.drawn[:, able].T)
        for row, own in zip(rows, scores, strict=True):
            gap = own[None] - scores
            found[row, rows] = (gap > 0).mean(axis=1) + 0.5 * (gap == 0).mean(axis=1)
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
    recipes = {} if errors is None else {n: recipe(profile, s, errors) for n, s in enumerate(plan.variants)}
    jobs: list[tuple[int, NDArray[np.intp]]] = []
    for number in range(len(plan.variants)):
        members = np.flatnonzero(plan.variant == number)
        jobs += [(number, members[i : i + CHUNK]) for i in range(0, len(members), CHUNK)]

    def run(job: tuple[int, NDArray[np.intp]]) -> None:
        spec, members = plan.variants[job[0]], job[1]
        made = recipes.get(job[0])
        if made is not None:
            replicates.run(
                made,
                spec,
                _noise(plan.noise[members], seed),
                plan.weights[:, members],
                kept,
                rows,
                drawn,
                members,
            )
            return
        if errors is None:
            leaves = profile.workshop.prepared(spec).values[rows].T
        else:
            leaves = _noisy(profile, spec, plan.noise[members], errors, seed, rows)
        found = evaluate_draws(spec, leaves, plan.weights[:, members], kept, profile.workshop.blocks, rows)
        for k, scores in enumerate(found):
            drawn[k, members] = scores

    for number in np.unique(plan.variant):
        profile.workshop.prepared(plan.variants[number])
    if workers > 1 and len(jobs) > 1:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(run, jobs))
    else:
        for job in jobs:
            run(job)
    _to_nominal_scale(profile, plan, rows, kept, drawn)
    return drawn


def _to_nominal_scale(
    profile: Profile, plan: Draws, rows: NDArray[np.intp], kept: Sequence[int], drawn: Floats
) -> None:
    """Bring scores of variants that normalise otherwise to the mean and spread of the nominal scores.

    A score in ranks and one in z-scores cannot share an interval; the order of places is not touched.
    """

    def scale(spec: Specification) -> list[Any]:
        return [spec.normalise_of(leaf) for leaf in spec.indicators]

    nominal = profile.scores[rows][:, list(kept)]
    for number, spec in enumerate(plan.variants):
        members = np.flatnonzero(plan.variant == number)
        if not members.size or scale(spec) == scale(profile.spec):
            continue
        own = profile.workshop.build(spec).scores[rows][:, list(kept)]
        known = np.isfinite(own).any(axis=0) & np.isfinite(nominal).any(axis=0)
        for k in np.flatnonzero(known).tolist():  # a node that no place has is NaN throughout
            spread, wanted = np.nanstd(own[:, k]), np.nanstd(nominal[:, k])
            if spread > 0:
                shifted = (drawn[k, members] - np.nanmean(own[:, k])) * (wanted / spread)
                drawn[k, members] = shifted + np.nanmean(nominal[:, k])


def _noise(replicates_of: NDArray[np.int64], seed: int) -> Any:
    """A function that fills a buffer with the normal numbers of one of these draws."""
    return lambda d, buffer: noise_of(seed, int(replicates_of[d]), buffer.shape, buffer)


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
    workshop, shape = profile.workshop, profile.inputs.values.T.shape
    cells = replicates.noisy_cells(workshop.inputs.values, errors)
    found = np.empty((shape[0], len(rows), len(noise)))
    for d, replicate in enumerate(noise):
        z = np.zeros(shape)
        z.ravel()[cells] = noise_of(seed, int(replicate), cells.shape)
        found[:, :, d] = prepare_noisy(workshop, spec, z.T, errors)[rows].T
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
    full = fixed and bool(np.isfinite(leaves).all())
    sums: dict[int, dict[int, Floats]] = {p: {p: np.ones(count)} for p in range(tree.leaves)} if full else {}
    nodes: dict[int, Floats] = {} if fixed else {p: leaves[p].T for p in range(tree.leaves)}

    def values_of(position: int) -> Floats:
        if position not in nodes:
            nodes[position] = _whole(leaves, sums.get(position), position, count)
        return nodes[position]

    for position in tree.aggregates:
        children, settings = list(tree.children[position]), spec.aggregate_of(position)
        under, method = weights[children], settings["method"]
        if method == "arithmetic" and all(c in sums for c in children):
            share = under / under.sum(axis=0)
            sums[position] = {leaf: share[i] * w for i, c in enumerate(children) for leaf, w in sums[c].items()}
            continue
        quick = None
        if fixed and all(c < tree.leaves for c in children):
            quick = _by_product(leaves[children], under, settings)
        if quick is None and method in ("arithmetic", "geometric", "harmonic"):
            quick = _by_child([values_of(c) for c in children], under, method)
        if quick is None:
            stack = np.stack([values_of(c).T for c in children])
            quick = _in_blocks(stack, under, {**settings, "min_coverage": 0.0}, blocks, rows).T
        nodes[position] = quick
    return [values_of(k) for k in kept]


def _whole(leaves: Floats, sums: Mapping[int, Floats] | None, position: int, count: int) -> Floats:
    """Values of a leaf, or of a sum of leaves, for all draws; shape (draw, place)."""
    if sums is None or (len(sums) == 1 and position in sums):
        return np.broadcast_to(leaves[position], (count, leaves.shape[1]))
    return np.asarray(np.stack(list(sums.values()), axis=1) @ leaves[list(sums)])


def _by_child(values: Sequence[Floats], weights: Floats, method: str) -> Floats | None:
    """A mean over children of shape (draw, place), child by child; None where a value must not be turned."""
    top, below = np.zeros(values[0].shape), np.zeros(values[0].shape)
    for value, weight in zip(values, weights[:, :, None], strict=True):
        present = np.isfinite(value)
        if method != "arithmetic" and (value[present] <= 0).any():
            return None
        turned = np.log(value) if method == "geometric" else 1 / value if method == "harmonic" else value
        if present.all():
            top += weight * turned
            below += weight
        else:
            top += np.where(present, weight * turned, 0)
            below += np.where(present, weight, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(below > 0, top / below, np.nan)
        return np.asarray(np.exp(mean) if method == "geometric" else 1 / mean if method == "harmonic" else mean)


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
        top = weights.T @ np.where(present, turned, 0)
        below = weights.sum(axis=0)[:, None] if present.all() else weights.T @ present.astype(float)
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
    return Intervals(
        profile.places, tuple(profile.spec.tree.ids[k] for k in kept), scores, low, high, ranks, rank_low,
        rank_high, profile.coverage[:, kept], profile.ranked, profile.reason, level, count, drawn[-1],
        last_ranks, rows, names,
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
    from kenes.comparison.plain import renamed  # noqa: PLC0415 - kept near its one use

    unknown = sorted(set(weights) - set(profile.spec.tree.ids))
    if unknown:
        raise BadInput("weights", expected="ids of nodes", found=", ".join(unknown))
    named = dict(zip(profile.spec.tree.ids, profile.spec.weights(), strict=True)) | dict(weights)
    spec = renamed(profile.spec, weight_set="what_if", weight_sets={**profile.spec.weight_sets, "what_if": named})
    changed = profile.workshop.build(spec)
    chosen = [f for f in _factors(changed) if f["kind"] not in ("errors", "gaps")]
    return uncertainty(changed, draws, seed, level, factors=chosen, nodes=(spec.root,))


__all__ = [
    "Intervals",
    "evaluate_draws",
    "rank_draws",
    "scores_of",
    "shares_in_parent",
    "uncertainty",
    "what_if",
]
