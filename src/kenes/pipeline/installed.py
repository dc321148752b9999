"""What this installation is: where the shipped observatory lies, and which code runs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def shipped_observatory(name: str = "ots") -> Path:
    """The observatory that this installation ships: inside the wheel, or beside the source tree."""
    inside = PACKAGE / "observatories" / name
    return inside if inside.is_dir() else PACKAGE.parent.parent / "observatories" / name


@cache
def code_digest() -> str:
    """SHA-256 over the package's own code, so that results of older code are never taken for new ones."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
