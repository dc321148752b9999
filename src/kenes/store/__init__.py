"""Keeps snapshots, observations, measurements, publications and contributions."""

from kenes.store.edition import Edition, SourceRecord
from kenes.store.exports import EXPORTED, cell, csv_bytes, table_csv, write_all, write_export
from kenes.store.files import write_whole
from kenes.store.journal import BatchRecord
from kenes.store.store import Store, digest

__all__ = [
    "EXPORTED",
    "BatchRecord",
    "Edition",
    "SourceRecord",
    "Store",
    "cell",
    "csv_bytes",
    "digest",
    "table_csv",
    "write_all",
    "write_export",
    "write_whole",
]
