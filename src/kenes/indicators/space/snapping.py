"""Where places touch the network: the nearest point of the nearest street."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from kenes.indicators.space.geodesy import Bools, Floats, Ints, lengths_m, metres_per_degree, points_on_earth
from kenes.indicators.space.graph import Positions, StreetGraph
from kenes.indicators.space.packed import Grid

SNAP_LIMIT_M = 500.0
_LARGEST_GRID = 4_000_000


class NodeFinder:
    """Finds the nearest street node to many places, as tools do that know no point inside a street.

    Args:
        graph: the network.
        usable: nodes that may be found, shape (node,) of indices.
    """

    def __init__(self, graph: StreetGraph, usable: Ints) -> None:
        self.graph, self.usable = graph, usable
        points = points_on_earth(graph.longitude[usable], graph.latitude[usable])
        self._tree = cKDTree(points) if len(usable) else None

    def snap(self, longitude: Floats, latitude: Floats, limit_m: float = SNAP_LIMIT_M) -> Positions:
        """Positions of places on the network, each at its nearest node.

        Args:
            longitude: degrees, shape (place,).
            latitude: degrees, shape (place,).
            limit_m: metres; a place further from any node has none.
        """
        lon, lat = np.asarray(longitude, float), np.asarray(latitude, float)
        if self._tree is None or not len(lon):
            nothing = np.full(len(lon), np.nan)
            none = np.full(len(lon), -1, np.int64)
            return Positions(none, np.zeros(len(lon)), np.full(len(lon), np.inf), nothing, nothing)
        at = self.graph.node_positions.take(self.usable[self._tree.query(points_on_earth(lon, lat))[1]])
        away = lengths_m(lon, lat, (at.longitude + 180) % 360 - 180, at.latitude)
        found = away <= limit_m
        return Positions(
            np.where(found, at.chain, -1), at.offset_m, np.where(found, away, np.inf), at.longitude, at.latitude
        )


class StreetFinder:
    """Finds the nearest street to many places at once.

    Distances are taken in a flat frame laid at each place, which is exact to a millimetre within
    a kilometre; no map projection is involved.

    Args:
        graph: the network.
        usable: segments that may be found, shape (segment,); None leaves out small islands.
    """

    def __init__(self, graph: StreetGraph, usable: Bools | None = None) -> None:
        self.graph = graph
        self.usable = graph.usable_segments() if usable is None else usable
        self._grid = self._build() if graph.segments else None

    def _build(self) -> Grid:
        from kenes.indicators.space.kernels import grid_rows  # noqa: PLC0415 compiled code loads late

        g = self.graph
        x0, y0 = g.longitude[g.start], g.latitude[g.start]
        x1, y1 = g.longitude[g.end], g.latitude[g.end]
        west, south = float(g.longitude.min()), float(g.latitude.min())
        wide, high = float(np.ptp(g.longitude)), float(np.ptp(g.latitude))
        east, north = (float(d) for d in metres_per_degree(np.asarray(south + high / 2)))
        east = max(east, 1.0)
        area = max(wide * east, 1.0) * max(high * north, 1.0)
        side = max(60.0, np.sqrt(area / min(_LARGEST_GRID, max(1, g.segments))))
        size_x, size_y = side / east, side / north
        columns, lines = int(wide / size_x) + 1, int(high / size_y) + 1
        rows, held = grid_rows(x0, y0, x1, y1, west, south, size_x, size_y, columns, lines)
        return Grid(x0, y0, x1, y1, self.usable, rows, held, west, south, size_x, size_y, columns, lines)

    def snap(self, longitude: Floats, latitude: Floats, limit_m: float = SNAP_LIMIT_M) -> Positions:
        """Positions of places on the network.

        Args:
            longitude: degrees, shape (place,).
            latitude: degrees, shape (place,).
            limit_m: metres; a place further from any street has none.

        Returns:
            Positions; where none was found the chain is -1 and the way infinite.
        """
        lon, lat = np.array(longitude, dtype=float), np.asarray(latitude, float)
        if self._grid is None or not len(lon):
            none = np.full(len(lon), -1, np.int64)
            return self.graph.place(none, np.zeros(len(lon)), np.zeros(len(lon)))
        from kenes.indicators.space.kernels import nearest  # noqa: PLC0415 compiled code loads late

        middle = float(self.graph.longitude.mean())
        lon = middle + (lon - middle + 180) % 360 - 180
        east, north = metres_per_degree(lat)
        bend = -east * np.tan(np.radians(lat)) * np.pi / 180
        segment, share, away = nearest(lon, lat, east, bend, north, self._grid, float(limit_m))
        return self.graph.place(segment, share, away)
