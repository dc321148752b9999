"""Cells of the H3 grid: their ids, centres and outlines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h3
import numpy as np
import shapely

from kenes.sources.city.arrays import Floats, Shapes
from kenes.vocabulary.errors import SourceError

KM_PER_DEGREE = 111


def hexagon_of(text: str) -> str | None:
    """An H3 id in its usual form, from hexadecimal or decimal digits; None for anything else.

    >>> hexagon_of("617700169958293503"), hexagon_of("872830828FFFFFF"), hexagon_of("street 7")
    ('8928308280fffff', '872830828ffffff', None)
    """
    if text.isdigit() and len(text) >= 18:
        text = f"{int(text):x}"
    known = len(text) in (15, 16) and bool(h3.is_valid_cell(text.lower()))
    return text.lower() if known else None


def centres_of(ids: Sequence[str]) -> tuple[Floats, Floats]:
    """Longitude and latitude of the centres in degrees, shape (cell,) each."""
    centres = [_centre(cell) for cell in ids]
    return np.array([lon for lon, _ in centres], float), np.array([lat for _, lat in centres], float)


def outlines_of(ids: Sequence[str]) -> Shapes:
    """Cells as polygons; beyond the 180th meridian the degrees go on, so that no cell is torn."""
    rings: list[list[tuple[float, float]]] = [[(lon, lat) for lat, lon in h3.cell_to_boundary(cell)] for cell in ids]
    base = rings[0][0][0] if rings else 0.0
    whole = ([(base + (lon - base + 180) % 360 - 180, lat) for lon, lat in ring] for ring in rings)
    return np.array([shapely.Polygon(ring) for ring in whole], dtype=np.object_)


def require_beside(ids: Sequence[str], path: Path) -> None:
    """Refuse a cell inside another: it would count its people twice.

    Raises:
        SourceError: there is one.
    """
    known = set(ids)
    sizes = sorted({_size(cell) for cell in known})
    for cell in ids if len(sizes) > 1 else ():
        own = _size(cell)
        inside = next((p for size in sizes if size < own and (p := _parent(cell, size)) in known), None)
        if inside is not None:
            raise SourceError(
                "population",
                expected="cells beside each other",
                found=f"{cell} inside {inside}",
                where=str(path),
                mend="Keep one size of cells where they overlap.",
            )


def require_centres(ids: Sequence[str], lon: Floats, lat: Floats, path: Path) -> None:
    """Refuse stated centres that do not lie in their cells, to about the length of two edges.

    Raises:
        SourceError: one lies elsewhere.
    """
    for row, (cell, x, y) in enumerate(zip(ids, lon.tolist(), lat.tolist(), strict=True)):
        centre_x, centre_y = _centre(cell)
        reach = 2 * float(h3.average_hexagon_edge_length(_size(cell), unit="km")) / KM_PER_DEGREE
        away_x = abs((x - centre_x + 180) % 360 - 180) * np.cos(np.radians(centre_y))
        if max(away_x, abs(y - centre_y)) > reach:
            raise SourceError(
                "population",
                expected=f"the centre of {cell} near {centre_x:.4f}, {centre_y:.4f}",
                found=f"{x:.4f}, {y:.4f}",
                where=f"{path}, row {row + 2}",
                mend="Perhaps lon and lat are exchanged.",
            )


def _centre(cell: str) -> tuple[float, float]:
    lat, lon = h3.cell_to_latlng(cell)
    return float(lon), float(lat)


def _size(cell: str) -> int:
    return int(h3.get_resolution(cell))


def _parent(cell: str, size: int) -> str:
    return str(h3.cell_to_parent(cell, size))
