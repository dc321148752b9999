"""Cells with inhabitants, whatever file they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kenes.sources.city.arrays import Bools, Floats, Ints, Shapes
from kenes.vocabulary.errors import SourceError

MOST_PERSONS = 1e8  # more than any cell of the earth holds, and than any city


@dataclass(frozen=True)
class PopulationCells:
    """Cells with inhabitants.

    Attributes:
        id: shape (cell,).
        longitude: of the centre, degrees.
        latitude: of the centre, degrees.
        population: persons, NaN where missing.
        polygon: shapely polygons in degrees, or None where cells are points.
        groups: persons by group, such as `female` or `age_0_14`.
        kind: `h3`, `polygon`, `raster` or `point`.
        findings: what was odd, counted.
    """

    id: Sequence[str]
    longitude: Floats
    latitude: Floats
    population: Floats
    polygon: Shapes | None
    groups: Mapping[str, Floats]
    kind: str
    findings: Mapping[str, int]

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.longitude)

    def take(self, which: Ints | Bools) -> PopulationCells:
        """Some of the cells."""
        rows = np.flatnonzero(which) if which.dtype == bool else which
        return replace(
            self,
            id=[self.id[int(k)] for k in rows],
            longitude=self.longitude[rows],
            latitude=self.latitude[rows],
            population=self.population[rows],
            polygon=None if self.polygon is None else self.polygon[rows],
            groups={name: values[rows] for name, values in self.groups.items()},
        )


def require_persons(persons: Floats, ids: Sequence[str], what: str, path: Path, *, rows: bool = True) -> None:
    """Refuse persons that no cell can hold.

    Raises:
        SourceError: a number is negative, endless, or beyond `MOST_PERSONS`.
    """
    for wrong, expected, mend in (
        (persons < 0, "no negative number", "Leave missing cells empty."),
        (np.isinf(persons), "finite numbers", "Correct the cell."),
        (persons > MOST_PERSONS, f"at most {MOST_PERSONS:.0e} persons in a cell", "Correct the cell."),
    ):
        if wrong.any():
            k = int(np.flatnonzero(wrong)[0])
            found = "infinity" if np.isinf(persons[k]) and persons[k] > 0 else f"{persons[k]:g}"
            row = f"row {k + 2}, " if rows else ""
            raise SourceError(what, expected=expected, found=found, where=f"{path}, {row}cell {ids[k]}", mend=mend)
