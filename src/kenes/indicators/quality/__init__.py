"""Judges data before it is scored: each finding is a flag with a reason in one sentence."""

from kenes.indicators.quality.judge import (
    SUSPECTING,
    WITHHOLDING,
    judge_measurements,
    judge_observations,
    judgements_of_flags,
    withheld,
)
from kenes.indicators.quality.peers import robust_z
from kenes.indicators.quality.settings import Judgement, PlaceFacts, QualitySettings, VariableRange
from kenes.indicators.quality.templates import reason_in, reason_tr

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
    "reason_in",
    "reason_tr",
    "robust_z",
    "withheld",
]
