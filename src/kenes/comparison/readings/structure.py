"""How indicators of an index hang together: correlations by level, reliability, effective importance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.declared.plain import with_weights
from kenes.comparison.steps.correlating import constant, correlated, correlation

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of two nodes over the places that have both."""

    a: str
    b: str
    method: str
    r: float
    p: float
    flag: str | None


def correlations(
    profile: Profile, *, method: str = "pearson", high: float = 0.92, low: float = -0.4, pairs: str = "related"
) -> list[Correlation]:
    """Correlations between siblings, and of each node with each of its ancestors; or between all nodes.

    Flags: `redundant` between siblings at `high` or more, `negative` at `low` or less, `weak` where an
    indicator and its parent are below 0.3.

    Args:
        profile: a build.
        method: pearson, spearman or kendall.
        high: from which on siblings say the same.
        low: up to which two nodes speak against each other.
        pairs: `related` or `all`; only related pairs carry flags.

    Returns:
        Sorted by `a` and `b`; each pair once.
    """
    tree = profile.spec.tree
    flags: dict[tuple[int, int], tuple[float, bool]] = {}
    for position in tree.aggregates:
        children = tree.children[position]
        for i, a in enumerate(children):
            flags.update({(a, b): (high, False) for b in children[i + 1 :]})
        flags.update({(d, position): (np.inf, d in children) for c in children for d in _below(tree.children, c)})
    wanted = list(flags)
    if pairs == "all":
        known = {frozenset(pair) for pair in wanted}
        nodes = range(len(tree.ids))
        wanted += [(a, b) for a in nodes for b in nodes if a < b and frozenset((a, b)) not in known]
    rows = correlated(profile.scores, wanted, method)
    found = []
    for (a, b), (r, p) in zip(wanted, rows, strict=True):
        limit, child = flags.get((a, b), (np.inf, False))
        related = (a, b) in flags
        flag = "redundant" if r >= limit else "negative" if related and r <= low else None
        if flag is None and child and low < r < 0.3:
            flag = "weak"
        found.append(Correlation(tree.ids[a], tree.ids[b], method, r, p, flag))
    return sorted(found, key=lambda c: (c.a, c.b))


def _below(children: tuple[tuple[int, ...], ...], position: int) -> list[int]:
    return [position, *(d for c in children[position] for d in _below(children, c))]


def cronbach_alpha(values: Floats, *, standardised: bool = False) -> float:
    """Reliability of a set of indicators over complete rows.

    Args:
        values: shape (place, indicator), all in the same direction.
        standardised: from the mean correlation instead of the variances.

    Returns:
        Alpha; NaN with fewer than 2 indicators or 3 rows, or where the indicators cancel each other out.

    Source:
        Cronbach (1951), Psychometrika 16, 297-334.
    """
    table = values[np.isfinite(values).all(axis=1)]
    k = table.shape[1]
    if k < 2 or len(table) < 3:
        return np.nan
    if standardised:
        if constant(table).any():
            return np.nan
        mean = (float(np.corrcoef(table.T).sum()) - k) / (k * (k - 1))
        below = 1 + (k - 1) * mean
        return k * mean / below if abs(below) > 1e-12 else np.nan
    total: Floats = table.sum(axis=1)
    spread: Floats = table.var(axis=0, ddof=1)
    whole, parts = float(total.var(ddof=1)), float(spread.sum())
    return k / (k - 1) * (1 - parts / whole) if whole > 1e-12 * parts else np.nan


def effective_weights(profile: Profile) -> Floats:
    """Share of each node in the root: product of the shares on its way up; shape (node,), the root 1."""
    tree, share = profile.spec.tree, profile.weights()
    found = share.copy()
    for position in reversed(tree.aggregates):
        for child in tree.children[position]:
            found[child] = share[child] * found[position]
    return found


def importance(profile: Profile) -> Floats:
    """Squared correlation of each indicator with the root, divided by their sum; shape (indicator,).

    Source:
        Paruolo, Saisana and Saltelli (2013), J. R. Stat. Soc. A 176(3), 609-634, in its linear form.
    """
    root = profile.index
    squared = [
        np.nan_to_num(correlation(profile.normalised[:, i], root)[0]) ** 2 for i in range(profile.spec.tree.leaves)
    ]
    total = sum(squared)
    return np.array(squared) / total if total else np.array(squared)


def removal_study(profile: Profile) -> dict[str, float]:
    """Mean absolute change of rank when each node but the root is left out (its weight set to 0)."""
    spec, tree = profile.spec, profile.spec.tree
    found = {}
    for position in range(tree.root):
        parent = next(p for p in tree.aggregates if position in tree.children[p])
        if len(tree.children[parent]) == 1:
            continue
        weights = dict(zip(tree.ids, spec.weights(), strict=True)) | {tree.ids[position]: 0.0}
        other = profile.workshop.build(with_weights(spec, "without", weights))
        found[tree.ids[position]] = float(np.nanmean(np.abs(other.ranks[:, -1] - profile.ranks[:, -1])))
    return found
