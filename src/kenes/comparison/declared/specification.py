"""What an index is: an immutable tree of nodes, steps, weights and sources of uncertainty.

A specification is read from and written to plain dicts (YAML or JSON), names the node and the mend
when it contradicts itself, and refuses what cannot work before anything is computed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.own_functions import Aggregator, OwnMean
from kenes.comparison.declared.rules import WeightRule
from kenes.comparison.declared.settings import (
    AggregateSettings,
    ByLevel,
    DenominateSettings,
    Factor,
    ImputeSettings,
    NormaliseSettings,
    ScreenSettings,
    Settings,
    TreatSettings,
)
from kenes.vocabulary.errors import DefinitionError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Plain = dict[str, Json]
POSITIVE_ONLY = ("geometric", "harmonic")


@dataclass(frozen=True)
class Worked:
    """Weights by node that a rule gave, and by node how far they are from what was asked.

    That is the consistency of judgements (pairwise, best-worst), or the root mean square difference of importance.
    """

    weights: Mapping[str, float]
    ratios: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Goalposts:
    """The value that scores lowest and the value that scores highest, in the unit of the indicator."""

    worst: float
    best: float


@dataclass(frozen=True)
class Node:
    """One indicator (a leaf) or one aggregate of the tree.

    `normalise`, `treat` and `aggregate` hold what differs here from the step of that name.
    """

    id: str
    parent: str | None = None
    weight: float = 1.0
    direction: int | str | None = None
    unit: str | None = None
    target: float | None = None
    denominator: str | None = None
    goalposts: Goalposts | None = None
    normalise: NormaliseSettings = field(default_factory=NormaliseSettings)
    aggregate: AggregateSettings = field(default_factory=AggregateSettings)
    treat: TreatSettings = field(default_factory=TreatSettings)
    name: str | None = None


@dataclass(frozen=True)
class Step:
    """One step and its settings."""

    kind: str
    settings: Settings = field(default_factory=ScreenSettings)


@dataclass(frozen=True)
class Tree:
    """The nodes by position: leaves first, then aggregates from the bottom up, the root last."""

    ids: tuple[str, ...]
    leaves: int
    children: tuple[tuple[int, ...], ...]
    height: tuple[int, ...]

    @property
    def root(self) -> int:
        """Position of the root."""
        return len(self.ids) - 1

    @property
    def aggregates(self) -> range:
        """Positions of the aggregates, children before parents."""
        return range(self.leaves, len(self.ids))

    def leaves_below(self, position: int) -> tuple[int, ...]:
        """Positions of the indicators below a node (the node itself where it is one)."""
        if position < self.leaves:
            return (position,)
        return tuple(leaf for child in self.children[position] for leaf in self.leaves_below(child))


@dataclass(frozen=True)
class Specification:
    """An index specification; `from_plain` reads the pinned form, `to_plain` writes it."""

    id: str
    nodes: tuple[Node, ...]
    steps: tuple[Step, ...] = ()
    place_column: str = "place"
    time_column: str | None = None
    groups: tuple[str, ...] = ()
    seed: int = 0
    weight_set: str | None = None
    weight_sets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    weight_rules: Mapping[str, WeightRule] = field(default_factory=dict)
    factors: tuple[Factor, ...] = ()
    draws: int = 1000
    level: float = 0.9
    sensitivity: tuple[str, ...] = ("sobol",)
    version: str = "1"
    name: str | None = None
    aggregators: Mapping[str, Aggregator] = field(default_factory=dict, compare=False)
    worked: Worked | None = field(default=None, compare=False)

    @cached_property
    def tree(self) -> Tree:
        """The tree by position."""
        return _tree(self.nodes)

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @property
    def indicators(self) -> tuple[str, ...]:
        """Ids of the leaves, in the order of the columns of every indicator array."""
        return self.tree.ids[: self.tree.leaves]

    @property
    def root(self) -> str:
        """Id of the root."""
        return self.tree.ids[-1]

    def weights(self) -> tuple[float, ...]:
        """Nominal weight of each node of the tree, by position, from the chosen set.

        Raises:
            DefinitionError: the set is a rule, and the specification is not that of a build.
        """
        chosen = self.weight_sets.get(self.weight_set or "", {})
        if self.rule is not None:
            if self.worked is None:
                raise DefinitionError(
                    f"weights.set {self.weight_set}",
                    expected="data to work the weights out of",
                    found="none yet",
                    mend="Build the index and ask its `profile.spec`.",
                )
            chosen = self.worked.weights
        return tuple(float(chosen.get(i, self.by_id[i].weight)) for i in self.tree.ids)

    @property
    def rule(self) -> WeightRule | None:
        """The rule that works out the chosen weights; None where they are plain numbers."""
        return self.weight_rules.get(self.weight_set or "")

    @overload
    def step(self, kind: Literal["denominate"]) -> DenominateSettings: ...
    @overload
    def step(self, kind: Literal["impute"]) -> ImputeSettings: ...
    @overload
    def step(self, kind: Literal["screen"]) -> ScreenSettings: ...
    @overload
    def step(self, kind: Literal["treat"]) -> TreatSettings: ...
    @overload
    def step(self, kind: Literal["normalise"]) -> NormaliseSettings: ...
    @overload
    def step(self, kind: Literal["aggregate"]) -> AggregateSettings: ...
    def step(self, kind: str) -> Settings:
        """Settings of the first step of a kind; empty where there is none."""
        return next((s.settings for s in self.steps if s.kind == kind), ScreenSettings())

    def has(self, kind: str) -> bool:
        """Whether a step of this kind is declared."""
        return any(s.kind == kind for s in self.steps)

    def normalise_of(self, leaf: str) -> NormaliseSettings:
        """Normalisation of one indicator: the step, overridden by the node."""
        return {"method": "min_max", **self.step("normalise"), **self.by_id[leaf].normalise}

    def treat_of(self, leaf: str) -> TreatSettings:
        """Treatment of one indicator: the step, overridden by the node."""
        return {"method": "winsorise", **self.step("treat"), **self.by_id[leaf].treat}

    def aggregate_of(self, position: int) -> AggregateSettings:
        """Aggregation of one node: the step, its level, then the node itself."""
        step = self.step("aggregate").copy()
        level = _level_settings(step.pop("by_level", None), self.tree.height[position])
        node = self.tree.ids[position]
        settings: AggregateSettings = {"method": "arithmetic", **step, **level, **self.by_id[node].aggregate}
        own = self.aggregators.get(settings["method"])
        return settings if own is None else {**settings, "own": OwnMean(own, settings["method"], node)}


def needs_positive(settings: AggregateSettings) -> bool:
    """Whether an aggregation takes only values above zero."""
    if settings["method"] == "power":
        return float(settings.get("power", 1)) <= 0
    own = settings.get("own")
    return settings["method"] in POSITIVE_ONLY or (own is not None and own.aggregator.positive)


def cannot_take(settings: AggregateSettings, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which values an aggregation cannot take: zero or less under some means, less than zero under other powers."""
    if needs_positive(settings):
        return values <= 0
    if settings["method"] == "power" and float(settings.get("power", 1)) != 1:
        return values < 0
    return np.zeros(values.shape, dtype=bool)


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces, the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _level_settings(by_level: ByLevel | None, height: int) -> AggregateSettings:
    """Settings for aggregates of one level (2 = just above the indicators)."""
    if not by_level:
        return {}
    if isinstance(by_level, Mapping):
        chosen = by_level.get(height, by_level.get(str(height)))
    else:
        chosen = by_level[min(height - 2, len(by_level) - 1)]
    if isinstance(chosen, str):
        return {"method": chosen}
    return chosen or {}


def _tree(nodes: Sequence[Node]) -> Tree:
    children: dict[str, list[str]] = {n.id: [] for n in nodes}
    for node in nodes:
        if node.parent is not None:
            children[node.parent].append(node.id)
    heights: dict[str, int] = {}

    def height(node: str) -> int:
        if node not in heights:
            heights[node] = 1 + max((height(c) for c in children[node]), default=0)
        return heights[node]

    ids = [n.id for n in nodes if not children[n.id]]
    leaves = len(ids)
    ids += sorted((n.id for n in nodes if children[n.id]), key=height)
    place = {i: p for p, i in enumerate(ids)}
    return Tree(
        ids=tuple(ids),
        leaves=leaves,
        children=tuple(tuple(place[c] for c in children[i]) for i in ids),
        height=tuple(height(i) for i in ids),
    )
