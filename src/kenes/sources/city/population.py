"""Reads where people live: H3 cells, points, polygons or a raster, with groups by sex and age."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyarrow import csv

from kenes.sources.city.areas import read_areas
from kenes.sources.city.arrays import Column, Floats, Shape
from kenes.sources.city.hexagons import centres_of, hexagon_of, outlines_of, require_beside, require_centres
from kenes.sources.city.people import PopulationCells, require_persons
from kenes.sources.city.rasters import read_population_raster
from kenes.vocabulary.errors import SourceError

_ALIASES = {
    "id": ("id", "h3", "h3_id", "hex", "cell", "cell_id", "index"),
    "lon": ("lon", "longitude", "lng", "x"),
    "lat": ("lat", "latitude", "y"),
    "population": ("population", "pop", "persons", "people", "pop_total", "total_population"),
}
_GROUP = re.compile(
    r"^(?:pop(?:ulation)?_)?((?:f|m|female|male|women|men)(?:_\d+(?:_\d+|_?plus)?)?|age_?\d+(?:_\d+|_?plus)?)$"
)


def read_population(path: Path, boundary: Shape | None = None) -> PopulationCells:
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
        return read_population_raster(path, boundary)
    cells = _from_table(path) if suffix in (".csv", ".txt", ".tsv") else _from_layer(path)
    if boundary is None:
        return cells
    shapely.prepare(boundary)
    west, _, east, _ = boundary.bounds
    turns = np.round(((west + east) / 2 - cells.longitude) / 360)  # an outline may go on over the 180th meridian
    return cells.take(shapely.contains_xy(boundary, cells.longitude + 360 * turns, cells.latitude))


def _from_table(path: Path) -> PopulationCells:
    _refuse_other_encoding(path)
    with path.open("rb") as file:
        first = file.read(4096).decode("utf-8-sig", "replace").splitlines()
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
    ids, is_h3 = _identities(columns, found["id"], path)
    lon, lat = _centres(found, ids, is_h3, path)
    polygon = outlines_of(ids) if is_h3 else None
    groups = {m[1]: _numbers(c, path) for name, c in columns.items() if (m := _GROUP.match(name))}
    return _checked(
        PopulationCells(
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


def _refuse_other_encoding(path: Path) -> None:
    """A table is UTF-8; what else spreadsheets write is told by its row."""
    with path.open("rb") as file:
        for row, line in enumerate(file, 1):
            sixteen = (row == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff"))) or b"\0" in line
            try:
                if not sixteen:
                    line.decode("utf-8")
                    continue
                found = "UTF-16, or no text"
            except UnicodeDecodeError as fault:
                found = f"another encoding (byte {line[fault.start]:02X})"
            raise SourceError(
                "population",
                expected="a table in UTF-8",
                found=found,
                where=f"{path}, row {row}",
                mend="Save the table as CSV UTF-8.",
            )


def _identities(
    columns: Mapping[str, pa.ChunkedArray[Any]], named: pa.ChunkedArray[Any] | None, path: Path
) -> tuple[list[str], bool]:
    """Ids of the cells, and whether they are H3: told by what the column holds, whatever its name.

    Raises:
        SourceError: most ids are H3 and some are not, or a cell lies inside another.
    """
    rows = len(next(iter(columns.values()))) if columns else 0
    for column in [named] if named is not None else [c for c in columns.values() if _may_hold_ids(c)]:
        texts = [text.strip() for text in _texts(column)]
        cells = [hexagon_of(text) for text in texts]
        count = sum(cell is not None for cell in cells)
        if count and count == rows:
            found = [str(cell) for cell in cells]
            require_beside(found, path)
            return found, True
        if 2 * count > rows:
            row = cells.index(None)
            raise SourceError(
                "population",
                expected="an H3 id in every row",
                found=repr(texts[row]),
                where=f"{path}, row {row + 2}",
                mend="Correct the id, or remove the row.",
            )
    if named is not None:
        return _texts(named), False
    return [str(k) for k in range(rows)], False


def _may_hold_ids(column: pa.ChunkedArray[Any]) -> bool:
    return pa.types.is_string(column.type) or pa.types.is_integer(column.type)


def _texts(column: pa.ChunkedArray[Any]) -> list[str]:
    return ["" if value is None else str(value) for value in column.to_pylist()]


def _centres(
    found: Mapping[str, pa.ChunkedArray[Any] | None], ids: Sequence[str], is_h3: bool, path: Path
) -> tuple[Floats, Floats]:
    if found["lon"] is not None and found["lat"] is not None:
        lon, lat = _numbers(found["lon"], path), _numbers(found["lat"], path)
        if is_h3:
            require_centres(ids, lon, lat, path)
        return lon, lat
    if not is_h3:
        raise SourceError("population", expected="columns lon and lat, or H3 ids", found="neither", where=str(path))
    return centres_of(ids)


def _numbers(column: pa.ChunkedArray[Any], path: Path) -> Floats:
    try:
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
    except pa.ArrowInvalid as fault:
        raise SourceError(
            "population",
            expected="numbers with a decimal point",
            found=str(fault),
            where=str(path),
            mend="Write numbers as 1234.5, and leave missing cells empty.",
        ) from None


def _from_layer(path: Path) -> PopulationCells:
    areas = read_areas(path, polygons=False)
    lower = {name.lower(): values for name, values in areas.columns.items()}
    name = next((a for a in _ALIASES["population"] if a in lower), None)
    if name is None:
        raise SourceError("population", expected="a column population", found=", ".join(lower), where=str(path))
    middle = shapely.centroid(areas.geometry)
    is_polygon = bool(np.isin(shapely.get_type_id(areas.geometry), [3, 6]).all())
    groups = {m[1]: _floats(v, key, path) for key, v in lower.items() if (m := _GROUP.match(key))}
    return _checked(
        PopulationCells(
            areas.name,
            shapely.get_x(middle),
            shapely.get_y(middle),
            _floats(lower[name], name, path),
            areas.geometry if is_polygon else None,
            groups,
            "polygon" if is_polygon else "point",
            {},
        ),
        path,
    )


def _floats(values: Column, column: str, path: Path) -> Floats:
    try:
        return np.asarray([np.nan if v in (None, "") else v for v in values.tolist()], float)
    except (TypeError, ValueError) as fault:
        raise SourceError(
            f"population, column {column}",
            expected="numbers",
            found=str(fault),
            where=str(path),
            mend="Correct the attribute.",
        ) from None


def _checked(cells: PopulationCells, path: Path) -> PopulationCells:
    """Refuse what would count people wrongly; count what is merely missing."""
    if not len(cells):
        raise SourceError(
            "population",
            expected="at least one cell with people",
            found="no rows",
            where=str(path),
            mend="Perhaps the export broke off: write the table again.",
        )
    for name, persons in {"": cells.population, **cells.groups}.items():
        require_persons(persons, cells.id, f"population, {name}" if name else "population", path)
    if len(set(cells.id)) < len(cells.id):
        twice = next(i for i in cells.id if list(cells.id).count(i) > 1)
        raise SourceError("population", expected="each cell once", found=f"{twice} twice", where=str(path))
    placed = np.isfinite(cells.longitude) & np.isfinite(cells.latitude)
    placed &= (np.abs(cells.latitude) <= 90) & (np.abs(cells.longitude) <= 360)
    missing = ~np.isfinite(cells.population)
    findings = {"cells_without_place": int((~placed).sum()), "cells_without_population": int(missing.sum())}
    good = placed & ~missing
    return replace(cells.take(good), findings=findings)
