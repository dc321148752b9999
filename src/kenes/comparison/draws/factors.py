"""What may be otherwise: declared factors turned into draws.

Kinds of factor (SPEC `uncertainty.factors`):
- `weights`: `distribution: dirichlet` (with `concentration`, `around: nominal|equal`) or `uniform` (each
  weight times 1 plus or minus `spread`), among the children of every node, or of the `nodes` named;
- `alternatives`: `path` into the specification and its `values`, drawn with equal chance;
- `leave_one_out`: one indicator, or none, is left out; each with equal chance;
- `errors`: measurement error of every cell; `share` (relative standard error) or `sd` by indicator where the
  data carry none;
- `gaps`: imputed cells are drawn with the spread of their indicator around the fill; a gap that no imputation
  fills is drawn around what the place's other indicators let expect, inside the range of its indicator.

One uniform number decides one factor, so the same map serves plain draws and Sobol designs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.plain import with_changes
from kenes.comparison.declared.settings import Factor
from kenes.comparison.declared.specification import Specification
from kenes.comparison.steps.scoring import shares_in_parent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
USUAL: tuple[Factor, ...] = (
    {"kind": "weights", "distribution": "uniform", "spread": 0.25},
    {"kind": "leave_one_out"},
)


@dataclass(frozen=True)
class Draws:
    """One realisation of every factor for each draw.

    `variants` are the distinct specifications, `variant` the one of each draw; `weights` has shape
    (node, draw); `noise` numbers the replicates of each draw, of measurement errors in its first row and of gaps
    in its second, shape (2, draw), -1 for none.
    """

    variants: tuple[Specification, ...]
    variant: Ints
    weights: Floats
    noise: Ints
    names: tuple[str, ...]

    @property
    def used(self) -> list[int]:
        """Numbers of the variants that are drawn."""
        return [int(number) for number in np.unique(self.variant)]

    def members(self, number: int) -> NDArray[np.intp]:
        """The draws of one variant."""
        return np.flatnonzero(np.equal(self.variant, number))


def declared(spec: Specification, *, errors: bool = False, gaps: bool = False) -> tuple[Factor, ...]:
    """The factors of a specification; where none is declared, the usual ones.

    Usual are weights 25 percent up or down and one indicator left out, besides the errors and gaps there are.
    """
    chosen = spec.factors or USUAL
    kinds = {f["kind"] for f in chosen}
    if errors and "errors" not in kinds:
        chosen = (*chosen, {"kind": "errors"})
    if gaps and "gaps" not in kinds and not spec.factors:
        chosen = (*chosen, {"kind": "gaps"})
    return chosen


def name_of(factor: Factor) -> str:
    """Name of a factor: given, the path of alternatives, or the kind."""
    return factor.get("name") or factor.get("path") or factor["kind"]


def realise(
    spec: Specification,
    factors: Sequence[Factor],
    uniform: Floats,
    seed: int,
    *,
    worked: Callable[[Specification], Specification] | None = None,
) -> Draws:
    """Turn uniform numbers into draws.

    Args:
        spec: the nominal specification.
        factors: F factors.
        uniform: shape (draw, F), in [0, 1).
        seed: of the tables of weights.
        worked: gives a specification the weights of its rule (`Workshop.worked`).

    Returns:
        The draws. Combinations of alternatives that contradict each other raise before anything is run.

    Raises:
        DefinitionError: an alternative does not fit; names node and mend.
    """
    variants, variant = _variants(spec, factors, uniform)
    if worked is not None:
        variants = tuple(map(worked, variants))
    nominal = np.array([v.weights() for v in variants]).T
    weights = nominal[:, variant]
    noise = np.full((2, len(uniform)), -1, dtype=np.int64)
    for i, factor in enumerate(factors):
        if factor["kind"] == "weights":
            weights = weights * _by_variant(variants, nominal, variant, factor, uniform[:, i], seed + i)
        elif factor["kind"] == "leave_one_out":
            weights = _without_one(spec, weights, uniform[:, i])
        elif factor["kind"] in ("errors", "gaps"):
            noise[int(factor["kind"] == "gaps")] = (uniform[:, i] * 2**40).astype(np.int64)
    return Draws(variants, variant, weights, noise, tuple(map(name_of, factors)))


def _variants(
    spec: Specification, factors: Sequence[Factor], uniform: Floats
) -> tuple[tuple[Specification, ...], Ints]:
    """The specification under every combination of alternatives, and the number of the one of each draw."""
    variant = np.zeros(len(uniform), dtype=np.int64)
    paths, values = list[str](), list[Sequence[object]]()
    for i, factor in enumerate(factors):
        if factor["kind"] == "alternatives":
            size = len(factor["values"])
            variant = variant * size + np.minimum((uniform[:, i] * size).astype(int), size - 1)
            paths.append(factor["path"])
            values.append(factor["values"])
    if not paths:
        return (spec,), variant
    combinations = itertools.product(*values)
    return tuple(with_changes(spec, dict(zip(paths, chosen, strict=True))) for chosen in combinations), variant


def _by_variant(
    variants: tuple[Specification, ...],
    nominal: Floats,
    variant: Ints,
    factor: Factor,
    uniform: Floats,
    seed: int,
) -> Floats:
    """Multipliers of each draw, around the weights of its own variant; shape (node, draw)."""
    known: dict[bytes, Floats] = {}
    found = np.ones((nominal.shape[0], len(uniform)))
    for number in np.unique(variant).tolist():
        own: Floats = nominal[:, number]
        key = own.tobytes()
        if key not in known:
            known[key] = _weight_factors(variants[number], factor, uniform, seed)
        members = np.equal(variant, number)
        found[:, members] = known[key][:, members]
    return found


def _weight_factors(spec: Specification, factor: Factor, uniform: Floats, seed: int) -> Floats:
    """Multipliers of nominal weights, shape (node, draw): draw d takes column `uniform * draws` of a table."""
    count = len(uniform)
    tree, rng = spec.tree, np.random.default_rng([seed, 7])
    shape = (len(tree.ids), count)
    if factor.get("distribution", "dirichlet") == "uniform":
        table = 1 + float(factor.get("spread", 0.25)) * rng.uniform(-1, 1, shape)
    else:
        table = _dirichlet(spec, factor, rng, count)
    only = set(factor.get("nodes") or tree.ids)
    for position in tree.aggregates:
        if tree.ids[position] not in only:
            table[list(tree.children[position])] = 1.0
    table[tree.root] = 1.0
    order = np.minimum((uniform * count).astype(int), count - 1)
    return table[:, order]


def _dirichlet(spec: Specification, factor: Factor, rng: np.random.Generator, count: int) -> Floats:
    """Dirichlet shares among siblings over their nominal weights; mean as declared.

    `concentration` is the sum of the parameters over the number of siblings: 1 around equal weights is flat.
    """
    tree = spec.tree
    nominal = np.array(spec.weights())
    share = shares_in_parent(tree, nominal)
    table = np.ones((len(tree.ids), count))
    for position in tree.aggregates:
        children = list(tree.children[position])
        size = len(children)
        centre = np.full(size, 1 / size) if factor.get("around", "nominal") == "equal" else share[children]
        alpha = np.maximum(centre * size * float(factor.get("concentration", 10.0)), 1e-9)
        drawn = rng.standard_gamma(alpha[:, None], (size, count))
        whole: Floats = drawn.sum(axis=0)
        drawn /= whole
        with np.errstate(divide="ignore", invalid="ignore"):
            table[children] = np.where(nominal[children][:, None] > 0, drawn / nominal[children][:, None], 1.0)
    return table


def _without_one(spec: Specification, weights: Floats, uniform: Floats) -> Floats:
    """Weight zero for the indicator that a draw leaves out; an indicator alone in its branch stays."""
    tree = spec.tree
    alone = {tree.children[p][0] for p in tree.aggregates if len(tree.children[p]) == 1}
    able = [i for i in range(tree.leaves) if i not in alone]
    pick = np.minimum((uniform * (len(able) + 1)).astype(int), len(able))
    changed = weights.copy()
    rows = np.flatnonzero(pick < len(able))
    changed[np.array(able, dtype=int)[pick[rows]], rows] = 0.0
    for position in tree.aggregates:
        children = list(tree.children[position])
        left: Floats = changed[children].sum(axis=0)
        for child in children:
            changed[child] = np.where(left <= 0, weights[child], changed[child])
    return changed


def noise_of(seed: int, replicates: Ints, gap: NDArray[np.bool_], out: Floats) -> None:
    """Standard normal numbers of one draw, the same whoever asks, written to `out`.

    Args:
        seed: of the draws.
        replicates: of errors and of gaps, shape (2,).
        gap: which of the cells are gaps, shape (cell,).
        out: shape (cell,).
    """
    for kind, mine in enumerate((~gap, gap)):
        replicate = int(replicates[kind])
        if not mine.any():
            continue
        rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, kind, max(replicate, 0)])))
        if mine.all():
            rng.standard_normal(out.shape, out=out)
        else:
            out[mine] = rng.standard_normal(np.count_nonzero(mine))
