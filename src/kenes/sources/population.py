"""Reads where people live: H3 cells, points, polygons or a raster, with groups by sex and age."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyarrow import csv

from kenes.sources.areas import read_areas
from kenes.vocabulary.errors import SourceError

Floats = npt.NDArray[np.float64]
_ALIASES = {
    "id": ("id", "h3", "h3_id", "hex", "cell", "cell_id", "index"),
    "lon": ("lon", "longitude", "lng", "x"),
    "lat": ("lat", "latitude", "y"),
    "population": ("population", "pop", "persons", "people", "pop_total", "total_population"),
}
_GROUP = re.compile(
    r"^(?:pop(?:ulation)?_)?((?:f|m|female|male|women|men)(?:_\d+(?:_\d+|_?plus)?)?|age_?\d+(?:_\d+|_?plus)?)$"
)


@dataclass(frozen=True)
class Cells:
    """Cells with inhabitants.

    Attributes:
        id: shape (cell,).
        longitude: of the centre, degrees.
        latitude: of the centre, degrees.
        population: persons, NaN where missing.
        polygon: shapely polygons in degrees, or None where cells are points.
        groups: persons by group, such as `female` or `age_0_14`.
        kind: `h3`, `polygon`, `raster` or `point`.
        findings: what was odd, counted.
    """

    id: Sequence[str]
    longitude: Floats
    latitude: Floats
    population: Floats
    polygon: npt.NDArray[Any] | None
    groups: Mapping[str, Floats]
    kind: str
    findings: Mapping[str, int]

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.longitude)

    def take(self, which: npt.NDArray[Any]) -> Cells:
        """Some of the cells."""
        rows = np.flatnonzero(which) if which.dtype == bool else which
        return replace(
            self,
            id=[self.id[int(k)] for k in rows],
            longitude=self.longitude[rows],
            latitude=self.latitude[rows],
            population=self.population[rows],
            polygon=None if self.polygon is None else self.polygon[rows],
            groups={name: values[rows] for name, values in self.groups.items()},
        )


def read_population(path: Path, boundary: Any = None) -> Cells:
    """Read inhabitants and, where a boundary is given, keep those inside it.

    A cell belongs to a boundary when its centre lies inside; raster cells on the border count
    with the share of their area inside, so that the sum is conserved.

    Args:
        path: `.csv`, `.tif`, or a vector layer with a column of inhabitants.
        boundary: shapely geometry in degrees, or None.

    Raises:
        SourceError: the file has no inhabitants, or they are negative or given twice.
    """
    if not path.is_file():
        raise SourceError("population", expected="a file", found="none", where=str(path))
    suffix = path.suffix.lower()
    if suffix in (".tif", ".tiff"):
        from kenes.sources.rasters import read_population_raster  # noqa: PLC0415 rasters are rare

        return read_population_raster(path, boundary)
    cells = _from_table(path) if suffix in (".csv", ".txt", ".tsv") else _from_layer(path)
    if boundary is None:
        return cells
    shapely.prepare(boundary)
    return cells.take(shapely.contains_xy(boundary, cells.longitude, cells.latitude))


def _from_table(path: Path) -> Cells:
    first = path.read_bytes()[:4096].decode("utf-8-sig", "replace").splitlines()
    delimiter = max(",;\t", key=(first[0] if first else "").count)
    try:
        table = csv.read_csv(
            path,
            parse_options=csv.ParseOptions(delimiter=delimiter),
            convert_options=csv.ConvertOptions(
                column_types={"id": pa.string(), "h3": pa.string(), "h3_id": pa.string()}
            ),
        )
    except pa.ArrowInvalid as fault:
        raise SourceError("population", expected="a table", found=str(fault), where=str(path)) from None
    columns = {name.strip().lstrip("\ufeff").lower(): table.column(k) for k, name in enumerate(table.column_names)}
    found = {key: next((columns[a] for a in names if a in columns), None) for key, names in _ALIASES.items()}
    if found["population"] is None:
        raise SourceError("population", expected="a column population", found=", ".join(columns), where=str(path))
    ids = [str(v) for v in found["id"].to_pylist()] if found["id"] is not None else [str(k) for k in range(len(table))]
    if ids and all(text.isdigit() and len(text) >= 18 and h3.is_valid_cell(f"{int(text):x}") for text in ids):
        ids = [f"{int(text):x}" for text in ids]
    is_h3 = bool(ids) and all(len(text) in (15, 16) and h3.is_valid_cell(text.lower()) for text in ids)
    if is_h3:
        ids = [text.lower() for text in ids]
    lon, lat = _centres(found, ids, is_h3, path)
    polygon = _hexagons(ids) if is_h3 else None
    groups = {m[1]: _numbers(c, path) for name, c in columns.items() if (m := _GROUP.match(name))}
    return _checked(
        Cells(
            ids,
            lon,
            lat,
            _numbers(found["population"], path),
            polygon,
            groups,
            "h3" if is_h3 else "point",
            {},
        ),
        path,
    )


def _centres(found: Mapping[str, Any], ids: Sequence[str], is_h3: bool, path: Path) -> tuple[Floats, Floats]:
    if found["lon"] is not None and found["lat"] is not None:
        return _numbers(found["lon"], path), _numbers(found["lat"], path)
    if not is_h3:
        raise SourceError("population", expected="columns lon and lat, or H3 ids", found="neither", where=str(path))
    centres = np.array([h3.cell_to_latlng(cell) for cell in ids]).reshape(-1, 2)
    return centres[:, 1].copy(), centres[:, 0].copy()


def _hexagons(ids: Sequence[str]) -> npt.NDArray[Any]:
    return np.array([shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(cell)]) for cell in ids], dtype=object)


def _numbers(column: Any, path: Path) -> Floats:
    try:
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
    except pa.ArrowInvalid as fault:
        raise SourceError("population", expected="numbers", found=str(fault), where=str(path)) from None


def _from_layer(path: Path) -> Cells:
    areas = read_areas(path, polygons=False)
    lower = {name.lower(): values for name, values in areas.columns.items()}
    name = next((a for a in _ALIASES["population"] if a in lower), None)
    if name is None:
        raise SourceError("population", expected="a column population", found=", ".join(lower), where=str(path))
    middle = shapely.centroid(areas.geometry)
    is_polygon = bool(np.isin(shapely.get_type_id(areas.geometry), [3, 6]).all())
    groups = {m[1]: np.asarray(v, float) for key, v in lower.items() if (m := _GROUP.match(key))}
    return _checked(
        Cells(
            areas.name, shapely.get_x(middle), shapely.get_y(middle), np.asarray(lower[name], float),
            areas.geometry if is_polygon else None, groups, "polygon" if is_polygon else "point", {},
        ),
        path,
    )  # fmt: skip


def _checked(cells: Cells, path: Path) -> Cells:
    """Refuse what would count people wrongly; count what is merely missing."""
    negative = np.flatnonzero(cells.population < 0)
    if negative.size:
        k = int(negative[0])
        raise SourceError(
            "population", expected="no negative number", found=f"{cells.population[k]:g}",
            where=f"{path}, row {k + 2}, cell {cells.id[k]}", mend="Leave missing cells empty.",
        )  # fmt: skip
    if len(set(cells.id)) < len(cells.id):
        twice = next(i for i in cells.id if list(cells.id).count(i) > 1)
        raise SourceError("population", expected="each cell once", found=f"{twice} twice", where=str(path))
    placed = np.isfinite(cells.longitude) & np.isfinite(cells.latitude)
    placed &= (np.abs(cells.latitude) <= 90) & (np.abs(cells.longitude) <= 360)
    missing = ~np.isfinite(cells.population)
    findings = {"cells_without_place": int((~placed).sum()), "cells_without_population": int(missing.sum())}
    good = placed & ~missing
    return replace(cells.take(good), findings=findings)
