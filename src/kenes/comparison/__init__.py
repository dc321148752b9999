"""Measurements in, scores, indices, peers and trends out; touches no disk, network or clock."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kenes.comparison.building import Inputs, Profile, Workshop, build, read_inputs
    from kenes.comparison.explanation import contributions, marginal_gains, node_parts, strengths
    from kenes.comparison.intervals import Intervals, uncertainty, what_if
    from kenes.comparison.normalisation import goalpost_score, ranks
    from kenes.comparison.peers import Peer, bands, peers_of
    from kenes.comparison.specification import Goalposts, Node, Specification, Step, from_plain, to_plain

_HOME = {
    "building": ("Inputs", "Profile", "Workshop", "build", "read_inputs"),
    "explanation": ("contributions", "marginal_gains", "node_parts", "strengths"),
    "normalisation": ("goalpost_score", "ranks"),
    "peers": ("Peer", "bands", "peers_of"),
    "specification": ("Goalposts", "Node", "Specification", "Step", "from_plain", "to_plain"),
    "intervals": ("Intervals", "uncertainty", "what_if"),
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
