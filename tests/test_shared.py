"""What a test run makes once is made once, by one process, and again where making it failed."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest
from tests import shared


def count(folder: Path) -> None:
    time.sleep(0.1)
    (folder / "made").write_text("made", encoding="utf-8")
    with (folder.parent / "times").open("a") as times:
        times.write("x")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv(shared.VARIABLE, str(tmp_path))
    return tmp_path


def test_two_processes_that_ask_at_once_find_what_one_of_them_made(run):
    others = [multiprocessing.get_context("spawn").Process(target=shared.once, args=("world", count)) for _ in range(2)]
    for other in others:
        other.start()
    assert (shared.once("world", count) / "made").read_text(encoding="utf-8") == "made"
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0]
    assert (run / "times").read_text(encoding="utf-8") == "x"


def test_a_failure_leaves_the_next_to_begin_anew(run):
    def fail(folder):
        (folder / "half").touch()
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        shared.once("world", fail)
    folder = shared.once("world", count)
    assert sorted(path.name for path in folder.iterdir()) == ["made"]


def test_a_run_has_a_folder_of_its_own_which_is_removed(monkeypatch):
    monkeypatch.setenv(shared.VARIABLE, "before")
    remove = shared.begin()
    folder = shared.once("world", count)
    assert folder.is_dir()
    remove()
    assert not folder.parent.exists()
