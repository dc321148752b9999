"""Reads boundaries, districts and layers of a city's own into polygons in longitude and latitude."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import pyproj
import shapely

from kenes.vocabulary.errors import SourceError

_NAMES = ("district", "id", "code", "name", "nombre", "adi", "ilce", "ref")


@dataclass(frozen=True)
class Areas:
    """Geometries with a name each.

    Attributes:
        name: shape (area,).
        geometry: shapely geometries in degrees, shape (area,).
        repaired: how many crossed themselves and were mended.
        columns: all attributes as read, shape (area,) each.
    """

    name: Sequence[str]
    geometry: npt.NDArray[Any]
    repaired: int
    columns: Mapping[str, npt.NDArray[Any]]

    def union(self) -> Any:
        """All areas as one geometry."""
        return shapely.union_all(self.geometry)


def read_areas(path: Path, *, name_column: str | None = None, polygons: bool = True) -> Areas:
    """Read a vector layer (GeoJSON, GeoPackage, shapefile) and bring it to WGS 84.

    Borders that cross themselves are mended without losing a part (`shapely.make_valid`,
    structure method), and counted.

    Args:
        path: the file.
        name_column: attribute that names an area; None looks for a usual one.
        polygons: refuse a layer without any polygon.

    Raises:
        SourceError: the file cannot be read, has no geometry, or no such column.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the reader warns of is checked below
            meta, _, wkb, values = pyogrio.raw.read(path, force_2d=True)
    except Exception as fault:
        raise SourceError(
            "layer", expected="GeoJSON, GeoPackage or shapefile", found=str(fault).split(";")[0], where=str(path),
            mend="Save the layer again in one of these forms.",
        ) from None  # fmt: skip
    columns = dict(zip((str(f) for f in meta["fields"]), values, strict=True))
    try:
        geometry = shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as fault:
        raise SourceError(
            "layer", expected="polygons whose rings are closed", found=str(fault), where=str(path),
            mend="Repair the geometry in a GIS and save it again.",
        ) from None  # fmt: skip
    keep = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if polygons:
        keep &= np.isin(shapely.get_type_id(geometry), [3, 6, 7])
    if not keep.any():
        raise SourceError("layer", expected="polygons" if polygons else "geometries", found="none", where=str(path))
    geometry = to_degrees(geometry[keep], meta.get("crs"))
    _check_degrees(geometry, path)
    broken = ~shapely.is_valid(geometry)
    if broken.any():
        mended = shapely.make_valid(geometry[broken], method="structure", keep_collapsed=False)
        geometry[broken] = mended
    columns = {key: value[keep] for key, value in columns.items()}
    return Areas(_names(columns, name_column, len(geometry), path), geometry, int(broken.sum()), columns)


def to_degrees(geometry: npt.NDArray[Any], crs: str | None) -> npt.NDArray[Any]:
    """Geometries in longitude and latitude; without a stated system they are taken to be so already."""
    if not crs or pyproj.CRS.from_user_input(crs).equals("EPSG:4326", ignore_axis_order=True):
        return geometry
    move = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    result: npt.NDArray[Any] = shapely.transform(
        geometry, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1]))
    )
    return result


def _check_degrees(geometry: npt.NDArray[Any], path: Path) -> None:
    west, south, east, north = shapely.total_bounds(geometry)
    if not (west >= -360 and east <= 360 and south >= -90 and north <= 90):
        raise SourceError(
            "layer", expected="degrees, or a stated reference system",
            found=f"coordinates up to {max(east, north):.0f}",
            where=str(path), mend="Save the layer with its reference system.",
        )  # fmt: skip


def _names(columns: Mapping[str, npt.NDArray[Any]], asked: str | None, count: int, path: Path) -> list[str]:
    if asked is not None:
        if asked not in columns:
            raise SourceError("layer", expected=f"column {asked}", found=", ".join(columns), where=str(path))
        return [str(value) for value in columns[asked]]
    lower = {column.lower(): column for column in columns}
    for usual in _NAMES:
        if usual in lower:
            names = [str(value) for value in columns[lower[usual]]]
            if len(set(names)) == count and "None" not in names:
                return names
    texts = [c for c, values in columns.items() if values.dtype == object and len({str(v) for v in values}) == count]
    return [str(value) for value in columns[texts[0]]] if texts else [str(k + 1) for k in range(count)]
