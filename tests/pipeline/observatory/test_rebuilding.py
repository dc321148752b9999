"""A store of format 1 is set aside, rebuilt from its snapshots, and said so once; also when it is killed half-way."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from tests.pipeline.observatory.killing import exported

from kenes.pipeline.observatory.run import run
from kenes.store import Edition, Store
from kenes.vocabulary.errors import BadInput

PACKED = Path(__file__).parents[2] / "data" / "format-1" / "observatory.tar.gz"
KILLING = """
import os, signal, sys
from pathlib import Path
from kenes.pipeline.observatory.run import run
from kenes.store.journal import Journal

where, times, calls = sys.argv[2], int(sys.argv[3]), 0
owner, name = {"rename": (Path, "rename"), "rebuilt": (Journal, "record_rebuilt")}[where]
right = getattr(owner, name)

def counted(*arguments):
    global calls
    calls += 1
    if calls == times:
        os.kill(os.getpid(), signal.SIGKILL)
    return right(*arguments)

setattr(owner, name, counted)
run(Path(sys.argv[1]))
"""


class Heard:
    """Somebody who notes what is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def stage(self, name: str, total: int) -> None:
        """Nothing."""

    def step(self, what: str) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Keep it."""
        self.notes.append(text)


def unpacked(folder: Path) -> Path:
    with tarfile.open(PACKED) as archive:
        archive.extractall(folder, filter="data")
    return folder / "w"


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Heard]:
    folder, heard = unpacked(tmp_path_factory.mktemp("rebuilt")), Heard()
    run(folder, heard)
    return folder, heard


def test_a_reader_of_an_older_store_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has format 1: expected 2\. Run `kenes run`: it sets the store aside"):
        Edition.open(unpacked(tmp_path))


def test_the_old_store_stands_whole_beside_the_new_one(rebuilt: tuple[Path, Heard]) -> None:
    root = rebuilt[0] / "store"
    aside = root / "format-1"
    with closing(sqlite3.connect(aside / "journal.sqlite")) as db:
        assert db.execute("pragma user_version").fetchone() == (1,)
        assert db.execute("select count(*) from editions").fetchone() == (2,)
        snapshots = [row[0] for row in db.execute("select snapshot from batches")]
    assert all((aside / "snapshots" / s[:2] / s).read_bytes() == Store(rebuilt[0]).snapshots.get(s) for s in snapshots)
    assert (aside / "measurements" / "_delta_log").is_dir()


def test_every_file_is_read_again_and_what_was_read_by_hand_is_kept(rebuilt: tuple[Path, Heard]) -> None:
    store = Store(rebuilt[0])
    current = store.journal.current_batches()
    assert sorted(record.source for record in current) == ["air", "by-hand", "statistics"]
    by_hand = next(record for record in current if record.source == "by-hand")
    found = store.observations([by_hand.batch])
    assert found["value"].to_pylist() == [120_000.0]
    refusals = by_hand.report["refusals"]
    assert [each["reason"] for each in refusals] == ["said_earlier", "said_earlier"]
    assert json.loads(refusals[1]["reason_values"]) == {"text": "no number"}


def test_editions_go_on_with_the_next_number_and_old_ones_name_it(rebuilt: tuple[Path, Heard]) -> None:
    edition = Edition.open(rebuilt[0])
    assert edition.number == 3
    assert [(p.number, p.format) for p in edition.publications()] == [(1, 1), (2, 1), (3, 2)]
    old = edition.publications()[0].id
    with pytest.raises(BadInput, match=r"edition 1 was published in format 1 and is set aside: expected edition 3"):
        Edition.open(rebuilt[0], old)


def test_it_is_said_once(rebuilt: tuple[Path, Heard]) -> None:
    folder, heard = rebuilt
    assert [note for note in heard.notes if "format 1" in note] == [
        "The store was of format 1: it is set aside under store/format-1, and its files were read again. "
        "Editions go on with the next number."
    ]
    again = Heard()
    run(folder, again)
    assert again.notes == []


@pytest.mark.parametrize(
    ("where", "times"), [("rename", 1), ("rename", 8), ("rename", 14), ("rebuilt", 1), ("rebuilt", 3)]
)
def test_a_run_that_is_killed_half_way_is_simply_run_again(
    rebuilt: tuple[Path, Heard], tmp_path: Path, where: str, times: int
) -> None:
    folder = unpacked(tmp_path)
    killed = subprocess.run(
        [sys.executable, "-c", KILLING, str(folder), where, str(times)], capture_output=True, timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-500:]
    run(folder)
    assert exported(folder, tmp_path / "out") == exported(rebuilt[0], tmp_path / "reference")
    assert [(p.number, p.format) for p in Edition.open(folder).publications()] == [(1, 1), (2, 1), (3, 2)]
