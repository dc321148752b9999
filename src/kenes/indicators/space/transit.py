"""SDG 11.2.1: people with a stop of public transport within convenient reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from kenes.catalogue.space_tables import RouteTypes
from kenes.indicators.space.geodesy import Bools, Floats, Ints, points_on_earth
from kenes.indicators.space.graph import StreetGraph
from kenes.indicators.space.origins import Origins
from kenes.indicators.space.reach import DistanceField, distances_to
from kenes.indicators.space.snapping import SNAP_LIMIT_M, NodeFinder, StreetFinder

WINDOW_S = (7 * 3600.0, 19 * 3600.0)


def capacity_of(route_type: Ints, types: RouteTypes) -> list[str]:
    """Capacity (`low`, `high` or `none`) of GTFS route types.

    Args:
        route_type: GTFS codes, shape (call,).
        types: capacity of each.
    """
    known, place = np.unique(route_type, return_inverse=True)
    capacities = [types.capacity_of(code) for code in known.tolist()]
    return [capacities[k] for k in place.tolist()]


def departures(
    stop: Ints,
    seconds: Floats,
    every_s: Floats,
    until_s: Floats,
    stops: int,
    window_s: tuple[float, float] = WINDOW_S,
) -> Floats:
    """Departures at each stop within a window of the service day, repetitions included.

    Args:
        stop: stop of each call, shape (call,).
        seconds: of the call after midnight, NaN where unknown.
        every_s: seconds between repetitions, 0 where the call happens once.
        until_s: end of the repetitions, exclusive.
        stops: number of stops.
        window_s: from (inclusive) and to (exclusive).

    Returns:
        shape (stop,).
    """
    low, high = window_s
    with np.errstate(invalid="ignore", divide="ignore"):
        once = (seconds >= low) & (seconds < high)
        first = np.maximum(0, np.ceil((low - seconds) / every_s))
        stop_before = np.minimum(high, until_s)
        last = np.ceil((stop_before - seconds) / every_s)
        many = np.maximum(0, last - first)
    count = np.where(every_s > 0, np.nan_to_num(many), once)
    return np.bincount(stop, weights=count, minlength=stops).astype(float)


@dataclass(frozen=True)
class StopSet:
    """Stops by capacity.

    Attributes:
        longitude: degrees, by capacity, shape (stop,).
        latitude: degrees, by capacity.
    """

    longitude: Mapping[str, Floats]
    latitude: Mapping[str, Floats]

    def count(self) -> int:
        """Number of stops of all capacities."""
        return sum(len(lon) for lon in self.longitude.values())


class StopReach:
    """Who is served by a set of stops, along the streets or as the crow flies.

    Args:
        stops: the stops.
        graph: the network.
        finder: of the nearest street (or node).
        reach_m: metres by capacity.
        snap_m: metres within which a stop finds its street.
    """

    def __init__(
        self,
        stops: StopSet,
        graph: StreetGraph,
        finder: StreetFinder | NodeFinder,
        reach_m: Mapping[str, float],
        snap_m: float = SNAP_LIMIT_M,
    ) -> None:
        self.reach_m = dict(reach_m)
        self._fields: dict[str, tuple[DistanceField, DistanceField]] = {}
        self._trees: dict[str, cKDTree] = {}
        for capacity, limit in self.reach_m.items():
            lon, lat = stops.longitude[capacity], stops.latitude[capacity]
            at = finder.snap(lon, lat, snap_m)
            self._fields[capacity] = (
                distances_to(graph, at, limit),
                distances_to(graph, at.on_the_street(), limit),
            )
            if len(lon):
                self._trees[capacity] = cKDTree(points_on_earth(lon, lat))

    def network(self, origins: Origins, capacity: str | None = None) -> Bools:
        """Starting points with a stop in reach along the streets.

        The way from the stop to its street counts, except in the model without offsets.
        """
        which = 1 if origins.model == "cell_centre_no_offset" else 0
        wanted = [capacity] if capacity else list(self._fields)
        served: Bools = np.logical_or.reduce([np.isfinite(self._fields[c][which].at(origins.at)) for c in wanted])
        return served

    def straight(self, origins: Origins, capacity: str | None = None) -> Bools:
        """Starting points with a stop in reach as the crow flies."""
        served = np.zeros(len(origins.cell), bool)
        points = points_on_earth(origins.longitude, origins.latitude)
        for name, tree in self._trees.items():
            if len(points) and capacity in (None, name):
                near, _ = tree.query(points, distance_upper_bound=self.reach_m[name] * (1 + 1e-6))
                served |= near <= self.reach_m[name]
        return served
