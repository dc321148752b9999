"""Docs that cannot drift: every link leads somewhere, every command exists, and every import of `kenes` holds."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^\s*(?:\$ )?kenes ([a-z]+)", re.MULTILINE)
TARGET = re.compile(r"^\s*(?:\$ )?make ([a-z-]+)", re.MULTILINE)
PYTHON = re.compile(r"^```(?:python|pycon)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """All pages of the documentation."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def broken_links(page: Path) -> list[str]:
    """Links of a page that lead nowhere."""
    text, found = page.read_text(encoding="utf-8"), []
    for match in LINK.finditer(text):
        target = match.group(1) or match.group(2)
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            found.append(f"{page.relative_to(ROOT)}: link to {target} leads nowhere")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
            found.append(f"{page.relative_to(ROOT)}: no heading {anchor!r} in {path or page.name}")
    return found


def unknown_words(page: Path) -> list[str]:
    """Commands and make targets in code blocks that do not exist."""
    from kenes.cli import COMMANDS  # noqa: PLC0415

    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    blocks = "\n".join(re.findall(r"```(?:sh|bash|console|)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
    found = [f"{page.relative_to(ROOT)}: no command kenes {c}" for c in COMMAND.findall(blocks) if c not in COMMANDS]
    found += [f"{page.relative_to(ROOT)}: no target make {t}" for t in TARGET.findall(blocks) if t not in targets]
    return found


def imports_in(block: str) -> Iterator[str]:
    """Each import of `kenes` in a block of Python, prompts and answers left out.

    >>> list(imports_in(">>> from kenes.comparison import (build,\\n...     ranks)\\n>>> ranks\\n[1]\\n"))
    ['from kenes.comparison import build, ranks']
    """
    if block.startswith(">>> "):
        block = "\n".join(line[4:] for line in block.splitlines() if line.startswith((">>> ", "... ")))
    for node in ast.walk(ast.parse(block)):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(module.partition(".")[0] == "kenes" for module in modules):
            yield ast.unparse(node)


def failing_imports(page: Path) -> list[str]:
    """Imports of `kenes` in a page's blocks of Python that fail, and blocks that are no Python."""
    found = []
    for block in PYTHON.findall(page.read_text(encoding="utf-8")):
        try:
            for line in imports_in(block):
                exec(line, {})
        except (ImportError, SyntaxError) as error:
            found.append(f"{page.relative_to(ROOT)}: {type(error).__name__}: {error}")
    return found


def main() -> int:
    """Print every fault; 1 when there is one."""
    checks = (broken_links, unknown_words, failing_imports)
    faults = [fault for page in pages() for check in checks for fault in check(page)]
    print("\n".join(faults) or f"{len(pages())} pages: every link, command and import holds")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
