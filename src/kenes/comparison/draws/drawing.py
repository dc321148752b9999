"""Scores under many draws: variants prepared once, weights of all their draws applied together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile, Workshop
from kenes.comparison.declared.plain import to_plain
from kenes.comparison.declared.settings import AggregateSettings, Factor, NormaliseSettings
from kenes.comparison.declared.specification import Specification, cannot_take, canonical
from kenes.comparison.draws import replicates
from kenes.comparison.draws.cell_errors import CellErrors, cell_errors
from kenes.comparison.draws.factors import Draws, noise_of
from kenes.comparison.draws.recipes import Recipe, recipe
from kenes.comparison.steps.aggregation import MEANS, aggregate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
CHUNK = 256


@dataclass(frozen=True)
class Variant:
    """One variant of the specification and what all its draws share.

    `errors` are those of its cells, None where none are drawn; `made` is its recipe, None where it is not compiled;
    `lacking` are the aggregates that stay missing, shape (node, row), None where none does.
    """

    profile: Profile
    spec: Specification
    rows: NDArray[np.intp]
    kept: Sequence[int]
    seed: int
    errors: CellErrors | None
    made: Recipe | None
    lacking: Bools | None

    def score(self, plan: Draws, members: NDArray[np.intp], drawn: Floats) -> None:
        """Write the scores of some draws to `drawn`, shape (kept node, draw, row in `rows`)."""
        weights, noise = plan.weights[:, members], plan.noise[:, members]
        if self.errors is not None and self.made is not None:
            fill = _filler(noise, self.errors.gap, self.seed)
            replicates.run(self.made, self.spec, fill, weights, drawn, members)
            return
        everyone = np.arange(len(self.profile.places))
        use = everyone if _compares_places(self.spec) else self.rows
        found = evaluate_draws(
            self.spec,
            self._leaves(noise, use),
            weights,
            self.kept,
            blocks=self.profile.workshop.blocks,
            rows=use,
            absent=None if self.lacking is None else self.lacking[:, use],
        )
        for k, scores in enumerate(found):
            drawn[k, members] = scores if use is self.rows else scores[:, self.rows]

    def _leaves(self, noise: Ints, use: NDArray[np.intp]) -> Floats:
        """Normalised indicators of the rows used, with a last axis of draws where errors are drawn."""
        if self.errors is None:
            return self.profile.workshop.prepared(self.spec).values[use].T
        return _noisy(self.profile, self.spec, noise, self.errors, self.seed, use)


def scores_of(
    profile: Profile,
    plan: Draws,
    rows: NDArray[np.intp],
    kept: Sequence[int],
    *,
    factors: Sequence[Factor] = (),
    seed: int = 0,
    workers: int = 1,
) -> Floats:
    """Scores of the kept nodes under every draw.

    Returns:
        Shape (kept node, draw, row in `rows`): the places of one draw lie together, ready to be ranked.
    """
    drawn = np.empty((len(kept), len(plan.variant), len(rows)))
    errors = _errors_of(profile, plan, factors) if (plan.noise >= 0).any() else {}
    jobs: list[tuple[Variant, NDArray[np.intp]]] = []
    for number in plan.used:
        spec, own = plan.variants[number], errors.get(number)
        lacking = _lacking(profile, spec)
        made = None if own is None else recipe(profile, spec, own, lacking, rows=rows, kept=kept)
        variant = Variant(profile, spec, rows, kept, seed, own, made, lacking)
        members = plan.members(number)
        jobs += [(variant, members[i : i + CHUNK]) for i in range(0, len(members), CHUNK)]

    def run(job: tuple[Variant, NDArray[np.intp]]) -> None:
        variant, members = job
        variant.score(plan, members, drawn)

    if workers > 1 and len(jobs) > 1:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(run, jobs))
    else:
        for job in jobs:
            run(job)
    _to_nominal_scale(profile, plan, rows, kept, drawn)
    return drawn


def _errors_of(profile: Profile, plan: Draws, factors: Sequence[Factor]) -> dict[int, CellErrors]:
    """Errors and gaps by the number of the variant; found once for variants that are the same up to imputation."""
    found: dict[str, CellErrors] = {}
    errors: dict[int, CellErrors] = {}
    for number in plan.used:
        spec = plan.variants[number]
        key = canonical(to_plain(replace(spec, steps=_until_imputed(spec).steps, worked=None)))
        errors[number] = found[key] if key in found else cell_errors(profile, spec, factors)
        found[key] = errors[number]
    return errors


def _compares_places(spec: Specification) -> bool:
    """Whether a node's score depends on the other places."""
    nodes = [spec.aggregate_of(p) for p in spec.tree.aggregates]
    return any(settings["method"] not in MEANS and "own" not in settings for settings in nodes)


