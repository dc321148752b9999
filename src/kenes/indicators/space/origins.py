"""Where people are taken to start from: the origin models of a population grid.

Nobody lives at the centre of a cell. Each model is one answer to where they live, and the spread
between the answers is part of the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from kenes.indicators.space.geodesy import Bools, Floats, Ints, Shape, Shapes, turned_near
from kenes.indicators.space.graph import Positions, StreetGraph
from kenes.indicators.space.snapping import SNAP_LIMIT_M, NodeFinder, StreetFinder

MOST_SAMPLES = 400_000


@dataclass(frozen=True)
class Origins:
    """Starting points of one model, each with its cell.

    Attributes:
        model: name of the model.
        cell: cell of each starting point, shape (start,).
        longitude: degrees.
        latitude: degrees.
        at: positions on the network.
        cells: number of cells.
    """

    model: str
    cell: Ints
    longitude: Floats
    latitude: Floats
    at: Positions
    cells: int

    def share(self, fulfilled: Bools) -> Floats:
        """Share of the starting points of each cell that fulfil something.

        Args:
            fulfilled: shape (start,).

        Returns:
            shape (cell,), in [0, 1]; 0 for a cell without a starting point.
        """
        starts = np.bincount(self.cell, minlength=self.cells)
        hits = np.bincount(self.cell, weights=fulfilled.astype(float), minlength=self.cells)
        return np.divide(hits, starts, out=np.zeros(self.cells), where=starts > 0)

    @property
    def unsnapped_share(self) -> Floats:
        """Share of each cell whose starting points have no street in reach; 1 without any."""
        starts = np.bincount(self.cell, minlength=self.cells)
        lost = np.bincount(self.cell, weights=(~self.at.found).astype(float), minlength=self.cells)
        return np.divide(lost, starts, out=np.ones(self.cells), where=starts > 0)


def centre_origins(
    lon: Floats, lat: Floats, finder: StreetFinder | NodeFinder, snap_m: float = SNAP_LIMIT_M
) -> Origins:
    """Everybody starts at the centre of the cell and walks to the nearest street."""
    return Origins("cell_centre", np.arange(len(lon)), lon, lat, finder.snap(lon, lat, snap_m), len(lon))


def without_offset(origins: Origins) -> Origins:
    """The same starting points, already on the street."""
    return Origins(
        "cell_centre_no_offset",
        origins.cell,
        origins.longitude,
        origins.latitude,
        origins.at.on_the_street(),
        origins.cells,
    )


def node_origins(polygon: Shapes, graph: StreetGraph, nodes: Ints) -> Origins:
    """Everybody lives at the street nodes of the cell, in equal shares.

    Args:
        polygon: cells in degrees, shape (cell,).
        graph: the network.
        nodes: nodes that may stand for homes, shape (node,).
    """
    lon, lat = graph.longitude[nodes], graph.latitude[nodes]
    west, _, east, _ = (float(value) for value in shapely.total_bounds(polygon))
    middle = (west + east) / 2 if np.isfinite(west) else 0.0
    points = shapely.points(turned_near(lon, middle), lat)
    met: Ints = shapely.STRtree(polygon).query(points, predicate="intersects")
    first = np.unique(met[0, :], return_index=True)[1]
    node, cell = met[0, first], met[1, first]
    at = graph.node_positions.take(nodes[node])
    return Origins("street_nodes", cell.astype(np.int64), lon[node], lat[node], at, len(polygon))


def area_origins(polygon: Shapes, finder: StreetFinder, snap_m: float = SNAP_LIMIT_M) -> Origins:
    """People are spread evenly over the cell: a regular lattice of starting points in it.

    Args:
        polygon: cells in degrees, shape (cell,).
        finder: of the nearest street.
        snap_m: metres.
    """
    cell, lon, lat = lattice(polygon, int(np.clip(MOST_SAMPLES / max(1, len(polygon)), 16, 400)))
    return Origins("area_weighted", cell, lon, lat, finder.snap(lon, lat, snap_m), len(polygon))


def lattice(polygon: Shapes, wanted: int) -> tuple[Ints, Floats, Floats]:
    """Regular points in each polygon, at least one.

    Args:
        polygon: shapely polygons in degrees, shape (polygon,).
        wanted: points in each, about.

    Returns:
        Polygon, longitude and latitude of each point.
    """
    bounds: Floats = shapely.bounds(polygon)
    west, south, east, north = bounds[:, 0], bounds[:, 1], bounds[:, 2], bounds[:, 3]
    fill = np.clip(shapely.area(polygon) / np.maximum((east - west) * (north - south), 1e-300), 0.05, 1)
    side = max(2, int(np.ceil(np.sqrt(wanted / float(np.mean(fill)) if len(fill) else wanted))))
    steps = (np.arange(side) + 0.5) / side
    u, v = (axis.ravel() for axis in np.meshgrid(steps, steps))
    cell, lon, lat = [], [], []
    for k in range(len(polygon)):
        shape: Shape = polygon[k]
        x, y = west[k] + u * (east[k] - west[k]), south[k] + v * (north[k] - south[k])
        inside = shapely.contains_xy(shape, x, y)
        if not inside.any():
            middle = shapely.point_on_surface(shape)
            x, y, inside = np.array([middle.x]), np.array([middle.y]), np.array([True])
        cell.append(np.full(int(inside.sum()), k))
        lon.append(x[inside])
        lat.append(y[inside])
    if not cell:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    return np.concatenate(cell).astype(np.int64), np.concatenate(lon), np.concatenate(lat)
