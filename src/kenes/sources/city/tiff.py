"""Reads the first picture of a TIFF file that says where on earth it lies."""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kenes.sources.city.arrays import Floats
from kenes.vocabulary.errors import SourceError

Values = tuple[int | float | bytes, ...]

_FORMS = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d"}
_FORMS_OF_BIG = {16: "Q", 17: "q"}
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


@dataclass(frozen=True)
class _Window:
    """Lines and columns of the picture, the last ones not included."""

    line: int
    column: int
    line_end: int
    column_end: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.line_end - self.line, self.column_end - self.column


class Tiff:
    """The first picture of a TIFF file.

    Args:
        data: the file.
        path: of the file, for errors.

    Raises:
        SourceError: from here and from `window`, what cannot be read.
    """

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data, self._path = data, path
        order = {b"II": "<", b"MM": ">"}.get(data[:2])
        if order is None or len(data) < 16:
            raise self._fault("a GeoTIFF", "something else")
        self._order = order
        self._big = self._whole("H", 2) == 43
        try:
            self._tags = self._directory(self._whole("Q", 8) if self._big else self._whole("I", 4))
        except (struct.error, KeyError):
            raise self._fault("a GeoTIFF", "a damaged directory") from None
        self.columns, self.lines = self._one(256), self._one(257)
        if self._one(277, 1) != 1:
            raise self._fault("one band", f"{self._one(277, 1)} bands")
        self._dtype = self._type_of_values()
        self.crs = self._reference_system()
        scale, tie = self._tags.get(33550), self._tags.get(33922)
        if scale is None or tie is None:
            raise self._fault("a place on earth (ModelPixelScale, ModelTiepoint)", "none")
        self.width, self.height = float(scale[0]), float(scale[1])
        self.west = float(tie[3]) - float(tie[0]) * self.width
        self.north = float(tie[4]) + float(tie[1]) * self.height

    def window(self, bounds: Floats | None) -> Raster:
        """The lines and columns that touch bounds (west, south, east, north) in the raster's own system; else all."""
        window = self._window(bounds)
        values = self._values(window)
        nodata = self._tags.get(42113)
        if nodata is not None:
            text = _bytes(nodata).split(b"\0")[0].strip()
            values[values == float(text or b"nan")] = np.nan
        values[values < 0] = np.nan  # nobody is not fewer than none: older grids mark sea by -200
        return Raster(
            values,
            self.west + window.column * self.width,
            self.north - window.line * self.height,
            self.width,
            self.height,
            self.crs,
            window.line,
            window.column,
        )

    def _window(self, bounds: Floats | None) -> _Window:
        window = _Window(0, 0, self.lines, self.columns)
        if bounds is not None:
            west, south, east, north = bounds.tolist()
            window = _Window(
                max(0, int(np.floor((self.north - north) / self.height))),
                max(0, int(np.floor((west - self.west) / self.width))),
                min(self.lines, int(np.ceil((self.north - south) / self.height))),
                min(self.columns, int(np.ceil((east - self.west) / self.width))),
            )
        lines, columns = window.shape
        if lines <= 0 or columns <= 0:
            raise self._fault("cells inside the boundary", "none")
        if lines * columns > MOST_CELLS:
            raise self._fault(f"at most {MOST_CELLS} cells", f"{lines * columns}; give a boundary")
        return window

    def _values(self, window: _Window) -> Floats:
        """Values of a window, put together from the tiles or strips that it touches; NaN where a block is left out."""
        values = np.full(window.shape, np.nan)
        tiled = 322 in self._tags
        wide, high = (self._one(322), self._one(323)) if tiled else (self.columns, self._one(278, self.lines))
        offsets, sizes = (self._tags[324], self._tags[325]) if tiled else (self._tags[273], self._tags[279])
        across = -(-self.columns // wide)
        for j in range(window.line // high, (window.line_end - 1) // high + 1):
            for i in range(window.column // wide, (window.column_end - 1) // wide + 1):
                k = j * across + i
                lines = high if tiled else min(high, self.lines - j * high)
                block = self._block(int(offsets[k]), int(sizes[k]), lines, wide)
                a, b = max(window.line, j * high), min(window.line_end, j * high + lines)
                c, d = max(window.column, i * wide), min(window.column_end, (i + 1) * wide)
                part = block[a - j * high : b - j * high, c - i * wide : d - i * wide]
                values[a - window.line : b - window.line, c - window.column : d - window.column] = part
        return values

    def _block(self, at: int, size: int, lines: int, wide: int) -> npt.NDArray[np.generic]:
        if size == 0:
            return np.full((lines, wide), np.nan)
        raw, how = self._data[at : at + size], self._one(259, 1)
        if how in (8, 32946):
            raw = zlib.decompress(raw)
        elif how == 5:
            raw = lzw_unpacked(raw)
        elif how != 1:
            raise self._fault("no compression, deflate or LZW", f"compression {how}")
        length = lines * wide * self._dtype.itemsize
        if len(raw) < length:
            raise self._fault(f"a block of {length} bytes", f"{len(raw)}")
        return self._unpredicted(raw[:length], lines, wide)

    def _unpredicted(self, raw: bytes, lines: int, wide: int) -> npt.NDArray[np.generic]:
        """Values of a block, of which a predictor may have written the differences."""
        predictor = self._one(317, 1)
        if predictor == 3:
            shuffled = np.frombuffer(raw, np.uint8).reshape(lines, -1)
            summed = np.cumsum(shuffled, axis=1, dtype=np.uint8)
            planes = summed.reshape(lines, self._dtype.itemsize, wide).transpose(0, 2, 1)
            return np.ascontiguousarray(planes).view(self._dtype.newbyteorder(">")).reshape(lines, wide)
        values = np.frombuffer(raw, self._dtype).reshape(lines, wide)
        if predictor == 2:
            whole = values.astype(self._dtype.newbyteorder("=")).view(f"u{self._dtype.itemsize}")
            return np.cumsum(whole, axis=1, dtype=whole.dtype).view(self._dtype.newbyteorder("="))
        return values

    def _fault(self, expected: str, found: str) -> SourceError:
        return SourceError("raster", expected=expected, found=found, where=str(self._path))

    def _unpacked(self, form: str, at: int) -> Values:
        values: Values = struct.unpack_from(self._order + form, self._data, at)
        return values

    def _whole(self, form: str, at: int) -> int:
        return int(self._unpacked(form, at)[0])

    def _directory(self, at: int) -> Mapping[int, Values]:
        """Values by tag; those that do not fit into an entry stand elsewhere in the file."""
        head, size, kind, held = ("Q", 20, "Q", 8) if self._big else ("H", 12, "I", 4)
        count = self._whole(head, at)
        at += struct.calcsize(head)
        tags: dict[int, Values] = {}
        for entry in range(at, at + count * size, size):
            code, type_, number = (int(value) for value in self._unpacked("HH" + kind, entry))
            letter = {**_FORMS, **_FORMS_OF_BIG}.get(type_)
            if letter is None:
                continue
            form = f"{number}s" if letter == "s" else letter * number if len(letter) == 2 else f"{number}{letter}"
            value_at = entry + (12 if self._big else 8)
            if struct.calcsize(self._order + form) > held:
                value_at = self._whole(kind, value_at)
            tags[code] = self._unpacked(form, value_at)
        return tags

    def _one(self, code: int, default: int | None = None) -> int:
        if code in self._tags:
            return int(self._tags[code][0])
        if default is None:
            raise self._fault(f"tag {code}", "none")
        return default

    def _type_of_values(self) -> np.dtype[np.generic]:
        letter = {1: "u", 2: "i", 3: "f"}.get(self._one(339, 1))
        bits = self._one(258, 1)
        if letter is None or bits not in (8, 16, 32, 64):
            raise self._fault("whole numbers or floats of 8 to 64 bits", f"{bits} bits, format {self._one(339, 1)}")
        return np.dtype(f"{self._order}{letter}{bits // 8}")

    def _reference_system(self) -> str:
        keys = [int(value) for value in self._tags.get(34735, ())]
        known = {keys[k]: keys[k + 3] for k in range(4, len(keys) - 3, 4) if keys[k + 1] == 0}
        text = _bytes(self._tags.get(34737, (b"",))).decode("latin-1").lower()
        code = known.get(3072) or (known.get(2048) if known.get(1024) == 2 else None)
        if code and code < 32767:
            return f"EPSG:{code}"
        if code == 54009 or "mollweide" in text:
            return _MOLLWEIDE
        raise self._fault("a reference system by EPSG code, or Mollweide", str(code or "none"))


def _bytes(values: Values) -> bytes:
    """A text of the file."""
    first = values[0]
    return first if isinstance(first, bytes) else b""


def lzw_unpacked(data: bytes) -> bytes:
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
