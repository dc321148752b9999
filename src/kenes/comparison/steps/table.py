"""Tables in and out without a hard import of any table library.

Accepted: a mapping of columns, a list of records, anything with the Arrow C stream (`__arrow_c_stream__`:
polars, pyarrow, pandas, DuckDB), and anything with `columns` and `[name]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Columns = dict[str, list[Any]]
MOST = 1e100
"""Squares and fourth powers of greater numbers leave the range of a float."""


def columns_of(data: Any) -> Columns:
    """Columns of any accepted table, as lists with `None` where a value is missing.

    Raises:
        BadInput: the table is of no accepted kind, or its columns differ in length.
    """
    if hasattr(data, "collect") and not hasattr(data, "to_pydict"):
        data = data.collect()  # a polars LazyFrame
    if isinstance(data, Mapping):
        columns = {str(k): _listed(v) for k, v in data.items()}
    elif isinstance(data, Sequence) and all(isinstance(r, Mapping) for r in data):
        names = list(dict.fromkeys(k for r in data for k in r))
        columns = {str(n): [r.get(n) for r in data] for n in names}
    elif hasattr(data, "to_pydict"):
        columns = {str(k): list(v) for k, v in data.to_pydict().items()}
    elif hasattr(data, "iloc"):
        columns = _of_pandas(data)
    elif hasattr(data, "__arrow_c_stream__"):
        import pyarrow as pa  # noqa: PLC0415 - only for streams of unknown makers

        columns = pa.table(data).to_pydict()
    elif hasattr(data, "fetch_arrow_table"):
        columns = data.fetch_arrow_table().to_pydict()
    elif hasattr(data, "columns"):
        columns = {str(name): _listed(data[name]) for name in data.columns}
    else:
        raise BadInput(
            "table",
            expected="a mapping of columns, records, or a table",
            found=type(data).__name__,
            mend="Hand in a dict, or a pandas, polars or Arrow table.",
        )
    lengths = {len(v) for v in columns.values()}
    if len(lengths) > 1:
        raise BadInput("table", expected="columns of one length", found=", ".join(map(str, sorted(lengths))))
    return columns


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


def _listed(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray) or hasattr(values, "tolist"):
        return list(values.tolist())
    return list(values.to_list() if hasattr(values, "to_list") else values)


def numbers(values: Sequence[Any], column: str) -> Floats:
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
    large = np.flatnonzero(np.abs(found) > MOST)
    if large.size:
        raise BadInput(
            column,
            expected=f"numbers up to {MOST:g}",
            found=repr(values[large[0]]),
            where=f"row {large[0] + 1}",
            mend="Correct the cell, or give the indicator in a larger unit.",
        )
    return found


def _number(value: Any) -> float:
    """A number as computers write it: no digits of other scripts, no underscores, no names of infinity."""
    if isinstance(value, str) and not (value.isascii() and not set(value) & set("_")):
        raise ValueError(value)
    return float(value)


def matrix(columns: Mapping[str, Sequence[Any]], names: Sequence[str]) -> Floats:
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


def to_arrow(columns: Mapping[str, Any]) -> Any:
    """Columns as a `pyarrow.Table`; NaN becomes null."""
    import pyarrow as pa  # noqa: PLC0415 - Arrow is loaded when a table is asked for

    def column(values: Any) -> Any:
        if isinstance(values, np.ndarray) and values.dtype.kind == "f":
            return pa.array(values, from_pandas=True)
        return pa.array(list(values))

    return pa.table({name: column(values) for name, values in columns.items()})
