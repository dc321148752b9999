"""A run that was killed at any moment is simply run again: nothing is lost, doubled or half-written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pipeline.observatory.killing import delays, exported, finish, run_and_kill, undisturbed

from kenes.pipeline.installed import shipped_observatory
from kenes.testing.world import write_world

KILLS = 20


def _disturbed(
    make: Callable[[Path], Path], tmp_path: Path, longest_s: float, wanted: tuple[int, ...]
) -> tuple[int, list[dict[str, bytes]]]:
    """Kill runs at random moments, each followed by another run on the same store.

    A store whose run came to its end before its kill is exported, and the next begins anew, so that
    every counted kill hits a process at work. Gives the kills that did and what the stores exported.
    """
    moments, hits, exports = delays(20, longest_s), 0, []
    while hits < KILLS:
        folder = make(tmp_path / f"disturbed-{len(exports)}")
        while hits < KILLS:
            killed = run_and_kill(folder, next(moments))
            hits += killed.alive
            if not killed.alive:
                break
        assert finish("run", "--observatory", str(folder)) in wanted
        exports.append(exported(folder, tmp_path / f"out-{len(exports)}"))
    return hits, exports


def _same(make: Callable[[Path], Path], tmp_path: Path, wanted: tuple[int, ...]) -> None:
    folder = make(tmp_path / "undisturbed")
    undisturbed(make(tmp_path / "warm"), wanted)
    longest_s = undisturbed(folder, wanted)
    reference = exported(folder, tmp_path / "reference")
    assert len(reference) == 5
    assert all(data.count(b"\n") > 1 for data in reference.values())
    hits, exports = _disturbed(make, tmp_path, longest_s, wanted)
    assert hits == KILLS
    for found in exports:
        assert found.keys() == reference.keys()
        assert [name for name in reference if found[name] != reference[name]] == []


def test_twenty_kills_at_random_moments_change_no_byte(tmp_path: Path) -> None:
    _same(lambda folder: write_world(folder, days=300), tmp_path, (0,))


@pytest.mark.long
def test_twenty_kills_change_no_byte_of_the_shipped_observatory(tmp_path: Path) -> None:
    def make(folder: Path) -> Path:
        shutil.copytree(shipped_observatory(), folder, ignore=shutil.ignore_patterns("store"))
        return folder

    _same(make, tmp_path, (0, 1))
