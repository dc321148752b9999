"""Measurements in, scores, indices, peers and trends out; touches no disk, network or clock."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kenes.comparison.building import (
        Inputs as Inputs,
        Profile as Profile,
        Workshop as Workshop,
        build as build,
        read_inputs as read_inputs,
    )
    from kenes.comparison.checks import (
        Statistics as Statistics,
        availability as availability,
        size_findings as size_findings,
        statistics as statistics,
    )
    from kenes.comparison.coin import from_coin as from_coin
    from kenes.comparison.explanation import (
        Standing as Standing,
        contributions as contributions,
        marginal_gains as marginal_gains,
        node_parts as node_parts,
        strengths as strengths,
    )
    from kenes.comparison.frontier import Frontier as Frontier, benefit_of_the_doubt as benefit_of_the_doubt
    from kenes.comparison.intervals import Intervals as Intervals, uncertainty as uncertainty, what_if as what_if
    from kenes.comparison.normalisation import goalpost_score as goalpost_score, ranks as ranks
    from kenes.comparison.panels import Change as Change, Trend as Trend, decompose as decompose, trends as trends
    from kenes.comparison.peers import Peer as Peer, bands as bands, peers_of as peers_of
    from kenes.comparison.sensitivity import Sensitivity as Sensitivity, sobol as sobol
    from kenes.comparison.specification import (
        Goalposts as Goalposts,
        Node as Node,
        Specification as Specification,
        Step as Step,
        from_plain as from_plain,
        to_plain as to_plain,
    )
    from kenes.comparison.structure import (
        Correlation as Correlation,
        correlations as correlations,
        cronbach_alpha as cronbach_alpha,
        effective_weights as effective_weights,
        importance as importance,
    )
    from kenes.comparison.tiers import RankSets as RankSets, rank_sets as rank_sets

_HOME = {
    "building": (
        "Inputs",
        "Profile",
        "Workshop",
        "build",
        "read_inputs",
    ),
    "checks": (
        "Statistics",
        "availability",
        "size_findings",
        "statistics",
    ),
    "coin": ("from_coin",),
    "explanation": (
        "Standing",
        "contributions",
        "marginal_gains",
        "node_parts",
        "strengths",
    ),
    "frontier": (
        "Frontier",
        "benefit_of_the_doubt",
    ),
    "intervals": (
        "Intervals",
        "uncertainty",
        "what_if",
    ),
    "normalisation": (
        "goalpost_score",
        "ranks",
    ),
    "panels": (
        "Change",
        "Trend",
        "decompose",
        "trends",
    ),
    "peers": (
        "Peer",
        "bands",
        "peers_of",
    ),
    "sensitivity": (
        "Sensitivity",
        "sobol",
    ),
    "specification": (
        "Goalposts",
        "Node",
        "Specification",
        "Step",
        "from_plain",
        "to_plain",
    ),
    "structure": (
        "Correlation",
        "correlations",
        "cronbach_alpha",
        "effective_weights",
        "importance",
    ),
    "tiers": (
        "RankSets",
        "rank_sets",
    ),
}
_WHERE = {name: module for module, names in _HOME.items() for name in names}
__all__ = sorted(_WHERE)


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
