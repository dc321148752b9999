"""Measures the spatial indicators of one city: the order of the steps, and nothing of their method."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

import kenes
from kenes.catalogue.space import citation_of, space_definitions
from kenes.indicators.space.coverage import reach_area
from kenes.indicators.space.geodesy import AreaMeter, Bools, Floats
from kenes.indicators.space.graph import StreetGraph, build_graph
from kenes.indicators.space.measures import Measure
from kenes.indicators.space.origins import (
    Origins,
    area_origins,
    centre_origins,
    node_origins,
    without_offset,
)
from kenes.indicators.space.shares import People, population_shares, spread_key, with_spread
from kenes.indicators.space.snapping import SNAP_LIMIT_M, StreetFinder
from kenes.indicators.space.transit import StopReach, StopSet, capacity_of, departures
from kenes.pipeline.progress import Progress, Silent
from kenes.sources.areas import Areas, read_areas
from kenes.sources.gtfs import Feed, Timetable, service_day
from kenes.sources.layers import read_features, read_stops
from kenes.sources.openstreetmap import Extract, empty_extract, load_tables, read_extract
from kenes.sources.population import Cells, read_population
from kenes.vocabulary.errors import SourceError

EDITION = "2026"
STEP = "space"
PARTIAL = ("partial", "no_street_network")


@dataclass(frozen=True)
class SpaceRequest:
    """What to measure from which files.

    Attributes:
        osm: map extract; None where there is none, then `stops` are measured along straight lines only.
        gtfs: timetables.
        date: service day; None chooses an ordinary weekday.
        population: grid, points or layer of inhabitants.
        boundary: outline of the city; None takes the union of the cells.
        urban: outline of the built-up city; the boundary is cut by it.
        districts: layer of districts.
        district_column: attribute that names a district.
        place: id of the place.
        tables: folder with tables of tags and modes that replace those shipped.
        parks: a layer of open space to use instead of the map's.
        stops: capacity (empty: by the layer's own columns) and file of stops to use instead of the map's.
        facilities: kind of place and file of places to use instead of the map's.
        where: attribute and value that features of stops and facilities must have, where they have such.
        headways: longest headways that count, minutes.
        snap_m: metres within which a place finds its street.
        crs: plane for areas; None takes geodesic areas.
        solar: settings of the rooftop estimate; None leaves it out.
        land: two years with built-up areas and inhabitants for 11.3.1; None leaves it out.
    """

    osm: Path | None
    gtfs: Sequence[Path] = ()
    date: dt.date | None = None
    population: Path | None = None
    boundary: Path | None = None
    urban: Path | None = None
    districts: Path | None = None
    district_column: str | None = None
    place: str | None = None
    tables: Path | None = None
    parks: Path | None = None
    stops: Sequence[tuple[str, Path]] = ()
    facilities: Sequence[tuple[str, Path]] = ()
    where: Sequence[tuple[str, str]] = ()
    headways: Sequence[float] = (20.0,)
    snap_m: float = SNAP_LIMIT_M
    crs: str | None = None
    solar: Mapping[str, float] | None = None
    land: Path | None = None


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
    quality: dict[str, Any] = field(default_factory=dict)

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
            shapely.prepare(shape)
            held = shapely.contains_xy(shape, self.cells.longitude, self.cells.latitude)
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
    tell = progress or Silent()
    tell.stage("reading", 5)
    tables = load_tables(request.tables)
    tell.step("boundary and districts")
    boundary = read_areas(request.boundary) if request.boundary else None
    outline = _outline(request, boundary)
    districts = read_areas(request.districts, name_column=request.district_column) if request.districts else None
    tell.step("map")
    extract = _extract(request, tables)
    streets = extract.streets
    walk = streets.walkable[streets.way]
    graph = build_graph(streets.longitude, streets.latitude, streets.start[walk], streets.end[walk], streets.way[walk])
    tell.step("population")
    cells = read_population(request.population, outline) if request.population else None
    area, kind = _study_area(outline, cells, graph)
    if area.is_empty and request.stops:
        area, kind = _reach_of_stops(extract, tables), "reach_of_stops"
    city = City(request, tables, extract, graph, cells, area, kind, districts)
    tell.step("timetables")
    if request.gtfs:
        feeds = [Feed(path) for path in request.gtfs]
        near = dt.date.fromisoformat(extract.date) if extract.date else None
        city.day = service_day(feeds, request.date, near)
        city.timetables = [feed.timetable(city.day) for feed in feeds]
    tell.step("quality")
    city.quality = _quality(city, boundary)
    return city


def _extract(request: SpaceRequest, tables: Mapping[str, Any]) -> Extract:
    """The map, with what the city knows better in the place of what the map holds."""
    if request.osm is None and not request.stops:
        raise SourceError(
            "map extract", expected="a map, or a layer of stops", found="neither", mend="Add --osm or --stops."
        )
    extract = (
        empty_extract(tables)
        if request.osm is None
        else read_extract(request.osm, tables, buildings=request.solar is not None)
    )
    if request.parks is not None:
        parks = read_areas(request.parks)
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


def _reach_of_stops(extract: Extract, tables: Mapping[str, Any]) -> Any:
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
        return read_areas(request.urban).union() if request.urban else None
    if request.urban is None:
        return boundary.union()
    # cut in the plane of the areas, so that edges of cells are straight where the area is measured
    urban, whole = read_areas(request.urban), boundary.union()
    west, south, east, north = whole.bounds
    meter = AreaMeter(np.array([west, east]), np.array([south, north]), request.crs)
    return meter.back(meter.prepared(whole).intersection(meter.prepared(urban.union())))


def _study_area(outline: Any, cells: Cells | None, graph: StreetGraph) -> tuple[Any, str]:
    if outline is not None:
        return outline, "boundary"
    if cells is not None and len(cells):
        if cells.polygon is not None:
            return shapely.union_all(cells.polygon), "union_of_cells"
        return shapely.MultiPoint(np.column_stack([cells.longitude, cells.latitude])).convex_hull, "hull_of_points"
    if graph.nodes:
        return shapely.MultiPoint(np.column_stack([graph.longitude, graph.latitude])).convex_hull, "hull_of_streets"
    return shapely.Polygon(), "empty"


def _quality(city: City, boundary: Areas | None) -> dict[str, Any]:
    graph, extract = city.graph, city.extract
    component = graph.component_length_m if graph.segments else np.zeros(0)
    usable = city.finder.usable
    report: dict[str, Any] = {
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
        "study_area": city.area_kind,
        "boundary_repaired": boundary.repaired if boundary else 0,
        "timetables": {
            t.feed: dict(t.findings) | {"stops": len(t.stop), "calls": len(t.call_stop)} for t in city.timetables
        },
        "service_day": str(city.day) if city.day else None,
    }
    if city.cells is not None:
        report["population"] = {
            "kind": city.cells.kind,
            "cells": len(city.cells),
            "persons": float(city.cells.population.sum()),
            **city.cells.findings,
        }
    return report


def stop_sets(city: City) -> dict[tuple[str, float | None], StopSet]:
    """Stops by source and headway condition: the map's, the timetables', the frequent ones."""
    stops = city.extract.stops
    sets: dict[tuple[str, float | None], StopSet] = {
        ("layer" if city.request.stops else "osm", None): StopSet(
            {c: stops[c].longitude for c in city.reach_m}, {c: stops[c].latitude for c in city.reach_m}
        )
    }
    if city.timetables:
        for headway in (None, *city.request.headways):
            parts = [_feed_stops(t, city.tables["stops"]["gtfs"], headway, list(city.reach_m)) for t in city.timetables]
            sets["gtfs", headway] = StopSet(
                {c: np.concatenate([p[c][0] for p in parts]) for c in city.reach_m},
                {c: np.concatenate([p[c][1] for p in parts]) for c in city.reach_m},
            )
    return sets


def _feed_stops(
    table: Timetable, modes: Mapping[str, Any], headway: float | None, capacities: Sequence[str]
) -> dict[str, tuple[Floats, Floats]]:
    """Stops of one feed by capacity: those with a call that day, or with calls often enough."""
    capacity = np.array(capacity_of(table.call_route_type, modes), dtype=np.str_)
    window_min = 12 * 60
    result = {}
    for name in capacities:
        mine = capacity == name
        if headway is None:
            good: Bools = np.bincount(table.call_stop[mine], minlength=len(table.stop)) > 0
        else:
            leaving = departures(
                table.call_stop[mine], table.call_seconds[mine], table.repeat_s[mine],
                table.repeat_until_s[mine], len(table.stop),
            )  # fmt: skip
            good = leaving * headway >= window_min
        result[name] = (table.longitude[good], table.latitude[good])
    return result


def transport_measures(city: City) -> tuple[list[Measure], dict[str, Floats]]:
    """SDG 11.2.1 in all variants, and what the maps show of each cell.

    Without a map only straight lines are left; the values are flagged as partial.
    """
    if city.request.osm is not None:
        return _variants(city)
    measures, _ = _variants(city)
    left = [m for m in measures if m.distance == "straight"] or [
        replace(m, source="layer", distance="straight") for m in measures
    ]
    straight = [replace(m, flags=(*m.flags, *PARTIAL), uncertainty=None, uncertainty_kind=None) for m in left]
    reach = _reach_of_stops(city.extract, city.tables)
    if city.area_kind != "reach_of_stops":
        reach = reach.intersection(city.area)
    covered = city.meter.area_m2(city.meter.prepared(reach)) / 1e6
    about: dict[str, Any] = {"source": "layer", "distance": "straight", "flags": PARTIAL}
    return [*straight, Measure("stop_coverage_area", covered, "km^2", **about)], {}


def _variants(city: City) -> tuple[list[Measure], dict[str, Floats]]:
    if city.cells is None or not len(city.cells):
        reason = "no_population_given" if city.cells is None else "no_population_inside"
        return [Measure("sdg_11_2_1", None, "1", distance="network", reason=reason)], {}
    measures: list[Measure] = []
    shown: dict[str, Floats] = {}
    spread: dict[tuple[object, ...], list[float]] = {}
    strict = StreetFinder(city.graph, city.graph.usable_segments(np.inf)) if city.graph.segments else city.finder
    loose = StreetFinder(city.graph, np.ones(city.graph.segments, bool))
    for (source, headway), stops in stop_sets(city).items():
        reach = StopReach(stops, city.graph, city.finder, city.reach_m, city.request.snap_m)
        unmapped = source == "osm" and not stops.count()
        for model, origins in city.origins.items():
            about: dict[str, Any] = {"source": source, "origin_model": model, "headway_min": headway}
            share = origins.share(reach.network(origins))
            grouped = headway is None and model == "cell_centre"
            measures += population_shares(
                city.people,
                share,
                origins.unsnapped_share,
                "sdg_11_2_1",
                by_group=grouped,
                distance="network",
                **about,
            )
            if model == "cell_centre":
                label = source if headway is None else f"{source}_{headway:g}"
                shown[f"served_{label}"] = share
                measures += _by_capacity(city, reach, origins, about)
            if model != "cell_centre_no_offset":
                starts = np.bincount(origins.cell, minlength=origins.cells)
                measures += population_shares(
                    city.people, origins.share(reach.straight(origins)),
                    (starts == 0).astype(float), "sdg_11_2_1",
                    distance="straight", **about,
                )  # fmt: skip
        if unmapped:  # what the map does not hold is not known, never zero
            mine = [k for k, row in enumerate(measures) if row.source == source]
            for k in mine:
                measures[k] = replace(measures[k], value=None, reason="no_stops_mapped")
            continue
        for finder in (strict, loose):
            other = StopReach(stops, city.graph, finder, city.reach_m, city.request.snap_m)
            centre = centre_origins(city.cells.longitude, city.cells.latitude, finder, city.request.snap_m)
            for row in population_shares(
                city.people, centre.share(other.network(centre)), centre.unsnapped_share, "sdg_11_2_1",
                distance="network", source=source, headway_min=headway, origin_model="cell_centre",
            ):  # fmt: skip
                if row.value is not None:
                    spread.setdefault(spread_key(row), []).append(row.value)
    return with_spread(measures, spread), shown


def _by_capacity(city: City, reach: StopReach, origins: Origins, about: Mapping[str, Any]) -> list[Measure]:
    rows: list[Measure] = []
    for capacity in city.reach_m:
        rows += population_shares(
            city.people, origins.share(reach.network(origins, capacity)), origins.unsnapped_share,
            f"stop_access_{capacity}_capacity", distance="network", **about,
        )  # fmt: skip
    return rows


def measure_space(
    request: SpaceRequest, out: Path, progress: Progress | None = None, observatory: Path | None = None
) -> dict[str, Any]:
    """Measure one city and write its folder whole or not at all.

    Args:
        request: what to measure from which files.
        out: folder to make.
        progress: who wants to know.
        observatory: folder of an observatory that is given the city-wide values too.

    Returns:
        What was written, and the main values.

    Raises:
        kenes.vocabulary.errors.BadInput: an input cannot be used; `out` is then as it was.
    """
    from kenes.pipeline.space_further import further_measures  # noqa: PLC0415 the rest of the indicators
    from kenes.pipeline.space_observatory import add_to_observatory, require_place  # noqa: PLC0415 only with one
    from kenes.pipeline.space_outputs import write_folder  # noqa: PLC0415 writing comes last

    tell = progress or Silent()
    known_as = require_place(observatory, request.place) if observatory else ""
    city = load_city(request, tell)
    tell.stage("measuring", 2)
    tell.step("public transport")
    measures, shown = transport_measures(city)
    tell.step("access, open space, streets")
    more, more_shown = further_measures(city)
    measures += more
    shown |= more_shown
    context, provenance = _context(city)
    rows = [measure.row(context) for measure in measures]
    tell.step("writing")
    write_folder(out, city, rows, shown, provenance)
    added = add_to_observatory(observatory, known_as, rows).plain() if observatory else None
    return {
        "out": str(out),
        "measurements": len(rows),
        "place": context["place"],
        "service_day": str(city.day) if city.day else None,
        "map_date": city.extract.date or None,
        "sdg_11_2_1": {
            f"{m.source}_{m.distance}" + (f"_{m.headway_min:g}" if m.headway_min else ""): m.value
            for m in measures
            if m.indicator == "sdg_11_2_1" and m.origin_model == "cell_centre" and not m.district and not m.dimensions
        },
        "indicators": described({m.indicator for m in measures}),
        "observatory": added,
    }


def described(indicators: Collection[str]) -> list[dict[str, str]]:
    """Name, meaning, unit and citation of measured indicators, in the order of their definitions."""
    return [
        {
            "id": definition.id,
            **{
                f"{kind}_{language}": definition.text(language, kind)
                for kind in ("name", "definition")
                for language in ("en", "tr")
            },
            "unit": definition.unit,
            "citation": citation_of(definition),
        }
        for definition in space_definitions().values()
        if definition.id in indicators
    ]


def _context(city: City) -> tuple[dict[str, str], dict[str, Any]]:
    """Edition, place, periods and provenance of all rows."""
    request = city.request
    parameters = {
        "service_day": str(city.day) if city.day else None,
        "window": "07:00-19:00",
        "reach_m": dict(city.reach_m),
        "tables": {n: hashlib.sha256(repr(t).encode()).hexdigest()[:16] for n, t in city.tables.items()},
        "study_area": city.area_kind,
    }
    record = provenance_of(request) | {"parameters": parameters}
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    identity = hashlib.sha256(text.encode()).hexdigest()[:16]
    named = request.boundary or request.osm or request.stops[0][1]
    stem = named.name.split(".")[0]
    day = city.extract.date or (str(request.date) if request.date and request.osm is None else "")
    context = {
        "edition": EDITION,
        "place": request.place or stem,
        "provenance": identity,
        "osm": _day_period(day),
        "gtfs": _day_period(str(city.day) if city.day else ""),
    }
    return context, {"provenance": identity} | record


def provenance_of(request: SpaceRequest) -> dict[str, Any]:
    """What a request stands on: step, version, hashes of the files, and what was asked for."""
    roles = ("osm", "population", "boundary", "urban", "districts", "parks", "land", "tables")
    files = {role: getattr(request, role) for role in roles if getattr(request, role) is not None}
    for role, layers in (("stops", request.stops), ("facilities", request.facilities)):
        files |= {f"{role}{k}{':' if name else ''}{name}": path for k, (name, path) in enumerate(layers, 1)}
    files |= {f"gtfs{k}": feed for k, feed in enumerate(request.gtfs, 1)}
    for role, path in files.items():
        if not path.exists():
            raise SourceError(role, expected="a file", found="none", where=str(path))
    asked = {
        "date": str(request.date) if request.date else None,
        "place": request.place,
        "district_column": request.district_column,
        "headways_min": [float(h) for h in request.headways],
        "snap_m": float(request.snap_m),
        "crs": request.crs,
        "where": [list(pair) for pair in request.where],
        "solar": dict(request.solar) if request.solar else None,
    }
    inputs = {f"{role}/{path.name}": _digest(path) for role, path in sorted(files.items())}
    return {"step": STEP, "version": kenes.__version__, "inputs": inputs, "request": asked}


def _day_period(day: str) -> str:
    if not day:
        return ""
    after = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    return f"{day}T00:00:00Z/{after}T00:00:00Z"


def _digest(path: Path) -> str:
    if path.is_dir():
        return hashlib.sha256(b"".join(_digest(p).encode() for p in sorted(path.iterdir()) if p.is_file())).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
