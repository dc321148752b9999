from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.store.making import add, no_flags, observations, present, record, report

from kenes.store import Store
from kenes.vocabulary.errors import Busy, StoreError
from kenes.vocabulary.tables import FLAGS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def _breaking(batch: str) -> Iterator[pa.Table]:
    yield observations(batch, [1.0, 2.0])
    raise ValueError("the file ends in the middle of row 3")


def test_a_batch_that_fails_midway_leaves_nothing(store: Store) -> None:
    with pytest.raises(Exception, match="the middle of row 3"):
        add(store, "a", _breaking("a"))
    assert not store.table("observations").exists()
    assert store.journal.current_batches() == []


def test_a_batch_that_fails_midway_leaves_what_was_there(store: Store) -> None:
    add(store, "a", [observations("a", [1.0])])
    with pytest.raises(Exception, match="the middle of row 3"):
        add(store, "b", _breaking("b"), file="other.csv")
    assert present(store.folder) == ["a-0"]
    assert store.table("observations").version() == 0


def test_a_batch_of_several_tables_is_one_commit(store: Store) -> None:
    add(store, "a", [observations("a", [1.0]), observations("a", [2.0], observation="a-9")])
    assert store.table("observations").version() == 0
    assert present(store.folder) == ["a-0", "a-9"]


def test_an_empty_batch_is_kept_and_holds_nothing(store: Store) -> None:
    add(store, "a", [])
    assert [each.batch for each in store.journal.current_batches()] == ["a"]
    assert present(store.folder) == []


def test_a_batch_is_never_doubled(store: Store) -> None:
    for _ in range(3):
        add(store, "a", [observations("a", [1.0, 2.0])])
    assert present(store.folder) == ["a-0", "a-1"]


def test_a_reading_whose_observations_were_committed_by_a_killed_run_is_read_to_its_end(store: Store) -> None:
    # Findings and counts are made on the way: a run killed before they were written lost them for good.
    store.table("observations").append("a", [observations("a", [1.0, 2.0])])
    seen: list[int] = []

    def reading() -> Iterator[pa.Table]:
        for value in (1.0, 2.0):
            table = observations("a", [value])
            seen.append(table.num_rows)
            yield table

    def counted() -> dict[str, Any]:
        return {**report()(), "accepted": sum(seen)}

    def found() -> pa.Table:
        row = dict.fromkeys(FLAGS.schema().names) | {"observation": "a-0", "rule": "range", "snapshot": "a"}
        return pa.Table.from_pylist([row][: sum(seen)], schema=FLAGS.schema())

    whole = store.add_batch(record("a"), reading(), counted, found, replaces=False)
    assert whole.report["accepted"] == 2
    assert store.source_flags(["a"])["observation"].to_pylist() == ["a-0"]
    assert present(store.folder) == ["a-0", "a-1"]


def test_a_run_killed_between_commit_and_journal_is_simply_run_again(store: Store) -> None:
    """Delta has the batch, the journal does not: the reader sees nothing until the run is repeated."""
    store.table("observations").append("a", [observations("a", [1.0, 2.0])])
    assert present(store.folder) == []
    add(store, "a", [observations("a", [1.0, 2.0])])
    assert present(store.folder) == ["a-0", "a-1"]
    assert store.table("observations").version() == 0


def test_a_revision_replaces_the_earlier_batch_of_its_file_only(store: Store) -> None:
    add(store, "old", [observations("old", [1.0])])
    add(store, "other", [observations("other", [5.0])], file="other.csv")
    add(store, "new", [observations("new", [2.0])])
    assert present(store.folder) == ["new-0", "other-0"]


def test_what_a_revision_replaced_stays_in_the_store(store: Store) -> None:
    add(store, "old", [observations("old", [1.0])])
    add(store, "new", [observations("new", [2.0])])
    assert store.observations(["old"])["value"].to_pylist() == [1.0]


def test_a_mapping_that_adds_leaves_the_earlier_batch(store: Store) -> None:
    add(store, "old", [observations("old", [1.0])])
    store.add_batch(record("new"), [observations("new", [2.0])], report(), no_flags, replaces=False)
    assert present(store.folder) == ["new-0", "old-0"]


