"""A specification from plain dicts and lists, and back; every error names the node or step and the mend."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from kenes.comparison.declared.allowed import (
    NUMBER,
    TEXT,
    check_factor,
    check_settings,
    field,
    is_whole,
    mapping,
    sequence,
)
from kenes.comparison.declared.consistency import check
from kenes.comparison.declared.own_functions import Aggregator, OwnFunction, registered
from kenes.comparison.declared.rules import gives, is_rule, read_rule
from kenes.comparison.declared.specification import (
    METHODS,
    SENSITIVITY,
    STEP_SETTINGS,
    Goalposts,
    Node,
    Plain,
    Specification,
    Step,
    canonical,
)
from kenes.vocabulary.errors import DefinitionError

NODE_FIELDS = (
    "id",
    "name",
    "parent",
    "weight",
    "direction",
    "unit",
    "target",
    "denominator",
    "goalposts",
    "normalise",
    "aggregate",
    "treat",
)
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
OWN_MEND = (
    "Correct the method. A function of your own cannot be named in a file alone: build in Python with "
    "aggregators={name: function}."
)
SEED = ("a whole number of zero or more", lambda v: is_whole(v) and v >= 0)
MOST_DRAWS = 1_000_000
DRAWS = (f"a whole number from 1 to {MOST_DRAWS:,}", lambda v: is_whole(v) and 1 <= v <= MOST_DRAWS)
DIRECTIONS: Mapping[Any, int | str] = MappingProxyType(
    {1: 1, -1: -1, "1": 1, "-1": -1, "more": 1, "less": -1, "target": "target"}
)


def from_plain(
    plain: Mapping[str, Any], *, aggregators: Mapping[str, OwnFunction | Aggregator] | None = None
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
    allowed = {*SPEC_FIELDS, *STEP_SETTINGS}
    _refuse_unknown(plain, allowed, "specification")
    weights, uncertainty = mapping(plain.get("weights"), "weights"), mapping(plain.get("uncertainty"), "uncertainty")
    _refuse_unknown(weights, {"set", "sets"}, "weights")
    sets = mapping(weights.get("sets"), "weights.sets")
    _refuse_unknown(uncertainty, {"factors", "draws", "level", "sensitivity"}, "uncertainty")
    spec = Specification(
        id=str(plain.get("id", "index")),
        version=str(plain.get("version", "1")),
        name=plain.get("name"),
        place_column=str(plain.get("place_column", "place")),
        time_column=plain.get("time_column"),
        groups=tuple(map(str, sequence(plain.get("groups"), "groups"))),
        seed=int(field(plain, "seed", SEED, 0, "")),
        weight_set=field(weights, "set", TEXT, None, "weights."),
        weight_sets={str(k): _numbers(v, f"weights.sets.{k}") for k, v in sets.items() if not is_rule(v)},
        weight_rules={str(k): read_rule(v, str(k)) for k, v in sets.items() if is_rule(v)},
        factors=tuple(_factor(f, i) for i, f in enumerate(sequence(uncertainty.get("factors"), "uncertainty.factors"))),
        draws=int(field(uncertainty, "draws", DRAWS, 1000, "uncertainty.")),
        level=float(field(uncertainty, "level", NUMBER, 0.9, "uncertainty.")),
        sensitivity=_methods(uncertainty.get("sensitivity")),
        nodes=tuple(_node(n, i, tuple(own)) for i, n in enumerate(sequence(plain.get("nodes"), "nodes"))),
        steps=tuple(_steps(plain, tuple(own))),
        aggregators=own,
    )
    check(spec)
    return spec


def to_plain(spec: Specification) -> Plain:
    """The specification as plain dicts and lists, without what is at its default."""
    plain: Plain = {"id": spec.id, "version": spec.version, "place_column": spec.place_column}
    optional = {"name": spec.name, "time_column": spec.time_column, "groups": list(spec.groups)}
    plain |= {k: v for k, v in optional.items() if v}
    plain["seed"] = spec.seed
    if spec.weight_sets or spec.weight_rules:
        sets = {k: _copy(v) for k, v in (*spec.weight_sets.items(), *spec.weight_rules.items())}
        plain["weights"] = {"set": spec.weight_set, "sets": sets}
    plain["nodes"] = [_plain_node(n) for n in spec.nodes]
    plain["steps"] = [{s.kind: _copy(s.settings)} for s in spec.steps]
    plain["uncertainty"] = {
        "draws": spec.draws,
        "level": spec.level,
        "factors": [_copy(f) for f in spec.factors],
    }
    if spec.sensitivity != ("sobol",):
        plain["uncertainty"]["sensitivity"] = list(spec.sensitivity)
    return plain


def digest(spec: Specification) -> str:
    """SHA-256 of a specification's canonical JSON form."""
    return hashlib.sha256(canonical(to_plain(spec)).encode()).hexdigest()


