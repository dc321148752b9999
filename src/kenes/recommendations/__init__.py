"""Gaps and practices in, recommendations with reasons out; touches no disk, network or clock."""

from kenes.recommendations.advice import confidence_of, effect_of, recommend, refusal_of, refusals
from kenes.recommendations.gaps import GapSettings, gaps_of, needs_of

__all__ = [
    "GapSettings",
    "confidence_of",
    "effect_of",
    "gaps_of",
    "needs_of",
    "recommend",
    "refusal_of",
    "refusals",
]
