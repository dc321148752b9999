"""Runs of an observatory in processes that can be killed at any moment."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

_FRESH = multiprocessing.get_context("forkserver")
_FRESH.set_forkserver_preload(["tests.pipeline.observatory.loaded"])


def kenes(*arguments: str) -> None:
    """The command `kenes` in this process, silent; ends the process with its exit code."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    from kenes.cli import main

    sys.argv = ["kenes", *arguments]
    main(prog_name="kenes")


def start(*arguments: str) -> Any:
    """Start a command in a process of its own, which has the libraries loaded but nothing opened."""
    process = _FRESH.Process(target=kenes, args=arguments)
    process.start()
    return process


def finish(*arguments: str) -> int:
    """Run a command to its end; gives its exit code."""
    process = start(*arguments)
    process.join(600)
    assert process.exitcode is not None
    return int(process.exitcode)


@dataclass(frozen=True, slots=True)
class Killed:
    """What one kill hit: seconds after the start, and whether the process was still at work."""

    after_s: float
    alive: bool


def run_and_kill(folder: Path, after_s: float) -> Killed:
    """Start a run and kill it with SIGKILL after some seconds."""
    process = start("run", "--observatory", str(folder))
    process.join(after_s)
    alive = process.is_alive()
    process.kill()
    process.join(60)
    return Killed(after_s, alive)


def exported(folder: Path, out: Path) -> dict[str, bytes]:
    """Everything that `kenes export --all` writes, by file name."""
    from kenes.cli import main

    answer = CliRunner().invoke(main, ["export", "--all", "--observatory", str(folder), "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def undisturbed(folder: Path, wanted: tuple[int, ...] = (0,)) -> float:
    """Run to the end; gives the seconds that it took."""
    began = time.monotonic()
    assert finish("run", "--observatory", str(folder)) in wanted
    return time.monotonic() - began


def delays(seed: int, longest_s: float) -> Any:
    """Random moments within a run."""
    rng = random.Random(seed)
    while True:
        yield rng.uniform(0.0, longest_s)
