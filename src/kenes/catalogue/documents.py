"""Reads YAML documents and CSV tables with the file and line of every entry kept.

A definition that is wrong must be mendable: each mapping and list remembers where it stands, so
that a finding can name file and line. The C loader is used, and a duplicate key is an error, since
YAML would silently keep the last.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Protocol

import yaml

from kenes.vocabulary.errors import At, DefinitionError


class LinedDict(dict[str, object]):
    """A mapping that knows its file, its line and the line of each key."""

    file: str = ""
    line: int = 0
    lines: dict[str, int]

    def line_of(self, key: str) -> int:
        """Line of a key, or of the mapping itself when the key is absent."""
        return self.lines.get(key, self.line)

    def where(self, key: str | None = None) -> At:
        """File and line of a key or of the whole."""
        return At(self.file, self.line_of(key) if key else self.line)


class LinedList(list[object]):
    """A list that knows its file, its line and the line of each item."""

    file: str = ""
    line: int = 0
    lines: list[int]

    def line_at(self, position: int) -> int:
        """Line of the item at a position."""
        return self.lines[position]


class TableRow(dict[str, str]):
    """A record of a table that knows its file and the line on which it starts; empty cells are left out."""

    file: str = ""
    line: int = 0

    def where(self) -> At:
        """File and line of the record."""
        return At(self.file, self.line)


class _Loader(Protocol):
    def get_single_node(self) -> yaml.Node | None: ...

    def construct_object(self, node: yaml.Node) -> object: ...

    def dispose(self) -> None: ...


def _loader(text: str) -> _Loader:
    loader: _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    return loader


def _construct(node: yaml.Node, loader: _Loader, file: str) -> object:
    if isinstance(node, yaml.MappingNode):
        return _construct_mapping(node, loader, file)
    if isinstance(node, yaml.SequenceNode):
        children: list[yaml.Node] = node.value
        items = LinedList(_construct(child, loader, file) for child in children)
        items.file, items.line, items.lines = file, _line(node), [_line(child) for child in children]
        return items
    try:
        return loader.construct_object(node)
    except ValueError as error:
        raise DefinitionError("value cannot be read", found=str(node.value), where=At(file, _line(node))) from error


def _line(node: yaml.Node) -> int:
    mark: yaml.Mark = node.start_mark
    return mark.line + 1


def _construct_mapping(node: yaml.MappingNode, loader: _Loader, file: str) -> LinedDict:
    found = LinedDict()
    found.file, found.line, found.lines = file, _line(node), {}
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
    for key_node, value_node in pairs:
        key, line = str(loader.construct_object(key_node)), _line(key_node)
        if key in found:
            raise DefinitionError(
                f"key {key!r} stands twice",
                where=At(file, line),
                mend=f"Keep one; the first is on line {found.lines[key]}.",
            )
        found[key] = _construct(value_node, loader, file)
        found.lines[key] = line
    return found


def parse_document(text: str, file: str) -> object:
    """Parse one YAML document.

    Args:
        text: the document.
        file: its name, for messages.

    Returns:
        `LinedDict`, `LinedList`, a scalar, or None for an empty document.

    Raises:
        DefinitionError: not YAML, or a key that stands twice.
    """
    loader = _loader(text)
    try:
        node = loader.get_single_node()
        return None if node is None else _construct(node, loader, file)
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
        where = At(file, mark.line + 1 if mark else None)
        found = problem or str(error).splitlines()[0]
        raise DefinitionError("not readable as YAML", found=found, where=where) from error
    finally:
        loader.dispose()


def read_text(path: Path) -> str:
    """Read a UTF-8 file; a byte that is not UTF-8 is an error with its place."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DefinitionError("file is not UTF-8", where=At(str(path), line), mend="Save it as UTF-8.") from error


def read_document(path: Path, *, name: str | None = None) -> object:
    """Read one YAML file; see `parse_document`."""
    return parse_document(read_text(path), name or str(path))


def read_table(path: Path, *, columns: tuple[str, ...], name: str | None = None) -> list[TableRow]:
    """Read a CSV table whose header must hold the given columns.

    Returns:
        One `TableRow` a record.

    Raises:
        DefinitionError: a column is missing, or a record has another number of cells.
    """
    shown = name or str(path)
    reader = csv.reader(io.StringIO(read_text(path)))
    header = next(reader, [])
    missing = [column for column in columns if column not in header]
    if missing:
        raise DefinitionError(
            f"column {missing[0]!r} is missing",
            expected=", ".join(columns),
            found=", ".join(header),
            where=At(shown, 1),
        )
    rows: list[TableRow] = []
    start = reader.line_num + 1
    for record in reader:
        line, start = start, reader.line_num + 1
        if not record:
            continue
        if len(record) != len(header):
            raise DefinitionError(
                "record has another number of cells than the header",
                expected=str(len(header)),
                found=str(len(record)),
                where=At(shown, line),
            )
        row = TableRow({key: cell for key, cell in zip(header, record, strict=True) if cell != ""})
        row.file, row.line = shown, line
        rows.append(row)
    return rows