def with_changes(spec: Specification, changes: Mapping[str, Any]) -> Specification:
    """A new specification with dotted paths replaced, for example `{"normalise.method": "rank"}`.

    Raises:
        DefinitionError: a path names nothing, or the result contradicts itself.
    """
    plain = to_plain(spec)
    for path, value in changes.items():
        set_path(plain, path, value)
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
    kind = next(iter(here)) if isinstance(here, dict) and len(here) == 1 else None
    if kind in STEP_SETTINGS and last != kind and parts[0] == "steps":
        here[kind][last] = value
    elif isinstance(here, list) and parts == ["steps", last] and last in STEP_SETTINGS:
        _step(here, last)[last] = value
    elif isinstance(here, list):
        position = _position(here, last, path)
        here[position] = {last: value} if isinstance(here[position], dict) and last in here[position] else value
    else:
        here[last] = value


def _enter(here: Any, part: str, before: str, path: str) -> Any:
    """The value below `part`; a step is entered through its one key."""
    if isinstance(here, list):
        if before == "steps" and part in STEP_SETTINGS:
            return _step(here, part)[part]
        return here[_position(here, part, path)]
    if isinstance(here, dict):
        if len(here) == 1 and part not in here and next(iter(here)) in STEP_SETTINGS:
            return here[next(iter(here))].setdefault(part, {})
        value = here.get(part)
        if value is None or not isinstance(value, (dict, list)):
            value = here[part] = {"method": value} if isinstance(value, str) else {}
        return value
    raise DefinitionError(path, expected="a path of the specification", found=f"nothing at {part}")


def _step(steps: list[Plain], kind: str) -> Plain:
    """The step of a kind; where it is not declared, it is put in its usual place among those that are."""
    for step in steps:
        if kind in step:
            if not isinstance(step[kind], dict):
                step[kind] = {"method": step[kind]} if isinstance(step[kind], str) else {}
            return step
    usual = list(STEP_SETTINGS)
    later = (i for i, step in enumerate(steps) if usual.index(next(iter(step))) > usual.index(kind))
    steps.insert(next(later, len(steps)), {kind: {}})
    return next(step for step in steps if kind in step)


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
    return {str(k): _number(v, f"weight of {k}", where) for k, v in mapping(given, where).items()}


def _methods(given: Any) -> tuple[str, ...]:
    """Methods of sensitivity from one name or a list."""
    found = tuple([given] if isinstance(given, str) else given or ("sobol",))
    unknown = [str(m) for m in found if m not in SENSITIVITY]
    if unknown:
        raise DefinitionError(
            "sensitivity",
            expected=" or ".join(SENSITIVITY),
            found=", ".join(unknown),
            where="uncertainty",
            mend="Correct the method.",
        )
    return found


def _factor(given: Any, position: int) -> Mapping[str, Any]:
    where = f"uncertainty.factors.{position}"
    factor: dict[str, Any] = {"kind": given} if isinstance(given, str) else dict(mapping(given, where))
    if "kind" not in factor:
        factor["kind"] = "alternatives" if "values" in factor else factor.get("name")
    kinds = ("weights", "alternatives", "leave_one_out", "errors", "gaps")
    if not isinstance(factor.get("kind"), str):
        raise DefinitionError("factor", expected="a kind", found=repr(given), where=where, mend="Name its kind.")
    if factor["kind"] not in kinds:
        raise DefinitionError("kind", expected=f"one of {', '.join(kinds)}", found=str(factor["kind"]), where=where)
    if factor["kind"] == "alternatives" and not (factor.get("path") and factor.get("values")):
        raise DefinitionError(
            "alternatives",
            expected="a path and values",
            where=where,
            mend="Name the path and list its values.",
        )
    check_factor(factor, where)
    return factor


