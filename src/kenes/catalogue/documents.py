"""Reads YAML documents and CSV tables with the file and line of every entry kept.

A definition that is wrong must be mendable: each mapping and list remembers where it stands, so
that a finding can name file and line. The C loader is used, and a duplicate key is an error, since
YAML would silently keep the last.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import yaml

from kenes.vocabulary.errors import At, DefinitionError


class LinedDict(dict[str, Any]):
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


class LinedList(list[Any]):
    """A list that knows its file, its line and the line of each item."""

    file: str = ""
    line: int = 0
    lines: list[int]

    def line_at(self, position: int) -> int:
        """Line of the item at a position."""
        return self.lines[position]


_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _construct(node: yaml.Node, loader: Any, file: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _construct_mapping(node, loader, file)
    if isinstance(node, yaml.SequenceNode):
        items = LinedList(_construct(child, loader, file) for child in node.value)
        items.file, items.line = file, node.start_mark.line + 1
        items.lines = [child.start_mark.line + 1 for child in node.value]
        return items
    try:
        return loader.construct_object(node)
    except ValueError as error:
        where = At(file, node.start_mark.line + 1)
        raise DefinitionError("value cannot be read", found=str(getattr(node, "value", "")), where=where) from error


def _construct_mapping(node: yaml.MappingNode, loader: Any, file: str) -> LinedDict:
    found = LinedDict()
    found.file, found.line, found.lines = file, node.start_mark.line + 1, {}
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node))
        line = key_node.start_mark.line + 1
        if key in found:
            raise DefinitionError(
                f"key {key!r} stands twice",
                where=At(file, line),
                mend=f"Keep one; the first is on line {found.lines[key]}.",
            )
        found[key] = _construct(value_node, loader, file)
        found.lines[key] = line
    return found


def parse_document(text: str, file: str) -> Any:
    """Parse one YAML document.

    Args:
        text: the document.
        file: its name, for messages.

    Returns:
        `LinedDict`, `LinedList`, a scalar, or None for an empty document.

    Raises:
        DefinitionError: not YAML, or a key that stands twice.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return None if node is None else _construct(node, loader, file)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = At(file, mark.line + 1 if mark else None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DefinitionError("not readable as YAML", found=problem, where=where) from error
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


def read_document(path: Path, *, name: str | None = None) -> Any:
    """Read one YAML file; see `parse_document`."""
    return parse_document(read_text(path), name or str(path))


def read_table(path: Path, *, columns: tuple[str, ...], name: str | None = None) -> list[LinedDict]:
    """Read a CSV table whose header must hold the given columns.

    Returns:
        One `LinedDict` a record, with the line it starts on; empty cells are left out.

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
    rows: list[LinedDict] = []
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
        row = LinedDict({key: cell for key, cell in zip(header, record, strict=True) if cell != ""})
        row.file, row.line, row.lines = shown, line, {}
        rows.append(row)
    return rows
