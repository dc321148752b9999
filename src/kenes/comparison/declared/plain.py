"""A specification from plain dicts and lists, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from kenes.comparison.declared.allowed import (
    METHODS,
    NUMBER,
    STEPS,
    TEXT,
    Rule,
    field,
    is_whole,
    mapping,
    number,
    number_field,
    refuse_unknown,
    sequence,
    text_of,
)
from kenes.comparison.declared.consistency import check
from kenes.comparison.declared.own_functions import Aggregator, OwnFunction, registered
from kenes.comparison.declared.paths import set_path
from kenes.comparison.declared.reading import read_factor, read_node, read_steps
from kenes.comparison.declared.rules import gives, is_rule, read_rule
from kenes.comparison.declared.specification import Json, Node, Plain, Specification, canonical
from kenes.vocabulary.errors import DefinitionError

SPEC_FIELDS = (
    "id",
    "version",
    "name",
    "place_column",
    "time_column",
    "groups",
    "seed",
    "weights",
    "uncertainty",
    "nodes",
    "steps",
)
SENSITIVITY = ("sobol", "shapley")
MOST_DRAWS = 1_000_000
SEED: Rule = ("a whole number of zero or more", lambda v: is_whole(v) and v >= 0)
DRAWS: Rule = (f"a whole number from 1 to {MOST_DRAWS:,}", lambda v: is_whole(v) and 1 <= v <= MOST_DRAWS)


def from_plain(
    plain: Mapping[str, object], *, aggregators: Mapping[str, OwnFunction | Aggregator] | None = None
) -> Specification:
    """Read a specification from plain dicts and lists, and check it whole.

    Args:
        plain: the pinned form.
        aggregators: functions of one's own by the names that the specification gives as methods.

    Raises:
        DefinitionError: names the node or step and the mend.
    """
    if not isinstance(plain, Mapping):
        raise DefinitionError("specification", expected="a mapping", found=type(plain).__name__)
    own = registered(aggregators, METHODS["aggregate"])
    refuse_unknown(plain, (*SPEC_FIELDS, *STEPS), "specification")
    weights, uncertainty = mapping(plain.get("weights"), "weights"), mapping(plain.get("uncertainty"), "uncertainty")
    refuse_unknown(weights, ("set", "sets"), "weights")
    sets = mapping(weights.get("sets"), "weights.sets")
    refuse_unknown(uncertainty, ("factors", "draws", "level", "sensitivity"), "uncertainty")
    spec = Specification(
        id=str(plain.get("id", "index")),
        version=str(plain.get("version", "1")),
        name=text_of(plain.get("name")),
        place_column=str(plain.get("place_column", "place")),
        time_column=text_of(plain.get("time_column")),
        groups=tuple(map(str, sequence(plain.get("groups"), "groups"))),
        seed=int(number_field(plain, "seed", SEED, 0)),
        weight_set=text_of(field(weights, "set", TEXT, "weights.")),
        weight_sets={str(k): _numbers(v, f"weights.sets.{k}") for k, v in sets.items() if not is_rule(v)},
        weight_rules={str(k): read_rule(v, str(k)) for k, v in sets.items() if is_rule(v)},
        factors=tuple(
            read_factor(f, i) for i, f in enumerate(sequence(uncertainty.get("factors"), "uncertainty.factors"))
        ),
        draws=int(number_field(uncertainty, "draws", DRAWS, 1000, "uncertainty.")),
        level=float(number_field(uncertainty, "level", NUMBER, 0.9, "uncertainty.")),
        sensitivity=_methods(uncertainty.get("sensitivity")),
        nodes=tuple(read_node(n, i, tuple(own)) for i, n in enumerate(sequence(plain.get("nodes"), "nodes"))),
        steps=tuple(read_steps(plain, tuple(own))),
        aggregators=own,
    )
    check(spec)
    return spec


def to_plain(spec: Specification) -> Plain:
    """The specification as plain dicts and lists, without what is at its default."""
    plain: Plain = {"id": spec.id, "version": spec.version, "place_column": spec.place_column}
    optional: Plain = {"name": spec.name, "time_column": spec.time_column, "groups": list(spec.groups)}
    plain |= {k: v for k, v in optional.items() if v}
    plain["seed"] = spec.seed
    if spec.weight_sets or spec.weight_rules:
        sets: Plain = {k: _copy(v) for k, v in (*spec.weight_sets.items(), *spec.weight_rules.items())}
        plain["weights"] = {"set": spec.weight_set, "sets": sets}
    plain["nodes"] = [_plain_node(n) for n in spec.nodes]
    plain["steps"] = [{s.kind: _copy(s.settings)} for s in spec.steps]
    uncertainty: Plain = {"draws": spec.draws, "level": spec.level, "factors": [_copy(f) for f in spec.factors]}
    if spec.sensitivity != ("sobol",):
        uncertainty["sensitivity"] = list(spec.sensitivity)
    plain["uncertainty"] = uncertainty
    return plain


def digest(spec: Specification) -> str:
    """SHA-256 of a specification's canonical JSON form."""
    return hashlib.sha256(canonical(to_plain(spec)).encode()).hexdigest()


