"""The server: its port and its one line."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest
from tests.portal.serving import ROOT, served
from tests.processes import runs, within

from kenes.portal.server import listen, wanted_port
from kenes.vocabulary.errors import BadInput


def test_the_port_comes_from_the_environment(monkeypatch):
    monkeypatch.delenv("KENES_PORT", raising=False)
    assert wanted_port() == 8000
    monkeypatch.setenv("KENES_PORT", "0")
    assert wanted_port() == 0


@pytest.mark.parametrize("text", ["", "http", "-1", "70000"])
def test_a_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("KENES_PORT", text)
    with pytest.raises(BadInput, match="KENES_PORT: expected a number from 0 to 65535"):
        wanted_port()


def test_a_taken_port_is_told_with_what_to_do():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BadInput, match=f"port {port} cannot be used.*Set KENES_PORT"):
            listen(port)


def test_port_zero_takes_a_free_one():
    with listen(0) as listener:
        assert listener.getsockname()[1] > 0


def test_the_server_prints_its_one_line_when_it_answers_and_stops_when_interrupted():
    with served() as server:
        address = re.fullmatch(r"Keneş: (http://127\.0\.0\.1:\d+/)\n", server.line)[1]
        assert httpx.get(address + "en/").status_code == 200
        server.process.send_signal(signal.SIGINT)
        assert server.process.stdout.read() == ""
        assert server.process.wait(10) == 0


KILLED = """
import sys, time
from tests.portal.serving import served

with served() as server:
    print(server.process.pid, server.address, flush=True)
    time.sleep(60)
"""


def test_a_server_of_the_tests_ends_when_its_test_run_is_killed():
    with subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        pid, address = parent.stdout.readline().split()
        assert httpx.get(address + "/en/").status_code == 200
        parent.kill()
    assert within(10, lambda: not runs(int(pid)))
