"""One record of a file among its neighbours, counted by the reader that read the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kenes.catalogue.mapping_records import FileForm
from kenes.sources.tables.columns import text_at
from kenes.sources.tables.opening import open_records
from kenes.sources.tables.records import Records
from kenes.vocabulary.locators import Cell

NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Around:
    """Some records that follow each other.

    Attributes:
        header: names of the columns.
        rows: row number and cells; a record that could not be split is one cell.
        column: position of the cell that was asked for, from 0; None where no column of that name is there.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    column: int | None


def records_around(data: bytes, form: FileForm, cell: Cell, *, neighbours: int = NEIGHBOURS) -> Around | None:
    """The record of a cell with its neighbours; None where the file has no such row.

    Args:
        data: the bytes of the file.
        form: how it is written.
        cell: from the locator of an observation.
        neighbours: how many records before and behind it.

    Raises:
        SourceError: the file as a whole is not what the form says.
    """
    _, records = open_records(data, form)
    rows = _between(records, cell.row - neighbours, cell.row + neighbours)
    if cell.row not in rows:
        return None
    column = cell.column if cell.column in records.names else None
    at = None if column is None else records.position(column) - 1
    return Around(records.header, tuple(sorted(rows.items())), at)


def _between(records: Records, first: int, last: int) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for block in records.blocks(tuple(range(len(records.header)))):
        for at in np.flatnonzero((block.rows >= first) & (block.rows <= last)).tolist():
            found[int(block.rows[at])] = tuple(text_at(column, at) for column in block.columns)
        if len(block.rows) and block.rows[-1] >= last:
            break
    return found | {each.row: (each.text,) for each in records.broken if first <= each.row <= last}