def with_changes(spec: Specification, changes: Mapping[str, object]) -> Specification:
    """A new specification with dotted paths replaced, for example `{"normalise.method": "rank"}`.

    Raises:
        DefinitionError: a path names nothing, or the result contradicts itself.
    """
    plain = to_plain(spec)
    for path, value in changes.items():
        set_path(plain, path, cast("Json", value))
    changed = from_plain(plain, aggregators=spec.aggregators)
    idle = [p for p in changes if _hidden_by_set(p, changed)]
    if idle:
        raise DefinitionError(
            idle[0],
            expected=f"a node whose weight the set {changed.weight_set} leaves open",
            found="one it gives",
            mend=f"Change weights.sets.{changed.weight_set}, or take another set.",
        )
    return changed


def _hidden_by_set(path: str, spec: Specification) -> bool:
    """Whether a path sets the weight of a node that the chosen set of weights gives already."""
    parts = path.split(".")
    if len(parts) < 3 or parts[0] != "nodes" or parts[-1] != "weight":
        return False
    node = ".".join(parts[1:-1])
    if spec.rule is not None:
        return gives(spec.rule, node, {n.id: n.parent for n in spec.nodes})
    return node in spec.weight_sets.get(spec.weight_set or "", {})


def with_weights(spec: Specification, name: str, weights: Mapping[str, float]) -> Specification:
    """The specification with one more set of weights, which is chosen.

    Raises:
        DefinitionError: a weight is negative, or a branch has none left.
    """
    changed = replace(spec, weight_set=name, weight_sets={**spec.weight_sets, name: weights})
    check(changed)
    return changed


def _copy(value: object) -> Json:
    """A value as lists and dicts of its own; single values as they are."""
    if isinstance(value, Mapping):
        return {str(k): _copy(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(v) for v in value]
    return cast("Json", value)


def _plain_node(node: Node) -> Plain:
    """A node without what is at its default."""
    plain: Plain = {"id": node.id}
    optional: Plain = {
        "name": node.name,
        "parent": node.parent,
        "direction": node.direction,
        "unit": node.unit,
        "target": node.target,
        "denominator": node.denominator,
        "weight": None if node.weight == 1.0 else node.weight,
    }
    if node.goalposts is not None:
        optional["goalposts"] = {"worst": node.goalposts.worst, "best": node.goalposts.best}
    settings = {"normalise": node.normalise, "treat": node.treat, "aggregate": node.aggregate}
    plain |= {key: value for key, value in optional.items() if value is not None}
    return plain | {key: _copy(value) for key, value in settings.items() if value}


def _numbers(given: object, where: str) -> Mapping[str, float]:
    return {str(k): number(v, f"weight of {k}", where) for k, v in mapping(given, where).items()}


def _methods(given: object) -> tuple[str, ...]:
    """Methods of sensitivity from one name or a list."""
    found = [given] if isinstance(given, str) else sequence(given, "uncertainty.sensitivity")
    unknown = [str(m) for m in found if m not in SENSITIVITY]
    if unknown:
        raise DefinitionError(
            "sensitivity",
            expected=" or ".join(SENSITIVITY),
            found=", ".join(unknown),
            where="uncertainty",
            mend="Correct the method.",
        )
    return tuple(map(str, found)) or ("sobol",)
