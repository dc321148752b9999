"""Editions: what belongs together, opened for reading without ever blocking a writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pyarrow as pa

from kenes.store.delta import Table
from kenes.store.files import Snapshots
from kenes.store.journal import FORMAT, EditionRecord, Journal, Publication
from kenes.vocabulary.errors import BadInput, StoreError
from kenes.vocabulary.tables import KINDS

STORE = "store"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source file of an edition, with its rights and what became of its cells.

    Issuer, licence, attribution and why are in English; `texts` holds them by kind and language.
    """

    id: str
    title: Mapping[str, str]
    issuer: str
    licence: str
    url: str
    retrieved: str
    attribution: str
    ships: bool
    why: str
    snapshot: str
    file: str
    bytes: int
    batch: str
    read: int
    accepted: int
    refused: int
    missing: int
    kept_out: int
    flagged: int
    refusals: tuple[Mapping[str, Any], ...]
    corrected: tuple[Mapping[str, Any], ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Edition:
    """A published state of an observatory."""

    def __init__(self, folder: Path, record: EditionRecord) -> None:
        self.folder, self.record = folder, record

    @classmethod
    def open(cls, folder: Path, id_: str | None = None) -> Edition:
        """Open the newest edition of an observatory, or one by its id.

        Raises:
            BadInput: nothing has been published yet, or there is no such edition.
        """
        path = folder / STORE / "journal.sqlite"
        journal = Journal(path) if path.exists() else None
        record = journal.edition(id_) if journal else None
        if record is None:
            _refuse(folder, id_, journal.publications() if journal else [])
        return cls(folder, record)

    def publications(self) -> list[Publication]:
        """Every edition that this observatory ever published, by number."""
        return Journal(self.folder / STORE / "journal.sqlite").publications()

    @property
    def id(self) -> str:
        """Hash of everything that the edition stands on."""
        return self.record.id

    @property
    def number(self) -> int:
        """Running number, from 1."""
        return self.record.number

    @property
    def sources(self) -> tuple[SourceRecord, ...]:
        """The source files, in the order of their ids."""
        return tuple(SourceRecord(**{**row, "refusals": tuple(row["refusals"])}) for row in self.record.sources)

    def table(
        self,
        kind: str,
        *,
        columns: Sequence[str] | None = None,
        filter: Mapping[str, str | Sequence[str]] | None = None,  # noqa: A002
    ) -> pa.Table:
        """A table of the edition, sorted by its key.

        Args:
            kind: a name in `kenes.vocabulary.tables.KINDS`.
            columns: which columns; all when None.
            filter: wanted value or values by column.

        Raises:
            StoreError: the kind is unknown, or its files are gone.
        """
        if kind not in KINDS:
            raise StoreError(f"table {kind!r} is not known", expected=", ".join(KINDS))
        version = self.record.tables.get(kind)
        if version is None:
            return KINDS[kind].schema().empty_table().select(list(columns or KINDS[kind].schema().names))
        files = Table(self.folder / STORE, KINDS[kind]).files(version)
        wanted = {**(filter or {}), **({"batch": self.record.batches} if kind == "observations" else {})}
        return query_files(files, kind, columns=columns, filter=wanted)

    def snapshot_bytes(self, sha256: str) -> bytes:
        """The bytes of a source file."""
        return Snapshots(self.folder / STORE / "snapshots").get(sha256)


def _refuse(folder: Path, id_: str | None, known: Sequence[Publication]) -> NoReturn:
    """Say why an edition cannot be opened; one of an earlier format names the edition that follows it."""
    what = f"edition {id_!r}" if id_ else "an edition"
    earlier = next((p for p in known if p.id == id_ and p.format < FORMAT), None)
    newest = max((p.number for p in known if p.format == FORMAT), default=None)
    if earlier is not None and newest is not None:
        raise BadInput(
            f"edition {earlier.number} was published in format {earlier.format} and is set aside",
            expected=f"edition {newest}, made from the same source files",
            where=str(folder / STORE / f"format-{earlier.format}"),
        )
    raise BadInput(f"{folder} has not published {what}", mend="Run `kenes run` first.")


def connect(*, in_order: bool = False) -> duckdb.DuckDBPyConnection:
    """An embedded engine in memory that needs no extension and no network.

    Args:
        in_order: one thread, so that sums of floats are made in the order of the rows and come out equal
            to the last digit every time; several threads add in the order in which they finish.
    """
    return duckdb.connect(
        config={
            **({"threads": "1"} if in_order else {}),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        }
    )


def query_files(
    files: Sequence[str],
    kind: str,
    *,
    columns: Sequence[str] | None = None,
    filter: Mapping[str, str | Sequence[str]] | None = None,  # noqa: A002
) -> pa.Table:
    """Read Parquet files of one kind, filtered and sorted by key; times come back in UTC."""
    schema = KINDS[kind].schema()
    names = list(columns or schema.names)
    if not files:
        return schema.empty_table().select(names)
    conditions, values = [], []
    for column, wanted in (filter or {}).items():
        options = [wanted] if isinstance(wanted, str) else list(wanted)
        conditions.append(f'"{column}" in ({", ".join("?" * len(options))})' if options else "false")
        values += options
    where = f"where {' and '.join(conditions)}" if conditions else ""
    order = ", ".join(f'"{c}" nulls first' for c in KINDS[kind].key)
    selected = ", ".join(f'"{name}"' for name in names)
    with connect() as db:
        sql = f"select {selected} from read_parquet(?, union_by_name = true) {where} order by {order}"
        found: pa.Table = db.sql(sql, params=[list(files), *values]).to_arrow_table()
    return found.cast(pa.schema([schema.field(name) for name in names]))
