"""The text files of a GTFS feed as tables, however carelessly they were written."""

from __future__ import annotations

import csv as rows_of_text
import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from kenes.vocabulary.errors import SourceError


class FeedFiles:
    """An opened feed: a zip file, or a folder with the same text files.

    Args:
        path: where it lies.

    Raises:
        SourceError: it is neither.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: dict[str, int] = {}
        if not path.exists():
            raise SourceError("GTFS feed", expected="a file", found="none", where=str(path))
        self._zip = None
        if path.is_file():
            try:
                self._zip = zipfile.ZipFile(path)
            except zipfile.BadZipFile:
                raise SourceError("GTFS feed", expected="a zip file", found="something else", where=str(path)) from None

    def _open(self, name: str) -> bytes | None:
        if self._zip is None:
            file = self.path / name
            return file.read_bytes() if file.is_file() else None
        members = [m for m in self._zip.namelist() if m.rsplit("/", 1)[-1].lower() == name]
        try:
            return self._zip.read(min(members, key=len)) if members else None
        except (zipfile.BadZipFile, zlib.error, OSError) as fault:
            raise SourceError(
                name, expected="a readable file in the feed", found=str(fault), where=self.path.name,
                mend="Fetch the feed again.",
            ) from None  # fmt: skip

    def table(self, name: str, columns: Sequence[str], optional: Sequence[str] = (), needed: bool = True) -> Any:
        """One file as a table of text.

        Args:
            name: without `.txt`.
            columns: those that it must have.
            optional: those that are read where there are any.
            needed: whether the file must be there.

        Returns:
            A `pyarrow.Table`; None for a file that is not needed and not there.

        Raises:
            SourceError: the file, or one of its columns, is missing or cannot be read.
        """
        data = self._open(f"{name}.txt")
        if data is None or not data.strip():
            if needed:
                raise SourceError("GTFS feed", expected=f"{name}.txt", found="none", where=self.path.name)
            return None
        header = data[: data.find(b"\n") if b"\n" in data else len(data)].decode("utf-8-sig", "replace")
        odd: list[csv.InvalidRow] = []
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

        def keep_aside(row: csv.InvalidRow) -> str:
            odd.append(row)
            return "skip"

        try:
            table = csv.read_csv(
                io.BytesIO(data),
                read_options=csv.ReadOptions(column_names=names, skip_rows=1),
                parse_options=csv.ParseOptions(invalid_row_handler=keep_aside, newlines_in_values=name != "stop_times"),
                convert_options=csv.ConvertOptions(
                    include_columns=wanted,
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid as fault:
            raise SourceError(
                f"{name}.txt", expected="a table in UTF-8", found=str(fault), where=self.path.name,
                mend="Save the file as UTF-8 with commas.",
            ) from None  # fmt: skip
        return _trimmed(self._with_odd_rows(table, odd, names), data)

    def _with_odd_rows(self, table: Any, odd: Sequence[csv.InvalidRow], names: Sequence[str]) -> Any:
        """The table with the rows that have fewer or more cells than the header: what is short ends in empty cells,
        what is long may only end in empty ones."""
        rows = []
        for row in odd:
            cells = next(rows_of_text.reader([row.text or ""]), [])
            if any(cell.strip() for cell in cells[len(names) :]) or not cells:
                self.count("rows_refused")
                continue
            self.count("rows_of_other_length")
            rows.append(dict(zip(names, [*cells, *[""] * len(names)], strict=False)))
        if not rows:
            return table
        added = {name: pa.array([row[name] for row in rows], pa.string()) for name in table.column_names}
        return pa.concat_tables([table, pa.table(added)])

    def count(self, what: str, times: int = 1) -> None:
        """Count something odd."""
        if times:
            self.findings[what] = self.findings.get(what, 0) + times


def _trimmed(table: Any, data: bytes) -> Any:
    """The table without blanks around its cells, where there are any beside a comma or at the end of a line."""
    if not any(mark in data for mark in (b", ", b" ,", b" \n", b" \r", b"\n ", b"\t")):
        return table
    columns = [pc.utf8_trim_whitespace(column) for column in table.columns]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))
