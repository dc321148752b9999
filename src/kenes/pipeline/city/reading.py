"""Everything read and built for one city before anything is measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from kenes.indicators.space.coverage import reach_area
from kenes.indicators.space.geodesy import AreaMeter, Bools, lies_in, turned_near
from kenes.indicators.space.graph import StreetGraph, build_graph
from kenes.indicators.space.origins import Origins, area_origins, centre_origins, node_origins, without_offset
from kenes.indicators.space.shares import People
from kenes.indicators.space.snapping import StreetFinder
from kenes.pipeline.city.request import SpaceRequest, require_one_sun
from kenes.pipeline.progress import Progress, Silent
from kenes.sources.city.areas import Areas, read_areas
from kenes.sources.city.built_up import BuiltUp, read_built_up
from kenes.sources.city.gtfs import Feed, Timetable, service_day
from kenes.sources.city.layers import layers_without_column, read_features, read_stops
from kenes.sources.city.openstreetmap import Extract, empty_extract, load_tables, read_extract
from kenes.sources.city.people import Cells
from kenes.sources.city.population import read_population
from kenes.sources.city.weather import Weather, read_weather
from kenes.vocabulary.errors import SourceError


@dataclass
class City:
    """Everything read and built for one city, and what was noticed on the way."""

    request: SpaceRequest
    tables: Mapping[str, Any]
    extract: Extract
    graph: StreetGraph
    cells: Cells | None
    area: Any
    area_kind: str
    districts: Areas | None
    timetables: Sequence[Timetable] = ()
    day: dt.date | None = None
    weather: Weather | None = None
    built_up: BuiltUp | None = None
    whole_layers: Sequence[str] = ()
    quality: dict[str, Any] = field(default_factory=dict)

    @property
    def idle_feeds(self) -> list[str]:
        """Timetables without any call on the service day."""
        return [table.feed for table in self.timetables if not len(table.call_stop)]

    @property
    def few_places(self) -> bool:
        """Whether the map holds next to no places: less than one for 5 km of streets."""
        kinds = set(self.tables["destinations"]["fifteen_minutes"]) - {"moving"}
        places = sum(len(self.extract.destinations[kind]) for kind in kinds)
        return places < float(self.graph.length_m.sum()) / 5000

    @cached_property
    def beyond_map(self) -> Bools:
        """Which cells have their centre outside the bounds of the map's streets."""
        assert self.cells is not None
        if not self.graph.segments:
            return np.zeros(len(self.cells), bool)
        west, south, east, north = _bounds(self.graph)
        lon, lat = turned_near(self.cells.longitude, (west + east) / 2), self.cells.latitude
        return (lon < west) | (lon > east) | (lat < south) | (lat > north)

    @cached_property
    def finder(self) -> StreetFinder:
        """Finder of the nearest street, small islands left out."""
        return StreetFinder(self.graph)

    @cached_property
    def people(self) -> People:
        """Inhabitants by cell, group and district."""
        if self.cells is None:
            return People(np.zeros(0), {}, {})
        inside: dict[str, Bools] = {}
        for name, shape in zip(self.districts.name, self.districts.geometry, strict=True) if self.districts else ():
            held = lies_in(shape, self.cells.longitude, self.cells.latitude)
            inside[name] = inside.get(name, np.zeros(len(self.cells), bool)) | held
        return People(self.cells.population, self.cells.groups, inside)

    @cached_property
    def origins(self) -> dict[str, Origins]:
        """Starting points by origin model; those that need an area only where cells have one."""
        cells, snap = self.cells, self.request.snap_m
        if cells is None or not len(cells):
            return {}
        centre = centre_origins(cells.longitude, cells.latitude, self.finder, snap)
        models = {"cell_centre": centre, "cell_centre_no_offset": without_offset(centre)}
        if cells.polygon is not None:
            models["street_nodes"] = node_origins(cells.polygon, self.graph, self.usable_nodes)
            models["area_weighted"] = area_origins(cells.polygon, self.finder, snap)
        return models

    @cached_property
    def usable_nodes(self) -> Any:
        """Nodes of the network that are not on a small island."""
        at = self.graph.node_positions
        usable = np.zeros(len(self.graph.chain_first), bool)
        usable[self.graph.chain[self.finder.usable]] = True
        return np.flatnonzero(usable[at.chain]) if len(at.chain) else np.zeros(0, np.int64)

    @cached_property
    def meter(self) -> AreaMeter:
        """Measures areas: geodesic, or in the plane asked for."""
        west, south, east, north = shapely.bounds(self.area)
        return AreaMeter(np.array([west, east]), np.array([south, north]), self.request.crs)

    @property
    def reach_m(self) -> Mapping[str, float]:
        """Walking distance to stops by capacity."""
        return {capacity: float(metres) for capacity, metres in self.tables["stops"]["reach_m"].items()}


