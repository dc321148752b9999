"""Keeps snapshots, observations, measurements, publications and contributions."""

from kenes.store.edition import Edition, SourceRecord
from kenes.store.exports import EXPORTED, cell, csv_bytes, exported_columns, table_csv, write_all, write_export
from kenes.store.files import write_whole
from kenes.store.journal import FORMAT, BatchRecord, EarlierBatch, Publication
from kenes.store.store import Store, digest

__all__ = [
    "EXPORTED",
    "FORMAT",
    "BatchRecord",
    "EarlierBatch",
    "Edition",
    "Publication",
    "SourceRecord",
    "Store",
    "cell",
    "csv_bytes",
    "digest",
    "exported_columns",
    "table_csv",
    "write_all",
    "write_export",
    "write_whole",
]
