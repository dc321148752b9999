"""Write the pages of commands and of reasons from what is declared; `--check` only says whether they are current."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
SHARED = ("observatory", "as_json", "seed")
HEAD = """# Commands

`tools/generate_reference.py` writes this page from the commands themselves; a test holds the two equal.

Every command takes these three, so they are not repeated below:

| option | meaning |
|---|---|
{shared}

What a command returns to the shell stands in [exit codes](exit-codes.md). `PLACE` is an id (`tr-ankara`) or a code of
another system (`iso:TR-06`, `nuts:TR510`, `geonames:323786`).
"""


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with the words that call it, in the order of `--help`."""
    with click.Context(group, info_name="kenes") as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None, name
            if isinstance(command, click.Group):
                yield from commands(command, (*words, name))
            else:
                yield (*words, name), command


def cell(text: str) -> str:
    """A text that fits a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def option_row(option: click.Option) -> str:
    """One row of the table of options."""
    kind = option.type.name if not option.is_flag else ""
    notes = [option.help or ""]
    notes += ["Needed."] if option.required else []
    notes += ["May be given several times."] if option.multiple and "several" not in (option.help or "") else []
    default = option.default
    if isinstance(option.show_default, str) or option.show_default:
        shown = option.show_default if isinstance(option.show_default, str) else default
        notes.append(f"Default: `{', '.join(map(str, shown)) if isinstance(shown, tuple) else shown}`.")
    names = ", ".join(f"`{name}`" for name in option.opts)
    head = f"{names} {kind}".strip()
    return f"| {head} | {cell(' '.join(notes))} |"


def section(words: tuple[str, ...], command: click.Command) -> str:
    """The part of the page on one command."""
    with click.Context(command, info_name=" ".join(("kenes", *words))) as context:
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    text = " ".join((command.help or "").split())
    options = [p for p in command.params if isinstance(p, click.Option) and p.name not in SHARED]
    lines = [f"## kenes {' '.join(words)}", "", text, "", "```sh", usage, "```"]
    if options:
        lines += ["", "| option | meaning |", "|---|---|", *map(option_row, options)]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    from kenes.cli import main as group  # noqa: PLC0415
    from kenes.cli.serving import serve  # noqa: PLC0415

    shared = "\n".join(option_row(p) for p in serve.params if isinstance(p, click.Option) and p.name in SHARED)
    found = with_help(commands(group))
    return "\n\n".join([HEAD.format(shared=shared).rstrip(), *(section(*each) for each in found)]) + "\n"


def with_help(
    found: Iterator[tuple[tuple[str, ...], click.Command]],
) -> list[tuple[tuple[str, ...], click.Command]]:
    """The commands, every one with a help text."""
    listed = list(found)
    silent = [" ".join(words) for words, command in listed if not command.help]
    assert not silent, f"commands without help: {', '.join(silent)}"
    return listed


REASONS = """# Reasons

`tools/generate_reference.py` writes this page from `kenes.vocabulary.reason_codes`; a test holds the two equal.

A reason is a code with values. Tables hold both as data (`reason`, `reason_values`); words are made of them when
somebody reads, in the reader's language. Where several reasons hold, the first stands in the columns and the others in
its values under `also`, each with `code` and `values`. A value that is not known is `null`. Numbers have six meaningful
digits.

| code | says | values |
|---|---|---|
"""


def reasons_page() -> str:
    """The page of reasons: each code with its English message and the kinds of its values."""
    from kenes.vocabulary.reason_codes import DECLARED  # noqa: PLC0415

    rows = []
    for code, declared in sorted(DECLARED.items()):
        kinds = ", ".join(f"`{name}` ({kind.value})" for name, kind in sorted(declared.kinds.items())) or "none"
        rows.append(f"| `{code}` | {cell(declared.plural or declared.message)} | {kinds} |")
    return REASONS + "\n".join(rows) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {"commands.md": page, "reasons.md": reasons_page}


def main() -> int:
    """Write the pages, or with `--check` compare them; 1 when one is not current."""
    stale = 0
    for name, write in PAGES.items():
        path, text = REFERENCE / name, write()
        current = path.is_file() and path.read_text(encoding="utf-8") == text
        if "--check" in sys.argv[1:]:
            print(f"{name} is {'' if current else 'not '}current")
            stale |= not current
        elif not current:
            path.write_text(text, encoding="utf-8")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