def test_a_revision_is_unknown_before_it_was_retrieved(store: Store) -> None:
    add(store, "old", [observations("old", [1.0])], retrieved="2024-01-01")
    add(store, "new", [observations("new", [2.0])], retrieved="2024-06-01")

    def known(date: str | None) -> list[str]:
        return [each.batch for each in store.journal.batches_as_of(date)]

    assert known("2023-12-31") == []
    assert known("2024-05-31") == ["old"]
    assert known("2024-06-01") == known(None) == ["new"]


def test_a_retired_batch_is_past(store: Store) -> None:
    add(store, "a", [observations("a", [1.0])])
    store.journal.retire(["a"])
    assert present(store.folder) == []


def test_findings_made_while_reading_travel_with_their_snapshot(store: Store) -> None:
    flag = dict.fromkeys(FLAGS.schema().names, "") | {
        "start": None,
        "end": None,
        "share": None,
        "rule": "conflict",
        "snapshot": "a",
    }
    found = pa.Table.from_pylist([flag], schema=FLAGS.schema())
    store.add_batch(record("a"), [observations("a", [1.0])], report(), lambda: found, replaces=True)
    assert store.source_flags(["a"])["rule"].to_pylist() == ["conflict"]
    assert store.source_flags(["b"]).num_rows == 0


def test_a_second_writer_is_refused_at_once(store: Store) -> None:
    code = (
        "import sys; from pathlib import Path; from kenes.store import Store\n"
        "from kenes.vocabulary.errors import Busy\n"
        "try:\n    with Store(Path(sys.argv[1])).lock(): print('wrote')\n"
        "except Busy as error: print(error)"
    )

    def other() -> str:
        answer = subprocess.run(
            [sys.executable, "-c", code, str(store.folder)], capture_output=True, text=True, check=True, timeout=60
        )
        return answer.stdout

    with store.lock():
        assert "is being written by another process. Wait until it has ended" in other()
    assert other() == "wrote\n"


def test_a_second_writer_in_the_same_process_is_refused_too(store: Store) -> None:
    with store.lock(), pytest.raises(Busy, match="another process"), store.lock():
        pass


def test_a_snapshot_is_kept_byte_for_byte_and_once(store: Store) -> None:
    data = b"\x00\xffrow\r\n"
    key = store.snapshots.put(data)
    written = store.snapshots.path(key).stat().st_mtime_ns
    assert store.snapshots.put(data) == key
    assert store.snapshots.get(key) == data
    assert store.snapshots.path(key).stat().st_mtime_ns == written


def test_a_damaged_snapshot_is_told(store: Store) -> None:
    key = store.snapshots.put(b"a,b\n1,2\n")
    store.snapshots.path(key).write_bytes(b"a,b\n1,3\n")
    with pytest.raises(StoreError, match=f"snapshot {key[:12]} is damaged on disk"):
        store.snapshots.get(key)


def test_a_snapshot_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match=r"is not in the store\. Ingest its source again"):
        store.snapshots.get("0" * 64)


def test_a_damaged_journal_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store" / "journal.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"this is no database, but long enough to be taken for one" * 100)
    with pytest.raises(StoreError, match=r"journal\.sqlite is damaged"):
        Store(tmp_path).journal.current_batches()


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    assert Store(tmp_path).journal.current_batches() == []
    with closing(sqlite3.connect(tmp_path / "store" / "journal.sqlite")) as db:
        db.execute("pragma user_version=99")
    with pytest.raises(StoreError, match="has format 99: expected 2"):
        Store(tmp_path).journal.current_batches()


def test_sums_of_floats_are_equal_to_the_last_digit_every_time(store: Store) -> None:
    """Several threads add in the order in which they finish; an export would then differ in its last digits."""
    import numpy as np
    from tests.indicators.making import series

    from kenes.indicators.yearly import yearly

    rng = np.random.default_rng(3)
    tables = [series(rng.lognormal(3, 2, 8760).tolist(), length="hour", site=f"{n:02d}", batch="a") for n in range(30)]
    add(store, "a", tables)
    void = pa.table({"observation": pa.array([], pa.string())})
    runs = [store.run(yearly(), ["a"], void=void).sort_by("site") for _ in range(4)]
    assert runs[0].num_rows == 30
    assert all(found.equals(runs[0]) for found in runs[1:])
