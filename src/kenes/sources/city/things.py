"""What is read of the objects that osmium hands out, as types: its own are not told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol


class Location(Protocol):
    """Where a node lies, in degrees and in units of 1e-7 degrees."""

    lon: float
    lat: float
    x: int
    y: int

    def valid(self) -> bool:
        """Whether it is known."""


class NodeOfWay(Protocol):
    """A node as a way refers to it."""

    ref: int
    lon: float
    lat: float
    location: Location


class Thing(Protocol):
    """A node, a way or an area; what only another kind has must not be asked of it."""

    id: int
    tags: Iterable[tuple[str, str]]
    timestamp: dt.datetime
    location: Location
    nodes: Iterable[NodeOfWay]

    def is_node(self) -> bool:
        """Whether it has a `location`."""

    def is_way(self) -> bool:
        """Whether it has `nodes`."""

    def is_closed(self) -> bool:
        """Whether a way ends where it starts."""

    def from_way(self) -> bool:
        """Whether an area was made of a way, not of a relation."""

    def orig_id(self) -> int:
        """Identity of the way or relation that an area was made of."""


class PolygonWriter(Protocol):
    """Writes areas as well-known binary, in hexadecimal digits."""

    def create_multipolygon(self, area: Thing) -> str:
        """The area; RuntimeError where its rings do not close."""
