"""Rows of a source file as they were received, for showing one of them among its neighbours."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

NEIGHBOURS = 2
MOST_CELLS = 60
_LOCATOR = re.compile(r"row (?P<row>\d+)(?:, column (?P<column>.+))?")


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a text file is to be read: encoding, delimiter, sheet of a workbook."""

    encoding: str = "utf-8-sig"
    delimiter: str = ","
    format: str = "csv"
    sheet: str | None = None
    header_rows: int = 1


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A row of a file with its header and neighbours.

    `rows` are pairs of record number (from 1) and cells; `hit` is the number of the row that was
    asked for and `column` the position of its cell (from 0), None where that is not known.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    hit: int
    column: int | None
    cut: bool


def parse_locator(locator: str) -> tuple[int, str | None] | None:
    """Row and column of a locator such as `row 17, column PM10`; None if it names no row.

    >>> parse_locator("row 17, column PM10"), parse_locator("message 3")
    ((17, 'PM10'), None)
    """
    found = _LOCATOR.match(locator or "")
    return (int(found["row"]), found["column"]) if found else None


def excerpt(
    read: Callable[[str], bytes], snapshot: str, form: FileForm, locator: str, text: str | None
) -> Excerpt | None:
    """The row of a locator with its neighbours, or None where the file has no such row.

    Args:
        read: gives the bytes of a snapshot.
        snapshot: SHA-256 of the file.
        form: how the file is written.
        locator: `row N, column C`.
        text: the cell's text as received, which settles the column if its name does not.
    """
    place = parse_locator(locator)
    if place is None:
        return None
    records = _records(read, snapshot, form)
    number, column = place
    if not 1 <= number <= len(records):
        return None
    header = records[max(0, form.header_rows - 1)] if records else []
    found = _column(header, records[number - 1], column, text)
    shift = max(0, (found or 0) - MOST_CELLS // 2) if len(header) > MOST_CELLS else 0
    window = slice(shift, shift + MOST_CELLS)
    near = range(max(form.header_rows + 1, number - NEIGHBOURS), min(len(records), number + NEIGHBOURS) + 1)
    return Excerpt(
        tuple(header[window]),
        tuple((i, tuple(records[i - 1][window])) for i in sorted({*near, number})),
        number,
        None if found is None else found - shift,
        len(header) > MOST_CELLS,
    )


def _column(header: list[str], cells: list[str], column: str | None, text: str | None) -> int | None:
    if column in header:
        return header.index(str(column))
    stripped = [name.strip() for name in header]
    if column and column.strip() in stripped:
        return stripped.index(column.strip())
    if column and column.isdigit() and 1 <= int(column) <= len(cells):
        return int(column) - 1
    same = [i for i, cell in enumerate(cells) if text and cell.strip() == text.strip()]
    return same[0] if len(same) == 1 else None


@lru_cache(maxsize=6)
def _records(read: Callable[[str], bytes], snapshot: str, form: FileForm) -> list[list[str]]:
    data = read(snapshot)
    if form.format == "xlsx":
        return _sheet(data, form.sheet)
    if form.format == "json":
        return [[line] for line in data.decode("utf-8", "replace").splitlines()]
    stream = io.StringIO(data.decode(form.encoding, "replace"), newline="")
    return list(csv.reader(stream, delimiter=form.delimiter))


def _sheet(data: bytes, sheet: str | None) -> list[list[str]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  (few sources are workbooks)

    book: Any = CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = book.get_sheet_by_name(sheet or book.sheet_names[0]).to_python(skip_empty_area=False)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]
