"""What contradicts itself is refused before anything runs: the tree, the weights, methods that do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kenes.comparison.declared.normalisations import NORMALISATIONS
from kenes.comparison.declared.rules import WeightRule
from kenes.comparison.declared.settings import BY_BRANCH, AggregateSettings, ImputeSettings
from kenes.comparison.declared.specification import Node, Specification, needs_positive
from kenes.vocabulary.errors import DefinitionError


def check(spec: Specification) -> None:
    """Refuse what cannot work: the tree, the weights, and methods that do not fit together."""
    _check_tree(spec.nodes)
    _check_weights(spec)
    _check_methods(spec)
    _check_factors(spec)
    if not 0 < spec.level < 1:
        raise DefinitionError("uncertainty.level", expected="a share between 0 and 1", found=str(spec.level))


def _check_tree(nodes: Sequence[Node]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node.id in seen:
            raise DefinitionError(
                f"node {node.id}",
                expected="one parent and one entry",
                found="two entries",
                mend="Give the second node another id.",
            )
        seen.add(node.id)
    roots = [n.id for n in nodes if n.parent is None]
    if len(roots) != 1:
        raise DefinitionError(
            "nodes",
            expected="one node without a parent",
            found=", ".join(roots) or "none",
            mend="Name the parents.",
        )
    parents = {n.id: n.parent for n in nodes}
    for node in nodes:
        if node.parent is not None and node.parent not in seen:
            raise DefinitionError(
                f"node {node.id}",
                expected="a parent that is a node",
                found=node.parent,
                mend=f"Add the node {node.parent} or correct the parent.",
            )
        here, steps = node.parent, 0
        while here is not None and steps <= len(nodes):
            here, steps = parents.get(here), steps + 1
        if here is not None:
            raise DefinitionError(f"node {node.id}", expected="a tree", found="a loop", mend="Correct the parents.")
    if len(nodes) < 2:
        raise DefinitionError("nodes", expected="at least one indicator below a root", found=f"{len(nodes)} nodes")


def _check_weights(spec: Specification) -> None:
    declared = (*spec.weight_sets, *spec.weight_rules)
    if spec.weight_set is not None and spec.weight_set not in declared:
        raise DefinitionError(
            "weights.set",
            expected=f"one of {', '.join(declared) or 'no set'}",
            found=spec.weight_set,
            mend="Name a declared set.",
        )
    for name, chosen in spec.weight_sets.items():
        unknown = sorted(set(chosen) - set(spec.by_id))
        if unknown:
            raise DefinitionError("weights", expected="ids of nodes", found=", ".join(unknown), where=f"set {name}")
    for name, rule in spec.weight_rules.items():
        _check_rule(spec, name, rule)
    weights = replace(spec, weight_set=None).weights() if spec.rule is not None else spec.weights()
    for position, weight in enumerate(weights):
        if not 0 <= weight < float("inf"):
            raise DefinitionError(
                f"node {spec.tree.ids[position]}",
                expected="a weight of zero or more",
                found=str(weight),
                mend="Turn the direction, not the weight.",
            )
    for position in spec.tree.aggregates:
        if sum(weights[c] for c in spec.tree.children[position]) <= 0:
            raise DefinitionError(
                f"node {spec.tree.ids[position]}",
                expected="children with a weight above zero",
                found="only zeros",
                mend="Give at least one child a weight.",
            )


def _check_rule(spec: Specification, name: str, rule: WeightRule) -> None:
    """Every id that a rule names is a node."""
    ids = [*(rule.get("nodes") or ()), *(rule.get("wanted") or ()), *(rule.get("points") or ())]
    ids += list(rule.get("judgements") or ())
    parents = [*(rule.get("nodes") or ()), *(rule.get("judgements") or ())]
    leaves = sorted({str(i) for i in parents} & set(spec.indicators))
    if leaves:
        raise DefinitionError(
            "weights",
            expected="nodes whose children are to be weighed",
            found=f"indicators {', '.join(leaves)}",
            where=f"set {name}",
            mend="Name the nodes above them.",
        )
    unknown = sorted({str(i) for i in ids} - set(spec.by_id))
    if unknown:
        raise DefinitionError(
            "weights", expected="ids of nodes", found=", ".join(unknown), where=f"set {name}", mend="Correct the id."
        )


def _check_factors(spec: Specification) -> None:
    """Nodes that factors name are nodes of the right kind."""
    aggregates = {spec.tree.ids[p] for p in spec.tree.aggregates}
    for number, factor in enumerate(spec.factors):
        where = f"uncertainty.factors.{number}"
        for name, given, home, what in (
            ("nodes", factor.get("nodes") or (), aggregates, "nodes with children"),
            ("sd", factor.get("sd") or (), set(spec.indicators), "indicators"),
        ):
            strange = sorted({str(i) for i in given} - home)
            if strange:
                raise DefinitionError(
                    f"{factor['kind']}.{name}",
                    expected=f"ids of {what}",
                    found=", ".join(strange),
                    where=where,
                    mend="Correct the id.",
                )


def _check_methods(spec: Specification) -> None:
    _check_levels(spec)
    for position in spec.tree.aggregates:
        _check_aggregation(spec, position, spec.aggregate_of(position))
    for leaf in spec.indicators:
        _check_normalisation(spec, leaf)
    _check_homes(spec)
    _check_imputation(spec.step("impute"), spec)


def _check_aggregation(spec: Specification, position: int, settings: AggregateSettings) -> None:
    node, children, method = spec.tree.ids[position], spec.tree.children[position], settings["method"]
    if method == "power" and "power" not in settings:
        raise DefinitionError(f"node {node}", expected="a power", found="none", mend="Add aggregate.power.")
    for child in children if needs_positive(settings) else ():
        if child < spec.tree.leaves:
            _check_positive(spec, node, method, spec.tree.ids[child])
    given = settings.get("order_weights")
    if method == "owa" and given is not None and len(given) != len(children):
        raise DefinitionError(
            f"node {node}",
            expected=f"{len(children)} order_weights, one for each child",
            found=str(len(given)),
            mend="Give as many as the node has children.",
        )


def _check_levels(spec: Specification) -> None:
    """`by_level` speaks of levels that there are."""
    given, levels = spec.step("aggregate").get("by_level"), sorted({spec.tree.height[p] for p in spec.tree.aggregates})
    named = [int(k) for k in given] if isinstance(given, Mapping) else list(range(2, 2 + len(given or ())))
    strange = [k for k in named if k not in levels]
    if strange:
        raise DefinitionError(
            "aggregate.by_level",
            expected=f"levels {levels[0]} to {levels[-1]}",
            found=", ".join(map(str, strange)),
            mend="Level 2 is just above the indicators.",
        )


def _check_homes(spec: Specification) -> None:
    """What speaks of indicators stands on indicators, and what speaks of aggregates on aggregates."""
    for position, name in enumerate(spec.tree.ids):
        node, leaf = spec.by_id[name], position < spec.tree.leaves
        of_indicators: dict[str, object] = {
            "normalise": node.normalise,
            "treat": node.treat,
            "goalposts": node.goalposts,
            "denominator": node.denominator,
            "direction": None if node.direction == 1 else node.direction,
        }
        wrong = {"aggregate": node.aggregate} if leaf else of_indicators
        for setting in (setting for setting, value in wrong.items() if value):
            home = "a node with children" if leaf else "an indicator"
            raise DefinitionError(
                f"node {name}",
                expected=f"{setting} on {home} only",
                found=f"{setting} on {name}",
                mend="Move it or remove it.",
            )


def _check_imputation(settings: ImputeSettings, spec: Specification) -> None:
    method, by = settings.get("method") or "none", settings.get("by")
    grouped = ("mean", "median", "group_mean", "group_median")
    if method.startswith("group") and (by == "branch" or not (by or spec.groups)):
        found = "branch" if by else "none"
        raise DefinitionError("impute", expected="a group to impute by", found=found, mend="Name impute.by.")
    if by and by != "branch" and method not in grouped:
        raise DefinitionError(
            "impute.by",
            expected=f"branch, or none, for {method}",
            found=str(by),
            mend="Remove by, or choose group_mean or group_median.",
        )
    if by == "branch" and method not in BY_BRANCH:
        raise DefinitionError("impute.by", expected=f"no branch for {method}", found="branch", mend="Remove by.")
    if method == "value" and settings.get("value") is None:
        raise DefinitionError("impute.value", expected="the value to fill", found="none", mend="Add impute.value.")


def _check_positive(spec: Specification, node: str, method: str, leaf: str) -> None:
    """Refuse a mean that needs positive numbers over a scale that is sure to reach zero."""
    if not spec.has("normalise"):
        return
    settings = spec.normalise_of(leaf)
    norm = settings["method"]
    if NORMALISATIONS[norm].reaches_zero(settings):
        raise DefinitionError(
            f"node {node}",
            expected=f"values above zero under a {method} mean",
            found=f"{norm} of {leaf}, which reaches zero",
            mend="Set normalise.low above zero (for example 1), or choose goalposts or an arithmetic mean.",
        )


def _check_normalisation(spec: Specification, leaf: str) -> None:
    if not spec.has("normalise"):
        return
    settings, node = spec.normalise_of(leaf), spec.by_id[leaf]
    needed = NORMALISATIONS[settings["method"]]
    given: Mapping[str, object] = {**settings, "goalposts": node.goalposts, "target": node.target}
    for name, home in ((needed.node, "the node"), (needed.setting, "normalise of the node")):
        if name and given.get(name) is None:
            raise DefinitionError(
                f"node {leaf}",
                expected=f"{name} for {settings['method']}",
                found="none",
                mend=f"Add {name} to {home}.",
            )
    if node.direction == "target" and node.target is None:
        raise DefinitionError(f"node {leaf}", expected="a target for its direction", found="none", mend="Add target.")
