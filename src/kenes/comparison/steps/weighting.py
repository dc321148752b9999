"""Weights worked out by a rule: from the data of a build, or from judgements that the specification holds.

Rules weigh the children of each node among themselves, from the bottom up, so that the children of a higher node
are scored with the weights found below them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.rules import WeightRule
from kenes.comparison.steps import weights as methods
from kenes.vocabulary.errors import BadInput, DefinitionError

Floats = NDArray[np.float64]
Rows = Mapping[str, Mapping[str, float]]
Weighed = tuple[Floats, float | None]
"""Weights, and how far they are from what was asked where that is known."""
BY_DATA: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {"pca": methods.principal, "entropy": methods.entropy, "critic": methods.critic, "merec": methods.merec}
)


def weigh(rule: WeightRule, node: str, children: Sequence[str], values: Floats) -> Weighed | None:
    """Weights of the children of one node.

    Args:
        rule: as read by `rules.read_rule`.
        node: id of the node.
        children: their ids.
        values: their scores, shape (row, child); rows with a gap are not used.

    Returns:
        Weights that sum to one, shape (child,), and how far they are from what was asked: the consistency of
        judgements, or the remaining difference of importance; None for both where the rule does not speak of this
        node, whose nominal weights then stay.

    Raises:
        BadInput: the data do not fit the method; names the node.
        DefinitionError: points or judgements do not fit the children; names the node.
    """
    nodes = rule.get("nodes")
    if nodes is not None and node not in nodes:
        return None
    method = rule["method"]
    if method in ("pairwise", "best_worst"):
        if node not in rule["judgements"]:
            return None
        judge = _pairwise if method == "pairwise" else _best_worst
        found = judge(rule["judgements"][node], node, children)
        return found.weights, found.ratio
    if method == "budget":
        given = [c for c in children if c in rule["points"]]
        return (_budget(rule["points"], node, children), None) if given else None
    if len(children) == 1 or method == "equal":
        return methods.equal(len(children)), None
    try:
        return _from_data(rule, children, values)
    except BadInput as error:
        raise BadInput(
            f"weights by {method}",
            expected=error.expected,
            found=error.found,
            where=f"node {node}",
            mend=error.mend or "Name the nodes to weigh in `nodes`, or choose another method.",
        ) from None


def _from_data(rule: WeightRule, children: Sequence[str], values: Floats) -> Weighed:
    if rule["method"] != "importance":
        return BY_DATA[rule["method"]](values), None
    wanted = rule.get("wanted") or {}
    return methods.towards_importance(values, np.array([float(wanted.get(c, 1.0)) for c in children]))


def _budget(points: Mapping[str, Sequence[float]], node: str, children: Sequence[str]) -> Floats:
    """Experts' points for each child, one list a child in the order of the experts."""
    rows = [points.get(c) for c in children]
    if len({len(r or ()) for r in rows}) > 1:
        raise DefinitionError(
            "points",
            expected="for each child a list with the points of each expert",
            found=repr(rows),
            where=f"node {node}",
            mend="Give every child a list of the same length.",
        )
    return methods.budget(np.array(rows, dtype=float).T)


def _pairwise(given: Rows, node: str, children: Sequence[str]) -> methods.JudgedWeights:
    """`{a: {b: 3}}`: a counts three times as much as b; every pair once, in either direction."""
    matrix = np.full((len(children),) * 2, np.nan)
    np.fill_diagonal(matrix, 1.0)
    for first, others in given.items():
        for second, times in others.items():
            _known((first, second), node, children)
            i, j = children.index(first), children.index(second)
            before = float(matrix[i, j])
            if math.isfinite(before) and not np.isclose(before, times, rtol=1e-6):
                raise DefinitionError(
                    "judgements",
                    expected=f"one judgement of {first} and {second}, or two that agree",
                    found=f"{before:g} and {times:g}",
                    where=f"node {node}",
                    mend="Remove one.",
                )
            matrix[i, j], matrix[j, i] = times, 1 / times
    lacking = np.argwhere(np.isnan(matrix)).tolist()
    if lacking:
        i, j = lacking[0]
        raise DefinitionError(
            "judgements",
            expected="every pair of children",
            found=f"nothing on {children[i]} and {children[j]}",
            where=f"node {node}",
            mend=f"Add {children[i]}: {{{children[j]}: ...}}.",
        )
    return methods.pairwise(matrix)


def _best_worst(given: Rows, node: str, children: Sequence[str]) -> methods.JudgedWeights:
    """`best` and `worst`, each a number for every child."""
    rows = []
    for which in ("best", "worst"):
        row = given.get(which, {})
        _known(row, node, children)
        missing = [c for c in children if c not in row]
        if missing:
            raise DefinitionError(
                "judgements",
                expected=f"{which} for every child",
                found="none for " + ", ".join(missing),
                where=f"node {node}",
                mend="Add the numbers.",
            )
        rows.append([float(row[c]) for c in children])
    best, worst = (min(range(len(row)), key=row.__getitem__) for row in rows)
    if rows[0][worst] != rows[1][best]:
        raise DefinitionError(
            "judgements",
            expected=f"one judgement of {children[best]} against {children[worst]}",
            found=f"{rows[0][worst]:g} in best and {rows[1][best]:g} in worst",
            where=f"node {node}",
            mend="Give the same number in both.",
        )
    return methods.best_worst(*rows)


def _known(names: Iterable[str], node: str, children: Sequence[str]) -> None:
    strange = [str(n) for n in names if n not in children]
    if strange:
        raise DefinitionError(
            "judgements",
            expected=f"children: {', '.join(children)}",
            found=", ".join(strange),
            where=f"node {node}",
            mend="Correct the id.",
        )
