"""Reads one data file by its mapping: snapshots in, observations out, nothing lost silently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from kenes.catalogue.mapping_records import SourceMapping
from kenes.catalogue.mappings import check_mapping
from kenes.catalogue.places import PlaceIndex
from kenes.sources.tables.cells import Address, Cells, judge, observations
from kenes.sources.tables.corrections import Corrections, Touched
from kenes.sources.tables.duplicates import Repeats, Seen
from kenes.sources.tables.files import CheckedFile
from kenes.sources.tables.numbers import number_reader, read_values
from kenes.sources.tables.opening import open_records
from kenes.sources.tables.plans import needed_columns, plan_cells
from kenes.sources.tables.records import Records, require_columns
from kenes.sources.tables.reports import Report
from kenes.sources.tables.understanding import Understanding, blank
from kenes.vocabulary.errors import SourceError
from kenes.vocabulary.locators import Cell
from kenes.vocabulary.reasons import reason, reason_columns
from kenes.vocabulary.tables import FLAGS


def read(
    mapping: SourceMapping,
    data: bytes | Path,
    *,
    places: PlaceIndex,
    variables: Mapping[str, str],
    batch: str | None = None,
) -> Reading:
    """Open a data file by its mapping.

    Args:
        mapping: how the file is written.
        data: its bytes or its path.
        places: the gazetteer.
        variables: unit text of each declared variable.
        batch: the key under which a store keeps this reading, which its observations carry; None outside a store.

    Returns:
        A reading; take its `batches()`, then its `report` and `flags()`.

    Raises:
        DefinitionError: the mapping names an unknown variable or unit.
        SourceError: the file as a whole is not what the mapping says; nothing is emitted.
    """
    check_mapping(mapping, variables)
    checked, records = open_records(data, mapping.file)
    named = tuple(c for c in mapping.columns() if c != "row" or c in records.names)
    require_columns(records, named, checked.name)
    return Reading(mapping, checked, records, places=places, variables=variables, batch=batch)


class Reading:
    """One file being read. A consumer keeps what it wrote only once `batches()` is exhausted.

    Attributes:
        snapshot: SHA-256 of the file's bytes.
        report: counts and refusals; complete once the batches are exhausted.
    """

    def __init__(
        self,
        mapping: SourceMapping,
        checked: CheckedFile,
        records: Records,
        *,
        places: PlaceIndex,
        variables: Mapping[str, str],
        batch: str | None,
    ) -> None:
        self.mapping, self.snapshot, self.report = mapping, checked.sha256, Report()
        self._batch_key = batch
        self._records, self._name = records, checked.name
        self._cells = plan_cells(mapping, records)
        self._corrections = Corrections(mapping)
        self._understanding = Understanding(mapping, places, variables)
        self._number = number_reader(mapping.file, mapping.values, mapping.missing)
        self._seen = Seen()
        self._headings = {cell.position: cell.column for cell in self._cells}
        self._conflicts: dict[str, dict[str, object]] = {}
        self._started = False

    def batches(self) -> Iterator[pa.Table]:
        """Observations in the schema of `vocabulary.tables.OBSERVATIONS`, in a stream, once.

        Raises:
            SourceError: at the end, a correction that fits no row; or records that cannot be split.
        """
        if self._started:
            raise SourceError("a reading can be taken once", where=self._name, code="reading_taken")
        self._started = True
        for batch in self._records.batches(needed_columns(self.mapping, self._cells, self._records)):
            if len(batch.rows):
                yield from self._batch(self._corrections.apply(batch))
        self._corrections.finish()
        self._count_broken()
        self.report.corrected = list(self._corrections.made)
        self.report.flagged += len(self._conflicts)

    def flags(self) -> pa.Table:
        """Conflicts within the file, in the schema of `vocabulary.tables.FLAGS`."""
        return pa.Table.from_pylist(list(self._conflicts.values()), schema=FLAGS.schema())

    def _batch(self, touched: Touched) -> Iterator[pa.Table]:
        batch = touched.batch
        empty = blank(batch)
        kept = ~empty & self._understanding.kept(batch)
        for cell in self._cells:
            array = batch.columns[cell.column]
            values = read_values(array, self._number, self.mapping.file, self.mapping.missing)
            matches = np.zeros(len(batch.rows), dtype=np.int64)
            for plan in cell.plans:
                chosen = self._understanding.chosen(batch, plan, kept)
                if not chosen.any():
                    continue
                subjects = self._understanding.subjects(batch, plan, chosen)
                matches += subjects.chosen
                table = self._take(judge(touched, cell, plan, subjects, values, nth=matches))
                if table.num_rows:
                    yield table
            self.report.read += int(np.maximum(matches, 1)[~empty].sum())
            self.report.kept_out += int((matches[~empty] == 0).sum())

    def _take(self, cells: Cells) -> pa.Table:
        """List the refused cells of one plan, and assemble the accepted."""
        self.report.refused += len(cells.refused)
        listed: list[int] = cells.refused[: self.report.room].tolist()
        for i in listed:
            if why := cells.reason(i):
                self.report.refuse(int(cells.rows[i]), cells.plan.column, cells.text(i), why)
        repeats = self._seen.add(cells.keys(), cells.addresses(), cells.value[cells.index])
        self._judge_repeats(cells, repeats)
        kept = np.delete(cells.index, repeats.index[repeats.equal])
        self.report.accepted += len(kept)
        self.report.missing += int(np.isnan(cells.value[kept]).sum())
        self.report.flagged += int(cells.values.flags.present()[kept].sum())
        return observations(cells, kept, source=self.mapping.source, snapshot=self.snapshot, batch=self._batch_key)

    def _judge_repeats(self, cells: Cells, repeats: Repeats) -> None:
        """Refuse what says the same again; flag both where two cells say different things."""
        rows: list[int] = cells.index[repeats.index].tolist()
        firsts: list[int] = repeats.first.tolist()
        for at, first, equal in zip(rows, firsts, repeats.equal, strict=True):
            earlier = Address.unpack(first)
            if equal:
                self.report.refused += 1
                if self.report.room:
                    why = reason("duplicate_cell", cell=str(self._cell(earlier)))
                    self.report.refuse(int(cells.rows[at]), cells.plan.column, cells.text(at), why)
                continue
            later = Address(int(cells.rows[at]), cells.plan.position, int(cells.nth[at]))
            for mine, other in ((earlier, later), (later, earlier)):
                self._conflicts.setdefault(mine.id(self.snapshot), self._conflict(cells, at, mine, other))

    def _conflict(self, cells: Cells, at: int, mine: Address, other: Address) -> dict[str, object]:
        return {
            **cells.about(at),
            "observation": mine.id(self.snapshot),
            "rule": "conflict",
            **reason_columns(reason("conflict_cell", cell=str(self._cell(other)))),
            "snapshot": self.snapshot,
            "locator": str(self._cell(mine)),
            "share": None,
            "severity": "suspect",
        }

    def _cell(self, address: Address) -> Cell:
        return Cell(address.row, self._headings[address.position])

    def _count_broken(self) -> None:
        """Records that do not have the header's number of cells: each of their cells is refused."""
        expected = len(self._records.header)
        cells = sum(len(cell.plans) for cell in self._cells)
        for broken in self._records.broken:
            self.report.read += cells
            self.report.refused += cells
            why = reason("record_cells", count=broken.found, expected=expected)
            for cell in self._cells:
                for _ in cell.plans:
                    self.report.refuse(broken.row, cell.column, broken.text[:200], why)
