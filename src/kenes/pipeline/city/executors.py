"""Where many cities are measured: on this machine, on a Dask cluster, or on any Spark Connect address.

One call over many items, whoever runs it: the answers come in the order of the items. The workers
of another system need Keneş and the same paths; the function goes to them by its name.
"""

from __future__ import annotations

import json
import os
import socket
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Protocol, TypeVar

from kenes.catalogue.settings import executor_in
from kenes.pipeline.extras import require_extra
from kenes.vocabulary.errors import BadInput, DefinitionError, Unreachable

Answer = Mapping[str, str]
Item = TypeVar("Item")
ADDRESSES = "processes, threads, dask://HOST:PORT, tcp://HOST:PORT or sc://HOST:PORT"
WAIT_S = 10.0
LONGEST_GREETING = 1 << 20


class Runner(Protocol):
    """Calls a function for every item, wherever that may be."""

    def __call__(self, function: Callable[[Item], Answer], items: Sequence[Item]) -> Iterator[Answer]:
        """Answers in the order of the items."""


def declared_executor(observatory: Path) -> str | None:
    """`executor` of the block `[space]` in `kenes.toml`; None where there is no such file or line.

    Raises:
        DefinitionError: the block cannot be read, or holds anything else.
    """
    path = observatory / "kenes.toml"
    if not path.is_file():
        return None
    try:
        return executor_in(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise DefinitionError("settings", expected="TOML", found=str(fault), where=str(path)) from None


def is_local(address: str) -> bool:
    """Whether the cities stay on this machine.

    Raises:
        BadInput: nobody answers to such an address.

    >>> is_local("threads"), is_local("sc://head:15002")
    (True, False)
    """
    scheme, _, rest = address.partition("://")
    port = rest.rpartition(":")[2]
    if address in ("processes", "threads"):
        return True
    if (scheme == "sc" and rest) or (scheme in ("dask", "tcp") and port.isdigit() and port != rest):
        return False
    raise BadInput("executor", expected=ADDRESSES, found=address)


def runner_at(address: str, workers: int) -> AbstractContextManager[Runner]:
    """Whoever runs at an address, for as long as the context lasts.

    Args:
        address: `processes`, `threads`, a Dask scheduler or a Spark Connect server.
        workers: processes or threads of this machine; one process is this one. A cluster has its own.

    Raises:
        BadInput: there is no such address, or its client is not installed (`MissingExtra`).
        Unreachable: nobody answers within ten seconds, or the cluster is lost on the way.
    """
    if not is_local(address):
        return _spark(address) if address.startswith("sc://") else _dask(address)
    return _here(address, workers)


def submitted(pool: Executor) -> Runner:
    """A runner from anything with the `submit` of `concurrent.futures`.

    Whether a future has ended is left to its own `result`: the futures of others are not those of
    the standard library, and its `as_completed` would not know them.
    """

    def run(function: Callable[[Item], Answer], items: Sequence[Item]) -> Iterator[Answer]:
        running = [pool.submit(function, item) for item in items]
        for future in running:
            yield future.result()

    return run


@contextmanager
def _here(kind: str, workers: int) -> Iterator[Runner]:
    if kind == "threads":
        with ThreadPoolExecutor(workers) as threads:
            yield submitted(threads)
    elif workers <= 1:
        yield _one_by_one
    else:
        with ProcessPoolExecutor(workers, get_context("spawn"), end_with_parent) as processes:
            yield submitted(processes)


def _one_by_one(function: Callable[[Item], Answer], items: Sequence[Item]) -> Iterator[Answer]:
    for item in items:
        yield function(item)


def end_with_parent() -> None:
    """Let this worker end at once where its parent is killed, which cannot tell it so any more."""

    def wait() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


@contextmanager
def _dask(address: str) -> Iterator[Runner]:
    require_extra("dask")
    from distributed import Client  # noqa: PLC0415 an extra
    from distributed.comm import CommClosedError  # noqa: PLC0415
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    try:
        _require_greeting(address)
        client = Client(address.replace("dask://", "tcp://"), timeout=WAIT_S, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise Unreachable(address, expected="a Dask scheduler", found=str(fault) or "no answer") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_S)
        except TimeoutError:
            raise Unreachable(address, expected="a worker at the scheduler", found="none") from None
        try:
            yield submitted(client.get_executor())
        except (KilledWorker, CommClosedError, CancelledError) as fault:
            raise _lost(address, fault) from None


def _require_greeting(address: str) -> None:
    """Raise OSError where no Dask server speaks: its client would wait there without end.

    Such a server speaks first, with eight bytes that give the length of its greeting.
    """
    host, _, port = address.partition("://")[2].rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), WAIT_S) as call:
        call.settimeout(WAIT_S)
        head = call.recv(8, socket.MSG_WAITALL)
    if len(head) < 8 or int.from_bytes(head, "little") > LONGEST_GREETING:
        raise OSError("another kind of server")


@contextmanager
def _spark(address: str) -> Iterator[Runner]:
    shown = address.partition("/;")[0]  # what follows may hold a token
    require_extra("spark")
    import grpc  # noqa: PLC0415 an extra
    from pyspark.errors import PySparkException, PythonException  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    with warnings.catch_warnings():  # it doubts pandas 3, which is not used: Arrow goes over
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        from pyspark.sql.connect.client import DefaultChannelBuilder  # noqa: PLC0415
    try:
        # asked first and once: the client itself tries for ten minutes
        with DefaultChannelBuilder(address).toChannel() as channel:
            grpc.channel_ready_future(channel).result(timeout=WAIT_S)
        session = SparkSession.builder.remote(address).create()
    except (grpc.FutureTimeoutError, PySparkException) as fault:
        raise Unreachable(shown, expected="a Spark Connect server", found=str(fault) or "no answer") from None
    try:
        yield _mapped_by(session)
    except PythonException:
        raise
    except (PySparkException, grpc.RpcError) as fault:
        raise _lost(shown, fault) from None
    finally:
        session.stop()


def _mapped_by(session: Any) -> Runner:
    """A runner over a table with a row and a partition for each item."""

    def run(function: Callable[[Item], Answer], items: Sequence[Item]) -> Iterator[Answer]:
        kept = list(items)
        if not kept:
            return

        def answers(batches: Any) -> Iterator[Any]:
            import pyarrow as pa  # noqa: PLC0415 this runs over there

            for batch in batches:
                rows = batch.column(0).to_pylist()
                found = [json.dumps(dict(function(kept[row]))) for row in rows]
                yield pa.RecordBatch.from_arrays([pa.array(rows, pa.int64()), pa.array(found)], ["row", "answer"])

        table = session.range(0, len(kept), 1, len(kept)).mapInArrow(answers, "row long, answer string")
        known, following = {}, 0
        for row in table.toLocalIterator():
            known[row["row"]] = row["answer"]
            while following in known:
                yield json.loads(known.pop(following))
                following += 1

    return run


def _lost(address: str, fault: BaseException) -> Unreachable:
    return Unreachable(
        address,
        expected="answers until the end",
        found=str(fault).partition("\n")[0] or type(fault).__name__,
        mend="Start again; finished cities are kept.",
    )
