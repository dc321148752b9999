"""Reads rasters (GeoTIFF) without GDAL: tiles or strips, the usual compressions.

What GHS-POP, GHS-BUILT-S, WorldPop and national grids use is read: classic and big TIFF, one band, no
compression, deflate or LZW, all predictors, degrees or a metric system by its EPSG code or, for
GHS layers, the Mollweide projection.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import shapely

from kenes.sources.city.areas import to_degrees
from kenes.sources.city.arrays import Floats, Shape
from kenes.sources.city.people import PopulationCells, require_persons
from kenes.sources.city.tiff import Raster, Tiff
from kenes.vocabulary.errors import SourceError


def read_raster(path: Path, boundary: Shape | None) -> tuple[Raster, Floats]:
    """The cells that touch a boundary, and the share of each that lies inside, shape (line, column).

    Shares are exact (exactextract), so that the sum over a boundary is conserved.

    Args:
        path: the file.
        boundary: shapely geometry in degrees; None takes all cells whole.

    Raises:
        SourceError: the raster cannot be read, or has too many cells for a city.
    """
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise SourceError("raster", expected="a GeoTIFF", found="an empty file", where=str(path)) from None
        tiff = Tiff(data, path)
        if boundary is None:
            raster = tiff.window(None)
            return raster, np.ones_like(raster.values)
        there = shapely.transform(boundary, mover("EPSG:4326", tiff.crs))
        raster = tiff.window(shapely.bounds(there))
    return raster, _shares(raster, there)


def read_population_raster(path: Path, boundary: Shape | None) -> PopulationCells:
    """Inhabited cells of a raster, those on the boundary with the share of them inside.

    Raises:
        SourceError: the raster cannot be read, or has too many cells for a city.
    """
    raster, share = read_raster(path, boundary)
    people = np.where(np.isfinite(raster.values), raster.values, 0.0)
    lines, columns = np.nonzero((people > 0) & (share > 0))
    missing = int((~np.isfinite(raster.values) & (share > 0)).sum())
    x0, y1 = raster.west + columns * raster.width, raster.north - lines * raster.height
    boxes = shapely.box(x0, y1 - raster.height, x0 + raster.width, y1)
    back = mover(raster.crs, "EPSG:4326")
    centre = back(np.column_stack([x0 + raster.width / 2, y1 - raster.height / 2]))
    ids = [f"{j + raster.line}_{i + raster.column}" for j, i in zip(lines, columns, strict=True)]
    require_persons(people[lines, columns], ids, "population", path, rows=False)
    return PopulationCells(
        ids,
        centre[:, 0],
        centre[:, 1],
        people[lines, columns] * share[lines, columns],
        to_degrees(boxes, raster.crs),
        {},
        "raster",
        {"cells_without_population": missing},
    )


def mover(source: str, target: str) -> Callable[[Floats], Floats]:
    """Brings coordinates, shape (point, 2), from one reference system to another."""
    move = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1]))


def _shares(raster: Raster, boundary: Shape) -> Floats:
    """Share of each cell inside a boundary given in the raster's own system."""
    from exactextract import exact_extract  # noqa: PLC0415 rasters are rare
    from exactextract.feature import JSONFeatureSource  # noqa: PLC0415
    from exactextract.raster import NumPyRasterSource  # noqa: PLC0415

    lines, columns = raster.values.shape
    source = NumPyRasterSource(
        np.arange(lines * columns, dtype=np.float64).reshape(lines, columns),
        xmin=raster.west,
        ymin=raster.north - lines * raster.height,
        xmax=raster.west + columns * raster.width,
        ymax=raster.north,
    )
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(boundary)}
    found = exact_extract(source, JSONFeatureSource([feature]), ["values", "coverage"])[0]["properties"]
    share = np.zeros(lines * columns)
    share[np.asarray(found["values"], np.int64)] = np.asarray(found["coverage"], float)
    return share.reshape(lines, columns)
