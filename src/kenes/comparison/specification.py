"""What an index is: an immutable tree of nodes, steps, weights and sources of uncertainty.

A specification is read from and written to plain dicts (YAML or JSON), names the node and the mend
when it contradicts itself, and refuses what cannot work before anything is computed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

from kenes.vocabulary.errors import DefinitionError

Plain = dict[str, Any]

STEP_SETTINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "denominate": ("scale",),
        "impute": ("method", "by", "axis", "k", "limit", "draws", "value"),
        "screen": ("min_coverage",),
        "treat": ("method", "max_points", "skew", "kurtosis", "then", "lower", "upper", "factor", "power", "combine"),
        "normalise": (
            "method", "low", "high", "mean", "sd", "reference", "over", "cap", "transform", "categories", "spread",
        ),
        "aggregate": (
            "method", "power", "min_coverage", "by_level", "lower", "upper", "penalty", "order_weights", "order",
            "samples", "direction",
        ),
    }
)  # fmt: skip
METHODS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "impute": (
            "none", "mean", "median", "group_mean", "group_median", "latest", "linear", "em", "chained", "knn",
            "multiple", "value",
        ),
        "treat": ("none", "winsorise", "iqr", "percentile", "mad"),
        "normalise": (
            "none", "min_max", "z_score", "rank", "percentile_rank", "borda", "distance_to_max",
            "distance_to_reference", "distance_to_target", "fraction_of_max", "goalposts", "categorical",
            "optimum_range",
        ),
        "aggregate": (
            "arithmetic", "geometric", "harmonic", "power", "median", "owa", "mpi", "ampi", "copeland", "kemeny",
            "bod", "bod_directional", "bod_order_m", "bod_common",
        ),
    }
)  # fmt: skip
THEN = ("none", "log", "log_coin", "boxcox")
NODE_FIELDS = (
    "id", "name", "parent", "weight", "direction", "unit", "target", "denominator", "goalposts", "normalise",
    "aggregate", "treat",
)  # fmt: skip
SPEC_FIELDS = (
    "id", "version", "name", "place_column", "time_column", "groups", "seed", "weights", "uncertainty", "nodes",
    "steps",
)  # fmt: skip
DIRECTIONS: Mapping[Any, int | str] = MappingProxyType(
    {1: 1, -1: -1, "1": 1, "-1": -1, "more": 1, "less": -1, "target": "target"}
)
POSITIVE_ONLY = ("geometric", "harmonic")
REACHES_ZERO = ("z_score", "percentile_rank", "borda", "distance_to_max", "none")


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
    normalise: Mapping[str, Any] = field(default_factory=dict)
    aggregate: Mapping[str, Any] = field(default_factory=dict)
    treat: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True)
class Step:
    """One step and its settings."""

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)


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
    factors: tuple[Mapping[str, Any], ...] = ()
    draws: int = 1000
    level: float = 0.9
    version: str = "1"
    name: str | None = None

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
        """Nominal weight of each node of the tree, by position, from the chosen set."""
        chosen = self.weight_sets.get(self.weight_set or "", {})
        return tuple(float(chosen.get(i, self.by_id[i].weight)) for i in self.tree.ids)

    def step(self, kind: str) -> Mapping[str, Any]:
        """Settings of the first step of a kind; empty where there is none."""
        return next((s.settings for s in self.steps if s.kind == kind), {})

    def has(self, kind: str) -> bool:
        """Whether a step of this kind is declared."""
        return any(s.kind == kind for s in self.steps)

    def normalise_of(self, leaf: str) -> Mapping[str, Any]:
        """Normalisation of one indicator: the step, overridden by the node."""
        return {"method": "min_max", **self.step("normalise"), **self.by_id[leaf].normalise}

    def treat_of(self, leaf: str) -> Mapping[str, Any]:
        """Treatment of one indicator: the step, overridden by the node."""
        return {"method": "winsorise", **self.step("treat"), **self.by_id[leaf].treat}

    def aggregate_of(self, position: int) -> Mapping[str, Any]:
        """Aggregation of one node: the step, its level, then the node itself."""
        step = dict(self.step("aggregate"))
        level = _level_settings(step.pop("by_level", None), self.tree.height[position])
        return {"method": "arithmetic", **step, **level, **self.by_id[self.tree.ids[position]].aggregate}

    def with_changes(self, changes: Mapping[str, Any]) -> Specification:
        """A new specification with dotted paths replaced, for example `{"normalise.method": "rank"}`.

        Raises:
            DefinitionError: a path names nothing, or the result contradicts itself.
        """
        plain = to_plain(self)
        for path, value in changes.items():
            set_path(plain, path, value)
        return from_plain(plain)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON form."""
        return hashlib.sha256(canonical(to_plain(self)).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces, the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def from_plain(plain: Mapping[str, Any]) -> Specification:
    """Read a specification from plain dicts and lists, and check it whole.

    Raises:
        DefinitionError: names the node or step and the mend.
    """
    if not isinstance(plain, Mapping):
        raise DefinitionError("specification", expected="a mapping", found=type(plain).__name__)
    allowed = {*SPEC_FIELDS, *STEP_SETTINGS}
    _refuse_unknown(plain, allowed, "specification")
    weights, uncertainty = dict(plain.get("weights") or {}), dict(plain.get("uncertainty") or {})
    _refuse_unknown(weights, {"set", "sets"}, "weights")
    _refuse_unknown(uncertainty, {"factors", "draws", "level"}, "uncertainty")
    spec = Specification(
        id=str(plain.get("id", "index")),
        version=str(plain.get("version", "1")),
        name=plain.get("name"),
        place_column=str(plain.get("place_column", "place")),
        time_column=plain.get("time_column"),
        groups=tuple(map(str, plain.get("groups") or ())),
        seed=int(plain.get("seed") or 0),
        weight_set=weights.get("set"),
        weight_sets={str(k): _numbers(v, f"weights.sets.{k}") for k, v in (weights.get("sets") or {}).items()},
        factors=tuple(_factor(f, i) for i, f in enumerate(uncertainty.get("factors") or ())),
        draws=int(uncertainty.get("draws", 1000)),
        level=float(uncertainty.get("level", 0.9)),
        nodes=tuple(_node(n, i) for i, n in enumerate(plain.get("nodes") or ())),
        steps=tuple(_steps(plain)),
    )
    check(spec)
    return spec


def to_plain(spec: Specification) -> Plain:
    """The specification as plain dicts and lists, without what is at its default."""
    plain: Plain = {"id": spec.id, "version": spec.version, "place_column": spec.place_column}
    optional = {"name": spec.name, "time_column": spec.time_column, "groups": list(spec.groups)}
    plain |= {k: v for k, v in optional.items() if v}
    plain["seed"] = spec.seed
    if spec.weight_sets:
        plain["weights"] = {"set": spec.weight_set, "sets": {k: dict(v) for k, v in spec.weight_sets.items()}}
    plain["nodes"] = [_plain_node(n) for n in spec.nodes]
    plain["steps"] = [{s.kind: _copy(s.settings)} for s in spec.steps]
    plain["uncertainty"] = {
        "draws": spec.draws,
        "level": spec.level,
        "factors": [_copy(f) for f in spec.factors],
    }
    return plain


def set_path(plain: Plain, path: str, value: Any) -> None:
    """Set one dotted path in the plain form, in place.

    Steps and nodes are reached by name (`normalise.method`, `steps.treat.skew`, `nodes.LPI.weight`) or by
    position from 0.

    Raises:
        DefinitionError: the path leads nowhere.
    """
    parts = path.split(".")
    if parts[0] in STEP_SETTINGS:
        parts = ["steps", *parts]
    here: Any = plain
    for depth, part in enumerate(parts[:-1]):
        here = _enter(here, part, parts[depth - 1] if depth else "", path)
    last = parts[-1]
    if isinstance(here, list):
        position = _position(here, last, path)
        here[position] = {last: value} if isinstance(here[position], dict) and last in here[position] else value
    elif parts[0] == "steps" and len(parts) == 2 and isinstance(here, dict):
        here[last] = value
    else:
        here[last] = value


def _enter(here: Any, part: str, before: str, path: str) -> Any:
    """The value below `part`; a step is entered through its one key."""
    if isinstance(here, list):
        if before == "steps" and part in STEP_SETTINGS:
            for step in here:
                if part in step:
                    step[part] = step[part] or {}
                    return step[part]
            here.append({part: {}})
            return here[-1][part]
        found = here[_position(here, part, path)]
        if before == "steps" and isinstance(found, dict) and len(found) == 1:
            return found
        return found
    if isinstance(here, dict):
        if len(here) == 1 and part not in here and next(iter(here)) in STEP_SETTINGS:
            return here[next(iter(here))].setdefault(part, {})
        value = here.get(part)
        if value is None or not isinstance(value, (dict, list)):
            value = here[part] = {"method": value} if isinstance(value, str) else {}
        return value
    raise DefinitionError(path, expected="a path of the specification", found=f"nothing at {part}")


def _position(items: list[Any], part: str, path: str) -> int:
    for position, item in enumerate(items):
        if isinstance(item, dict) and (item.get("id") == part or item.get("name") == part or [*item] == [part]):
            return position
    if part.isdigit() and int(part) < len(items):
        return int(part)
    raise DefinitionError(
        path,
        expected="the id of a node, the name of a step or a position",
        found=part,
        mend="Correct the path.",
    )


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _copy(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(v) for v in value]
    return value


def _plain_node(node: Node) -> Plain:
    plain: Plain = {"id": node.id}
    for key in ("name", "parent", "direction", "unit", "target", "denominator"):
        if getattr(node, key) is not None:
            plain[key] = getattr(node, key)
    if node.weight != 1.0:
        plain["weight"] = node.weight
    if node.goalposts is not None:
        plain["goalposts"] = {"worst": node.goalposts.worst, "best": node.goalposts.best}
    for key in ("normalise", "treat", "aggregate"):
        if getattr(node, key):
            plain[key] = _copy(getattr(node, key))
    return plain


def _refuse_unknown(given: Mapping[str, Any], allowed: Sequence[str] | set[str], where: str) -> None:
    unknown = sorted(set(map(str, given)) - set(allowed))
    if unknown:
        raise DefinitionError(
            ", ".join(unknown),
            expected=f"one of {', '.join(sorted(allowed))}",
            where=where,
            mend="Correct the name or remove it.",
        )


def _numbers(given: Mapping[str, Any], where: str) -> Mapping[str, float]:
    try:
        return {str(k): float(v) for k, v in given.items()}
    except (TypeError, ValueError) as error:
        raise DefinitionError("weight", expected="a number for each node", found=str(error), where=where) from None


def _factor(given: Any, position: int) -> Mapping[str, Any]:
    factor = {"kind": given} if isinstance(given, str) else dict(given)
    if "kind" not in factor:
        factor["kind"] = "alternatives" if "values" in factor else factor.get("name")
    kinds = ("weights", "alternatives", "leave_one_out", "errors", "gaps")
    where = f"uncertainty.factors.{position}"
    if factor["kind"] not in kinds:
        raise DefinitionError("kind", expected=f"one of {', '.join(kinds)}", found=str(factor["kind"]), where=where)
    if factor["kind"] == "alternatives" and not (factor.get("path") and factor.get("values")):
        raise DefinitionError(
            "alternatives",
            expected="a path and values",
            where=where,
            mend="Name the path and list its values.",
        )
    return factor


def _steps(plain: Mapping[str, Any]) -> Iterator[Step]:
    """Steps in order from a list, a mapping, or the step names at the top level."""
    given = plain.get("steps")
    found: list[tuple[str, Any]] = []
    if isinstance(given, Mapping):
        found = list(given.items())
    for item in given if isinstance(given, (list, tuple)) else ():
        if isinstance(item, str):
            found.append((item, {}))
        elif isinstance(item, Mapping) and "step" in item:
            found.append((str(item["step"]), {k: v for k, v in item.items() if k != "step"}))
        elif isinstance(item, Mapping) and len(item) == 1:
            found.extend(item.items())
        else:
            raise DefinitionError("steps", expected="a name, or a name with its settings", found=repr(item))
    found.extend((kind, plain[kind]) for kind in STEP_SETTINGS if kind in plain)
    for kind, settings in found:
        if kind not in STEP_SETTINGS:
            raise DefinitionError(
                "steps",
                expected=f"one of {', '.join(STEP_SETTINGS)}",
                found=str(kind),
                mend="Correct the name.",
            )
        if settings is False:
            continue
        yield Step(kind, _settings(settings, kind, f"steps.{kind}"))


def _settings(given: Any, kind: str, where: str) -> Mapping[str, Any]:
    settings = {} if given in (None, True) else {"method": given} if isinstance(given, str) else given
    if isinstance(settings, (int, float)) and kind == "screen":
        settings = {"min_coverage": settings}
    if not isinstance(settings, Mapping):
        raise DefinitionError(where, expected="a mapping of settings", found=repr(given))
    _refuse_unknown(settings, STEP_SETTINGS[kind], where)
    method = settings.get("method")
    if kind in METHODS and method is not None and method not in METHODS[kind]:
        raise DefinitionError(
            f"{kind} method",
            expected=f"one of {', '.join(METHODS[kind])}",
            found=str(method),
            where=where,
            mend="Correct the method.",
        )
    return dict(settings)


def _node(given: Mapping[str, Any], position: int) -> Node:
    if not isinstance(given, Mapping) or not given.get("id"):
        raise DefinitionError("node", expected="an id", found=repr(given), where=f"nodes.{position}")
    where = f"node {given['id']}"
    _refuse_unknown(given, NODE_FIELDS, where)
    parent, weight = given.get("parent"), given.get("weight")
    if isinstance(parent, (list, tuple)):
        raise DefinitionError(
            "parent", expected="one parent", found=", ".join(map(str, parent)), where=where,
            mend="Give the node one parent, or repeat it under another id.",
        )  # fmt: skip
    direction = given.get("direction")
    if direction is not None and direction not in DIRECTIONS:
        raise DefinitionError(
            "direction", expected="1, -1, more, less or target", found=str(direction), where=where,
            mend="Correct the direction.",
        )  # fmt: skip
    direction = None if direction is None else DIRECTIONS[direction]
    return Node(
        id=str(given["id"]),
        name=given.get("name"),
        parent=None if parent in (None, "") else str(parent),
        weight=1.0 if weight is None else _number(weight, "weight", where),
        direction=direction,
        unit=given.get("unit"),
        target=None if given.get("target") is None else _number(given["target"], "target", where),
        denominator=given.get("denominator") or None,
        goalposts=_goalposts(given.get("goalposts"), direction, where),
        normalise=_settings(given.get("normalise"), "normalise", where),
        treat=_settings(given.get("treat"), "treat", where),
        aggregate=_settings(given.get("aggregate"), "aggregate", where),
    )


def _number(value: Any, what: str, where: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise DefinitionError(what, expected="a number", found=repr(value), where=where) from None


def _goalposts(given: Any, direction: int | str | None, where: str) -> Goalposts | None:
    """Goalposts from `{worst, best}`, `{low, high}` with the direction, or a pair."""
    if given is None:
        return None
    if isinstance(given, Mapping) and {"worst", "best"} <= set(given):
        posts = Goalposts(_number(given["worst"], "worst", where), _number(given["best"], "best", where))
    else:
        pair = [given["low"], given["high"]] if isinstance(given, Mapping) and "low" in given else given
        if not isinstance(pair, (list, tuple)) or len(pair) < 2:
            raise DefinitionError("goalposts", expected="worst and best", found=repr(given), where=where)
        first, second = (_number(v, "goalposts", where) for v in pair[:2])
        posts = Goalposts(max(first, second), min(first, second)) if direction == -1 else Goalposts(first, second)
    if posts.worst == posts.best:
        raise DefinitionError("goalposts", expected="two different values", found=str(posts.worst), where=where)
    if direction in (1, -1) and (posts.best - posts.worst) * cast(int, direction) < 0:
        raise DefinitionError(
            "goalposts", expected=f"goalposts that agree with direction {direction}",
            found=f"worst {posts.worst}, best {posts.best}", where=where,
            mend="Correct the direction or exchange the goalposts.",
        )  # fmt: skip
    return posts


def _level_settings(by_level: Any, height: int) -> Mapping[str, Any]:
    """Settings for aggregates of one level (2 = just above the indicators)."""
    if not by_level:
        return {}
    if isinstance(by_level, Mapping):
        chosen = by_level.get(height, by_level.get(str(height)))
    else:
        chosen = by_level[min(height - 2, len(by_level) - 1)]
    return {} if chosen is None else {"method": chosen} if isinstance(chosen, str) else dict(chosen)


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


def check(spec: Specification) -> None:
    """Refuse what cannot work: the tree, the weights, and methods that do not fit together."""
    _check_tree(spec.nodes)
    _check_weights(spec)
    _check_methods(spec)
    if not 0 < spec.level < 1:
        raise DefinitionError("uncertainty.level", expected="a share between 0 and 1", found=str(spec.level))


def _check_tree(nodes: Sequence[Node]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node.id in seen:
            raise DefinitionError(
                f"node {node.id}", expected="one parent and one entry", found="two entries",
                mend="Give the second node another id.",
            )  # fmt: skip
        seen.add(node.id)
    roots = [n.id for n in nodes if n.parent is None]
    if len(roots) != 1:
        raise DefinitionError(
            "nodes",
            expected="one node without a parent",
            found=", ".join(roots) or "none",
            mend="Name the parents.",
        )
    parents = {n.id: n.parent for n in nodes}
    for node in nodes:
        if node.parent is not None and node.parent not in seen:
            raise DefinitionError(
                f"node {node.id}", expected="a parent that is a node", found=node.parent,
                mend=f"Add the node {node.parent} or correct the parent.",
            )  # fmt: skip
        here, steps = node.parent, 0
        while here is not None and steps <= len(nodes):
            here, steps = parents.get(here), steps + 1
        if here is not None:
            raise DefinitionError(f"node {node.id}", expected="a tree", found="a loop", mend="Correct the parents.")
    if len(nodes) < 2:
        raise DefinitionError("nodes", expected="at least one indicator below a root", found=f"{len(nodes)} nodes")


def _check_weights(spec: Specification) -> None:
    if spec.weight_set is not None and spec.weight_set not in spec.weight_sets:
        raise DefinitionError(
            "weights.set", expected=f"one of {', '.join(spec.weight_sets) or 'no set'}", found=spec.weight_set,
            mend="Name a declared set.",
        )  # fmt: skip
    for name, chosen in spec.weight_sets.items():
        unknown = sorted(set(chosen) - set(spec.by_id))
        if unknown:
            raise DefinitionError("weights", expected="ids of nodes", found=", ".join(unknown), where=f"set {name}")
    weights = spec.weights()
    for position, weight in enumerate(weights):
        if not 0 <= weight < float("inf"):
            raise DefinitionError(
                f"node {spec.tree.ids[position]}", expected="a weight of zero or more", found=str(weight),
                mend="Turn the direction, not the weight.",
            )  # fmt: skip
    for position in spec.tree.aggregates:
        if sum(weights[c] for c in spec.tree.children[position]) <= 0:
            raise DefinitionError(
                f"node {spec.tree.ids[position]}", expected="children with a weight above zero", found="only zeros",
                mend="Give at least one child a weight.",
            )  # fmt: skip


def _check_methods(spec: Specification) -> None:
    for position in spec.tree.aggregates:
        settings, node = spec.aggregate_of(position), spec.tree.ids[position]
        method = settings["method"]
        if method not in METHODS["aggregate"]:
            raise DefinitionError(f"node {node}", expected=", ".join(METHODS["aggregate"]), found=str(method))
        if method == "power" and "power" not in settings:
            raise DefinitionError(f"node {node}", expected="a power", found="none", mend="Add aggregate.power.")
        positive = method in POSITIVE_ONLY or (method == "power" and float(settings["power"]) <= 0)
        for child in spec.tree.children[position] if positive else ():
            if child < spec.tree.leaves:
                _check_positive(spec, node, method, spec.tree.ids[child])
    for leaf in spec.indicators:
        _check_normalisation(spec, leaf)
    then = spec.step("treat").get("then") or "none"
    if then not in THEN:
        raise DefinitionError("treat.then", expected=", ".join(THEN), found=str(then))
    if (spec.step("impute").get("method") or "").startswith("group") and not (
        spec.step("impute").get("by") or spec.groups
    ):
        raise DefinitionError("impute", expected="a group to impute by", found="none", mend="Name impute.by.")


def _check_positive(spec: Specification, node: str, method: str, leaf: str) -> None:
    """Refuse a mean that needs positive numbers over a scale that is sure to reach zero."""
    if not spec.has("normalise"):
        return
    settings = spec.normalise_of(leaf)
    norm = settings["method"]
    zero = norm in REACHES_ZERO and not (norm == "z_score" and float(settings.get("mean", 0)) > 0)
    zero = zero and norm != "none"
    zero = zero or (norm == "min_max" and float(settings.get("low", 0)) <= 0)
    if zero:
        raise DefinitionError(
            f"node {node}", expected=f"values above zero under a {method} mean",
            found=f"{norm} of {leaf}, which reaches zero",
            mend="Set normalise.low above zero (for example 1), or choose goalposts or an arithmetic mean.",
        )  # fmt: skip


def _check_normalisation(spec: Specification, leaf: str) -> None:
    if not spec.has("normalise"):
        return
    settings, node = spec.normalise_of(leaf), spec.by_id[leaf]
    needs = {"goalposts": node.goalposts, "distance_to_target": node.target}
    method = settings["method"]
    if method in needs and needs[method] is None:
        field_name = "target" if method == "distance_to_target" else method
        raise DefinitionError(
            f"node {leaf}",
            expected=f"{field_name} for {method}",
            found="none",
            mend=f"Add {field_name} to the node.",
        )
    if method == "distance_to_reference" and settings.get("reference") is None:
        raise DefinitionError(
            f"node {leaf}", expected="a reference place", found="none", mend="Name normalise.reference."
        )
    if node.direction == "target" and node.target is None:
        raise DefinitionError(f"node {leaf}", expected="a target for its direction", found="none", mend="Add target.")
    if settings.get("over", "all") not in ("all", "year"):
        raise DefinitionError(f"node {leaf}", expected="over: all or year", found=str(settings["over"]))


def renamed(spec: Specification, **fields: Any) -> Specification:
    """A copy with fields replaced, checked again."""
    changed = replace(spec, **fields)
    check(changed)
    return changed
