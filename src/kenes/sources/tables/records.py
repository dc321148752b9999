"""Text tables in a stream: batches of dictionary-encoded columns with their physical row numbers.

A record keeps the number that one sees in a spreadsheet: header records and blank ones count, a line
break inside quotes does not. Records with another number of cells than the header are kept by number.
"""

from __future__ import annotations

import csv
import io
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import IO, Literal, NamedTuple, TextIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from kenes.catalogue.mapping_records import FileForm
from kenes.sources.tables.columns import Codes, TextColumn, distinct
from kenes.sources.tables.files import CHUNK, CheckedFile
from kenes.vocabulary.errors import SourceError

BLOCK = 8 << 20
"""Bytes of one block of a delimited file; a record must fit into it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that does not have the header's number of cells."""

    row: int
    found: int
    text: str


class Block(NamedTuple):
    """Some records: the columns asked for in their order, and the row numbers."""

    columns: list[TextColumn]
    rows: Codes


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records: one column of texts for each name asked for, and the row numbers."""

    columns: dict[str, TextColumn]
    rows: Codes


@dataclass(frozen=True, slots=True)
class Records:
    """The header of a text table, and its records in a stream.

    Attributes:
        header: names of the columns, in order, after renaming.
        blocks: reads the records with the columns at some positions, from 0.
        parts: other names: a part of a split column, or (part -1) the lowest name of a heading that
            is joined from several rows, where no other heading ends like it.
        broken: broken records seen so far; complete once the records are exhausted.
    """

    header: tuple[str, ...]
    form: FileForm
    blocks: Callable[[tuple[int, ...]], Iterator[Block]]
    parts: dict[str, tuple[str, int]] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that a mapping may use: headings, and parts of a split one."""
        return (*self.parts, *self.header)

    def position(self, column: str) -> int:
        """Position of a column, from 1."""
        return self.header.index(self.parts.get(column, (column, 0))[0]) + 1

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """Batches with the given columns."""
        wanted = {column: self.position(column) - 1 for column in columns}
        positions = tuple(dict.fromkeys(wanted.values()))
        for block in self.blocks(positions):
            physical = dict(zip(positions, block.columns, strict=True))
            named = {
                name: _part(physical[at], self.parts[name][1] if name in self.parts else -1)
                for name, at in wanted.items()
            }
            yield Batch(named, block.rows)


def _part(column: TextColumn, part: int) -> TextColumn:
    if part < 0:
        return column
    texts = [text.split(",") for text in distinct(column)]
    cells = [text[part].strip() if part < len(text) else "" for text in texts]
    split: TextColumn = pa.DictionaryArray.from_arrays(column.indices, pa.array(cells, pa.string()))
    return split


def split_parts(form: FileForm, header: tuple[str, ...], name: str) -> dict[str, tuple[str, int]]:
    """The names into which a column's cells are split at commas.

    Raises:
        SourceError: the column is not there.
    """
    column, into = form.split_column, form.split_into
    if form.format == "eurostat_tsv" and column is None:
        column, into = header[0], tuple(header[0].split("\\")[0].split(","))
    if column is None:
        lowest = Counter(heading.rpartition(" / ")[2] for heading in header)
        tails = {heading: heading.rpartition(" / ")[2] for heading in header if form.header_rows > 1}
        return {tail: (h, -1) for h, tail in tails.items() if lowest[tail] == 1 and tail != h}
    if column not in header:
        raise SourceError(
            f"column {column!r} to split is missing", found=", ".join(header)[:400], where=name, code="column_missing"
        )
    return {part: (column, position) for position, part in enumerate(into)}


def clean(name: str) -> str:
    """A heading without blanks at its ends, byte order mark, line breaks and double blanks."""
    return re.sub(r"\s+", " ", name.replace("\ufeff", "")).strip()


