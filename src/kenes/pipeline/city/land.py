"""How the land of one city is used: open public space, streets, built-up growth, roofs."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import shapely

from kenes.indicators.space.geodesy import Floats, Ints, Shape, lengths_m, lies_in, middle_of, turned_near
from kenes.indicators.space.land import land_use
from kenes.indicators.space.measurements import SpatialMeasurement
from kenes.indicators.space.open_space import covered_share, polygons_of, street_land_m2
from kenes.indicators.space.solar import FLAT_ROOF_TILT_DEG, plane_irradiation, roof_yield, to_the_equator
from kenes.pipeline.city.city import City
from kenes.sources.city.built_up import BuiltUpRaster
from kenes.vocabulary.errors import SourceError


def open_area_measurements(city: City) -> list[SpatialMeasurement]:
    """Open public space and land in streets as shares of the built-up area, or of the study area."""
    if city.area.is_empty:
        return [SpatialMeasurement("sdg_11_7_1", None, "1", reason="no_study_area")]
    if not len(city.extract.open_space):
        return [
            SpatialMeasurement(name, None, "1", reason="none_mapped") for name in ("open_space_share", "sdg_11_7_1")
        ]
    area, size, flags = _land_base(city)
    if not size > 0:
        reason = "no_study_area" if city.built_up is None else "no_built_up_area"
        names = ("open_space_share", "street_land_share", "sdg_11_7_1")
        return [SpatialMeasurement(name, None, "1", flags=flags, reason=reason) for name in names]
    flags = (*flags, "few_places_mapped") if city.few_places else flags
    open_share = covered_share(city.extract.open_space, area, city.meter)[0] / size
    streets = city.extract.streets
    held = share_inside(area, streets.longitude, streets.latitude, streets.start, streets.end)
    length = np.bincount(streets.way, weights=street_lengths(city) * held, minlength=len(streets.way_id))
    land = street_land_m2(length.astype(float), streets.highway, streets.width_m, city.tables.open_space.street_width_m)
    assumed = (*flags, "widths_assumed_by_class")
    return [
        SpatialMeasurement("open_space_share", open_share, "1", flags=flags),
        SpatialMeasurement("street_land_share", land / size, "1", flags=assumed),
        SpatialMeasurement("sdg_11_7_1", open_share + land / size, "1", flags=assumed),
    ]


def _land_base(city: City) -> tuple[Shape, float, tuple[str, ...]]:
    """Where open space and streets count, the square metres they are divided by, and what to know of both.

    An outline of the urban extent is both. A raster of what is built has no inside where a park could
    lie: open space and streets of the whole study area are divided by its sum.
    """
    whole, built = city.meter.prepared(city.area), city.built_up
    if built is None:
        return city.area, city.meter.area_m2(whole), ("area_is_study_area_not_built_up",)
    if isinstance(built, BuiltUpRaster):
        gaps = ("built_up_cells_missing",) if built.missing else ()
        return city.area, built.area_m2, (f"built_up_{built.kind}", *gaps)
    part = polygons_of(city.meter.prepared(built.shape).intersection(whole))
    return city.meter.back(part), city.meter.area_m2(part), ("built_up_outline",)


def street_lengths(city: City) -> Floats:
    """Metres of each piece of street, shape (piece,)."""
    s = city.extract.streets
    return lengths_m(s.longitude[s.start], s.latitude[s.start], s.longitude[s.end], s.latitude[s.end])


def share_inside(area: Shape, lon: Floats, lat: Floats, first: Ints, last: Ints, *, straight: bool = True) -> Floats:
    """How much of each piece lies in an area, whichever way it was drawn; from 0 to 1.

    A straight piece with one end inside counts with its part inside, another with a half.

    Args:
        area: shapely geometry in degrees.
        lon: of the nodes, degrees.
        lat: of the nodes, degrees.
        first: node at one end of each piece, shape (piece,).
        last: node at the other end.
        straight: whether pieces are straight.
    """
    inside = lies_in(area, lon, lat).astype(float)
    share = np.asarray((inside[first] + inside[last]) / 2)
    across = np.flatnonzero(share == 0.5) if straight else np.zeros(0, np.int64)
    if across.size:
        x = turned_near(lon, middle_of(area))
        ends = np.stack([np.column_stack([x[k[across]], lat[k[across]]]) for k in (first, last)], axis=1)
        lines = shapely.linestrings(ends)
        share[across] = shapely.length(shapely.intersection(area, lines)) / shapely.length(lines)
    return share


def land_years(path: Path) -> tuple[float, float]:
    """First and last year of a table of land use."""
    table = _land_table(path)
    return table[0].year, table[-1].year


@dataclass(frozen=True, order=True)
class _LandOfYear:
    """What was built up and who lived there in one year."""

    year: float
    built_up_km2: float
    population: float


def _land_table(path: Path) -> list[_LandOfYear]:
    """A table of land use, by year.

    Raises:
        SourceError: the file, a column or a number is missing, or there are fewer than two years.
    """
    columns = [field.name for field in fields(_LandOfYear)]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as fault:
        raise SourceError("land use", expected="a CSV in UTF-8", found=str(fault), where=str(path)) from None
    missing = [c for c in columns if not rows or c not in rows[0]]
    if missing:
        found = ", ".join(rows[0]) if rows else "an empty table"
        raise SourceError(
            "land use", expected=f"columns {', '.join(columns)}", found=found, where=str(path), mend="Add the columns."
        )
    table = []
    for line, row in enumerate(rows, 2):
        try:
            table.append(_LandOfYear(*(float(row[column]) for column in columns)))
        except (TypeError, ValueError):
            raise SourceError(
                "land use",
                expected="numbers",
                found=", ".join(str(row[c]) for c in columns),
                where=f"{path}, row {line}",
                mend="Correct the row.",
            ) from None
    if len({row.year for row in table}) < 2:
        raise SourceError("land use", expected="two years", found=str(len(table)), where=str(path))
    return sorted(table)


def land_measurements(path: Path) -> list[SpatialMeasurement]:
    """SDG 11.3.1 between the first and the last year of a table, with both rates."""
    table = _land_table(path)
    first, last = table[0], table[-1]
    use = land_use(
        (first.year, last.year), (first.built_up_km2, last.built_up_km2), (first.population, last.population)
    )
    span = {"years": f"{first.year:g}-{last.year:g}"}
    warning = (use.reason,) if use.reason and use.ratio is not None else ()
    return [
        SpatialMeasurement("land_consumption_rate", use.land_rate, "1/year", source="table", dimensions=span),
        SpatialMeasurement("population_growth_rate", use.population_rate, "1/year", source="table", dimensions=span),
        SpatialMeasurement(
            "sdg_11_3_1",
            use.ratio,
            "1",
            source="table",
            dimensions=span,
            flags=warning,
            reason=use.reason if use.ratio is None else None,
        ),
    ]


def solar_measurements(city: City) -> list[SpatialMeasurement]:
    """Roof area and its yearly yield; the map may lack buildings, which is said."""
    settings = {k: v for k, v in (city.request.solar or {}).items() if v is not None}
    found = _irradiation(city, settings)
    irradiation = settings.pop("irradiation_kwh_m2") if not found else float(found[0].value or 0)
    footprint, share = covered_share(city.extract.buildings, city.area, city.meter)
    roofs = roof_yield(footprint, irradiation, consumption_kwh=settings.pop("consumption_kwh", None), **settings)
    flags = ["buildings_as_mapped"] + (["few_buildings_mapped"] if not share > 0.05 else [])
    found += [
        SpatialMeasurement("building_footprint", footprint / 1e6, "km^2", flags=tuple(flags)),
        SpatialMeasurement("rooftop_solar_yield", roofs.energy_kwh / 1e6, "GWh/year", flags=tuple(flags)),
    ]
    if roofs.share_of_consumption is not None:
        found.append(SpatialMeasurement("rooftop_solar_share", roofs.share_of_consumption, "1", flags=tuple(flags)))
    return found


def _irradiation(city: City, settings: dict[str, float]) -> list[SpatialMeasurement]:
    """Irradiation of the plane from the weather file, if there is one; takes the plane out of the settings."""
    tilt, azimuth = settings.pop("tilt_deg", FLAT_ROOF_TILT_DEG), settings.pop("azimuth_deg", None)
    sun = city.weather
    if sun is None:
        return []
    azimuth = to_the_equator(sun.latitude) if azimuth is None else azimuth
    value = plane_irradiation(
        sun.time,
        sun.ghi,
        sun.dni,
        sun.dhi,
        latitude=sun.latitude,
        longitude=sun.longitude,
        tilt_deg=tilt,
        azimuth_deg=azimuth,
    )
    flags = (f"tilt_{tilt:g}", f"azimuth_{azimuth:g}", "hay_davies")
    return [SpatialMeasurement("plane_irradiation", value, "kWh/(m^2*year)", source="weather", flags=flags)]