def load_city(request: SpaceRequest, progress: Progress | None = None) -> City:
    """Read every file of a request and build the network.

    Raises:
        kenes.vocabulary.errors.BadInput: something cannot be used; nothing was written.
    """
    require_one_sun(request)
    tell = progress or Silent()
    tell.stage("reading", 5)
    weather = read_weather(request.weather) if request.weather else None
    tables = load_tables(request.tables)
    tell.step("boundary and districts")
    boundary = read_areas(request.boundary, what="boundary") if request.boundary else None
    outline = _outline(request, boundary)
    districts = (
        read_areas(request.districts, name_column=request.district_column, what="districts")
        if request.districts
        else None
    )
    tell.step("map")
    extract = _extract(request, tables)
    streets = extract.streets
    walk = streets.walkable[streets.way]
    graph = build_graph(streets.longitude, streets.latitude, streets.start[walk], streets.end[walk], streets.way[walk])
    whole = layers_without_column([path for _, path in (*request.stops, *request.facilities)], request.where)
    tell.step("population")
    cells = read_population(request.population, outline) if request.population else None
    _require_meeting(graph, cells, outline)
    if outline is None and cells is not None and graph.segments:
        _require_cells_on_map(graph, cells)
    area, kind = _study_area(outline, cells, graph)
    if request.urban is not None:
        kind = "boundary_in_urban_outline" if request.boundary is not None else "urban_outline"
    if area.is_empty and request.stops:
        area, kind = reach_of_stops(extract, tables), "reach_of_stops"
    _require_layers_near(request, area, extract, districts)
    city = City(request, tables, extract, graph, cells, area, kind, districts, weather=weather, whole_layers=whole)
    if request.built_up and not area.is_empty:
        city.built_up = read_built_up(request.built_up, area)
    tell.step("timetables")
    if request.gtfs:
        feeds = [Feed(path) for path in request.gtfs]
        near = dt.date.fromisoformat(extract.date) if extract.date else None
        city.day = service_day(feeds, request.date, near)
        city.timetables = [feed.timetable(city.day) for feed in feeds]
        _require_stops_near(city)
    tell.step("quality")
    city.quality = _quality(city, boundary)
    return city


Box = tuple[float, float, float, float]
NEAR_DEG = 0.1


def _box(lon: Any, lat: Any) -> Box | None:
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return None
    x, y = np.asarray(lon)[known], np.asarray(lat)[known]
    x = turned_near(x, float(x[0]))
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _box_of(shape: Any) -> Box | None:
    if shape is None or shape.is_empty:
        return None
    west, south, east, north = (float(v) for v in shape.bounds)
    return west, south, east, north


def _apart(a: Box, b: Box) -> bool:
    """Whether two boxes lie more than a tenth of a degree from each other."""
    shift = ((b[0] + b[2] - a[0] - a[2]) / 2 + 180) // 360 * 360
    return (
        b[0] - shift > a[2] + NEAR_DEG or b[2] - shift < a[0] - NEAR_DEG
        or b[1] > a[3] + NEAR_DEG or b[3] < a[1] - NEAR_DEG
    )  # fmt: skip


