"""Judges data before it is scored: each finding is a flag with a reason."""

from kenes.indicators.quality.judge import (
    judge_measurements,
    judge_observations,
    judgements_of_flags,
    withheld,
)
from kenes.indicators.quality.peers import robust_z
from kenes.indicators.quality.rules import SUSPECTING, WITHHOLDING
from kenes.indicators.quality.settings import Judgement, PlaceFacts, QualitySettings, VariableRange

__all__ = [
    "SUSPECTING",
    "WITHHOLDING",
    "Judgement",
    "PlaceFacts",
    "QualitySettings",
    "VariableRange",
    "judge_measurements",
    "judge_observations",
    "judgements_of_flags",
    "robust_z",
    "withheld",
]
