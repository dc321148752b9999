"""Reads the sun of a typical year from a weather file: EPW, TMY3, or the TMY table of PVGIS."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kenes.sources.city.arrays import Floats
from kenes.vocabulary.errors import SourceError

MOST_W_M2 = 2000.0
_COLUMNS = ("ghi", "dni", "dhi")
_PVGIS_HOUR = re.compile(rb"^\d{8}:\d{4},", re.MULTILINE)
_HALF_HOUR = np.timedelta64(30, "m")


@dataclass(frozen=True)
class Weather:
    """Irradiance of every hour of one year.

    Attributes:
        kind: `epw`, `tmy3` or `pvgis`.
        latitude: degrees.
        longitude: degrees.
        time: of the sun that belongs to the hour's values, UTC, shape (hour,).
        ghi: on the horizontal plane, W/m², shape (hour,).
        dni: of the beam, on a plane that faces the sun.
        dhi: from the sky, on the horizontal plane.
    """

    kind: str
    latitude: float
    longitude: float
    time: npt.NDArray[np.datetime64]
    ghi: Floats
    dni: Floats
    dhi: Floats


@dataclass(frozen=True)
class _Year:
    """What a file holds, as pvlib reads it.

    Attributes:
        local: hours as the file names them, shape (hour,).
        time: of the sun, UTC, shape (hour,).
        values: W/m² by column, shape (hour,) each.
        latitude: degrees.
        longitude: degrees.
    """

    local: Sequence[dt.datetime]
    time: npt.NDArray[np.datetime64]
    values: Mapping[str, Floats]
    latitude: float
    longitude: float


def read_weather(path: Path) -> Weather:
    """Read a weather file of whichever kind, as pvlib reads it.

    The sun stands where it is in the middle of the hour that a value covers: EPW and TMY3 name the
    end of the hour. PVGIS gives values of an instant, at an offset to the full hour that the file
    tells.

    Raises:
        SourceError: the file is of another kind, hours are missing, or values are.
    """
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise SourceError("weather file", expected="a file", found=str(fault), where=str(path)) from None
    kind = _kind(raw, path)
    try:
        year = {"epw": _epw, "tmy3": _tmy3, "pvgis": _pvgis}[kind](raw)
    except (ValueError, KeyError, IndexError, TypeError) as fault:
        raise SourceError("weather file", expected=f"a whole {kind} file", found=repr(fault), where=str(path)) from None
    _check(year, path)
    ghi, dni, dhi = (year.values[name] for name in _COLUMNS)
    return Weather(kind, year.latitude, year.longitude, year.time, ghi, dni, dhi)


def _kind(raw: bytes, path: Path) -> str:
    first, second = [*raw[:4000].splitlines(), b"", b""][:2]
    if first.lstrip(b"\xef\xbb\xbf").startswith(b"LOCATION,"):
        return "epw"
    if first.startswith(b"Latitude (decimal degrees)") and b"time(UTC)" in raw[:4000]:
        hours = len(_PVGIS_HOUR.findall(raw))
        if hours != 8760:  # pvlib would read so many lines, whatever they are
            raise _hours_missing(hours, path)
        return "pvgis"
    if b"Date (MM/DD/YYYY)" in second:
        return "tmy3"
    raise SourceError(
        "weather file",
        expected="EPW, TMY3, or the TMY table of PVGIS (CSV)",
        found=repr(first[:60].decode("latin-1")),
        where=str(path),
    )


def _text(raw: bytes) -> io.StringIO:
    """Names of cities come in any encoding; numbers are the same in all."""
    try:
        return io.StringIO(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return io.StringIO(raw.decode("latin-1"))


def _epw(raw: bytes) -> _Year:
    from pvlib.iotools import read_epw  # noqa: PLC0415 an extra

    table, meta = read_epw(_text(raw))
    return _year(table, meta, _HALF_HOUR)  # pvlib names the start of the hour


def _tmy3(raw: bytes) -> _Year:
    from pvlib.iotools import read_tmy3  # noqa: PLC0415 an extra

    table, meta = read_tmy3(_text(raw))
    first = table.index[0]
    if first.minute == 30:
        return _year(table, meta, 0 * _HALF_HOUR)
    return _year(table, meta, -_HALF_HOUR if first.hour == 1 else _HALF_HOUR)


def _pvgis(raw: bytes) -> _Year:
    from pvlib.iotools import read_pvgis_tmy  # noqa: PLC0415 an extra

    table, meta = read_pvgis_tmy(io.BytesIO(raw), pvgis_format="csv")
    about = meta["inputs"]
    seconds = round(about.get("irradiance time offset", 0.0) * 3600)
    return _year(table, about, np.timedelta64(seconds, "s"))


def _year(table: Any, about: Any, shift: np.timedelta64) -> _Year:
    """A table and its header, the sun standing so much later than the table names the hour."""
    hours = table.index.tz_convert("UTC").tz_localize(None).to_numpy()
    time: npt.NDArray[np.datetime64] = hours.astype("datetime64[s]")
    return _Year(
        list(table.index.to_pydatetime()),
        time + shift,
        {name: np.asarray(table[name], np.float64) for name in _COLUMNS},
        float(about["latitude"]),
        float(about["longitude"]),
    )


def _check(year: _Year, path: Path) -> None:
    """Every hour of a year once, each with three values that may be."""
    hours = {(hour.month, hour.day, hour.hour) for hour in year.local}
    if len(year.local) not in (8760, 8784) or len(hours) != len(year.local):
        raise _hours_missing(len(hours), path, len(year.local))
    for name, column in year.values.items():
        wrong = ~((column >= 0) & (column <= MOST_W_M2))
        if wrong.any():
            first = year.local[int(np.flatnonzero(wrong)[0])]
            raise SourceError(
                "weather file",
                expected=f"{name} from 0 to {MOST_W_M2:g} W/m² in every hour",
                found=f"{int(wrong.sum())} hours without or beyond, the first at {first}",
                where=str(path),
            )


def _hours_missing(hours: int, path: Path, rows: int | None = None) -> SourceError:
    found = f"{hours} hours" + (f" in {rows} rows" if rows not in (None, hours) else "")
    return SourceError("weather file", expected="8760 hours of one year, each once", found=found, where=str(path))
