"""The build: declared steps in order, each remembered by what it depends on.

`build(spec, data)` returns a `Profile` with the values after each step, scores, ranks and coverage. A second
build on the same `Workshop` recomputes only the steps after the first one that changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.normalisations import NORMALISATIONS
from kenes.comparison.declared.own_functions import Aggregator, OwnFunction
from kenes.comparison.declared.plain import from_plain, to_plain
from kenes.comparison.declared.settings import BY_BRANCH, NormaliseSettings
from kenes.comparison.declared.specification import Specification, Worked, canonical
from kenes.comparison.steps import centres, imputation, treatment
from kenes.comparison.steps.inputs import Inputs, read_inputs
from kenes.comparison.steps.normalisation import normalise_column
from kenes.comparison.steps.scoring import coverage_of, evaluate, ranks_in, shares_in_parent
from kenes.comparison.steps.treatment import TreatedValue
from kenes.comparison.steps.weighting import weigh
from kenes.comparison.table import numbers, to_arrow
from kenes.vocabulary.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
STAGE_OF = {"denominate": "denominated", "impute": "imputed", "screen": "screened", "treat": "treated"}


@dataclass(frozen=True)
class State:
    """Values between two steps: shape (row, indicator), rows screened out, and what treatment changed."""

    values: Floats
    screened: NDArray[np.bool_]
    changes: tuple[TreatedValue, ...] = ()
    stages: Mapping[str, Floats] = field(default_factory=dict)
    remembered: dict[str, Floats] = field(default_factory=dict, compare=False, repr=False)

    def leaf_ranks(self, blocks: Sequence[Rows]) -> Floats:
        """Ranks of each indicator within each time, computed once."""
        if "ranks" not in self.remembered:
            self.remembered["ranks"] = ranks_in(self.values, blocks)
        return self.remembered["ranks"]


@dataclass(frozen=True)
class Profile:
    """The result of a build.

    Arrays have one row for each row of the data. `scores`, `ranks` and `coverage` have one column for each
    node of `spec.tree` (indicators first, the root last); `ranked` and `reason` speak of the root.
    """

    spec: Specification
    inputs: Inputs
    stages: Mapping[str, Floats]
    changes: tuple[TreatedValue, ...]
    scores: Floats
    ranks: Floats
    coverage: Floats
    ranked: NDArray[np.bool_]
    reason: tuple[str | None, ...]
    workshop: Workshop

    @property
    def places(self) -> tuple[str, ...]:
        """Place of each row."""
        return self.inputs.places

    @property
    def normalised(self) -> Floats:
        """Normalised indicators, shape (row, indicator)."""
        return self.scores[:, : self.spec.tree.leaves]

    @property
    def index(self) -> Floats:
        """Scores of the root, shape (row,)."""
        return self.scores[:, -1]

    def node(self, node: str) -> Floats:
        """Scores of one node, shape (row,)."""
        return self.scores[:, self.position(node)]

    def position(self, node: str) -> int:
        """Column of a node.

        Raises:
            BadInput: there is no such node.
        """
        if node not in self.spec.tree.ids:
            raise BadInput(f"node {node}", expected="a node of the index", found="no such node")
        return self.spec.tree.ids.index(node)

    def row(self, place: str) -> int:
        """First row of a place.

        Raises:
            BadInput: there is no such place.
        """
        if place not in self.places:
            raise BadInput(f"place {place}", expected="a place of the data", found="no such place")
        return self.places.index(place)

    def weights(self) -> Floats:
        """Share of each node in its parent, by position; the root has 1."""
        return shares_in_parent(self.spec.tree, np.array(self.spec.weights()))

    def table(self) -> pa.Table:
        """Scores as a `pyarrow.Table`: place, time where there is one, a column for each node."""
        times = {} if self.inputs.times is None else {"time": self.inputs.times}
        scores = {n: self.scores[:, i] for i, n in enumerate(self.spec.tree.ids)}
        return to_arrow({"place": self.places, **times, **scores})


class Workshop:
    """Inputs and the remembered values after each step."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.blocks = inputs.blocks
        self.computed = 0
        self._kept: dict[str, State] = {}

    def build(self, spec: Specification) -> Profile:
        """Run all steps, reusing those whose settings and predecessors are as before."""
        spec = self.worked(spec)
        state = self.prepared(spec)
        tree, weights = spec.tree, np.array(spec.weights())
        scores = evaluate(spec, state.values, weights, self.blocks, self.inputs.places)
        coverage = coverage_of(tree, weights, self._observed(spec, state))
        available = coverage_of(tree, weights, np.isfinite(state.values))[:, -1]
        least = float(spec.aggregate_of(tree.root).get("min_coverage") or 0.0)
        enough = available >= max(least, 1e-300) - 1e-12
        ranked = np.isfinite(scores[:, -1]) & enough & ~state.screened
        above = scores[:, tree.leaves :].copy()
        above[~ranked] = np.nan
        places_ranked = np.hstack([state.leaf_ranks(self.blocks), ranks_in(above, self.blocks)])
        some = np.isfinite(self.inputs.values).any(axis=1)
        reason = tuple(
            None if ok else "coverage" if any_value else "no_data"
            for ok, any_value in zip(ranked, np.asarray(some), strict=True)
        )
        return Profile(
            spec,
            self.inputs,
            state.stages,
            state.changes,
            scores,
            places_ranked,
            coverage,
            ranked,
            reason,
            self,
        )

    def worked(self, spec: Specification) -> Specification:
        """The specification with the weights that its chosen rule gives on these data; itself where there is none.

        Draws keep these weights: an error in a cell changes scores, not the judgement of what counts.
        """
        if spec.rule is None or spec.worked is not None:
            return spec
        values, rule, tree = self.prepared(spec).values, spec.rule, spec.tree
        weights = np.array([spec.by_id[i].weight for i in tree.ids])
        ratios: dict[str, float] = {}

        def weigh_children(position: int, children: list[int], scores: Floats) -> None:
            found = weigh(rule, tree.ids[position], [tree.ids[c] for c in children], scores)
            if found is not None:
                weights[children] = found[0]
                ratios.update({} if found[1] is None else {tree.ids[position]: found[1]})

        evaluate(spec, values, weights, self.blocks, self.inputs.places, before=weigh_children)
        named = dict(zip(tree.ids, weights.tolist(), strict=True))
        return replace(spec, worked=Worked(named, ratios))

    def _observed(self, spec: Specification, state: State) -> NDArray[np.bool_]:
        """Cells that were measured rather than imputed."""
        return np.isfinite(self.inputs.values if spec.has("impute") else state.values)

    def prepared(self, spec: Specification, values: Floats | None = None) -> State:
        """Normalised indicators (or as far as the steps go) and the stages on the way.

        Args:
            spec: the specification.
            values: raw values instead of those read, for a draw of measurement errors; nothing is remembered.
        """
        raw = self.inputs.values if values is None else values
        state, key = State(raw, np.zeros(len(raw), dtype=bool)), ""
        for step in spec.steps:
            if step.kind == "aggregate":
                continue
            key += step.kind + canonical([step.settings, *self._depends(spec, step.kind)])
            if values is None and key in self._kept:
                state = self._kept[key]
                continue
            state = self._run(spec, step.kind, state)
            self.computed += 1
            if values is None:
                self._kept[key] = state
        return state

    def _depends(self, spec: Specification, kind: str) -> list[object]:
        """All that the outcome of a step depends on besides its settings and the values it receives."""
        nodes = [spec.by_id[leaf] for leaf in spec.indicators]
        if kind == "denominate":
            return [[n.denominator for n in nodes]]
        if kind == "treat":
            return [[n.treat for n in nodes]]
        if kind == "normalise":
            return [[(n.normalise, n.direction, str(n.goalposts), n.target) for n in nodes]]
        if kind == "screen":
            return []
        settings = spec.step("impute")
        turned = settings.get("by") == "branch" or settings.get("axis") == "row"
        branch = [[(n.parent, n.direction) for n in nodes]] if turned else []
        return [spec.seed, spec.groups, *branch]

    def _run(self, spec: Specification, kind: str, state: State) -> State:
        values, screened, changes = state.values, state.screened, state.changes
        if kind == "denominate":
            values = self._denominated(spec, values)
        elif kind == "impute":
            values = self._imputed(spec, values)
            values = np.where(screened[:, None], np.nan, values)
        elif kind == "screen":
            share: Floats = np.isfinite(values).mean(axis=1)
            screened = screened | (share < spec.step("screen").get("min_coverage", 0) - 1e-12)
            values = np.where(screened[:, None], np.nan, values)
        elif kind == "treat":
            values, found = self._treated(spec, values)
            changes = (*changes, *found)
        else:
            values = self._normalised(spec, values)
        stage = {STAGE_OF.get(kind, "normalised"): values}
        return State(values, screened, changes, {**state.stages, **stage})

    def _treated(self, spec: Specification, values: Floats) -> tuple[Floats, list[TreatedValue]]:
        """Treated within each time, as COINr treats a purse; with `over: all` over all times together."""
        settings = [spec.treat_of(leaf) for leaf in spec.indicators]
        if len(self.blocks) == 1 or spec.step("treat").get("over") == "all":
            return treatment.treat(values, settings)
        treated, changes = values.copy(), list[TreatedValue]()
        for rows in self.blocks:
            treated[rows], found = treatment.treat(values[rows], settings)
            places = rows.tolist()
            changes += [replace(c, row=places[c.row]) for c in found]
        return treated, sorted(changes, key=lambda c: (c.column, c.row))

    def _denominated(self, spec: Specification, values: Floats) -> Floats:
        scale = float(spec.step("denominate").get("scale", 1))
        divided = values.copy()
        for position, leaf in enumerate(spec.indicators):
            name = spec.by_id[leaf].denominator
            if name:
                below = self.inputs.denominators[name]
                if not below[np.isfinite(values[:, position])].all():
                    raise BadInput(f"denominator {name}", expected="numbers other than zero", found="zero")
                divided[:, position] = values[:, position] / below * scale
        return divided

    def _imputed(self, spec: Specification, values: Floats) -> Floats:
        settings, tree = spec.step("impute"), spec.tree
        by = settings.get("by") or (spec.groups[0] if spec.groups else None)
        method = settings.get("method", "none")
        groups = self.inputs.groups.get(by) if by else None
        if settings.get("axis") == "row" and method in ("mean", "median") and _before(spec, "impute", "normalise"):
            return self._by_siblings(spec, values, [list(range(tree.leaves))])
        if by == "branch" and method in BY_BRANCH:
            branches = ([c for c in tree.children[p] if c < tree.leaves] for p in tree.aggregates)
            return self._by_siblings(spec, values, [branch for branch in branches if branch])
        if (method.startswith("group") or settings.get("by")) and groups is None:
            raise BadInput("impute", expected=f"a group column {by}", found="no such column", mend="Correct impute.by.")
        if method in ("latest", "linear"):
            times = None if self.inputs.times is None else numbers(self.inputs.times, "time")
            return imputation.impute(values, settings, places=self.inputs.places, times=times)
        filled = values.copy()
        for rows in self.blocks:
            block_groups = None if groups is None else [groups[r] for r in rows.tolist()]
            rng = np.random.default_rng(spec.seed)
            filled[rows] = imputation.impute(values[rows], settings, groups=block_groups, rng=rng)
        return filled

    def _by_siblings(self, spec: Specification, values: Floats, siblings: Sequence[list[int]]) -> Floats:
        """Gaps filled from the indicators beside them, within each time.

        Mean and median take the place's own siblings on a common scale; the methods that learn from other places
        see the indicators of one branch at a time.
        """
        settings = spec.step("impute")
        turned = np.array([-1.0 if spec.by_id[leaf].direction == -1 else 1.0 for leaf in spec.indicators])
        filled = values.copy()
        known: dict[str, centres.Centre] = {"mean": np.mean, "median": np.median}
        centre = known.get(settings["method"])
        for rows in self.blocks:
            if centre is not None:
                filled[rows] = centres.fill_by_siblings(values[rows], siblings, turned, centre)
                continue
            rng = np.random.default_rng(spec.seed)
            for columns in siblings:
                part = np.ix_(rows, np.array(columns, dtype=np.intp))
                filled[part] = imputation.impute(values[part], settings, rng=rng)
        return filled

    def _normalised(self, spec: Specification, values: Floats) -> Floats:
        scaled = np.empty_like(values)
        for position, leaf in enumerate(spec.indicators):
            settings = spec.normalise_of(leaf)
            frozen = self._frozen(settings, values[:, position])
            by_year = settings.get("over", "all") == "year"
            for rows in self.blocks if by_year else [np.arange(len(values))]:
                scaled[rows, position] = normalise_column(
                    values[rows, position],
                    spec.by_id[leaf],
                    settings,
                    reference_row=self._reference_row(settings, rows, leaf),
                    frozen=frozen,
                )
        return scaled

    def _reference_row(self, settings: NormaliseSettings, rows: Rows, leaf: str) -> int | None:
        """Where among some rows the place stands that a method refers to; None where it does not."""
        reference = settings.get("reference")
        if reference is None:
            return None
        where = [i for i, row in enumerate(rows.tolist()) if self.inputs.places[row] == str(reference)]
        if len(where) > 1:
            raise BadInput(
                f"reference {reference}",
                expected="one row of the place to refer to",
                found=f"{len(where)}",
                where=f"node {leaf}",
                mend="Normalise within each time (`over: year`).",
            )
        return where[0] if where else None

    def _frozen(self, settings: NormaliseSettings, values: Floats) -> Floats | None:
        """Values of the time that a relative method refers to; None where it refers to all it is given."""
        reference = settings.get("reference")
        if reference is None or not NORMALISATIONS[settings["method"]].freezes:
            return None
        times = self.inputs.times or ()
        rows = [i for i, time in enumerate(times) if str(time) == str(reference)]
        if not rows:
            raise BadInput(
                f"reference {reference}",
                expected="a time of the data",
                found="no such time",
                mend="Correct normalise.reference.",
            )
        return values[rows]


