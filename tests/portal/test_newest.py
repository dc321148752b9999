"""A portal that runs takes up the next edition, and keeps the last one when the catalogue is in work."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from kenes.catalogue import load
from kenes.pipeline.observatory.run import run
from kenes.portal.newest import NewestEdition
from kenes.testing.world import write_world
from kenes.vocabulary.errors import BadInput


def _ask(app: NewestEdition, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_the_next_edition_is_taken_up_while_serving(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=300)
    first = run(world).edition.id
    app = NewestEdition(world, every_s=0.0)
    assert _ask(app, "/api/scores?index=world-provinces").status_code == 200
    assert app.id == first
    second = run(world, seed=99).edition.id
    assert second != first
    assert _ask(app, "/en/").status_code == 200
    assert app.id == second


def test_a_catalogue_in_work_does_not_take_down_what_was_published(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=300)
    first = run(world).edition.id
    app = NewestEdition(world, every_s=0.0)
    (world / "kenes.toml").unlink()
    assert _ask(app, "/en/").status_code == 200
    assert app.id == first


def test_nothing_published_is_said_before_serving(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has not published an edition"):
        NewestEdition(write_world(tmp_path / "world", days=3))


def test_a_head_request_is_answered_without_a_body(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=300)
    run(world)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=NewestEdition(world))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.head("/api/places")

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_changed_translation_is_shown_without_a_build(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=300)
    first = run(world).edition.id
    english = load(world).indicators["pm10_annual_mean"].text("en")
    app = NewestEdition(world, every_s=0.0)
    assert "Орташа PM10" not in _ask(app, "/kk/indicators").text
    entry = f'msgctxt "indicator.pm10_annual_mean.name"\nmsgid "{english}"\nmsgstr "Орташа PM10"\n'
    (world / "locale").mkdir()
    (world / "locale" / "kk.po").write_text(entry, encoding="utf-8")
    assert "Орташа PM10" in _ask(app, "/kk/indicators").text
    assert app.id == first
