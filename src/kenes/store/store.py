"""The writer's side of a store: batches in, stages, editions out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from kenes.store.delta import Table
from kenes.store.edition import STORE, Edition, connect, query_files
from kenes.store.files import Snapshots, writer_lock
from kenes.store.formats import JOURNAL, earlier_observations, set_aside
from kenes.store.journal import BatchRecord, EarlierBatch, Journal
from kenes.vocabulary.tables import FLAGS, KINDS, OBSERVATIONS

SOURCE_FLAGS = "source_flags"
"""Name of the table of findings made while reading, as opposed to those of the judging stage."""


class Store:
    """What an observatory keeps; one writer at a time, any number of readers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / STORE
        self.snapshots = Snapshots(self.root / "snapshots")

    @cached_property
    def journal(self) -> Journal:
        """The journal.

        Raises:
            BadInput: it is of an earlier format; the writer's lock sets it aside.
            StoreError: it is damaged, or written by a newer version.
        """
        return Journal(self.root / JOURNAL)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """The writer's lock; a store of an earlier format is set aside first. See `writer_lock`."""
        with writer_lock(self.root):
            set_aside(self.root)
            yield

    def earlier(self, batch: EarlierBatch) -> pa.Table:
        """The observations of a batch of an earlier format."""
        return earlier_observations(self.root, batch)

    def table(self, kind: str) -> Table:
        """A table by its kind."""
        return Table(self.root, KINDS[kind])

    def add_batch(
        self,
        record: BatchRecord,
        observations: Iterable[pa.Table],
        report: Callable[[], Mapping[str, Any]],
        flags: Callable[[], pa.Table],
        *,
        replaces: bool,
    ) -> BatchRecord:
        """Write one reading of a file: stream to Delta, sync, then mark it in the journal.

        Args:
            record: the batch, its report still empty.
            observations: tables of `OBSERVATIONS`, consumed once.
            report: gives the report once the observations were consumed.
            flags: gives the findings made while reading, in `FLAGS`.
            replaces: whether earlier batches of the same file are past from now on.

        Errors raised by `observations` pass through; then nothing was committed.
        """
        self.table("observations").append(record.batch, observations)
        found = flags()
        if found.num_rows:
            self._source_flags().append(record.batch, [found])
        whole = BatchRecord(record.batch, record.source, record.file, record.snapshot, report())
        self.journal.record_batch(whole, replaces=replaces)
        return whole

    def _source_flags(self) -> Table:
        return Table(self.root / SOURCE_FLAGS, FLAGS)

    def source_flags(self, snapshots: Sequence[str]) -> pa.Table:
        """Findings made while reading the given snapshots."""
        return query_files(self._source_flags().files(), "flags", filter={"snapshot": snapshots})

    def observations(self, batches: Sequence[str], **filter_: str | Sequence[str]) -> pa.Table:
        """Observations of batches, sorted by id."""
        wanted = {"batch": list(batches), **filter_}
        return query_files(self.table("observations").files(), "observations", filter=wanted)

    def read(self, kind: str, version: int) -> pa.Table:
        """A version of a table, sorted by its key; empty before the first."""
        return query_files(self.table(kind).files(version) if version >= 0 else [], kind)

    def run(self, expression: ibis.Table, batches: Sequence[str], **tables: pa.Table) -> pa.Table:
        """Run an unbound expression over the observations of batches and over small named tables.

        Args:
            expression: over an unbound table called `observations`.
            batches: the batches that are seen.
            tables: further tables by the names that the expression uses.
        """
        with connect(in_order=True) as db:
            files = self.table("observations").files()
            if files:
                db.execute(
                    "create view observations as "
                    f"select * from read_parquet([{_quoted(files)}], union_by_name = true) "
                    f"where batch in ({_quoted(batches) or 'null'})"
                )
            else:
                db.register("observations", OBSERVATIONS.schema().empty_table())
            for name, table in tables.items():
                db.register(name, table)
            sql = str(ibis.to_sql(expression, dialect="duckdb"))
            found: pa.Table = db.sql(sql).to_arrow_table()
            return found.cast(expression.schema().to_pyarrow())  # engines differ in the types of sums

    def replace(self, stage: str, inputs: str, tables: Mapping[str, pa.Table]) -> dict[str, int]:
        """Write the tables of a stage and mark it as done for these inputs."""
        versions = {kind: self.table(kind).replace(table) for kind, table in tables.items()}
        self.journal.record_stage(stage, inputs, versions)
        return versions

    def publish(self, inputs: str, sources: Sequence[Mapping[str, Any]], stages: Sequence[str]) -> Edition:
        """Make one edition of the newest versions that the stages wrote."""
        tables: dict[str, int] = {}
        for stage in stages:
            done = self.journal.stage(stage)
            tables.update(done[1] if done else {})
        tables["observations"] = self.table("observations").version()
        batches = [record.batch for record in self.journal.current_batches()]
        record = self.journal.record_edition(digest(inputs, batches), tables, batches, sources)
        return Edition(self.folder, record)


def _quoted(texts: Sequence[str]) -> str:
    """Texts as SQL literals, which the engine can hold against the statistics of the files."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


def digest(*parts: object) -> str:
    """SHA-256 over plain values, stable between runs."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
