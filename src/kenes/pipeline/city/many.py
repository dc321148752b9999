"""Measures many cities, here or on a cluster, and goes on where it was stopped."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import socket
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from kenes.pipeline.city.executors import runner_at, submitted
from kenes.pipeline.city.measuring import measure_space
from kenes.pipeline.city.request import SpaceRequest, provenance_of
from kenes.pipeline.installed import code_digest
from kenes.pipeline.progress import Progress, Silent
from kenes.sources.city.areas import read_areas
from kenes.sources.city.extracts import cut_extract
from kenes.vocabulary.errors import BadInput, KenesError, SourceError
from kenes.vocabulary.languages import LANGUAGES

_FILES = ("osm", "population", "boundary", "urban", "built_up", "districts", "parks")


@dataclass(frozen=True)
class CityResult:
    """What became of one city.

    Attributes:
        place: its id.
        state: `measured`, `kept` (nothing had changed) or `refused`.
        reason: why it was refused, otherwise empty.
        worker: host and process that had it, such as `node3:4711`.
    """

    place: str
    state: str
    reason: str = ""
    worker: str = ""


@dataclass(frozen=True)
class CityTask:
    """What a worker is given.

    Attributes:
        request: with whole paths.
        out: folder of folders.
        cut_m: metres around the boundary to cut the map to, or None.
        code: hash over the code that gives the task; other code might give other values.
    """

    request: SpaceRequest
    out: Path
    cut_m: float | None
    code: str


def read_cities(path: Path) -> list[SpaceRequest]:
    """Requests from a table with a column `place` and the options of `kenes space measure`.

    Raises:
        SourceError: a column is unknown, a place is empty or comes twice, or there is no map.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, csv.Error) as fault:
        raise SourceError("cities", expected="a table", found=str(fault), where=str(path)) from None
    except UnicodeDecodeError:
        raise SourceError(
            "cities",
            expected="a table in UTF-8",
            found="another encoding",
            where=str(path),
            mend="Save the table as CSV UTF-8.",
        ) from None
    known = {"place", "gtfs", "date", "district_column", "language", "attribution", *_FILES}
    unknown = sorted(set(rows[0]) - known) if rows else []
    if unknown:
        raise SourceError("cities", expected=", ".join(sorted(known)), found=", ".join(unknown), where=str(path))
    requests, seen = [], set()
    for line, row in enumerate(rows, 2):
        place = (row.get("place") or "").strip()
        if not place or place in seen or "/" in place or place.startswith(".") or not row.get("osm"):
            raise SourceError(
                "cities",
                expected="a place of its own and a map",
                found=repr(place),
                where=f"{path}, row {line}",
            )
        seen.add(place)
        requests.append(_request(place, row, path.parent))
    return requests


def _request(place: str, row: dict[str, str], folder: Path) -> SpaceRequest:
    files: dict[str, Any] = {name: folder / row[name] for name in _FILES if row.get(name)}
    feeds = tuple(folder / name.strip() for name in (row.get("gtfs") or "").split(";") if name.strip())
    date = dt.date.fromisoformat(row["date"]) if row.get("date") else None
    column = row.get("district_column") or None
    credit = tuple(text.strip() for text in (row.get("attribution") or "").split(";") if text.strip())
    language = row.get("language") or "en"
    if language not in LANGUAGES:
        raise SourceError("cities", expected=", ".join(LANGUAGES), found=language, where=place)
    return SpaceRequest(
        **files, gtfs=feeds, date=date, place=place, district_column=column, language=language, attribution=credit
    )


def measure_cities(
    requests: Sequence[SpaceRequest],
    out: Path,
    *,
    on: str = "processes",
    workers: int = 2,
    cut_m: float | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> list[CityResult]:
    """Measure each city into a folder of its own under `out`.

    A city that cannot be measured does not stop the others; a folder with the same inputs and
    settings is kept.

    Args:
        requests: with a place each.
        out: folder of folders.
        on: who runs the cities: `processes` or `threads` of this machine, `dask://HOST:PORT` or
            `sc://HOST:PORT` (Spark Connect). Workers elsewhere need Keneş and the same paths.
        workers: processes or threads of this machine; one process works in this one.
        cut_m: metres around its boundary to which a city is cut out of its map first, once; None
            reads the map as it is. Ways to places further away than this are then not known.
        progress: who wants to know.
        executor: anything with the `submit` of `concurrent.futures`, instead of `on`. It is left open.

    Returns:
        Results in the order of the requests.

    Raises:
        BadInput: there is no such address, or its client is not installed.
        Unreachable: nobody answers there, or no longer; finished cities are kept.
    """
    tell = progress or Silent()
    tell.stage("cities", len(requests))
    tasks = [CityTask(_absolute(request), out.absolute(), cut_m, code_digest()) for request in requests]
    with nullcontext(submitted(executor)) if executor is not None else runner_at(on, workers) as run:
        out.mkdir(parents=True, exist_ok=True)
        results = []
        for answer in run(measure_task, tasks):
            results.append(_seen(CityResult(**answer), out))
            tell.step(results[-1].place)
    return results


def _absolute(request: SpaceRequest) -> SpaceRequest:
    """The request with whole paths: a worker stands in another folder."""
    values = {field.name: getattr(request, field.name) for field in fields(request)}
    whole: dict[str, Any] = {name: value.absolute() for name, value in values.items() if isinstance(value, Path)}
    for name in ("stops", "facilities"):
        whole[name] = [(kind, path.absolute()) for kind, path in values[name]]
    return replace(request, **whole, gtfs=[path.absolute() for path in request.gtfs])


def _seen(result: CityResult, out: Path) -> CityResult:
    """The result; refused where its folder is not to be seen from here."""
    if result.state == "refused" or result.place in {path.name for path in out.iterdir()}:
        return result
    fault = SourceError("folder", expected=f"{out / result.place} of {result.worker} here too", found="none")
    return replace(result, state="refused", reason=str(fault))


def measure_task(task: CityTask) -> dict[str, str]:
    """Measure one city where this runs; the fields of its `CityResult`."""
    request, out = task.request, task.out
    result = CityResult(str(request.place), "measured", worker=f"{socket.gethostname()}:{os.getpid()}")
    try:
        if task.code != code_digest():
            raise BadInput(
                f"worker {result.worker}",
                expected="the same code of Keneş as here",
                found="another",
                mend="Install the same version there.",
            )
        if task.cut_m is not None and request.boundary is not None and request.osm is not None:
            request = replace(request, osm=_cut(request, request.osm, request.boundary, out / ".maps", task.cut_m))
        if _is_finished(out / result.place, request):
            return asdict(replace(result, state="kept"))
        measure_space(request, out / result.place)
    except KenesError as fault:
        return asdict(replace(result, state="refused", reason=str(fault)))
    return asdict(result)


def _cut(request: SpaceRequest, osm: Path, boundary: Path, folder: Path, margin_m: float) -> Path:
    """The city's part of its map, cut once for each state of map, boundary and margin."""
    inputs = provenance_of(request).inputs
    named = sorted((role, digest) for role, digest in inputs.items() if role.startswith(("osm/", "boundary/")))
    key = hashlib.sha256(repr((named, margin_m)).encode()).hexdigest()[:16]
    target = folder / f"{request.place}-{key}.osm.pbf"
    if not target.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        cut_extract(osm, read_areas(boundary, what="boundary").union(), target, margin_m=margin_m)
    return target


def _is_finished(folder: Path, request: SpaceRequest) -> bool:
    try:
        found: dict[str, object] = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return all(found.get(key) == value for key, value in provenance_of(request).plain().items())
