"""Fifteen-minute access: essential places that people reach on foot or by bicycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kenes.indicators.space.geodesy import Floats
from kenes.indicators.space.graph import Positions, StreetGraph
from kenes.indicators.space.reach import distances_to

WALKING_M_PER_MIN = 1250 / 15
CYCLING_M_PER_MIN = 3750 / 15
MINUTES = 15.0


@dataclass(frozen=True)
class AccessTimes:
    """How far each starting point is from the nearest place of each kind.

    Attributes:
        kinds: shape (kind,).
        minutes: shape (kind, start), infinite beyond the search.
        mapped: places of each kind with a street in reach, shape (kind,).
    """

    kinds: tuple[str, ...]
    minutes: Floats
    mapped: tuple[int, ...]

    @property
    def reached(self) -> Floats:
        """Number of kinds within fifteen minutes, shape (start,)."""
        return np.asarray((self.minutes <= MINUTES).sum(axis=0), float)

    @property
    def mean_minutes(self) -> Floats:
        """Mean time to the kinds that the search reached, shape (start,); NaN where none was."""
        known = np.isfinite(self.minutes)
        total = np.where(known, self.minutes, 0).sum(axis=0)
        count = known.sum(axis=0)
        result: Floats = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
        return result


def access_to(
    graph: StreetGraph,
    destinations: Mapping[str, Positions],
    starts: Positions,
    metres_per_minute: float,
    longest_minutes: float = 60.0,
) -> AccessTimes:
    """Minutes to the nearest place of each kind, one search a kind.

    Args:
        graph: the network of the mode.
        destinations: positions of the places, by kind.
        starts: positions people start from.
        metres_per_minute: speed of the mode.
        longest_minutes: what is further counts as out of reach.
    """
    rows, mapped = [], []
    for places in destinations.values():
        field = distances_to(graph, places, longest_minutes * metres_per_minute)
        rows.append(field.at(starts) / metres_per_minute)
        mapped.append(int(places.found.sum()))
    minutes = np.array(rows).reshape(len(rows), len(starts.chain))
    return AccessTimes(tuple(destinations), minutes, tuple(mapped))


def gini(persons: Floats, values: Floats) -> float | None:
    """Gini coefficient of a value over people: 0 all alike, 1 one has everything.

    Args:
        persons: weights, shape (cell,).
        values: not negative, shape (cell,).

    Source:
        Lerman and Yitzhaki, A note on the calculation and interpretation of the Gini index,
        Economics Letters 15 (1984), for weighted data.

    >>> gini(np.array([1.0, 1.0]), np.array([0.0, 1.0]))
    0.5
    """
    total = float((persons * values).sum())
    if total <= 0:
        return None
    order = np.argsort(values, kind="stable")
    weight = persons[order] / persons.sum()
    part = weight * values[order] * persons.sum() / total
    before = np.concatenate([[0.0], np.cumsum(part)])
    return float(1 - (weight * (before[1:] + before[:-1])).sum())
