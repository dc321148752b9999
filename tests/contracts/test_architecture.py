"""The shape of the whole: which packages there are, what may import what, and what stays pure."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kenes

ROOT = Path(kenes.__file__).resolve().parent
ORDER: tuple[frozenset[str], ...] = (
    frozenset({"vocabulary"}),
    frozenset({"catalogue"}),
    frozenset({"indicators", "comparison"}),
    frozenset({"sources", "store", "recommendations", "forum"}),
    frozenset({"pages"}),
    frozenset({"pipeline"}),
    frozenset({"portal"}),
    frozenset({"cli"}),
    frozenset({"testing"}),
)
PACKAGES = frozenset().union(*ORDER)
PURE = ("indicators", "comparison", "recommendations", "forum", "pages")
BARRED = frozenset(
    [
        "duckdb",
        "deltalake",
        "sqlite3",
        "pathlib",
        "os",
        "io",
        "shutil",
        "tempfile",
        "time",
        "socket",
        "urllib",
        "http",
        "requests",
        "httpx",
        "random",
        "secrets",
    ]
)
OWN = {"pages": frozenset({"from io import BytesIO", "files('kenes.pages').joinpath(*parts).read_bytes()"})}
"""What a pure package may do beside: pages hold bytes in memory and read files that lie in their own package."""
UNSEEDED = frozenset({"random", "rand", "randn", "randint", "normal", "uniform", "choice", "shuffle", "permutation"})


def _packages(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def _modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def _told(path: Path, node: ast.AST, what: str) -> str:
    return f"{path.name}:{getattr(node, 'lineno', 0)} {what}"


def _imported(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import on line {node.lineno}"
            yield node, node.module or ""
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def impurities(path: Path, tree: ast.AST, own: frozenset[str] = frozenset()) -> list[str]:
    """Imports and calls by which a module would reach disk, network, clock or chance, but for its own."""
    found = [
        _told(path, node, name)
        for node, name in _imported(tree)
        if name.split(".")[0] in BARRED and ast.unparse(node) not in own
    ]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node) in own:
            continue
        called = ast.unparse(node.func)
        last = called.rpartition(".")[2]
        if called in {"open", "input", "exec", "eval", "__import__"}:
            found.append(_told(path, node, f"{called}()"))
        if last in {"now", "today", "utcnow", "read_text", "read_bytes", "write_text", "write_bytes"}:
            found.append(_told(path, node, f"{called}()"))
        if last in {"default_rng", "SeedSequence", "RandomState"} and not (node.args or node.keywords):
            found.append(_told(path, node, f"{called}() without a seed"))
        if last in UNSEEDED and called in {f"np.random.{last}", f"numpy.random.{last}"}:
            found.append(_told(path, node, f"{called}() draws from the shared generator"))
    return found


def test_there_are_thirteen_packages_and_no_more() -> None:
    assert len(PACKAGES) == 13
    assert _packages(ROOT) == PACKAGES


def test_a_fourteenth_package_would_be_seen(tmp_path: Path) -> None:
    for name in [*PACKAGES, "utils"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    assert _packages(tmp_path) - PACKAGES == {"utils"}


@pytest.mark.parametrize("name", ["core", "common", "utils", "helpers"])
def test_no_module_is_named_for_nothing(name: str) -> None:
    assert not [path for path in ROOT.rglob("*") if path.stem == name and "static" not in path.parts]


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_packages_import_only_to_the_left(package: str) -> None:
    level = next(n for n, names in enumerate(ORDER) if package in names)
    allowed = {package}.union(*ORDER[:level])
    wrong = [
        _told(path, node, name)
        for path in _modules(package)
        for node, name in _imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.startswith("kenes.") and name.split(".")[1] in PACKAGES - allowed
    ]
    assert not wrong


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_touch_no_disk_network_clock_or_chance(package: str) -> None:
    wrong = [
        each
        for path in _modules(package)
        for each in impurities(path, ast.parse(path.read_text(encoding="utf-8")), OWN.get(package, frozenset()))
    ]
    assert not wrong


def test_pages_are_handed_what_was_read_and_measured() -> None:
    wrong = [
        _told(path, node, name)
        for path in _modules("pages")
        for node, name in _imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.startswith(("kenes.sources", "kenes.store", "kenes.indicators"))
    ]
    assert not wrong


@pytest.mark.parametrize(
    "line",
    ["from io import StringIO", "import io", "files('kenes.store').joinpath(*parts).read_bytes()", "path.read_bytes()"],
)
def test_what_pages_may_do_allows_nothing_more(line: str) -> None:
    assert impurities(Path("made.py"), ast.parse(line), OWN["pages"])
    assert not impurities(Path("made.py"), ast.parse("from io import BytesIO"), OWN["pages"])


@pytest.mark.parametrize(
    "line",
    [
        "import duckdb",
        "from pathlib import Path",
        "import time",
        "open('x')",
        "rng = np.random.default_rng()",
        "np.random.normal(0, 1)",
        "dt.datetime.now()",
        "from sqlite3 import connect",
    ],
)
def test_each_impurity_would_be_seen(line: str) -> None:
    assert impurities(Path("made.py"), ast.parse(line))


def test_a_seeded_generator_is_allowed() -> None:
    assert not impurities(Path("made.py"), ast.parse("rng = np.random.default_rng(seed)"))


def _loaded(code: str) -> set[str]:
    ending = "\nimport sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    answer = subprocess.run(
        [sys.executable, "-c", code + ending], check=True, capture_output=True, text=True, timeout=60
    )
    return set(answer.stdout.splitlines()[-1].split())


def test_comparison_is_imported_without_heavy_libraries() -> None:
    loaded = _loaded("import kenes.comparison as c\nassert 'build' in dir(c)")
    assert "kenes" in loaded
    assert not loaded & {"ibis", "pint", "fastapi", "numba", "duckdb", "pyarrow", "pandas", "scipy"}


def test_building_an_index_loads_no_engine_and_no_units() -> None:
    loaded = _loaded("from kenes.comparison import build, uncertainty\nassert build and uncertainty")
    assert "numpy" in loaded
    assert not loaded & {"ibis", "pint", "fastapi", "duckdb", "pyarrow", "pandas"}


def test_help_loads_nothing_heavy() -> None:
    loaded = _loaded(
        "from click.testing import CliRunner\nfrom kenes.cli import main\n"
        "answer = CliRunner().invoke(main, ['--help'])\nassert answer.exit_code == 0 and 'explain' in answer.output"
    )
    assert not loaded & {"duckdb", "ibis", "pyarrow", "numpy", "fastapi", "pint", "babel"}


def test_help_is_said_within_four_tenths_of_a_second() -> None:
    code = "import time\nfrom click.testing import CliRunner\nfrom kenes.cli import main\n"
    code += "assert CliRunner().invoke(main, ['--help']).exit_code == 0\nprint(time.process_time())"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert float(answer.stdout) < 0.4


def test_the_declared_import_contracts_hold() -> None:

    project = ROOT.parent.parent / "pyproject.toml"
    code = f"import sys; sys.path.insert(0, {str(ROOT.parent)!r})\n"
    code += f"from importlinter.cli import lint_imports_command as c\nc(['--config', {str(project)!r}, '--no-cache'])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-2000:]
