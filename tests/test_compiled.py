"""No loop is left to be compiled within a test."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.compiled import BY_MODULE, ROOT, is_compiled


def test_every_module_that_numba_compiles_is_used_before_the_tests():
    decorated = re.compile(r"^@(njit|compiled)\b", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if decorated.search(path.read_text("utf-8"))
    }
    assert found == set(BY_MODULE)


@pytest.mark.parametrize("module", BY_MODULE)
def test_its_loops_are_kept_beside_it(module):
    assert is_compiled(ROOT / module)


def test_a_module_that_was_written_since_is_not_compiled(tmp_path):
    module, kept = tmp_path / "kernels.py", tmp_path / "__pycache__" / "kernels.best-1.py311.nbi"
    module.touch()
    assert not is_compiled(module)
    kept.parent.mkdir()
    kept.touch()
    os.utime(module, (1, 1))
    assert is_compiled(module)
    os.utime(kept, (0, 0))
    assert not is_compiled(module)
    assert not is_compiled(Path(tmp_path / "other.py").touch() or tmp_path / "other.py")
