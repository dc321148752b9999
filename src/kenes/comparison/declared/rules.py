"""The rules that may work out a set of weights: which there are, what each needs, and of which nodes it speaks.

A set of `weights.sets` with a `method` is such a rule; every other set is plain numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Required, TypedDict, TypeGuard, cast

from kenes.comparison.declared.allowed import ABOVE_ZERO, FROM_ZERO, NAMES, Rule, all_fit, numbers_list
from kenes.vocabulary.errors import DefinitionError


class WeightRule(TypedDict, total=False):
    """A method and what it is told: nodes whose children it weighs, wanted importance, points, judgements by node."""

    method: Required[str]
    nodes: Sequence[str] | None
    wanted: Mapping[str, float] | None
    points: Mapping[str, Sequence[float]]
    judgements: Mapping[str, Mapping[str, Mapping[str, float]]]


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
        "wanted": ("shares of zero or more by child", lambda v: all_fit(v, FROM_ZERO[1])),
        "points": ("a list of the experts' points for each child", lambda v: all_fit(v, numbers_list)),
        "judgements": (
            "judgements by node: numbers by child",
            lambda v: all_fit(v, lambda rows: all_fit(rows, lambda row: all_fit(row, ABOVE_ZERO[1]))),
        ),
    }
)
"""What each setting of a rule may be."""
NEEDED: Mapping[str, str] = MappingProxyType({"budget": "points", "pairwise": "judgements", "best_worst": "judgements"})


def is_rule(given: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a weight set is a rule: it names a method, where plain sets hold numbers only."""
    return isinstance(given, Mapping) and isinstance(given.get("method"), str)


def read_rule(given: Mapping[str, object], name: str) -> WeightRule:
    """A rule as declared, checked.

    Raises:
        DefinitionError: the method or a setting is not known, or what the method needs is not there.
    """
    method, where = str(given["method"]), f"weights.sets.{name}"
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
    return cast("WeightRule", dict(given))


def gives(rule: WeightRule, node: str, parents: Mapping[str, str | None]) -> bool:
    """Whether a rule works out the weight of a node."""
    parent = parents.get(node)
    nodes = rule.get("nodes")
    if parent is None or (nodes is not None and parent not in nodes):
        return False
    if rule["method"] in ("pairwise", "best_worst"):
        return parent in rule["judgements"]
    if rule["method"] == "budget":
        return any(parents.get(child) == parent for child in rule["points"])
    return True
