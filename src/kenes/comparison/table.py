"""Tables in and out without a hard import of any table library.

Accepted: a mapping of columns, a list of records, anything with the Arrow C stream (`__arrow_c_stream__`:
polars, pyarrow, pandas, DuckDB), and anything with `columns` and `[name]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, SupportsFloat, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from kenes.vocabulary.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

Floats = NDArray[np.float64]
Columns = dict[str, list[object]]
MOST = 1e100
"""Squares and fourth powers of greater numbers leave the range of a float."""


@runtime_checkable
class LazyTable(Protocol):
    """A table that is yet to be worked out, such as a polars LazyFrame."""

    def collect(self) -> object:
        """The table."""


@runtime_checkable
class ListsOfColumns(Protocol):
    """A table that gives its columns as lists: polars, Arrow."""

    def to_pydict(self) -> Mapping[str, Iterable[object]]:
        """Lists by column."""


@runtime_checkable
class ArrowStream(Protocol):
    """A table of any maker that speaks Arrow."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


@runtime_checkable
class Query(Protocol):
    """A query, such as a relation of DuckDB."""

    def fetch_arrow_table(self) -> ListsOfColumns:
        """Its rows as an Arrow table."""


@runtime_checkable
class NamedColumns(Protocol):
    """Anything with names and the columns under them."""

    columns: Iterable[object]

    def __getitem__(self, name: object, /) -> Iterable[object]: ...


@runtime_checkable
class Listable(Protocol):
    """A column that becomes a list by one call."""

    def tolist(self) -> Iterable[object]:
        """Its values."""


@runtime_checkable
class ListableSeries(Protocol):
    """A column that becomes a list by the other call."""

    def to_list(self) -> Iterable[object]:
        """Its values."""


def columns_of(data: object) -> Columns:
    """Columns of any accepted table, as lists with `None` where a value is missing.

    Raises:
        BadInput: the table is of no accepted kind, or its columns differ in length.
    """
    if isinstance(data, LazyTable) and not isinstance(data, ListsOfColumns):
        data = data.collect()
    columns = _columns(data)
    lengths = {len(v) for v in columns.values()}
    if len(lengths) > 1:
        raise BadInput("table", expected="columns of one length", found=", ".join(map(str, sorted(lengths))))
    return columns


def _columns(data: object) -> Columns:
    if isinstance(data, Mapping):
        return {str(k): _listed(v) for k, v in data.items()}
    if isinstance(data, Sequence) and all(isinstance(r, Mapping) for r in data):
        records: Sequence[Mapping[object, object]] = data
        names = list(dict.fromkeys(k for r in records for k in r))
        return {str(n): [r.get(n) for r in records] for n in names}
    lists = _lists(data)
    if lists is not None:
        return {str(k): list(v) for k, v in lists.to_pydict().items()}
    if hasattr(data, "iloc"):
        return _of_pandas(data)
    if isinstance(data, NamedColumns):
        return {str(name): _listed(data[name]) for name in data.columns}
    raise BadInput(
        "table",
        expected="a mapping of columns, records, or a table",
        found=type(data).__name__,
        mend="Hand in a dict, or a pandas, polars or Arrow table.",
    )


def _lists(data: object) -> ListsOfColumns | None:
    """A table that gives its columns as lists; None where it is a frame of pandas or something else."""
    if isinstance(data, ListsOfColumns):
        return data
    if isinstance(data, ArrowStream) and not hasattr(data, "iloc"):
        import pyarrow as pa  # noqa: PLC0415 - only for streams of unknown makers

        return pa.table(data)
    return data.fetch_arrow_table() if isinstance(data, Query) else None


def _of_pandas(frame: Any) -> Columns:
    """Columns of a pandas frame, whatever its dtypes; what pandas calls missing becomes None."""
    names = [str(name) for name in frame.columns]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise BadInput("table", expected="column names once each", found=", ".join(twice), mend="Rename one of them.")
    missing = frame.isna()
    return {
        name: [None if gone else value for gone, value in zip(missing.iloc[:, i], frame.iloc[:, i], strict=True)]
        for i, name in enumerate(names)
    }


def _listed(values: Iterable[object]) -> list[object]:
    """A column as a list of plain values."""
    if isinstance(values, Listable):
        return list(values.tolist())
    return list(values.to_list() if isinstance(values, ListableSeries) else values)


def numbers(values: Sequence[object], column: str) -> Floats:
    """A column as float64, NaN where missing.

    Raises:
        BadInput: a value is no number; names column and row.
    """
    found = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        if value is None or (isinstance(value, str) and value.strip() == ""):
            continue
        try:
            found[row] = _number(value)
        except (TypeError, ValueError):
            raise BadInput(
                column,
                expected="a number or an empty cell",
                found=repr(value),
                where=f"row {row + 1}",
                mend="Correct the cell, or empty it where the value is missing.",
            ) from None
    large = np.flatnonzero(np.abs(found) > MOST).tolist()
    if large:
        raise BadInput(
            column,
            expected=f"numbers up to {MOST:g}",
            found=repr(values[large[0]]),
            where=f"row {large[0] + 1}",
            mend="Correct the cell, or give the indicator in a larger unit.",
        )
    return found


def _number(value: object) -> float:
    """A number as computers write it: no digits of other scripts, no underscores, no names of infinity."""
    if isinstance(value, str) and not (value.isascii() and not set(value) & set("_")):
        raise ValueError(value)
    if isinstance(value, (float, int, str, SupportsFloat)):
        return float(value)
    raise TypeError(value)


def matrix(columns: Mapping[str, Sequence[object]], names: Sequence[str]) -> Floats:
    """Named columns as one array, shape (row, name).

    Raises:
        BadInput: a column is not there; names it.
    """
    missing = [n for n in names if n not in columns]
    if missing:
        raise BadInput(
            "data",
            expected="a column for each indicator",
            found="no column " + ", ".join(missing),
            mend="Add the columns or remove the nodes.",
        )
    return np.column_stack([numbers(columns[n], n) for n in names]) if names else np.empty((0, 0))


def to_arrow(columns: Mapping[str, Floats | Sequence[Any]]) -> pa.Table:
    """Columns as a `pyarrow.Table`; NaN becomes null."""
    import pyarrow as pa  # noqa: PLC0415 - Arrow is loaded when a table is asked for

    return pa.table(
        {
            name: pa.array(values, from_pandas=True) if isinstance(values, np.ndarray) else pa.array(list(values))
            for name, values in columns.items()
        }
    )
