"""Reasons: why something is flagged, missing, refused or advised, as a code with typed values.

A reason is data. Tables hold its code and its values; words are made from them when somebody reads, in the
reader's language (`kenes.pages.words.reasons`). Each code is declared once, in `kenes.vocabulary.reason_codes`, with
the kind of each value, so that a number is written by the rules of the language, a unit as people write it, and a
place by its name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kenes.vocabulary.errors import DefinitionError
from kenes.vocabulary.reason_codes import DECLARED, Kind

Value = str | int | float | None | tuple[str, ...]
ALSO = "also"
"""Key under which the values of a reason hold further reasons."""


_TYPES: Mapping[Kind, tuple[type, ...]] = MappingProxyType(
    {
        **dict.fromkeys((Kind.NUMBER, Kind.AMOUNT, Kind.SHARE), (float, int)),
        **dict.fromkeys((Kind.COUNT, Kind.YEAR), (int,)),
        **dict.fromkeys((Kind.TEXTS, Kind.PLACES, Kind.INDICATORS, Kind.RULES, Kind.PLACE_KINDS), (tuple,)),
    }
)
"""Types that a value of a kind has; a text where a kind is not named."""


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """A declared code with its values, and further reasons that stand beside it.

    `pairs` are names and values, sorted by name; `reason()` makes and checks them.
    """

    code: str
    pairs: tuple[tuple[str, Value], ...] = ()
    also: tuple[Reason, ...] = ()

    @property
    def values(self) -> Mapping[str, Value]:
        """Values by name."""
        return dict(self.pairs)

    @property
    def text(self) -> str:
        """The values as they stand in tables: JSON with sorted keys.

        >>> reason("coverage_short", share=0.5, least=0.75).text
        '{"least":0.75,"share":0.5}'
        """
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def plain(self) -> dict[str, object]:
        """The values as plain data; further reasons stand under `also`."""
        found: dict[str, object] = {name: list(v) if isinstance(v, tuple) else v for name, v in self.pairs}
        if self.also:
            found[ALSO] = [{"code": each.code, "values": each.plain()} for each in self.also]
        return found

    def all(self) -> tuple[Reason, ...]:
        """This reason and those beside it, one by one."""
        return (Reason(self.code, self.pairs), *self.also)


def reason(code: str, /, **values: object) -> Reason:
    """A reason, checked against its declaration.

    Numbers are kept to six meaningful digits: more would be noise of the machine, and the full numbers stand in
    the columns of the tables.

    Args:
        code: a declared code.
        values: its values, each of its declared kind; None where one is not known.

    Raises:
        DefinitionError: the code is not declared, a value is missing, unknown or of another type.
    """
    declared = DECLARED.get(code)
    if declared is None:
        raise DefinitionError(f"reason {code!r}", expected="a declared code", found="none of that name")
    if values.keys() != declared.kinds.keys():
        raise DefinitionError(
            f"reason {code!r}",
            expected=", ".join(sorted(declared.kinds)) or "no values",
            found=", ".join(sorted(values)) or "none",
        )
    return Reason(code, tuple((name, _checked(code, name, values[name])) for name in sorted(values)))


def _checked(code: str, name: str, value: object) -> Value:
    kind = DECLARED[code].kinds[name]
    wanted = _TYPES.get(kind, (str,))
    if value is None:
        return None
    if isinstance(value, (list, tuple)) and tuple in wanted:
        return tuple(str(each) for each in value)
    if isinstance(value, str) and str in wanted:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and int in wanted:
        return _number(value) if float in wanted else int(value)
    raise DefinitionError(
        f"value {name!r} of reason {code!r}", expected=f"a {kind.value}", found=f"{type(value).__name__} {value!r}"
    )


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None


def together(reasons: Sequence[Reason]) -> Reason | None:
    """Several reasons as one: the first, with the others beside it, each once; None of none.

    >>> both = together([reason("no_value"), reason("division_by_zero"), reason("no_value")])
    >>> both.code, [each.code for each in both.also]
    ('no_value', ['division_by_zero'])
    """
    each = list(dict.fromkeys(part for one in reasons for part in one.all()))
    return Reason(each[0].code, each[0].pairs, tuple(each[1:])) if each else None


def read_reason(code: str | None, text: str | None) -> Reason | None:
    """A reason from the two columns of a table; None where the row has none.

    Raises:
        DefinitionError: a code that is not declared, or values that do not fit it.
    """
    if not code:
        return None
    return read_plain(code, json.loads(text) if text else {})


def read_plain(code: str, values: Mapping[str, Any]) -> Reason:
    """A reason from its code and its values as plain data, further reasons under `also`.

    Raises:
        DefinitionError: a code that is not declared, or values that do not fit it.
    """
    further = values.get(ALSO, [])
    first = reason(code, **{name: value for name, value in values.items() if name != ALSO})
    return Reason(first.code, first.pairs, tuple(read_plain(each["code"], each["values"]) for each in further))


def reason_columns(found: Reason | None) -> dict[str, str | None]:
    """The two columns of a table that hold a reason."""
    return {"reason": found.code if found else None, "reason_values": found.text if found else None}
