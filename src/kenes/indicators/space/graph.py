"""A street network as arrays: shape points kept, chains between junctions contracted.

A position on the network is a chain and the metres from its start, so that a door in the middle
of a street is where it is and not at the next crossing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from kenes.indicators.space.geodesy import Bools, Floats, Ints, lengths_m, unwrapped
from kenes.vocabulary.errors import BadInput

ISLAND_M = 1000.0


@dataclass(frozen=True)
class Positions:
    """Places on the network: where they touch a street and how far away they are.

    Attributes:
        chain: chain of each place, shape (place,); -1 where no street is in reach.
        offset_m: metres from the start of the chain.
        away_m: metres from the place to the street; infinite where none is in reach.
        longitude: of the point on the street, degrees.
        latitude: of the point on the street, degrees.
    """

    chain: Ints
    offset_m: Floats
    away_m: Floats
    longitude: Floats
    latitude: Floats

    @property
    def found(self) -> Bools:
        """Places with a street in reach, shape (place,)."""
        return self.chain >= 0

    def take(self, which: Ints | Bools) -> Positions:
        """Some of the places, in the order asked for."""
        return Positions(
            self.chain[which],
            self.offset_m[which],
            self.away_m[which],
            self.longitude[which],
            self.latitude[which],
        )

    def on_the_street(self) -> Positions:
        """The same places with no way to walk to the street."""
        away = np.where(self.found, 0.0, np.inf)
        return Positions(self.chain, self.offset_m, away, self.longitude, self.latitude)


@dataclass(frozen=True)
class StreetGraph:
    """A walkable network in compressed rows.

    Attributes:
        longitude: of each node, degrees, continuous over the antimeridian; shape (node,).
        latitude: of each node, degrees.
        start: node where a segment starts, shape (segment,).
        end: node where it ends.
        length_m: of each segment, on the ellipsoid.
        way: index of the street a segment belongs to.
        chain: chain of each segment.
        chain_offset_m: metres from the start of the chain to the segment's start.
        chain_sign: +1 where segment and chain run the same way, otherwise -1.
        junction: node of each junction, shape (junction,).
        chain_first: junction at the start of a chain, shape (chain,).
        chain_last: junction at its end.
        chain_length_m: metres.
    """

    longitude: Floats
    latitude: Floats
    start: Ints
    end: Ints
    length_m: Floats
    way: Ints
    chain: Ints
    chain_offset_m: Floats
    chain_sign: Ints
    junction: Ints
    chain_first: Ints
    chain_last: Ints
    chain_length_m: Floats

    @property
    def nodes(self) -> int:
        """Number of nodes, shape points included."""
        return len(self.longitude)

    @property
    def segments(self) -> int:
        """Number of straight pieces."""
        return len(self.start)

    @cached_property
    def rows(self) -> tuple[Ints, Ints, Floats, Ints]:
        """Junction graph in compressed rows: rows, neighbours, metres, chains."""
        ends = np.concatenate([self.chain_first, self.chain_last])
        others = np.concatenate([self.chain_last, self.chain_first])
        order = np.argsort(ends, kind="stable")
        count = np.bincount(ends, minlength=len(self.junction))
        chains = np.tile(np.arange(len(self.chain_first)), 2)[order]
        return np.concatenate([[0], np.cumsum(count)]), others[order], self.chain_length_m[chains], chains

    @cached_property
    def component(self) -> Ints:
        """Connected part of each junction, shape (junction,)."""
        n = len(self.junction)
        links = coo_matrix((np.ones(len(self.chain_first)), (self.chain_first, self.chain_last)), shape=(n, n))
        return np.asarray(connected_components(links, directed=False)[1], np.int64)

    @cached_property
    def component_length_m(self) -> Floats:
        """Metres of street in each connected part."""
        totals = np.bincount(self.component[self.chain_first], weights=self.chain_length_m)
        return totals.astype(float)

    @cached_property
    def segment_component(self) -> Ints:
        """Connected part of each segment."""
        return self.component[self.chain_first[self.chain]]

    @cached_property
    def node_positions(self) -> Positions:
        """Every node as a position on the network."""
        one = np.zeros(self.nodes, np.int64)  # any one segment of each node: its chain and place agree
        one[self.end] = np.arange(self.segments)
        one[self.start] = np.arange(self.segments)
        if not self.segments:
            nothing = np.zeros(self.nodes)
            return Positions(one - 1, nothing, nothing, self.longitude, self.latitude)
        at_start = self.start[one] == np.arange(self.nodes)
        chain = self.chain[one]
        offset = self.chain_offset_m[one] + np.where(at_start, 0.0, self.chain_sign[one] * self.length_m[one])
        return Positions(chain, offset, np.zeros(self.nodes), self.longitude, self.latitude)

    def usable_segments(self, island_m: float = ISLAND_M) -> Bools:
        """Segments that a place may be snapped to: not on an island of few streets.

        An island counts as such when its streets are shorter than `island_m` and it is not the
        longest connected part.

        Args:
            island_m: metres; infinity keeps the longest part only.

        Returns:
            shape (segment,).
        """
        total = self.component_length_m
        keep = total >= island_m
        if total.size:
            keep[int(np.argmax(total))] = True
        return keep[self.segment_component]

    def place(self, segment: Ints, share: Floats, away_m: Floats) -> Positions:
        """Positions from segments and shares of their length.

        Args:
            segment: shape (place,); -1 where none is in reach.
            share: in [0, 1] from the start of the segment.
            away_m: metres from the place to the street.
        """
        s = np.maximum(segment, 0)
        known = segment >= 0
        if not self.segments:
            s, nothing = np.zeros(0, np.int64), np.full(len(segment), np.nan)
            return Positions(segment, np.zeros(len(segment)), np.full(len(segment), np.inf), nothing, nothing)
        offset = self.chain_offset_m[s] + self.chain_sign[s] * share * self.length_m[s]
        lon = self.longitude[self.start[s]] * (1 - share) + self.longitude[self.end[s]] * share
        lat = self.latitude[self.start[s]] * (1 - share) + self.latitude[self.end[s]] * share
        return Positions(
            np.where(known, self.chain[s], -1),
            np.where(known, np.clip(offset, 0, self.chain_length_m[self.chain[s]]), 0.0),
            np.where(known, away_m, np.inf),
            np.where(known, lon, np.nan),
            np.where(known, lat, np.nan),
        )


def build_graph(longitude: Floats, latitude: Floats, start: Ints, end: Ints, way: Ints | None = None) -> StreetGraph:
    """A graph from nodes and straight segments.

    Segments from a node to itself and segments given twice are left out. Nodes without a
    segment are left out too.

    Args:
        longitude: degrees, shape (node,).
        latitude: degrees, shape (node,).
        start: node index, shape (segment,).
        end: node index, shape (segment,).
        way: index of the street of each segment; None numbers them.

    Raises:
        BadInput: a coordinate is not a finite number of degrees, or an index has no node.
    """
    start, end = np.asarray(start, np.int64), np.asarray(end, np.int64)
    way = np.arange(len(start)) if way is None else np.asarray(way, np.int64)
    longitude, latitude = np.asarray(longitude, float), np.asarray(latitude, float)
    _check(longitude, latitude, start, end)
    low, high = np.minimum(start, end), np.maximum(start, end)
    key = low * (len(longitude) + 1) + high
    first = np.sort(np.unique(key, return_index=True)[1])
    first = first[low[first] != high[first]]
    del low, high, key
    used = np.zeros(len(longitude), bool)
    used[start[first]] = used[end[first]] = True
    number = np.cumsum(used) - 1
    u, v = number[start[first]], number[end[first]]
    lon, lat = unwrapped(longitude[used]), latitude[used]
    return _contracted(lon, lat, u, v, way[first])


def _check(longitude: Floats, latitude: Floats, start: Ints, end: Ints) -> None:
    if not (np.isfinite(longitude).all() and np.isfinite(latitude).all() and (np.abs(latitude) <= 90).all()):
        raise BadInput("street nodes", expected="degrees", found="a coordinate that is none")
    ends = np.concatenate([start, end])
    if ends.size and (ends.min() < 0 or ends.max() >= len(longitude)):
        raise BadInput("street segments", expected=f"nodes below {len(longitude)}", found=str(int(ends.max())))


def _contracted(lon: Floats, lat: Floats, u: Ints, v: Ints, way: Ints) -> StreetGraph:
    from kenes.indicators.space.kernels import contract  # noqa: PLC0415 compiled code loads late

    length = lengths_m(lon[u], lat[u], lon[v], lat[v])
    ends = np.concatenate([u, v])
    degree = np.bincount(ends, minlength=len(lon))
    incident = np.tile(np.arange(len(u)), 2)[np.argsort(ends, kind="stable")]
    indptr = np.concatenate([[0], np.cumsum(degree)])
    is_junction = degree != 2
    found: tuple[Ints, Floats, Ints, Ints, Ints, Floats] = contract(indptr, incident, u, v, length, is_junction)
    chain, offset, sign, first, last, total = found
    junction = np.flatnonzero(is_junction)
    number = np.full(len(lon), -1, np.int64)
    number[junction] = np.arange(len(junction))
    return StreetGraph(
        longitude=lon,
        latitude=lat,
        start=u,
        end=v,
        length_m=length,
        way=way,
        chain=chain,
        chain_offset_m=offset,
        chain_sign=sign.astype(np.int64),
        junction=junction,
        chain_first=number[first],
        chain_last=number[last],
        chain_length_m=total,
    )
