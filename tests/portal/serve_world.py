"""Serves the made-up world on a free port until interrupted, or until its parent is gone; run by the tests."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from threading import Thread

from tests.portal.world import world

from kenes.portal.app import create_app
from kenes.portal.server import listen, run


def end_with_parent() -> None:
    """Interrupt this process as soon as nobody holds the other end of its standard input."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    with tempfile.TemporaryDirectory() as folder:
        run(create_app(*world(Path(folder))), listen(0))
