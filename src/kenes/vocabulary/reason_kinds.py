"""What a reason may hold: kinds of values, and how a code is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from kenes.vocabulary.errors import DefinitionError


class Kind(StrEnum):
    """What a value of a reason is, and so how it is written."""

    NUMBER = "number"
    AMOUNT = "amount"
    """A number in the unit that the value `unit` names."""
    COUNT = "count"
    SHARE = "share"
    """In [0, 1]; written as per cent."""
    YEAR = "year"
    MONTH = "month"
    DATE = "date"
    TEXT = "text"
    """As received; never translated."""
    TEXTS = "texts"
    UNIT = "unit"
    LOCATOR = "locator"
    PLACE = "place"
    PLACES = "places"
    INDICATOR = "indicator"
    INDICATORS = "indicators"
    VARIABLE = "variable"
    SOURCE = "source"
    NODE = "node"
    PRACTICE = "practice"
    """A practice by its id."""
    METRIC = "metric"
    """What a practice's effect was measured on, by the practice's id."""
    DESIGN = "design"
    """The design of a study."""
    QUALITY = "quality"
    RULES = "rules"
    LEVEL = "level"
    STRENGTH = "strength"
    PLACE_KINDS = "place_kinds"


@dataclass(frozen=True, slots=True)
class Declared:
    """A code as declared: its English message, its plural where one of its counts asks for it, its values.

    Args:
        message: with `%(name)s` for each value that is said.
        plural: for more than one of `counted`; empty where the message does not change.
        counted: name of the value that chooses the plural.
        kinds: kind of each value by name.
    """

    message: str
    kinds: Mapping[str, Kind]
    plural: str = ""
    counted: str = ""


DECLARED: dict[str, Declared] = {}
"""Every code by name; filled by `reason_codes`."""


def declare(code: str, message: str, **kinds: Kind) -> None:
    """Declare a code with its English message and the kind of each value.

    Raises:
        DefinitionError: the code is declared already.
    """
    _add(code, Declared(message, MappingProxyType(kinds)))


def declare_counted(code: str, singular: str, plural: str, counted: str, **kinds: Kind) -> None:
    """Declare a code whose message depends on a number: the value named `counted`.

    Raises:
        DefinitionError: the code is declared already.
    """
    _add(code, Declared(singular, MappingProxyType(kinds), plural, counted))


def _add(code: str, declared: Declared) -> None:
    if code in DECLARED:
        raise DefinitionError(
            f"reason {code!r}",
            expected="a code of its own",
            found=f"one that says {DECLARED[code].message!r}",
            mend="Give it another code.",
        )
    DECLARED[code] = declared
