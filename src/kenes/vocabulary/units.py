"""Units as algebra: factors between units, dimensions of formulas.

One factor a column or definition is resolved here with `pint`; numbers themselves stay plain
float64. People, households, dwellings, vehicles, events and currencies are dimensions of their own,
so that "per 100 000 persons" keeps its person and euros are never added to tenge.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pint

from kenes.vocabulary.errors import At, UnitMismatch

_OWN = """
person = [person]
household = [household]
dwelling = [dwelling]
vehicle = [vehicle]
event = [event]
facility = [facility]
institution = [institution]
EUR = [currency_eur] = euro
USD = [currency_usd]
KZT = [currency_kzt] = tenge
TRY = [currency_try]
HUF = [currency_huf]
NAC = [currency_national]
PPS = [currency_pps]
INTUSD = [currency_international]
percent = 0.01 = %
permille = 0.001
index_point = []
share = []
tonne_co2e = [co2e]
tonne_co2 = 1 * tonne_co2e
kilotonne_co2 = 1e3 * tonne_co2e
gram_co2 = 1e-6 * tonne_co2e
megatonne_co2e = 1e6 * tonne_co2e
"""


@cache
def registry() -> pint.UnitRegistry[float]:
    """The registry with our own base dimensions; built once."""
    units: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=False, cache_folder=None)
    for line in _OWN.strip().splitlines():
        name = line.split("=")[0].strip()
        if name in units and name not in ("percent",):
            continue
        units.define(line)
    return units


def normal(text: str) -> str:
    """A unit text in the form that the registry reads.

    >>> normal("µg/m³")
    'ug/m**3'
    """
    swapped = text.replace("µ", "u").replace("μ", "u").replace("³", "**3").replace("²", "**2").replace("·", "*")
    return swapped.replace("^", "**").replace("%", "percent") or "dimensionless"


@cache
def scale(text: str) -> tuple[float, str]:
    """Factor and dimensionality of a unit text that may hold a number, such as `1/(1000*person)`.

    Returns:
        Factor to base units, and the dimensions as canonical text.
    """
    try:
        quantity: Any = registry().Quantity(registry().parse_expression(normal(text))).to_base_units()
    except Exception as error:
        raise UnitMismatch(
            f"unit {text!r} is not known",
            mend="See docs/reference/units.md for the units and how to write them.",
            code="unknown_unit",
        ) from error
    powers = {name: round(float(power), 6) for name, power in sorted(quantity.dimensionality.items())}
    return float(quantity.magnitude), " ".join(f"{name}^{power:g}" for name, power in powers.items() if power)


def factor(from_: str, to: str, *, where: str | At = "") -> float:
    """The number by which values in one unit are multiplied to be in another.

    Raises:
        UnitMismatch: unknown units, or different dimensions.

    >>> round(factor("mg/m^3", "µg/m³"), 9), round(factor("event/(1000*person)", "event/(100000*person)"), 9)
    (1000.0, 100.0)
    """
    if from_ == to:
        return 1.0
    (a, dimension_a), (b, dimension_b) = scale(from_), scale(to)
    if dimension_a != dimension_b:
        raise UnitMismatch("units of different dimension", expected=to, found=from_, where=where)
    return a / b
