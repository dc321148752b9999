"""Where in a source something stands: one writer and one parser of "row N, column C".

A locator is data, not words: tables hold it as written here, and pages say it in the reader's language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CELL = re.compile(r"row (?P<row>[0-9]+)(?:, column (?P<column>.+))?", re.DOTALL)
_BETWEEN = " to row "
TO = " to "
"""Between the first and the last cell of a run."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A row as a spreadsheet counts it, from 1, and the heading of a column; None where the whole row is meant."""

    row: int
    column: str | None = None

    def __str__(self) -> str:
        """As it stands in tables.

        >>> str(Cell(17, "PM10")), str(Cell(3))
        ('row 17, column PM10', 'row 3')
        """
        return f"row {self.row}" if self.column is None else f"row {self.row}, column {self.column}"


@dataclass(frozen=True, slots=True)
class Locator:
    """One cell, or a run of cells from the first to the last."""

    first: Cell
    last: Cell | None = None

    def __str__(self) -> str:
        """As it stands in tables.

        >>> str(Locator(Cell(2, "a"), Cell(9, "a")))
        'row 2, column a to row 9, column a'
        """
        return str(self.first) if self.last is None else f"{self.first}{TO}{self.last}"


def cell_parts(column: str) -> tuple[str, str]:
    """What stands before and after the row number in a locator of a column, for writing many at once.

    >>> cell_parts("PM10")
    ('row ', ', column PM10')
    """
    return "row ", f", column {column}"


def read_locator(text: str | None) -> Locator | None:
    """A locator from its text; None where it names no row, such as a message of a stream or a provenance.

    A heading may hold any text, also "to row": the run is then read so that both ends name the same column.

    >>> read_locator("row 2, column a to row 9, column a")
    Locator(first=Cell(row=2, column='a'), last=Cell(row=9, column='a'))
    >>> read_locator("message 3") is None
    True
    """
    if not text:
        return None
    for at in _positions(text, _BETWEEN):
        first, last = _read_cell(text[:at]), _read_cell(text[at + len(TO) :])
        if first and last and first.column == last.column:
            return Locator(first, last)
    only = _read_cell(text)
    return Locator(only) if only else None


def _positions(text: str, part: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(part, at)]


def _read_cell(text: str) -> Cell | None:
    found = _CELL.fullmatch(text)
    return Cell(int(found["row"]), found["column"]) if found else None


def provenance_locator(provenance: str) -> str:
    """The locator of a flag on a measurement: the provenance that it stands on."""
    return f"provenance {provenance}"
