"""Measurements in, scores, indices, peers and trends out; touches no disk, network or clock."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kenes.comparison.building import Profile, Workshop, build
    from kenes.comparison.declared.coin import from_coin
    from kenes.comparison.declared.own_functions import Aggregator
    from kenes.comparison.declared.plain import from_plain, to_plain
    from kenes.comparison.declared.specification import Goalposts, Node, Specification, Step
    from kenes.comparison.draws.influence import Sensitivity, sensitivity, sobol
    from kenes.comparison.draws.intervals import Intervals, uncertainty, what_if
    from kenes.comparison.draws.tiers import RankSets, rank_sets
    from kenes.comparison.readings.checks import Statistics, availability, size_findings, statistics
    from kenes.comparison.readings.explanation import Standing, contributions, marginal_gains, node_parts, strengths
    from kenes.comparison.readings.panels import Change, Trend, decompose, trends
    from kenes.comparison.readings.peers import Peer, bands, peers_of
    from kenes.comparison.readings.structure import (
        Correlation,
        correlations,
        cronbach_alpha,
        effective_weights,
        importance,
    )
    from kenes.comparison.steps.frontier import Frontier, benefit_of_the_doubt
    from kenes.comparison.steps.inputs import Inputs, read_inputs
    from kenes.comparison.steps.normalisation import goalpost_score, ranks

_HOME = {
    "building": (
        "Profile",
        "Workshop",
        "build",
    ),
    "steps.inputs": (
        "Inputs",
        "read_inputs",
    ),
    "readings.checks": (
        "Statistics",
        "availability",
        "size_findings",
        "statistics",
    ),
    "declared.coin": ("from_coin",),
    "readings.explanation": (
        "Standing",
        "contributions",
        "marginal_gains",
        "node_parts",
        "strengths",
    ),
    "steps.frontier": (
        "Frontier",
        "benefit_of_the_doubt",
    ),
    "draws.intervals": (
        "Intervals",
        "uncertainty",
        "what_if",
    ),
    "steps.normalisation": (
        "goalpost_score",
        "ranks",
    ),
    "declared.own_functions": ("Aggregator",),
    "readings.panels": (
        "Change",
        "Trend",
        "decompose",
        "trends",
    ),
    "readings.peers": (
        "Peer",
        "bands",
        "peers_of",
    ),
    "draws.influence": ("Sensitivity", "sensitivity", "sobol"),
    "declared.plain": ("from_plain", "to_plain"),
    "declared.specification": (
        "Goalposts",
        "Node",
        "Specification",
        "Step",
    ),
    "readings.structure": (
        "Correlation",
        "correlations",
        "cronbach_alpha",
        "effective_weights",
        "importance",
    ),
    "draws.tiers": (
        "RankSets",
        "rank_sets",
    ),
}
_WHERE = {name: module for module, names in _HOME.items() for name in names}
__all__ = [
    "Aggregator",
    "Change",
    "Correlation",
    "Frontier",
    "Goalposts",
    "Inputs",
    "Intervals",
    "Node",
    "Peer",
    "Profile",
    "RankSets",
    "Sensitivity",
    "Specification",
    "Standing",
    "Statistics",
    "Step",
    "Trend",
    "Workshop",
    "availability",
    "bands",
    "benefit_of_the_doubt",
    "build",
    "contributions",
    "correlations",
    "cronbach_alpha",
    "decompose",
    "effective_weights",
    "from_coin",
    "from_plain",
    "goalpost_score",
    "importance",
    "marginal_gains",
    "node_parts",
    "peers_of",
    "rank_sets",
    "ranks",
    "read_inputs",
    "sensitivity",
    "size_findings",
    "sobol",
    "statistics",
    "strengths",
    "to_plain",
    "trends",
    "uncertainty",
    "what_if",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"kenes.comparison has no {name}")
    found = getattr(import_module(f"kenes.comparison.{_WHERE[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__
