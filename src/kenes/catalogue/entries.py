"""What stands under the keys of a definition, as the type that is asked for; every fault names file and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from kenes.catalogue.documents import LinedDict, LinedList
from kenes.catalogue.words import Words, read_words
from kenes.vocabulary.errors import DefinitionError


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a value has keys, as a table of YAML or TOML has."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether a value is a list of YAML or TOML."""
    return isinstance(value, list)


def needed(entry: LinedDict, key: str, what: str) -> object:
    """What stands under a key.

    Raises:
        DefinitionError: nothing does.
    """
    value = entry.get(key)
    if value in (None, ""):
        raise DefinitionError(f"{what} has no {key!r}", where=entry.where(), mend=f"Add `{key}:`.")
    return value


def only(entry: LinedDict, keys: str, what: str) -> None:
    """Refuse keys that are not known; `keys` are the known ones, blank between them.

    Raises:
        DefinitionError: names the first.
    """
    extra = [key for key in entry if key not in keys.split()]
    if extra:
        raise DefinitionError(
            f"{what} has an unknown key {extra[0]!r}", expected=", ".join(keys.split()), where=entry.where(extra[0])
        )


def text(entry: LinedDict, key: str, default: str = "") -> str:
    """A scalar as text."""
    return str(entry.get(key, default))


def number(entry: LinedDict, key: str, what: str) -> float | None:
    """A number, None where there is none.

    Raises:
        DefinitionError: something else stands there.
    """
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(f"{key} of {what} is no number", found=repr(value), where=entry.where(key))
    return float(value)


def count(entry: LinedDict, key: str, what: str, default: int) -> int:
    """A whole number.

    Raises:
        DefinitionError: something else stands there.
    """
    value = entry.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise DefinitionError(f"{key} of {what} is no whole number", found=repr(value), where=entry.where(key))
    return value


def choice(entry: LinedDict, key: str, allowed: tuple[str, ...], what: str, default: str = "") -> str:
    """One of the allowed words.

    Raises:
        DefinitionError: another word stands there.
    """
    value = text(entry, key, default)
    if value not in allowed:
        raise DefinitionError(f"{key} of {what}", expected=" or ".join(allowed), found=value, where=entry.where(key))
    return value


def names(entry: LinedDict, key: str) -> tuple[str, ...]:
    """A list of texts; one text stands for a list of one, nothing for an empty list."""
    value = entry.get(key)
    return tuple(str(item) for item in value) if is_list(value) else (str(value),) if value else ()


def words(entry: LinedDict, key: str, what: str) -> Words:
    """A text in one or several languages."""
    return read_words(entry.get(key), f"{key} of {what}", entry.where(key))


def part(entry: LinedDict, key: str, what: str) -> LinedDict | None:
    """The mapping under a key, None where there is none.

    Raises:
        DefinitionError: something else stands there.
    """
    value = entry.get(key)
    if value is None or isinstance(value, LinedDict):
        return value or None
    raise DefinitionError(f"{key} of {what}", expected="a mapping", found=repr(value), where=entry.where(key))


def parts(entry: LinedDict, key: str, what: str) -> list[LinedDict]:
    """The mappings of the list under a key.

    Raises:
        DefinitionError: something else stands there.
    """
    value = entry.get(key)
    items = value if isinstance(value, LinedList) else [] if value is None else [value]
    found = [item for item in items if isinstance(item, LinedDict)]
    if len(found) != len(items):
        wrong = next(item for item in items if not isinstance(item, LinedDict))
        where = entry.where(key)
        raise DefinitionError(f"{key} of {what}", expected="a list of mappings", found=repr(wrong), where=where)
    return found
