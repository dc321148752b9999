"""Data as JSON, with the columns of the exports, and the layers of the map."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from kenes.pages.language import language
from kenes.pipeline.observatory.exporting import place_row
from kenes.portal.choropleth import index_map, indicator_map
from kenes.portal.records import rows_of
from kenes.portal.site import Page, Site
from kenes.vocabulary.languages import LANGUAGES
from kenes.vocabulary.tables import KINDS

if TYPE_CHECKING:
    import pyarrow as pa


def data_routes(site: Site) -> APIRouter:
    """Routes under `/api`."""
    routes = APIRouter(prefix="/api")
    edition = site.view.edition

    @routes.get("/places")
    def places() -> JSONResponse:
        """Every place, with the columns of `kenes export places`."""
        return JSONResponse([place_row(place) for place in site.view.places.values()])

    @routes.get("/scores")
    def scores(index: str) -> JSONResponse:
        """Scores and ranks of an index with their intervals, with the columns of `kenes export scores`."""
        if index not in site.view.profiles:
            known = ", ".join(site.view.profiles) or "none"
            raise HTTPException(404, f"index {index!r} is not known. Known: {known}.")
        return JSONResponse(records(edition.table("scores", filter={"index": index}), "scores"))

    @routes.get("/map/values.json", include_in_schema=False)
    def values(request: Request, show: str, lang: str = "en", year: int | None = None) -> JSONResponse:
        """Classes and words for colouring the map."""
        if lang not in LANGUAGES:
            raise HTTPException(404, f"language {lang!r} is not known")
        say = language(lang)
        drawn = map_values(site, Page(site, request.url, say), show, year)
        return JSONResponse({"nothing": say("no value"), "places": drawn})

    @routes.get("/map/{layer}.geojson")
    def layer(request: Request, layer: str) -> Response:
        """A layer of the map: boundaries, points or basemap."""
        found = site.layers.get(layer)
        if found is None:
            raise HTTPException(404, f"layer {layer!r} is not known. Known: {', '.join(site.layers.names)}.")
        headers = {"ETag": found.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == found.etag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            packed = {**headers, "Content-Encoding": "gzip"}
            return Response(found.packed, media_type="application/geo+json", headers=packed)
        return Response(found.plain, media_type="application/geo+json", headers=headers)

    return routes


def map_values(site: Site, page: Page, show: str, year: int | None) -> dict[str, dict[str, Any]]:
    """Name, words and class of every place that has something to show."""
    if show in site.view.profiles:
        drawn = index_map(page, site.view, show)
    elif show in site.view.indicators:
        drawn = indicator_map(page, site.view, show, year=year)
    else:
        raise HTTPException(404, f"indicator or index {show!r} is not known")
    return {
        shade.place: {
            "name": shade.name,
            "text": _words(page, shade.text, shade.detail, shade.quality),
            "class": shade.tint,
        }
        for shade in drawn.shades
    }


def _words(page: Page, text: str, detail: str, quality: str | None) -> str:
    say = page.language
    words = [text] if text != "–" else [say("no value")]
    words += [detail] if detail else []
    words += [page.quality(quality)] if quality in ("suspect", "insufficient") else []
    return " · ".join(words)


def records(table: pa.Table, kind: str) -> list[dict[str, Any]]:
    """Rows with the exported columns; times as ISO 8601 with Z, missing as null."""
    columns = KINDS[kind].exported
    return [{name: _plain(row.get(name)) for name in columns} for row in rows_of(table.select(list(columns)))]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return None if isinstance(value, float) and not math.isfinite(value) else value
