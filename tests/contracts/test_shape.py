"""The shape of the code: no import loops, however late or only for types, and nothing too long to be read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import kenes

ROOT = Path(kenes.__file__).resolve().parent
MOST_LINES, MOST_FUNCTION_LINES = 450, 60


def modules_of(root: Path) -> dict[str, ast.Module]:
    """Every module below a package, by its dotted name; a package goes by its own."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = [root.name, *path.relative_to(root).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports_of(module: str, tree: ast.AST, known: Mapping[str, object]) -> Iterator[str]:
    """Modules that a module imports anywhere in its text: late, and for types only, too.

    `from package import module` leads to the module, `from package import name` to the package.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from inner & known.keys()
            if not inner <= known.keys() and node.module != module:
                yield str(node.module)


def loop_in(modules: Mapping[str, ast.AST]) -> list[str]:
    """Names of modules that import each other in a ring, or nothing."""
    graph = {name: set(imports_of(name, tree, modules)) - {name} for name, tree in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def functions_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Name and number of lines of each function, decorators and docstring left out."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_imports_itself_by_any_way_round() -> None:
    assert loop_in(modules_of(ROOT)) == []


def test_a_late_loop_and_one_for_types_would_be_seen() -> None:
    late = {"p": "", "p.a": "from p.b import x", "p.b": "def f():\n    from p import a\n    return a"}
    typed = {"p.a": "import p.b", "p.b": "if TYPE_CHECKING:\n    from p.a import T"}
    through = {"p": "from p.a import x", "p.a": "from p import name"}
    for texts in (late, typed, through):
        assert loop_in({name: ast.parse(text) for name, text in texts.items()})


def test_modules_can_be_read_in_a_sitting() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in ROOT.rglob("*.py")}
    assert {str(path): lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{module}.{name}: {lines} lines"
        for module, tree in modules_of(ROOT).items()
        for name, lines in functions_of(tree)
        if lines > MOST_FUNCTION_LINES
    ]
    assert long == []


def shared_names(modules: Mapping[str, ast.AST]) -> dict[str, list[str]]:
    """Names that classes of several modules share."""
    homes: dict[str, list[str]] = {}
    for module, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(module)
    return {name: found for name, found in homes.items() if len(found) > 1}


def test_a_class_name_stands_for_one_thing() -> None:
    assert shared_names(modules_of(ROOT)) == {}


def test_a_name_that_two_classes_share_would_be_seen() -> None:
    texts = {"p.a": "class Cell: pass", "p.b": "class Cell: pass\nclass Row: pass"}
    assert shared_names({name: ast.parse(text) for name, text in texts.items()}) == {"Cell": ["p.a", "p.b"]}


def rooms_of(modules: Mapping[str, ast.AST]) -> dict[str, set[str]]:
    """Which rooms each room imports; a package and a room inside it are one house and do not count."""
    graph: dict[str, set[str]] = {}
    for module, tree in modules.items():
        room = module.rpartition(".")[0]
        for target in imports_of(module, tree, modules):
            other = target.rpartition(".")[0]
            inside = f"{room}.".startswith(f"{other}.") or f"{other}.".startswith(f"{room}.")
            if not inside:
                graph.setdefault(room, set()).add(other)
    return graph


def test_no_room_imports_itself_by_way_of_another() -> None:
    try:
        TopologicalSorter(rooms_of(modules_of(ROOT))).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(map(str, error.args[1])))
