"""The page that tells the ways of a fact is true: its names are there, and every stop is called as it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PAGE = ROOT / "docs" / "explanation" / "the-way-of-a-fact.md"
TEXT = PAGE.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Stop:
    """One stop: a function by its dotted name, or a template; the file that its link leads to; who calls it, from 0."""

    name: str
    file: Path
    caller: int

    @property
    def word(self) -> str:
        """The name by which it is called."""
        return self.name.removesuffix(".html").rpartition(".")[2]

    def calls(self) -> list[str]:
        """Names that it calls, in their order; where it calls a private function beside it, also what that calls."""
        text = self.file.read_text(encoding="utf-8")
        if self.file.suffix == ".html":
            return re.findall(r"\b\w+(?=[.(])", text)
        tree = ast.parse(text)
        beside = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        return list(called_in(function_at(tree, self.name, self.file), beside))


def function_at(tree: ast.Module, name: str, file: Path) -> ast.AST:
    """The function of a dotted name in the module of a file."""
    module = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
    assert name.startswith(f"{module}."), f"{name} is linked to {file.name}"
    node: ast.AST = tree
    for part in name.removeprefix(f"{module}.").split("."):
        node = next(child for child in ast.iter_child_nodes(node) if getattr(child, "name", "") == part)
    return node


def called_in(node: ast.AST, beside: Mapping[str, ast.AST]) -> Iterator[str]:
    """Names of calls in the order in which they are made: arguments before what takes them."""
    for child in ast.iter_child_nodes(node):
        yield from called_in(child, beside)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func).rpartition(".")[2]
        if called.startswith("_") and called in beside:
            yield from called_in(beside[called], {name: n for name, n in beside.items() if name != called})
        yield called


def ways() -> dict[str, list[Stop]]:
    """The stops of each way by its heading."""
    found = dict[str, list[Stop]]()
    for heading, text in re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL):
        lines = re.findall(r"^(\d+)\. \[`([^`]+)`\]\(([^)]+)\)(.*)$", text, re.MULTILINE)
        assert [int(number) for number, *_ in lines] == list(range(1, len(lines) + 1))
        found[heading] = []
        for number, name, file, rest in lines:
            said = re.search(r"\*from (\d)\*", rest)
            caller = int(said[1]) - 1 if said else int(number) - 2
            found[heading].append(Stop(name, (PAGE.parent / file).resolve(), caller))
    return found


def test_four_ways_have_fewer_than_ten_stops_each() -> None:
    assert len(ways()) == 4
    assert all(4 < len(stops) < 10 for stops in ways().values())


def test_every_name_on_the_page_is_there() -> None:
    names = re.findall(r"`(kenes\.[\w.]+)`", TEXT)
    assert len(names) > 40
    for name in names:
        resolve_name(name)


@pytest.mark.parametrize("way", ways())
def test_every_stop_is_called_by_the_one_above_or_next_by_the_same_caller(way: str) -> None:
    stops = ways()[way]
    for at, (above, stop) in enumerate(pairwise(stops), start=1):
        assert stop.caller in (at - 1, above.caller), f"{stop.name} climbs back"
        if stop.file.suffix == ".html":
            assert any(stop.word in each.file.read_text(encoding="utf-8") for each in stops[:at]), stop.name
            continue
        calls = stops[stop.caller].calls()
        assert stop.word in calls, f"{stops[stop.caller].name} does not call {stop.name}"
        if stop.caller == above.caller:
            assert calls.index(above.word) < calls.index(stop.word), f"{stop.name} is called before {above.name}"


def test_calls_are_told_in_the_order_in_which_they_are_made() -> None:
    tree = ast.parse("def f(x):\n    with a(x) as y:\n        _b(y).c(d())\n\ndef _b(y):\n    return e(y)\n")
    beside = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert list(called_in(beside["f"], beside)) == ["a", "e", "_b", "d", "c"]
