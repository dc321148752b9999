"""What is no longer declared leaves the present; what was brought by hand stays, and the past stays readable."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kenes.pipeline.observatory.hand import ingest_by_hand, ingest_declared
from kenes.pipeline.progress import Silent
from kenes.store import Store
from kenes.testing.world import write_world
from kenes.vocabulary.errors import BadInput


@pytest.fixture
def world(tmp_path: Path) -> Path:
    folder = write_world(tmp_path / "world", days=3)
    assert ingest(folder) == ["air", "statistics"]
    return folder


def ingest(folder: Path, *wanted: str) -> list[str]:
    """Ingest, and tell the sources of the present."""
    ingest_declared(folder, wanted, None, Silent())
    return present(folder)


def present(folder: Path) -> list[str]:
    return [record.source for record in Store(folder).journal.current_batches()]


def _swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_source_that_is_no_longer_declared_leaves_the_present_at_the_next_run(world: Path) -> None:
    (batch,) = [r.batch for r in Store(world).journal.current_batches() if r.source == "air"]
    shutil.move(world / "sources/air", world / "air")
    assert present(world) == ["air", "statistics"]
    assert ingest(world) == ["statistics"]
    assert Store(world).observations([batch]).num_rows > 0


def test_a_source_that_is_declared_again_comes_back_without_being_read_again(world: Path) -> None:
    shutil.move(world / "sources/air", world / "air")
    ingest(world)
    shutil.move(world / "air", world / "sources/air")
    rows = Store(world).table("observations").version()
    assert ingest(world) == ["air", "statistics"]
    assert Store(world).table("observations").version() == rows


def test_another_file_of_the_same_source_replaces_the_one_that_is_no_longer_declared(world: Path) -> None:
    (world / "sources/air/air.csv").rename(world / "sources/air/new.csv")
    _swap(world / "sources/air/mapping.yaml", "path: air.csv", "path: new.csv")
    assert ingest(world) == ["air", "statistics"]
    assert [r.file.rpartition("/")[2] for r in Store(world).journal.current_batches()] == ["new.csv", "statistics.csv"]


def test_ingesting_one_source_retires_no_other(world: Path) -> None:
    shutil.move(world / "sources/air", world / "air")
    assert ingest(world, "statistics") == ["air", "statistics"]
    assert ingest(world) == ["statistics"]


def test_a_file_that_was_brought_by_hand_stays_though_nothing_declares_it(world: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "own.yaml"
    text = (world / "sources/air/mapping.yaml").read_text(encoding="utf-8")
    mapping.write_text(text.replace("id: air", "id: own"), encoding="utf-8")
    ingest_by_hand(world, world / "sources/air/air.csv", mapping, Silent())
    assert present(world) == ["air", "own", "statistics"]
    assert ingest(world) == ["air", "own", "statistics"]
    shutil.move(world / "sources/air", world / "air")
    assert ingest(world) == ["own", "statistics"]


def test_a_file_that_cannot_be_read_any_more_leaves_its_last_reading_in_the_present(world: Path) -> None:
    (world / "sources/air/air.csv").unlink()
    results = ingest_declared(world, (), None, Silent())
    assert [result.error is None for result in results] == [False, True]
    assert present(world) == ["air", "statistics"]


def test_a_source_that_is_not_declared_cannot_be_asked_for(world: Path) -> None:
    with pytest.raises(BadInput):
        ingest(world, "nothing")
