"""SDG 11.2.1 of one city in all variants: stops by source and headway, origin models, snapping."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from kenes.catalogue.space_tables import RouteTypes
from kenes.indicators.space.geodesy import Bools, Floats
from kenes.indicators.space.measurements import SpatialMeasurement
from kenes.indicators.space.origins import Origins, centre_origins
from kenes.indicators.space.shares import SpreadKey, population_shares, spread_key, with_spread
from kenes.indicators.space.snapping import NodeFinder, StreetFinder
from kenes.indicators.space.transit import StopReach, StopSet, capacity_of, departures
from kenes.pipeline.city.city import City, reach_of_stops
from kenes.sources.city.gtfs import Timetable

PARTIAL = ("partial", "no_street_network")


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
            parts = [_feed_stops(t, city.tables.stops.gtfs, headway, city.reach_m.keys()) for t in city.timetables]
            sets["gtfs", headway] = StopSet(
                {c: np.concatenate([p[c][0] for p in parts]) for c in city.reach_m},
                {c: np.concatenate([p[c][1] for p in parts]) for c in city.reach_m},
            )
    return sets


def _feed_stops(
    table: Timetable, types: RouteTypes, headway: float | None, capacities: Collection[str]
) -> dict[str, tuple[Floats, Floats]]:
    """Stops of one feed by capacity: those with a call that day, or with calls often enough."""
    capacity = np.array(capacity_of(table.call_route_type, types), dtype=np.str_)
    window_min = 12 * 60
    result = {}
    for name in capacities:
        mine = capacity == name
        if headway is None:
            good: Bools = np.bincount(table.call_stop[mine], minlength=len(table.stop)) > 0
        else:
            leaving = departures(
                table.call_stop[mine],
                table.call_seconds[mine],
                table.repeat_s[mine],
                table.repeat_until_s[mine],
                len(table.stop),
            )
            good = leaving * headway >= window_min
        result[name] = (table.longitude[good], table.latitude[good])
    return result


def transport_measurements(city: City) -> tuple[list[SpatialMeasurement], dict[str, Floats]]:
    """SDG 11.2.1 in all variants, and what the maps show of each cell.

    Without a map only straight lines are left; the values are flagged as partial.
    """
    if city.request.osm is not None:
        return _variants(city)
    every, _ = _variants(city)
    left = [m for m in every if m.distance == "straight"] or [
        replace(m, source="layer", distance="straight") for m in every
    ]
    straight = [replace(m, flags=(*m.flags, *PARTIAL), uncertainty=None, uncertainty_kind=None) for m in left]
    reach = reach_of_stops(city.extract, city.reach_m)
    if city.area_kind != "reach_of_stops":
        reach = reach.intersection(city.area)
    covered = city.meter.area_m2(city.meter.prepared(reach)) / 1e6
    area = SpatialMeasurement("stop_coverage_area", covered, "km^2", source="layer", distance="straight", flags=PARTIAL)
    return [*straight, area], {}


def _variants(city: City) -> tuple[list[SpatialMeasurement], dict[str, Floats]]:
    if city.cells is None or not len(city.cells):
        reason = "no_population_given" if city.cells is None else "no_population_inside"
        return [SpatialMeasurement("sdg_11_2_1", None, "1", distance="network", reason=reason)], {}
    found: list[SpatialMeasurement] = []
    shown: dict[str, Floats] = {}
    spread: dict[SpreadKey, list[float]] = {}
    finders = _other_finders(city)
    idle = ("feeds_without_service",) if city.idle_feeds else ()
    for (source, headway), stops in stop_sets(city).items():
        reach = StopReach(stops, city.graph, city.finder, city.reach_m, city.request.snap_m)
        flags = idle if source == "gtfs" else ()
        like = SpatialMeasurement("sdg_11_2_1", None, "1", source, "network", headway_min=headway, flags=flags)
        mine: list[SpatialMeasurement] = []
        for model, origins in city.origins.items():
            mine += _of_model(city, reach, origins, replace(like, origin_model=model))
        label = source if headway is None else f"{source}_{headway:g}"
        centre = city.origins["cell_centre"]
        shown[f"served_{label}"] = centre.share(reach.network(centre))
        if source == "osm" and not stops.count():  # what the map does not hold is not known, never zero
            found += [replace(m, value=None, reason="no_stops_mapped") for m in mine]
            continue
        found += mine
        for m in _otherwise_snapped(city, stops, finders, replace(like, origin_model="cell_centre")):
            if m.value is not None:
                spread.setdefault(spread_key(m), []).append(m.value)
    return with_spread(found, spread), shown


def _of_model(city: City, reach: StopReach, origins: Origins, like: SpatialMeasurement) -> list[SpatialMeasurement]:
    """Shares of one set of stops and one origin model, along the streets and as the crow flies."""
    people, unsnapped = city.people, origins.unsnapped_share
    centre = origins.model == "cell_centre"
    share = origins.share(reach.network(origins))
    found = population_shares(people, share, unsnapped, like, by_group=centre and like.headway_min is None)
    for capacity in city.reach_m if centre else ():
        share = origins.share(reach.network(origins, capacity))
        found += population_shares(
            people, share, unsnapped, replace(like, indicator=f"stop_access_{capacity}_capacity")
        )
    if origins.model != "cell_centre_no_offset":
        found += _straight(city, origins, origins.share(reach.straight(origins)), replace(like, distance="straight"))
    return found


def _straight(city: City, origins: Origins, share: Floats, like: SpatialMeasurement) -> list[SpatialMeasurement]:
    """Shares by straight lines; of people who all live beyond the map its stops tell nothing."""
    idle = np.bincount(origins.cell, minlength=origins.cells) == 0
    every = population_shares(city.people, share, idle.astype(float), like)
    if like.source != "osm" or not city.beyond_map.any():
        return every
    unknown = (idle | city.beyond_map).astype(float)
    known = population_shares(city.people, share, unknown, like)
    return [other if other.reason == "no_street_in_reach" else m for m, other in zip(every, known, strict=True)]


def _other_finders(city: City) -> tuple[StreetFinder | NodeFinder, ...]:
    """Other ways of snapping: to the longest connected part, to every street, to nodes."""
    graph = city.graph
    strict = StreetFinder(graph, graph.usable_segments(np.inf)) if graph.segments else city.finder
    loose = StreetFinder(graph, np.ones(graph.segments, bool))
    return strict, loose, NodeFinder(graph, city.usable_nodes)


def _otherwise_snapped(
    city: City, stops: StopSet, finders: Sequence[StreetFinder | NodeFinder], like: SpatialMeasurement
) -> Iterator[SpatialMeasurement]:
    """Shares from the centres of the cells under other ways of snapping."""
    assert city.cells is not None
    for finder in finders:
        reach = StopReach(stops, city.graph, finder, city.reach_m, city.request.snap_m)
        centre = centre_origins(city.cells.longitude, city.cells.latitude, finder, city.request.snap_m)
        yield from population_shares(city.people, centre.share(reach.network(centre)), centre.unsnapped_share, like)
