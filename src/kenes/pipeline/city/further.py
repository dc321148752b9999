"""The other spatial indicators of a city: access, open space in reach, structure, neighbourhoods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from kenes.indicators.space.access import (
    CYCLING_M_PER_MIN,
    MINUTES,
    WALKING_M_PER_MIN,
    Access,
    access_to,
    gini,
)
from kenes.indicators.space.geodesy import Floats, lies_in
from kenes.indicators.space.graph import Positions, build_graph
from kenes.indicators.space.measures import Measure
from kenes.indicators.space.neighbourhoods import Neighbourhoods, neighbourhoods_of, walkability
from kenes.indicators.space.open_space import entrances, sizes_m2
from kenes.indicators.space.origins import Origins
from kenes.indicators.space.reach import distances_to
from kenes.indicators.space.shares import People, population_shares
from kenes.indicators.space.snapping import StreetFinder
from kenes.indicators.space.structure import circuity, crossings, dead_ends, orientation_entropy
from kenes.pipeline.city.city import City
from kenes.pipeline.city.land import (
    land_measures,
    open_area_measures,
    share_inside,
    solar_measures,
    street_lengths,
)
from kenes.pipeline.city.transport import stop_sets

DAILY_LIVING_M = 500.0
_NOT_PEOPLE = "street_nodes_not_people"


@dataclass(frozen=True)
class Starts:
    """Who starts where: inhabitants of cells or, without a grid, the street nodes of the area.

    Attributes:
        origins: starting points.
        people: weights of the cells, which are the nodes where there is no grid.
        about: fields of every measure.
        real: whether the weights are people.
    """

    origins: Origins
    people: People
    about: Mapping[str, Any]
    real: bool

    def measures(self, share: Floats, indicator: str, **about: Any) -> list[Measure]:
        """Shares for the city and each district; `missing` says why there is none.

        What the map does not hold is not known, never zero.
        """
        flags = (*self.about["flags"], *about.pop("flags", ()))
        missing = about.pop("missing", None)
        rows = population_shares(
            self.people,
            share,
            self.origins.unsnapped_share,
            indicator,
            **{**self.about, **about, "flags": flags},
        )
        if missing:
            rows = [replace(row, value=None, reason=missing) for row in rows]
        return rows if self.real else [replace(row, population=None, unsnapped=None) for row in rows]


def further_measures(city: City) -> tuple[list[Measure], dict[str, Floats]]:
    """Everything but SDG 11.2.1, and what the maps show of each cell."""
    measures = [_area(city)] if city.area_kind != "reach_of_stops" else []
    if city.request.osm is None:
        measures = [replace(row, source="layer") for row in measures]
        return measures + (land_measures(city) if city.request.land is not None else []), {}
    shown: dict[str, Floats] = {}
    measures += structure_measures(city) + open_area_measures(city)
    if city.graph.segments:
        starts = _starts(city)
        for part in (_fifteen_minutes, _near_open_space, _neighbourhoods):
            rows, layers = part(city, starts)
            measures += rows
            shown |= layers if starts.real else {}
    if city.request.land is not None:
        measures += land_measures(city)
    if city.request.solar is not None or city.weather is not None:
        measures += solar_measures(city)
    return measures, shown


def _area(city: City) -> Measure:
    meter = city.meter
    size = meter.area_m2(meter.prepared(city.area)) / 1e6
    flags = (city.area_kind,) + ((f"plane_area_error_{meter.error:.1e}",) if meter.error > 1e-5 else ())
    return Measure("study_area", size, "km^2", flags=flags)


def _starts(city: City) -> Starts:
    if city.cells is not None and len(city.cells):
        about = {"origin_model": "cell_centre", "distance": "network", "flags": ()}
        return Starts(city.origins["cell_centre"], city.people, about, True)
    nodes = city.usable_nodes
    graph = city.graph
    nodes = nodes[lies_in(city.area, graph.longitude[nodes], graph.latitude[nodes])]
    lon, lat = (graph.longitude[nodes] + 180) % 360 - 180, graph.latitude[nodes]
    origins = Origins("street_nodes", np.arange(len(nodes)), lon, lat, graph.node_positions.take(nodes), len(nodes))
    inside = {}
    for name, shape in zip(city.districts.name, city.districts.geometry, strict=True) if city.districts else ():
        inside[name] = shapely.contains_xy(shape, lon, lat)
    about = {"origin_model": "street_nodes", "distance": "network", "flags": (_NOT_PEOPLE,)}
    return Starts(origins, People(np.ones(len(nodes)), {}, inside), about, False)


def _fifteen_minutes(city: City, starts: Starts) -> tuple[list[Measure], dict[str, Floats]]:
    """Nine kinds of essential places on foot and by bicycle."""
    kinds = tuple(city.tables["destinations"]["fifteen_minutes"])
    walk = access_to(city.graph, _snapped(city, city.finder, kinds), starts.origins.at, WALKING_M_PER_MIN)
    rows = _access_rows(starts, walk, "walk")
    ride = _cycling(city, starts, kinds)
    if ride is not None:
        rows += _access_rows(starts, ride, "cycle")
    return rows, {"kinds_on_foot": walk.reached, "mean_minutes_on_foot": walk.mean_minutes}


def _snapped(city: City, finder: StreetFinder, kinds: tuple[str, ...]) -> dict[str, Positions]:
    places = city.extract.destinations
    return {kind: finder.snap(places[kind].longitude, places[kind].latitude, city.request.snap_m) for kind in kinds}


def _cycling(city: City, starts: Starts, kinds: tuple[str, ...]) -> Access | None:
    streets = city.extract.streets
    ride = streets.cyclable[streets.way]
    if not ride.any():
        return None
    graph = build_graph(streets.longitude, streets.latitude, streets.start[ride], streets.end[ride])
    finder = StreetFinder(graph)
    at = finder.snap(starts.origins.longitude, starts.origins.latitude, city.request.snap_m)
    return access_to(graph, _snapped(city, finder, kinds), at, CYCLING_M_PER_MIN)


def _access_rows(starts: Starts, access: Access, mode: str) -> list[Measure]:
    rows: list[Measure] = []
    for kind, minutes, mapped in zip(access.kinds, access.minutes, access.mapped, strict=True):
        rows += starts.measures(
            starts.origins.share(minutes <= MINUTES), f"access_15min_{mode}", dimensions={"place_kind": kind},
            missing=None if mapped else "none_mapped",
        )  # fmt: skip
    missing = ("kinds_not_mapped",) if 0 in access.mapped else ()
    known = sum(count > 0 for count in access.mapped)
    for least in range(1, len(access.kinds) + 1):
        name, dimensions = f"access_15min_{mode}_at_least", {"kinds": str(least)}
        rows += starts.measures(
            starts.origins.share(access.reached >= least), name, dimensions=dimensions, flags=missing,
            missing=None if least <= known else "kinds_not_mapped",
        )  # fmt: skip
    rows += starts.measures(
        starts.origins.share(access.reached == len(access.kinds)), f"access_15min_{mode}_all",
        missing="kinds_not_mapped" if missing else None,
    )  # fmt: skip
    return rows + _means(starts, access, mode, missing)


def _means(starts: Starts, access: Access, mode: str, flags: tuple[str, ...]) -> list[Measure]:
    """Mean minutes and mean number of kinds, by people; and how unequally the number is shared."""
    rows = []
    minutes, weights = access.mean_minutes, starts.people.population
    for name, cells in {"": np.ones(len(weights), bool), **starts.people.districts}.items():
        for indicator, values, unit in (
            (f"access_15min_{mode}_mean_minutes", minutes, "min"),
            (f"access_15min_{mode}_mean_kinds", access.reached, "1"),
        ):
            known = cells & np.isfinite(values)
            total, all_weights = float(weights[known].sum()), float(weights[cells].sum())
            value = float((weights[known] * values[known]).sum() / total) if total > 0 else None
            rows.append(
                _plain(
                    starts,
                    indicator,
                    value,
                    unit,
                    name,
                    flags,
                    total / all_weights if all_weights > 0 else None,
                )
            )
    uneven = gini(weights, access.reached) if weights.sum() > 0 else None
    return [*rows, _plain(starts, f"access_15min_{mode}_gini", uneven, "1", "", flags, None)]


def _plain(
    starts: Starts, indicator: str, value: float | None, unit: str, district: str, flags: tuple[str, ...],
    coverage: float | None,
) -> Measure:  # fmt: skip
    about = {**starts.about, "flags": (*starts.about["flags"], *flags)}
    reason = None if value is not None else "nothing_in_reach"
    return Measure(indicator, value, unit, district=district, coverage=coverage, reason=reason, **about)


def _near_open_space(city: City, starts: Starts) -> tuple[list[Measure], dict[str, Floats]]:
    """People with an entrance of open space within 400 m, and of a large one within 500 m."""
    table = city.tables["open_space"]
    doors, owner = entrances(
        city.extract.open_space,
        city.finder,
        float(table["entrance_every_m"]),
        float(table["entrance_street_m"]),
    )
    near = distances_to(city.graph, doors, float(table["reach_m"])).at(starts.origins.at)
    share = starts.origins.share(np.isfinite(near))
    missing = None if len(owner) else "none_mapped"
    rows = starts.measures(share, "open_space_within_400m", missing=missing)
    large = sizes_m2(city.extract.open_space, city.meter) >= float(table["large_ha"]) * 1e4
    for name, which in (
        ("any", np.ones(len(owner), bool)),
        ("large", large[owner] if len(owner) else owner > 0),
    ):
        metres = distances_to(city.graph, doors.take(which), DAILY_LIVING_M).at(starts.origins.at)
        rows += starts.measures(
            starts.origins.share(np.isfinite(metres)), "ghsci_open_space_within_500m",
            dimensions={"size": name}, missing=missing,
        )  # fmt: skip
    return rows, {"open_space_400m": share}


def structure_measures(city: City) -> list[Measure]:
    """Crossings, dead ends, blocks, directions, detours, and kilometres on foot and by bicycle."""
    graph, area_km2 = city.graph, city.meter.area_m2(city.meter.prepared(city.area)) / 1e6
    rows = []
    if graph.segments and area_km2 > 0:
        met = crossings(graph)
        found = lies_in(city.area, met.longitude, met.latitude)
        ends = graph.junction[dead_ends(graph)]
        closed = lies_in(city.area, graph.longitude[ends], graph.latitude[ends])
        u = graph.junction[graph.chain_first]
        v = graph.junction[graph.chain_last]
        chains = share_inside(city.area, graph.longitude, graph.latitude, u, v, straight=False)
        segments = share_inside(city.area, graph.longitude, graph.latitude, graph.start, graph.end)
        real = graph.junction[np.flatnonzero(met.cluster >= 0)]
        nodes = int(lies_in(city.area, graph.longitude[real], graph.latitude[real]).sum()) + int(closed.sum())
        blocks = float((chains * graph.chain_length_m).sum() / chains.sum()) if chains.any() else None
        rows += [
            Measure("intersection_density", float(found.sum()) / area_km2, "1/km^2"),
            Measure("dead_end_share", float(closed.sum()) / nodes if nodes else None, "1"),
            Measure("block_length_mean", blocks, "m"),
            Measure("orientation_entropy", orientation_entropy(graph, segments), "1"),
            Measure("circuity", circuity(graph, chains), "1"),
            Measure("street_density", float((segments * graph.length_m).sum()) / 1000 / area_km2, "km/km^2"),
        ]
    rows += _infrastructure(city)
    return [replace(row, reason="no_streets" if row.value is None else None) for row in rows]


def _infrastructure(city: City) -> list[Measure]:
    streets = city.extract.streets
    length = street_lengths(city)
    held = share_inside(city.area, streets.longitude, streets.latitude, streets.start, streets.end)
    persons = float(city.cells.population.sum()) if city.cells is not None else 0.0
    rows = []
    for name, which in (("pedestrian", streets.pedestrian), ("cycle", streets.cycle)):
        km = float((length * held)[which[streets.way]].sum()) / 1000 if len(length) else 0.0
        rows.append(Measure(f"{name}_ways_length", km, "km"))
        if persons > 0:
            rows.append(
                Measure(f"{name}_ways_per_100k_persons", km / persons * 1e5, "km/(100000*person)", population=persons)
            )
    return rows


def _neighbourhoods(city: City, starts: Starts) -> tuple[list[Measure], dict[str, Floats]]:
    """The set of the Global Healthy and Sustainable City Indicators."""
    rows: list[Measure] = []
    near: dict[str, Floats] = {}
    for kind, at in _snapped(city, city.finder, tuple(city.tables["destinations"]["daily_living"])).items():
        metres = distances_to(city.graph, at, DAILY_LIVING_M).at(starts.origins.at)
        share = starts.origins.share(np.isfinite(metres))
        if at.found.any():
            near[kind] = share
        rows += starts.measures(
            share, "ghsci_destination_within_500m", dimensions={"place_kind": kind},
            missing=None if at.found.any() else "none_mapped",
        )  # fmt: skip
    for (source, headway), stops in stop_sets(city).items():
        lon, lat = (np.concatenate(list(part.values())) for part in (stops.longitude, stops.latitude))
        at = city.finder.snap(lon, lat, city.request.snap_m)
        share = starts.origins.share(np.isfinite(distances_to(city.graph, at, DAILY_LIVING_M).at(starts.origins.at)))
        missing = None if source != "osm" or stops.count() else "none_mapped"
        rows += starts.measures(
            share, "ghsci_public_transport_within_500m", source=source, headway_min=headway, missing=missing
        )
        if headway is None and missing is None:
            near["public_transport"] = share  # timetables come after the map and are taken where there are some
    parts = ("fresh_food", "convenience", "public_transport")
    if not starts.real or any(part not in near for part in parts):
        return rows, {}
    daily = np.sum([near[part] for part in parts], axis=0)
    around = _around(city)
    score = walkability(around, daily, starts.people.population)
    for indicator, values, unit in (
        ("ghsci_population_density_1000m", around.persons_per_km2, "person/km^2"),
        ("ghsci_intersection_density_1000m", around.crossings_per_km2, "1/km^2"),
        ("ghsci_daily_living_score", daily, "1"),
        ("ghsci_walkability", score, "1"),
    ):
        rows += _by_people(starts, indicator, values, unit)
    return rows, {"walkability": score}


def _around(city: City) -> Neighbourhoods:
    cells = city.cells
    assert cells is not None
    area = sizes_m2(cells.polygon, city.meter) / 1000000.0 if cells.polygon is not None else np.full(len(cells), np.nan)
    return neighbourhoods_of(city.graph, city.origins["cell_centre"].at, cells.population, area, crossings(city.graph))


def _by_people(starts: Starts, indicator: str, values: Floats, unit: str) -> list[Measure]:
    """Means weighted by people, for the city and each district."""
    rows = []
    weights = starts.people.population
    for name, which in {"": np.ones(len(weights), bool), **starts.people.districts}.items():
        known = which & np.isfinite(values)
        total, everybody = float(weights[known].sum()), float(weights[which].sum())
        value = float((weights[known] * values[known]).sum() / total) if total > 0 else None
        rows.append(_plain(starts, indicator, value, unit, name, (), total / everybody if everybody > 0 else None))
    return rows