def _lacking(profile: Profile, spec: Specification) -> Bools | None:
    """Aggregates that lack coverage under nominal weights, shape (node, row); None where none does.

    They stay missing in every draw, whatever the drawn weights: a place must not gain a branch by luck.
    """
    values = profile.workshop.prepared(spec).values
    if not any(float(spec.aggregate_of(p).get("min_coverage") or 0) for p in spec.tree.aggregates):
        return None
    if np.isfinite(values).all():
        return None
    built = profile if spec is profile.spec else profile.workshop.build(spec)
    found = np.isnan(built.scores.T)
    found[: spec.tree.leaves] = False
    return found if found.any() else None


def _to_nominal_scale(
    profile: Profile, plan: Draws, rows: NDArray[np.intp], kept: Sequence[int], drawn: Floats
) -> None:
    """Bring scores of variants that normalise otherwise to the mean and spread of the nominal scores.

    A score in ranks and one in z-scores cannot share an interval; the order of places is not touched.
    """

    def scale(spec: Specification) -> list[NormaliseSettings]:
        return [spec.normalise_of(leaf) for leaf in spec.indicators]

    nominal = profile.scores[rows][:, list(kept)]
    for number, spec in enumerate(plan.variants):
        members = plan.members(number)
        if not members.size or scale(spec) == scale(profile.spec):
            continue
        own = profile.workshop.build(spec).scores[rows][:, list(kept)]
        known = np.isfinite(own).any(axis=0) & np.isfinite(nominal).any(axis=0)
        for k in np.flatnonzero(known).tolist():  # a node that no place has is NaN throughout
            mine, theirs = own[:, k], nominal[:, k]
            spread = float(np.nanstd(mine))
            if spread > 0:
                shifted: Floats = (drawn[k, members] - np.nanmean(mine)) * (float(np.nanstd(theirs)) / spread)
                drawn[k, members] = shifted + np.nanmean(theirs)


def _filler(replicates_of: Ints, gap: Bools, seed: int) -> Callable[[int, Floats], None]:
    """A function that fills a buffer with the normal numbers of one of these draws."""
    return lambda d, buffer: noise_of(seed, replicates_of[:, d], gap, buffer)


def _noisy(
    profile: Profile,
    spec: Specification,
    noise: NDArray[np.int64],
    errors: CellErrors,
    seed: int,
    rows: NDArray[np.intp],
) -> Floats:
    """Normalised indicators with drawn errors, shape (indicator, row, draw)."""
    workshop, shape = profile.workshop, profile.inputs.values.T.shape
    cells = errors.cells
    found, drawn = np.empty((shape[0], len(rows), noise.shape[1])), np.empty(cells.shape)
    for d in range(noise.shape[1]):
        z = np.zeros(shape)
        noise_of(seed, noise[:, d], errors.gap, drawn)
        z.ravel()[cells] = drawn
        found[:, :, d] = prepare_noisy(workshop, spec, z.T, errors)[rows].T
    return found


def prepare_noisy(workshop: Workshop, spec: Specification, z: Floats, errors: CellErrors) -> Floats:
    """All steps again on values with drawn errors; shape (row, indicator)."""
    values = np.clip(errors.values + errors.raw * z, errors.low, errors.high)
    if not errors.filled.any() or not spec.has("impute"):
        return workshop.prepared(spec, values).values
    same = not errors.raw.any()
    fills = workshop.prepared(_until_imputed(spec), None if same else values).values
    drawn = np.clip(fills + errors.filled * z, np.fmin(fills, errors.floor), np.fmax(fills, errors.ceiling))
    return workshop.prepared(_after_imputed(spec), np.where(errors.filled > 0, drawn, fills)).values


def _until_imputed(spec: Specification) -> Specification:
    """The steps up to imputation; up to denomination where nothing is imputed."""
    kinds = [s.kind for s in spec.steps]
    last = next((kinds.index(kind) for kind in ("impute", "denominate") if kind in kinds), -1)
    return replace(spec, steps=spec.steps[: last + 1])


