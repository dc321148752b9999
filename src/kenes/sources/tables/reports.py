"""What became of each cell of a file: counts, and the refused ones with row and reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from kenes.sources.tables.corrections import Corrected
from kenes.vocabulary.locators import Cell
from kenes.vocabulary.reasons import Reason

MOST_REFUSALS = 10_000
"""Refusals kept one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One cell that was not taken, and why."""

    locator: str
    column: str
    text: str
    reason: Reason


@dataclass(slots=True)
class Report:
    """Counts of cells; `read` = `accepted` + `refused` + `kept_out`, and `missing` lies in `accepted`.

    Attributes:
        read: cells that the variables address, in every row that is not blank.
        kept_out: cells that `keep`, `drop`, `when` or `ignore` leave out.
        flagged: accepted cells with a flag of the source or a conflict.
        refusals: the first refused cells, at most `MOST_REFUSALS`.
    """

    read: int = 0
    accepted: int = 0
    refused: int = 0
    missing: int = 0
    kept_out: int = 0
    flagged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    corrected: list[Corrected] = field(default_factory=list)

    def refuse(self, row: int, column: str, text: str, reason: Reason) -> None:
        """List a refused cell; counting is the caller's."""
        if self.room:
            self.refusals.append(Refusal(str(Cell(row, column)), column, text, reason))

    @property
    def room(self) -> int:
        """How many refusals can still be listed."""
        return MOST_REFUSALS - len(self.refusals)
