"""Faults that were planted in the code, and the test that notices each.

A patch in this folder is a unified diff of one file below `src`, with two lines above it: what the fault does, in
words, and `kills: tests/....py::test_...`, the test that fails with it. It stays as long as the code has the promise
that it breaks; where the code moves on, the patch is written again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
PATCHES = sorted(FOLDER.glob("*.patch"))
NODE = re.compile(r"kills: (tests/[a-z0-9_/]+\.py::test_[a-z0-9_]+)")


@dataclass(frozen=True)
class Fault:
    """One patch: what it breaks, the test that must fail with it, and the file that it changes."""

    words: str
    test: str
    file: str


def read_fault(path: Path) -> Fault:
    words, kills, *diff = path.read_text(encoding="utf-8").splitlines()
    test = NODE.fullmatch(kills)
    files = [line.removeprefix("--- a/") for line in diff if line.startswith("--- a/")]
    assert words, f"{path.name}: expected the fault in words on the first line"
    assert test, f"{path.name}: expected `kills: tests/....py::test_...` on the second line, found {kills!r}"
    assert len(files) == 1, f"{path.name}: expected a diff of one file, found {len(files)}"
    return Fault(words, test[1], files[0])


def copied(folder: Path) -> Path:
    """A copy of the code to break; the built front end is shared."""
    code = folder / "src" / "kenes"
    shutil.copytree(ROOT / "src" / "kenes", code, ignore=shutil.ignore_patterns("static"))
    (code / "portal" / "static").symlink_to(ROOT / "src" / "kenes" / "portal" / "static")
    return folder / "src"


def run(code: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """The named tests against some code."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "longest_test_s=600", *tests]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(code), str(ROOT)])}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)


def test_every_test_that_notices_a_fault_passes_without_one(tmp_path: Path) -> None:
    found = run(copied(tmp_path), *sorted({read_fault(path).test for path in PATCHES}))
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-2000:]


@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.stem)
def test_a_planted_fault_is_noticed_by_its_test(path: Path, tmp_path: Path) -> None:
    fault, code = read_fault(path), copied(tmp_path)
    apart = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    applied = subprocess.run(
        ["git", "apply", str(path)], cwd=tmp_path, env=apart, capture_output=True, text=True, check=False
    )
    assert applied.returncode == 0, (
        f"{path.name} no longer fits {fault.file}: {applied.stderr.strip()}. "
        "Plant the same fault in the code of today and write the patch again."
    )
    found = run(code, fault.test)
    assert found.returncode == 1, f"{fault.test} does not notice: {fault.words}\n{found.stdout[-2000:]}"
