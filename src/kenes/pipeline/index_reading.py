"""Index specifications and tables as people hand them in: YAML, JSON, CSV, Parquet, spreadsheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from kenes.comparison.plain import from_plain
from kenes.comparison.specification import Specification
from kenes.vocabulary.errors import BadInput, DefinitionError


def read_plain(path: Path) -> dict[str, Any]:
    """A specification file, YAML or JSON, as plain values.

    Raises:
        DefinitionError: the file is not there or cannot be read; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = (
            json.loads(text)
            if path.suffix == ".json"
            else yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        )
    except (OSError, UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        raise DefinitionError(
            str(path), expected="YAML or JSON in UTF-8", found=str(error), mend="Correct the file."
        ) from None
    if not isinstance(found, dict):
        raise DefinitionError(str(path), expected="a mapping", found=type(found).__name__)
    return found


def read_specification(path: Path) -> Specification:
    """A specification from YAML or JSON; errors name the file."""
    try:
        return from_plain(read_plain(path))
    except DefinitionError as error:
        if not error.where:
            error.where = str(path)
            error.args = (str(error),)
        raise


def read_table(path: Path) -> dict[str, list[Any]]:
    """A data file (CSV, Parquet, XLSX) as columns, None where a cell is empty.

    Raises:
        BadInput: the file is not there, of another kind, or ragged; names file and line.
    """
    if not path.is_file():
        raise BadInput(str(path), expected="a file", found="nothing", mend="Correct the path.")
    if path.suffix in (".parquet", ".pq"):
        import pyarrow.parquet as pq  # noqa: PLC0415 - only for this kind of file

        return dict(pq.read_table(path).to_pydict())
    rows = _xlsx_rows(path) if path.suffix in (".xlsx", ".xls", ".ods") else list(_csv_rows(path))
    if not rows:
        raise BadInput(str(path), expected="a header", found="an empty file")
    head = [str(c) for c in rows[0]]
    twice = sorted({c for c in head if head.count(c) > 1})
    if twice:
        raise BadInput(str(path), expected="column names once each", found=", ".join(twice))
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            raise BadInput(
                str(path),
                expected=f"{len(head)} cells",
                found=str(len(row)),
                where=f"line {number}",
                mend="Correct the row.",
            )
    columns = zip(*rows[1:], strict=True) if len(rows) > 1 else [[] for _ in head]
    return {name: [None if c in ("", "NA") else c for c in cells] for name, cells in zip(head, columns, strict=True)}


def _csv_rows(path: Path) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (row for row in csv.reader(file) if row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(str(path), expected="CSV in UTF-8", found=str(error)) from None


def _xlsx_rows(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only for this kind of file

    return [list(r) for r in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()]


def errors_of(spec: Specification, data: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]] | None:
    """Standard errors that the data carry in columns `INDICATOR_se`; None where there are none."""
    found = {leaf: list(data[f"{leaf}_se"]) for leaf in spec.indicators if f"{leaf}_se" in data}
    return found or None
