"""Docs that cannot drift: every link leads somewhere, every command that is shown exists."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^\s*(?:\$ )?kenes ([a-z]+)", re.MULTILINE)
TARGET = re.compile(r"^\s*(?:\$ )?make ([a-z-]+)", re.MULTILINE)


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


def main() -> int:
    """Print every fault; 1 when there is one."""
    faults = [fault for page in pages() for fault in (*broken_links(page), *unknown_words(page))]
    print("\n".join(faults) or f"{len(pages())} pages: every link and command holds")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
