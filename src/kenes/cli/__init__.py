"""Words for people, thin: each command is loaded only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from kenes import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("kenes.cli.building:init", "Start an observatory in a folder."),
    "check": ("kenes.cli.building:check", "Check a catalogue; name each fault with file and line."),
    "ingest": (
        "kenes.cli.building:ingest",
        "Read declared sources, or one file with a mapping, into the store.",
    ),
    "quality": ("kenes.cli.building:quality", "Judge one file before it is used; write the flags."),
    "measure": ("kenes.cli.building:measure", "Compute indicators from what was ingested."),
    "compare": ("kenes.cli.building:compare", "Compare places by the declared profiles."),
    "recommend": ("kenes.cli.building:recommend", "Match gaps with practices that worked somewhere."),
    "publish": ("kenes.cli.building:publish", "Make an edition of the newest tables."),
    "run": (
        "kenes.cli.building:run",
        "Ingest, measure, compare, recommend and publish, as far as something changed.",
    ),
    "export": ("kenes.cli.reading:export", "Write tables as CSV or Parquet."),
    "explain": ("kenes.cli.reading:explain", "The whole way from a published number to its source rows."),
    "advise": ("kenes.cli.reading:advise", "Gaps, recommendations and refusals for a place."),
    "serve": ("kenes.cli.serving:serve", "Serve the portal of an observatory."),
    "demo": ("kenes.cli.serving:demo", "Build the shipped observatory of the Turkic states and serve it."),
    "index": ("kenes.cli.index:index", "Composite indices on tables of your own."),
    "space": ("kenes.cli.space:space", "Spatial indicators from open maps."),
}


class LazyGroup(click.Group):
    """A group that imports a command only when it is called, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of the work."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kenes")
def main() -> None:
    """Keneş: an open observatory and adviser for smart and green cities.

    `kenes demo` builds and serves the observatory of the Turkic states that this program ships.
    Every command takes --observatory DIR, --json and --seed N. Exit codes: 0 done; 1 done, some input
    refused and listed; 2 usage; 3 bad input, nothing written; 4 a fault of ours.
    """
