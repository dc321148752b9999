"""Commands that read what an observatory has published."""

from __future__ import annotations

from pathlib import Path

import click

from kenes.cli.shared import DONE, guarded, language_option, prose_option, shared_options, show


@click.command()
@click.argument("kind", required=False)
@click.option("--all", "everything", is_flag=True, help="Every kind, into a folder.")
@click.option("--place", help="Only this place: our id, or iso:, nuts:, geonames:, unlocode: and a code.")
@click.option("--indicator", help="Only this indicator.")
@click.option("--index", "index_", help="Only this index or profile.")
@click.option("--out", type=click.Path(path_type=Path), help="FILE.csv, FILE.parquet, or a folder with --all.")
@prose_option
@shared_options
@guarded
def export(
    kind: str | None,
    everything: bool,
    place: str | None,
    indicator: str | None,
    index_: str | None,
    out: Path | None,
    lang: str | None,
    observatory: Path,
    as_json: bool,
    seed: int | None,
) -> int:
    """Write places, observations, flags, measurements or scores of the newest edition."""
    from kenes.pipeline.observatory.exporting import export_tables, exported_rows

    if everything == bool(kind):
        raise click.UsageError("name one KIND, or give --all")
    if out is None and not as_json:
        raise click.UsageError("say where to with --out")
    filters = {"place": place, "indicator": indicator, "index": index_}
    if out is not None:
        files = export_tables(observatory, kind, out, lang=lang, **filters)
        show({"files": files}) if as_json else click.echo("\n".join(files))
    else:
        show(exported_rows(observatory, kind, lang=lang, **filters))
    return DONE


@click.command()
@click.argument("place")
@click.argument("indicator")
@click.option("--year", type=int, help="Which year; the newest with a value when not said.")
@language_option
@shared_options
@guarded
def explain(
    place: str, indicator: str, year: int | None, lang: str, observatory: Path, as_json: bool, seed: int | None
) -> int:
    """Print the whole way from a published number of PLACE and INDICATOR to its source rows."""
    from kenes.pipeline.observatory.explaining import explain as explain_
    from kenes.pipeline.observatory.telling import explanation_text, names_in

    found = explain_(observatory, place, indicator, year)
    show(found) if as_json else click.echo(explanation_text(found, names_in(observatory, lang)))
    return DONE


@click.command()
@click.argument("place")
@click.option("--theme", "themes", multiple=True, help="Only gaps in this group; may be given several times.")
@language_option
@shared_options
@guarded
def advise(place: str, themes: tuple[str, ...], lang: str, observatory: Path, as_json: bool, seed: int | None) -> int:
    """Gaps of PLACE against its peers, fitting practices, and what is not recommended yet and why."""
    from kenes.pipeline.observatory.advising import advise as advise_
    from kenes.pipeline.observatory.telling import advice_text, names_in

    found = advise_(observatory, place, list(themes))
    show(found) if as_json else click.echo(advice_text(found, names_in(observatory, lang)))
    return DONE
