"""What every command shares: options, one JSON value on stdout, errors as words and exit codes.

Exit codes: 0 done; 1 done, some input refused and listed; 2 usage; 3 bad input, nothing written;
4 our fault.
"""

from __future__ import annotations

import functools
import json
import math
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kenes.vocabulary.errors import BadInput, KenesError, StoreError
from kenes.vocabulary.languages import LANGUAGES

DONE, REFUSED, USAGE, BAD_INPUT, OUR_FAULT = 0, 1, 2, 3, 4
F = TypeVar("F", bound=Callable[..., Any])


class FiniteRange(click.FloatRange):
    """Numbers in a range; `nan` and `inf`, which no range keeps out, are none of them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number.

        Raises:
            click.BadParameter: it lies outside, or is not finite.
        """
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, found {value}.", param, ctx)
        return number


observatory_option = click.option(
    "--observatory",
    "observatory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default=".",
    help="Folder of the observatory.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON value on stdout, progress on stderr.")
LANGUAGE = click.Choice(list(LANGUAGES))
language_option = click.option(
    "--lang", type=LANGUAGE, default="en", show_default=True, help="Language of the reasons."
)
prose_option = click.option(
    "--lang", type=LANGUAGE, help="One more column, reason_text: reasons as sentences in this language."
)
seed_option = click.option("--seed", type=int, default=None, help="Seed instead of the declared one.")


def shared_options(command: F) -> F:
    """Give a command the three options that every command has."""
    return observatory_option(json_option(seed_option(command)))


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn what a command returns or raises into words and an exit code."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs)
        except click.ClickException:
            raise
        except StoreError as error:
            _say(error, kwargs)
            sys.exit(OUR_FAULT)
        except KenesError as error:
            _say(error, kwargs)
            sys.exit(BAD_INPUT)
        except (BrokenPipeError, KeyboardInterrupt):
            sys.exit(130)
        except OSError as error:
            _say(BadInput(f"{error.strerror or error}", where=str(error.filename or "")), kwargs)
            sys.exit(BAD_INPUT)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            if kwargs.get("as_json"):
                show({"error": type(error).__name__, "message": str(error)})
            click.echo(
                f"Keneş failed: {type(error).__name__}: {error}\nPlease report this with the lines above.",
                err=True,
            )
            sys.exit(OUR_FAULT)
        sys.exit(code or DONE)

    return run


def _say(error: KenesError, kwargs: dict[str, Any]) -> None:
    if kwargs.get("as_json"):
        findings = [vars_of(f) for f in getattr(error, "findings", ())]
        show(
            {
                "error": type(error).__name__,
                "code": error.code,
                "message": str(error),
                "file": error.file or None,
                "line": error.line,
                **({"findings": findings} if findings else {}),
            }
        )
    click.echo(f"{type(error).__name__}: {error}", err=True)


def vars_of(value: Any) -> dict[str, Any]:
    """The fields of a slotted record."""
    return {name: getattr(value, name) for name in value.__slots__}


def show(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False, default=str))


def table(columns: list[str], rows: list[list[str]]) -> None:
    """Print rows as aligned text."""
    widths = [max(len(c), *(len(row[i]) for row in rows)) if rows else len(c) for i, c in enumerate(columns)]
    for row in [columns, ["-" * w for w in widths], *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


class Bars:
    """Progress as bars on stderr; plain lines where stderr is no terminal."""

    def __init__(self) -> None:
        self._live: Any = None
        self._task: Any = None

    def __enter__(self) -> Bars:
        """Start."""
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._live = Progress(
                TextColumn("{task.fields[stage]:<10}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
                console=Console(stderr=True),
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        if self._live:
            self._live.stop()

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""
        if self._live:
            self._task = self._live.add_task("", stage=name, total=total)
        else:
            click.echo(f"{name}: {total}", err=True)

    def step(self, what: str) -> None:
        """A step begins."""
        if self._live:
            self._live.update(self._task, advance=1, description=what)

    def note(self, text: str) -> None:
        """Something to read."""
        (self._live.console.print if self._live else functools.partial(click.echo, err=True))(text)
