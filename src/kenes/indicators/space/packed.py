"""Arrays packed for compiled loops, which take them as one argument."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kenes.indicators.space.geodesy import Bools, Floats, Ints


class Grid(NamedTuple):
    """Segments sorted into the squares of a grid.

    Attributes:
        x0: degrees east of the start of each segment, shape (segment,); likewise the next three.
        y0: degrees north of the start.
        x1: degrees east of the end.
        y1: degrees north of the end.
        usable: segments that may be snapped to.
        rows: where the segments of each square begin, shape (square + 1,).
        held: the segments, by square.
        west: origin of the grid.
        south: origin of the grid.
        size_x: width of a square in degrees.
        size_y: height of a square in degrees.
        columns: number of squares eastwards.
        lines: number of squares northwards.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    usable: Bools
    rows: Ints
    held: npt.NDArray[np.int32]
    west: float
    south: float
    size_x: float
    size_y: float
    columns: int
    lines: int


class Frame(NamedTuple):
    """A point in degrees, and the metres of a degree there."""

    x: float
    y: float
    east: float
    bend: float
    north: float


class Junctions(NamedTuple):
    """The graph of junctions.

    Attributes:
        rows: where the neighbours of each junction begin, shape (junction + 1,).
        neighbour: junctions next to a junction.
        metres: to them.
        chain: that leads to them.
        chain_last: junction at the end of each chain, shape (chain,).
        chain_length: metres.
    """

    rows: Ints
    neighbour: Ints
    metres: Floats
    chain: Ints
    chain_last: Ints
    chain_length: Floats


class Places(NamedTuple):
    """What lies along streets.

    Attributes:
        rows: where the places of each chain begin, shape (chain + 1,).
        offset: metres from the start of the chain, sorted by chain; shape (place,).
        values: shape (place, value).
    """

    rows: Ints
    offset: Floats
    values: Floats