def headings(form: FileForm, records: list[list[str]], name: str) -> tuple[str, ...]:
    """Names of the columns from the header records; see `FileForm`.

    Raises:
        SourceError: a name stands twice.
    """
    rows = [[clean(cell) for cell in record] for record in records] or [list(form.header)]
    for upper in rows[:-1]:
        for i in range(1, len(upper)):
            upper[i] = upper[i] or upper[i - 1]
    width = max(len(row) for row in rows)
    padded = [row + [""] * (width - len(row)) for row in rows]
    names = [" / ".join(part for part in parts if part) for parts in zip(*padded, strict=True)]
    names = [form.rename.get(heading, heading) for heading in names]
    twice = [heading for heading, count in Counter(names).items() if count > 1 and heading]
    if twice:
        raise SourceError(
            f"heading {twice[0]!r} stands {names.count(twice[0])} times",
            where=f"{name}, row {form.skip_rows + 1}",
            mend="Rename one in the file's header, or declare header_rows and skip_rows.",
            code="heading_twice",
        )
    return tuple(names)


def require_columns(records: Records, columns: tuple[str, ...], name: str) -> None:
    """Refuse a table that lacks a column.

    Raises:
        SourceError: names the column, those found, and the nearest.
    """
    for column in columns:
        if column in records.names:
            continue
        near = get_close_matches(column, records.names, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]!r}?" if near else "Correct the mapping."
        if len(records.header) == 1:
            hint = f"Only one column was found: is the delimiter {records.form.delimiter!r} right?"
        raise SourceError(
            f"column {column!r} is missing",
            found=", ".join(records.names)[:400],
            where=name,
            mend=hint,
            code="column_missing",
        )


def delimited(file: CheckedFile, form: FileForm) -> Records:
    """Open a delimited text file.

    Raises:
        SourceError: no header, headings that stand twice, an unclosed quote, a last record that is
            cut in the middle.
    """
    with _text(file, form.encoding) as stream:
        above = [_record(stream, form, file.name) for _ in range(form.skip_rows)]
        heads = [_record(stream, form, file.name) for _ in range(form.header_rows)]
    if any(not head for head in heads):
        raise SourceError("file ends before its header", where=file.name, code="header_missing")
    names = headings(form, heads, file.name)
    _check_end(file, form, len(names))
    _check_quotes(file, form)
    reader = _Delimited(file, form, width=len(names), offset=len(above) + len(heads))
    return Records(names, form, reader.blocks, split_parts(form, names, file.name), reader.broken)


def _text(file: CheckedFile, encoding: str) -> TextIO:
    encoding = "utf-8-sig" if encoding in ("utf-8", "utf8") else encoding
    return io.TextIOWrapper(file.open(), encoding=encoding, newline="")


def _record(stream: TextIO, form: FileForm, name: str) -> list[str]:
    text = stream.readline(BLOCK)
    while text.count('"') % 2 and (more := stream.readline(BLOCK)):
        text += more
        if len(text) > BLOCK:
            raise SourceError("a quote in the header is not closed", where=name, code="quote_open")
    if form.format == "eurostat_tsv":
        return text.rstrip("\r\n").split("\t")
    return next(csv.reader([text], delimiter=form.delimiter), [])


def _check_end(file: CheckedFile, form: FileForm, width: int) -> None:
    """A file without a last line break whose last record has too few cells was cut."""
    if form.encoding.startswith(("utf-16", "utf-32")):
        return
    with file.open() as stream:
        stream.seek(max(0, file.size - (1 << 16)))
        tail = stream.read().decode(form.encoding, "replace")
    last = tail.rsplit("\n", 1)[-1]
    if not last.strip() or tail == last:
        return
    cells = len(next(csv.reader([last], delimiter=form.delimiter), []))
    if cells < width or last.count('"') % 2:
        raise SourceError(
            "the last record is cut in the middle",
            expected=f"{width} cells",
            found=f"{cells} cells in {last[-80:]!r}",
            where=file.name,
            mend="Fetch the file again from its source.",
            code="file_truncated",
        )


