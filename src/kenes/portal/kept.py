"""Pages kept in memory: an edition never changes, so a page that was rendered once stays right."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

MOST_PAGES = 256
MOST_BYTES = 300_000
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def kept_route() -> type[APIRoute]:
    """A kind of route that keeps its last pages, shared by all routes made of it."""
    pages: OrderedDict[tuple[str, str | None], Response] = OrderedDict()

    class KeptRoute(APIRoute):
        """Answers a known address without rendering it again."""

        def get_route_handler(self) -> Handler:
            """The handler of the route, asked only for addresses that are not kept."""
            render = super().get_route_handler()

            async def answer(request: Request) -> Response:
                key = (str(request.url), request.headers.get("hx-request"))
                if key in pages:
                    pages.move_to_end(key)
                    return _copy(pages[key])
                response = await render(request)
                if _worth_keeping(response):
                    pages[key] = _copy(response)
                    while len(pages) > MOST_PAGES:
                        pages.popitem(last=False)
                return response

            return answer

    return KeptRoute


def _worth_keeping(response: Response) -> bool:
    html = response.headers.get("content-type", "").startswith("text/html")
    return html and response.status_code == 200 and len(response.body) < MOST_BYTES


def _copy(response: Response) -> Response:
    return Response(response.body, response.status_code, dict(response.headers))
