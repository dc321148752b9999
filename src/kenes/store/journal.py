"""The journal: what must be durable at once, in SQLite with full synchronisation.

A batch is one reading of one source file under one mapping. An edition is one row that names the
version of every table and the batches it stands on; every reader opens an edition.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kenes.vocabulary.errors import BadInput, StoreError

FORMAT = 2
_SCHEMA = """
create table if not exists batches (
  batch text primary key, source text not null, file text not null, snapshot text not null,
  sequence integer not null, current integer not null, report text not null) strict;
create table if not exists stages (
  stage text primary key, inputs text not null, versions text not null) strict;
create table if not exists editions (
  number integer primary key, id text not null unique, tables text not null, batches text not null,
  sources text not null) strict;
create table if not exists earlier_batches (
  batch text primary key, format integer not null, source text not null, file text not null,
  snapshot text not null, sequence integer not null, current integer not null, report text not null,
  rebuilt integer not null) strict;
create table if not exists earlier_editions (
  number integer primary key, id text not null, format integer not null) strict;
create table if not exists earlier_formats (format integer primary key, told integer not null) strict;
"""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """One journalled reading: its file, its snapshot and its report as plain data."""

    batch: str
    source: str
    file: str
    snapshot: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """The versions that belong together."""

    number: int
    id: str
    tables: Mapping[str, int]
    batches: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class EarlierBatch:
    """A batch of a store of an earlier format that was set aside, and whether it was of its present."""

    record: BatchRecord
    format: int
    current: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """An edition by number and id, and the format of the store that it was published in."""

    number: int
    id: str
    format: int


def format_of(path: Path) -> int | None:
    """The format of a journal, without changing it; None where there is none.

    Raises:
        StoreError: the file is damaged.
    """
    if not path.is_file():
        return None
    with closing(_open(path)) as db:
        return int(db.execute("pragma user_version").fetchone()[0])


def _open(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, timeout=30, isolation_level=None)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path} is damaged: {error}", mend="Restore it, or remove the store and run again."
        ) from error
    return db


class Journal:
    """The SQLite file of a store.

    Raises:
        BadInput: a store of an earlier format, which the next writer sets aside.
        StoreError: the file is damaged, or was written by a newer version.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        with closing(self._open()) as db:
            version = db.execute("pragma user_version").fetchone()[0]
            if version > FORMAT:
                raise StoreError(f"{path} has format {version}", expected=str(FORMAT), mend="Use a newer Keneş.")
            if 0 < version < FORMAT:
                raise BadInput(
                    f"{path} has format {version}",
                    expected=str(FORMAT),
                    code="older_store",
                    mend="Run `kenes run`: it sets the store aside and builds a new one from its snapshots.",
                )
            db.executescript(_SCHEMA)
            db.execute(f"pragma user_version={FORMAT}")

    def _open(self) -> sqlite3.Connection:
        return _open(self.path)

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(self._open()) as db:
            return db.execute(sql, values).fetchall()

    def batch(self, batch: str) -> BatchRecord | None:
        """A batch by its key, or None."""
        rows = self._rows("select batch, source, file, snapshot, report from batches where batch = ?", batch)
        return _batch(rows[0]) if rows else None

    def current_batches(self) -> list[BatchRecord]:
        """The batches that make up the present, in the order of their keys."""
        sql = "select batch, source, file, snapshot, report from batches where current = 1 order by source, file, batch"
        return [_batch(row) for row in self._rows(sql)]

    def batches_as_of(self, date: str | None) -> list[BatchRecord]:
        """The batches that made up the present when only sources retrieved by a date were known.

        Args:
            date: ISO date; None means today.
        """
        if date is None:
            return self.current_batches()
        sql = "select batch, source, file, snapshot, report from batches order by sequence"
        newest: dict[tuple[str, str], BatchRecord] = {}
        for record in map(_batch, self._rows(sql)):
            known = newest.get((record.source, record.file))
            retrieved = record.report["retrieved"]
            if retrieved <= date and (known is None or retrieved >= known.report["retrieved"]):
                newest[record.source, record.file] = record
        return sorted(newest.values(), key=lambda r: (r.source, r.file, r.batch))

    def record_batch(self, record: BatchRecord, *, replaces: bool) -> None:
        """Mark a batch as durable and present; with `replaces`, earlier ones of its file are past."""
        with closing(self._open()) as db:
            db.execute("begin immediate")
            if replaces:
                db.execute(
                    "update batches set current = 0 where source = ? and file = ?",
                    (record.source, record.file),
                )
            sequence = db.execute("select coalesce(max(sequence), 0) + 1 from batches").fetchone()[0]
            db.execute(
                "insert into batches values (?, ?, ?, ?, ?, 1, ?) "
                "on conflict (batch) do update set current = 1, report = excluded.report",
                (record.batch, record.source, record.file, record.snapshot, sequence, _json(record.report)),
            )
            db.execute("commit")

    def retire(self, batches: Sequence[str]) -> None:
        """Take batches out of the present; their rows stay."""
        with closing(self._open()) as db:
            db.execute("begin immediate")
            db.executemany("update batches set current = 0 where batch = ?", [(b,) for b in batches])
            db.execute("commit")

    def stage(self, stage: str) -> tuple[str, dict[str, int]] | None:
        """Hash of the inputs that a stage last ran on, and the table versions that it wrote."""
        rows = self._rows("select inputs, versions from stages where stage = ?", stage)
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def record_stage(self, stage: str, inputs: str, versions: Mapping[str, int]) -> None:
        """Mark a stage as done for these inputs."""
        with closing(self._open()) as db:
            db.execute("insert or replace into stages values (?, ?, ?)", (stage, inputs, _json(versions)))

    def record_edition(
        self,
        id_: str,
        tables: Mapping[str, int],
        batches: Sequence[str],
        sources: Sequence[Mapping[str, Any]],
    ) -> EditionRecord:
        """Publish an edition; the same content again gives the edition that there is."""
        with closing(self._open()) as db:
            db.execute("begin immediate")
            db.execute(
                "insert into editions (number, id, tables, batches, sources) "
                "select 1 + max(coalesce((select max(number) from editions), 0), "
                "coalesce((select max(number) from earlier_editions), 0)), ?, ?, ?, ? "
                "where not exists (select 1 from editions where id = ?)",
                (id_, _json(tables), _json(list(batches)), _json(list(sources)), id_),
            )
            db.execute("commit")
        found = self.edition(id_)
        assert found is not None
        return found

    def edition(self, id_: str | None = None) -> EditionRecord | None:
        """An edition by its id, or the newest; None when there is none."""
        where, values = ("where id = ?", (id_,)) if id_ else ("", ())
        sql = f"select number, id, tables, batches, sources from editions {where} order by number desc limit 1"
        rows = self._rows(sql, *values)
        if not rows:
            return None
        number, found, tables, batches, sources = rows[0]
        return EditionRecord(number, found, json.loads(tables), tuple(json.loads(batches)), tuple(json.loads(sources)))

    def publications(self) -> list[Publication]:
        """Every edition that was ever published, also in earlier formats, by number."""
        rows = self._rows("select number, id, ? from editions", FORMAT)
        rows += self._rows("select number, id, format from earlier_editions")
        return [Publication(*row) for row in sorted(rows)]

    def remember(self, format_: int, journal: Path) -> None:
        """Note once what a journal of an earlier format held: its batches, to be rebuilt, and its editions."""
        with closing(self._open()) as db:
            db.execute("attach ? as earlier", (str(journal),))
            db.execute("begin immediate")
            if not db.execute("select 1 from earlier_formats where format = ?", (format_,)).fetchone():
                db.execute("insert into earlier_formats values (?, 0)", (format_,))
                db.execute(
                    "insert into earlier_batches select batch, ?, source, file, snapshot, sequence, current, report, 0 "
                    "from earlier.batches",
                    (format_,),
                )
                db.execute("insert into earlier_editions select number, id, ? from earlier.editions", (format_,))
            db.execute("commit")

    def to_rebuild(self) -> list[EarlierBatch]:
        """Batches of earlier formats that were not rebuilt yet, in the order in which they were read."""
        rows = self._rows(
            "select batch, source, file, snapshot, report, format, current from earlier_batches "
            "where rebuilt = 0 order by format, sequence"
        )
        return [EarlierBatch(_batch(row[:5]), row[5], bool(row[6])) for row in rows]

    def record_rebuilt(self, batch: str) -> None:
        """Mark a batch of an earlier format as rebuilt."""
        with closing(self._open()) as db:
            db.execute("update earlier_batches set rebuilt = 1 where batch = ?", (batch,))

    def untold(self) -> list[int]:
        """Earlier formats that were set aside and of which nobody was told yet."""
        return [row[0] for row in self._rows("select format from earlier_formats where told = 0 order by format")]

    def record_told(self, format_: int) -> None:
        """Mark that somebody was told of an earlier format."""
        with closing(self._open()) as db:
            db.execute("update earlier_formats set told = 1 where format = ?", (format_,))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _batch(row: tuple[Any, ...]) -> BatchRecord:
    batch, source, file, snapshot, report = row
    return BatchRecord(batch, source, file, snapshot, json.loads(report))
