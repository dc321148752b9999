"""Finds records of one file that speak of the same thing twice, in a stream and in bounded memory.

Each observation's key (variable, place, site, period, dimensions) becomes 64 bits; hash, cell and value
of every observation are kept in sorted runs that are merged as they grow: 24 bytes an observation. Two
different keys share 64 bits with a probability of about 1e-5 in 19 million observations.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from kenes.sources.tables.columns import Codes, Floats, Mask

Hashes = npt.NDArray[np.uint64]
LARGEST_RUN = 1 << 22


@lru_cache(maxsize=1 << 16)
def text_hash(text: str | None) -> int:
    """64 bits of a text, the same in every process."""
    if text is None:
        return 0x9E3779B97F4A7C15
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def mix(state: Hashes, part: Hashes) -> Hashes:
    """Stir one more part of a key into its hashes (splitmix64; Steele, Lea, Flood 2014)."""
    z = (state ^ part) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which observations of a batch repeat an earlier one, and which that is.

    Attributes:
        index: positions in the batch, shape (repeat,).
        first: cell of the first observation with the same key, shape (repeat,).
        equal: whether the values are equal (two gaps are), shape (repeat,).
    """

    index: Codes
    first: Codes
    equal: Mask


@dataclass(frozen=True, slots=True)
class _Run:
    hashes: Hashes
    cells: Codes
    values: Floats

    def take(self, order: npt.NDArray[np.intp]) -> _Run:
        return _Run(self.hashes[order], self.cells[order], self.values[order])


class Seen:
    """The first observation of each key so far."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def add(self, hashes: Hashes, cells: Codes, values: Floats) -> Repeats:
        """Add a batch in file order and tell its repeats.

        Args:
            hashes: keys, shape (observation,).
            cells: what identifies the cell (row and column), shape (observation,).
            values: values, NaN for a gap, shape (observation,).
        """
        order = np.argsort(hashes, kind="stable")
        batch = _Run(hashes, cells, values).take(order)
        start = np.ones(len(order), dtype=bool)
        start[1:] = batch.hashes[1:] != batch.hashes[:-1]
        head = np.maximum.accumulate(np.where(start, np.arange(len(order)), 0))
        first_cell, first_value = batch.cells[head], batch.values[head]
        repeated = ~start
        for run in self._runs:
            spot = np.minimum(np.searchsorted(run.hashes, batch.hashes), len(run.hashes) - 1)
            hit = run.hashes[spot] == batch.hashes
            if hit.any():
                first_cell = np.where(hit, run.cells[spot], first_cell)
                first_value = np.where(hit, run.values[spot], first_value)
                repeated |= hit
        self._insert(batch.take(np.flatnonzero(~repeated)))
        at = np.flatnonzero(repeated)
        same = (batch.values[at] == first_value[at]) | (np.isnan(batch.values[at]) & np.isnan(first_value[at]))
        by_file = np.argsort(order[at], kind="stable")
        return Repeats(order[at][by_file], first_cell[at][by_file], same[by_file])

    def _insert(self, run: _Run) -> None:
        if not len(run.hashes):
            return
        self._runs.append(run)
        while len(self._runs) > 1 and self._worth_merging(self._runs[-2], self._runs[-1]):
            late, early = self._runs.pop(), self._runs.pop()
            both = _Run(
                np.concatenate([early.hashes, late.hashes]),
                np.concatenate([early.cells, late.cells]),
                np.concatenate([early.values, late.values]),
            )
            self._runs.append(both.take(np.argsort(both.hashes, kind="stable")))

    @staticmethod
    def _worth_merging(early: _Run, late: _Run) -> bool:
        total = len(early.hashes) + len(late.hashes)
        return len(early.hashes) < 2 * len(late.hashes) and total <= LARGEST_RUN
