"""The suite stays quick: a test that is slow and not marked so fails it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests import conftest

SLOW = """
import time
import pytest

@pytest.fixture
def prepared():
    time.sleep({fixture})

{mark}
def test_waits(prepared):
    time.sleep({call})
"""
INI = "[pytest]\nlongest_test_s = 0.4\nmarkers = long: minutes rather than seconds\n"


def outcome(folder: Path, call: float, *more: str, mark: str = "", fixture: float = 0) -> tuple[int, str]:
    """Exit code and text of a suite of one test with the rule of ours, in which 0.4 s are slow."""
    (folder / "pytest.ini").write_text(INI, encoding="utf-8")
    rule = "from tests import conftest\nfrom tests.conftest import pytest_addoption, pytest_runtest_makereport\n"
    (folder / "conftest.py").write_text(f"{rule}conftest.busy = lambda: 1.0\n")
    (folder / "test_one.py").write_text(SLOW.format(mark=mark, call=call, fixture=fixture), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "xdist", *more]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(Path(conftest.__file__).parents[1])}
    answer = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return answer.returncode, answer.stdout


@pytest.mark.parametrize("more", [(), ("-n", "2", "--dist", "loadfile")], ids=["alone", "two processes"])
def test_a_slow_test_without_a_mark_fails_the_suite_and_is_told(tmp_path: Path, more: tuple[str, ...]) -> None:
    code, text = outcome(tmp_path, 0.5, *more)
    assert code == 1
    assert re.search(r"test_waits: expected at most 0\.4 s of a test that is not marked long, found \d+\.\d s", text)
    assert "1 failed" in text


@pytest.mark.parametrize(
    ("mark", "call", "fixture"), [("@pytest.mark.long", 0.5, 0), ("", 0, 0.5), ("", 0, 0)], ids=["marked", "set up", ""]
)
def test_marked_tests_fixtures_and_quick_tests_pass(tmp_path: Path, mark: str, call: float, fixture: float) -> None:
    assert outcome(tmp_path, call, mark=mark, fixture=fixture)[0] == 0


def test_ten_seconds_are_the_measure_where_nothing_else_is_said() -> None:
    told: dict[str, str] = {}
    conftest.pytest_addoption(SimpleNamespace(addini=lambda name, _text, *, default: told.update({name: default})))
    assert told == {"longest_test_s": "10"}


def test_a_busy_machine_gives_more_time_and_an_idle_one_no_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    for load, times in ((0.0, 1.0), (2.0, 1.0), (9.0, 4.5)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert conftest.busy() == times
