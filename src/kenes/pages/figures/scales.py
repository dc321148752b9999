"""Classes of a map: few, of about equal size, with edges that a reader can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Class:
    """One class of a map: the least and the greatest value in it, and how many places."""

    number: int
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes from low to high; class 0 holds the smallest values."""

    classes: tuple[Class, ...]
    of: Mapping[str, int]


def quantile_scale(values: Mapping[str, float], count: int = 5) -> Scale:
    """Classes with about equally many places; equal values never fall into two classes.

    Args:
        values: value by place; none missing.
        count: greatest number of classes, 1 to 7.

    >>> quantile_scale({"a": 1.0, "b": 1.0, "c": 2.0, "d": 9.0}, 2).of
    {'a': 0, 'b': 0, 'c': 1, 'd': 1}
    """
    if not values:
        return Scale((), {})
    numbers = np.array(list(values.values()), dtype=float)
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, count + 1)[1:-1], method="higher"))
    classes = np.searchsorted(edges, numbers, side="right")
    _, dense = np.unique(classes, return_inverse=True)
    found = dict(zip(values, (int(i) for i in dense), strict=True))
    return Scale(_classes(numbers, dense), found)


def _classes(numbers: np.ndarray, dense: Sequence[int] | np.ndarray) -> tuple[Class, ...]:
    dense = np.asarray(dense)
    return tuple(
        Class(i, float(numbers[dense == i].min()), float(numbers[dense == i].max()), int((dense == i).sum()))
        for i in range(int(dense.max()) + 1)
    )