def _steps(plain: Mapping[str, Any], own: tuple[str, ...]) -> Iterator[Step]:
    """Steps in order from a list, a mapping, or the step names at the top level."""
    given = plain.get("steps")
    found: list[tuple[str, Any]] = []
    seen = set[str]()
    if isinstance(given, Mapping):
        found = list(given.items())
    for item in () if isinstance(given, Mapping) else sequence(given, "steps"):
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
        if kind in seen:
            raise DefinitionError(
                f"steps.{kind}", expected="each step once", found="it twice", mend="Join the two, or remove one."
            )
        seen.add(kind)
        yield Step(kind, _settings(settings, kind, f"steps.{kind}", own))


def _settings(given: Any, kind: str, where: str, own: tuple[str, ...] = ()) -> Mapping[str, Any]:
    settings = {} if given in (None, True) else {"method": given} if isinstance(given, str) else given
    if isinstance(settings, (int, float)) and kind == "screen":
        settings = {"min_coverage": settings}
    if not isinstance(settings, Mapping):
        raise DefinitionError(where, expected="a mapping of settings", found=repr(given))
    _refuse_unknown(settings, STEP_SETTINGS[kind], where)
    method = settings.get("method")
    methods = (*METHODS[kind], *(own if kind == "aggregate" else ())) if kind in METHODS else ()
    if methods and method is not None and method not in methods:
        raise DefinitionError(
            f"{kind} method",
            expected=f"one of {', '.join(methods)}",
            found=str(method),
            where=where,
            mend=OWN_MEND if kind == "aggregate" else "Correct the method.",
        )
    check_settings(kind, settings, where)
    levels = settings.get("by_level")
    for level in levels.values() if isinstance(levels, Mapping) else levels or ():
        _settings(level, kind, f"{where}.by_level", own)
    return {name: value for name, value in settings.items() if value is not None or name == "max_points"}


def _node(given: Mapping[str, Any], position: int, own: tuple[str, ...]) -> Node:
    if not isinstance(given, Mapping) or not given.get("id"):
        raise DefinitionError("node", expected="an id", found=repr(given), where=f"nodes.{position}")
    where = f"node {given['id']}"
    _refuse_unknown(given, NODE_FIELDS, where)
    parent, weight = given.get("parent"), given.get("weight")
    if isinstance(parent, (list, tuple)):
        raise DefinitionError(
            "parent",
            expected="one parent",
            found=", ".join(map(str, parent)),
            where=where,
            mend="Give the node one parent, or repeat it under another id.",
        )
    direction = given.get("direction")
    if direction is not None and (isinstance(direction, (list, dict)) or direction not in DIRECTIONS):
        raise DefinitionError(
            "direction",
            expected="1, -1, more, less or target",
            found=str(direction),
            where=where,
            mend="Correct the direction.",
        )
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
        aggregate=_settings(given.get("aggregate"), "aggregate", where, own),
    )


def _number(value: Any, what: str, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise DefinitionError(what, expected="a number", found=repr(value), where=where, mend="Correct it.")
    return number


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
    if direction in (1, -1) and (posts.best - posts.worst) * direction < 0:
        raise DefinitionError(
            "goalposts",
            expected=f"goalposts that agree with direction {direction}",
            found=f"worst {posts.worst}, best {posts.best}",
            where=where,
            mend="Correct the direction or exchange the goalposts.",
        )
    return posts


def renamed(spec: Specification, **fields: Any) -> Specification:
    """A copy with fields replaced, checked again."""
    changed = replace(spec, **fields)
    check(changed)
    return changed
