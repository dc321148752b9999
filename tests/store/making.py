"""Small batches of observations, made in the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from kenes.store import BatchRecord, Store
from kenes.vocabulary.tables import FLAGS, OBSERVATIONS

YEAR = dt.datetime(2023, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def observations(batch: str, values: Iterable[float | None], **fields: Any) -> pa.Table:
    """One observation a value, `<batch>-<n>`, yearly, of places `xx-0`, `xx-1`, ..."""
    rows = []
    for n, value in enumerate(values):
        row: dict[str, Any] = dict.fromkeys(OBSERVATIONS.schema().names, "")
        row |= {
            "observation": f"{batch}-{n}",
            "variable": "population",
            "place": f"xx-{n}",
            "start": YEAR[0],
            "end": YEAR[1],
            "value": value,
            "unit": "person",
            "snapshot": batch,
            "retrieved_at": dt.datetime(2024, 3, 1, tzinfo=dt.UTC),
            "source": "made",
            "batch": batch,
            "civil_start": YEAR[0].replace(tzinfo=None),
            "civil_end": YEAR[1].replace(tzinfo=None),
        }
        rows.append(row | fields)
    return pa.Table.from_pylist(rows, schema=OBSERVATIONS.schema())


def record(batch: str, file: str = "data.csv") -> BatchRecord:
    """A batch of the source `made`."""
    return BatchRecord(batch, "made", file, batch, {})


def report(retrieved: str = "2024-03-01") -> Callable[[], dict[str, Any]]:
    """A report as the pipeline writes it."""
    counts = dict.fromkeys(("bytes", "read", "accepted", "refused", "missing", "kept_out", "flagged"), 0)
    facts = dict.fromkeys(("issuer", "licence", "url", "attribution", "why"), "")
    return lambda: {**counts, **facts, "retrieved": retrieved, "title": {}, "ships": True, "refusals": []}


def no_flags() -> pa.Table:
    """Nothing was found while reading."""
    return FLAGS.schema().empty_table()


def add(
    store: Store, batch: str, tables: Iterable[pa.Table], *, file: str = "data.csv", retrieved: str = "2024-03-01"
) -> BatchRecord:
    """Add a batch that replaces the earlier one of its file."""
    return store.add_batch(record(batch, file), tables, report(retrieved), no_flags, replaces=True)


def present(folder: Path) -> list[str]:
    """Ids of the observations that make up the present."""
    store = Store(folder)
    keys = [each.batch for each in store.journal.current_batches()]
    found: list[str] = store.observations(keys)["observation"].to_pylist()
    return found