def _refuse_apart(boxes: Mapping[str, Box | None]) -> None:
    """Refuse inputs that do not meet: what is measured between them would be zero and mean nothing."""
    known = [(name, box) for name, box in boxes.items() if box is not None]
    for i, (first, a) in enumerate(known):
        for second, b in known[i + 1 :]:
            if _apart(a, b):
                raise SourceError(
                    f"{first} and {second}", expected="the same place on earth",
                    found=f"{_told(a)} and {_told(b)}",
                    mend="Perhaps longitude and latitude are exchanged, or one file is of another city.",
                )  # fmt: skip


def _told(box: Box) -> str:
    return f"{box[0]:.2f} to {box[2]:.2f} east, {box[1]:.2f} to {box[3]:.2f} north"


def _bounds(graph: StreetGraph) -> Box:
    box = _box(graph.longitude, graph.latitude)
    assert box is not None, "a map with streets"
    return box


def _require_meeting(graph: StreetGraph, cells: Cells | None, outline: Any) -> None:
    boxes = {"map": _bounds(graph) if graph.segments else None, "boundary": _box_of(outline)}
    if cells is not None and len(cells):
        boxes["population"] = _box(cells.longitude, cells.latitude)
    _refuse_apart(boxes)


def _require_cells_on_map(graph: StreetGraph, cells: Cells) -> None:
    """Without a boundary the cells are the study area: one far from the map would stretch it over nothing."""
    west, south, east, north = bounds = _bounds(graph)
    lon, lat = turned_near(cells.longitude, (west + east) / 2), cells.latitude
    far = (lon < west - NEAR_DEG) | (lon > east + NEAR_DEG) | (lat < south - NEAR_DEG) | (lat > north + NEAR_DEG)
    if far.any():
        first, count, persons = int(np.flatnonzero(far)[0]), int(far.sum()), cells.population[far].sum()
        raise SourceError(
            "population", expected=f"cells within {NEAR_DEG:g} degrees of the map, {_told(bounds)}",
            found=f"{count} {'cell' if count == 1 else 'cells'} with {persons:.0f} persons beyond it",
            where=f"first: cell {cells.id[first]} at {cells.longitude[first]:.4f}, {cells.latitude[first]:.4f}",
            mend="Correct or remove these cells, or give --boundary: cells outside it do not count.",
        )  # fmt: skip


def _require_layers_near(request: SpaceRequest, area: Any, extract: Extract, districts: Areas | None) -> None:
    """Refuse a layer that lies nowhere near the study area: it would count for nothing and say nothing."""
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


def _require_stops_near(city: City) -> None:
    for table in city.timetables:
        stops = _box(table.longitude, table.latitude)
        _refuse_apart({"study area": _box_of(city.area), f"stops of {table.feed}": stops})


def _extract(request: SpaceRequest, tables: Mapping[str, Any]) -> Extract:
    """The map, with what the city knows better in the place of what the map holds."""
    if request.osm is None and not request.stops:
        raise SourceError(
            "map extract", expected="a map, or a layer of stops", found="neither", mend="Add --osm or --stops."
        )
    extract = (
        empty_extract(tables)
        if request.osm is None
        else read_extract(request.osm, tables, buildings=request.solar is not None or request.weather is not None)
    )
    if request.parks is not None:
        parks = read_areas(request.parks, what="parks")
        extract = replace(extract, open_space=parks.geometry, open_space_name=parks.name)
    if request.stops:
        modes = tables["stops"].get("layer") or load_tables()["stops"]["layer"]
        own = read_stops(request.stops, request.where, modes, list(tables["stops"]["reach_m"]))
        extract = replace(extract, stops={**extract.stops, **own})
    places = dict(extract.destinations)
    for kind, path in request.facilities:
        if kind not in places:
            raise SourceError("facilities", expected=", ".join(sorted(places)), found=kind, where=str(path))
        places[kind] = read_features(path, kind, request.where)[0]
    return replace(extract, destinations=places)


