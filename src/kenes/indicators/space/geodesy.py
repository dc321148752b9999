"""Lengths and areas on the WGS 84 ellipsoid, without a map projection where none is needed.

A metric zone distorts (UTM by -4e-4 at its middle and up to 1e-3 at its rim), so lengths are
taken on the ellipsoid itself. A plane is chosen only for overlays of polygons, and is refused
when its scale is wrong for the data.
"""

from __future__ import annotations

from typing import TypeAlias, overload

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from kenes.vocabulary.errors import BadInput

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shape: TypeAlias = BaseGeometry
Shapes = npt.NDArray[np.object_]

SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257223563
_E2 = FLATTENING * (2 - FLATTENING)
_GEOD = pyproj.Geod(ellps="WGS84")
_SHORT_M = 500.0
LARGEST_AREA_ERROR = 1e-3


def metres_per_degree(latitude: Floats) -> tuple[Floats, Floats]:
    """Length of one degree east and one degree north at a latitude.

    Args:
        latitude: degrees, any shape.

    Returns:
        Metres per degree of longitude and of latitude, same shape.

    Source:
        Radii of curvature of the ellipsoid in the prime vertical and in the meridian
        (Torge and Müller, Geodesy, 4th edition, section 4.1).
    """
    phi = np.radians(latitude)
    w = 1 - _E2 * np.sin(phi) ** 2
    east = SEMI_MAJOR_M / np.sqrt(w) * np.cos(phi)
    north = SEMI_MAJOR_M * (1 - _E2) / w**1.5
    return np.radians(east), np.radians(north)


def turned_near(longitude: Floats, middle: float) -> Floats:
    """Longitudes within half a turn of a middle, so that places on both sides of the 180th meridian are neighbours."""
    return np.asarray(middle + (longitude - middle + 180) % 360 - 180)


def lies_in(area: Shape, lon: Floats, lat: Floats) -> Bools:
    """Which points lie in an area."""
    shapely.prepare(area)
    result: Bools = shapely.contains_xy(area, turned_near(lon, middle_of(area)), lat)
    return result


def middle_of(area: Shape) -> float:
    """Longitude in the middle of an area, 0 for an empty one."""
    return 0.0 if area.is_empty else float(area.bounds[0] + area.bounds[2]) / 2


