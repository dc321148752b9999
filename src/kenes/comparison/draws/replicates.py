"""Draws with errors in the cells: the steps again for each draw, compiled where the methods allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.declared.specification import Specification
from kenes.comparison.draws.cell_errors import CellErrors, denomination
from kenes.comparison.steps.imputation import nameless
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
COMPILED_NORMS = ("none", "min_max", "z_score", "rank", "percentile_rank", "borda", "goalposts", "distance_to_max")
ORDER = ("denominate", "screen", "impute", "treat", "normalise", "aggregate")


@dataclass(frozen=True)
class Recipe:
    """Everything the compiled loop needs for one variant, as arrays."""

    raw: Floats
    cells: Ints
    gap: NDArray[np.bool_]
    errors: Floats
    low: Floats
    high: Floats
    floor: Floats
    ceiling: Floats
    prepare: tuple[Any, ...]
    start: Ints
    children: Ints
    method: Ints
    gaps: bool


def recipe(profile: Profile, spec: Specification, errors: CellErrors) -> Recipe | None:
    """The arrays of a variant; None where a method is not compiled and the array functions must do."""
    if not _compiled(profile, spec):
        return None
    tree, scale = spec.tree, denomination(spec, profile.inputs)
    raw = np.ascontiguousarray((errors.values * scale).T)
    error = np.where(np.isfinite(raw), (errors.raw * scale).T, errors.filled.T)
    cells = errors.cells
    ends = np.sort(np.stack([errors.low * scale, errors.high * scale]), axis=0).transpose(0, 2, 1).reshape(2, -1)
    children = [c for p in tree.aggregates for c in tree.children[p]]
    sizes = [len(tree.children[p]) for p in tree.aggregates]
    codes = {"arithmetic": 0, "geometric": 1, "harmonic": 2}
    prepared = _prepare_arguments(profile, spec)
    return Recipe(
        raw.ravel(),
        cells,
        errors.gap,
        error.ravel()[cells],
        ends[0, cells],
        ends[1, cells],
        errors.floor[0].copy(),
        errors.ceiling[0].copy(),
        prepared,
        np.cumsum([0, *sizes]).astype(np.int64),
        np.array(children, dtype=np.int64),
        np.array([codes[spec.aggregate_of(p)["method"]] for p in tree.aggregates], dtype=np.int64),
        bool(np.isnan(profile.workshop.prepared(spec).values).any()),
    )


def _compiled(profile: Profile, spec: Specification) -> bool:
    kinds = [s.kind for s in spec.steps]
    order = [ORDER.index(k) for k in kinds]
    plain = order == sorted(set(order)) and len(profile.workshop.blocks) == 1
    impute = spec.step("impute")
    plain = plain and impute.get("method", "none") in ("none", "group_mean", "mean")
    plain = plain and impute.get("axis", "column") == "column" and impute.get("by") != "branch"
    plain = plain and all(
        spec.aggregate_of(p)["method"] in ("arithmetic", "geometric", "harmonic") for p in spec.tree.aggregates
    )
    for leaf in spec.indicators:
        norm, treat = spec.normalise_of(leaf), spec.treat_of(leaf)
        plain = (
            plain and norm["method"] in COMPILED_NORMS and not norm.get("transform") and norm.get("reference") is None
        )
        plain = plain and spec.by_id[leaf].direction != "target"
        plain = plain and treat["method"] in ("none", "winsorise") and treat.get("then", "none") != "boxcox"
    return plain


def _prepare_arguments(profile: Profile, spec: Specification) -> tuple[Any, ...]:
    """Arguments of `kernels.prepare` after the values."""
    rows, leaves = len(profile.places), spec.indicators
    method = spec.step("impute").get("method", "none") if spec.has("impute") else "none"
    groups, count = np.ones(rows, dtype=np.int64), 0 if method == "none" else 2
    by = spec.step("impute").get("by")
    if method == "group_mean" or (method != "none" and by):
        by = by or spec.groups[0]
        named = [f"={g}" if not nameless(g) else "" for g in profile.inputs.groups[by]]
        labels, groups = np.unique(["", *named], return_inverse=True)  # 0: no group, whose gaps stay
        groups, count = groups[1:].astype(np.int64), len(labels)
    keep = ~profile.workshop.prepared(spec).screened
    treats, norms = [spec.treat_of(x) for x in leaves], [spec.normalise_of(x) for x in leaves]
    has_treat, has_norm = spec.has("treat"), spec.has("normalise")
    from kenes.comparison.draws.kernels import NORMS, THENS  # noqa: PLC0415 - numba is loaded when wanted

    def floats(values: Sequence[Any]) -> Floats:
        return np.array([np.nan if v is None else float(v) for v in values])

    posts = [spec.by_id[x].goalposts for x in leaves]
    treated = [0 if not has_treat else 2 if t["method"] == "winsorise" else 1 for t in treats]
    lows = [_scale(n)[0] for n in norms]
    highs = [_scale(n)[1] for n in norms]
    return (
        keep,
        groups,
        count,
        np.array(treated),
        floats([t.get("skew", 2.0) for t in treats]),
        floats([t.get("kurtosis", 3.5) for t in treats]),
        np.array([-1 if t.get("max_points", 5) is None else int(t.get("max_points", 5)) for t in treats]),
        np.array([THENS[t.get("then") or "none"] for t in treats]),
        np.array([bool(t.get("combine")) for t in treats]),
        np.array([NORMS[n["method"]] if has_norm else -1 for n in norms]),
        np.array([-1 if spec.by_id[x].direction == -1 else 1 for x in leaves]),
        floats(lows),
        floats(highs),
        floats([p and p.worst for p in posts]),
        floats([p and p.best for p in posts]),
        np.array([bool(n.get("cap", True)) for n in norms]),
    )


def _scale(norm: Mapping[str, Any]) -> tuple[float, float]:
    if norm["method"] == "z_score":
        return float(norm.get("mean", 0)), float(norm.get("sd", 1))
    if norm["method"] == "distance_to_max":
        return 0.0, 1.0
    return float(norm.get("low", 0)), float(norm.get("high", 100))


def refused_draw(spec: Specification, position: int) -> BadInput:
    """What to say of a draw that brought a node values that its mean cannot take."""
    method = spec.aggregate_of(position)["method"]
    return BadInput(
        f"node {spec.tree.ids[position]}",
        expected=f"values that a {method} mean can take in every draw",
        found="a draw with a value of zero or less",
        mend="Normalise to a scale with a floor above zero (goalposts, or min_max with low), or choose an arithmetic "
        "mean.",
    )


def run(
    made: Recipe,
    spec: Specification,
    z_of: Any,
    weights: Floats,
    kept: Sequence[int],
    rows: NDArray[np.intp],
    out: Floats,
    members: Ints,
    lacking: NDArray[np.bool_] | None = None,
) -> None:
    """Scores of the kept nodes for the draws in `members`, written to `out[kept, draw, row]`.

    Args:
        made: the recipe.
        spec: its specification.
        z_of: gives the standard normal numbers of one draw: `z_of(member position, buffer)`.
        weights: shape (node, draw in members).
        kept: positions of nodes.
        rows: rows to keep.
        out: shape (kept, draw, kept row).
        members: draws.
        lacking: aggregates that stay missing, shape (node, row).
    """
    from kenes.comparison.draws import kernels  # noqa: PLC0415 - numba is loaded when wanted

    leaves = spec.tree.leaves
    size = made.raw.size // leaves
    x, z, noise = np.empty((leaves, size)), np.empty(made.cells.size), np.zeros((leaves, size))
    scores = np.empty((len(spec.tree.ids) - leaves, size))
    whole = len(rows) == size
    under = np.ascontiguousarray(weights.T)
    absent = np.zeros((0, 0), dtype=np.bool_) if lacking is None else np.ascontiguousarray(lacking[leaves:])
    counted = np.zeros(size, dtype=np.bool_)
    counted[rows] = True
    for d, member in enumerate(members):
        z_of(d, z)
        kernels.noisy(made.raw, made.errors, made.low, made.high, z, made.cells, x.ravel(), noise.ravel())
        kernels.prepare(x, noise, made.floor, made.ceiling, *made.prepare)
        wrong = kernels.climb(x, made.start, made.children, made.method, under[d], scores, made.gaps, absent, counted)
        if wrong >= 0:
            raise refused_draw(spec, leaves + wrong)
        for k, position in enumerate(kept):
            line = x[position] if position < leaves else scores[position - leaves]
            out[k, member] = line if whole else line[rows]
