"""How this installation is set up: where the shipped observatory lies, where it is built, which code runs."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def shipped_observatory(name: str = "ots") -> Path:
    """The observatory that this installation ships: inside the wheel, or beside the source tree."""
    inside = PACKAGE / "observatories" / name
    return inside if inside.is_dir() else PACKAGE.parent.parent / "observatories" / name


def demo_folder(name: str = "ots") -> Path:
    """Where `kenes demo` keeps its copy: `KENES_HOME`, else the user's data folder."""
    home = os.environ.get("KENES_HOME")
    base = Path(home) if home else Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "kenes"
    return base / name


def port() -> int:
    """The port to serve on: `KENES_PORT`, default 8000; 0 means any free one."""
    return int(os.environ.get("KENES_PORT", "8000"))


@cache
def code_digest() -> str:
    """SHA-256 over the package's own code, so that results of older code are never taken for new ones."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
