"""Reads boundaries, districts and layers of a city's own into polygons in longitude and latitude."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely

from kenes.sources.city.arrays import Bools, Column, Shape, Shapes
from kenes.vocabulary.errors import SourceError

_NAMES = ("district", "id", "code", "name", "nombre", "adi", "ilce", "ref")
_OUTLINES = "A point or a line has no inside: give closed outlines (GeoJSON, GeoPackage, shapefile)."
_PARKS = (
    "A point has neither size nor border: give outlines (GeoJSON, GeoPackage, shapefile), or keep those "
    "of the map. Points of parks can count as places to go to: --facilities outdoors=FILE."
)


@dataclass(frozen=True)
class Areas:
    """Geometries with a name each.

    Attributes:
        name: shape (area,).
        geometry: shapely geometries in degrees, shape (area,).
        repaired: how many crossed themselves and were mended.
        columns: all attributes as read, shape (area,) each.
        numbered: whether the names are mere numbers, as no attribute tells the areas apart.
    """

    name: Sequence[str]
    geometry: Shapes
    repaired: int
    columns: Mapping[str, Column]
    numbered: bool = False

    def union(self) -> Shape:
        """All areas as one geometry."""
        return shapely.union_all(self.geometry)


def read_areas(path: Path, *, name_column: str | None = None, polygons: bool = True, what: str = "layer") -> Areas:
    """Read a vector layer (GeoJSON, GeoPackage, shapefile) and bring it to WGS 84.

    Borders that cross themselves are mended without losing a part (`shapely.make_valid`,
    structure method), and counted.

    Args:
        path: the file.
        name_column: attribute that names an area; None looks for a usual one, and numbers the areas where
            none has a name of its own for each.
        polygons: refuse a layer without any polygon.
        what: the layer is, such as `boundary`; errors name it.

    Raises:
        SourceError: the file cannot be read, has no geometry, or no such column; or this column leaves
            an area without a name, or names two alike.
    """
    read = _read(path, what)
    keep = _kept(read.geometry, polygons, what, path)
    geometry = to_degrees(read.geometry[keep], read.crs)
    _check_degrees(geometry, what, path)
    broken = ~shapely.is_valid(geometry)
    if broken.any():
        geometry[broken] = shapely.make_valid(geometry[broken], method="structure", keep_collapsed=False)
    columns = {name: values[keep] for name, values in read.columns.items()}
    if name_column is not None:
        names = _asked_names(columns, name_column, (np.flatnonzero(keep) + 1).tolist(), what, path)
        return Areas(names, geometry, int(broken.sum()), columns)
    guessed = _guessed_names(columns)
    names = guessed or [str(k + 1) for k in range(len(geometry))]
    return Areas(names, geometry, int(broken.sum()), columns, numbered=guessed is None)


@dataclass(frozen=True)
class _Read:
    """A layer as it stands in its file."""

    columns: Mapping[str, Column]
    geometry: Shapes
    crs: str | None


def _read(path: Path, what: str) -> _Read:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the reader warns of is checked by who asks
            meta, _, wkb, values = pyogrio.raw.read(path, force_2d=True)
    except Exception as fault:
        raise SourceError(
            what,
            expected="GeoJSON, GeoPackage or shapefile",
            found=str(fault).split(";")[0],
            where=str(path),
            mend="Save the layer again in one of these forms.",
        ) from None
    columns: dict[str, Column] = dict(zip((str(field) for field in meta["fields"]), values, strict=True))
    if wkb is None:  # a table without any geometry
        wkb = np.full(len(values[0]) if len(values) else 0, None, dtype=object)
    try:
        geometry: Shapes = shapely.from_wkb(wkb)
    except shapely.errors.GEOSException as fault:
        raise SourceError(
            what,
            expected="polygons whose rings are closed",
            found=str(fault),
            where=str(path),
            mend="Repair the geometry in a GIS and save it again.",
        ) from None
    return _Read(columns, geometry, meta.get("crs"))


def _kept(geometry: Shapes, polygons: bool, what: str, path: Path) -> Bools:
    """Rows with a geometry, or with a polygon where only these are wanted."""
    keep: Bools = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if polygons:
        keep &= np.isin(shapely.get_type_id(geometry), [3, 6, 7])
    if not keep.any() and polygons and len(geometry):
        raise SourceError(
            what,
            expected="polygons",
            found=f"{len(geometry)} rows without an area",
            where=str(path),
            mend=_PARKS if what == "parks" else _OUTLINES,
        )
    if not keep.any():
        raise SourceError(what, expected="polygons" if polygons else "geometries", found="none", where=str(path))
    return keep


def to_degrees(geometry: Shapes, crs: str | None) -> Shapes:
    """Geometries in longitude and latitude; without a stated system they are taken to be so already."""
    if not crs or pyproj.CRS.from_user_input(crs).equals("EPSG:4326", ignore_axis_order=True):
        return geometry
    move = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    return shapely.transform(geometry, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))


def _check_degrees(geometry: Shapes, what: str, path: Path) -> None:
    west, south, east, north = shapely.total_bounds(geometry)
    if not (west >= -360 and east <= 360 and south >= -90 and north <= 90):
        raise SourceError(
            what,
            expected="degrees, or a stated reference system",
            found=f"coordinates up to {max(east, north):.0f}",
            where=str(path),
            mend="Save the layer with its reference system.",
        )


def _text(value: object) -> str:
    """An attribute as a name; nothing where it is null, not a number, or blank."""
    return "" if value is None or str(value) in ("nan", "NaT") else str(value).strip()


def _asked_names(columns: Mapping[str, Column], asked: str, feature: Sequence[int], what: str, path: Path) -> list[str]:
    """Names of the column asked for: each is there, and no two are alike."""
    if asked not in columns:
        raise SourceError(
            what,
            expected=f"column {asked}",
            found=", ".join(columns) or "no columns",
            where=str(path),
            mend="Name one of these columns.",
        )
    names = [_text(value) for value in columns[asked]]
    if "" in names:
        raise SourceError(
            what,
            expected=f"a name in column {asked} for each",
            found=f"{names.count('')} without one",
            where=f"{path}, feature {feature[names.index('')]}",
            mend="Fill in the name, or name another column.",
        )
    twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if twice:
        where = ", ".join(str(feature[k]) for k, name in enumerate(names) if name == twice[0])
        raise SourceError(
            what,
            expected=f"names in column {asked} that differ",
            found=f"more than once: {', '.join(twice[:5])}" + (" ..." if len(twice) > 5 else ""),
            where=f"{path}, features {where}",
            mend="Name a column whose names differ, or make one feature of the parts of an area.",
        )
    return names


def _guessed_names(columns: Mapping[str, Column]) -> list[str] | None:
    """Names of the first usual column, else of the first with text, that names each area and no two alike."""
    lower = {column.lower(): column for column in columns}
    usual = [lower[name] for name in _NAMES if name in lower]
    for column in [*usual, *(c for c, values in columns.items() if values.dtype == object)]:
        names = [_text(value) for value in columns[column]]
        if all(names) and len(set(names)) == len(names):
            return names
    return None
