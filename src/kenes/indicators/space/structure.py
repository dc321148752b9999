"""The structure of a street network: crossings, dead ends, blocks, directions, detours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from kenes.indicators.space.geodesy import Floats, Ints, lengths_m, metres_per_degree, points_on_earth
from kenes.indicators.space.graph import StreetGraph

MERGE_M = 12.0
BINS = 36


@dataclass(frozen=True)
class Crossings:
    """Crossings after merging those that belong together.

    Attributes:
        longitude: degrees, shape (crossing,).
        latitude: degrees.
        cluster: crossing of each junction, -1 where it is none; shape (junction,).
    """

    longitude: Floats
    latitude: Floats
    cluster: Ints


def crossings(graph: StreetGraph, merge_m: float = MERGE_M) -> Crossings:
    """Junctions of three and more streets, merged where their circles of `merge_m` overlap.

    Args:
        graph: the network.
        merge_m: radius of the circles; crossings up to twice as far apart become one, and so do
            chains of them.

    Source:
        The convention of `consolidate_intersections` in OSMnx (Boeing 2017), which the Global
        Healthy and Sustainable City Indicators use with 12 m.
    """
    degree = np.bincount(np.concatenate([graph.chain_first, graph.chain_last]), minlength=len(graph.junction))
    real = np.flatnonzero(degree >= 3)
    lon, lat = graph.longitude[graph.junction[real]], graph.latitude[graph.junction[real]]
    cluster = np.full(len(graph.junction), -1, np.int64)
    if not len(real):
        return Crossings(np.zeros(0), np.zeros(0), cluster)
    pairs = cKDTree(points_on_earth(lon, lat)).query_pairs(2 * merge_m, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(real), len(real)))
    count, label = connected_components(links, directed=False)
    cluster[real] = label
    size = np.bincount(label, minlength=count)
    return Crossings(
        np.bincount(label, weights=lon, minlength=count) / size,
        np.bincount(label, weights=lat, minlength=count) / size,
        cluster,
    )


def dead_ends(graph: StreetGraph) -> Ints:
    """Junctions where a single street ends."""
    degree = np.bincount(np.concatenate([graph.chain_first, graph.chain_last]), minlength=len(graph.junction))
    return np.flatnonzero(degree == 1)


def orientation_entropy(graph: StreetGraph, inside: Floats) -> float | None:
    """Shannon entropy of street directions, both ways, weighted by length, in nats.

    Args:
        graph: the network.
        inside: how much of each segment counts, shape (segment,), from 0 to 1.

    Returns:
        Between 0 and ln 36 = 3.58; None without streets.

    Source:
        Boeing, Urban spatial order: street network orientation, configuration, and entropy,
        Applied Network Science 4 (2019): 36 bins centred on the compass points.
    """
    which = np.flatnonzero(inside > 0)
    u, v = graph.start[which], graph.end[which]
    if not len(u):
        return None
    east, north = metres_per_degree((graph.latitude[u] + graph.latitude[v]) / 2)
    dx, dy = (graph.longitude[v] - graph.longitude[u]) * east, (graph.latitude[v] - graph.latitude[u]) * north
    bearing = np.degrees(np.arctan2(dx, dy))
    both = np.concatenate([bearing, bearing + 180]) % 360
    bins = (np.floor((both + 180 / BINS) / (360 / BINS)).astype(np.int64)) % BINS
    share = np.bincount(bins, weights=np.tile((graph.length_m * inside)[which], 2), minlength=BINS)
    share = share[share > 0] / share.sum()
    return float(-(share * np.log(share)).sum())


def circuity(graph: StreetGraph, inside: Floats) -> float | None:
    """Length of streets between junctions over the straight lines between their ends.

    Args:
        graph: the network.
        inside: how much of each chain counts, shape (chain,), from 0 to 1; closed chains are left out.

    Returns:
        At least 1; None without streets.
    """
    open_ended = (inside > 0) & (graph.chain_first != graph.chain_last)
    weight = inside[open_ended]
    a, b = graph.junction[graph.chain_first[open_ended]], graph.junction[graph.chain_last[open_ended]]
    lines = lengths_m(graph.longitude[a], graph.latitude[a], graph.longitude[b], graph.latitude[b])
    straight = float((weight * lines).sum())
    return float((weight * graph.chain_length_m[open_ended]).sum() / straight) if straight > 0 else None
