"""Composite indices on tables of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kenes.cli.shared import DONE, REFUSED, guarded, language_option, shared_options, show, table
from kenes.vocabulary.languages import LANGUAGES

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def index() -> None:
    """Composite indices on tables of your own."""


@index.command()
@click.argument("spec", type=FILE)
@click.option("--data", type=FILE, required=True, help="CSV, XLSX or Parquet, a row for each place (and time).")
@click.option("--out", type=FOLDER, required=True, help="Folder for the results; appears whole or not at all.")
@click.option("--draws", type=click.IntRange(min=0), default=None, help="Draws instead of the declared number.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Threads.")
@click.option("--language", type=click.Choice(tuple(LANGUAGES)), default="en", show_default=True, help="Of the report.")
@shared_options
@guarded
def build(
    spec: Path,
    data: Path,
    out: Path,
    draws: int | None,
    workers: int,
    language: str,
    observatory: Path,
    as_json: bool,
    seed: int | None,
) -> int:
    """Build the index declared in SPEC and write each step to a folder."""
    from kenes.pipeline.index.files import build_index

    result = build_index(spec, data, out, draws=draws, workers=workers, seed=seed, language=language)
    if as_json:
        show(result)
    else:
        click.echo(f"{result['ranked']} of {result['rows']} rows are ranked; see {out}")
    return DONE


@index.command()
@click.argument("spec", type=FILE)
@click.option("--data", type=FILE, required=True, help="The data.")
@click.option("--design", type=FILE, required=True, help="CSV: run, and dotted paths of SPEC with JSON values.")
@click.option("--weights", type=FILE, default=None, help="CSV: run, and a column of weights for each node.")
@click.option("--out", type=FOLDER, required=True, help="Folder for the results.")
@shared_options
@guarded
def replay(
    spec: Path,
    data: Path,
    design: Path,
    weights: Path | None,
    out: Path,
    observatory: Path,
    as_json: bool,
    seed: int | None,
) -> int:
    """Run the index once for each row of a design; scores and ranks with a column a run."""
    from kenes.pipeline.index import replay as index_replay

    result = index_replay.replay(spec, data, design, out, weights=weights, seed=seed)
    if as_json:
        show(result)
    else:
        click.echo(f"{result['runs']} runs; see {out}")
    return DONE


@index.command()
@click.argument("before", type=FOLDER)
@click.argument("after", type=FOLDER)
@shared_options
@guarded
def compare(before: Path, after: Path, observatory: Path, as_json: bool, seed: int | None) -> int:
    """What differs between two results."""
    from kenes.pipeline.index import results as index_results

    found = index_results.compare(before, after)
    if as_json:
        show(found)
    else:
        columns = ["place", "time", "score_before", "score_after", "rank_before", "rank_after"]
        columns = [c for c in columns if c != "time" or any("time" in r for r in found["changes"])]
        columns += [] if found["undivided"] else ["data", "method", "membership"]
        table(columns, [[_text(c[k]) for k in columns] for c in found["changes"]])
        for key, words in (("only_before", "Only before"), ("only_after", "Only after")):
            if found[key]:
                names = [n if isinstance(n, str) else f"{n['place']} {n['time']}" for n in found[key]]
                click.echo(f"{words}: {', '.join(names)}")
        if found["undivided"]:
            click.echo(f"The changes are not divided into data, method and membership: {found['undivided']}")
        same = [w for w in ("specification", "data") if found[f"same_{w}"]]
        click.echo(f"The same in both: {', '.join(same) or 'neither specification nor data'}")
    return DONE


@index.command()
@click.argument("place")
@click.option("--result", type=FOLDER, default=None, help="Folder written by `build`, instead of the observatory.")
@click.option("--spec", type=FILE, default=None, help="The specification, instead of a result.")
@click.option("--data", type=FILE, default=None, help="The data, with --spec.")
@click.option("--index", "profile", default=None, help="Profile of the observatory, where several hold PLACE.")
@click.option("--draws", type=click.IntRange(min=1), default=None, help="Draws for the interval.")
@language_option
@shared_options
@guarded
def explain(
    place: str,
    profile: str | None,
    result: Path | None,
    spec: Path | None,
    data: Path | None,
    draws: int | None,
    lang: str,
    observatory: Path,
    as_json: bool,
    seed: int | None,
) -> int:
    """Why PLACE has its score and what would move it: in a profile of the observatory, or in an index of your own."""
    if (spec is None) != (data is None):
        raise click.UsageError("--spec and --data belong together")
    own = result or (observatory if (observatory / "spec.json").is_file() else None)
    if spec is None and own is None:
        from kenes.pipeline.observatory.explaining_profiles import explain_profile

        found = explain_profile(observatory, place, index=profile, draws=draws, seed=seed)
    else:
        from kenes.pipeline.index import files as index_files

        files = (spec, data) if spec and data else ((own or Path()) / "spec.json", (own or Path()) / "data.csv")
        found = index_files.explain(*files, place, draws=draws, seed=seed)
    if as_json:
        show(found)
        return DONE if found["ranked"] else REFUSED
    if not found["ranked"]:
        from kenes.pipeline.observatory.telling import not_ranked_text

        click.echo(not_ranked_text(found, observatory, lang))
        return REFUSED
    click.echo(
        f"{found['place']}: score {found['score']:.2f} ({found['score_low']:.2f} to {found['score_high']:.2f}), "
        f"rank {found['rank']:.0f} ({found['rank_low']:.0f} to {found['rank_high']:.0f})"
    )
    columns = ["node", "raw", "normalised", "value", "one_unit_better"]
    table(columns, [[_text(c[k]) for k in columns] for c in found["contributions"]])
    return DONE


@index.command("import-coin")
@click.argument("idata", type=FILE)
@click.argument("imeta", type=FILE)
@click.option("--out", type=FOLDER, required=True, help="Folder for spec.yaml and data.csv.")
@shared_options
@guarded
def import_coin(idata: Path, imeta: Path, out: Path, observatory: Path, as_json: bool, seed: int | None) -> int:
    """Turn COINr's iData and iMeta into a specification and data."""
    from kenes.pipeline.index import files as index_files

    result = index_files.import_coin(idata, imeta, out)
    if as_json:
        show(result)
    else:
        click.echo(f"{result['nodes']} nodes and {result['places']} places; see {result['spec']}")
    return DONE


def _text(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
