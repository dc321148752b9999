"""Dotted paths into the plain form of a specification, as factors, designs and pages change it.

Steps and nodes are reached by name (`normalise.method`, `steps.treat.skew`, `nodes.LPI.weight`) or by position
from 0.
"""

from __future__ import annotations

from kenes.comparison.declared.allowed import STEPS
from kenes.comparison.declared.specification import Json, Plain
from kenes.vocabulary.errors import DefinitionError


def set_path(plain: Plain, path: str, value: Json) -> None:
    """Set one dotted path in the plain form, in place.

    Raises:
        DefinitionError: the path leads nowhere.
    """
    parts = path.split(".")
    if parts[0] in STEPS:
        parts = ["steps", *parts]
    here: Json = plain
    for depth, part in enumerate(parts[:-1]):
        here = _enter(here, part, parts[depth - 1] if depth else "", path)
    last = parts[-1]
    if isinstance(here, list):
        if parts == ["steps", last] and last in STEPS:
            _step(here, last)[last] = value
        else:
            position = _position(here, last, path)
            found = here[position]
            here[position] = {last: value} if isinstance(found, dict) and last in found else value
    elif isinstance(here, dict):
        inner = _inside(here) if parts[0] == "steps" and last not in here else here
        inner[last] = value
    else:
        raise _nowhere(path, last)


def _enter(here: Json, part: str, before: str, path: str) -> Json:
    """The value below `part`; a step is entered through its one key."""
    if isinstance(here, list):
        if before == "steps" and part in STEPS:
            return _step(here, part)[part]
        return here[_position(here, part, path)]
    if isinstance(here, dict):
        inner = here if part in here else _inside(here)
        value = inner.get(part)
        if not isinstance(value, (dict, list)):
            value = inner[part] = {"method": value} if isinstance(value, str) else {}
        return value
    raise _nowhere(path, part)


def _inside(here: Plain) -> Plain:
    """The settings of a step; what is no step itself."""
    kind = next(iter(here), "")
    settings = here.get(kind)
    if len(here) == 1 and kind in STEPS and isinstance(settings, dict):
        return settings
    return here


def _nowhere(path: str, part: str) -> DefinitionError:
    return DefinitionError(path, expected="a path of the specification", found=f"nothing at {part}")


def _step(steps: list[Json], kind: str) -> Plain:
    """The step of a kind; where it is not declared, it is put in its usual place among those that are."""
    for step in steps:
        if isinstance(step, dict) and kind in step:
            settings = step[kind]
            if not isinstance(settings, dict):
                step[kind] = {"method": settings} if isinstance(settings, str) else {}
            return step
    usual = list(STEPS)
    later = usual[usual.index(kind) + 1 :]
    after = (i for i, step in enumerate(steps) if isinstance(step, dict) and next(iter(step), "") in later)
    made: Plain = {kind: {}}
    steps.insert(next(after, len(steps)), made)
    return made


def _position(items: list[Json], part: str, path: str) -> int:
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
