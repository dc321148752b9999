"""Each distinct text is understood once; rows take the answer by index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa

from kenes.sources.tables.columns import Codes, Mask, TextArray, TextColumn, positions
from kenes.sources.tables.duplicates import Hashes, text_hash

Answer = TypeVar("Answer")
MOST = 1_000_000
"""Texts remembered before the memory is cleared, so that a file of all-different texts stays bounded."""


@dataclass(frozen=True, slots=True)
class Coded(Generic[Answer]):
    """What is known of rows, as distinct answers and a position for each row.

    Attributes:
        answers: distinct answers; None for none.
        at: shape (row,).
    """

    answers: Sequence[Answer | None]
    at: Codes

    def of(self, row: int) -> Answer | None:
        """The answer of one row."""
        return self.answers[int(self.at[row])]

    def present(self) -> Mask:
        """Whether a row has an answer, shape (row,)."""
        return np.array([answer is not None for answer in self.answers], dtype=np.bool_)[self.at]


@dataclass(frozen=True, slots=True)
class CodedTexts(Coded[str]):
    """Texts of rows."""

    def take(self, index: Codes) -> CodedTexts:
        """The same for chosen rows."""
        return CodedTexts(self.answers, self.at[index])

    def array(self) -> TextArray:
        """One text a row."""
        return pa.array(self.answers, pa.string()).take(pa.array(self.at, pa.int64()))

    def hashes(self) -> Hashes:
        """64 bits of each row's text."""
        return np.array([text_hash(text) for text in self.answers], dtype=np.uint64)[self.at]


class Lookup(Generic[Answer]):
    """Answers for texts, remembered from batch to batch.

    Args:
        understand: gives the answer for one text; called once a text.
    """

    def __init__(self, understand: Callable[[str], Answer]) -> None:
        self._understand = understand
        self._codes: dict[str, int] = {}
        self.answers: list[Answer] = []

    def code(self, text: str) -> int:
        """Position of a text's answer in `answers`."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.answers)
            self.answers.append(self._understand(text))
        return found

    def codes(self, column: TextColumn, needed: Mask) -> Codes:
        """Positions in `answers` for each row of a column; valid until the next call.

        Args:
            column: texts, shape (row,).
            needed: rows that must be understood, at least one, shape (row,); the positions of the
                others mean nothing, so that no time is lost on what is not read.
        """
        if len(self._codes) > MOST:
            self._codes.clear()
            self.answers.clear()
        at = positions(column)
        per_text = np.zeros(len(column.dictionary), dtype=np.int64)
        used = np.flatnonzero(np.bincount(at[needed], minlength=len(per_text)))
        texts = column.dictionary.take(pa.array(used, pa.int64())).to_pylist()
        per_text[used] = [self.code(text or "") for text in texts]
        return per_text[at]
