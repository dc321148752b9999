"""A server of its own and a real Chromium; a missing one is an error that says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.portal.serving import ROOT, served

AXE = ROOT / ".cache/axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Address of a portal over the made-up world."""
    if not (ROOT / "src/kenes/portal/static/build/map.js").is_file() or not AXE.is_file():
        pytest.fail("the front end is not built; run `make setup`", pytrace=False)
    with served() as server:
        yield server.address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium (or the one on the path), for a module: other tests could start no loop of events beside it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("no Chromium on the path; run `apt-get install chromium`", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(width, chromium) -> Iterator[Page]:
    """A page of the test's width; any error in its console or call to another host fails the test."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("request", lambda r: troubles.append(r.url) if not _own(r.url) else None)
    yield opened
    context.close()
    assert troubles == []


def _own(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))
