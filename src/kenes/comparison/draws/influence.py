"""Which of the things that may be otherwise matters: variance shares by Sobol.

Sources: first-order estimator of Saltelli et al. (2010), Computer Physics Communications 181, 259-270, table 2
(b); total by Jansen (1999), ibid. 117, 35-43. Where every factor has few values, all combinations are run and
the shares are exact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.declared.settings import Factor
from kenes.comparison.draws.drawing import scores_of
from kenes.comparison.draws.factors import name_of, realise
from kenes.comparison.draws.intervals import factors_of, rank_draws
from kenes.comparison.draws.shapley import base_for, drawn_effects, shapley_effects

Floats = NDArray[np.float64]
Model = Callable[[Floats], Floats]
MOST_COMBINATIONS = 4096


@dataclass(frozen=True)
class Sensitivity:
    """Variance shares of one output; arrays of shape (factor,).

    Under the method `shapley` the effect stands in `total`, and `first` is NaN.
    """

    output: str
    factors: tuple[str, ...]
    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    method: str


def designs(factors: int, base: int, seed: int) -> tuple[Floats, Floats]:
    """Two independent quasi-random designs of shape (base, factor) in [0, 1): scrambled Sobol points."""
    from scipy.stats import qmc  # noqa: PLC0415 - loaded when wanted

    power = int(np.ceil(np.log2(max(base, 2))))
    points = qmc.Sobol(2 * factors, scramble=True, rng=np.random.default_rng(seed)).random_base2(power)[:base]
    points = np.minimum(points, np.nextafter(1, 0))
    return points[:, :factors], points[:, factors:]


def sobol(
    model: Model,
    factors: Sequence[str],
    *,
    base: int = 1024,
    seed: int = 0,
    level: float = 0.9,
    bootstrap: int = 200,
    output: str = "output",
) -> Sensitivity:
    """First and total shares of the variance of a model of uniform numbers.

    Args:
        model: takes shape (run, factor) in [0, 1), gives shape (run,); called once.
        factors: their names.
        base: runs of each design; the model is run base * (factors + 2) times.
        seed: of design and bootstrap.
        level: of the bootstrap intervals.
        bootstrap: resamples.
        output: name of the output.

    Returns:
        The shares; all zero where the output does not vary.
    """
    runs = model(_mixed_designs(len(factors), base, seed))
    return _from_runs(runs, tuple(factors), seed=seed, level=level, bootstrap=bootstrap, output=output)


def _mixed_designs(factors: int, base: int, seed: int) -> Floats:
    """Two designs, and the first with one column of the second for each factor; shape (base * (factor + 2), factor)."""
    a, b = designs(factors, base, seed)
    return np.concatenate([a, b, *(np.where(np.equal(np.arange(factors), i), b, a) for i in range(factors))])


def _from_runs(
    outputs: Floats, factors: tuple[str, ...], *, seed: int, level: float, output: str, bootstrap: int = 200
) -> Sensitivity:
    """First and total shares of one output of `_mixed_designs`, shape (run,), with bootstrap intervals."""
    runs = outputs.reshape(len(factors) + 2, -1)
    base = runs.shape[1]
    first, total = shares_of(runs)
    rng = np.random.default_rng([seed, 2])
    resampled = [shares_of(runs[:, rng.integers(0, base, base)]) for _ in range(bootstrap)]
    first_low, first_high = _ends([r[0] for r in resampled], level)
    total_low, total_high = _ends([r[1] for r in resampled], level)
    return Sensitivity(output, factors, first, first_low, first_high, total, total_low, total_high, "sobol")


def _ends(resampled: Sequence[Floats], level: float) -> tuple[Floats, Floats]:
    """Ends that hold so much of what was resampled, shape (factor,) each."""
    low, high = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def shares_of(runs: Floats) -> tuple[Floats, Floats]:
    """First and total shares from runs of shape (factor + 2, base): A, B, then A with one column of B."""
    a, b, mixed = runs[[0]], runs[[1]], runs[2:]
    centre, variance = float(runs[:2].mean()), float(runs[:2].var())
    if variance <= 1e-24 * max(1.0, centre**2):
        return np.zeros(len(mixed)), np.zeros(len(mixed))
    first: Floats = ((b - centre) * (mixed - a)).mean(axis=1)
    total: Floats = ((a - mixed) ** 2).mean(axis=1)
    return first / variance, total / (2 * variance)


def exact_shares(values: Floats) -> tuple[Floats, Floats]:
    """First and total shares of a full factorial.

    Args:
        values: one axis for each factor, the output in every combination, each as likely.

    Returns:
        First and total, shape (factor,).
    """
    count, variance = values.ndim, float(values.var())
    if variance <= 1e-24 * max(1.0, float(values.mean()) ** 2):
        return np.zeros(count), np.zeros(count)
    first, total = np.empty(count), np.empty(count)
    for axis in range(count):
        others = tuple(i for i in range(count) if i != axis)
        explained: Floats = values.mean(axis=others)
        left: Floats = values.var(axis=axis)
        first[axis], total[axis] = explained.var() / variance, left.mean() / variance
    return first, total


def sensitivity(
    profile: Profile,
    *,
    base: int = 512,
    seed: int | None = None,
    level: float | None = None,
    factors: Sequence[Factor] | None = None,
    places: Sequence[str] = (),
    workers: int = 2,
    methods: Sequence[str] | None = None,
) -> list[Sensitivity]:
    """Which factor moves the ranks: overall, and the rank of each place asked for.

    Args:
        profile: a build.
        base: runs of each design where the factors are not few values each.
        seed: that of the specification by default.
        level: of the intervals; that of the specification by default.
        factors: those of `uncertainty` by default.
        places: places whose ranks are wanted as outputs too.
        workers: threads; the result does not depend on it.
        methods: `sobol`, `shapley` or both; those of the specification by default.

    Returns:
        For each method, `rank_shift` (mean absolute change of rank over places) and each place's `rank:PLACE`.
    """
    spec = profile.spec
    seed = spec.seed if seed is None else seed
    level = spec.level if level is None else level
    asked = tuple(spec.sensitivity if methods is None else methods)
    chosen = tuple(factors if factors is not None else factors_of(profile))
    names = tuple(name_of(f) for f in chosen)
    outputs = ["rank_shift", *(f"rank:{p}" for p in places)]
    run = _rank_model(profile, chosen, places, seed, workers)
    sizes = [_values_of(profile, f) for f in chosen]
    if all(sizes) and math.prod(sizes) <= MOST_COMBINATIONS:
        return _enumerated(run, sizes, names, outputs, asked)
    effects = _drawn(run, names, outputs, base, seed, level) if "shapley" in asked else []
    if "sobol" not in asked:
        return effects
    lines: list[Floats] = list(run(_mixed_designs(len(names), base, seed)))
    shares = [
        _from_runs(line, names, seed=seed, level=level, output=name) for name, line in zip(outputs, lines, strict=True)
    ]
    return shares + effects


def _rank_model(profile: Profile, factors: Sequence[Factor], places: Sequence[str], seed: int, workers: int) -> Model:
    """The mean shift of ranks and the ranks of some places, shape (output, run), from uniform numbers."""
    spec, rows = profile.spec, np.flatnonzero(profile.ranked)
    order = rows.tolist()
    spots = [order.index(profile.row(p)) for p in places]
    nominal = np.asarray(profile.ranks[rows, -1])

    def run(uniform: Floats) -> Floats:
        plan = realise(spec, factors, uniform, seed, worked=profile.workshop.worked)
        drawn = scores_of(profile, plan, rows, [spec.tree.root], factors=factors, seed=seed, workers=workers)
        ranks = rank_draws(drawn[0]).astype(float)
        shift: Floats = np.abs(ranks - nominal).mean(axis=1)
        return np.stack([shift, *(ranks[:, s] for s in spots)])

    return run


def _drawn(
    run: Model, names: tuple[str, ...], outputs: Sequence[str], base: int, seed: int, level: float
) -> list[Sensitivity]:
    """Shapley effects of every output from drawn designs."""
    first, second = designs(len(names), base_for(base, names), seed)
    found = drawn_effects(run, first, second, level=level, seed=seed)
    return [_as_shapley(name, names, *ends) for name, ends in zip(outputs, found, strict=True)]


def _as_shapley(output: str, names: tuple[str, ...], effect: Floats, low: Floats, high: Floats) -> Sensitivity:
    none = np.full(len(names), np.nan)
    return Sensitivity(output, names, none, none, none, effect, low, high, "shapley")


def _values_of(profile: Profile, factor: Factor) -> int:
    """How many values a factor has; 0 where it is continuous."""
    if factor["kind"] == "alternatives":
        return len(factor["values"])
    if factor["kind"] == "leave_one_out":
        tree = profile.spec.tree
        return 1 + sum(len(tree.children[p]) > 1 for p in tree.aggregates for c in tree.children[p] if c < tree.leaves)
    return 0


def _enumerated(
    run: Model, sizes: Sequence[int], names: tuple[str, ...], outputs: Sequence[str], asked: Sequence[str]
) -> list[Sensitivity]:
    """Exact shares and effects over all combinations."""
    grid = np.array(list(itertools.product(*([(i + 0.5) / s for i in range(s)] for s in sizes))))
    results: list[Floats] = list(run(grid))
    shares, effects = [], []
    for name, line in zip(outputs, results, strict=True):
        table = line.reshape(tuple(sizes))
        first, total = exact_shares(table)
        shares.append(Sensitivity(name, names, first, first, first, total, total, total, "exact"))
        if "shapley" in asked:
            effect = shapley_effects(table)
            effects.append(_as_shapley(name, names, effect, effect, effect))
    return (shares if "sobol" in asked else []) + effects
