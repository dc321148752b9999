"""The cells of one plan in one batch: which are accepted, what they say, and as observations."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from kenes.catalogue.mapping_records import SourceFacts
from kenes.sources.tables.columns import Codes, Floats, Mask, TextColumn, joined, text_at
from kenes.sources.tables.corrections import Touched
from kenes.sources.tables.duplicates import Hashes, mix, text_hash
from kenes.sources.tables.numbers import Values
from kenes.sources.tables.plans import CellPlan, Plan
from kenes.sources.tables.understanding import Subjects
from kenes.vocabulary.locators import cell_parts
from kenes.vocabulary.reasons import Reason
from kenes.vocabulary.tables import OBSERVATIONS

_POSITIONS = 1 << 23
"""More columns than a header of one block can name."""
_NTHS = 1 << 8
_STATUS = ("valid", "missing", "corrected")


class Address(NamedTuple):
    """Row, position of the column, and number of the observation within one cell."""

    row: int
    position: int
    nth: int

    @classmethod
    def unpack(cls, packed: int) -> Address:
        """From one integer."""
        return cls(packed // _NTHS // _POSITIONS, packed // _NTHS % _POSITIONS, packed % _NTHS)

    def id(self, snapshot: str) -> str:
        """The observation's id."""
        return f"{snapshot[:12]}-{self.row}-{self.position}" + (f"-{self.nth}" if self.nth > 1 else "")


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one plan in one batch, shape (row,) each but `index` and `refused`.

    Attributes:
        texts: as received.
        value: NaN where there is none.
        nth: which observation of its cell this is, from 1.
        index: rows of accepted cells.
        refused: rows of refused cells.
    """

    rows: Codes
    texts: TextColumn
    plan: CellPlan
    variable: str
    subjects: Subjects
    values: Values
    value: Floats
    corrected: Mask
    nth: Codes
    index: Codes
    refused: Codes

    def text(self, row: int) -> str:
        """The text of a cell as received."""
        return text_at(self.texts, row)

    def reason(self, row: int) -> Reason | None:
        """Why a cell is refused, None if it is not."""
        return self.subjects.reason(row) or self.values.reason.of(row)

    def keys(self) -> Hashes:
        """Hashes of what the accepted cells speak of; a gap never equals a value."""
        state = np.full(len(self.index), text_hash(self.variable), dtype=np.uint64)
        for coded in (self.subjects.place, self.subjects.site, self.subjects.dimensions):
            state = mix(state, coded.take(self.index).hashes())
        for edge in (0, 1):
            state = mix(state, self.subjects.spans[self.index, edge].view(np.uint64))
        return mix(state, np.isnan(self.value[self.index]).astype(np.uint64))

    def addresses(self) -> Codes:
        """Addresses of the accepted cells, packed."""
        return (self.rows[self.index] * _POSITIONS + self.plan.position) * _NTHS + self.nth[self.index]

    def about(self, row: int) -> dict[str, object]:
        """What one cell speaks of, as columns of a table."""
        span = self.subjects.spans[row]
        return {
            "variable": self.variable,
            "place": self.subjects.place.of(row),
            "site": self.subjects.site.of(row),
            "start": _moment(int(span[0])),
            "end": _moment(int(span[1])),
        }


def judge(touched: Touched, cell: CellPlan, plan: Plan, subjects: Subjects, values: Values, *, nth: Codes) -> Cells:
    """Tell the accepted cells of one plan from the refused, with corrections in place."""
    void = touched.voided.get(cell.column, np.zeros(len(nth), dtype=bool))
    bad = subjects.refused | (values.reason.present() & ~void)
    corrected = void.copy()
    for mask in touched.replaced.values():
        corrected |= mask
    return Cells(
        rows=touched.batch.rows,
        texts=touched.received.get(cell.column, touched.batch.columns[cell.column]),
        plan=cell,
        variable=plan.rule.variable,
        subjects=subjects,
        values=values,
        value=np.where(void, math.nan, values.value),
        corrected=corrected,
        nth=nth.copy(),
        index=np.flatnonzero(subjects.chosen & ~bad),
        refused=np.flatnonzero(subjects.chosen & bad),
    )


def observations(cells: Cells, index: Codes, *, source: SourceFacts, snapshot: str, batch: str | None) -> pa.Table:
    """Chosen cells as a table in the schema of `vocabulary.tables.OBSERVATIONS`."""
    count, subjects = len(index), cells.subjects
    retrieved = dt.datetime.combine(source.retrieved, dt.time(), dt.UTC)
    status = np.where(cells.corrected[index], 2, np.isnan(cells.value[index]).astype(np.int64))
    rows = pa.array(cells.rows[index], pa.int64()).cast(pa.string())
    endings = pa.array(["", "", *(f"-{k}" for k in range(2, _NTHS))], pa.string())
    ending = endings.take(pa.array(cells.nth[index], pa.int64()))
    before, after = cell_parts(cells.plan.column)
    spans = subjects.spans[index]
    utc, civil = pa.timestamp("us", tz="UTC"), pa.timestamp("us")
    columns: dict[str, pa.Array[Any]] = {
        "observation": joined(f"{snapshot[:12]}-", rows, f"-{cells.plan.position}", ending),
        "variable": pa.repeat(cells.variable, count),
        "place": subjects.place.take(index).array(),
        "site": subjects.site.take(index).array(),
        "start": pa.array(spans[:, 0], pa.int64()).cast(utc),
        "end": pa.array(spans[:, 1], pa.int64()).cast(utc),
        "dimensions": subjects.dimensions.take(index).array(),
        "value": pa.array(cells.value[index], pa.float64(), from_pandas=True),
        "unit": subjects.unit.take(index).array(),
        "text": cells.texts.take(pa.array(index, pa.int64())).cast(pa.string()),
        "status": pa.array(_STATUS, pa.string()).take(pa.array(status, pa.int64())),
        "flags": cells.values.flags.take(index).array(),
        "snapshot": pa.repeat(snapshot, count),
        "locator": joined(before, rows, after),
        "retrieved_at": pa.repeat(pa.scalar(retrieved, utc), count),
        "vintage": pa.repeat(source.retrieved.isoformat(), count),
        "source": pa.repeat(source.id, count),
        "batch": pa.repeat(pa.scalar(batch, pa.string()), count),
        "civil_start": pa.array(spans[:, 2], pa.int64()).cast(civil),
        "civil_end": pa.array(spans[:, 3], pa.int64()).cast(civil),
    }
    return pa.table(columns, schema=OBSERVATIONS.schema())


def _moment(micros: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=micros)
