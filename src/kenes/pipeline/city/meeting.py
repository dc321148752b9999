"""Refuses inputs that do not lie at the same place on earth: what is measured between them would mean nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely

from kenes.indicators.space.geodesy import Floats, Shape, turned_near
from kenes.indicators.space.graph import StreetGraph
from kenes.pipeline.city.request import SpaceRequest
from kenes.sources.city.areas import Areas
from kenes.sources.city.gtfs import Timetable
from kenes.sources.city.openstreetmap import Extract
from kenes.sources.city.people import PopulationCells
from kenes.vocabulary.errors import SourceError

Box = tuple[float, float, float, float]
NEAR_DEG = 0.1


def bounds_of(graph: StreetGraph) -> Box:
    """West, south, east and north of a network with streets, in degrees."""
    box = _box(graph.longitude, graph.latitude)
    assert box is not None, "a map with streets"
    return box


def require_meeting(graph: StreetGraph, cells: PopulationCells | None, outline: Shape | None) -> None:
    """Refuse a map, cells and a boundary of which two lie apart.

    Raises:
        SourceError: two of them are more than a tenth of a degree from each other.
    """
    boxes = {"map": bounds_of(graph) if graph.segments else None, "boundary": _box_of(outline)}
    if cells is not None and len(cells):
        boxes["population"] = _box(cells.longitude, cells.latitude)
    _refuse_apart(boxes)


def require_cells_on_map(graph: StreetGraph, cells: PopulationCells) -> None:
    """Without a boundary the cells are the study area: one far from the map would stretch it over nothing.

    Raises:
        SourceError: a cell lies more than a tenth of a degree beyond the map.
    """
    west, south, east, north = bounds = bounds_of(graph)
    lon, lat = turned_near(cells.longitude, (west + east) / 2), cells.latitude
    far = (lon < west - NEAR_DEG) | (lon > east + NEAR_DEG) | (lat < south - NEAR_DEG) | (lat > north + NEAR_DEG)
    if far.any():
        first, count, persons = int(np.flatnonzero(far)[0]), int(far.sum()), cells.population[far].sum()
        raise SourceError(
            "population",
            expected=f"cells within {NEAR_DEG:g} degrees of the map, {_told(bounds)}",
            found=f"{count} {'cell' if count == 1 else 'cells'} with {persons:.0f} persons beyond it",
            where=f"first: cell {cells.id[first]} at {cells.longitude[first]:.4f}, {cells.latitude[first]:.4f}",
            mend="Correct or remove these cells, or give --boundary: cells outside it do not count.",
        )


def require_layers_near(request: SpaceRequest, area: Shape, extract: Extract, districts: Areas | None) -> None:
    """Refuse a layer that lies nowhere near the study area: it would count for nothing and say nothing.

    Raises:
        SourceError: stops, facilities, parks or districts lie elsewhere.
    """
    places = [*extract.stops.values()] if request.stops else []
    layers: dict[str, Box | None] = {}
    if places:
        layers["stops"] = _box(
            *(np.concatenate([getattr(p, axis) for p in places]) for axis in ("longitude", "latitude"))
        )
    for kind, path in request.facilities:
        own = extract.destinations[kind]
        layers[f"facilities {kind}={path.name}"] = _box(own.longitude, own.latitude)
    for name, shapes in (
        ("parks", extract.open_space if request.parks is not None else None),
        ("districts", None if districts is None else districts.geometry),
    ):
        if shapes is not None:
            layers[name] = _box_of(shapely.box(*shapely.total_bounds(shapes)))
    for name, box in layers.items():
        _refuse_apart({"study area": _box_of(area), name: box})


def require_timetable_near(area: Shape, timetable: Timetable) -> None:
    """Refuse a timetable whose stops lie nowhere near the study area.

    Raises:
        SourceError: they lie elsewhere.
    """
    stops = _box(timetable.longitude, timetable.latitude)
    _refuse_apart({"study area": _box_of(area), f"stops of {timetable.feed}": stops})


def _box(lon: Floats, lat: Floats) -> Box | None:
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return None
    x, y = np.asarray(lon)[known], np.asarray(lat)[known]
    x = turned_near(x, float(x[0]))
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _box_of(shape: Shape | None) -> Box | None:
    if shape is None or shape.is_empty:
        return None
    west, south, east, north = (float(v) for v in shape.bounds)
    return west, south, east, north


def _apart(a: Box, b: Box) -> bool:
    """Whether two boxes lie more than a tenth of a degree from each other."""
    shift = ((b[0] + b[2] - a[0] - a[2]) / 2 + 180) // 360 * 360
    beside = b[0] - shift > a[2] + NEAR_DEG or b[2] - shift < a[0] - NEAR_DEG
    return beside or b[1] > a[3] + NEAR_DEG or b[3] < a[1] - NEAR_DEG


def _refuse_apart(boxes: Mapping[str, Box | None]) -> None:
    known = [(name, box) for name, box in boxes.items() if box is not None]
    for i, (first, a) in enumerate(known):
        for second, b in known[i + 1 :]:
            if _apart(a, b):
                raise SourceError(
                    f"{first} and {second}",
                    expected="the same place on earth",
                    found=f"{_told(a)} and {_told(b)}",
                    mend="Perhaps longitude and latitude are exchanged, or one file is of another city.",
                )


def _told(box: Box) -> str:
    return f"{box[0]:.2f} to {box[2]:.2f} east, {box[1]:.2f} to {box[3]:.2f} north"
