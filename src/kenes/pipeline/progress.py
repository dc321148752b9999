"""How long work tells where it stands, without knowing who listens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Somebody who wants to know: a bar on a terminal, or nobody."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins with so many steps."""

    def step(self, what: str) -> None:
        """One step is about to be done."""

    def note(self, text: str) -> None:
        """Something that a person should read."""


class Silent:
    """Nobody listens."""

    def stage(self, name: str, total: int) -> None:
        """Nothing."""

    def step(self, what: str) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


def stepped(progress: Progress, name: str, items: Iterable[tuple[str, T]], total: int) -> Iterator[T]:
    """Go through named items, telling each."""
    progress.stage(name, total)
    for what, item in items:
        progress.step(what)
        yield item
