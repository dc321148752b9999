"""Each distinct text is understood once; rows take the answer by index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kenes.sources.tables.duplicates import Hashes, text_hash

Answer = TypeVar("Answer")
Codes = npt.NDArray[np.int64]
MOST = 1_000_000
"""Texts remembered before the memory is cleared, so that a file of all-different texts stays bounded."""


class Refused(str):
    """Why a text could not be understood."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts of rows, as distinct texts and a position for each row.

    Attributes:
        texts: distinct texts; None for none.
        at: shape (row,).
    """

    texts: Sequence[str | None]
    at: Codes

    def take(self, index: Codes) -> Coded:
        """The same for chosen rows."""
        return Coded(self.texts, self.at[index])

    def array(self) -> pa.StringArray:
        """One text a row."""
        return pa.array(self.texts, pa.string()).take(pa.array(self.at))

    def hashes(self) -> Hashes:
        """64 bits of each row's text."""
        return np.array([text_hash(text) for text in self.texts], dtype=np.uint64)[self.at]

    def present(self) -> npt.NDArray[np.bool_]:
        """Whether a row's text is neither None nor empty."""
        return np.array([bool(text) for text in self.texts], dtype=bool)[self.at]


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

    def codes(self, array: pa.DictionaryArray, needed: npt.NDArray[np.bool_]) -> Codes:
        """Positions in `answers` for each row of a dictionary array; valid until the next call.

        Args:
            array: texts, shape (row,).
            needed: rows that must be understood, at least one, shape (row,); the positions of the
                others mean nothing, so that no time is lost on what is not read.
        """
        if len(self._codes) > MOST:
            self._codes.clear()
            self.answers.clear()
        at = array.indices.to_numpy()
        per_text = np.zeros(len(array.dictionary), dtype=np.int64)
        used = np.flatnonzero(np.bincount(at[needed], minlength=len(per_text)))
        per_text[used] = [self.code(text) for text in array.dictionary.take(pa.array(used)).to_pylist()]
        found: Codes = per_text[at]
        return found
