"""Which nodes of an index a figure shows, and what stands for many values."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node")


def branches(below: Mapping[Node, Sequence[Node]], root: Node, most: int) -> list[Node]:
    """Nodes of the highest level that has 3 to `most` of them; the root's children where none has.

    An indicator stands for itself on the levels below it.

    Args:
        below: children of each node; none, or no entry, for an indicator.
        root: the topmost node.
        most: so many at most.

    >>> branches({"index": ["air", "water"], "air": ["pm10", "no2"]}, "index", 10)
    ['pm10', 'no2', 'water']
    """
    first = list(below.get(root, ()))
    level = first
    while len(level) < 3 and any(below.get(node) for node in level):
        level = [child for node in level for child in below.get(node) or (node,)]
    return level if len(level) <= most else first


def median_of(values: Iterable[float]) -> float:
    """The median of the values that are there; NaN of none.

    >>> median_of([1.0, math.nan, 3.0])
    2.0
    """
    present = [value for value in values if math.isfinite(value)]
    return statistics.median(present) if present else math.nan
