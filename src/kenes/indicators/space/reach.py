"""Distances along the network from many places to the nearest of a set of destinations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kenes.indicators.space.geodesy import Bools, Floats, Ints
from kenes.indicators.space.graph import Positions, StreetGraph
from kenes.indicators.space.packed import Junctions, Places


@dataclass(frozen=True)
class DistanceField:
    """What is known after one search: distances at junctions, destinations on their chains.

    Attributes:
        graph: the network.
        junction_m: metres from each junction, infinite beyond the limit.
        rows: where the destinations of each chain begin, shape (chain + 1,).
        offset_m: metres from the start of the chain, sorted by chain.
        extra_m: metres between the destination and the street.
        limit_m: metres searched.
    """

    graph: StreetGraph
    junction_m: Floats
    rows: Ints
    offset_m: Floats
    extra_m: Floats
    limit_m: float

    def at(self, places: Positions) -> Floats:
        """Metres from places to the nearest destination, their own way to the street included.

        Args:
            places: positions on the same network.

        Returns:
            shape (place,), infinite where nothing is in reach.
        """
        from kenes.indicators.space.kernels import along  # noqa: PLC0415 compiled code loads late

        g = self.graph
        total = (
            along(
                places.chain,
                places.offset_m,
                g.chain_first,
                g.chain_last,
                g.chain_length_m,
                self.junction_m,
                self.rows,
                self.offset_m,
                self.extra_m,
            )
            + places.away_m
        )
        return np.where(total <= self.limit_m, total, np.inf)


def distances_to(graph: StreetGraph, destinations: Positions, limit_m: float = np.inf) -> DistanceField:
    """One search from all destinations of a kind at once.

    Streets are walked in both directions. The way from a destination to its street
    (`away_m`) counts; pass `destinations.on_the_street()` to leave it out.

    Args:
        graph: the network.
        destinations: their positions; those without a street are left out.
        limit_m: metres; what is further is infinite.

    Source:
        Dijkstra, A note on two problems in connexion with graphs, Numerische Mathematik 1 (1959).
    """
    from kenes.indicators.space.kernels import spread  # noqa: PLC0415 compiled code loads late

    there = destinations.take(destinations.found)
    order = np.argsort(there.chain, kind="stable")
    chain, offset, extra = there.chain[order], there.offset_m[order], there.away_m[order]
    rows = np.concatenate([[0], np.cumsum(np.bincount(chain, minlength=len(graph.chain_first)))])
    seeds = np.concatenate([graph.chain_first[chain], graph.chain_last[chain]])
    gone = np.concatenate([extra + offset, extra + graph.chain_length_m[chain] - offset])
    indptr, neighbour, weight, _ = graph.rows
    at_junctions = spread(indptr, neighbour, weight, seeds, gone, float(limit_m))
    return DistanceField(graph, at_junctions, rows.astype(np.int64), offset, extra, float(limit_m))


@dataclass(frozen=True)
class NeighbourhoodSums:
    """Sums within a walking distance of each origin.

    Attributes:
        at_junctions: sums of what lies at junctions, shape (origin, value).
        at_places: sums of what lies along streets, shape (origin, value).
    """

    at_junctions: Floats
    at_places: Floats


def neighbourhood_sums(
    graph: StreetGraph,
    origins: Ints,
    limit_m: float,
    *,
    junction_values: Floats,
    places: Positions,
    place_values: Floats,
    lanes: int = 2,
) -> NeighbourhoodSums:
    """What lies within a walking distance of junctions, by bounded searches in parallel.

    Args:
        graph: the network.
        origins: junctions, shape (origin,).
        limit_m: metres.
        junction_values: shape (junction, value).
        places: positions of what lies along streets, without their own way to it.
        place_values: shape (place, value).
        lanes: parallel workers.
    """
    from kenes.indicators.space.kernels import neighbourhoods  # noqa: PLC0415 compiled code loads late

    found: Bools = places.found
    order = np.argsort(places.chain[found], kind="stable")
    chain = places.chain[found][order]
    rows = np.concatenate([[0], np.cumsum(np.bincount(chain, minlength=len(graph.chain_first)))])
    indptr, neighbour, weight, edge_chain = graph.rows
    streets = Junctions(indptr, neighbour, weight, edge_chain, graph.chain_last, graph.chain_length_m)
    along = Places(rows.astype(np.int64), places.offset_m[found][order], np.asarray(place_values, float)[found][order])
    values = np.asarray(junction_values, float)
    sums = neighbourhoods(np.asarray(origins, np.int64), streets, float(limit_m), values, along, lanes)
    return NeighbourhoodSums(*sums)
