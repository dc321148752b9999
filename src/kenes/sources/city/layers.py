"""Reads stops and facilities from layers of a city's own: GeoJSON, GeoPackage, or CSV with coordinates."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from itertools import compress
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from kenes.catalogue.space_tables import LayerModes
from kenes.sources.city.areas import read_areas
from kenes.sources.city.arrays import Bools, Shapes
from kenes.sources.city.openstreetmap import Features
from kenes.vocabulary.errors import SourceError

_LON, _LAT = ("lon", "longitude", "lng", "x", "stop_lon"), ("lat", "latitude", "y", "stop_lat")
_WKT = ("geometry", "wkt", "geom", "the_geom")
_NAMES = ("name", "stop_name", "istasyon", "adi", "nombre", "name_uz")
Where = Sequence[tuple[str, str]]


def read_features(path: Path, kind: str, where: Where = ()) -> tuple[Features, Mapping[str, Sequence[str]]]:
    """Points of a layer with their attributes; an area stands at a point within it.

    Args:
        path: `.csv` with lon and lat, or with points as WKT; otherwise a vector layer.
        kind: what they are.
        where: attribute and the value it must have, all of them; a layer without such an attribute
            is kept whole.

    Raises:
        SourceError: the file has no points, or none that is wanted.
    """
    if not path.is_file():
        raise SourceError("layer", expected="a file", found="none", where=str(path))
    if path.suffix.lower() in (".csv", ".txt"):
        columns, geometry = _table(path)
    else:
        areas = read_areas(path, polygons=False)
        columns = {name: ["" if v is None else str(v) for v in values] for name, values in areas.columns.items()}
        geometry = areas.geometry
    keep = np.ones(len(geometry), bool)
    for name, value in where:
        if name in columns:
            keep &= np.array([text.strip() == value for text in columns[name]], bool)
    rows = np.flatnonzero(keep)
    if not len(rows):
        asked = ", ".join(f"{name}={value}" for name, value in where)
        raise SourceError(
            "layer", expected=f"points with {asked}" if asked else "points", found="none", where=str(path)
        )
    points = shapely.point_on_surface(geometry[rows])
    names = next((columns[c] for c in columns if c.strip().lower() in _NAMES), [""] * len(geometry))
    features = Features(
        shapely.get_x(points),
        shapely.get_y(points),
        [kind] * len(rows),
        [names[k] for k in rows],
        [f"{path.name}/{k + 1}" for k in rows],
    )
    return features, {name: [values[k] for k in rows] for name, values in columns.items()}


def layers_without_column(paths: Sequence[Path], where: Where) -> list[str]:
    """Which layers lack a column asked for, so that they count whole; each as `file has no column name`.

    Args:
        paths: layers that could be read.
        where: as in `read_features`.

    Raises:
        SourceError: no layer has the column, or there is none: the condition would keep everything.
    """
    held = {path: list(_table(path)[0]) if path.suffix.lower() in (".csv", ".txt") else _fields(path) for path in paths}
    for name, value in where:
        if not any(name in columns for columns in held.values()):
            known = ", ".join(dict.fromkeys(column for columns in held.values() for column in columns))
            raise SourceError(
                f"--where {name}={value}",
                expected=f"a layer with a column {name}",
                found=known or ("no columns" if paths else "no layer"),
                where=", ".join(map(str, paths)),
                mend="Name one of these columns." if known else "Give --stops or --facilities with such a column.",
            )
    return [f"{path.name} has no column {name}" for name, _ in where for path in held if name not in held[path]]


def _fields(path: Path) -> list[str]:
    return [str(field) for field in pyogrio.read_info(path)["fields"]]


def _table(path: Path) -> tuple[dict[str, list[str]], Shapes]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            names = [name for name in reader.fieldnames or () if name]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        found = "another encoding" if isinstance(fault, UnicodeDecodeError) else str(fault)
        raise SourceError(
            "layer", expected="a table in UTF-8", found=found, where=str(path), mend="Save the table as CSV UTF-8."
        ) from None
    columns = {name: [(row[name] or "").strip() for row in rows] for name in names}
    lower = {name.strip().lower(): name for name in names}
    lon, lat, wkt = (next((lower[n] for n in known if n in lower), None) for known in (_LON, _LAT, _WKT))
    try:
        if lon and lat:
            x, y = (np.array([float(text) for text in columns[name]]) for name in (lon, lat))
            geometry = np.asarray(shapely.points(x, y), np.object_)
        elif wkt:
            geometry = shapely.from_wkt(np.array(columns[wkt], dtype=object))
        else:
            raise SourceError(
                "layer",
                expected="columns lon and lat, or geometry with POINT (lon lat)",
                found=", ".join(names),
                where=str(path),
            )
    except (ValueError, shapely.errors.GEOSException) as fault:
        raise SourceError("layer", expected="numbers or points", found=str(fault), where=str(path)) from None
    _check(geometry, path)
    return columns, geometry


def _check(geometry: Shapes, path: Path) -> None:
    if not len(geometry) or shapely.is_missing(geometry).any() or shapely.is_empty(geometry).any():
        raise SourceError("layer", expected="a point in every row", found="rows without one", where=str(path))
    west, south, east, north = shapely.total_bounds(geometry)
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        found = f"{west:g} to {east:g}, {south:g} to {north:g}"
        raise SourceError("layer", expected="degrees of longitude and latitude", found=found, where=str(path))


def read_stops(
    layers: Sequence[tuple[str, Path]], where: Where, modes: LayerModes, capacities: Collection[str]
) -> dict[str, Features]:
    """Stops of a city's own layers by capacity.

    Args:
        layers: capacity and file; an empty capacity is found by the table, row by row.
        where: as in `read_features`.
        modes: how features tell their capacity.
        capacities: those that count.

    Raises:
        SourceError: a capacity or a layer is wrong.
    """
    parts: dict[str, list[tuple[Features, Bools]]] = {capacity: [] for capacity in capacities}
    for capacity, path in layers:
        if capacity and capacity not in parts:
            raise SourceError("stops", expected=" or ".join(capacities), found=capacity, where=str(path))
        features, columns = read_features(path, "stop", where)
        own = [capacity] * len(features) if capacity else _capacities(columns, modes, len(features))
        for name, found in parts.items():
            found.append((features, np.array([each == name for each in own], bool)))
    return {name: _joined(pairs) for name, pairs in parts.items()}


def _capacities(columns: Mapping[str, Sequence[str]], modes: LayerModes, count: int) -> list[str]:
    """Capacity of each row by the first column that tells a mode."""
    lower = {name.strip().lower(): name for name in columns}
    column = next((lower[name] for name in modes.columns if name in lower), None)
    if column is None:
        return [modes.otherwise] * count
    by_word = {word: capacity for capacity, words in modes.words.items() for word in words}
    return [by_word.get(text.strip().casefold(), modes.otherwise) for text in columns[column]]


def _joined(parts: Sequence[tuple[Features, Bools]]) -> Features:
    """Features of several layers, of each those that a mask keeps."""
    return Features(
        np.concatenate([np.zeros(0), *(f.longitude[mask] for f, mask in parts)]),
        np.concatenate([np.zeros(0), *(f.latitude[mask] for f, mask in parts)]),
        [kind for f, mask in parts for kind in compress(f.kind, mask)],
        [name for f, mask in parts for name in compress(f.name, mask)],
        [reference for f, mask in parts for reference in compress(f.reference, mask)],
    )
