"""Reads the built-up area of a city: outlines of the urban extent, or a raster of what is built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyproj
import shapely

from kenes.sources.city.areas import read_areas
from kenes.sources.city.arrays import Floats, Ints, Shape
from kenes.sources.city.rasters import mover, read_raster
from kenes.sources.city.tiff import Raster
from kenes.vocabulary.errors import SourceError

LEAST_COVERED = 0.999
EQUAL_AREAS = "+proj=cea +ellps=WGS84"


@dataclass(frozen=True)
class BuiltUpOutline:
    """Outlines of what is built up.

    Attributes:
        shape: in degrees, not cut.
        kind: how it is told from a raster.
        missing: cells without a value: an outline has none.
    """

    shape: Shape
    kind: ClassVar[str] = "outline"
    missing: ClassVar[int] = 0


@dataclass(frozen=True)
class BuiltUpRaster:
    """What a raster holds inside the study area.

    Attributes:
        kind: `surface` (of square metres) or `mask` (of 0 and 1).
        area_m2: sum over the cells.
        missing: cells without a value.
    """

    kind: str
    area_m2: float
    missing: int


BuiltUp = BuiltUpOutline | BuiltUpRaster


def read_built_up(path: Path, area: Shape) -> BuiltUp:
    """Read polygons, or sum a raster inside an area.

    A raster holds the built square metres of each cell (GHS-BUILT-S) or, where no value is above 1,
    the built share of the cell, such as 0 or 1. A cell on the border counts with its exact share of
    area inside, so that sums are conserved.

    Args:
        path: `.tif`, or a vector layer.
        area: study area in degrees.

    Raises:
        SourceError: the file cannot be read, does not meet or cover the area, or has more built than a cell holds.
    """
    if not path.is_file():
        raise SourceError("built-up area", expected="a file", found="none", where=str(path))
    if path.suffix.lower() not in (".tif", ".tiff"):
        outline = read_areas(path).union()
        if not outline.intersects(area):
            raise SourceError("built-up area", expected="a part in the study area", found="none", where=str(path))
        return BuiltUpOutline(outline)
    raster, share = read_raster(path, area)
    whole = shapely.transform(area, mover("EPSG:4326", raster.crs)).area
    covered = float(share.sum()) * raster.width * raster.height / whole if whole > 0 else 1.0
    if covered < LEAST_COVERED:
        raise SourceError(
            "built-up area",
            expected="a raster over all of the study area",
            found=f"{covered:.1%} of it",
            where=str(path),
        )
    known = np.isfinite(raster.values)
    lines, columns = np.nonzero(known & (raster.values > 0) & (share > 0))
    built, held = raster.values[lines, columns], share[lines, columns]
    missing = int((~known & (share > 0)).sum())
    mask = not (built > 1).any()
    cell = cell_areas_m2(raster, lines, columns)
    if not mask and (built > cell * 1.01).any():
        raise SourceError(
            "built-up area",
            expected="square metres built, at most those of the cell, or shares from 0 to 1",
            found=f"{built.max():g} in a cell of {cell[built.argmax()]:.0f} m²",
            where=str(path),
        )
    area_m2 = float((built * held * (cell if mask else 1)).sum())
    return BuiltUpRaster("mask" if mask else "surface", area_m2, missing)


def cell_areas_m2(raster: Raster, lines: Ints, columns: Ints) -> Floats:
    """True area of cells, shape (cell,), whatever their own projection does to it.

    Corners are brought to a cylinder of equal areas on the ellipsoid, where parallels and meridians
    are straight.
    """
    west, north = raster.west + columns * raster.width, raster.north - lines * raster.height
    x = np.column_stack([west, west + raster.width, west + raster.width, west])
    y = np.column_stack([north, north, north - raster.height, north - raster.height])
    move = pyproj.Transformer.from_crs(raster.crs, EQUAL_AREAS, always_xy=True)
    flat: tuple[Floats, Floats] = move.transform(x.ravel(), y.ravel())
    x, y = flat[0].reshape(-1, 4), flat[1].reshape(-1, 4)
    twice: Floats = (x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1)
    return np.abs(twice) / 2
