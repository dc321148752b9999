"""Serves the made-up world on a free port; run by the tests as a process of its own."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.portal.world import world

from kenes.portal.app import create_app
from kenes.portal.server import listen, run

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run(create_app(*world(Path(folder))), listen(int(sys.argv[1])))
