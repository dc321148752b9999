from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from tests.store.making import add, observations

from kenes.store import Edition, Store
from kenes.vocabulary.errors import BadInput, StoreError
from kenes.vocabulary.tables import KINDS, SCORES


def _scores(value: float) -> dict[str, pa.Table]:
    row = dict.fromkeys(SCORES.schema().names) | {"index": "i", "place": "xx-0", "node": "i", "score": value}
    return {"scores": pa.Table.from_pylist([row], schema=SCORES.schema())}


def _published(folder: Path, batch: str, score: float) -> Edition:
    store = Store(folder)
    with store.lock():
        add(store, batch, [observations(batch, [score])])
        store.replace("compare", batch, _scores(score))
        return store.publish(batch, [], ["compare"])


def test_equal_inputs_give_the_same_edition(tmp_path: Path) -> None:
    first = _published(tmp_path / "one", "a", 1.0)
    assert _published(tmp_path / "two", "a", 1.0).id == first.id
    assert _published(tmp_path / "three", "b", 1.0).id != first.id


def test_publishing_again_without_a_change_gives_the_edition_that_there_is(tmp_path: Path) -> None:
    first = _published(tmp_path, "a", 1.0)
    again = Store(tmp_path).publish("a", [], ["compare"])
    assert (again.id, again.number) == (first.id, first.number) == (first.id, 1)


def test_a_reader_keeps_the_edition_that_it_opened(tmp_path: Path) -> None:
    _published(tmp_path, "a", 1.0)
    reader = Edition.open(tmp_path)
    _published(tmp_path, "b", 2.0)
    assert reader.table("scores")["score"].to_pylist() == [1.0]
    assert reader.table("observations")["observation"].to_pylist() == ["a-0"]
    newest = Edition.open(tmp_path)
    assert newest.number == 2
    assert newest.table("scores")["score"].to_pylist() == [2.0]
    assert newest.table("observations")["observation"].to_pylist() == ["b-0"]


def test_a_reader_sees_the_old_edition_while_a_writer_writes(tmp_path: Path) -> None:
    _published(tmp_path, "a", 1.0)
    store = Store(tmp_path)
    with store.lock():
        add(store, "b", [observations("b", [2.0])])
        store.replace("compare", "b", _scores(2.0))
        reader = Edition.open(tmp_path)
        assert reader.number == 1
        assert reader.table("scores")["score"].to_pylist() == [1.0]
        assert reader.table("observations")["observation"].to_pylist() == ["a-0"]


def test_an_old_edition_opens_by_its_id(tmp_path: Path) -> None:
    first = _published(tmp_path, "a", 1.0)
    _published(tmp_path, "b", 2.0)
    assert Edition.open(tmp_path, first.id).table("scores")["score"].to_pylist() == [1.0]


def test_an_observatory_that_published_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has not published an edition\. Run `kenes run` first"):
        Edition.open(tmp_path)
    assert not (tmp_path / "store").exists()


def test_an_unknown_edition_is_told(tmp_path: Path) -> None:
    _published(tmp_path, "a", 1.0)
    with pytest.raises(BadInput, match="has not published edition 'nothing'"):
        Edition.open(tmp_path, "nothing")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_table_reads_with_its_schema_even_when_empty(tmp_path: Path, kind: str) -> None:
    _published(tmp_path, "a", 1.0)
    assert Edition.open(tmp_path).table(kind).schema.equals(KINDS[kind].schema())


def test_an_unknown_kind_is_told_with_those_there_are(tmp_path: Path) -> None:
    edition = _published(tmp_path, "a", 1.0)
    with pytest.raises(StoreError, match="table 'mayors' is not known: expected places, observations"):
        edition.table("mayors")


def test_columns_and_filters_choose(tmp_path: Path) -> None:
    store = Store(tmp_path)
    add(store, "a", [observations("a", [1.0, None, 3.0])])
    edition = store.publish("a", [], [])
    found = edition.table("observations", columns=["place", "value"], filter={"place": ["xx-1", "xx-2"]})
    assert found.to_pydict() == {"place": ["xx-1", "xx-2"], "value": [None, 3.0]}
    assert edition.table("observations", filter={"place": []}).num_rows == 0
    assert edition.table("observations", filter={"place": "'; drop table x; --"}).num_rows == 0
