"""Reads rasters (GeoTIFF) without GDAL: tiles or strips, the usual compressions.

What GHS-POP, GHS-BUILT-S, WorldPop and national grids use is read: classic and big TIFF, one band, no
compression, deflate or LZW, all predictors, degrees or a metric system by its EPSG code or, for
GHS layers, the Mollweide projection.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from kenes.sources.city.areas import to_degrees
from kenes.sources.city.people import PopulationCells, require_persons
from kenes.vocabulary.errors import SourceError

_SIZES = {
    1: "B",
    2: "s",
    3: "H",
    4: "I",
    5: "II",
    6: "b",
    8: "h",
    9: "i",
    10: "ii",
    11: "f",
    12: "d",
    16: "Q",
    17: "q",
}
_MOLLWEIDE = "ESRI:54009"
MOST_CELLS = 2_000_000


@dataclass(frozen=True)
class Raster:
    """A window of a raster.

    Attributes:
        values: shape (line, column), NaN where missing.
        west: x of the left edge in its own system.
        north: y of the upper edge.
        width: of a cell.
        height: of a cell.
        crs: reference system.
        line: first line of the window in the file.
        column: first column of the window.
    """

    values: npt.NDArray[np.float64]
    west: float
    north: float
    width: float
    height: float
    crs: str
    line: int = 0
    column: int = 0


def read_raster(path: Path, boundary: Any) -> tuple[Raster, npt.NDArray[np.float64]]:
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
        tiff = _Tiff(data, path)
        if boundary is None:
            raster = tiff.window(None)
            return raster, np.ones_like(raster.values)
        there = shapely.transform(boundary, mover("EPSG:4326", tiff.crs))
        raster = tiff.window(shapely.bounds(there))
    return raster, _shares(raster, there)


def read_population_raster(path: Path, boundary: Any) -> PopulationCells:
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


def mover(source: str, target: str) -> Any:
    """Brings coordinates, shape (point, 2), from one reference system to another."""
    move = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1]))


def _shares(raster: Raster, boundary: Any) -> npt.NDArray[np.float64]:
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


class _Tiff:
    """The first picture of a TIFF file."""

    def __init__(self, data: Any, path: Path) -> None:
        self.data, self.path = data, path
        order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
        if order is None or len(data) < 16:
            raise self._fault("a GeoTIFF", "something else")
        self.order = order
        self.big = struct.unpack_from(order + "H", data, 2)[0] == 43
        first = struct.unpack_from(order + ("Q" if self.big else "I"), data, 8 if self.big else 4)[0]
        try:
            self.tags = self._directory(first)
        except (struct.error, KeyError):
            raise self._fault("a GeoTIFF", "a damaged directory") from None
        self.columns, self.lines = self._one(256), self._one(257)
        if self._one(277, 1) != 1:
            raise self._fault("one band", f"{self._one(277, 1)} bands")
        self.dtype = self._dtype()
        self.crs = self._crs()
        scale, tie = self.tags.get(33550), self.tags.get(33922)
        if scale is None or tie is None:
            raise self._fault("a place on earth (ModelPixelScale, ModelTiepoint)", "none")
        self.width, self.height = float(scale[0]), float(scale[1])
        self.west, self.north = tie[3] - tie[0] * self.width, tie[4] + tie[1] * self.height

    def _fault(self, expected: str, found: str) -> SourceError:
        return SourceError("raster", expected=expected, found=found, where=str(self.path))

    def _directory(self, at: int) -> Mapping[int, tuple[Any, ...]]:
        head, size, kind = ("Q", 20, "Q") if self.big else ("H", 12, "I")
        count = struct.unpack_from(self.order + head, self.data, at)[0]
        at += struct.calcsize(head)
        tags: dict[int, tuple[Any, ...]] = {}
        for k in range(count):
            code, type_, number = struct.unpack_from(self.order + "HH" + kind, self.data, at + k * size)
            if type_ not in _SIZES and type_ != 7:
                continue
            letter = _SIZES.get(type_, "B")
            form = f"{number}s" if type_ == 2 else letter * number if len(letter) == 2 else f"{number}{letter}"
            value_at = at + k * size + (12 if self.big else 8)
            if struct.calcsize(self.order + form) > (8 if self.big else 4):
                value_at = struct.unpack_from(self.order + kind, self.data, value_at)[0]
            tags[code] = struct.unpack_from(self.order + form, self.data, value_at)
        return tags

    def _one(self, code: int, default: int | None = None) -> int:
        if code in self.tags:
            return int(self.tags[code][0])
        if default is None:
            raise self._fault(f"tag {code}", "none")
        return default

    def _dtype(self) -> np.dtype[Any]:
        letter = {1: "u", 2: "i", 3: "f"}.get(self._one(339, 1))
        bits = self._one(258, 1)
        if letter is None or bits not in (8, 16, 32, 64):
            raise self._fault("whole numbers or floats of 8 to 64 bits", f"{bits} bits, format {self._one(339, 1)}")
        return np.dtype(f"{self.order}{letter}{bits // 8}")

    def _crs(self) -> str:
        keys = self.tags.get(34735, ())
        known = {keys[k]: keys[k + 3] for k in range(4, len(keys) - 3, 4) if keys[k + 1] == 0}
        text = bytes(self.tags.get(34737, (b"",))[0]).decode("latin-1").lower()
        code = known.get(3072) or (known.get(2048) if known.get(1024) == 2 else None)
        if code and code < 32767:
            return f"EPSG:{code}"
        if code == 54009 or "mollweide" in text:
            return _MOLLWEIDE
        raise self._fault("a reference system by EPSG code, or Mollweide", str(code or "none"))

    def window(self, bounds: Any) -> Raster:
        """The lines and columns that touch bounds in the raster's own system."""
        c0, l0, c1, l1 = 0, 0, self.columns, self.lines
        if bounds is not None:
            c0 = max(0, int(np.floor((bounds[0] - self.west) / self.width)))
            c1 = min(self.columns, int(np.ceil((bounds[2] - self.west) / self.width)))
            l0 = max(0, int(np.floor((self.north - bounds[3]) / self.height)))
            l1 = min(self.lines, int(np.ceil((self.north - bounds[1]) / self.height)))
        if c1 <= c0 or l1 <= l0:
            raise self._fault("cells inside the boundary", "none")
        if (c1 - c0) * (l1 - l0) > MOST_CELLS:
            raise self._fault(f"at most {MOST_CELLS} cells", f"{(c1 - c0) * (l1 - l0)}; give a boundary")
        values = np.full((l1 - l0, c1 - c0), np.nan)
        tiled = 322 in self.tags
        wide, high = (self._one(322), self._one(323)) if tiled else (self.columns, self._one(278, self.lines))
        offsets, sizes = (self.tags[324], self.tags[325]) if tiled else (self.tags[273], self.tags[279])
        across = -(-self.columns // wide)
        for j in range(l0 // high, (l1 - 1) // high + 1):
            for i in range(c0 // wide, (c1 - 1) // wide + 1):
                k = j * across + i
                lines = high if tiled else min(high, self.lines - j * high)
                block = self._block(int(offsets[k]), int(sizes[k]), lines, wide)
                a, b = max(l0, j * high), min(l1, j * high + lines)
                c, d = max(c0, i * wide), min(c1, (i + 1) * wide)
                part = block[a - j * high : b - j * high, c - i * wide : d - i * wide]
                values[a - l0 : b - l0, c - c0 : d - c0] = part
        nodata = self.tags.get(42113)
        if nodata is not None:
            text = bytes(nodata[0]).split(b"\0")[0].strip()
            values[values == float(text or b"nan")] = np.nan
        values[values < 0] = np.nan  # nobody is not fewer than none: older grids mark sea by -200
        return Raster(
            values,
            self.west + c0 * self.width,
            self.north - l0 * self.height,
            self.width,
            self.height,
            self.crs,
            l0,
            c0,
        )

    def _block(self, at: int, size: int, lines: int, wide: int) -> npt.NDArray[Any]:
        if size == 0:
            return np.full((lines, wide), np.nan)
        raw, how = bytes(self.data[at : at + size]), self._one(259, 1)
        if how in (8, 32946):
            raw = zlib.decompress(raw)
        elif how == 5:
            raw = _lzw(raw)
        elif how != 1:
            raise self._fault("no compression, deflate or LZW", f"compression {how}")
        length, predictor = lines * wide * self.dtype.itemsize, self._one(317, 1)
        if len(raw) < length:
            raise self._fault(f"a block of {length} bytes", f"{len(raw)}")
        if predictor == 3:
            shuffled = np.frombuffer(raw[:length], np.uint8).reshape(lines, -1)
            summed = np.cumsum(shuffled, axis=1, dtype=np.uint8)
            planes = summed.reshape(lines, self.dtype.itemsize, wide).transpose(0, 2, 1)
            return np.ascontiguousarray(planes).view(self.dtype.newbyteorder(">")).reshape(lines, wide)
        values = np.frombuffer(raw[:length], self.dtype).reshape(lines, wide)
        if predictor == 2:
            whole = values.astype(self.dtype.newbyteorder("=")).view(f"u{self.dtype.itemsize}")
            return np.cumsum(whole, axis=1, dtype=whole.dtype).view(self.dtype.newbyteorder("="))
        return values


def _lzw(data: bytes) -> bytes:
    """Lempel-Ziv-Welch as in TIFF 6.0, section 13: codes of 9 to 12 bits, high bit first."""
    table: list[bytes] = []
    out: list[bytes] = []
    held, bits, width, previous = 0, 0, 9, b""
    for byte in data:
        held, bits = (held << 8) | byte, bits + 8
        if bits < width:
            continue
        bits -= width
        code, held = held >> bits, held & ((1 << bits) - 1)
        if code == 256:
            table, width, previous = [bytes([k]) for k in range(256)] + [b"", b""], 9, b""
            continue
        if code == 257:
            break
        entry = table[code] if code < len(table) else previous + previous[:1]
        out.append(entry)
        if previous:
            table.append(previous + entry[:1])
        previous = entry
        width = 12 if len(table) >= 2047 else 11 if len(table) >= 1023 else 10 if len(table) >= 511 else 9
    return b"".join(out)
