"""Workbooks and JSON documents as text tables: read whole, for they cannot be streamed."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from kenes.catalogue.entries import is_list, is_mapping
from kenes.catalogue.mapping_records import FileForm
from kenes.sources.tables.columns import text_column
from kenes.sources.tables.files import CheckedFile
from kenes.sources.tables.records import Block, Broken, Records, headings, split_parts
from kenes.vocabulary.errors import SourceError


def workbook(file: CheckedFile, form: FileForm) -> Records:
    """Read one sheet of an XLSX workbook.

    Raises:
        SourceError: no workbook, no such sheet (lists those found), no header.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
        sheet = form.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise SourceError(
                f"sheet {sheet!r} is missing", found=", ".join(book.sheet_names), where=file.name, code="sheet_missing"
            )
        cells: list[list[object]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise SourceError(
            "workbook cannot be read", found=str(error), where=file.name, code="file_unreadable"
        ) from error
    texts = [[cell_text(cell) for cell in row] for row in cells]
    first = form.skip_rows + form.header_rows
    heads = texts[form.skip_rows : first]
    if len(heads) < form.header_rows:
        raise SourceError("sheet ends before its header", where=f"{file.name}, sheet {sheet!r}", code="header_missing")
    return _table(file, form, headings(form, heads, file.name), texts[first:], first)


def document(file: CheckedFile, form: FileForm) -> Records:
    """Read a list of objects in a JSON document; `form.records` is the path to it.

    Raises:
        SourceError: no JSON, no list at the path.
    """
    try:
        found: object = json.loads(file.read().decode(form.encoding), parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise SourceError("file is no JSON", found=str(error), where=file.name, code="file_of_other_kind") from error
    for key in (form.records or "").split(".") if form.records else ():
        if not is_mapping(found) or key not in found:
            raise SourceError(f"no list of records at {form.records!r}", where=file.name, code="records_missing")
        found = found[key]
    items = found if is_list(found) else [None]
    records = [item for item in items if is_mapping(item)]
    if len(records) != len(items):
        raise SourceError(
            f"no list of records at {form.records or 'the root'!r}", where=file.name, code="records_missing"
        )
    keys = tuple(dict.fromkeys(key for item in records for key in item))
    names = headings(form, [list(keys)], file.name)
    rows = [[cell_text(item.get(key)) for key in keys] for item in records]
    return _table(file, form, names, rows, 0)


def cell_text(cell: object) -> str:
    """A cell as the text that a spreadsheet would save: whole numbers without a point.

    >>> [cell_text(c) for c in (None, 12.0, 0.1, True, "a ")]
    ['', '12', '0.1', 'TRUE', 'a ']
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat()
    return str(cell)


def _table(file: CheckedFile, form: FileForm, names: tuple[str, ...], rows: list[list[str]], offset: int) -> Records:
    width = len(names)
    good = [i for i, row in enumerate(rows) if not any(row[width:])]
    padded = [(rows[i] + [""] * width)[:width] for i in good]

    def blocks(positions: tuple[int, ...]) -> Iterator[Block]:
        if padded:
            numbers = np.array(good, dtype=np.int64) + offset + 1
            yield Block([text_column([row[at] for row in padded]) for at in positions], numbers)

    broken = [Broken(i + offset + 1, len(row), ",".join(row)[:200]) for i, row in enumerate(rows) if any(row[width:])]
    return Records(names, form, blocks, split_parts(form, names, file.name), broken)
