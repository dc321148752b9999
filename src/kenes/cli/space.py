"""`kenes space`: spatial indicators from open maps."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kenes.cli.shared import DONE, REFUSED, Bars, FiniteRange, guarded, shared_options, show
from kenes.vocabulary.languages import LANGUAGES

_FILE = click.Path(path_type=Path)
_POSITIVE = FiniteRange(min=0, min_open=True)


def _layers(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, Path]]:
    """`KIND=FILE`, or a file alone."""
    parts = [value.partition("=") if "=" in Path(value).parts[0] else ("", "", value) for value in values]
    return [(kind, Path(file)) for kind, _, file in parts]


def _pairs(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    """`COLUMN=VALUE`."""
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"expected COLUMN=VALUE, found {value!r}")
    return [(name, text) for name, _, text in (value.partition("=") for value in values)]


@click.group()
def space() -> None:
    """Spatial indicators from open maps, timetables and population grids."""


@space.command()
@click.option("--osm", type=_FILE, help="OpenStreetMap extract (.osm.pbf or .osm); without it only straight lines.")
@click.option("--gtfs", type=_FILE, multiple=True, help="Timetable (zip or folder); several may be given.")
@click.option("--date", "date", type=click.DateTime(["%Y-%m-%d"]), help="Service day; else an ordinary weekday.")
@click.option("--population", type=_FILE, help="CSV (id, lon, lat, population), raster, or vector layer.")
@click.option("--boundary", type=_FILE, help="Outline of the city; else the union of the cells.")
@click.option("--urban", type=_FILE, help="Outline of the built-up city; the boundary is cut by it.")
@click.option(
    "--built-up", type=_FILE, help="What open space is a share of: outline of the urban extent, or raster (m² or 0/1)."
)
@click.option("--districts", type=_FILE, help="Layer of districts.")
@click.option("--district-column", help="Attribute that names a district.")
@click.option("--place", help="Id of the place; else the name of the boundary or map file.")
@click.option("--tables", type=_FILE, help="Folder with own tables of tags and modes.")
@click.option("--parks", type=_FILE, help="Own layer of open space instead of the map's.")
@click.option(
    "--stops",
    "stops",
    multiple=True,
    callback=_layers,
    metavar="[low=|high=]FILE",
    help="Own layer of stops instead of the map's (GeoJSON, CSV lon,lat or WKT); several may be given.",
)
@click.option(
    "--facilities",
    multiple=True,
    callback=_layers,
    metavar="KIND=FILE",
    help="Own layer of one kind of essential places instead of the map's; several may be given.",
)
@click.option(
    "--where",
    multiple=True,
    callback=_pairs,
    metavar="COLUMN=VALUE",
    help="Which features of these layers count; layers without the column count whole; "
    "several may be given, and all must hold.",
)
@click.option(
    "--headway",
    "headways",
    type=_POSITIVE,
    multiple=True,
    default=(20.0,),
    show_default=True,
    help="Longest headway that counts, minutes (07:00-19:00); several may be given.",
)
@click.option(
    "--snap",
    "snap_m",
    type=_POSITIVE,
    default=500.0,
    show_default=True,
    help="Metres within which a place finds its street.",
)
@click.option("--crs", help="Plane for areas; else geodesic areas. A wrong one is refused.")
@click.option("--land", type=_FILE, help="CSV year,built_up_km2,population for SDG 11.3.1.")
@click.option("--irradiation", type=FiniteRange(min=0), help="Rooftop solar: kWh per m² and year in the plane.")
@click.option(
    "--weather", type=_FILE, help="Rooftop solar: EPW, TMY3 or PVGIS TMY (CSV) file instead of --irradiation."
)
@click.option("--tilt", type=FiniteRange(0, 90), help="With --weather: of the modules, degrees; else 10.")
@click.option(
    "--azimuth",
    type=FiniteRange(0, 360),
    help="With --weather: where they face, degrees from north by east; else to the equator.",
)
@click.option("--consumption", type=FiniteRange(min=0), help="Rooftop solar: electricity use, kWh per year.")
@click.option("--language", type=click.Choice(tuple(LANGUAGES)), default="en", show_default=True, help="Of the page.")
@click.option(
    "--attribution",
    multiple=True,
    metavar="TEXT",
    help="Owner and licence of your files, named on the page; several may be given.",
)
@click.option("--out", type=_FILE, required=True, help="Folder to write.")
@shared_options
@guarded
@click.pass_context
def measure(
    context: click.Context, /, out: Path, as_json: bool, observatory: Path, seed: int | None, **options: Any
) -> int:
    """Measure one city from files; write measurements, layers, a map page and a report on quality.

    With --place PLACE and --observatory DIR the city-wide values become a source of that observatory too.
    """
    from kenes.pipeline.city.measuring import measure_space
    from kenes.pipeline.city.request import SpaceRequest

    date: dt.datetime | None = options.pop("date")
    solar = _solar(options)
    request = SpaceRequest(date=date.date() if date else None, solar=solar, **options)
    named = context.get_parameter_source("observatory") is click.core.ParameterSource.COMMANDLINE
    with Bars() as bars:
        summary = measure_space(request, out, bars, observatory if named else None)
    if as_json:
        show(summary)
    else:
        for name, value in summary["sdg_11_2_1"].items():
            click.echo(f"SDG 11.2.1 {name}: {'not known' if value is None else f'{value:.4f}'}")
        if summary["feeds_without_service"]:
            idle = ", ".join(summary["feeds_without_service"])
            click.echo(
                f"No trip on {summary['service_day']} in {idle}: its stops count for nothing; see --date", err=True
            )
        for lack in summary["layers_without_column"]:
            click.echo(f"{lack} of --where: it counts whole", err=True)
        if summary["districts_numbered"]:
            click.echo(
                f"{summary['districts_numbered']} districts have numbers for names: no column names each of them "
                "differently; see --district-column",
                err=True,
            )
        click.echo(f"{summary['measurements']} measurements in {out / 'measurements.csv'}; open {out / 'index.html'}")
        _tell_observatory(observatory, summary["observatory"])
    return DONE


def _solar(options: dict[str, Any]) -> dict[str, float | None] | None:
    """The options of rooftop solar; without a plane as before there was one, so that old results stay known."""
    plane = {f"{name}_deg": value for name in ("tilt", "azimuth") if (value := options.pop(name)) is not None}
    solar = {"irradiation_kwh_m2": options.pop("irradiation"), "consumption_kwh": options.pop("consumption")} | plane
    return None if all(value is None for value in solar.values()) else solar


def _tell_observatory(folder: Path, added: dict[str, Any] | None) -> None:
    if added is None:
        return
    click.echo(f"{added['rows']} values in {folder / 'sources' / added['source']}; `kenes run` takes them in")
    for what, file in (("variables", "variables.yaml"), ("indicators", "indicators/space.yaml")):
        if added[what]:
            click.echo(f"{len(added[what])} {what} declared in {folder / file}: {', '.join(added[what])}")


@space.command()
@click.argument("table", type=_FILE)
@click.option(
    "--on",
    "address",
    metavar="ADDRESS",
    help="Who measures: processes, threads, dask://HOST:PORT (or tcp://), sc://HOST:PORT (Spark Connect); "
    "else `executor` under `[space]` in kenes.toml, else processes.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Processes or threads of this machine; a cluster has its own.",
)
@click.option("--cut", "cut_m", type=_POSITIVE, help="Cut each city out of its map first, with so many metres around.")
@click.option("--out", type=_FILE, required=True, help="Folder of folders.")
@shared_options
@guarded
@click.pass_context
def cities(
    context: click.Context,
    /,
    table: Path,
    address: str | None,
    workers: int,
    cut_m: float | None,
    out: Path,
    as_json: bool,
    observatory: Path,
    seed: int | None,
) -> int:
    """Measure every city of TABLE (CSV: place, osm, gtfs, population ...); finished ones are kept.

    Workers of a cluster need Keneş and see the same paths. All of them write the same bytes.
    """
    from kenes.pipeline.city.executors import declared_executor, is_local
    from kenes.pipeline.city.many import measure_cities, read_cities

    on = address or declared_executor(observatory) or "processes"
    asked = context.get_parameter_source("workers") is click.core.ParameterSource.COMMANDLINE
    if asked and not is_local(on):
        raise click.UsageError(f"--workers is for this machine; {on.partition('/;')[0]} has its own workers")
    with Bars() as bars:
        results = measure_cities(read_cities(table), out, on=on, workers=workers, cut_m=cut_m, progress=bars)
    if as_json:
        show([asdict(result) for result in results])
    else:
        for r in results:
            click.echo(f"{r.place}: {r.state}{f' ({r.reason})' if r.reason else ''}")
    return REFUSED if any(r.state == "refused" for r in results) else DONE
