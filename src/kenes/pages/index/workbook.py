"""The tables of an index as a workbook, one sheet for each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Protocol

Table = tuple[Sequence[str], Sequence[Sequence[object]]]
"""Names of columns, and rows."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_LETTERS = 31
"""So many letters a spreadsheet allows in the name of a sheet."""


class _Sheet(Protocol):
    def write_boolean(self, row: int, col: int, boolean: bool) -> object: ...
    def write_number(self, row: int, col: int, number: float) -> object: ...
    def write_string(self, row: int, col: int, string: str) -> object: ...


def workbook(tables: Mapping[str, Table]) -> bytes:
    """One sheet for each table; text that a spreadsheet would run as a formula is written as text."""
    import xlsxwriter  # noqa: PLC0415 - only for workbooks

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    written = BytesIO()
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        bold = book.add_format({"bold": True})
        for name, (columns, rows) in tables.items():
            sheet = book.add_worksheet(name[:MOST_LETTERS])
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, columns, bold)
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    _write_cell(sheet, number, column, value)
    return written.getvalue()


def _write_cell(sheet: _Sheet, row: int, column: int, value: object) -> None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, float(value))
    else:
        text = str(value)
        sheet.write_string(row, column, f"'{text}" if text.startswith(FORMULA) else text)
