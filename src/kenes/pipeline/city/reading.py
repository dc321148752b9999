"""Reads every file of one city: maps and layers, people, timetables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import shapely

from kenes.catalogue.space_tables import SpaceTables, read_space_tables
from kenes.indicators.space.geodesy import AreaMeter, Floats, Shape, turned_near
from kenes.indicators.space.graph import StreetGraph, build_graph
from kenes.pipeline.city.city import City, reach_of_stops
from kenes.pipeline.city.meeting import (
    require_cells_on_map,
    require_layers_near,
    require_meeting,
    require_timetable_near,
)
from kenes.pipeline.city.request import SpaceRequest, require_one_sun
from kenes.pipeline.extras import require_extra
from kenes.pipeline.progress import Progress, Silent
from kenes.sources.city.areas import Areas, read_areas
from kenes.sources.city.built_up import read_built_up
from kenes.sources.city.gtfs import Feed, Timetable, service_day
from kenes.sources.city.layers import layers_without_column, read_features, read_stops
from kenes.sources.city.openstreetmap import Extract, empty_extract, read_extract
from kenes.sources.city.people import PopulationCells
from kenes.sources.city.population import read_population
from kenes.sources.city.weather import read_weather
from kenes.vocabulary.errors import SourceError


def load_city(request: SpaceRequest, progress: Progress | None = None) -> City:
    """Read every file of a request and build the network.

    Raises:
        kenes.vocabulary.errors.BadInput: something cannot be used, or the libraries of a weather file are missing;
            nothing was written.
    """
    require_one_sun(request)
    tell = progress or Silent()
    tell.stage("reading", 4)
    if request.weather is not None:
        require_extra("solar")
    weather = read_weather(request.weather) if request.weather else None
    tables = read_space_tables(request.tables)
    tell.step("boundary and districts")
    boundary = read_areas(request.boundary, what="boundary") if request.boundary else None
    outline = _outline(request, boundary)
    districts = _districts(request)
    tell.step("map")
    extract = _extract(request, tables)
    graph = _walkable(extract)
    whole = layers_without_column([path for _, path in (*request.stops, *request.facilities)], request.where)
    tell.step("population")
    cells = read_population(request.population, outline) if request.population else None
    require_meeting(graph, cells, outline)
    if outline is None and cells is not None and graph.segments:
        require_cells_on_map(graph, cells)
    area, kind = _study_area(request, outline, cells, graph)
    if area.is_empty and request.stops:
        area, kind = reach_of_stops(extract, tables.stops.reach_m), "reach_of_stops"
    require_layers_near(request, area, extract, districts)
    built_up = read_built_up(request.built_up, area) if request.built_up and not area.is_empty else None
    tell.step("timetables")
    day, timetables = _timetables(request, area, extract)
    return City(
        request=request,
        tables=tables,
        extract=extract,
        graph=graph,
        cells=cells,
        area=area,
        area_kind=kind,
        boundary_repaired=boundary.repaired if boundary else 0,
        districts=districts,
        timetables=timetables,
        day=day,
        weather=weather,
        built_up=built_up,
        whole_layers=whole,
    )


def _districts(request: SpaceRequest) -> Areas | None:
    if request.districts is None:
        return None
    return read_areas(request.districts, name_column=request.district_column, what="districts")


def _walkable(extract: Extract) -> StreetGraph:
    """The network of the ways that people may walk on."""
    streets = extract.streets
    walk = streets.walkable[streets.way]
    return build_graph(streets.longitude, streets.latitude, streets.start[walk], streets.end[walk], streets.way[walk])


def _timetables(request: SpaceRequest, area: Shape, extract: Extract) -> tuple[dt.date | None, list[Timetable]]:
    """The service day and what calls on it, one timetable a feed."""
    if not request.gtfs:
        return None, []
    feeds = [Feed(path) for path in request.gtfs]
    near = dt.date.fromisoformat(extract.date) if extract.date else None
    day = service_day(feeds, request.date, near)
    timetables = [feed.timetable(day) for feed in feeds]
    for timetable in timetables:
        require_timetable_near(area, timetable)
    return day, timetables


def _extract(request: SpaceRequest, tables: SpaceTables) -> Extract:
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
        extract = replace(extract, open_space=read_areas(request.parks, what="parks").geometry)
    if request.stops:
        own = read_stops(request.stops, request.where, tables.stops.layer, tables.stops.reach_m.keys())
        extract = replace(extract, stops={**extract.stops, **own})
    places = dict(extract.destinations)
    for kind, path in request.facilities:
        if kind not in places:
            raise SourceError("facilities", expected=", ".join(sorted(places)), found=kind, where=str(path))
        places[kind] = read_features(path, kind, request.where)[0]
    return replace(extract, destinations=places)


def _outline(request: SpaceRequest, boundary: Areas | None) -> Shape | None:
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


def _study_area(
    request: SpaceRequest, outline: Shape | None, cells: PopulationCells | None, graph: StreetGraph
) -> tuple[Shape, str]:
    """The study area in degrees, and where it comes from."""
    if outline is not None:
        if request.urban is None:
            return outline, "boundary"
        return outline, "boundary_in_urban_outline" if request.boundary is not None else "urban_outline"
    if cells is not None and len(cells):
        if cells.polygon is not None:
            return shapely.union_all(cells.polygon), "union_of_cells"
        return _hull(turned_near(cells.longitude, float(cells.longitude[0])), cells.latitude), "hull_of_points"
    if graph.nodes:
        return _hull(graph.longitude, graph.latitude), "hull_of_streets"
    return shapely.Polygon(), "empty"


def _hull(longitude: Floats, latitude: Floats) -> Shape:
    return shapely.MultiPoint(np.column_stack([longitude, latitude])).convex_hull