def lengths_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Lengths of short lines on the ellipsoid.

    Up to 500 m the mid-latitude formula is used, whose error is below a micrometre there;
    longer lines are geodesics.

    Args:
        lon_a: degrees, shape (line,), likewise the other three.
        lat_a: degrees.
        lon_b: degrees.
        lat_b: degrees.

    Returns:
        Metres, shape (line,).
    """
    east, north = metres_per_degree((lat_a + lat_b) / 2)
    turn = (lon_b - lon_a + 180) % 360 - 180
    result: Floats = np.hypot(turn * east, (lat_b - lat_a) * north)
    far = np.flatnonzero(~(result <= _SHORT_M))
    if far.size:
        result[far] = _GEOD.inv(lon_a[far], lat_a[far], lon_b[far], lat_b[far])[2]
    return result


def points_on_earth(longitude: Floats, latitude: Floats) -> Floats:
    """Earth-centred positions, so that chords stand for short distances (1 km: 1 micrometre).

    Args:
        longitude: degrees, shape (point,).
        latitude: degrees, shape (point,).

    Returns:
        Metres, shape (point, 3).
    """
    lam, phi = np.radians(longitude), np.radians(latitude)
    n = SEMI_MAJOR_M / np.sqrt(1 - _E2 * np.sin(phi) ** 2)
    return np.column_stack((n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - _E2) * np.sin(phi)))


def area_m2(geometry: Shape) -> float:
    """Area of a polygon or multipolygon in longitude and latitude, on the ellipsoid.

    Edges are geodesics between the given vertices.

    Args:
        geometry: shapely geometry in degrees.

    Returns:
        Square metres, never negative; 0 for what has no area.

    Source:
        Karney, Algorithms for geodesics, Journal of Geodesy 87 (2013), as in PROJ.
    """
    oriented = shapely.orient_polygons(geometry)
    return abs(float(_GEOD.geometry_area_perimeter(oriented)[0]))


def unwrapped(longitude: Floats) -> Floats:
    """Longitudes made continuous when the data lie on both sides of the antimeridian.

    Args:
        longitude: degrees in [-180, 180], shape (point,).

    Returns:
        The same, or with 360 added to the western half if the data span more than 180 degrees.
    """
    known = longitude[np.isfinite(longitude)]
    if known.size and known.max() - known.min() > 180:
        return np.where(longitude < 0, longitude + 360, longitude)
    return longitude


class AreaMeter:
    """Measures overlays of polygons: geodesic areas, or areas in a plane that was asked for.

    Args:
        longitude: degrees over the data, shape (point,).
        latitude: degrees, shape (point,).
        crs: such as `EPSG:5635`; None takes geodesic areas, which need no plane.

    Raises:
        BadInput: the plane is not metric, or its areas are wrong by more than 1e-3 here.
    """

    def __init__(self, longitude: Floats, latitude: Floats, crs: str | None = None) -> None:
        self.crs, self.error = crs, 0.0
        self._move: pyproj.Transformer | None = None
        if crs is None:
            return
        lon, lat = unwrapped(longitude), latitude
        self._middle = float(lon.min() + lon.max()) / 2
        corners = [np.array([v.min(), v.mean(), v.max()]) for v in (lon, lat)]
        self.error = area_error(crs, np.repeat(corners[0], 3), np.tile(corners[1], 3))
        self._move = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        whole = shapely.box(lon.min(), lat.min(), lon.max(), lat.max())
        if self.error <= LARGEST_AREA_ERROR and not self.prepared(whole).area <= 2 * area_m2(whole):
            self.error = float("inf")  # the edge of the plane, such as the 180th meridian, tears the data apart
        if not self.error <= LARGEST_AREA_ERROR:
            raise BadInput(
                f"plane {crs}",
                expected=f"areas within {LARGEST_AREA_ERROR:g} of the truth over the data",
                found=f"an error of {self.error:.2g}",
                mend="Leave the plane out, or name an equal-area system or the zone of this city.",
            )

    @overload
    def prepared(self, geometry: Shape) -> Shape: ...
    @overload
    def prepared(self, geometry: Shapes) -> Shapes: ...
    def prepared(self, geometry: Shape | Shapes) -> Shape | Shapes:
        """A geometry in degrees, or several, brought to the plane in which it will be overlaid."""
        move = self._move
        if move is None:
            return geometry
        return shapely.transform(geometry, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))

    def back(self, prepared: Shape) -> Shape:
        """A prepared geometry brought back to degrees, which go on over the 180th meridian."""
        move = self._move
        if move is None:
            return prepared
        inverse = pyproj.enums.TransformDirection.INVERSE

        def degrees(xy: Floats) -> Floats:
            lon, lat = move.transform(xy[:, 0], xy[:, 1], direction=inverse)
            return np.column_stack((lon + 360 * np.round((self._middle - lon) / 360), lat))

        return shapely.transform(prepared, degrees)

    def area_m2(self, prepared: Shape) -> float:
        """Area of a prepared geometry in square metres."""
        return area_m2(prepared) if self._move is None else float(prepared.area)


def area_error(crs: str, longitude: Floats, latitude: Floats) -> float:
    """Largest departure from 1 of the areas of a plane at some points.

    Args:
        crs: a projected reference system with metres.
        longitude: degrees, shape (point,).
        latitude: degrees, shape (point,).

    Returns:
        A ratio, infinite where the plane has no answer or is not projected.

    Raises:
        BadInput: there is no such system.
    """
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as fault:
        raise BadInput(f"plane {crs}", expected="a reference system", found=str(fault)) from None
    if not system.is_projected or abs(system.axis_info[0].unit_conversion_factor - 1) > 1e-9:
        return float("inf")
    lon = (longitude + 180) % 360 - 180
    factors = pyproj.Proj(system).get_factors(lon, latitude, errcheck=False)
    error = np.abs(np.atleast_1d(factors.areal_scale) - 1).max()
    return float(error) if np.isfinite(error) else float("inf")
