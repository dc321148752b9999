"""Tables and map layers as the builder of the OTS places reads and writes them."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping

Row = dict[str, str]
Geometries = dict[str, Any]

SIMPLIFY_DEGREES = 0.02
GRID_DEGREES = 0.0001
SLIVER_SQUARE_DEGREES = 0.003
LETTERS = str.maketrans({"ı": "i", "İ": "i", "ə": "a", "ǝ": "a", "‘": "", "’": "", "'": "", "ŭ": "o"})


def read_table(path: Path) -> list[Row]:
    """Read a CSV table as rows of text."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file)]


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows as CSV with `columns`, sorted by all columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(rows, key=lambda row: [row.get(column, "") for column in columns])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(ordered)


def slug(name: str) -> str:
    """The part of an id that a name gives: plain letters, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name.translate(LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def union(geometries: Iterable[Any]) -> Any:
    """The union of polygons on the grid of the layers."""
    return shapely.union_all(shapely.make_valid(list(geometries)), grid_size=GRID_DEGREES)


def _polygonal(geometry: Any) -> Any:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def partition(raw: Geometries) -> Geometries:
    """Cut polygons that overlap or leave slivers so that neighbours share every point of their border.

    Faces of the noded borders go to the first polygon that holds them; a sliver that none holds goes to
    the nearest one. What is left free and is larger than a sliver stays free.
    """
    places = list(raw)
    polygons = [shapely.set_precision(shapely.force_2d(_polygonal(raw[place])), GRID_DEGREES) for place in places]
    lines = shapely.union_all(shapely.boundary(polygons), grid_size=GRID_DEGREES)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    tree = shapely.STRtree(polygons)
    owned: dict[str, list[Any]] = {place: [] for place in places}
    for face, point in zip(faces, shapely.point_on_surface(faces), strict=True):
        holders = sorted(tree.query(point, predicate="within"))
        if holders:
            owned[places[holders[0]]].append(face)
        elif face.area < SLIVER_SQUARE_DEGREES:
            owned[places[tree.nearest(point)]].append(face)
    return {place: shapely.union_all(parts) for place, parts in owned.items()}


def simplified(raw: Geometries) -> Geometries:
    """Simplify many polygons as one coverage: a border shared by two stays shared."""
    exact = partition(raw)
    return dict(zip(exact, shapely.coverage_simplify(list(exact.values()), SIMPLIFY_DEGREES), strict=True))


def write_layer(path: Path, layer: Geometries, key: str = "place") -> None:
    """Write a GeoJSON layer whose features carry one property, coordinates to four decimals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = [
        {"type": "Feature", "properties": {key: name}, "geometry": _rounded(mapping(_oriented(layer[name])))}
        for name in sorted(layer)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def _oriented(geometry: Any) -> Any:
    """Outer rings counter-clockwise, as RFC 7946 section 3.1.6 asks."""
    return shapely.orient_polygons(geometry)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value
