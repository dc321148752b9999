"""SDG 11.2.1 of one city in all variants: stops by source and headway, origin models, snapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kenes.indicators.space.geodesy import Bools, Floats
from kenes.indicators.space.measures import Measure
from kenes.indicators.space.origins import Origins, centre_origins
from kenes.indicators.space.shares import population_shares, spread_key, with_spread
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
    reach = reach_of_stops(city.extract, city.tables)
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
    others = (strict, loose, NodeFinder(city.graph, city.usable_nodes))
    idle = ("feeds_without_service",) if city.idle_feeds else ()
    for (source, headway), stops in stop_sets(city).items():
        reach = StopReach(stops, city.graph, city.finder, city.reach_m, city.request.snap_m)
        unmapped = source == "osm" and not stops.count()
        for model, origins in city.origins.items():
            about: dict[str, Any] = {"source": source, "origin_model": model, "headway_min": headway}
            about["flags"] = idle if source == "gtfs" else ()
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
                measures += _straight(city, origins, origins.share(reach.straight(origins)), about)
        if unmapped:  # what the map does not hold is not known, never zero
            mine = [k for k, row in enumerate(measures) if row.source == source]
            for k in mine:
                measures[k] = replace(measures[k], value=None, reason="no_stops_mapped")
            continue
        for finder in others:
            other = StopReach(stops, city.graph, finder, city.reach_m, city.request.snap_m)
            centre = centre_origins(city.cells.longitude, city.cells.latitude, finder, city.request.snap_m)
            for row in population_shares(
                city.people, centre.share(other.network(centre)), centre.unsnapped_share, "sdg_11_2_1",
                distance="network", source=source, headway_min=headway, origin_model="cell_centre",
            ):  # fmt: skip
                if row.value is not None:
                    spread.setdefault(spread_key(row), []).append(row.value)
    return with_spread(measures, spread), shown


def _straight(city: City, origins: Origins, share: Floats, about: Mapping[str, Any]) -> list[Measure]:
    """Shares by straight lines; of people who all live beyond the map its stops tell nothing."""
    idle = np.bincount(origins.cell, minlength=origins.cells) == 0
    rows = population_shares(city.people, share, idle.astype(float), "sdg_11_2_1", distance="straight", **about)
    if about["source"] != "osm" or not city.beyond_map.any():
        return rows
    unknown = (idle | city.beyond_map).astype(float)
    known = population_shares(city.people, share, unknown, "sdg_11_2_1", distance="straight", **about)
    return [other if other.reason == "no_street_in_reach" else row for row, other in zip(rows, known, strict=True)]


def _by_capacity(city: City, reach: StopReach, origins: Origins, about: Mapping[str, Any]) -> list[Measure]:
    rows: list[Measure] = []
    for capacity in city.reach_m:
        rows += population_shares(
            city.people, origins.share(reach.network(origins, capacity)), origins.unsnapped_share,
            f"stop_access_{capacity}_capacity", distance="network", **about,
        )  # fmt: skip
    return rows
