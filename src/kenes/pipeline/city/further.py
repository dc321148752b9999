"""The other spatial indicators of a city: access, open space in reach, structure, neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kenes.indicators.space.access import (
    CYCLING_M_PER_MIN,
    MINUTES,
    WALKING_M_PER_MIN,
    AccessTimes,
    access_to,
    gini,
)
from kenes.indicators.space.geodesy import Floats, lies_in
from kenes.indicators.space.graph import Positions, build_graph
from kenes.indicators.space.measurements import SpatialMeasurement
from kenes.indicators.space.neighbourhoods import Neighbourhoods, neighbourhoods_of, walkability
from kenes.indicators.space.open_space import entrances, sizes_m2
from kenes.indicators.space.origins import Origins
from kenes.indicators.space.reach import distances_to
from kenes.indicators.space.shares import People, population_shares
from kenes.indicators.space.snapping import StreetFinder
from kenes.indicators.space.structure import circuity, crossings, dead_ends, orientation_entropy
from kenes.pipeline.city.city import City
from kenes.pipeline.city.land import (
    land_measurements,
    open_area_measurements,
    share_inside,
    solar_measurements,
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
        real: whether the weights are people.
    """

    origins: Origins
    people: People
    real: bool

    def like(
        self, indicator: str, unit: str = "1", *, flags: tuple[str, ...] = (), **dimensions: str
    ) -> SpatialMeasurement:
        """What measurements from these starting points have in common."""
        about = () if self.real else (_NOT_PEOPLE,)
        return SpatialMeasurement(
            indicator,
            None,
            unit,
            distance="network",
            origin_model=self.origins.model,
            dimensions=dimensions,
            flags=(*about, *flags),
        )

    def shares(
        self, share: Floats, like: SpatialMeasurement, *, missing: str | None = None
    ) -> list[SpatialMeasurement]:
        """Shares for the city and each district; `missing` says why there is none.

        What the map does not hold is not known, never zero.
        """
        found = population_shares(self.people, share, self.origins.unsnapped_share, like)
        if missing:
            found = [replace(m, value=None, reason=missing) for m in found]
        return found if self.real else [replace(m, population=None, unsnapped=None) for m in found]

    def means(self, values: Floats, like: SpatialMeasurement) -> list[SpatialMeasurement]:
        """Means weighted by people over the cells where a value is known, for the city and each district."""
        weights = self.people.population
        found = []
        for name, which in {"": np.ones(len(weights), bool), **self.people.districts}.items():
            known = which & np.isfinite(values)
            total, everybody = float(weights[known].sum()), float(weights[which].sum())
            value = float((weights[known] * values[known]).sum() / total) if total > 0 else None
            coverage = total / everybody if everybody > 0 else None
            found.append(_reached(replace(like, district=name, coverage=coverage), value))
        return found


def _reached(like: SpatialMeasurement, value: float | None) -> SpatialMeasurement:
    return replace(like, value=value, reason=None if value is not None else "nothing_in_reach")


def further_measurements(city: City) -> tuple[list[SpatialMeasurement], dict[str, Floats]]:
    """Everything but SDG 11.2.1, and what the maps show of each cell."""
    found = [_area(city)] if city.area_kind != "reach_of_stops" else []
    land = land_measurements(city.request.land) if city.request.land is not None else []
    if city.request.osm is None:
        return [replace(m, source="layer") for m in found] + land, {}
    shown: dict[str, Floats] = {}
    found += structure_measurements(city) + open_area_measurements(city)
    if city.graph.segments:
        starts = _starts(city)
        for part in (_fifteen_minutes, _near_open_space, _neighbourhoods):
            more, layers = part(city, starts)
            found += more
            shown |= layers if starts.real else {}
    found += land
    if city.request.solar is not None or city.weather is not None:
        found += solar_measurements(city)
    return found, shown


def _area(city: City) -> SpatialMeasurement:
    meter = city.meter
    size = meter.area_m2(meter.prepared(city.area)) / 1e6
    flags = (city.area_kind,) + ((f"plane_area_error_{meter.error:.1e}",) if meter.error > 1e-5 else ())
    return SpatialMeasurement("study_area", size, "km^2", flags=flags)


def _starts(city: City) -> Starts:
    if city.cells is not None and len(city.cells):
        return Starts(city.origins["cell_centre"], city.people, real=True)
    nodes = city.usable_nodes
    graph = city.graph
    nodes = nodes[lies_in(city.area, graph.longitude[nodes], graph.latitude[nodes])]
    lon, lat = (graph.longitude[nodes] + 180) % 360 - 180, graph.latitude[nodes]
    origins = Origins("street_nodes", np.arange(len(nodes)), lon, lat, graph.node_positions.take(nodes), len(nodes))
    inside = {}
    for name, shape in zip(city.districts.name, city.districts.geometry, strict=True) if city.districts else ():
        inside[name] = lies_in(shape, lon, lat)
    return Starts(origins, People(np.ones(len(nodes)), {}, inside), real=False)


