"""Shares of a variance that add up to one, however the factors work together.

The effect of a factor is its mean gain over all orders in which the factors may come in. The gain is counted in
explained variance where all combinations are run, and in the variance that is left when all others are known
where designs are drawn; both give the same effects.

Sources: Owen (2014), SIAM/ASA J. Uncertainty Quantification 2(1), 245-251; Song, Nelson and Staum (2016), ibid.
4(1), 1060-1083, theorem 1 for the second count; the total share of a group by Jansen (1999), Computer Physics
Communications 117, 35-43.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from math import factorial

import numpy as np
from numpy.typing import NDArray

from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
MOST_FACTORS = 10
MOST_RUNS = 32768


def groups_of(count: int) -> list[tuple[int, ...]]:
    """All groups of one factor or more, the whole last."""
    return [g for size in range(1, count + 1) for g in itertools.combinations(range(count), size)]


def effects_of(worth: Floats, count: int) -> Floats:
    """Shapley values from what each group of factors is worth.

    Args:
        worth: shape (group[, ...]) in the order of `groups_of`; the empty group is worth nothing.
        count: number of factors.

    Returns:
        Shape (factor[, ...]); they add up to the worth of the whole.
    """
    groups = groups_of(count)
    chance = np.zeros((count, len(groups)))
    for g, members in enumerate(groups):
        size = len(members)
        for factor in range(count):
            if factor in members:
                chance[factor, g] = factorial(size - 1) * factorial(count - size) / factorial(count)
            else:
                chance[factor, g] = -factorial(size) * factorial(count - size - 1) / factorial(count)
    return np.asarray(chance @ worth)


def shapley_effects(values: Floats) -> Floats:
    """Exact effects from a full factorial.

    Args:
        values: one axis for each factor, the output in every combination, each as likely.

    Returns:
        Shape (factor,); zeros where the output does not vary.
    """
    count, variance = values.ndim, float(values.var())
    if variance <= 1e-24 * max(1.0, float(values.mean()) ** 2):
        return np.zeros(count)
    everyone = set(range(count))
    explained: list[Floats] = [values.mean(axis=tuple(everyone - set(g))) for g in groups_of(count)]
    return effects_of(np.array([e.var() for e in explained]), count) / variance


def drawn_effects(
    model: Callable[[Floats], Floats], first: Floats, second: Floats, *, level: float, seed: int, bootstrap: int = 200
) -> list[tuple[Floats, Floats, Floats]]:
    """Effects on each output of a model of uniform numbers, with bootstrap intervals.

    Args:
        model: takes shape (run, factor), gives shape (output, run); called once.
        first: a design of shape (base, factor).
        second: another, independent of it.
        level: of the intervals.
        seed: of the bootstrap.
        bootstrap: resamples.

    Returns:
        For each output: effect, low and high end, shape (factor,) each; the effects add up to one, or are all zero
        where the output does not vary.

    Raises:
        BadInput: more than 10 factors, which would need more than 1,000 designs.
    """
    base, count = first.shape
    if count > MOST_FACTORS:
        raise BadInput(
            "shapley",
            expected=f"at most {MOST_FACTORS} factors",
            found=str(count),
            mend="Ask for sobol, or join factors.",
        )
    changed = [np.isin(np.arange(count), g) for g in groups_of(count)]
    outputs: list[Floats] = list(model(np.concatenate([first, *(np.where(c, second, first) for c in changed)])))
    rng = np.random.default_rng([seed, 3])
    resampled = rng.multinomial(base, np.full(base, 1 / base), bootstrap).T / base
    found = []
    for line in outputs:
        runs = line.reshape(len(changed) + 1, base)
        nominal = runs[[0]]
        gaps = (runs[1:] - nominal) ** 2 / 2
        mean: Floats = gaps.mean(axis=1, keepdims=True)
        effect: Floats = _shares(mean, count, nominal)[:, 0]
        spread = _shares(gaps @ resampled, count, nominal)
        low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2], axis=1)
        found.append((effect, low, high))
    return found


def _shares(worth: Floats, count: int, nominal: Floats) -> Floats:
    """Effects over the worth of the whole; zeros where that is nothing."""
    whole = worth[[-1]]
    varies = whole > 1e-24 * max(1.0, float(nominal.mean()) ** 2)
    return np.where(varies, effects_of(worth, count) / np.where(varies, whole, 1.0), 0.0)


def base_for(base: int, factors: Sequence[object]) -> int:
    """Runs of a design such that all designs together stay below 32,768 runs (at least 16)."""
    return max(16, min(base, MOST_RUNS >> len(factors)))
