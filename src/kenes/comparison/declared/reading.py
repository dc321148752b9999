"""Nodes, steps and factors from plain dicts and lists; every error names the node or step and the mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Literal, cast, overload

from kenes.comparison.declared.allowed import (
    FACTORS,
    METHODS,
    STEPS,
    check_factor,
    check_settings,
    mapping,
    names_of_settings,
    number,
    refuse_unknown,
    sequence,
    text_of,
)
from kenes.comparison.declared.settings import (
    AggregateSettings,
    Factor,
    NormaliseSettings,
    Settings,
    TreatSettings,
)
from kenes.comparison.declared.specification import Goalposts, Node, Step
from kenes.vocabulary.errors import DefinitionError

NODE_FIELDS = tuple(field.name for field in fields(Node))
DIRECTIONS: Mapping[object, int | str] = MappingProxyType(
    {1: 1, -1: -1, "1": 1, "-1": -1, "more": 1, "less": -1, "target": "target"}
)
OWN_MEND = (
    "Correct the method. A function of your own cannot be named in a file alone: build in Python with "
    "aggregators={name: function}."
)


def read_factor(given: object, position: int) -> Factor:
    """A factor from a mapping, or from the name of its kind.

    Raises:
        DefinitionError: names the factor by its position, and the field.
    """
    where = f"uncertainty.factors.{position}"
    factor: dict[str, object] = {"kind": given} if isinstance(given, str) else dict(mapping(given, where))
    if "kind" not in factor:
        factor["kind"] = "alternatives" if "values" in factor else factor.get("name")
    kind = factor["kind"]
    if not isinstance(kind, str):
        raise DefinitionError("factor", expected="a kind", found=repr(given), where=where, mend="Name its kind.")
    if kind not in FACTORS:
        raise DefinitionError("kind", expected=f"one of {', '.join(FACTORS)}", found=kind, where=where)
    if kind == "alternatives" and not (factor.get("path") and factor.get("values")):
        raise DefinitionError(
            "alternatives",
            expected="a path and values",
            where=where,
            mend="Name the path and list its values.",
        )
    check_factor(kind, factor, where)
    return cast("Factor", factor)


def read_steps(plain: Mapping[str, object], own: tuple[str, ...]) -> Iterator[Step]:
    """Steps in order from a list, a mapping, or the step names at the top level.

    Args:
        plain: the specification.
        own: names of functions of one's own that may be methods of aggregation.

    Raises:
        DefinitionError: names the step and the setting.
    """
    seen = set[str]()
    for kind, settings in list(_declared_steps(plain)):
        if kind not in STEPS:
            raise DefinitionError("steps", expected=f"one of {', '.join(STEPS)}", found=kind, mend="Correct the name.")
        if settings is False:
            continue
        if kind in seen:
            raise DefinitionError(
                f"steps.{kind}", expected="each step once", found="it twice", mend="Join the two, or remove one."
            )
        seen.add(kind)
        yield Step(kind, read_settings(settings, kind, f"steps.{kind}", own))


def _declared_steps(plain: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Name and settings of each step, as they stand."""
    given = plain.get("steps")
    if isinstance(given, Mapping):
        yield from ((str(kind), settings) for kind, settings in given.items())
    else:
        for item in sequence(given, "steps"):
            yield _declared_step(item)
    yield from ((kind, plain[kind]) for kind in STEPS if kind in plain)


def _declared_step(item: object) -> tuple[str, object]:
    if isinstance(item, str):
        return item, {}
    if isinstance(item, Mapping) and "step" in item:
        return str(item["step"]), {k: v for k, v in item.items() if k != "step"}
    if isinstance(item, Mapping) and len(item) == 1:
        (kind, settings), *_ = item.items()
        return str(kind), settings
    raise DefinitionError("steps", expected="a name, or a name with its settings", found=repr(item))


