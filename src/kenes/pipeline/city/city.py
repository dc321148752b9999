"""Everything read and built for one city before anything is measured, and what was odd about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from kenes.catalogue.space_tables import SpaceTables
from kenes.indicators.space.coverage import reach_area
from kenes.indicators.space.geodesy import AreaMeter, Bools, Ints, Shape, lies_in, turned_near
from kenes.indicators.space.graph import StreetGraph
from kenes.indicators.space.origins import Origins, area_origins, centre_origins, node_origins, without_offset
from kenes.indicators.space.shares import People
from kenes.indicators.space.snapping import StreetFinder
from kenes.pipeline.city.meeting import bounds_of
from kenes.pipeline.city.request import SpaceRequest
from kenes.sources.city.areas import Areas
from kenes.sources.city.built_up import BuiltUp
from kenes.sources.city.gtfs import Timetable
from kenes.sources.city.openstreetmap import Extract
from kenes.sources.city.people import PopulationCells
from kenes.sources.city.weather import Weather


@dataclass(frozen=True)
class City:
    """Everything read and built for one city; what follows from it is computed once, when it is asked for.

    Attributes:
        request: what is to be measured from which files.
        tables: of tags and modes.
        extract: the map, with layers of the city's own in the place of what the map holds.
        graph: streets that people may walk on.
        cells: with inhabitants, inside the boundary; None where no population was given.
        area: study area, a shapely geometry in degrees.
        area_kind: where the study area comes from, such as `boundary` or `union_of_cells`.
        boundary_repaired: how many outlines of the boundary crossed themselves and were mended.
        districts: layer of districts, or None.
        timetables: of the service day, one a feed.
        day: service day; None without timetables.
        weather: of a typical year, or None.
        built_up: what is built up, or None.
        whole_layers: layers that lack a column asked for and count whole, in words.
    """

    request: SpaceRequest
    tables: SpaceTables
    extract: Extract
    graph: StreetGraph
    cells: PopulationCells | None
    area: Shape
    area_kind: str
    boundary_repaired: int
    districts: Areas | None
    timetables: Sequence[Timetable]
    day: dt.date | None
    weather: Weather | None
    built_up: BuiltUp | None
    whole_layers: Sequence[str]

    @property
    def idle_feeds(self) -> list[str]:
        """Timetables without any call on the service day."""
        return [table.feed for table in self.timetables if not len(table.call_stop)]

    @property
    def few_places(self) -> bool:
        """Whether the map holds next to no places: less than one for 5 km of streets."""
        kinds = set(self.tables.destinations.fifteen_minutes) - {"moving"}
        places = sum(len(self.extract.destinations[kind]) for kind in kinds)
        return places < float(self.graph.length_m.sum()) / 5000

    @property
    def districts_numbered(self) -> int:
        """How many districts have numbers for names, as no attribute tells them apart."""
        return len(self.districts.name) if self.districts is not None and self.districts.numbered else 0

    @property
    def reach_m(self) -> Mapping[str, float]:
        """Walking distance to stops by capacity."""
        return self.tables.stops.reach_m

    @cached_property
    def beyond_map(self) -> Bools:
        """Which cells have their centre outside the bounds of the map's streets."""
        assert self.cells is not None
        if not self.graph.segments:
            return np.zeros(len(self.cells), bool)
        west, south, east, north = bounds_of(self.graph)
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
    def usable_nodes(self) -> Ints:
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

    @cached_property
    def quality(self) -> dict[str, Any]:
        """How complete the inputs are, as JSON; inputs that were not given are left out."""
        report: dict[str, Any] = {
            "feeds_without_service": self.idle_feeds,
            "few_places_mapped": self.request.osm is not None and self.few_places,
            "map": _map_quality(self),
            "stops": {
                "from": "layer" if self.request.stops else "osm",
                **{capacity: len(self.extract.stops[capacity]) for capacity in self.reach_m},
            },
            "layers_without_column": self.whole_layers,
            "study_area": self.area_kind,
            "boundary_repaired": self.boundary_repaired,
            "timetables": {
                t.feed: dict(t.findings) | {"stops": len(t.stop), "calls": len(t.call_stop)} for t in self.timetables
            },
            "service_day": str(self.day) if self.day else None,
        }
        if self.built_up is not None:
            report["built_up"] = {"kind": self.built_up.kind, "cells_without_value": self.built_up.missing}
        if self.weather is not None:
            report["weather"] = {
                "kind": self.weather.kind,
                "latitude": self.weather.latitude,
                "longitude": self.weather.longitude,
                "hours": len(self.weather.time),
            }
        return report | _people_quality(self)


def _map_quality(city: City) -> dict[str, Any]:
    graph, usable = city.graph, city.finder.usable
    component = graph.component_length_m if graph.segments else np.zeros(0)
    return {
        "date": city.extract.date,
        **city.extract.signs,
        "street_nodes": graph.nodes,
        "street_segments": graph.segments,
        "street_km": float(graph.length_m.sum() / 1000),
        "connected_parts": len(component),
        "share_in_longest_part": float(component.max() / component.sum()) if component.size else None,
        "islands_km": float(graph.length_m[~usable].sum() / 1000) if graph.segments else 0.0,
    }


def _people_quality(city: City) -> dict[str, Any]:
    report: dict[str, Any] = {}
    if city.cells is not None:
        report["population"] = {
            "kind": city.cells.kind,
            "cells": len(city.cells),
            "persons": float(city.cells.population.sum()),
            **city.cells.findings,
        }
    if city.districts is not None:
        report["districts"] = {"districts_numbered": city.districts_numbered}
    if city.districts is not None and city.cells is not None and len(city.cells):
        times = np.sum(list(city.people.districts.values()), axis=0)
        persons = city.cells.population
        report["districts"] |= {
            "persons_in_none": float(persons[times == 0].sum()),
            "persons_in_several": float(persons[times > 1].sum()),
        }
    return report


def reach_of_stops(extract: Extract, reach_m: Mapping[str, float]) -> Shape:
    """Everything within straight-line reach of a stop, by its capacity; in degrees."""
    return shapely.union_all(
        [
            reach_area(extract.stops[capacity].longitude, extract.stops[capacity].latitude, metres)
            for capacity, metres in reach_m.items()
        ]
    )