def _before(spec: Specification, first: str, second: str) -> bool:
    """Whether one step comes before another, or the other is not declared."""
    kinds = [s.kind for s in spec.steps]
    return second not in kinds or kinds.index(first) < kinds.index(second)


def build(
    spec: Specification | Mapping[str, object],
    data: object,
    *,
    errors: object = None,
    aggregators: Mapping[str, OwnFunction | Aggregator] | None = None,
) -> Profile:
    """Build an index.

    Args:
        spec: a specification, or its plain form.
        data: a mapping of columns, records, or a pandas, polars or Arrow table.
        errors: standard errors of the raw values (see `read_inputs`).
        aggregators: functions of one's own, which the specification names as methods of aggregation; they go
            with the profile into `uncertainty`, `sensitivity`, `contributions` and the rest.

    Returns:
        The profile.

    Raises:
        DefinitionError: the specification contradicts itself.
        BadInput: the data do not fit it.

    >>> spec = {"nodes": [{"id": "index"}, {"id": "a", "parent": "index"}, {"id": "b", "parent": "index"}],
    ...         "steps": ["normalise", "aggregate"]}
    >>> build(spec, {"place": ["x", "y", "z"], "a": [1, 2, 3], "b": [4, None, 2]}).index.tolist()
    [50.0, 50.0, 50.0]
    """
    if isinstance(spec, Specification):
        chosen = spec if aggregators is None else from_plain(to_plain(spec), aggregators=aggregators)
    else:
        chosen = from_plain(spec, aggregators=aggregators)
    return Workshop(read_inputs(chosen, data, errors)).build(chosen)