@overload
def read_settings(given: object, kind: Literal["normalise"], where: str) -> NormaliseSettings: ...
@overload
def read_settings(given: object, kind: Literal["treat"], where: str) -> TreatSettings: ...
@overload
def read_settings(given: object, kind: Literal["aggregate"], where: str, own: tuple[str, ...]) -> AggregateSettings: ...
@overload
def read_settings(given: object, kind: str, where: str, own: tuple[str, ...] = ()) -> Settings: ...
def read_settings(given: object, kind: str, where: str, own: tuple[str, ...] = ()) -> Settings:
    """Settings of a step from a mapping, the name of a method, or nothing; what is null is left out.

    Args:
        given: as declared.
        kind: of the step.
        where: for messages.
        own: names of functions of one's own that may be methods of aggregation.

    Raises:
        DefinitionError: names the setting, what it may be and what was found.
    """
    settings: object = {} if given is None or given is True else {"method": given} if isinstance(given, str) else given
    if kind == "screen" and isinstance(settings, (int, float)):
        settings = {"min_coverage": settings}
    if not isinstance(settings, Mapping):
        raise DefinitionError(where, expected="a mapping of settings", found=repr(given))
    refuse_unknown(settings, names_of_settings(kind), where)
    method = settings.get("method")
    methods = (*METHODS.get(kind, ()), *(own if kind == "aggregate" else ()))
    if method is not None and method not in methods:
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
        read_settings(level, kind, f"{where}.by_level", own)
    kept = {name: value for name, value in settings.items() if value is not None or name == "max_points"}
    return cast("Settings", kept)


def read_node(given: object, position: int, own: tuple[str, ...]) -> Node:
    """A node of the tree.

    Args:
        given: as declared.
        position: in the list of nodes, for messages.
        own: names of functions of one's own that may be methods of aggregation.

    Raises:
        DefinitionError: names the node and the mend.
    """
    if not isinstance(given, Mapping) or not given.get("id"):
        raise DefinitionError("node", expected="an id", found=repr(given), where=f"nodes.{position}")
    node: Mapping[str, object] = given
    where = f"node {node['id']}"
    refuse_unknown(node, NODE_FIELDS, where)
    parent, direction = _parent(node.get("parent"), where), _direction(node.get("direction"), where)
    weight, target = node.get("weight"), node.get("target")
    return Node(
        id=str(node["id"]),
        name=text_of(node.get("name")),
        parent=parent,
        weight=1.0 if weight is None else number(weight, "weight", where),
        direction=direction,
        unit=text_of(node.get("unit")),
        target=None if target is None else number(target, "target", where),
        denominator=text_of(node.get("denominator") or None),
        goalposts=_goalposts(node.get("goalposts"), direction, where),
        normalise=read_settings(node.get("normalise"), "normalise", where),
        treat=read_settings(node.get("treat"), "treat", where),
        aggregate=read_settings(node.get("aggregate"), "aggregate", where, own),
    )


def _parent(given: object, where: str) -> str | None:
    if isinstance(given, (list, tuple)):
        raise DefinitionError(
            "parent",
            expected="one parent",
            found=", ".join(map(str, given)),
            where=where,
            mend="Give the node one parent, or repeat it under another id.",
        )
    return None if given in (None, "") else str(given)


def _direction(given: object, where: str) -> int | str | None:
    if given is None:
        return None
    if isinstance(given, (list, dict)) or given not in DIRECTIONS:
        raise DefinitionError(
            "direction",
            expected="1, -1, more, less or target",
            found=str(given),
            where=where,
            mend="Correct the direction.",
        )
    return DIRECTIONS[given]


def _goalposts(given: object, direction: int | str | None, where: str) -> Goalposts | None:
    """Goalposts from `{worst, best}`, `{low, high}` with the direction, or a pair."""
    if given is None:
        return None
    if isinstance(given, Mapping) and {"worst", "best"} <= set(given):
        posts = Goalposts(number(given["worst"], "worst", where), number(given["best"], "best", where))
    else:
        pair: object = [given["low"], given["high"]] if isinstance(given, Mapping) and "low" in given else given
        if not isinstance(pair, (list, tuple)) or len(pair) < 2:
            raise DefinitionError("goalposts", expected="worst and best", found=repr(given), where=where)
        first, second = (number(v, "goalposts", where) for v in pair[:2])
        posts = Goalposts(max(first, second), min(first, second)) if direction == -1 else Goalposts(first, second)
    if posts.worst == posts.best:
        raise DefinitionError("goalposts", expected="two different values", found=str(posts.worst), where=where)
    if isinstance(direction, int) and (posts.best - posts.worst) * direction < 0:
        raise DefinitionError(
            "goalposts",
            expected=f"goalposts that agree with direction {direction}",
            found=f"worst {posts.worst}, best {posts.best}",
            where=where,
            mend="Correct the direction or exchange the goalposts.",
        )
    return posts