def _after_imputed(spec: Specification) -> Specification:
    return replace(spec, steps=spec.steps[[s.kind for s in spec.steps].index("impute") + 1 :])


def evaluate_draws(
    spec: Specification,
    leaves: Floats,
    weights: Floats,
    kept: Sequence[int],
    *,
    blocks: Sequence[NDArray[np.intp]] = (),
    rows: NDArray[np.intp] | None = None,
    absent: Bools | None = None,
) -> list[Floats]:
    """Scores of the kept nodes, each of shape (draw, place).

    Args:
        spec: the tree and its aggregation.
        leaves: normalised indicators, shape (indicator, place), or (indicator, place, draw) where they vary.
        weights: shape (node, draw).
        kept: positions of nodes.
        blocks: rows of each time, for methods that compare places.
        rows: rows of the data that `leaves` hold.
        absent: aggregates that stay missing, shape (node, place).
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
            whole: Floats = under.sum(axis=0)
            share = list(under / whole)
            sums[position] = {leaf: share[i] * w for i, c in enumerate(children) for leaf, w in sums[c].items()}
            continue
        quick = None
        if fixed and all(c < tree.leaves for c in children):
            quick = _by_product(leaves[children], under, method)
        if quick is None and method in ("arithmetic", "geometric", "harmonic"):
            quick = _by_child([values_of(c) for c in children], under, method)
        if quick is None:
            stack = np.stack([values_of(c).T for c in children])
            if (np.isfinite(stack) & (under > 0)[:, None] & cannot_take(settings, stack)).any():
                raise replicates.refused_draw(spec, position)
            quick = _in_blocks(stack, under, {**settings, "min_coverage": 0.0}, blocks, rows).T
        nodes[position] = quick if absent is None else np.where(absent[position], np.nan, quick)
    return [values_of(k) for k in kept]


def _whole(leaves: Floats, sums: Mapping[int, Floats] | None, position: int, count: int) -> Floats:
    """Values of a leaf, or of a sum of leaves, for all draws; shape (draw, place)."""
    if sums is None or (len(sums) == 1 and position in sums):
        return np.broadcast_to(leaves[position], (count, leaves.shape[1]))
    return np.asarray(np.stack(list(sums.values()), axis=1) @ leaves[list(sums)])


def _by_child(values: Sequence[Floats], weights: Floats, method: str) -> Floats | None:
    """A mean over children of shape (draw, place), child by child; None where a value must not be turned."""
    top, below = np.zeros(values[0].shape), np.zeros(values[0].shape)
    for child, value in enumerate(values):
        weight: Floats = weights[child][:, None]
        present = np.isfinite(value)
        if method != "arithmetic" and (value[present] <= 0).any():
            return None
        turned = _turned(value, method)
        if present.all():
            top += weight * turned
            below += weight
        else:
            top += np.where(present, weight * turned, 0)
            below += np.where(present, weight, 0)
    return _turned_back(top, below, method)


def _turned(values: Floats, method: str) -> Floats:
    """Values as their mean adds them up."""
    return np.log(values) if method == "geometric" else 1 / values if method == "harmonic" else values


def _turned_back(top: Floats, below: Floats, method: str) -> Floats:
    """A mean from the sum of turned values and that of their weights; NaN where nothing counts."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(below > 0, top / below, np.nan)
        return np.exp(mean) if method == "geometric" else 1 / mean if method == "harmonic" else mean


def _in_blocks(
    stack: Floats,
    weights: Floats,
    settings: AggregateSettings,
    blocks: Sequence[NDArray[np.intp]],
    rows: NDArray[np.intp] | None,
) -> Floats:
    if len(blocks) <= 1 or rows is None:
        return aggregate(stack, weights, settings)
    found = np.full(stack.shape[1:], np.nan)
    for block in blocks:
        here = np.isin(rows, block)
        found[here] = aggregate(stack[:, here], weights, settings)
    return found


def _by_product(values: Floats, weights: Floats, method: str) -> Floats | None:
    """Means that are sums of fixed values, for all draws by one matrix product; None for other methods."""
    if method not in ("arithmetic", "geometric", "harmonic"):
        return None
    present = np.isfinite(values)
    if method != "arithmetic" and (values[present] <= 0).any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        turned = np.where(present, _turned(values, method), 0)
    top: Floats = weights.T @ turned
    below: Floats = weights.sum(axis=0)[:, None] if present.all() else weights.T @ present.astype(float)
    return _turned_back(top, below, method)
