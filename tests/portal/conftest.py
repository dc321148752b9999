"""The made-up world of the portal's tests, and a client that needs no server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from tests.portal.world import MemoryEdition, world

from kenes.portal.app import create_app

Get = Callable[..., httpx.Response]


def getter(app: object) -> Get:
    """Answers of an application, without a network."""

    def get(path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://portal") as client:
                return await client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})

        return asyncio.run(ask())

    return get


@pytest.fixture(scope="package")
def shown(tmp_path_factory):
    return world(tmp_path_factory.mktemp("observatory"))


@pytest.fixture(scope="package")
def app(shown):
    return create_app(*shown)


@pytest.fixture(scope="package")
def get(app) -> Get:
    return getter(app)


@pytest.fixture(scope="package")
def edition(shown) -> MemoryEdition:
    return shown[0]
