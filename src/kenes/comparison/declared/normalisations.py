"""The methods of normalisation, declared once: what each asks for, and how its scores behave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kenes.comparison.declared.settings import NormaliseSettings


@dataclass(frozen=True, slots=True)
class Normalisation:
    """One method, as the checks and readings of an index have to know it.

    Attributes:
        node: the field of an indicator that it needs; empty for none.
        setting: the setting that it needs; empty for none.
        straight: whether scores lie on a line over values, cut at its ends, so that one unit has a worth.
        freezes: whether `reference` may name a time whose edges, mean or spread hold for all times.
        reaches_zero: whether some place is sure to score zero or less, by its settings.
    """

    node: str = ""
    setting: str = ""
    straight: bool = True
    freezes: bool = False
    reaches_zero: Callable[[NormaliseSettings], bool] = lambda _: False


def _always(_: NormaliseSettings) -> bool:
    return True


def _low_is_not_above_zero(settings: NormaliseSettings) -> bool:
    return settings.get("low", 0) <= 0


def _mean_is_not_above_zero(settings: NormaliseSettings) -> bool:
    return settings.get("mean", 0) <= 0


NORMALISATIONS: Mapping[str, Normalisation] = MappingProxyType(
    {
        "none": Normalisation(),
        "min_max": Normalisation(freezes=True, reaches_zero=_low_is_not_above_zero),
        "z_score": Normalisation(freezes=True, reaches_zero=_mean_is_not_above_zero),
        "rank": Normalisation(straight=False),
        "percentile_rank": Normalisation(straight=False, reaches_zero=_always),
        "borda": Normalisation(straight=False, reaches_zero=_always),
        "distance_to_max": Normalisation(freezes=True, reaches_zero=_always),
        "distance_to_reference": Normalisation(setting="reference"),
        "distance_to_target": Normalisation(node="target"),
        "fraction_of_max": Normalisation(),
        "goalposts": Normalisation(node="goalposts"),
        "categorical": Normalisation(setting="categories", straight=False),
        "optimum_range": Normalisation(setting="spread", straight=False),
    }
)
"""Every method by name; `steps.normalisation` computes it."""
