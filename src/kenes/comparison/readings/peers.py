"""Places of like size and means, by declared structure and never by the scores themselves."""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.table import Columns, columns_of, numbers
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Peer:
    """A place and how far it is in standardised structure (root mean square of the differences)."""

    place: str
    distance: float


def peers_of(
    structure: object,
    place: str,
    k: int = 5,
    *,
    place_column: str = "place",
    characteristics: Sequence[str] | None = None,
    log: Sequence[str] = (),
    weights: Mapping[str, float] | None = None,
    within: Mapping[str, object] | None = None,
) -> tuple[Peer, ...]:
    """The k nearest places in declared characteristics.

    Args:
        structure: a table with one row for each place and a column for each characteristic, such as
            population, density and income; never scores.
        place: the place whose peers are wanted.
        k: how many.
        place_column: column of the place.
        characteristics: columns to use; all numeric ones by default.
        log: characteristics taken as logarithms before they are standardised (sizes and incomes).
        weights: weight of each characteristic, 1 by default.
        within: columns in which peers must have the place's own value, for example `{"country": None}`; a
            value instead of None is required as given.

    Returns:
        Peers by distance, then by id. A place that lacks a characteristic is compared on the others, if it
        has at least half of their weight.

    Raises:
        BadInput: the place is not in the table, has no characteristic, or a logarithm meets zero or less.

    >>> table = {"place": ["a", "b", "c"], "population": [1e5, 2e5, 9e6]}
    >>> [p.place for p in peers_of(table, "a", k=1, log=["population"])]
    ['b']
    """
    columns = columns_of(structure)
    if place_column not in columns or place not in list(map(str, columns[place_column])):
        raise BadInput(f"place {place}", expected="a row in the structure", found="none", mend="Add its structure.")
    ids = [str(p) for p in columns[place_column]]
    names = list(characteristics or _numeric(columns, {place_column, *(within or {})}))
    if not names:
        raise BadInput("peers", expected="at least one characteristic", found="none")
    table = np.column_stack([_standardised(columns, name, name in log) for name in names])
    own = ids.index(place)
    if not np.isfinite(table[[own]]).any():
        raise BadInput(f"place {place}", expected="a value of " + ", ".join(names), found="none")
    given = weights or {}
    weight = np.array([float(given.get(name, 1.0)) for name in names])
    far, able = _distances(table, own, weight)
    found = [
        Peer(ids[i], float(far[i]))
        for i in np.flatnonzero(able).tolist()
        if i != own and _alike(columns, within or {}, own, i)
    ]
    found.sort(key=lambda peer: (peer.distance, peer.place))
    return tuple(found[:k])


def _distances(table: Floats, own: int, weight: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """How far each place is from one of them, over what both have, and whether that is half of the weight."""
    gap = table - table[[own]]
    shared = np.where(np.isfinite(gap), weight, 0.0)
    total: Floats = shared.sum(axis=1)
    squares: Floats = (shared * np.nan_to_num(gap) ** 2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        far = np.sqrt(squares / total)
    return far, total >= float(weight.sum()) / 2


def _numeric(columns: Columns, besides: set[str]) -> list[str]:
    return [
        n
        for n, v in columns.items()
        if n not in besides
        and any(x is not None for x in v)
        and all(isinstance(x, (int, float)) for x in v if x is not None)
    ]


def _standardised(columns: Columns, name: str, log: bool) -> Floats:
    if name not in columns:
        raise BadInput(f"characteristic {name}", expected="a column of the structure", found="no such column")
    values = numbers(columns[name], name)
    if log:
        if (values[np.isfinite(values)] <= 0).any():
            raise BadInput(
                f"characteristic {name}", expected="values above zero under a logarithm", found="zero or less"
            )
        values = np.log(values)
    present = values[np.isfinite(values)]
    spread = float(present.std(ddof=1)) if present.size > 1 else 0.0
    centre = float(present.mean()) if present.size else 0.0
    return (values - centre) / spread if spread > 0 else np.where(np.isfinite(values), 0.0, np.nan)


def _alike(columns: Columns, within: Mapping[str, object], own: int, other: int) -> bool:
    return all(
        columns[name][other] == (columns[name][own] if wanted is None else wanted) for name, wanted in within.items()
    )


def bands(values: Sequence[float], edges: Sequence[float], names: Sequence[str]) -> list[str | None]:
    """Names of the bands that values fall into; edge i divides names i and i + 1; None where missing.

    >>> bands([5e4, 7e5], [1e5, 1e6], ["small", "middle", "large"])
    ['small', 'middle']
    """
    if len(names) != len(edges) + 1:
        raise BadInput("bands", expected=f"{len(edges) + 1} names", found=str(len(names)))
    found = numbers(list(values), "bands")
    return [None if math.isnan(v) else names[bisect.bisect_right(edges, v)] for v in map(float, found)]
