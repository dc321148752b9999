"""What holds for every test: one that is not marked `long` is over in seconds, and all know the folder of their run."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from tests import compiled, shared


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "seconds that a test may take which is not marked long; its fixtures are not counted"
    parser.addini("longest_test_s", told, default="10")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the processes of pytest-xdist are told by the one that started them
        config.add_cleanup(shared.begin())


@pytest.fixture(scope="session", autouse=True)
def loops() -> None:
    """Compiled loops, so that no test waits for its compiler."""
    compiled.compile_all()


def busy() -> float:
    """How many processes want each core, at least 1: on a busy machine a second of work takes so many."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail that passed too late."""
    report = yield
    longest_s = float(item.config.getini("longest_test_s")) * busy()
    if call.when == "call" and report.passed and call.duration > longest_s and not item.get_closest_marker("long"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid}: expected at most {longest_s:.3g} s of a test that is not marked long, "
            f"found {call.duration:.1f} s. Make it quicker, or mark it."
        )
    return report
