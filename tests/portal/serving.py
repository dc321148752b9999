"""The made-up world behind a real server, in a process that ends with the test that wants it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.portal.serve_world")


@dataclass(frozen=True, slots=True)
class Served:
    """A server at work: its process, and the line that it printed when it answered."""

    process: subprocess.Popen[str]
    line: str

    @property
    def address(self) -> str:
        """The address without the last stroke."""
        return self.line.split(" ", 1)[1].strip().rstrip("/")


@contextmanager
def served() -> Iterator[Served]:
    """A server on a free port, interrupted at the end; where this process is killed it ends by itself."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with subprocess.Popen(
        COMMAND, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield Served(process, process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
