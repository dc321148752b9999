"""Many cities on Dask and on Spark Connect: real workers in other processes, the same bytes as here."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from distributed import LocalCluster
from tests.cli.test_space import MONACO, people
from tests.processes import runs, within

import kenes.pipeline.city.executors as executors
from kenes.cli.space import space
from kenes.pipeline.city.executors import declared_executor, is_local, runner_at
from kenes.pipeline.city.many import CityTask, measure_cities, measure_task, read_cities
from kenes.pipeline.extras import MissingExtra
from kenes.vocabulary.errors import BadInput, DefinitionError, Unreachable

STATES = [("mc-a", "measured"), ("mc-c", "refused"), ("mc-b", "measured")]


@pytest.fixture(scope="module", autouse=True)
def spark():
    """Its client, loaded as by a program: without a main file, as in pytest-xdist, it would begin to test itself."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setattr(sys.modules["__main__"], "__file__", __file__, raising=False)
        warnings.simplefilter("ignore")
        import_module("pyspark.sql.connect.client")


@pytest.fixture(scope="module")
def dask():
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as made,
    ):
        yield made


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def started(command, port, seconds, env=None, log=subprocess.DEVNULL, cwd=None):
    """A server in a process of its own, from when it answers to when it is ended."""
    with subprocess.Popen(command, env=env, cwd=cwd, stdout=log, stderr=subprocess.STDOUT) as server:
        try:
            until = time.monotonic() + seconds
            while True:
                assert server.poll() is None, f"the server ended with {server.returncode}"
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < until, f"no answer in {seconds} s"
                    time.sleep(0.1)
            yield server
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def sail():
    port = free_port()
    command = [str(Path(sys.executable).with_name("sail")), "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    with started(command, port, 30) as server:
        yield f"sc://127.0.0.1:{port}", server.pid


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cities")
    people(folder / "p.csv")
    pbf = MONACO / "monaco.osm.pbf"
    (folder / "c.csv").write_text(f"place,osm,population\nmc-a,{pbf},p.csv\nmc-c,none.pbf,\nmc-b,{pbf},\n")
    return folder / "c.csv"


@pytest.fixture(scope="module")
def here(table):
    """The cities as one process of this machine measures them."""
    pids, files = measured(table, table.parent / "here", "processes", workers=1)
    assert pids == {os.getpid()}
    return files


def measured(table, out, on, workers=2):
    """Processes that measured, and all bytes written."""
    results = measure_cities(read_cities(table), out, on=on, workers=workers)
    assert [(r.place, r.state) for r in results] == STATES
    assert "none.pbf" in results[1].reason
    files = {str(f.relative_to(out)): f.read_bytes() for f in sorted(out.rglob("*")) if f.is_file()}
    assert {"mc-a/measurements.csv", "mc-a/cells.parquet", "mc-b/index.html"} <= set(files)
    hosts, pids = zip(*(r.worker.rsplit(":", 1) for r in results), strict=True)
    assert set(hosts) == {socket.gethostname()}
    return {int(pid) for pid in pids}, files


def test_dask_workers_write_the_bytes_of_processes(dask, table, here, tmp_path):
    pids, files = measured(table, tmp_path, dask.scheduler_address.replace("tcp://", "dask://"))
    assert files == here
    workers = {nanny.process.pid for nanny in dask.workers.values()}
    assert pids == workers
    assert os.getpid() not in workers
    results = measure_cities(read_cities(table), tmp_path, on=dask.scheduler_address)
    assert [r.state for r in results] == ["kept", "refused", "kept"]


def test_spark_connect_writes_the_bytes_of_processes(sail, table, here, tmp_path):
    address, pid = sail
    pids, files = measured(table, tmp_path, address)
    assert files == here
    assert pids == {pid}


def test_answers_come_in_the_order_of_the_items_whoever_is_first(sail, dask):
    def slow_first(item):
        time.sleep(0.5 if item == 0 else 0)
        return {"item": str(item)}

    for address in (sail[0], dask.scheduler_address, "threads"):
        with runner_at(address, 4) as run:
            assert [answer["item"] for answer in run(slow_first, range(4))] == ["0", "1", "2", "3"]
            assert list(run(slow_first, [])) == []


def test_a_fault_in_the_function_is_told_as_it_is(sail, dask):
    for address in (sail[0], dask.scheduler_address, "threads"):
        with pytest.raises(Exception, match="by zero") as fault, runner_at(address, 1) as run:
            list(run(lambda item: {"x": str(1 // item)}, [0]))
        assert not isinstance(fault.value, Unreachable)


def test_a_worker_that_dies_is_told_and_the_run_may_be_started_again(dask):
    with (
        pytest.raises(Unreachable, match=r"expected answers until the end, found .*finished cities are kept"),
        runner_at(dask.scheduler_address, 1) as run,
    ):
        list(run(lambda item: os._exit(1), [0]))


def greet(server):
    with server.accept()[0] as call, suppress(OSError):
        call.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        call.recv(1000)


@contextmanager
def port_of(kind):
    """A port where nobody listens, or somebody who says nothing, or something else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        other = threading.Thread(target=greet, args=(server,))
        if kind == "another server":
            other.start()
        if kind != "nobody":
            yield port
        if kind == "another server":
            other.join()
    if kind == "nobody":
        yield port


@pytest.mark.parametrize(("scheme", "who"), [("dask", "a Dask scheduler"), ("sc", "a Spark Connect server")])
@pytest.mark.parametrize("kind", ["nobody", "silence", "another server"])
def test_an_address_that_does_not_answer_is_told_and_nothing_is_written(
    monkeypatch, tmp_path, table, scheme, who, kind
):
    monkeypatch.setattr(executors, "WAIT_S", 0.5)
    with port_of(kind) as port, pytest.raises(Unreachable, match=f"{scheme}://127.0.0.1:{port}: expected {who}"):
        measure_cities(read_cities(table), tmp_path / "out", on=f"{scheme}://127.0.0.1:{port}")
    assert not (tmp_path / "out").exists()


def test_a_scheduler_without_workers_is_told(monkeypatch):
    monkeypatch.setattr(executors, "WAIT_S", 1)
    with (
        LocalCluster(
            n_workers=0, processes=False, host="127.0.0.1", dashboard_address="127.0.0.1:0", protocol="tcp://"
        ) as empty,
        pytest.raises(Unreachable, match="expected a worker at the scheduler, found none"),
        runner_at(empty.scheduler_address, 1),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "module", "extra"),
    [
        ("dask://127.0.0.1:1", "distributed", "dask"),
        ("sc://127.0.0.1:1", "pyspark", "spark"),
        ("sc://127.0.0.1:1", "grpc", "spark"),
    ],
)
def test_a_missing_client_is_told_with_the_line_that_installs_it(monkeypatch, address, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    told = rf"extra {extra}: .* found no {module}\. Run: pip install 'kenes\[{extra}\]'$"
    with pytest.raises(MissingExtra, match=told), runner_at(address, 1):
        pass


@pytest.mark.parametrize(
    "address", ["", "process", "dask://", "dask://host", "tcp://host:http", "sc://", "spark://h:7077"]
)
def test_an_address_of_no_known_kind_is_refused(address):
    with pytest.raises(BadInput, match="expected processes, threads, dask://HOST:PORT"):
        is_local(address)


def test_a_token_in_an_address_is_not_told(monkeypatch):
    monkeypatch.setattr(executors, "WAIT_S", 0.1)
    with pytest.raises(Unreachable) as fault, runner_at("sc://127.0.0.1:1/;use_ssl=true;token=secret", 1):
        pass
    assert "sc://127.0.0.1:1" in str(fault.value)
    assert "secret" not in str(fault.value)


def test_a_worker_with_other_code_measures_nothing(table, tmp_path):
    answer = measure_task(CityTask(read_cities(table)[0], tmp_path, None, "another"))
    assert (answer["state"], list(tmp_path.iterdir())) == ("refused", [])
    assert "expected the same code of Keneş as here" in answer["reason"]


def test_a_folder_that_is_not_seen_here_is_no_result(table, tmp_path):
    class Elsewhere:
        def submit(self, function, task):
            there = CityTask(task.request, table.parent / "elsewhere", task.cut_m, task.code)
            answer = Future()
            answer.set_result(function(there))
            return answer

    results = measure_cities(read_cities(table)[:1], tmp_path, executor=Elsewhere())
    assert (table.parent / "elsewhere" / "mc-a").is_dir()
    assert [r.state for r in results] == ["refused"]
    assert "here too, found none" in results[0].reason


def cities(table, out, *more):
    result = CliRunner().invoke(space, ["cities", str(table), "--out", str(out), "--json", *more])
    return result, [int(r["worker"].rpartition(":")[2]) for r in json.loads(result.stdout or "[]")]


def test_the_executor_of_the_settings_holds_unless_another_is_named(tmp_path):
    (tmp_path / "c.csv").write_text("place,osm\nx,none.pbf\n")
    (tmp_path / "kenes.toml").write_text('[space]\nexecutor = "threads"\n')
    ours = os.getpid()
    result, pids = cities(tmp_path / "c.csv", tmp_path / "out", "--observatory", str(tmp_path))
    assert (result.exit_code, pids) == (1, [ours])
    result, pids = cities(tmp_path / "c.csv", tmp_path / "out", "--observatory", str(tmp_path), "--on", "processes")
    assert result.exit_code == 1
    assert pids != [ours]


@pytest.mark.parametrize("text", ['[space]\nexecuter = "threads"', "[space]\nexecutor = 3", "space = 1", "[space"])
def test_a_setting_that_is_not_understood_is_refused(tmp_path, text):
    assert declared_executor(tmp_path) is None
    (tmp_path / "kenes.toml").write_text(text)
    with pytest.raises(DefinitionError, match=r"kenes\.toml"):
        declared_executor(tmp_path)


def test_workers_of_this_machine_are_not_asked_of_a_cluster(table, tmp_path):
    result, _ = cities(table, tmp_path / "out", "--on", "sc://127.0.0.1:1", "--workers", "3")
    assert result.exit_code == 2
    assert "sc://127.0.0.1:1 has its own workers" in result.stderr


KILLED = """
import os, time
from kenes.pipeline.city.executors import runner_at

def busy(path):
    open(path, "w").write(str(os.getpid()))
    time.sleep(60)
    return {}

if __name__ == "__main__":
    with runner_at("processes", 2) as run:
        list(run(busy, ["a.pid", "b.pid"]))
"""


def test_workers_end_when_their_parent_is_killed(tmp_path):
    (tmp_path / "killed.py").write_text(KILLED)
    files = [tmp_path / "a.pid", tmp_path / "b.pid"]
    with subprocess.Popen([sys.executable, "killed.py"], cwd=tmp_path) as parent:
        try:
            assert within(30, lambda: all(file.is_file() and file.read_text() for file in files))
        finally:
            parent.kill()
    workers = [int(file.read_text()) for file in files]
    try:
        assert within(10, lambda: not any(runs(pid) for pid in workers))
    finally:
        for pid in filter(runs, workers):
            os.kill(pid, 9)
