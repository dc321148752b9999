"""A run that was killed at any moment is simply run again: nothing is lost, doubled or half-written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.pipeline.observatory.killing import delays, exported, finish, run_and_kill, undisturbed

from kenes.pipeline.installed import shipped_observatory
from kenes.testing.world import write_world


@dataclass(frozen=True, slots=True)
class Case:
    """An observatory that can be made anew, and what it exports where nobody disturbs its run."""

    make: Callable[[Path], Path]
    wanted: tuple[int, ...]
    longest_s: float
    reference: dict[str, bytes]


def _case(make: Callable[[Path], Path], folder: Path, wanted: tuple[int, ...]) -> Case:
    undisturbed(make(folder / "warm"), wanted)
    made = make(folder / "undisturbed")
    longest_s = undisturbed(made, wanted)
    reference = exported(made, folder / "reference")
    assert len(reference) == 5
    assert all(data.count(b"\n") > 1 for data in reference.values())
    return Case(make, wanted, longest_s, reference)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _case(lambda folder: write_world(folder, days=300), tmp_path_factory.mktemp("world"), (0,))


def _disturbed(case: Case, tmp_path: Path, seed: int, kills: int) -> list[dict[str, bytes]]:
    """Kill runs at random moments, each followed by another run on the same store; gives what the stores exported.

    A store whose run came to its end before its kill is exported, and the next begins anew, so that
    every counted kill hits a process at work.
    """
    moments, hits, exports = delays(seed, case.longest_s), 0, []
    while hits < kills:
        folder = case.make(tmp_path / f"disturbed-{len(exports)}")
        while hits < kills:
            killed = run_and_kill(folder, next(moments))
            hits += killed.alive
            if not killed.alive:
                break
        assert finish("run", "--observatory", str(folder)) in case.wanted
        exports.append(exported(folder, tmp_path / f"out-{len(exports)}"))
    return exports


def _hold_to_the_undisturbed(case: Case, exports: list[dict[str, bytes]]) -> None:
    for found in exports:
        assert found.keys() == case.reference.keys()
        assert [name for name in case.reference if found[name] != case.reference[name]] == []


@pytest.mark.parametrize(
    ("seed", "kills"), [(1, 2), (2, 2), (3, 1), pytest.param(20, 20, marks=pytest.mark.long)]
)  # five in `make test`, in chains short enough for it, and twenty in one chain in `make test-all`
def test_kills_at_random_moments_change_no_byte(world: Case, tmp_path: Path, seed: int, kills: int) -> None:
    _hold_to_the_undisturbed(world, _disturbed(world, tmp_path, seed, kills))


@pytest.mark.long
def test_twenty_kills_change_no_byte_of_the_shipped_observatory(tmp_path: Path) -> None:
    def make(folder: Path) -> Path:
        shutil.copytree(shipped_observatory(), folder, ignore=shutil.ignore_patterns("store"))
        return folder

    case = _case(make, tmp_path, (0, 1))
    _hold_to_the_undisturbed(case, _disturbed(case, tmp_path, 20, 20))
