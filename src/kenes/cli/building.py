"""Commands that build an observatory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kenes.cli.shared import (
    BAD_INPUT,
    DONE,
    REFUSED,
    Bars,
    guarded,
    language_option,
    prose_option,
    shared_options,
    show,
    table,
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@shared_options
@guarded
def init(folder: Path, observatory: Path, as_json: bool, seed: int | None) -> int:
    """Start an observatory in FOLDER with one example of everything."""
    from kenes.pipeline.observatory.start import start

    files = start(folder)
    if as_json:
        show({"folder": str(folder), "files": files})
    else:
        click.echo(f"{folder} holds {len(files)} files. Next: kenes run --observatory {folder}")
    return DONE


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@shared_options
@guarded
def check(folder: Path | None, observatory: Path, as_json: bool, seed: int | None) -> int:
    """Check the catalogue of an observatory; each fault is named with file and line."""
    from kenes.cli.shared import vars_of
    from kenes.pipeline.observatory.checking import check_observatory

    catalogue, findings = check_observatory(folder or observatory)
    if as_json:
        show({"findings": [vars_of(f) for f in findings]})
    else:
        for finding in findings:
            click.echo(str(finding))
        counts = (
            f"{len(catalogue.places)} places, {len(catalogue.variables)} variables, {len(catalogue.indicators)} "
            f"indicators, {len(catalogue.mappings)} files of sources, {len(catalogue.profiles)} profiles"
        )
        if catalogue.held:
            click.echo(f"left out, as [comparison] across_states is off: {', '.join(catalogue.held)}")
        click.echo(f"{counts}: {len(findings) or 'no'} fault{'s' if len(findings) != 1 else ''}")
    return BAD_INPUT if findings else DONE


@click.command()
@click.argument("sources", nargs=-1)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read one FILE under this mapping.",
)
@click.option(
    "--licence-accepted",
    "licensed",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the files of sources that do not ship, whose licence you accept.",
)
@language_option
@shared_options
@guarded
def ingest(
    sources: tuple[str, ...],
    mapping: Path | None,
    licensed: Path | None,
    lang: str,
    observatory: Path,
    as_json: bool,
    seed: int | None,
) -> int:
    """Read declared SOURCES (all that ship when none is named), or one FILE with --mapping."""
    from kenes.pipeline.observatory.hand import ingest_by_hand, ingest_declared

    with Bars() as bars:
        if mapping:
            if len(sources) != 1:
                raise click.UsageError("name one FILE with --mapping")
            results = ingest_by_hand(observatory, Path(sources[0]), mapping, bars)
        else:
            results = ingest_declared(observatory, list(sources), licensed, bars)
    plain = [result.plain() for result in results]
    if as_json:
        show(plain[0] if mapping else plain)
    else:
        columns = ["source", "file", "read", "accepted", "refused", "flagged", "known"]
        table(columns, [[str(row[c]) for c in columns] for row in plain])
        _refusals(plain, observatory, lang)
    failed = any(result.error for result in results)
    if failed and (mapping or all(result.error for result in results)):
        return BAD_INPUT
    return REFUSED if failed or any(row["refused"] for row in plain) else DONE


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@prose_option
@shared_options
@guarded
def quality(
    file: Path, mapping: Path, out: Path, lang: str | None, observatory: Path, as_json: bool, seed: int | None
) -> int:
    """Judge FILE under a mapping without keeping it; write the flags to --out."""
    from kenes.pipeline.observatory.hand import judge_by_hand

    counts = judge_by_hand(observatory, file, mapping, out, lang=lang)
    show(counts) if as_json else click.echo(f"{out}: {counts['flags']} flags of {counts['accepted']} observations")
    return REFUSED if counts["refused"] else DONE


def _stages(observatory: Path, as_json: bool, wanted: str, seed: int | None) -> int:
    from kenes.pipeline.observatory.run import rebuild

    with Bars() as bars:
        ran = rebuild(observatory, bars, seed=seed)
    _tell(ran, as_json, wanted, observatory, "en")
    return DONE


def _refusals(ingested: list[dict[str, Any]], observatory: Path, lang: str) -> None:
    from kenes.pipeline.observatory.telling import refusal_lines

    for line in refusal_lines(ingested, observatory, lang):
        click.echo(line)


def _tell(ran: Any, as_json: bool, what: str, observatory: Path, lang: str) -> None:
    summary = {
        "edition": ran.edition.id,
        "number": ran.edition.number,
        "done": list(ran.done),
        "ingested": [i.plain() for i in ran.ingested],
    }
    if as_json:
        show(summary)
    else:
        done = ", ".join(ran.done) or "nothing had changed"
        _refusals(summary["ingested"], observatory, lang)
        click.echo(f"{what}: edition {ran.edition.number} ({ran.edition.id[:12]}): {done}")


@click.command()
@click.option("--indicator", "indicators", multiple=True, help="Show these only.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only sources retrieved up to this date.")
@shared_options
@guarded
def measure(indicators: tuple[str, ...], as_of: Any, observatory: Path, as_json: bool, seed: int | None) -> int:
    """Compute indicators from what was ingested; the tables of an edition follow from them."""
    from kenes.pipeline.observatory.hand import measure_as_of

    if as_of is None and not indicators:
        return _stages(observatory, as_json, "measured", seed)
    rows = measure_as_of(observatory, list(indicators), as_of.date() if as_of else None)
    if as_json:
        show(rows)
    else:
        columns = [
            "indicator",
            "place",
            "start",
            "value",
            "unit",
            "uncertainty",
            "coverage",
            "quality",
            "flags",
        ]
        table(columns, [["" if row[c] is None else str(row[c]) for c in columns] for row in rows])
    return DONE


@click.command()
@shared_options
@guarded
def compare(observatory: Path, as_json: bool, seed: int | None) -> int:
    """Compare places by the declared profiles."""
    return _stages(observatory, as_json, "compared", seed)


@click.command()
@shared_options
@guarded
def recommend(observatory: Path, as_json: bool, seed: int | None) -> int:
    """Match the largest gaps of each ranked place with practices."""
    return _stages(observatory, as_json, "recommended", seed)


@click.command()
@shared_options
@guarded
def publish(observatory: Path, as_json: bool, seed: int | None) -> int:
    """Make an edition of the newest tables."""
    return _stages(observatory, as_json, "published", seed)


@click.command()
@click.argument("sources", nargs=-1)
@click.option(
    "--licence-accepted",
    "licensed",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with the files of sources that do not ship, whose licence you accept.",
)
@language_option
@shared_options
@guarded
def run(
    sources: tuple[str, ...], licensed: Path | None, lang: str, observatory: Path, as_json: bool, seed: int | None
) -> int:
    """Ingest, measure, compare, recommend and publish, as far as something changed."""
    from kenes.pipeline.observatory.run import run as run_all

    with Bars() as bars:
        ran = run_all(observatory, bars, sources=list(sources), licensed=licensed, seed=seed)
    _tell(ran, as_json, "ran", observatory, lang)
    return REFUSED if ran.refused else DONE
