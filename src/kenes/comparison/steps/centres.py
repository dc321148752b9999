"""Gaps filled with the mean or median of what stands beside them: other places, or other indicators.

Source: OECD/JRC Handbook (2008), step 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Centre = Callable[[Floats], np.floating]


def fill_by_centre(
    values: Floats, centre: Centre, groups: Sequence[object] | None = None, *, axis: str = "column"
) -> Floats:
    """Fill with the mean or median of the column (or of the row), within groups where given.

    Args:
        values: shape (place, indicator).
        centre: `np.mean` or `np.median`.
        groups: group of each place; a group without a value leaves the gap, and so does a place without a group.
        axis: `column` (same indicator, other places) or `row` (same place, other indicators).

    Returns:
        A filled copy.
    """
    if axis == "row":
        return fill_by_centre(values.T, centre).T
    filled = values.copy()
    names = [""] * len(values) if groups is None else ["" if nameless(g) else str(g) for g in groups]
    labels = np.array(names)
    for label in [""] if groups is None else sorted(set(names) - {""}):
        rows = np.flatnonzero(labels == label)
        for column in columns_with(np.isnan(values[rows])):
            cells: Floats = values[rows, column]
            present = cells[np.isfinite(cells)]
            if present.size:
                filled[rows[np.isnan(cells)], column] = centre(present)
    return filled


def columns_with(marks: NDArray[np.bool_]) -> list[int]:
    """Columns in which a mark is set."""
    return np.flatnonzero(marks.any(axis=0)).tolist()


def nameless(value: object) -> bool:
    """Whether a cell names nothing: it is empty, blank or NaN."""
    return value is None or value != value or str(value).strip() == ""  # noqa: PLR0124 - NaN names nothing either


def fill_by_siblings(values: Floats, siblings: Sequence[Sequence[int]], turned: Floats, centre: Centre) -> Floats:
    """Fill with the mean or median of the place's other indicators of the same branch.

    Indicators are brought to 0-1 between their least and greatest value first, those where less is better turned
    round, and the fill is brought back to the unit of its indicator.

    Args:
        values: shape (place, indicator).
        siblings: columns of each branch.
        turned: -1 for an indicator where less is better, else 1; shape (indicator,).
        centre: `np.mean` or `np.median`.

    Returns:
        A filled copy; a gap stays where the place has no sibling, or an indicator no spread.

    Source:
        The rule of COINr's `Impute` with `impute_by = "row"`, a group level and normalisation first.
    """
    known = np.isfinite(values)
    low: Floats = np.where(known, values, np.inf).min(axis=0)
    span: Floats = np.where(known, values, -np.inf).max(axis=0) - low
    able = np.isfinite(span) & (span > 0)
    low, span = np.where(able, low, 0.0), np.where(able, span, np.nan)
    share = (values - low) / span
    share = np.where(turned < 0, 1 - share, share)
    filled = values.copy()
    for columns in siblings:
        part = fill_by_centre(share[:, columns].T, centre).T
        back = np.where(turned[columns] < 0, 1 - part, part) * span[columns] + low[columns]
        filled[:, columns] = np.where(known[:, columns], values[:, columns], back)
    return filled
