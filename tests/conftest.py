"""What holds for every test: one that is not marked `long` is over in seconds, and all know the folder of their run."""

from __future__ import annotations

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test fail that passed too late."""
    report = yield
    longest_s = float(item.config.getini("longest_test_s"))
    if call.when == "call" and report.passed and call.duration > longest_s and not item.get_closest_marker("long"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid}: expected at most {longest_s:g} s of a test that is not marked long, "
            f"found {call.duration:.1f} s. Make it quicker, or mark it; on a busy machine: pytest -o longest_test_s=60"
        )
    return report
