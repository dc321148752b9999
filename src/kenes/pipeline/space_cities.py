"""Measures many cities, each in a process of its own, and goes on where it was stopped."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from kenes.pipeline.progress import Progress, Silent
from kenes.pipeline.space import measure_space
from kenes.pipeline.space_request import SpaceRequest, provenance_of
from kenes.sources.areas import read_areas
from kenes.sources.extracts import cut_extract
from kenes.vocabulary.errors import KenesError, SourceError

_FILES = ("osm", "population", "boundary", "urban", "districts", "parks")


@dataclass(frozen=True)
class CityResult:
    """What became of one city.

    Attributes:
        place: its id.
        state: `measured`, `kept` (nothing had changed) or `refused`.
        reason: why it was refused, otherwise empty.
    """

    place: str
    state: str
    reason: str = ""


def read_cities(path: Path) -> list[SpaceRequest]:
    """Requests from a table with a column `place` and the options of `kenes space measure`.

    Raises:
        SourceError: a column is unknown, a place is empty or comes twice, or there is no map.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as fault:
        raise SourceError("cities", expected="a table", found=str(fault), where=str(path)) from None
    known = {"place", "gtfs", "date", "district_column", *_FILES}
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
    return SpaceRequest(**files, gtfs=feeds, date=date, place=place, district_column=column)


def measure_cities(
    requests: Sequence[SpaceRequest],
    out: Path,
    *,
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
        workers: processes; 1 works in this one.
        executor: who runs the cities instead of processes of this machine: anything with the
            `submit` of `concurrent.futures`, such as `dask.distributed.Client(...).get_executor()`.
            Its workers need Keneş and the same paths. It is left open.
        cut_m: metres around its boundary to which a city is cut out of its map first, once; None
            reads the map as it is. Ways to places further away than this are then not known.
        progress: who wants to know.

    Returns:
        Results in the order of the requests.
    """
    tell = progress or Silent()
    tell.stage("cities", len(requests))
    out.mkdir(parents=True, exist_ok=True)
    if executor is not None:
        return _mapped(executor, requests, out, cut_m, tell)
    if workers <= 1:
        results = []
        for request in requests:
            tell.step(str(request.place))
            results.append(_one(request, out, cut_m))
        return results
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return _mapped(pool, requests, out, cut_m, tell)


def _mapped(
    pool: Executor, requests: Sequence[SpaceRequest], out: Path, cut_m: float | None, tell: Progress
) -> list[CityResult]:
    """Results in the order of the requests, whoever runs them and whichever ends first.

    Whether a future has ended is left to its own `result`: the futures of others are not those of
    the standard library, and its `as_completed` would not know them.
    """
    running = [pool.submit(_one, request, out, cut_m) for request in requests]
    results = []
    for future in running:
        results.append(future.result())
        tell.step(results[-1].place)
    return results


def _one(request: SpaceRequest, out: Path, cut_m: float | None) -> CityResult:
    place = str(request.place)
    folder = out / place
    try:
        if cut_m is not None and request.boundary is not None and request.osm is not None:
            request = replace(request, osm=_cut(request, request.osm, request.boundary, out / ".maps", cut_m))
        if _is_finished(folder, request):
            return CityResult(place, "kept")
        measure_space(request, folder)
    except KenesError as fault:
        return CityResult(place, "refused", str(fault))
    return CityResult(place, "measured")


def _cut(request: SpaceRequest, osm: Path, boundary: Path, folder: Path, margin_m: float) -> Path:
    """The city's part of its map, cut once for each state of map, boundary and margin."""
    inputs = provenance_of(request)["inputs"]
    named = sorted((role, digest) for role, digest in inputs.items() if role.startswith(("osm/", "boundary/")))
    key = hashlib.sha256(repr((named, margin_m)).encode()).hexdigest()[:16]
    target = folder / f"{request.place}-{key}.osm.pbf"
    if not target.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        cut_extract(osm, read_areas(boundary).union(), target, margin_m=margin_m)
    return target


def _is_finished(folder: Path, request: SpaceRequest) -> bool:
    try:
        found = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    wanted = provenance_of(request)
    return all(found.get(key) == wanted[key] for key in ("version", "inputs", "request"))
