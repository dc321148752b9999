"""SDG 11.3.1: land consumption against population growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kenes.vocabulary.errors import BadInput

STANDSTILL_PER_YEAR = 0.001


@dataclass(frozen=True)
class LandUse:
    """Rates over one span of years.

    Attributes:
        land_rate: share of built-up land added a year.
        population_rate: yearly growth of the population, logarithmic.
        ratio: land rate over population rate; None where the population stands still.
        reason: why there is no ratio, or why it misleads.
    """

    land_rate: float
    population_rate: float
    ratio: float | None
    reason: str | None


def land_use(years: tuple[float, float], built_up_km2: tuple[float, float], population: tuple[float, float]) -> LandUse:
    """Both rates, and their ratio where it means something.

    The ratio jumps without bound where the population hardly changes, and a ratio below zero may
    mean shrinking land or shrinking population: both are said as the reason.

    Args:
        years: earlier and later.
        built_up_km2: square kilometres then.
        population: persons then.

    Raises:
        BadInput: years out of order, or areas or populations that are not above zero.

    Source:
        UN-Habitat, metadata of indicator 11.3.1: land consumption rate (V2 - V1) / V1 / t,
        population growth rate ln(P2 / P1) / t.
    """
    span = years[1] - years[0]
    if not (span > 0 and min(built_up_km2) > 0 and min(population) > 0):
        raise BadInput(
            "land use",
            expected="an earlier and a later year, areas and populations above zero",
            found=f"years {years}, areas {built_up_km2}, populations {population}",
        )
    land = (built_up_km2[1] - built_up_km2[0]) / built_up_km2[0] / span
    people = float(np.log(population[1] / population[0])) / span
    if abs(people) < STANDSTILL_PER_YEAR:
        return LandUse(land, people, None, "population_stands_still")
    reason = "population_shrinks" if people < 0 else "land_shrinks" if land < 0 else None
    return LandUse(land, people, land / people, reason)
