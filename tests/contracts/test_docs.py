"""The documentation says what the program does: pages are compared with it, and the tutorial is walked."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from tools import check_docs, generate_reference

from kenes.catalogue import definitions, load, mappings
from kenes.catalogue.definitions import AGGREGATES, BETTER, GROUPS
from kenes.cli import main
from kenes.comparison.declared import rules
from kenes.comparison.declared.allowed import METHODS
from kenes.vocabulary import units
from kenes.vocabulary.facts import QUALITIES, RULES
from kenes.vocabulary.tables import KINDS, TableKind

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorials" / "first-observatory.md"


def page(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


def part(text: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no heading {heading!r}"
    return found.group(1)


def first_cells(text: str) -> list[str]:
    """The code words in the first column of a part's tables."""
    return [word for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for word in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("name", generate_reference.PAGES)
def test_a_generated_page_is_what_is_declared(name: str) -> None:
    assert page(name) == generate_reference.PAGES[name](), "run python tools/generate_reference.py"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_column_of_every_table_is_documented_in_its_order(kind: TableKind) -> None:
    assert first_cells(part(page("tables.md"), kind.name)) == [name for name, _ in kind.columns]


def test_every_unit_of_our_registry_stands_in_its_page() -> None:
    own = {line.split("=")[0].strip() for line in units._OWN.strip().splitlines()}
    written = set(first_cells(page("units.md")))
    assert own <= written, f"not documented: {sorted(own - written)}"


def test_every_unit_in_the_page_is_known_to_the_program() -> None:
    for text in first_cells(page("units.md")):
        units.scale(text)


def test_every_quality_rule_and_every_quality_stands_in_its_page() -> None:
    text = page("quality-rules.md")
    assert first_cells(part(text, "Rules")) == list(RULES)
    assert first_cells(part(text, "Quality of a measurement")) == list(QUALITIES)


def test_every_choice_of_a_definition_stands_in_the_page_of_the_catalogue() -> None:
    text = part(page("catalogue.md"), "Indicators")
    for word in (*GROUPS, *BETTER, *AGGREGATES):
        assert f"`{word}`" in text, word


def test_every_method_of_an_index_stands_in_the_page_of_its_specification() -> None:
    text = re.sub(r"^```.*?^```", "", page("index-specification.md"), flags=re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", text))))
    methods = {*(name for names in METHODS.values() for name in names), *rules.RULES}
    assert sorted(methods - named) == []


@pytest.mark.parametrize(("module", "name"), [(mappings, "mapping.md"), (definitions, "catalogue.md")])
def test_every_key_that_a_declaration_may_have_stands_in_its_page(module: ModuleType, name: str) -> None:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    calls = re.findall(r"""(?:\.only\(|\bonly\(\s*entry,)((?:\s*f?"[^"]*")+)""", source)
    keys = {key for call in calls for text in re.findall(r'"([^"]*)"', call) for key in text.split()} - {"{_BLOCKS}"}
    keys |= set(mappings._BLOCKS.split()) if module is mappings else set()
    assert len(keys) > 20, "the keys are no longer found in the code"
    named = " ".join(re.findall(r"`[^`\n]+`|^## .*$", page(name), re.MULTILINE)).lower()
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", named)) == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "observatories/ots/README.md"])
def test_every_link_of_the_pages_outside_the_documentation_leads_somewhere(name: str) -> None:
    assert check_docs.broken_links(ROOT / name) == []
    assert check_docs.unknown_words(ROOT / name) == []


@pytest.mark.parametrize("path", check_docs.pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_import_of_the_documentation_holds(path: Path) -> None:
    assert check_docs.failing_imports(path) == []


def test_imports_are_found_in_the_documentation() -> None:
    found = [
        line
        for path in check_docs.pages()
        for block in check_docs.PYTHON.findall(path.read_text(encoding="utf-8"))
        for line in check_docs.imports_in(block)
    ]
    assert "from kenes.comparison.coin import from_coin" in found
    assert len(found) > 3


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("from kenes.comparison import build, nothing", "cannot import name 'nothing'"),
        ("import csv\nimport kenes.nowhere", "No module named 'kenes.nowhere'"),
        ("def f():\n    from kenes import (\n        nobody,\n    )", "cannot import name 'nobody'"),
        (">>> from kenes.nowhere import x\n>>> x\n1", "No module named 'kenes.nowhere'"),
        ("from kenes import", "SyntaxError"),
        ("import csv\nfrom kenes import __version__", ""),
        ("from elsewhere import nothing", ""),
    ],
)
def test_a_line_that_imports_what_is_not_there_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: str, told: str
) -> None:
    monkeypatch.setattr(check_docs, "ROOT", tmp_path)
    made = tmp_path / "page.md"
    made.write_text(f"# A page\n\n```python\n{block}\n```\n", encoding="utf-8")
    found = check_docs.failing_imports(made)
    assert len(found) == bool(told)
    assert all(each.startswith("page.md: ") and told in each for each in found)


