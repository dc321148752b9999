"""One variant of an index as the arrays that the compiled draws read; none where a method is not compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.declared.settings import NormaliseSettings
from kenes.comparison.declared.specification import Specification
from kenes.comparison.draws.cell_errors import CellErrors, denomination
from kenes.comparison.steps.axes import Axis
from kenes.comparison.steps.centres import nameless

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NORMS = ("none", "min_max", "z_score", "rank", "percentile_rank", "borda", "goalposts", "distance_to_max")
THENS = ("none", "log", "log_coin")
MEANS = ("arithmetic", "geometric", "harmonic")
"""The methods that are compiled; each goes by its position."""
ORDER = ("denominate", "screen", "impute", "treat", "normalise", "aggregate")


class NoisyCells(NamedTuple):
    """Cells that get a normal number: position in the flat `raw`, standard error and bounds; shape (cell,) each."""

    raw: Axis[float]
    cells: Axis[int]
    errors: Axis[float]
    low: Axis[float]
    high: Axis[float]


class Preparation(NamedTuple):
    """Imputation, treatment and normalisation of each indicator; shape (indicator,) unless said otherwise.

    `keep` marks rows not screened out and `groups` numbers the group of each row, 0 for none, shape (row,); no
    groups at all (`group_count` 0) mean no imputation. Fills are drawn between `floor` and `ceiling`. `most` is -1
    for no limit. `low` and `high` are the ends of the scale, or mean and deviation of z-scores.
    """

    keep: Axis[bool]
    groups: Axis[int]
    group_count: int
    floor: Axis[float]
    ceiling: Axis[float]
    treats: bool
    winsorise: Axis[bool]
    skew: Axis[float]
    kurtosis: Axis[float]
    most: Axis[int]
    then: Axis[int]
    combine: Axis[bool]
    normalises: bool
    norm: Axis[int]
    direction: Axis[int]
    low: Axis[float]
    high: Axis[float]
    worst: Axis[float]
    best: Axis[float]
    cap: Axis[bool]


class Ascent(NamedTuple):
    """The tree of a variant.

    `start` is the first position in `children` of each aggregate, and the end; `children` are positions of nodes, one
    aggregate after the other; `mean` is the code of each aggregate; `gaps` tells whether any leaf may be missing.
    `absent` are aggregates that stay missing, shape (aggregate, row), or empty. `rows` are those that count and are
    kept, which `counted` marks, shape (row,); `kept` are the nodes kept.
    """

    start: Axis[int]
    children: Axis[int]
    mean: Axis[int]
    gaps: bool
    absent: Bools
    counted: Axis[bool]
    rows: Axis[int]
    kept: Axis[int]


class Recipe(NamedTuple):
    """Everything the compiled draws need for one variant."""

    noisy: NoisyCells
    preparation: Preparation
    ascent: Ascent


def recipe(
    profile: Profile,
    spec: Specification,
    errors: CellErrors,
    lacking: Bools | None,
    *,
    rows: NDArray[np.intp],
    kept: Sequence[int],
) -> Recipe | None:
    """The arrays of a variant; None where a method is not compiled and the array functions must do.

    Args:
        profile: the build.
        spec: the variant.
        errors: of its cells.
        lacking: aggregates that stay missing, shape (node, row); None where none does.
        rows: the rows that count.
        kept: positions of the nodes to keep.
    """
    if not _compiled(profile, spec):
        return None
    scale = denomination(spec, profile.inputs)
    raw = np.ascontiguousarray((errors.values * scale).T)
    error = np.where(np.isfinite(raw), (errors.raw * scale).T, errors.filled.T)
    cells = errors.cells
    ends = np.sort(np.stack([errors.low * scale, errors.high * scale]), axis=0).transpose(0, 2, 1).reshape(2, -1)
    noisy = NoisyCells(raw.ravel(), cells, error.ravel()[cells], ends[0, cells], ends[1, cells])
    ascent = _ascent(profile, spec, lacking, rows, kept)
    return Recipe(noisy, _preparation(profile, spec, errors), ascent)


def _compiled(profile: Profile, spec: Specification) -> bool:
    """Whether every step of a variant is one that the compiled draws know."""
    kinds = [ORDER.index(s.kind) for s in spec.steps]
    impute = spec.step("impute")
    return (
        kinds == sorted(set(kinds))
        and len(profile.workshop.blocks) == 1
        and impute.get("method", "none") in ("none", "group_mean", "mean")
        and impute.get("axis", "column") == "column"
        and impute.get("by") != "branch"
        and all(spec.aggregate_of(p)["method"] in MEANS for p in spec.tree.aggregates)
        and all(_compiled_leaf(spec, leaf) for leaf in spec.indicators)
    )


def _compiled_leaf(spec: Specification, leaf: str) -> bool:
    norm, treat = spec.normalise_of(leaf), spec.treat_of(leaf)
    return (
        norm["method"] in NORMS
        and not norm.get("transform")
        and norm.get("reference") is None
        and spec.by_id[leaf].direction != "target"
        and treat["method"] in ("none", "winsorise")
        and treat.get("then", "none") != "boxcox"
    )


def _preparation(profile: Profile, spec: Specification, errors: CellErrors) -> Preparation:
    leaves = [spec.by_id[x] for x in spec.indicators]
    treats, norms = [spec.treat_of(x) for x in spec.indicators], [spec.normalise_of(x) for x in spec.indicators]
    scales = [_scale(n) for n in norms]
    groups, count = _groups(profile, spec)
    most = [t.get("max_points", 5) for t in treats]
    return Preparation(
        keep=~profile.workshop.prepared(spec).screened,
        groups=groups,
        group_count=count,
        floor=np.array(errors.floor[0]),
        ceiling=np.array(errors.ceiling[0]),
        treats=spec.has("treat"),
        winsorise=np.array([t["method"] == "winsorise" for t in treats]),
        skew=np.array([float(t.get("skew", 2.0)) for t in treats]),
        kurtosis=np.array([float(t.get("kurtosis", 3.5)) for t in treats]),
        most=np.array([-1 if m is None else int(m) for m in most]),
        then=np.array([THENS.index(t.get("then") or "none") for t in treats]),
        combine=np.array([bool(t.get("combine")) for t in treats]),
        normalises=spec.has("normalise"),
        norm=np.array([NORMS.index(n["method"]) for n in norms]),
        direction=np.array([-1 if n.direction == -1 else 1 for n in leaves]),
        low=np.array([low for low, _ in scales]),
        high=np.array([high for _, high in scales]),
        worst=np.array([n.goalposts.worst if n.goalposts else np.nan for n in leaves]),
        best=np.array([n.goalposts.best if n.goalposts else np.nan for n in leaves]),
        cap=np.array([bool(n.get("cap", True)) for n in norms]),
    )


def _groups(profile: Profile, spec: Specification) -> tuple[Ints, int]:
    """Number of the group of each row that gaps are filled from, 0 for none, and how many numbers there are.

    Without groups all rows are one; without imputation there are none.
    """
    settings, rows = spec.step("impute"), len(profile.places)
    method, by = settings.get("method", "none"), settings.get("by")
    if method == "none":
        return np.ones(rows, dtype=np.int64), 0
    if method != "group_mean" and not by:
        return np.ones(rows, dtype=np.int64), 2
    named = [f"={g}" if not nameless(g) else "" for g in profile.inputs.groups[by or spec.groups[0]]]
    labels, groups = np.unique(["", *named], return_inverse=True)
    return groups[1:].astype(np.int64), len(labels)


def _scale(norm: NormaliseSettings) -> tuple[float, float]:
    if norm["method"] == "z_score":
        return float(norm.get("mean", 0)), float(norm.get("sd", 1))
    if norm["method"] == "distance_to_max":
        return 0.0, 1.0
    return float(norm.get("low", 0)), float(norm.get("high", 100))


def _ascent(
    profile: Profile, spec: Specification, lacking: Bools | None, rows: NDArray[np.intp], kept: Sequence[int]
) -> Ascent:
    tree = spec.tree
    counted = np.zeros(len(profile.places), dtype=np.bool_)
    counted[rows] = True
    none = np.zeros((0, 0), dtype=np.bool_)
    return Ascent(
        start=np.cumsum([0, *(len(tree.children[p]) for p in tree.aggregates)], dtype=np.int64),
        children=np.array([c for p in tree.aggregates for c in tree.children[p]], dtype=np.int64),
        mean=np.array([MEANS.index(spec.aggregate_of(p)["method"]) for p in tree.aggregates], dtype=np.int64),
        gaps=bool(np.isnan(profile.workshop.prepared(spec).values).any()),
        absent=none if lacking is None else np.ascontiguousarray(lacking[tree.leaves :]),
        counted=counted,
        rows=rows.astype(np.int64),
        kept=np.array(kept, dtype=np.int64),
    )
