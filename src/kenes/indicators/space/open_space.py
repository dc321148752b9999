"""SDG 11.7.1: open public space and land in streets, and who has an entrance within reach."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import shapely

from kenes.indicators.space.geodesy import AreaMeter, Floats, Ints, Shape, Shapes, metres_per_degree
from kenes.indicators.space.graph import Positions
from kenes.indicators.space.snapping import StreetFinder


def covered_share(polygons: Shapes, area: Shape, meter: AreaMeter) -> tuple[float, float]:
    """Area of polygons inside an area, overlaps once, and its share.

    Args:
        polygons: in degrees, shape (polygon,); those that are broken are mended.
        area: in degrees.
        meter: how areas are measured.

    Returns:
        Square metres and share of the area; NaN share where the area is empty.
    """
    whole = meter.prepared(area)
    size = meter.area_m2(whole)
    shapely.prepare(area)
    near = polygons[shapely.intersects(area, polygons)] if len(polygons) else polygons
    if not len(near):
        return 0.0, 0.0 if size > 0 else float("nan")
    united = shapely.union_all(shapely.make_valid(meter.prepared(near), method="structure", keep_collapsed=False))
    inside = meter.area_m2(polygons_of(united.intersection(whole)))
    return inside, inside / size if size > 0 else float("nan")


def polygons_of(geometry: Shape) -> Shape:
    """The polygons of a mixed geometry: overlays may leave lines and points behind."""
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), [3, 6])])


def sizes_m2(polygons: Shapes, meter: AreaMeter) -> Floats:
    """Area of each polygon in square metres, shape (polygon,)."""
    return np.array([meter.area_m2(meter.prepared(polygon)) for polygon in polygons], float)


def entrances(polygons: Shapes, finder: StreetFinder, every_m: float, street_m: float) -> tuple[Positions, Ints]:
    """Where one may enter: points of the border that lie at a street.

    Args:
        polygons: open spaces in degrees, shape (polygon,).
        finder: of the nearest street.
        every_m: metres between points of the border.
        street_m: metres within which a street must run.

    Returns:
        Positions of the entrances on the network, and the open space of each.

    Source:
        As in the Global Healthy and Sustainable City Indicators (Boeing et al. 2022): a point
        every 20 m of the border, kept where a street is within 30 m.
    """
    lon, lat, owner = [], [], []
    for k, polygon in enumerate(polygons):
        for ring in shapely.get_parts(shapely.boundary(polygon)):
            xy = shapely.get_coordinates(ring)
            east, north = (float(v) for v in metres_per_degree(np.asarray(xy[:, 1].mean())))
            steps = np.hypot(np.diff(xy[:, 0]) * east, np.diff(xy[:, 1]) * north)
            gone = np.concatenate([[0.0], np.cumsum(steps)])
            at = np.arange(0, max(gone[-1], 1e-9), every_m)
            lon.append(np.interp(at, gone, xy[:, 0]))
            lat.append(np.interp(at, gone, xy[:, 1]))
            owner.append(np.full(len(at), k))
    if not lon:
        nothing = np.zeros(0)
        return finder.snap(nothing, nothing), np.zeros(0, np.int64)
    found = finder.snap(np.concatenate(lon), np.concatenate(lat), street_m)
    return found.take(found.found), np.concatenate(owner)[found.found].astype(np.int64)


def street_land_m2(
    length_m: Floats, highway: npt.NDArray[np.str_], width_m: Floats, table: Mapping[str, float]
) -> float:
    """Land in streets: length times width, tagged where it is, otherwise by class.

    Args:
        length_m: of each street inside the area, shape (street,).
        highway: class of each street.
        width_m: as tagged, NaN where not.
        table: metres by class; a class that is not there has no width.
    """
    assumed = np.array([float(table.get(str(kind), 0.0)) for kind in highway])
    return float((length_m * np.where(np.isfinite(width_m), width_m, assumed)).sum())