def _fifteen_minutes(city: City, starts: Starts) -> tuple[list[SpatialMeasurement], dict[str, Floats]]:
    """Nine kinds of essential places on foot and by bicycle."""
    kinds = tuple(city.tables.destinations.fifteen_minutes)
    walk = access_to(city.graph, _snapped(city, city.finder, kinds), starts.origins.at, WALKING_M_PER_MIN)
    found = _access(starts, walk, "walk")
    ride = _cycling(city, starts, kinds)
    if ride is not None:
        found += _access(starts, ride, "cycle")
    return found, {"kinds_on_foot": walk.reached, "mean_minutes_on_foot": walk.mean_minutes}


def _snapped(city: City, finder: StreetFinder, kinds: tuple[str, ...]) -> dict[str, Positions]:
    places = city.extract.destinations
    return {kind: finder.snap(places[kind].longitude, places[kind].latitude, city.request.snap_m) for kind in kinds}


def _cycling(city: City, starts: Starts, kinds: tuple[str, ...]) -> AccessTimes | None:
    streets = city.extract.streets
    ride = streets.cyclable[streets.way]
    if not ride.any():
        return None
    graph = build_graph(streets.longitude, streets.latitude, streets.start[ride], streets.end[ride])
    finder = StreetFinder(graph)
    at = finder.snap(starts.origins.longitude, starts.origins.latitude, city.request.snap_m)
    return access_to(graph, _snapped(city, finder, kinds), at, CYCLING_M_PER_MIN)


def _access(starts: Starts, access: AccessTimes, mode: str) -> list[SpatialMeasurement]:
    """Access to each kind, to so many kinds, to all, its means, and how unequally it is shared."""
    name, found = f"access_15min_{mode}", list[SpatialMeasurement]()
    for kind, minutes, mapped in zip(access.kinds, access.minutes, access.mapped, strict=True):
        share = starts.origins.share(minutes <= MINUTES)
        found += starts.shares(share, starts.like(name, place_kind=kind), missing=None if mapped else "none_mapped")
    flags = ("kinds_not_mapped",) if 0 in access.mapped else ()
    known = sum(count > 0 for count in access.mapped)
    for least in range(1, len(access.kinds) + 1):
        share = starts.origins.share(access.reached >= least)
        like = starts.like(f"{name}_at_least", flags=flags, kinds=str(least))
        found += starts.shares(share, like, missing=None if least <= known else "kinds_not_mapped")
    share = starts.origins.share(access.reached == len(access.kinds))
    found += starts.shares(share, starts.like(f"{name}_all"), missing="kinds_not_mapped" if flags else None)
    minutes = starts.means(access.mean_minutes, starts.like(f"{name}_mean_minutes", "min", flags=flags))
    kinds = starts.means(access.reached, starts.like(f"{name}_mean_kinds", flags=flags))
    found += [m for pair in zip(minutes, kinds, strict=True) for m in pair]
    weights = starts.people.population
    uneven = gini(weights, access.reached) if weights.sum() > 0 else None
    return [*found, _reached(starts.like(f"{name}_gini", flags=flags), uneven)]


def _near_open_space(city: City, starts: Starts) -> tuple[list[SpatialMeasurement], dict[str, Floats]]:
    """People with an entrance of open space within 400 m, and of a large one within 500 m."""
    table = city.tables.open_space
    doors, owner = entrances(
        city.extract.open_space,
        city.finder,
        table.entrance_every_m,
        table.entrance_street_m,
    )
    near = distances_to(city.graph, doors, table.reach_m).at(starts.origins.at)
    share = starts.origins.share(np.isfinite(near))
    missing = None if len(owner) else "none_mapped"
    found = starts.shares(share, starts.like("open_space_within_400m"), missing=missing)
    large = sizes_m2(city.extract.open_space, city.meter) >= table.large_ha * 1e4
    for size, which in (
        ("any", np.ones(len(owner), bool)),
        ("large", large[owner] if len(owner) else owner > 0),
    ):
        metres = distances_to(city.graph, doors.take(which), DAILY_LIVING_M).at(starts.origins.at)
        like = starts.like("ghsci_open_space_within_500m", size=size)
        found += starts.shares(starts.origins.share(np.isfinite(metres)), like, missing=missing)
    return found, {"open_space_400m": share}


def structure_measurements(city: City) -> list[SpatialMeasurement]:
    """Crossings, dead ends, blocks, directions, detours, and kilometres on foot and by bicycle."""
    graph, area_km2 = city.graph, city.meter.area_m2(city.meter.prepared(city.area)) / 1e6
    found = _network(city, area_km2) if graph.segments and area_km2 > 0 else []
    return [replace(m, reason="no_streets" if m.value is None else None) for m in (*found, *_infrastructure(city))]


