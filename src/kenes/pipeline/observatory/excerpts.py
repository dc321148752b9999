"""The row of a source file that an observation came from, among its neighbours, for showing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kenes.catalogue import Catalogue
from kenes.catalogue.mapping_records import FileForm
from kenes.sources.tables.around import records_around
from kenes.store import SourceRecord
from kenes.vocabulary.errors import SourceError
from kenes.vocabulary.locators import read_locator

MOST_CELLS = 60


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A row of a file with its header and neighbours.

    `rows` are pairs of row number (from 1) and cells; `hit` is the number of the row that was asked for and
    `column` the position of its cell (from 0), None where the file has no such column; `cut` tells that the file
    has more columns than are here.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    hit: int
    column: int | None
    cut: bool


def excerpt_of(
    catalogue: Catalogue, source: SourceRecord, read: Callable[[str], bytes], locator: str
) -> Excerpt | None:
    """The row of a locator with its neighbours; None where the file has no such row or cannot be shown by rows.

    Args:
        catalogue: says how the files of sources are written.
        source: the file, as an edition knows it.
        read: gives the bytes of a snapshot.
        locator: of an observation.
    """
    place = read_locator(locator)
    if place is None:
        return None
    try:
        found = records_around(read(source.snapshot), form_of(catalogue, source), place.first)
    except SourceError:  # a file by hand whose mapping is not declared
        return None
    if found is None:
        return None
    most = len(found.header) > MOST_CELLS
    shift = max(0, (found.column or 0) - MOST_CELLS // 2) if most else 0
    window = slice(shift, shift + MOST_CELLS)
    return Excerpt(
        header=found.header[window],
        rows=tuple((row, cells[window]) for row, cells in found.rows),
        hit=place.first.row,
        column=None if found.column is None else found.column - shift,
        cut=most,
    )


def form_of(catalogue: Catalogue, source: SourceRecord) -> FileForm:
    """How a file is written, from the mapping that reads it; of a file by hand, what its bytes tell."""
    for mapping in catalogue.mappings:
        if (mapping.source.id, mapping.label) == (source.id, source.file):
            return mapping.file
    return FileForm(path=source.file)