def blocks(text: str) -> list[tuple[str, str, str]]:
    """Label in the line above, language and content of each block of a page."""
    return re.findall(r"(?:^(`[^\n]*):\n\n)?^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def masked(text: str) -> str:
    """Text without what depends on the program's own code."""
    return re.sub(r"edition \d+ \([^)]*\)|provenance \w+", "…", text).rstrip()


def test_the_tutorial_builds_its_observatory_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answered = 0
    for label, language, content in blocks(TUTORIAL.read_text(encoding="utf-8")):
        if language == "console":
            for command, answer in re.findall(r"^\$ kenes (.*)\n((?:(?!\$ ).*\n)*)", content, re.MULTILINE):
                result = CliRunner().invoke(main, shlex.split(command))
                assert result.exit_code in (0, 1), result.output
                assert masked(result.stdout) == masked(answer), command
                answered += 1
                if command.startswith("init"):
                    monkeypatch.chdir(tmp_path / "my-observatory")
        elif label and language in ("csv", "yaml"):
            file = Path(re.findall(r"`([^`]+)`", label)[0])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text((file.read_text(encoding="utf-8") if "added" in label else "") + content, encoding="utf-8")
        elif language == "text":
            rows = Path("scores.csv").read_text(encoding="utf-8").splitlines()
            assert [row for row in rows if row.split(",")[2] in ("node", "provinces")] == content.splitlines()
            answered += 1
    assert answered == 8


def test_every_page_is_on_the_map_of_the_documentation() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [path for path in DOCS.rglob("*.md") if path.parent.name != "decisions" and path != DOCS / "README.md"]
    missing = [str(path.relative_to(DOCS)) for path in pages if f"({path.relative_to(DOCS).as_posix()}" not in index]
    assert not missing


def test_every_decision_stands_in_the_index_under_a_number_of_its_own() -> None:
    folder = DOCS / "decisions"
    names = sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [name for name in names if f"]({name})" not in index] == []
    numbers = [re.match(r"(\d{4})-", name) for name in names]
    assert all(numbers), names
    assert len({found[1] for found in numbers if found}) == len(names)


def test_the_page_of_the_shipped_observatory_counts_what_it_declares() -> None:
    folder = ROOT / "observatories" / "ots"
    text = (folder / "README.md").read_text(encoding="utf-8")
    catalogue = load(folder)
    said = re.search(r"^\$ kenes check observatories/ots\n(.*)$", text, re.MULTILINE)
    assert said
    assert said[1] == CliRunner().invoke(main, ["check", str(folder)]).stdout.rstrip()
    groups = {"environment": "environment", "energy": "energy", "economy": "economy", "society": "people and society"}
    for group in GROUPS:
        count = sum(definition.group == group for definition in catalogue.indicators.values())
        assert f"{groups.get(group, group)} {count}" in text
    barred = sorted({m.source.id for m in catalogue.mappings if not m.source.ships})
    assert sorted(first_cells(part(text, "Sources that do not ship"))) == barred
    for profile in catalogue.profiles:
        assert f"`{profile}`" in part(text, "What the profiles are and are not")


def test_every_source_that_the_page_of_the_shipped_observatory_names_is_there() -> None:
    folder = ROOT / "observatories" / "ots"
    traps = part((folder / "README.md").read_text(encoding="utf-8"), "Traps in the sources, and where they are mended")
    for name in first_cells(traps):
        assert list((folder / "sources").glob(name)), name
