"""Rooftop solar: what the roofs of a city could yield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kenes.vocabulary.errors import BadInput

Floats = npt.NDArray[np.float64]
FLAT_ROOF_TILT_DEG = 10.0
ALBEDO = 0.2


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


def to_the_equator(latitude: float) -> float:
    """Azimuth of a plane that faces the equator: south is 180 degrees, north 0."""
    return 180.0 if latitude >= 0 else 0.0


def plane_irradiation(
    time: npt.NDArray[np.datetime64],
    ghi: Floats,
    dni: Floats,
    dhi: Floats,
    *,
    latitude: float,
    longitude: float,
    tilt_deg: float,
    azimuth_deg: float,
) -> float:
    """Irradiation of a year on a tilted plane.

    Beam by the angle of incidence; sky by Hay and Davies, whose bright part around the sun moves
    with the beam; ground isotropic with an albedo of 0.2. Nothing shades the plane.

    Args:
        time: when the sun stands where it does for the hour, UTC, shape (hour,).
        ghi: horizontal irradiance, W/m², shape (hour,).
        dni: of the beam, on a plane that faces the sun.
        dhi: from the sky, on the horizontal plane.
        latitude: degrees.
        longitude: degrees.
        tilt_deg: of the plane against the horizontal, in [0, 90].
        azimuth_deg: where the plane faces, clockwise from north, in [0, 360].

    Returns:
        kWh/m² in a year.

    Raises:
        BadInput: there is no such plane.

    Source:
        Hay and Davies, First Canadian Solar Radiation Data Workshop (1980); position of the sun:
        Reda and Andreas, Solar Energy 76 (2004); both as in pvlib, which this needs.
    """
    if not (0 <= tilt_deg <= 90 and 0 <= azimuth_deg <= 360):
        raise BadInput(
            "plane",
            expected="a tilt in [0, 90] and an azimuth in [0, 360] degrees",
            found=f"{tilt_deg:g} and {azimuth_deg:g}",
        )
    import pandas as pd  # noqa: PLC0415 an extra, as pvlib
    from pvlib import irradiance, solarposition  # noqa: PLC0415

    index = pd.DatetimeIndex(time).tz_localize("UTC")
    sun = solarposition.get_solarposition(index, latitude, longitude)
    hourly = irradiance.get_total_irradiance(
        tilt_deg,
        azimuth_deg,
        sun["apparent_zenith"].to_numpy(),
        sun["azimuth"].to_numpy(),
        dni,
        ghi,
        dhi,
        dni_extra=irradiance.get_extra_radiation(index.day_of_year.to_numpy()),
        albedo=ALBEDO,
        model="haydavies",
    )
    return float(np.sum(hourly["poa_global"])) / 1000
