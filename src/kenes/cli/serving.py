"""Commands that show an observatory to readers."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kenes.cli.shared import DONE, Bars, guarded, shared_options

port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    help="Port; KENES_PORT or 8000 when not said, 0 for any free one.",
)


def demo_folder(name: str = "ots") -> Path:
    """Where `kenes demo` keeps its copy: `KENES_HOME`, else the user's data folder."""
    home = os.environ.get("KENES_HOME")
    base = Path(home) if home else Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "kenes"
    return base / name


@click.command()
@port_option
@shared_options
@guarded
def serve(port: int | None, observatory: Path, as_json: bool, seed: int | None) -> int:
    """Serve the portal of an observatory that has been built."""
    from kenes.portal.server import serve as serve_

    serve_(observatory, port)
    return DONE


@click.command()
@port_option
@click.option("--build-only", is_flag=True, help="Build, do not serve.")
@shared_options
@guarded
def demo(port: int | None, build_only: bool, observatory: Path, as_json: bool, seed: int | None) -> int:
    """Build the shipped observatory of the Turkic states in your data folder and serve it."""
    from kenes.pipeline.observatory.run import run
    from kenes.pipeline.observatory.start import copy_shipped
    from kenes.portal.server import serve as serve_

    folder = observatory if observatory != Path() else demo_folder()
    copy_shipped(folder)
    with Bars() as bars:
        run(folder, bars)
    if not build_only:
        serve_(folder, port)
    return DONE
