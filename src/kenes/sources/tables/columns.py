"""A column of texts as Arrow holds it: its distinct texts, and which of them stands in each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

TextColumn: TypeAlias = "pa.DictionaryArray[pa.lib.Int32Type, pa.lib.StringType]"
TextArray: TypeAlias = "pa.Array[pa.Scalar[pa.lib.StringType]]"
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def text_column(texts: Sequence[str]) -> TextColumn:
    """A column with the given texts."""
    return encoded(pa.array(texts, pa.string()))


def encoded(texts: TextArray) -> TextColumn:
    """Texts as a column, each distinct one once."""
    return texts.dictionary_encode()


def distinct(column: TextColumn) -> list[str]:
    """The distinct texts of a column; some may stand in no row."""
    return [text or "" for text in column.dictionary.to_pylist()]


def positions(column: TextColumn) -> npt.NDArray[np.int32]:
    """Which of the distinct texts stands in each row, shape (row,)."""
    at: npt.NDArray[np.int32] = column.indices.to_numpy()
    return at


def text_at(column: TextColumn, row: int) -> str:
    """The text of one row."""
    return str(column[row].as_py())


def mask_of(array: pa.BooleanArray) -> Mask:
    """An array of yes and no for numpy."""
    mask: Mask = np.array(array.to_numpy(zero_copy_only=False), dtype=np.bool_)
    return mask


def trimmed(column: TextColumn) -> TextArray:
    """The distinct texts without blanks at their ends."""
    return pc.utf8_trim_whitespace(column.dictionary)


def joined(*parts: str | TextArray) -> TextArray:
    """Texts put together row by row; a bare text stands in every row."""
    operands: list[Any] = [*parts, ""]
    texts: TextArray = pc.binary_join_element_wise(*operands)
    return texts


def among(column: TextColumn, texts: frozenset[str]) -> Mask:
    """Rows whose trimmed text is one of the given."""
    hits = mask_of(pc.is_in(trimmed(column), value_set=pa.array(sorted(texts), pa.string())))
    return hits[positions(column)] if len(hits) else np.zeros(len(column), dtype=np.bool_)
