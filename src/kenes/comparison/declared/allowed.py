"""What each setting of a step, and each field of a factor, may be: one table, so that nothing strange gets further."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import SupportsFloat, TypeGuard

from kenes.comparison.declared.normalisations import NORMALISATIONS
from kenes.vocabulary.errors import DefinitionError

Check = Callable[[object], bool]
Rule = tuple[str, Check]
METHODS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "impute": (
            "none",
            "mean",
            "median",
            "group_mean",
            "group_median",
            "latest",
            "linear",
            "em",
            "chained",
            "knn",
            "multiple",
            "value",
        ),
        "treat": ("none", "winsorise", "iqr", "percentile", "mad"),
        "normalise": tuple(NORMALISATIONS),
        "aggregate": (
            "arithmetic",
            "geometric",
            "harmonic",
            "power",
            "median",
            "owa",
            "mpi",
            "ampi",
            "copeland",
            "kemeny",
            "bod",
            "bod_directional",
            "bod_order_m",
            "bod_common",
        ),
    }
)


def is_number(value: object) -> TypeGuard[float]:
    """A finite number, and no text or yes/no."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: object) -> TypeGuard[float]:
    """A whole number."""
    return is_number(value) and float(value).is_integer()


def numbers_list(value: object) -> TypeGuard[Sequence[float]]:
    """A list of finite numbers, at least one."""
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(is_number(v) for v in value)


def all_fit(value: object, fits: Check) -> bool:
    """Whether something is a mapping whose values all fit."""
    return isinstance(value, Mapping) and all(map(fits, value.values()))


def _levels(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(str(level).isdigit() for level in value) and _levels(list(value.values()))
    return isinstance(value, (list, tuple)) and True not in value


def _within(low: float, high: float) -> Check:
    return lambda v: is_number(v) and low <= v <= high


def _whole_from(least: int) -> Check:
    return lambda v: is_whole(v) and v >= least


NUMBER: Rule = ("a number", is_number)
ABOVE_ZERO: Rule = ("a number above zero", lambda v: is_number(v) and v > 0)
FROM_ZERO: Rule = ("a number of zero or more", _within(0, math.inf))
SHARE: Rule = ("a share from 0 to 1", _within(0, 1))
COUNT: Rule = ("a whole number from 1", _whole_from(1))
YES_NO: Rule = ("true or false", lambda v: isinstance(v, bool))
TEXT: Rule = ("a name", lambda v: isinstance(v, str) and v != "")
NAMES: Rule = ("a list of names", lambda v: isinstance(v, (list, tuple)) and all(isinstance(n, str) for n in v))
PENALTY: Rule = ("-1 or 1", lambda v: is_number(v) and v in (-1, 1))
ANY: Rule = ("anything", lambda _: True)
LEVELS: Rule = (
    "methods by level: a mapping from the level (2 = just above the indicators), or a list from level 2 up",
    _levels,
)


def one_of(*words: str) -> Rule:
    """One of some words."""
    return f"one of {', '.join(words)}", lambda v: v in words


IMPUTE: Mapping[str, Rule] = MappingProxyType(
    {
        "by": TEXT,
        "axis": one_of("column", "row"),
        "k": COUNT,
        "limit": FROM_ZERO,
        "draws": ("a whole number from 2", _whole_from(2)),
        "value": NUMBER,
    }
)
TREAT: Mapping[str, Rule] = MappingProxyType(
    {
        "max_points": ("a whole number from 0, or null for no limit", _whole_from(0)),
        "skew": FROM_ZERO,
        "kurtosis": NUMBER,
        "then": one_of("none", "log", "log_coin", "boxcox"),
        "lower": SHARE,
        "upper": SHARE,
        "factor": ABOVE_ZERO,
        "power": NUMBER,
        "combine": YES_NO,
        "over": one_of("all", "year"),
    }
)
NORMALISE: Mapping[str, Rule] = MappingProxyType(
    {
        "low": NUMBER,
        "high": NUMBER,
        "mean": NUMBER,
        "sd": ABOVE_ZERO,
        "reference": ("a place or a time", lambda v: isinstance(v, (str, int, float)) and not isinstance(v, bool)),
        "over": one_of("all", "year"),
        "cap": YES_NO,
        "transform": one_of("none", "log"),
        "categories": ("scores by category", lambda v: isinstance(v, Mapping) and len(v) > 0),
        "spread": (
            "four numbers: zero below, best from, best to, zero above",
            lambda v: numbers_list(v) and len(v) == 4 and v[0] < v[1] <= v[2] < v[3],
        ),
    }
)
AGGREGATE: Mapping[str, Rule] = MappingProxyType(
    {
        "power": ("a number from -100 to 100", _within(-100, 100)),
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
    }
)
STEPS: Mapping[str, Mapping[str, Rule]] = MappingProxyType(
    {
        "denominate": {"scale": ("a number other than zero", lambda v: is_number(v) and v != 0)},
        "impute": IMPUTE,
        "screen": {"min_coverage": SHARE},
        "treat": TREAT,
        "normalise": NORMALISE,
        "aggregate": AGGREGATE,
    }
)
"""Settings of each step besides its method, the steps in their usual order."""
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
            "sd": ("standard errors by indicator", lambda v: all_fit(v, FROM_ZERO[1])),
        },
        "gaps": {},
    }
)


