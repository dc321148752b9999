"""What a build reads, from any table: places, times, values, errors, denominators and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.declared.specification import Specification
from kenes.comparison.steps.centres import nameless
from kenes.comparison.table import columns_of, matrix, numbers
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Inputs:
    """What a build reads: one row for each place (and time), one column for each indicator."""

    places: tuple[str, ...]
    times: tuple[object, ...] | None
    values: Floats
    errors: Floats | None
    denominators: Mapping[str, Floats]
    groups: Mapping[str, tuple[object, ...]]

    @property
    def blocks(self) -> list[Rows]:
        """Rows of each time, in order; all rows where there is no time."""
        if self.times is None:
            return [np.arange(len(self.places))]
        labels = np.array([str(t) for t in self.times])
        return [np.flatnonzero(labels == t) for t in sorted({str(t) for t in self.times})]


def read_inputs(spec: Specification, data: object, errors: object = None) -> Inputs:
    """Columns of a table as the arrays a build needs.

    Args:
        spec: names the columns of place, time, groups and denominators.
        data: any table that `columns_of` takes.
        errors: standard errors of the raw values, an array of shape (row, indicator) in the order of
            `spec.indicators`, or a table with a column for each indicator that has errors; 0 or NaN for none.

    Raises:
        BadInput: a column is missing, a cell is no number, or a place occurs twice.
    """
    columns = columns_of(data)
    if spec.place_column not in columns:
        raise BadInput(
            "data",
            expected=f"the place column {spec.place_column}",
            found=", ".join(list(columns)[:8]),
            mend="Correct place_column.",
        )
    _refuse_blank(columns[spec.place_column], spec.place_column)
    places = tuple(str(p) for p in columns[spec.place_column])
    times = None
    if spec.time_column:
        if spec.time_column not in columns:
            raise BadInput(
                "data",
                expected=f"the time column {spec.time_column}",
                found=", ".join(list(columns)[:8]),
                mend="Correct time_column, or leave it out.",
            )
        _refuse_blank(columns[spec.time_column], spec.time_column)
        times = tuple(columns[spec.time_column])
    _refuse_twice(places, times)
    wanted = {n.denominator for n in spec.nodes if n.denominator} if spec.has("denominate") else set()
    missing = sorted(d for d in wanted if d not in columns)
    if missing:
        raise BadInput("data", expected="a column for each denominator", found="no column " + ", ".join(missing))
    values = matrix(columns, spec.indicators)
    by = spec.step("impute").get("by")
    names = {*spec.groups, *([by] if by else [])} & set(columns)
    return Inputs(
        places=places,
        times=times,
        values=values,
        errors=_errors(errors, spec, values),
        denominators={d: numbers(columns[d], d) for d in sorted(wanted)},
        groups={g: tuple(columns[g]) for g in sorted(names)},
    )


def _errors(errors: object, spec: Specification, values: Floats) -> Floats | None:
    if errors is None:
        return None
    if isinstance(errors, np.ndarray):
        found: Floats = np.nan_to_num(np.asarray(errors, dtype=float))
    else:
        columns = columns_of(errors)
        found = np.zeros_like(values)
        for position, leaf in enumerate(spec.indicators):
            if leaf in columns:
                found[:, position] = np.nan_to_num(numbers(columns[leaf], leaf))
    if found.shape != values.shape or (found < 0).any():
        raise BadInput(
            "errors",
            expected=f"standard errors of shape {values.shape}, none negative",
            found=str(found.shape),
        )
    return found


def _refuse_blank(cells: Sequence[object], column: str) -> None:
    """Places and times have a name in every row."""
    for row, value in enumerate(cells, start=1):
        if nameless(value):
            raise BadInput(
                column,
                expected="a name in every row",
                found="an empty cell",
                where=f"row {row}",
                mend="Fill the cell or remove the row.",
            )


def _refuse_twice(places: Sequence[str], times: Sequence[object] | None) -> None:
    keys: list[object] = list(zip(places, times, strict=True)) if times is not None else list(places)
    if len(set(keys)) != len(keys):
        twice = next(k for i, k in enumerate(keys) if k in keys[:i])
        raise BadInput(
            f"place {twice}",
            expected="one row for each place and time",
            found="two rows",
            mend="Remove one row, or name time_column.",
        )
