"""What the wheel holds: everything that `pip install` needs to run without a checkout and without Node."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import kenes

ROOT = Path(kenes.__file__).resolve().parents[2]
FRONT = ROOT / "src/kenes/portal/static/build"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=300,
    )
    (found,) = folder.glob("kenes-*.whl")
    return found


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_data_file_of_the_package_and_the_observatory(wheel: Path) -> None:
    names = _names(wheel)
    kept = subprocess.run(
        ["git", "ls-files", "src/kenes", "observatories/ots"], cwd=ROOT, check=True, capture_output=True
    )
    tracked = [name for name in kept.stdout.decode().splitlines() if (ROOT / name).is_file() and '"' not in name]
    wanted = {name.removeprefix("src/") if name.startswith("src/") else f"kenes/{name}" for name in tracked}
    assert wanted - names == set()
    for part in ("kenes/catalogue/shipped/", "kenes/pages/locale/tr/", "kenes/observatories/ots/kenes.toml"):
        assert any(name.startswith(part) for name in names), part


def test_the_wheel_holds_the_built_front_end(wheel: Path) -> None:
    assert FRONT.is_dir(), "the front end is not built: run `make setup`"
    built = {f"kenes/portal/static/build/{p.relative_to(FRONT)}" for p in FRONT.rglob("*") if p.is_file()}
    assert {name for name in built if not Path(name).name.startswith(".")} <= _names(wheel)


def test_the_wheel_holds_no_store_and_no_test(wheel: Path) -> None:
    strange = [n for n in _names(wheel) if "/ots/store/" in n or n.startswith("tests/") or "__pycache__" in n]
    assert strange == []


@pytest.mark.long
def test_the_wheel_builds_its_observatory_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv/bin/python"
    locked = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(ROOT / "requirements.lock")]
    subprocess.run([python, *locked], check=True, timeout=1200)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], check=True, timeout=300)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    home = {**kept, "KENES_HOME": str(tmp_path / "home"), "PATH": f"{tmp_path / 'venv/bin'}:/usr/bin:/bin"}
    answer = subprocess.run(
        [tmp_path / "venv/bin/kenes", "demo", "--build-only"],
        cwd=tmp_path,
        env=home,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert (tmp_path / "home/ots/store/journal.sqlite").is_file()
    assert str(ROOT) not in answer.stdout + answer.stderr
