"""Declared corrections of known errors; each fails when the source has mended itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue.mapping_records import Correction, SourceMapping
from kenes.sources.tables.columns import Mask, TextColumn, encoded, mask_of, positions, text_at, trimmed
from kenes.sources.tables.records import Batch
from kenes.vocabulary.errors import SourceError
from kenes.vocabulary.locators import Cell


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
    received: dict[str, TextColumn] = field(default_factory=dict)


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
                    code="correction_unmatched",
                )

    def _one(self, touched: Touched, correction: Correction, mask: Mask) -> None:
        column = correction.column
        texts = touched.batch.columns[column]
        for at in np.flatnonzero(mask).tolist():
            row, text = int(touched.batch.rows[at]), text_at(texts, at)
            if text.strip() != correction.expect:
                raise SourceError(
                    f"correction of {column!r} does not fit",
                    expected=repr(correction.expect),
                    found=repr(text.strip()),
                    where=f"{self._mapping.file.path}, {Cell(row)}; {self._mapping.where(correction.line)}",
                    mend="The source may have mended itself: look, and remove or mend the correction.",
                    code="correction_unmatched",
                )
            locator = str(Cell(row, column))
            self.made.append(Corrected(locator, column, text, correction.action, correction.reason))
        masks = touched.voided if correction.action == "void" else touched.replaced
        masks[column] = masks.get(column, np.zeros(len(mask), dtype=np.bool_)) | mask
        if correction.action == "replace":
            touched.received.setdefault(column, texts)
            value = pa.scalar(correction.value, pa.string())
            plain = pc.if_else(pa.array(mask, pa.bool_()), value, texts.cast(pa.string()))
            columns = {**touched.batch.columns, column: encoded(plain)}
            touched.batch = Batch(columns, touched.batch.rows)


def _where(batch: Batch, correction: Correction) -> Mask:
    mask: Mask = np.ones(len(batch.rows), dtype=np.bool_)
    for column, text in correction.locator.items():
        if column == "row" and column not in batch.columns:
            mask &= batch.rows == int(text)
            continue
        texts = batch.columns[column]
        fits = mask_of(pc.equal(trimmed(texts), pa.scalar(text, pa.string())))
        mask &= fits[positions(texts)] if len(fits) else False
    return mask


def _spelled(correction: Correction) -> str:
    return ", ".join(f"{column} = {text}" for column, text in correction.locator.items())
