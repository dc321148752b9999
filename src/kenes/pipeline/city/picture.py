"""A city as a flat picture in pixels: cells or districts with their values, streets, stops, and the edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from kenes.indicators.space.geodesy import Floats, metres_per_degree, middle_of, turned_near
from kenes.indicators.space.graph import StreetGraph
from kenes.pages.city.map import LEFT_BY_DISTRICT
from kenes.pages.figures.city_map import Area, Picture, StopDots
from kenes.pipeline.city.city import City
from kenes.pipeline.city.transport import stop_sets
from kenes.sources.city.people import PopulationCells

_SIZE = 900.0
_ROOM = 10.0
_DOT_DEG = 0.0008
"""Radius of a cell that has no outline."""
_FINE_DEG, _COARSE_DEG = 1e-4, 2e-4
"""How far a simplified line may leave its own; some metres, less than a pixel of most cities."""
Ints = NDArray[np.int64]
Values = Mapping[str, Floats]


def picture_of(city: City, shown: Values, left_by_district: Mapping[str, float]) -> Picture | None:
    """The picture of a city; None without an area.

    Args:
        city: what was read.
        shown: values by cell, shape (cell,) each.
        left_by_district: share left out, for a map of districts where there are no cells.
    """
    if city.area.is_empty:
        return None
    frame = _Frame(city.area)
    areas, values = _cells(city.cells, shown, frame)
    if not areas:
        areas, values = _districts(city, left_by_district, frame)
    reach = city.area_kind == "reach_of_stops"
    districts = city.districts
    return Picture(
        width=frame.width,
        height=frame.height,
        metres_per_pixel=1 / frame.scale,
        areas=areas,
        values=values,
        streets=_streets(city.graph, frame),
        districts=None if districts is None else [frame.lines(s.simplify(_FINE_DEG)) for s in districts.geometry],
        edge=[] if reach else frame.lines(city.area.simplify(_FINE_DEG)),
        reach=frame.lines(city.area.simplify(_COARSE_DEG)) if reach else [],
        stops=_stops(city, frame),
    )


def _cells(cells: PopulationCells | None, shown: Values, frame: _Frame) -> tuple[list[Area], Values]:
    if cells is None or not len(cells) or not shown:
        return [], {}
    middle = frame.xy(np.column_stack([cells.longitude, cells.latitude]))
    persons, outlines = cells.population.tolist(), _outlines(cells)
    areas = [
        _area(name, number, frame.lines(outline), at)
        for name, number, outline, at in zip(cells.id, persons, outlines, middle, strict=True)
    ]
    return areas, {name: np.asarray(values, float) for name, values in shown.items()}


def _districts(city: City, left: Mapping[str, float], frame: _Frame) -> tuple[list[Area], Values]:
    """Districts with their share left out, cut by the study area."""
    if city.districts is None:
        return [], {}
    pairs = zip(city.districts.name, city.districts.geometry, strict=True)
    cut = [(name, shape.intersection(city.area)) for name, shape in pairs if name in left]
    cut = [(name, shape) for name, shape in cut if not shape.is_empty]
    points = [shape.point_on_surface() for _, shape in cut]
    middle = frame.xy(np.array([(point.x, point.y) for point in points], float).reshape(-1, 2))
    areas = [_area(name, None, frame.lines(shape), at) for (name, shape), at in zip(cut, middle, strict=True)]
    return areas, {LEFT_BY_DISTRICT: np.array([left[name] for name, _ in cut], float)} if areas else {}


def _area(name: str, persons: float | None, outline: Sequence[Floats], at: Floats) -> Area:
    x, y = at.round(1).tolist()
    return Area(name, persons, outline, (x, y))


def _outlines(cells: PopulationCells) -> Iterable[BaseGeometry]:
    """Cells as they were given, or round ones where they are points."""
    if cells.polygon is not None:
        return iter(cells.polygon)
    narrow = float(np.cos(np.radians(np.mean(cells.latitude))))
    round_ones = shapely.buffer(shapely.points(cells.longitude * narrow, cells.latitude), _DOT_DEG, quad_segs=4)
    wide = shapely.transform(round_ones, lambda xy: xy / np.array([narrow, 1.0]))
    return iter(np.asarray(wide, dtype=object))


def _streets(graph: StreetGraph, frame: _Frame) -> Ints:
    """Streets on whole pixels, each once, those out of the picture left out."""
    if not graph.segments:
        return np.zeros((0, 4), np.int64)
    at = np.rint(frame.xy(np.column_stack([graph.longitude, graph.latitude]))).astype(np.int64)
    lines = np.column_stack([at[graph.start], at[graph.end]])
    inside = (lines[:, :2] != lines[:, 2:]).any(axis=1) & (lines >= 0).all(axis=1)
    lines = np.unique(lines[inside], axis=0)
    return lines[(lines <= _SIZE + 2 * _ROOM).all(axis=1)]


def _stops(city: City, frame: _Frame) -> list[StopDots]:
    """Stops of each source and headway on whole pixels, those in the picture."""
    found = []
    for (source, headway), stops in stop_sets(city).items():
        at: dict[str, Ints] = {}
        for capacity in ("low", "high"):
            if capacity in stops.longitude:
                pixels = np.rint(frame.xy(np.column_stack([stops.longitude[capacity], stops.latitude[capacity]])))
                inside = (pixels >= 0).all(axis=1) & (pixels <= (frame.width, frame.height)).all(axis=1)
                at[capacity] = pixels[inside].astype(np.int64)
        found.append(StopDots(source, headway, at))
    return found


class _Frame:
    """A flat picture of an area, one unit a pixel, north at the top.

    Args:
        area: a geometry in degrees that is not empty.
    """

    def __init__(self, area: BaseGeometry) -> None:
        self._west, south, east, self._north = area.bounds
        self._middle = middle_of(area)
        self._x_m, self._y_m = (float(v) for v in metres_per_degree(np.asarray((south + self._north) / 2)))
        wide, high = max((east - self._west) * self._x_m, 1.0), max((self._north - south) * self._y_m, 1.0)
        self.scale = _SIZE / max(wide, high)
        self.width, self.height = wide * self.scale + 2 * _ROOM, high * self.scale + 2 * _ROOM

    def xy(self, points: Floats) -> Floats:
        """Pixels of longitudes and latitudes, shape (point, 2)."""
        x = (turned_near(points[:, 0], self._middle) - self._west) * self._x_m * self.scale + _ROOM
        return np.column_stack([x, (self._north - points[:, 1]) * self._y_m * self.scale + _ROOM])

    def lines(self, shape: BaseGeometry) -> list[Floats]:
        """Rings and lines of a shape in pixels."""
        rings = [
            ring
            for part in shapely.get_parts(shape)
            for ring in ([part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part])
        ]
        return [self.xy(shapely.get_coordinates(ring)) for ring in rings]
