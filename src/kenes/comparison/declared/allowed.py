"""What each setting of a step, and each field of a factor, may be: one table, so that nothing strange gets further."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kenes.vocabulary.errors import DefinitionError

Check = Callable[[Any], bool]
Rule = tuple[str, Check]


def is_number(value: Any) -> bool:
    """A finite number, and no text or yes/no."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: Any) -> bool:
    """A whole number."""
    return is_number(value) and float(value).is_integer()


def numbers_list(value: Any) -> bool:
    """A list of finite numbers, at least one."""
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(is_number(v) for v in value)


NUMBER: Rule = ("a number", is_number)
ABOVE_ZERO: Rule = ("a number above zero", lambda v: is_number(v) and v > 0)
FROM_ZERO: Rule = ("a number of zero or more", lambda v: is_number(v) and v >= 0)
SHARE: Rule = ("a share from 0 to 1", lambda v: is_number(v) and 0 <= v <= 1)
COUNT: Rule = ("a whole number from 1", lambda v: is_whole(v) and v >= 1)
YES_NO: Rule = ("true or false", lambda v: isinstance(v, bool))
TEXT: Rule = ("a name", lambda v: isinstance(v, str) and v != "")
NAMES: Rule = ("a list of names", lambda v: isinstance(v, (list, tuple)) and all(isinstance(n, str) for n in v))
PENALTY: Rule = ("-1 or 1", lambda v: is_number(v) and v in (-1, 1))
ANY: Rule = ("anything", lambda _: True)
LEVELS: Rule = (
    "methods by level: a mapping from the level (2 = just above the indicators), or a list from level 2 up",
    lambda v: isinstance(v, (list, tuple)) or (isinstance(v, Mapping) and all(str(k).isdigit() for k in v)),
)


def one_of(*words: str) -> Rule:
    """One of some words."""
    return f"one of {', '.join(words)}", lambda v: v in words


STEPS: Mapping[str, Mapping[str, Rule]] = MappingProxyType(
    {
        "denominate": {"scale": ("a number other than zero", lambda v: is_number(v) and v != 0)},
        "screen": {"min_coverage": SHARE},
        "impute": {
            "by": TEXT,
            "axis": one_of("column", "row"),
            "k": COUNT,
            "limit": FROM_ZERO,
            "draws": ("a whole number from 2", lambda v: is_whole(v) and v >= 2),
            "value": NUMBER,
        },
        "treat": {
            "max_points": ("a whole number from 0, or null for no limit", lambda v: is_whole(v) and v >= 0),
            "skew": FROM_ZERO,
            "kurtosis": NUMBER,
            "then": one_of("none", "log", "log_coin", "boxcox"),
            "lower": SHARE,
            "upper": SHARE,
            "factor": ABOVE_ZERO,
            "power": NUMBER,
            "combine": YES_NO,
            "over": one_of("all", "year"),
        },
        "normalise": {
            "low": NUMBER,
            "high": NUMBER,
            "mean": NUMBER,
            "sd": ABOVE_ZERO,
            "over": one_of("all", "year"),
            "reference": ("a place or a time", lambda v: isinstance(v, (str, int, float)) and not isinstance(v, bool)),
            "cap": YES_NO,
            "transform": one_of("none", "log"),
            "categories": ("scores by category", lambda v: isinstance(v, Mapping) and len(v) > 0),
            "spread": (
                "four numbers: zero below, best from, best to, zero above",
                lambda v: numbers_list(v) and len(v) == 4 and v[0] < v[1] <= v[2] < v[3],
            ),
        },
        "aggregate": {
            "power": ("a number from -100 to 100", lambda v: is_number(v) and abs(v) <= 100),
            "min_coverage": SHARE,
            "by_level": LEVELS,
            "lower": SHARE,
            "upper": SHARE,
            "penalty": PENALTY,
            "order_weights": (
                "numbers of zero or more, not all zero",
                lambda v: numbers_list(v) and all(n >= 0 for n in v) and sum(v) > 0,
            ),
            "order": COUNT,
            "direction": ("a list of numbers", numbers_list),
            "ddof": ("0 or 1", lambda v: v in (0, 1)),
        },
    }
)
FACTORS: Mapping[str, Mapping[str, Rule]] = MappingProxyType(
    {
        "weights": {
            "distribution": one_of("dirichlet", "uniform"),
            "concentration": ABOVE_ZERO,
            "spread": SHARE,
            "around": one_of("nominal", "equal"),
            "nodes": NAMES,
        },
        "alternatives": {"path": TEXT, "values": ("a list", lambda v: isinstance(v, (list, tuple)) and len(v) > 0)},
        "leave_one_out": {},
        "errors": {
            "share": FROM_ZERO,
            "sd": (
                "standard errors by indicator",
                lambda v: isinstance(v, Mapping) and all(is_number(n) and n >= 0 for n in v.values()),
            ),
        },
        "gaps": {},
    }
)


def check_settings(kind: str, settings: Mapping[str, Any], where: str) -> None:
    """Refuse a setting of a step that is of another kind or out of its range; null stands for the default.

    Raises:
        DefinitionError: names the setting, what it may be and what was found.
    """
    for name, value in settings.items():
        rule = STEPS[kind].get(name, ANY)
        if value is not None and not rule[1](value):
            raise DefinitionError(
                f"{kind}.{name}", expected=rule[0], found=repr(value), where=where, mend="Correct the setting."
            )
    lower, upper = settings.get("lower"), settings.get("upper")
    if lower is not None and upper is not None and lower > upper:
        raise DefinitionError(
            f"{kind}.lower",
            expected="no more than upper",
            found=f"{lower} and {upper}",
            where=where,
            mend="Exchange them.",
        )


def check_factor(factor: Mapping[str, Any], where: str) -> None:
    """Refuse a field of a factor that it does not have, or that is out of range.

    Raises:
        DefinitionError: names the field, what it may be and what was found.
    """
    rules = {"kind": TEXT, "name": TEXT, **FACTORS[factor["kind"]]}
    for name, value in factor.items():
        if name not in rules:
            raise DefinitionError(
                str(name), expected=f"one of {', '.join(rules)}", where=where, mend="Correct the name or remove it."
            )
        if value is not None and not rules[name][1](value):
            raise DefinitionError(
                f"{factor['kind']}.{name}",
                expected=rules[name][0],
                found=repr(value),
                where=where,
                mend="Correct the field.",
            )


def field(given: Mapping[str, Any], name: str, rule: Rule, default: Any, where: str) -> Any:
    """A field of the specification that is checked, or its default where it is missing or null.

    Raises:
        DefinitionError: it is something else.
    """
    value = given.get(name)
    if value is None:
        return default
    if not rule[1](value):
        raise DefinitionError(f"{where}{name}", expected=rule[0], found=repr(value), mend="Correct the field.")
    return value


def mapping(given: Any, where: str) -> Mapping[str, Any]:
    """A mapping, empty for nothing.

    Raises:
        DefinitionError: it is something else.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise DefinitionError(where, expected="a mapping", found=repr(given), mend="Write `name: value` pairs.")
    return given


def sequence(given: Any, where: str) -> Sequence[Any]:
    """A list, empty for nothing.

    Raises:
        DefinitionError: it is something else.
    """
    if given is None:
        return ()
    if not isinstance(given, (list, tuple)):
        raise DefinitionError(where, expected="a list", found=repr(given), mend="Write it as a list.")
    return given
