"""Rooftop solar: what the roofs of a city could yield."""

from __future__ import annotations

from dataclasses import dataclass

from kenes.vocabulary.errors import BadInput


@dataclass(frozen=True)
class RoofYield:
    """A yearly estimate.

    Attributes:
        usable_m2: roof area that takes modules.
        energy_kwh: yield of a year.
        share_of_consumption: None where the consumption is not known.
    """

    usable_m2: float
    energy_kwh: float
    share_of_consumption: float | None


def roof_yield(
    footprint_m2: float,
    irradiation_kwh_m2: float,
    *,
    usable_share: float = 0.3,
    efficiency: float = 0.2,
    performance: float = 0.8,
    consumption_kwh: float | None = None,
) -> RoofYield:
    """Footprint times usable share times irradiation times efficiency times performance ratio.

    Args:
        footprint_m2: area of buildings as seen from above.
        irradiation_kwh_m2: yearly, in the plane of the modules.
        usable_share: of the footprint, in [0, 1]; 0.3 is this project's cautious stand-in.
        efficiency: of the modules, in [0, 1].
        performance: ratio of yield to that of a perfect plant, in [0, 1].
        consumption_kwh: electricity used in a year.

    Raises:
        BadInput: a share outside [0, 1] or a negative quantity.

    >>> roof_yield(1000, 1600, consumption_kwh=768000).share_of_consumption
    0.1
    """
    shares = {"usable_share": usable_share, "efficiency": efficiency, "performance": performance}
    for name, value in shares.items():
        if not 0 <= value <= 1:
            raise BadInput(name, expected="a share in [0, 1]", found=str(value))
    if footprint_m2 < 0 or irradiation_kwh_m2 < 0 or (consumption_kwh is not None and consumption_kwh < 0):
        raise BadInput("rooftop solar", expected="quantities not below zero", found="a negative one")
    usable = footprint_m2 * usable_share
    energy = usable * irradiation_kwh_m2 * efficiency * performance
    return RoofYield(usable, energy, energy / consumption_kwh if consumption_kwh else None)