def names_of_settings(kind: str) -> tuple[str, ...]:
    """Names of what a step may be told."""
    return (*(("method",) if kind in METHODS else ()), *STEPS[kind])


def check_settings(kind: str, settings: Mapping[str, object], where: str) -> None:
    """Refuse a setting of a step that is of another kind or out of its range; null stands for the default.

    Raises:
        DefinitionError: names the setting, what it may be and what was found.
    """
    for name, value in settings.items():
        expected, fits = STEPS[kind].get(name, ANY)
        if value is not None and not fits(value):
            raise DefinitionError(
                f"{kind}.{name}", expected=expected, found=repr(value), where=where, mend="Correct the setting."
            )
    lower, upper = settings.get("lower"), settings.get("upper")
    if is_number(lower) and is_number(upper) and lower > upper:
        raise DefinitionError(
            f"{kind}.lower",
            expected="no more than upper",
            found=f"{lower} and {upper}",
            where=where,
            mend="Exchange them.",
        )


def check_factor(kind: str, factor: Mapping[str, object], where: str) -> None:
    """Refuse a field of a factor that it does not have, or that is out of range.

    Raises:
        DefinitionError: names the field, what it may be and what was found.
    """
    rules = {"kind": TEXT, "name": TEXT, **FACTORS[kind]}
    for name, value in factor.items():
        if name not in rules:
            raise DefinitionError(
                str(name), expected=f"one of {', '.join(rules)}", where=where, mend="Correct the name or remove it."
            )
        expected, fits = rules[name]
        if value is not None and not fits(value):
            raise DefinitionError(
                f"{kind}.{name}", expected=expected, found=repr(value), where=where, mend="Correct the field."
            )


def refuse_unknown(given: Mapping[str, object], allowed: Sequence[str], where: str) -> None:
    """Refuse names that nothing has.

    Raises:
        DefinitionError: tells them, and the names that there are.
    """
    unknown = sorted(set(map(str, given)) - set(allowed))
    if unknown:
        raise DefinitionError(
            ", ".join(unknown),
            expected=f"one of {', '.join(sorted(allowed))}",
            where=where,
            mend="Correct the name or remove it.",
        )


def field(given: Mapping[str, object], name: str, rule: Rule, where: str = "") -> object:
    """A field of the specification that is checked, None where it is missing or null.

    Raises:
        DefinitionError: it is something else.
    """
    value = given.get(name)
    if value is not None and not rule[1](value):
        raise DefinitionError(f"{where}{name}", expected=rule[0], found=repr(value), mend="Correct the field.")
    return value


def number_field(given: Mapping[str, object], name: str, rule: Rule, default: float, where: str = "") -> float:
    """A number of the specification that is checked, or its default where it is missing or null."""
    value = field(given, name, rule, where)
    return value if is_number(value) else default


def text_of(value: object) -> str | None:
    """Something as text; None for nothing."""
    return None if value is None else str(value)


def number(value: object, what: str, where: str) -> float:
    """A number, also one written as text.

    Raises:
        DefinitionError: it is none, or not finite.
    """
    try:
        found = float(value) if isinstance(value, (str, SupportsFloat)) else math.nan
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise DefinitionError(what, expected="a number", found=repr(value), where=where, mend="Correct it.")
    return found


def mapping(given: object, where: str) -> Mapping[str, object]:
    """A mapping, empty for nothing.

    Raises:
        DefinitionError: it is something else.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise DefinitionError(where, expected="a mapping", found=repr(given), mend="Write `name: value` pairs.")
    return given


def sequence(given: object, where: str) -> Sequence[object]:
    """A list, empty for nothing.

    Raises:
        DefinitionError: it is something else.
    """
    if given is None:
        return ()
    if not isinstance(given, (list, tuple)):
        raise DefinitionError(where, expected="a list", found=repr(given), mend="Write it as a list.")
    return given
