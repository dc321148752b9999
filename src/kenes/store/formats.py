"""Stores of an earlier format: set aside whole, remembered, and rebuilt by the pipeline from their snapshots.

Setting aside moves one entry after the other and the journal last, so that a run that is killed half-way is
simply run again. Snapshots are content and of no format: they stay, and stand in the store that was set aside too.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from kenes.store.delta import Table
from kenes.store.edition import query_files
from kenes.store.files import sync
from kenes.store.journal import FORMAT, EarlierBatch, Journal, format_of
from kenes.vocabulary.tables import OBSERVATIONS

JOURNAL, SNAPSHOTS, LOCK = "journal.sqlite", "snapshots", "writer.lock"


def aside(root: Path, format_: int) -> Path:
    """The folder of a store that was set aside."""
    return root / f"format-{format_}"


def set_aside(root: Path) -> None:
    """Set a store of an earlier format aside and remember what it held; the writer's lock must be held.

    Does nothing for a store of today's format or an empty folder.
    """
    journal = root / JOURNAL
    found = format_of(journal)
    if found is not None and 0 < found < FORMAT:
        _move(root, aside(root, found))
    for earlier in range(1, FORMAT):
        kept = aside(root, earlier) / JOURNAL
        if kept.is_file():
            Journal(journal).remember(earlier, kept)


def _move(root: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    _link_snapshots(root / SNAPSHOTS, target / SNAPSHOTS)
    staying = {SNAPSHOTS, LOCK, target.name}
    for entry in sorted(root.iterdir()):
        if entry.name not in staying and not entry.name.startswith((JOURNAL, "format-")):
            entry.rename(target / entry.name)
    with closing(sqlite3.connect(root / JOURNAL, isolation_level=None)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
        db.execute("pragma journal_mode=delete")
    sync(target)
    (root / JOURNAL).rename(target / JOURNAL)
    sync(target)
    sync(root)


def _link_snapshots(source: Path, target: Path) -> None:
    """The same files under a second name, or copies where the file system knows no second names."""
    for path in sorted(source.rglob("*")):
        other = target / path.relative_to(source)
        if path.is_dir() or path.name.startswith("."):
            continue
        other.parent.mkdir(parents=True, exist_ok=True)
        if not other.exists():
            try:
                os.link(path, other)
            except OSError:
                shutil.copy2(path, other)


def earlier_observations(root: Path, batch: EarlierBatch) -> pa.Table:
    """The observations of a batch of a store that was set aside."""
    files = Table(aside(root, batch.format), OBSERVATIONS).files()
    return query_files(files, "observations", filter={"batch": batch.record.batch})
