"""Serves an observatory's newest edition on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvicorn

from kenes.portal.newest import NewestEdition
from kenes.vocabulary.errors import BadInput

HOST = "127.0.0.1"


def serve(directory: Path, port: int | None = None) -> None:
    """Serve the newest edition of an observatory until interrupted; a newer one is taken up within seconds.

    Prints one line, `Keneş: http://127.0.0.1:PORT/`, once the portal answers.

    Args:
        directory: the observatory.
        port: 0 for any free one; None takes KENES_PORT, else 8000.

    Raises:
        BadInput: nothing was published yet, or the port is no port or taken.
    """
    listener = listen(wanted_port() if port is None else port)
    run(NewestEdition(directory), listener)


def run(app: Any, listener: socket.socket) -> None:
    """Run an application on a socket until interrupted; prints its address once it answers."""
    config = uvicorn.Config(app, loop="none", log_level="warning", access_log=False, lifespan="off", ws="none")
    with contextlib.suppress(KeyboardInterrupt):
        _runner()(_serve(uvicorn.Server(config), listener))


def wanted_port() -> int:
    """The port that KENES_PORT names, 8000 without it.

    Raises:
        BadInput: it names no port.
    """
    text = os.environ.get("KENES_PORT", "8000")
    if not text.isdigit() or int(text) > 65535:
        raise BadInput("KENES_PORT", expected="a number from 0 to 65535", found=repr(text))
    return int(text)


def listen(port: int) -> socket.socket:
    """A socket that listens on a port of this machine; 0 takes any free one.

    Raises:
        BadInput: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise BadInput(
            f"port {port} cannot be used", found=error.strerror or str(error), mend="Set KENES_PORT to another, or 0."
        ) from error
    listener.listen(128)
    return listener


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    if server.started:
        print(f"Keneş: http://{HOST}:{listener.getsockname()[1]}/", flush=True)  # noqa: T201  (the pinned line)
    await task


def _runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    try:
        import uvloop  # noqa: PLC0415  (not on every system)
    except ImportError:
        return asyncio.run
    run: Callable[[Coroutine[Any, Any, None]], None] = uvloop.run
    return run
