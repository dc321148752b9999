"""Delta Lake tables: append-only, atomic, read by their list of files.

`deltalake` never calls fsync, so every commit is followed by syncing its files before anything is
acknowledged. A batch key travels as the commit's application transaction: a killed run is simply run
again, and what was committed is not written twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from kenes.store.files import sync_new_files
from kenes.vocabulary.tables import TableKind


class Table:
    """One kind of table in a store."""

    def __init__(self, root: Path, kind: TableKind) -> None:
        self.path, self.kind = root / kind.name, kind

    def exists(self) -> bool:
        """Whether anything was ever committed."""
        return (self.path / "_delta_log").is_dir() and any((self.path / "_delta_log").glob("*.json"))

    def version(self) -> int:
        """The newest version, -1 before the first commit."""
        return DeltaTable(self.path).version() if self.exists() else -1

    def holds(self, batch: str) -> bool:
        """Whether a batch was committed."""
        return self.exists() and DeltaTable(self.path).transaction_version(batch) is not None

    def append(self, batch: str, tables: Iterable[pa.Table]) -> int:
        """Append a batch in one commit, streaming; gives the version.

        A batch that was committed before is left alone. Its tables are consumed all the same: what a reading
        counts and finds, it makes on the way, and a run that was killed after the commit still has to write that.
        """
        if self.holds(batch):
            deque(tables, maxlen=0)
            return self.version()
        reader = pa.RecordBatchReader.from_batches(self.kind.schema(), _batches(tables, self.kind.schema()))
        return self._commit(reader, "append", batch)

    def replace(self, table: pa.Table) -> int:
        """Make a table the whole newest version; gives the version. Older versions stay readable."""
        return self._commit(table.cast(self.kind.schema()), "overwrite", None)

    def _commit(
        self, data: pa.Table | pa.RecordBatchReader, mode: Literal["append", "overwrite"], batch: str | None
    ) -> int:
        known = set(self.path.rglob("*")) if self.path.exists() else set()
        properties = CommitProperties(app_transactions=[Transaction(batch, 1)]) if batch else None
        write_deltalake(str(self.path), data, mode=mode, commit_properties=properties)
        sync_new_files(self.path, known)
        return self.version()

    def files(self, version: int | None = None) -> list[str]:
        """The Parquet files of a version."""
        return list(DeltaTable(self.path, version=version).file_uris()) if self.exists() else []


def _batches(tables: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for table in tables:
        yield from table.cast(schema).to_batches()