def _check_quotes(file: CheckedFile, form: FileForm) -> None:
    """A quote that never closes would swallow all records behind it in silence."""
    if form.format == "eurostat_tsv":
        return
    with file.open() as stream:
        count = sum(chunk.count(b'"') for chunk in iter(lambda: stream.read(CHUNK), b""))
    if count % 2 == 0:
        return
    with _text(file, form.encoding) as text:
        reader, start = csv.reader(text, delimiter=form.delimiter, strict=True), 1
        try:
            for _ in reader:
                start = reader.line_num + 1
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise SourceError(
                    "a quote is never closed", where=f"{file.name}, line {start}", code="quote_open"
                ) from error


class _Utf8(io.RawIOBase):
    """A binary stream of UTF-8 over a text stream, for Arrow's reader."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes."""
        return self._stream.read(max(size // 4, 1) if size > 0 else -1).encode()

    def readable(self) -> bool:
        """Always."""
        return True


class _Delimited:
    """Arrow's CSV reader with exact record numbers."""

    def __init__(self, file: CheckedFile, form: FileForm, *, width: int, offset: int) -> None:
        self._file, self._form, self._width, self._offset = file, form, width, offset
        self.broken: list[Broken] = []
        self._skipped: list[int] = []
        self._lock = threading.Lock()

    def blocks(self, positions: tuple[int, ...]) -> Iterator[Block]:
        """Records with the columns at some positions; the first column where none is asked for."""
        names = [f"{i}" for i in range(self._width)]
        stream = _text(self._file, self._form.encoding)
        for _ in range(self._offset):
            _record(stream, self._form, self._file.name)
        try:
            reader = arrow_csv.open_csv(
                cast("IO[bytes]", pa.PythonFile(_Utf8(stream), mode="r")),
                read_options=arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=names),
                parse_options=self._parse_options(),
                convert_options=_convert_options([names[i] for i in positions or (0,)]),
            )
            following = 1
            for block in reader:
                rows, following = self._numbers(following, block.num_rows)
                columns = cast("list[TextColumn]", block.columns)
                yield Block(columns if positions else [], rows + self._offset)
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            raise SourceError(
                "file cannot be split into records", found=str(error), where=self._file.name, code="records_unreadable"
            ) from error
        finally:
            stream.close()

    def _parse_options(self) -> arrow_csv.ParseOptions:
        eurostat = self._form.format == "eurostat_tsv"
        return arrow_csv.ParseOptions(
            delimiter=self._form.delimiter,
            quote_char=False if eurostat else '"',
            newlines_in_values=not eurostat,
            ignore_empty_lines=False,
            invalid_row_handler=self._note,
        )

    def _note(self, row: arrow_csv.InvalidRow) -> Literal["skip"]:
        """Keep a record with another number of cells aside, with its number."""
        assert row.number is not None  # it is known where one thread reads
        with self._lock:
            self._skipped.append(row.number)
            self.broken.append(Broken(row.number + self._offset, row.actual_columns, row.text))
        return "skip"

    def _numbers(self, first: int, count: int) -> tuple[Codes, int]:
        """Numbers of the next `count` good records, leaving out the broken ones."""
        with self._lock:
            self._skipped = [number for number in self._skipped if number >= first]
            skipped = np.array(self._skipped, dtype=np.int64)
        rows = np.arange(first, first + count + len(skipped), dtype=np.int64)
        rows = rows[~np.isin(rows, skipped)][:count] if len(skipped) else rows
        return rows, int(rows[-1]) + 1 if count else first


def _convert_options(names: list[str]) -> arrow_csv.ConvertOptions:
    text = pa.dictionary(pa.int32(), pa.string())
    return arrow_csv.ConvertOptions(
        check_utf8=False,
        column_types=dict.fromkeys(names, text),
        include_columns=names,
        null_values=[],
        strings_can_be_null=False,
    )
