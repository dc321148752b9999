"""Pages of sources, and the way from a number down to the rows that it was made from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kenes.pipeline.observatory.excerpts import Excerpt, excerpt_of
from kenes.portal.records import rows_of, values_of
from kenes.portal.routes.places import Code
from kenes.portal.site import Site
from kenes.portal.views import EditionView

if TYPE_CHECKING:
    import pyarrow as pa

    from kenes.store import SourceRecord

ROWS_SHOWN = 20
_ID = re.compile(r"[\w.:@-]{1,120}")
_COLUMNS = [
    "observation",
    "variable",
    "place",
    "site",
    "start",
    "end",
    "dimensions",
    "value",
    "unit",
    "text",
    "status",
    "flags",
    "snapshot",
    "locator",
    "source",
    "batch",
    "civil_start",
]


@dataclass(frozen=True, slots=True)
class Leg:
    """One series that went into a number: which observations, how many, and those of one page."""

    input: Mapping[str, Any]
    series: Mapping[str, Any]
    total: int
    rows: tuple[Mapping[str, Any], ...]


def source_routes(site: Site) -> APIRouter:
    """Routes of sources, files and numbers."""
    routes = APIRouter(include_in_schema=False, route_class=site.kept)
    view = site.view

    @routes.get("/{code}/sources")
    def sources(request: Request, code: Code) -> Response:
        return site.page(request, "sources.html", code)

    @routes.get("/{code}/source/{source}")
    def source(request: Request, code: Code, source: str) -> Response:
        if source not in view.sources:
            raise HTTPException(404, f"source {source!r} is not known")
        return site.page(request, "source.html", code, source=source, records=view.sources[source])

    @routes.get("/source/{source}/file/{snapshot}")
    def file(source: str, snapshot: str) -> Response:
        record = next((r for r in view.sources.get(source, ()) if r.snapshot == snapshot), None)
        if record is None:
            raise HTTPException(404, "there is no such file")
        if not record.ships:
            raise HTTPException(403, f"the licence of {source!r} does not let this portal hand the file on")
        name = quote(record.file.partition("#")[0].rsplit("/", 1)[-1])
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(view.edition.snapshot_bytes(snapshot), media_type="application/octet-stream", headers=headers)

    @routes.get("/{code}/number/{provenance}")
    def number(request: Request, code: Code, provenance: str, row: str = "", part: int = 1) -> Response:
        trail = trail_of(view, provenance)
        legs = legs_of(view, trail, part)
        shown = next((r for leg in legs for r in leg.rows if r["observation"] == row), None)
        if shown is None:
            shown = next((r for leg in legs for r in leg.rows), None)
        record = file_of(view, shown)
        figure = next((f for f in view.series(trail["indicator"], trail["place"]) if f.provenance == provenance), None)
        return site.page(
            request,
            "number.html",
            code,
            trail=trail,
            figure=figure,
            concerns=view.concerns_with(trail["indicator"], trail["place"], trail["start"].year),
            legs=legs,
            shown=shown,
            part=part,
            step=ROWS_SHOWN,
            record=record,
            excerpt=_excerpt(view, shown, record),
        )

    return routes


def trail_of(view: EditionView, provenance: str) -> dict[str, Any]:
    """The provenance of a number, its inputs parsed."""
    rows = []
    if _ID.fullmatch(provenance):
        rows = rows_of(view.edition.table("provenance", filter={"provenance": provenance}))
    if not rows:
        raise HTTPException(404, f"number {provenance!r} is not known")
    return {
        **rows[0],
        "inputs": json.loads(rows[0]["inputs"] or "[]"),
        "observations": json.loads(rows[0]["observations"] or "[]"),
    }


def legs_of(view: EditionView, trail: Mapping[str, Any], part: int) -> list[Leg]:
    """Observations of every series of a number, one page of each."""
    found = []
    for wanted in trail["inputs"]:
        for series in wanted.get("series", ()):
            total, rows = _observations(view, trail, wanted, series, max(1, part))
            found.append(Leg(wanted, series, total, tuple(rows)))
    if not found and isinstance(trail["observations"], list) and trail["observations"]:
        ids = [str(i) for i in trail["observations"]]
        table = view.edition.table("observations", columns=_COLUMNS, filter={"observation": ids[:400]})
        rows = rows_of(table)
        found.append(Leg({}, {}, len(rows), tuple(rows[(max(1, part) - 1) * ROWS_SHOWN :][:ROWS_SHOWN])))
    return found


def _observations(
    view: EditionView, trail: Mapping[str, Any], wanted: Mapping[str, Any], series: Mapping[str, Any], part: int
) -> tuple[int, list[dict[str, Any]]]:
    if series.get("count") == 1:
        rows = view.edition.table("observations", columns=_COLUMNS, filter={"observation": series["first"]})
        return rows.num_rows, rows_of(rows)
    table = view.edition.table(
        "observations",
        columns=_COLUMNS,
        filter={"variable": wanted["variable"], "place": trail["place"], "snapshot": series["snapshot"]},
    )
    table = table.filter(_same_series(table, series, trail["start"].year)).sort_by("start")
    return table.num_rows, rows_of(table.slice((part - 1) * ROWS_SHOWN, ROWS_SHOWN))


def _same_series(table: pa.Table, series: Mapping[str, Any], year: int) -> pa.BooleanArray:
    """Which rows have the site, the dimensions and the year of a series."""
    import pyarrow as pa  # noqa: PLC0415  (only here)

    wanted = (series.get("site", ""), series.get("dimensions", ""), series.get("year", year))
    names = ("site", "dimensions", "civil_start", "start")
    rows = zip(*(values_of(table.column(name)) for name in names), strict=True)
    found = [(site or "", split or "", (civil or start).year) == wanted for site, split, civil, start in rows]
    return pa.array(found, pa.bool_())


def file_of(view: EditionView, row: Mapping[str, Any] | None) -> SourceRecord | None:
    """The reading of a source file that brought an observation."""
    records = view.sources.get(row["source"], ()) if row else ()
    return next((record for record in records if row and record.batch == row["batch"]), None)


def _excerpt(view: EditionView, row: Mapping[str, Any] | None, record: SourceRecord | None) -> Excerpt | None:
    """The file's own row of an observation; None where the licence forbids or the file has no rows."""
    if row is None or record is None or not record.ships:
        return None
    return excerpt_of(view.catalogue, record, view.edition.snapshot_bytes, row["locator"] or "")
