"""How the land of one city is used: open public space, streets, built-up growth, roofs."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import shapely

from kenes.indicators.space.geodesy import Bools, Floats, lengths_m
from kenes.indicators.space.land import land_use
from kenes.indicators.space.measures import Measure
from kenes.indicators.space.open_space import covered_share, polygons_of, street_land_m2
from kenes.indicators.space.solar import FLAT_ROOF_TILT_DEG, plane_irradiation, roof_yield, to_the_equator
from kenes.pipeline.space_city import City
from kenes.vocabulary.errors import SourceError


def open_area_measures(city: City) -> list[Measure]:
    """Open public space and land in streets as shares of the built-up area, or of the study area."""
    table = city.tables["open_space"]
    if city.area.is_empty:
        return [Measure("sdg_11_7_1", None, "1", reason="no_study_area")]
    if not len(city.extract.open_space):
        return [Measure(name, None, "1", reason="none_mapped") for name in ("open_space_share", "sdg_11_7_1")]
    area, size, flags = _land_base(city)
    if not size > 0:
        reason = "no_study_area" if city.built_up is None else "no_built_up_area"
        names = ("open_space_share", "street_land_share", "sdg_11_7_1")
        return [Measure(name, None, "1", flags=flags, reason=reason) for name in names]
    open_share = covered_share(city.extract.open_space, area, city.meter)[0] / size
    streets = city.extract.streets
    held = lies_in(area, streets.longitude[streets.start], streets.latitude[streets.start])
    length = np.bincount(streets.way[held], weights=street_lengths(city)[held], minlength=len(streets.way_id))
    land = street_land_m2(length.astype(float), streets.highway, streets.width_m, table["street_width_m"])
    assumed = (*flags, "widths_assumed_by_class")
    return [
        Measure("open_space_share", open_share, "1", flags=flags),
        Measure("street_land_share", land / size, "1", flags=assumed),
        Measure("sdg_11_7_1", open_share + land / size, "1", flags=assumed),
    ]


def _land_base(city: City) -> tuple[Any, float, tuple[str, ...]]:
    """Where open space and streets count, the square metres they are divided by, and what to know of both.

    An outline of the urban extent is both. A raster of what is built has no inside where a park could
    lie: open space and streets of the whole study area are divided by its sum.
    """
    whole, built = city.meter.prepared(city.area), city.built_up
    if built is None:
        return city.area, city.meter.area_m2(whole), ("area_is_study_area_not_built_up",)
    if built.area_m2 is not None:
        gaps = ("built_up_cells_missing",) if built.missing else ()
        return city.area, built.area_m2, (f"built_up_{built.kind}", *gaps)
    part = polygons_of(city.meter.prepared(built.outline).intersection(whole))
    return city.meter.back(part), city.meter.area_m2(part), ("built_up_outline",)


def street_lengths(city: City) -> Floats:
    """Metres of each piece of street, shape (piece,)."""
    s = city.extract.streets
    return lengths_m(s.longitude[s.start], s.latitude[s.start], s.longitude[s.end], s.latitude[s.end])


def lies_in(area: Any, lon: Floats, lat: Floats) -> Bools:
    """Which points lie in an area."""
    shapely.prepare(area)
    result: Bools = shapely.contains_xy(area, (lon + 180) % 360 - 180, lat)
    return result


def land_measures(city: City) -> list[Measure]:
    """SDG 11.3.1 between the first and the last year of a table, with both rates."""
    path = city.request.land
    assert path is not None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = sorted(
                (float(r["year"]), float(r["built_up_km2"]), float(r["population"])) for r in csv.DictReader(file)
            )
    except (KeyError, ValueError, OSError) as fault:
        raise SourceError(
            "land use", expected="columns year, built_up_km2, population", found=repr(fault), where=str(path)
        ) from None
    if len(table) < 2:
        raise SourceError("land use", expected="two years", found=str(len(table)), where=str(path))
    (y1, a1, p1), (y2, a2, p2) = table[0], table[-1]
    use = land_use((y1, y2), (a1, a2), (p1, p2))
    span = {"years": f"{y1:g}-{y2:g}"}
    warning = (use.reason,) if use.reason and use.ratio is not None else ()
    return [
        Measure("land_consumption_rate", use.land_rate, "1/year", source="table", dimensions=span),
        Measure("population_growth_rate", use.population_rate, "1/year", source="table", dimensions=span),
        Measure(
            "sdg_11_3_1", use.ratio, "1", source="table", dimensions=span, flags=warning,
            reason=use.reason if use.ratio is None else None,
        ),
    ]  # fmt: skip


def solar_measures(city: City) -> list[Measure]:
    """Roof area and its yearly yield; the map may lack buildings, which is said."""
    settings = {k: v for k, v in (city.request.solar or {}).items() if v is not None}
    rows = _irradiation(city, settings)
    irradiation = settings.pop("irradiation_kwh_m2") if not rows else float(rows[0].value or 0)
    footprint, share = covered_share(city.extract.buildings, city.area, city.meter)
    roofs = roof_yield(footprint, irradiation, consumption_kwh=settings.pop("consumption_kwh", None), **settings)
    flags = ["buildings_as_mapped"] + (["few_buildings_mapped"] if not share > 0.05 else [])
    rows += [
        Measure("building_footprint", footprint / 1e6, "km^2", flags=tuple(flags)),
        Measure("rooftop_solar_yield", roofs.energy_kwh / 1e6, "GWh/year", flags=tuple(flags)),
    ]
    if roofs.share_of_consumption is not None:
        rows.append(Measure("rooftop_solar_share", roofs.share_of_consumption, "1", flags=tuple(flags)))
    return rows


def _irradiation(city: City, settings: dict[str, float]) -> list[Measure]:
    """Irradiation of the plane from the weather file, if there is one; takes the plane out of the settings."""
    tilt, azimuth = settings.pop("tilt_deg", FLAT_ROOF_TILT_DEG), settings.pop("azimuth_deg", None)
    sun = city.weather
    if sun is None:
        return []
    azimuth = to_the_equator(sun.latitude) if azimuth is None else azimuth
    value = plane_irradiation(
        sun.time, sun.ghi, sun.dni, sun.dhi,
        latitude=sun.latitude, longitude=sun.longitude, tilt_deg=tilt, azimuth_deg=azimuth,
    )  # fmt: skip
    flags = (f"tilt_{tilt:g}", f"azimuth_{azimuth:g}", "hay_davies")
    return [Measure("plane_irradiation", value, "kWh/(m^2*year)", source="weather", flags=flags)]
