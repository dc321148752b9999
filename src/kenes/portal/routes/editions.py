"""The page of an edition: the one that is shown, or one before it, which names the one that is."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kenes.portal.routes.places import Code
from kenes.portal.site import Site
from kenes.store import FORMAT, Publication

LEAST_DIGITS = 8
"""So many first digits of an id name an edition."""


def edition_routes(site: Site) -> APIRouter:
    """Routes of editions, by number or by the first digits of the id."""
    routes = APIRouter(include_in_schema=False, route_class=site.kept)

    @routes.get("/{code}/edition/{name}")
    def edition(request: Request, code: Code, name: str) -> Response:
        found = named(site.view.edition.publications(), name)
        if found is None:
            raise HTTPException(404, f"edition {name} was never published here")
        return site.page(request, "edition.html", code, found=found, today=FORMAT)

    return routes


def named(known: list[Publication], name: str) -> Publication | None:
    """The edition that a number or the first digits of an id name; None where none or several do."""
    if len(name) < LEAST_DIGITS and name.isdigit():
        return next((p for p in known if p.number == int(name)), None)
    fitting = [p for p in known if len(name) >= LEAST_DIGITS and p.id.startswith(name)]
    return fitting[0] if len(fitting) == 1 else None
