"""Declared corrections of known errors; each fails when the source has mended itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue.mapping_records import Correction, SourceMapping
from kenes.sources.tables.records import Batch
from kenes.vocabulary.errors import SourceError

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction that was made."""

    locator: str
    column: str
    text: str
    action: str
    reason: str


@dataclass(slots=True)
class Touched:
    """What corrections did to one batch.

    Attributes:
        voided: rows whose value in a column is void, by column.
        replaced: rows whose text in a column was replaced, by column.
        received: columns as received, where a text was replaced.
    """

    batch: Batch
    voided: dict[str, Mask] = field(default_factory=dict)
    replaced: dict[str, Mask] = field(default_factory=dict)
    received: dict[str, pa.DictionaryArray] = field(default_factory=dict)


class Corrections:
    """Applies the corrections of a mapping batch by batch."""

    def __init__(self, mapping: SourceMapping) -> None:
        self._mapping = mapping
        self._counts = [0] * len(mapping.corrections)
        self.made: list[Corrected] = []

    def apply(self, batch: Batch) -> Touched:
        """Apply every correction to a batch.

        Raises:
            SourceError: the cell does not hold the expected text.
        """
        touched = Touched(batch)
        for number, correction in enumerate(self._mapping.corrections):
            mask = _where(batch, correction)
            if mask.any():
                self._counts[number] += int(mask.sum())
                self._one(touched, correction, mask)
        return touched

    def finish(self) -> None:
        """Refuse a file in which a correction found nothing.

        Raises:
            SourceError: with the line of the correction.
        """
        for correction, count in zip(self._mapping.corrections, self._counts, strict=True):
            if count == 0:
                raise SourceError(
                    f"correction of {correction.column!r} fits no row",
                    expected=_spelled(correction),
                    where=self._mapping.where(correction.line),
                    mend="The source may have mended itself: look, and remove the correction.",
                )

    def _one(self, touched: Touched, correction: Correction, mask: Mask) -> None:
        column = correction.column
        array = touched.batch.columns[column]
        texts = array.take(pa.array(np.flatnonzero(mask))).to_pylist()
        rows = touched.batch.rows[mask].tolist()
        for row, text in zip(rows, texts, strict=True):
            if text.strip() != correction.expect:
                raise SourceError(
                    f"correction of {column!r} does not fit",
                    expected=repr(correction.expect),
                    found=repr(text.strip()),
                    where=f"{self._mapping.file.path}, row {row}; {self._mapping.where(correction.line)}",
                    mend="The source may have mended itself: look, and remove or mend the correction.",
                )
            locator = f"row {row}, column {column}"
            self.made.append(Corrected(locator, column, text, correction.action, correction.reason))
        masks = touched.voided if correction.action == "void" else touched.replaced
        masks[column] = masks.get(column, np.zeros(len(mask), dtype=bool)) | mask
        if correction.action == "replace":
            touched.received.setdefault(column, array)
            plain = pc.if_else(pa.array(mask), pa.scalar(correction.value), array.cast(pa.string()))
            columns = {**touched.batch.columns, column: plain.dictionary_encode()}
            touched.batch = Batch(columns, touched.batch.rows)


def _where(batch: Batch, correction: Correction) -> Mask:
    mask: Mask = np.ones(len(batch.rows), dtype=bool)
    for column, text in correction.locator.items():
        if column == "row" and column not in batch.columns:
            mask &= batch.rows == int(text)
            continue
        array = batch.columns[column]
        fits = pc.equal(pc.utf8_trim_whitespace(array.dictionary), text).to_numpy(zero_copy_only=False)
        mask &= fits[array.indices.to_numpy()] if len(fits) else False
    return mask


def _spelled(correction: Correction) -> str:
    return ", ".join(f"{column} = {text}" for column, text in correction.locator.items())
