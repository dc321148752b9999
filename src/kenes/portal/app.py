"""The portal as an application: pages, data and files of one edition, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from kenes.pages.language import negotiate
from kenes.portal.routes.data import data_routes
from kenes.portal.routes.editions import edition_routes
from kenes.portal.routes.indices import index_routes
from kenes.portal.routes.places import place_routes
from kenes.portal.routes.sources import source_routes
from kenes.portal.routes.weights import weight_routes
from kenes.portal.site import Site
from kenes.vocabulary.languages import LANGUAGES

if TYPE_CHECKING:
    from kenes.catalogue import Catalogue
    from kenes.store import Edition

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SECTIONS = (
    "place",
    "index",
    "indices",
    "indicator",
    "indicators",
    "source",
    "sources",
    "number",
    "compare",
    "about",
    "edition",
)


def create_app(edition: Edition, catalogue: Catalogue, *, base_url: str = "") -> FastAPI:
    """The application that shows one edition.

    Args:
        edition: what has been published.
        catalogue: the definitions that it was made with; its folder holds the layers of the map.
        base_url: the address under which readers see the portal, if it differs from the server's.
    """
    app = FastAPI(title="Keneş", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    site = Site(edition, catalogue, base_url)
    app.state.site = site
    app.add_middleware(GZipMiddleware, minimum_size=1200, compresslevel=5)
    app.middleware("http")(_guard)
    build = files("kenes.portal").joinpath("static", "build")
    app.mount("/static/build", StaticFiles(directory=str(build), check_dir=False), name="build")
    app.include_router(data_routes(site))
    app.add_api_route("/", _home, include_in_schema=False)
    for routes in (place_routes, index_routes, weight_routes, source_routes, edition_routes):
        app.include_router(routes(site))
    for section in SECTIONS:
        app.add_api_route(f"/{section}", _with_language, include_in_schema=False)
        app.add_api_route(f"/{section}/{{rest:path}}", _with_language, include_in_schema=False)
    app.add_exception_handler(StarletteHTTPException, _not_there(site))
    app.add_exception_handler(RequestValidationError, _not_there(site))
    return app


async def _guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/static/build/") and request.url.query:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


async def _home(request: Request) -> Response:
    code = negotiate(request.headers.get("accept-language", ""))
    return RedirectResponse(f"/{code}/", 302, headers={"Vary": "Accept-Language"})


async def _with_language(request: Request) -> Response:
    code = negotiate(request.headers.get("accept-language", ""))
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.scope["path"].lstrip("/")
    return RedirectResponse(f"/{code}/{path}{query}", 302, headers={"Vary": "Accept-Language"})


def _not_there(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, StarletteHTTPException) else 404
        detail = str(error.detail) if isinstance(error, StarletteHTTPException) else ""
        first = request.url.path.strip("/").split("/")[0]
        if first in ("api", "static"):
            wrong = "; ".join(_faults(error)) if isinstance(error, RequestValidationError) else detail
            return JSONResponse({"error": wrong}, 422 if isinstance(error, RequestValidationError) else status)
        code = first if first in LANGUAGES else negotiate(request.headers.get("accept-language", ""))
        return site.page(request, "missing.html", code, status, detail=detail)

    return answer


def _faults(error: RequestValidationError) -> list[str]:
    return [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
