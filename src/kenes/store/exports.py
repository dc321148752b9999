"""Tables as files for others: CSV that is equal byte for byte for equal content, and Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from kenes.store.files import write_whole
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.tables import KINDS, PROSE

EXPORTED: tuple[str, ...] = ("places", "observations", "flags", "measurements", "scores")


def cell(value: Any) -> str:
    """A value as the pinned CSV form writes it; a text that a spreadsheet would run gets an apostrophe.

    >>> cell(None), cell(0.1), cell(True), cell(dt.datetime(2019, 1, 1, tzinfo=dt.UTC))
    ('', '0.1', 'true', '2019-01-01T00:00:00Z')
    >>> cell("=1+1"), cell("-999"), cell("-")
    ("'=1+1", '-999', "'-")
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[-+][0-9., ]*[0-9](?:[eE][-+]?[0-9]+)?")


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 CSV with comma, `\\n` and a header; None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return out.getvalue().encode()


def table_csv(kind: str, table: pa.Table) -> bytes:
    """One table in the exported columns of its kind, sorted by its key."""
    columns = exported_columns(kind, table)
    wanted = sorted_by_key(kind, table).select(columns)
    return csv_bytes(columns, zip(*(wanted[c].to_pylist() for c in columns), strict=True) if columns else [])


def exported_columns(kind: str, table: pa.Table) -> list[str]:
    """Columns of a table that leave the store: those of its kind, and its reasons as sentences where it has them."""
    return [*KINDS[kind].exported, *(name for name in (PROSE,) if name in table.column_names)]


def sorted_by_key(kind: str, table: pa.Table) -> pa.Table:
    """A table in the order of its key."""
    keys: list[tuple[str, Literal["ascending", "descending"]]] = [(name, "ascending") for name in KINDS[kind].key]
    return table.sort_by(keys) if table.num_rows else table


def write_export(kind: str, table: pa.Table, path: Path) -> None:
    """Write a table as `.csv` or `.parquet`, whole or not at all.

    Raises:
        BadInput: another ending.
    """
    if path.suffix == ".csv":
        write_whole(path, table_csv(kind, table))
    elif path.suffix == ".parquet":
        sink = io.BytesIO()
        pq.write_table(sorted_by_key(kind, table).select(exported_columns(kind, table)), sink)
        write_whole(path, sink.getvalue())
    else:
        raise BadInput(f"{path} has an unknown ending", expected=".csv or .parquet", found=path.suffix or "none")


def write_all(tables: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write every table as CSV into a folder; gives the files."""
    paths = []
    for kind, table in sorted(tables.items()):
        path = folder / f"{kind}.csv"
        write_export(kind, table, path)
        paths.append(path)
    return paths
