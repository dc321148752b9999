"""The rules that may work out a set of weights: which there are, what each needs, and of which nodes it speaks.

A set of `weights.sets` with a `method` is such a rule; every other set is plain numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kenes.comparison.declared.allowed import NAMES, Rule, is_number, numbers_list
from kenes.vocabulary.errors import DefinitionError

Settings = Mapping[str, Any]
FROM_DATA = ("pca", "entropy", "critic", "merec")
RULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "equal": (),
        **dict.fromkeys(FROM_DATA, ()),
        "importance": ("wanted",),
        "budget": ("points",),
        "pairwise": ("judgements",),
        "best_worst": ("judgements",),
    }
)
FIELDS: Mapping[str, Rule] = MappingProxyType(
    {
        "nodes": NAMES,
        "wanted": (
            "shares of zero or more by child",
            lambda v: isinstance(v, Mapping) and all(is_number(n) and n >= 0 for n in v.values()),
        ),
        "points": (
            "a list of the experts' points for each child",
            lambda v: isinstance(v, Mapping) and all(numbers_list(p) for p in v.values()),
        ),
        "judgements": (
            "judgements by node: numbers by child",
            lambda v: (
                isinstance(v, Mapping)
                and all(isinstance(j, Mapping) and all(_judged(row) for row in j.values()) for j in v.values())
            ),
        ),
    }
)
"""What each setting of a rule may be."""
NEEDED: Mapping[str, str] = MappingProxyType({"budget": "points", "pairwise": "judgements", "best_worst": "judgements"})


def is_rule(given: Any) -> bool:
    """Whether a weight set is a rule: it names a method, where plain sets hold numbers only."""
    return isinstance(given, Mapping) and isinstance(given.get("method"), str)


def _judged(row: Any) -> bool:
    """Whether a row of judgements holds numbers above zero."""
    return isinstance(row, Mapping) and all(is_number(n) and n > 0 for n in row.values())


def read_rule(given: Settings, name: str) -> Settings:
    """A rule as declared, checked.

    Raises:
        DefinitionError: the method or a setting is not known, or what the method needs is not there.
    """
    method, where = given["method"], f"weights.sets.{name}"
    if method not in RULES:
        raise DefinitionError(
            "method", expected=f"one of {', '.join(RULES)}", found=method, where=where, mend="Correct the method."
        )
    unknown = sorted(set(given) - {"method", "nodes", *RULES[method]})
    if unknown:
        allowed = ", ".join(("method", "nodes", *RULES[method]))
        raise DefinitionError(
            ", ".join(unknown), expected=f"one of {allowed}", where=where, mend="Correct the name or remove it."
        )
    for setting, (expected, fits) in FIELDS.items():
        if given.get(setting) is not None and not fits(given[setting]):
            raise DefinitionError(
                setting, expected=expected, found=repr(given[setting]), where=where, mend="Correct the field."
            )
    if method in NEEDED and given.get(NEEDED[method]) is None:
        raise DefinitionError(
            where,
            expected=f"{NEEDED[method]} for {method}",
            found=repr(given.get(NEEDED[method])),
            mend=f"Add {NEEDED[method]}.",
        )
    return dict(given)


def gives(rule: Settings, node: str, parents: Mapping[str, str | None]) -> bool:
    """Whether a rule works out the weight of a node."""
    parent = parents.get(node)
    if parent is None or (rule.get("nodes") is not None and parent not in rule["nodes"]):
        return False
    if rule["method"] in ("pairwise", "best_worst"):
        return parent in rule["judgements"]
    if rule["method"] == "budget":
        return any(parents.get(child) == parent for child in rule["points"])
    return True