def _network(city: City, area_km2: float) -> list[SpatialMeasurement]:
    graph, met = city.graph, crossings(city.graph)
    inside = lies_in(city.area, met.longitude, met.latitude)
    ends = graph.junction[dead_ends(graph)]
    closed = lies_in(city.area, graph.longitude[ends], graph.latitude[ends])
    u = graph.junction[graph.chain_first]
    v = graph.junction[graph.chain_last]
    chains = share_inside(city.area, graph.longitude, graph.latitude, u, v, straight=False)
    segments = share_inside(city.area, graph.longitude, graph.latitude, graph.start, graph.end)
    real = graph.junction[np.flatnonzero(met.cluster >= 0)]
    nodes = int(lies_in(city.area, graph.longitude[real], graph.latitude[real]).sum()) + int(closed.sum())
    blocks = float((chains * graph.chain_length_m).sum() / chains.sum()) if chains.any() else None
    streets_km = float((segments * graph.length_m).sum()) / 1000
    return [
        SpatialMeasurement("intersection_density", float(inside.sum()) / area_km2, "1/km^2"),
        SpatialMeasurement("dead_end_share", float(closed.sum()) / nodes if nodes else None, "1"),
        SpatialMeasurement("block_length_mean", blocks, "m"),
        SpatialMeasurement("orientation_entropy", orientation_entropy(graph, segments), "1"),
        SpatialMeasurement("circuity", circuity(graph, chains), "1"),
        SpatialMeasurement("street_density", streets_km / area_km2, "km/km^2"),
    ]


def _infrastructure(city: City) -> list[SpatialMeasurement]:
    streets = city.extract.streets
    length = street_lengths(city)
    held = share_inside(city.area, streets.longitude, streets.latitude, streets.start, streets.end)
    persons = float(city.cells.population.sum()) if city.cells is not None else 0.0
    found = []
    for name, which in (("pedestrian", streets.pedestrian), ("cycle", streets.cycle)):
        km = float((length * held)[which[streets.way]].sum()) / 1000 if len(length) else 0.0
        found.append(SpatialMeasurement(f"{name}_ways_length", km, "km"))
        if persons > 0:
            rate, unit = km / persons * 1e5, "km/(100000*person)"
            found.append(SpatialMeasurement(f"{name}_ways_per_100k_persons", rate, unit, population=persons))
    return found


def _neighbourhoods(city: City, starts: Starts) -> tuple[list[SpatialMeasurement], dict[str, Floats]]:
    """The set of the Global Healthy and Sustainable City Indicators."""
    found: list[SpatialMeasurement] = []
    near: dict[str, Floats] = {}
    for kind, at in _snapped(city, city.finder, tuple(city.tables.destinations.daily_living)).items():
        share = _within_500m(city, starts, at)
        if at.found.any():
            near[kind] = share
        like = starts.like("ghsci_destination_within_500m", place_kind=kind)
        found += starts.shares(share, like, missing=None if at.found.any() else "none_mapped")
    for (source, headway), stops in stop_sets(city).items():
        lon, lat = (np.concatenate(list(part.values())) for part in (stops.longitude, stops.latitude))
        share = _within_500m(city, starts, city.finder.snap(lon, lat, city.request.snap_m))
        missing = None if source != "osm" or stops.count() else "none_mapped"
        like = replace(starts.like("ghsci_public_transport_within_500m"), source=source, headway_min=headway)
        found += starts.shares(share, like, missing=missing)
        if headway is None and missing is None:
            near["public_transport"] = share  # timetables come after the map and are taken where there are some
    parts = ("fresh_food", "convenience", "public_transport")
    if not starts.real or any(part not in near for part in parts):
        return found, {}
    daily: Floats = np.sum([near[part] for part in parts], axis=0)
    around = _around(city)
    score = walkability(around, daily, starts.people.population)
    for indicator, values, unit in (
        ("ghsci_population_density_1000m", around.persons_per_km2, "person/km^2"),
        ("ghsci_intersection_density_1000m", around.crossings_per_km2, "1/km^2"),
        ("ghsci_daily_living_score", daily, "1"),
        ("ghsci_walkability", score, "1"),
    ):
        found += starts.means(values, starts.like(indicator, unit))
    return found, {"walkability": score}


def _within_500m(city: City, starts: Starts, places: Positions) -> Floats:
    """Share of each cell whose starting points have such a place in the reach of daily living."""
    metres = distances_to(city.graph, places, DAILY_LIVING_M).at(starts.origins.at)
    return starts.origins.share(np.isfinite(metres))


def _around(city: City) -> Neighbourhoods:
    cells = city.cells
    assert cells is not None
    area = sizes_m2(cells.polygon, city.meter) / 1000000.0 if cells.polygon is not None else np.full(len(cells), np.nan)
    return neighbourhoods_of(city.graph, city.origins["cell_centre"].at, cells.population, area, crossings(city.graph))
