"""The portal of the newest edition: a reader sees one edition whole, the next one soon after it was published.

Translations belong to no edition: a changed one is taken up like the next edition, without a build.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from kenes.catalogue import load
from kenes.catalogue.translations import stamp
from kenes.portal.app import create_app
from kenes.store import Edition
from kenes.vocabulary.errors import KenesError

Asgi = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def _without_body(send: Any) -> Any:
    """A `send` that passes on the head of an answer and an empty body."""

    async def head(message: dict[str, Any]) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head


class NewestEdition:
    """An ASGI application that answers from the newest edition of an observatory.

    Args:
        folder: the observatory.
        every_s: how often, in seconds, a request may look whether there is a newer edition.

    Raises:
        BadInput: nothing was published yet.
    """

    def __init__(self, folder: Path, *, every_s: float = 5.0) -> None:
        self.folder, self.every_s = folder, every_s
        edition = Edition.open(folder)
        self._texts = stamp(folder)
        self.id, self.app = edition.id, create_app(edition, load(folder))
        self._looked, self._building = time.monotonic(), False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request; at most one of them builds the next portal, beside the others."""
        if time.monotonic() - self._looked > self.every_s and not self._building:
            self._looked, self._building = time.monotonic(), True
            try:
                await asyncio.to_thread(self._renew)
            finally:
                self._building = False
        if scope.get("method") == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        await self.app(scope, receive, send)

    def _renew(self) -> None:
        try:
            edition, texts = Edition.open(self.folder), stamp(self.folder)
            if edition.id != self.id or texts != self._texts:
                app: FastAPI = create_app(edition, load(self.folder))
                self.id, self.app, self._texts = edition.id, app, texts
        except (KenesError, OSError):
            return  # a catalogue in work must not take down what was published
