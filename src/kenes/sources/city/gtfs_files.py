"""The text files of a GTFS feed as tables, however carelessly they were written."""

from __future__ import annotations

import csv as rows_of_text
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from kenes.vocabulary.errors import SourceError


@dataclass(frozen=True)
class FeedTable:
    """One file of a feed.

    Attributes:
        rows: columns of text.
        findings: what was odd about its rows, counted.
    """

    rows: pa.Table
    findings: Mapping[str, int]

    def column(self, name: str) -> list[str]:
        """One column, shape (row,)."""
        return [str(text) for text in self.rows.column(name).to_pylist()]

    def records(self) -> list[dict[str, str]]:
        """Rows by column."""
        names = self.rows.column_names
        columns = [self.column(name) for name in names]
        return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


@dataclass(frozen=True)
class FeedFiles:
    """A feed: a zip file, or a folder with the same text files.

    Attributes:
        path: where it lies.

    Raises:
        SourceError: it is neither.
    """

    path: Path

    def __post_init__(self) -> None:
        if not self.path.exists():
            raise SourceError("GTFS feed", expected="a file", found="none", where=str(self.path))
        if self.path.is_file() and not zipfile.is_zipfile(self.path):
            raise SourceError("GTFS feed", expected="a zip file", found="something else", where=str(self.path))

    def table(self, name: str, columns: Sequence[str], optional: Sequence[str] = ()) -> FeedTable:
        """One file that must be there.

        Args:
            name: without `.txt`.
            columns: those that it must have.
            optional: those that are read where there are any.

        Raises:
            SourceError: the file, or one of its columns, is missing or cannot be read.
        """
        table = self.table_if_any(name, columns, optional)
        if table is None:
            raise SourceError("GTFS feed", expected=f"{name}.txt", found="none", where=self.path.name)
        return table

    def table_if_any(self, name: str, columns: Sequence[str], optional: Sequence[str] = ()) -> FeedTable | None:
        """One file, or None where it is missing or empty; otherwise as `table`."""
        data = self._bytes_of(f"{name}.txt")
        if data is None or not data.strip():
            return None
        header = data[: data.find(b"\n") if b"\n" in data else len(data)].decode("utf-8-sig", "replace")
        names = [field.strip().strip('"').strip() for field in header.split(",")]
        missing = [column for column in columns if column not in names]
        if missing:
            raise SourceError(
                f"{name}.txt",
                expected=f"columns {', '.join(missing)}",
                found=", ".join(names),
                where=self.path.name,
            )
        wanted = [*columns, *(c for c in optional if c in names)]
        rows, odd = self._parsed(name, data, names, wanted)
        whole, findings = _with_odd_rows(rows, odd, names)
        return FeedTable(_trimmed(whole, data), findings)

    def _bytes_of(self, name: str) -> bytes | None:
        if self.path.is_dir():
            file = self.path / name
            return file.read_bytes() if file.is_file() else None
        try:
            with zipfile.ZipFile(self.path) as archive:
                members = [m for m in archive.namelist() if m.rsplit("/", 1)[-1].lower() == name]
                return archive.read(min(members, key=len)) if members else None
        except (zipfile.BadZipFile, zlib.error, OSError) as fault:
            raise SourceError(
                name,
                expected="a readable file in the feed",
                found=str(fault),
                where=self.path.name,
                mend="Fetch the feed again.",
            ) from None

    def _parsed(
        self, name: str, data: bytes, names: Sequence[str], wanted: Sequence[str]
    ) -> tuple[pa.Table, list[csv.InvalidRow]]:
        """The rows that have as many cells as the header, and the others."""
        odd: list[csv.InvalidRow] = []

        def keep_aside(row: csv.InvalidRow) -> Literal["skip"]:
            odd.append(row)
            return "skip"

        try:
            rows = csv.read_csv(
                io.BytesIO(data),
                read_options=csv.ReadOptions(column_names=list(names), skip_rows=1),
                parse_options=csv.ParseOptions(invalid_row_handler=keep_aside, newlines_in_values=name != "stop_times"),
                convert_options=csv.ConvertOptions(
                    include_columns=list(wanted),
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid as fault:
            raise SourceError(
                f"{name}.txt",
                expected="a table in UTF-8",
                found=str(fault),
                where=self.path.name,
                mend="Save the file as UTF-8 with commas.",
            ) from None
        return rows, odd


def _with_odd_rows(
    table: pa.Table, odd: Sequence[csv.InvalidRow], names: Sequence[str]
) -> tuple[pa.Table, Mapping[str, int]]:
    """The table with the rows that have fewer or more cells than the header: what is short ends in empty cells,
    what is long may only end in empty ones; and how many there were."""
    rows: list[dict[str, str]] = []
    count: Counter[str] = Counter()
    for row in odd:
        cells = next(rows_of_text.reader([row.text or ""]), [])
        if any(cell.strip() for cell in cells[len(names) :]) or not cells:
            count["rows_refused"] += 1
            continue
        count["rows_of_other_length"] += 1
        rows.append(dict(zip(names, [*cells, *[""] * len(names)], strict=False)))
    if not rows:
        return table, count
    added = {name: pa.array([row[name] for row in rows], pa.string()) for name in table.column_names}
    return pa.concat_tables([table, pa.table(added)]), count


def _trimmed(table: pa.Table, data: bytes) -> pa.Table:
    """The table without blanks around its cells, where there are any beside a comma or at the end of a line."""
    if not any(mark in data for mark in (b", ", b" ,", b" \n", b" \r", b"\n ", b"\t")):
        return table
    columns = [pc.utf8_trim_whitespace(column) for column in table.columns]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))
