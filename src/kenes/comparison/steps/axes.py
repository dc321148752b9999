"""Arrays as compiled code reads and writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Axis(Protocol[Item]):
    """The first axis of an array, as compiled code reads and writes it: one by one."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Item: ...

    def __setitem__(self, index: int, value: Item, /) -> None: ...

    def __iter__(self) -> Iterator[Item]: ...