def reach_of_stops(extract: Extract, tables: Mapping[str, Any]) -> Any:
    """Everything within straight-line reach of a stop."""
    return shapely.union_all(
        [
            reach_area(extract.stops[capacity].longitude, extract.stops[capacity].latitude, float(metres))
            for capacity, metres in tables["stops"]["reach_m"].items()
        ]
    )


def _outline(request: SpaceRequest, boundary: Areas | None) -> Any:
    """The boundary, cut by the outline of the built-up city where one is given."""
    if boundary is None:
        return read_areas(request.urban, what="urban outline").union() if request.urban else None
    if request.urban is None:
        return boundary.union()
    # cut in the plane of the areas, so that edges of cells are straight where the area is measured
    urban, whole = read_areas(request.urban, what="urban outline"), boundary.union()
    west, south, east, north = whole.bounds
    meter = AreaMeter(np.array([west, east]), np.array([south, north]), request.crs)
    return meter.back(meter.prepared(whole).intersection(meter.prepared(urban.union())))


def _study_area(outline: Any, cells: Cells | None, graph: StreetGraph) -> tuple[Any, str]:
    if outline is not None:
        return outline, "boundary"
    if cells is not None and len(cells):
        if cells.polygon is not None:
            return shapely.union_all(cells.polygon), "union_of_cells"
        lon = turned_near(cells.longitude, float(cells.longitude[0]))
        return shapely.MultiPoint(np.column_stack([lon, cells.latitude])).convex_hull, "hull_of_points"
    if graph.nodes:
        return shapely.MultiPoint(np.column_stack([graph.longitude, graph.latitude])).convex_hull, "hull_of_streets"
    return shapely.Polygon(), "empty"


def _quality(city: City, boundary: Areas | None) -> dict[str, Any]:
    graph, extract = city.graph, city.extract
    component = graph.component_length_m if graph.segments else np.zeros(0)
    usable = city.finder.usable
    report: dict[str, Any] = {
        "feeds_without_service": city.idle_feeds,
        "few_places_mapped": city.request.osm is not None and city.few_places,
        "map": {
            "date": extract.date,
            **extract.signs,
            "street_nodes": graph.nodes,
            "street_segments": graph.segments,
            "street_km": float(graph.length_m.sum() / 1000),
            "connected_parts": len(component),
            "share_in_longest_part": float(component.max() / component.sum()) if component.size else None,
            "islands_km": float(graph.length_m[~usable].sum() / 1000) if graph.segments else 0.0,
        },
        "stops": {
            "from": "layer" if city.request.stops else "osm",
            **{capacity: len(extract.stops[capacity]) for capacity in city.reach_m},
        },
        "layers_without_column": city.whole_layers,
        "study_area": city.area_kind,
        "boundary_repaired": boundary.repaired if boundary else 0,
        "timetables": {
            t.feed: dict(t.findings) | {"stops": len(t.stop), "calls": len(t.call_stop)} for t in city.timetables
        },
        "service_day": str(city.day) if city.day else None,
    }
    if city.built_up is not None:
        report["built_up"] = {"kind": city.built_up.kind, "cells_without_value": city.built_up.missing}
    if city.weather is not None:
        report["weather"] = {
            "kind": city.weather.kind,
            "latitude": city.weather.latitude,
            "longitude": city.weather.longitude,
            "hours": len(city.weather.time),
        }
    if city.cells is not None:
        report["population"] = {
            "kind": city.cells.kind,
            "cells": len(city.cells),
            "persons": float(city.cells.population.sum()),
            **city.cells.findings,
        }
    if city.districts is not None:
        report["districts"] = {"districts_numbered": len(city.districts.name) if city.districts.numbered else 0}
    if city.districts is not None and city.cells is not None and len(city.cells):
        times = np.sum(list(city.people.districts.values()), axis=0)
        persons = city.cells.population
        report["districts"] |= {
            "persons_in_none": float(persons[times == 0].sum()),
            "persons_in_several": float(persons[times > 1].sum()),
        }
    return report
