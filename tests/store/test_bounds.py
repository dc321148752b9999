"""What the journal knows as of a day, and which texts a spreadsheet may not run."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.making import add, observations, present, record

from kenes.store import Store, cell, csv_bytes
from kenes.store.files import Snapshots
from kenes.vocabulary.errors import StoreError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def known(store: Store, date: str) -> list[str]:
    return [each.batch for each in store.journal.batches_as_of(date)]


def test_of_two_readings_retrieved_on_the_same_day_the_later_reading_is_known(store: Store) -> None:
    add(store, "first", [observations("first", [1.0])], retrieved="2024-03-01")
    add(store, "second", [observations("second", [2.0])], retrieved="2024-03-01")
    assert known(store, "2024-03-01") == ["second"]


def test_a_reading_retrieved_earlier_but_read_later_is_not_newer(store: Store) -> None:
    add(store, "new", [observations("new", [1.0])], retrieved="2024-06-01")
    add(store, "old", [observations("old", [2.0])], retrieved="2024-01-01")
    assert known(store, "2024-12-31") == ["new"]
    assert known(store, "2024-05-31") == ["old"]


def test_files_of_one_source_are_known_each_by_itself(store: Store) -> None:
    add(store, "a", [observations("a", [1.0])], file="a.csv", retrieved="2024-01-01")
    add(store, "b", [observations("b", [1.0])], file="b.csv", retrieved="2024-06-01")
    assert known(store, "2024-03-01") == ["a"]
    assert known(store, "2024-06-01") == ["a", "b"]


def test_retiring_one_batch_leaves_the_others_and_recording_it_again_brings_it_back(store: Store) -> None:
    for name in ("a", "b"):
        add(store, name, [observations(name, [1.0])], file=f"{name}.csv")
    store.journal.retire(["a"])
    assert present(store.folder) == ["b-0"]
    before = store.journal.batch("a")
    assert before is not None
    store.journal.record_batch(before, replaces=True)
    assert present(store.folder) == ["a-0", "b-0"]
    store.journal.retire([])
    assert present(store.folder) == ["a-0", "b-0"]


def test_a_batch_that_replaces_retires_no_file_of_another_source(store: Store) -> None:
    add(store, "a", [observations("a", [1.0])])
    other = record("b")
    store.journal.record_batch(type(other)("b", "other", other.file, "b", {"retrieved": "2024-03-01"}), replaces=True)
    assert sorted(each.batch for each in store.journal.current_batches()) == ["a", "b"]


def test_a_snapshot_that_is_damaged_or_gone_is_told(tmp_path: Path) -> None:
    kept = Snapshots(tmp_path)
    sha256 = kept.put(b"bytes")
    assert kept.get(sha256) == b"bytes"
    kept.path(sha256).write_bytes(b"other")
    with pytest.raises(StoreError, match="damaged"):
        kept.get(sha256)
    with pytest.raises(StoreError, match="not in the store"):
        kept.get("0" * 64)


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "-", "+", "-a", "=", "--1"])
def test_a_text_that_a_spreadsheet_would_run_is_kept_from_it(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-999", "+5", "-1.5e-3", "-1 000,5", "a=1", "x@y", "", "'x", "1-2"])
def test_a_text_that_is_a_number_or_harmless_is_written_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_times_numbers_and_answers_have_one_form() -> None:
    moment = dt.datetime(2024, 3, 1, 5, tzinfo=dt.UTC)
    assert [cell(v) for v in (None, True, False, 1, 1.0, 0.1, -0.0, moment)] == [
        "", "true", "false", "1", "1.0", "0.1", "-0.0", "2024-03-01T05:00:00Z",
    ]  # fmt: skip


@given(st.floats(allow_nan=False))
def test_a_number_survives_its_cell(value: float) -> None:
    assert float(cell(value)) == value


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0")), min_size=2, max_size=2))
def test_texts_survive_their_cells_but_for_the_apostrophe(texts: list[str]) -> None:
    (_, row) = csv.reader(io.StringIO(csv_bytes(["a", "b"], [texts]).decode()))
    assert [t.removeprefix("'") for t in row] == [t.removeprefix("'") for t in texts]
