"""What the steps and factors of an index may be told: methods, and settings by name and type.

`allowed` says which values are refused; what passes it has the types written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Required, TypeAlias, TypedDict

from kenes.comparison.declared.own_functions import OwnMean


class DenominateSettings(TypedDict, total=False):
    """Division by a column that measures size."""

    scale: float


class ImputeSettings(TypedDict, total=False):
    """How gaps are filled."""

    method: str
    by: str
    axis: str
    k: int
    limit: float
    draws: int
    value: float


class ScreenSettings(TypedDict, total=False):
    """Which places have too few values to be ranked."""

    min_coverage: float


class TreatSettings(TypedDict, total=False):
    """How outliers are tamed; None for `max_points` means no limit."""

    method: str
    max_points: int | None
    skew: float
    kurtosis: float
    then: str
    lower: float
    upper: float
    factor: float
    power: float
    combine: bool
    over: str


class NormaliseSettings(TypedDict, total=False):
    """How an indicator comes to the common scale."""

    method: str
    low: float
    high: float
    mean: float
    sd: float
    reference: str | float
    over: str
    cap: bool
    transform: str
    categories: Mapping[str | float, float]
    spread: Sequence[float]


class AggregateSettings(TypedDict, total=False):
    """How children become a parent; `own` is there where a function of one's own does it."""

    method: str
    power: float
    min_coverage: float
    by_level: ByLevel
    lower: float
    upper: float
    penalty: float
    order_weights: Sequence[float]
    order: int
    direction: Sequence[float]
    ddof: int
    own: OwnMean


ByLevel: TypeAlias = "Sequence[str | AggregateSettings | None] | Mapping[int | str, str | AggregateSettings | None]"
Settings = DenominateSettings | ImputeSettings | ScreenSettings | TreatSettings | NormaliseSettings | AggregateSettings


class Factor(TypedDict, total=False):
    """Something that may be otherwise, of a kind, and what that kind may be told."""

    kind: Required[str]
    name: str
    path: str
    values: Sequence[object]
    distribution: str
    concentration: float
    spread: float
    around: str
    nodes: Sequence[str]
    share: float
    sd: Mapping[str, float]


BY_BRANCH = ("mean", "median", "em", "chained", "knn", "multiple")
