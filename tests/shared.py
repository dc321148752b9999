"""What one test run makes once, whichever of its processes needs it first."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

VARIABLE = "KENES_TEST_RUN"
"""Names the folder that all processes of a test run share."""


def begin() -> Callable[[], None]:
    """Make the folder of a test run, for this process and those that it starts; gives what removes it."""
    folder = tempfile.mkdtemp(prefix="kenes-tests-")
    os.environ[VARIABLE] = folder
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first process to ask fills, while others wait for it.

    A process that fails leaves the next to begin anew.
    """
    shared = Path(os.environ[VARIABLE])
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
