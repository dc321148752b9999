"""Index specifications and tables as people hand them in: YAML, JSON, CSV, Parquet, spreadsheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from kenes.comparison.declared.plain import from_plain
from kenes.comparison.declared.specification import Specification
from kenes.comparison.table import Columns
from kenes.vocabulary.errors import BadInput, DefinitionError


def read_plain(path: Path) -> dict[str, object]:
    """A specification file, YAML or JSON, as plain values.

    Raises:
        DefinitionError: the file is not there or cannot be read; names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        found: object = json.loads(text) if path.suffix == ".json" else yaml.load(text, loader)
    except FileNotFoundError:
        raise DefinitionError(
            str(path), expected="a file in YAML or JSON", found="no such file", mend="Correct the name."
        ) from None
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, yaml.YAMLError) as error:
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


def read_table(path: Path, names: Collection[str] = ()) -> Columns:
    """A data file (CSV, Parquet, XLSX) as columns, None where a cell is empty or says NA.

    Args:
        path: the file.
        names: columns of names, in which NA is a name (of Namibia) and no gap.

    Raises:
        BadInput: the file is not there, of another kind, or ragged; names file and line.
    """
    if not path.is_file():
        raise BadInput(str(path), expected="a file", found="nothing", mend="Correct the path.")
    if path.suffix in (".parquet", ".pq"):
        return _parquet_columns(path)
    rows = _xlsx_rows(path) if path.suffix in (".xlsx", ".xls", ".ods") else list(_csv_rows(path))
    if len(rows) < 2:
        found = "a header alone" if rows else "an empty file"
        raise BadInput(str(path), expected="a header and at least one row", found=found, mend="Add the data.")
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
                mend="Save the file with commas between the cells." if ";" in head[0] else "Correct the row.",
            )
    columns = zip(*rows[1:], strict=True)
    return {
        name: [None if c == "" or (c == "NA" and name not in names) else c for c in cells]
        for name, cells in zip(head, columns, strict=True)
    }


def _csv_rows(path: Path) -> Iterator[Sequence[object]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (row for row in csv.reader(file) if row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(str(path), expected="CSV in UTF-8", found=str(error)) from None


def _xlsx_rows(path: Path) -> list[Sequence[object]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only for this kind of file

    try:
        rows: list[list[object]] = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except Exception as error:
        raise BadInput(str(path), expected="a workbook", found=str(error), mend="Save it again, or as CSV.") from None
    return [list(map(_whole, row)) for row in rows if any(c != "" for c in row)]


def _whole(cell: object) -> object:
    """A whole number as one: sheets hold every number as a float."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _parquet_columns(path: Path) -> Columns:
    import pyarrow as pa  # noqa: PLC0415 - only for this kind of file
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return dict(pq.read_table(path).to_pydict())
    except (pa.ArrowException, OSError) as error:
        raise BadInput(str(path), expected="Parquet", found=str(error).splitlines()[0]) from None


def names_of(spec: Specification) -> tuple[str, ...]:
    """Columns of a specification that hold names and no numbers."""
    return (spec.place_column, *([spec.time_column] if spec.time_column else []))


def errors_of(spec: Specification, data: Mapping[str, Sequence[object]]) -> Columns | None:
    """Standard errors that the data carry in columns `INDICATOR_se`; None where there are none."""
    found = {leaf: list(data[f"{leaf}_se"]) for leaf in spec.indicators if f"{leaf}_se" in data}
    return found or None
