"""One file into the store: its batch, and what the journal says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kenes import sources
from kenes.catalogue import load
from kenes.pipeline.observatory.ingest import Ingested, batch_key, ingest_file
from kenes.store import Store
from kenes.testing.world import write_world

SNAPSHOT = "0" * 64


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "world", days=3)


def _key(world: Path) -> str:
    catalogue = load(world).require_sound()
    return batch_key(catalogue.mappings[0], catalogue, SNAPSHOT)


def _swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("places/names.csv", "Akdere", "Akderə"),
        ("variables.yaml", "unit: ug/m^3", "unit: mg/m^3"),
        ("sources/air/mapping.yaml", "missing:", "revision: add\nmissing:"),
    ],
)
def test_what_decides_how_a_file_is_read_gives_another_batch(world: Path, file: str, old: str, new: str) -> None:
    before = _key(world)
    assert _key(world) == before
    _swap(world / file, old, new)
    assert _key(world) != before


def test_another_reader_gives_another_batch(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _key(world)
    monkeypatch.setattr(sources, "VERSION", "another")
    assert _key(world) != before


def _ingest(world: Path, more: str) -> tuple[Store, Ingested]:
    catalogue = load(world).require_sound()
    (air,) = [mapping for mapping in catalogue.mappings if mapping.source.id == "air"]
    store = Store(world)
    data = air.data_path.read_bytes() + more.encode("iso-8859-9")
    return store, ingest_file(store, catalogue, air, data)


def test_observations_carry_the_key_under_which_the_journal_knows_their_batch(world: Path) -> None:
    store, ingested = _ingest(world, "")
    assert store.observations([ingested.batch]).num_rows == ingested.report["accepted"] > 30
    assert store.journal.batch(ingested.batch) is not None


def test_the_journal_keeps_a_refusal_as_code_and_values(world: Path) -> None:
    store, ingested = _ingest(world, "Atlantis,1 01 2023,7\n")
    record = store.journal.batch(ingested.batch)
    assert record is not None
    (refusal,) = record.report["refusals"]
    assert refusal.keys() == {"locator", "column", "text", "reason", "reason_values"}
    assert (refusal["column"], refusal["text"], refusal["reason"]) == ("PM10", "7", "place_unknown")
    assert json.loads(refusal["reason_values"]) == {"text": "Atlantis"}
    assert ingested.plain()["refusals"] == [refusal]
