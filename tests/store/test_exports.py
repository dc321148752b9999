from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.making import observations

from kenes.store import cell, csv_bytes, table_csv, write_export, write_whole
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.tables import KINDS, SCORES


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_round_trip(values: list[float]) -> None:
    rows = list(csv.reader(io.StringIO(csv_bytes(["v"], [[v] for v in values]).decode())))
    read = [float(row[0]) for row in rows[1:]]
    assert all(a == b and math.copysign(1, a) == math.copysign(1, b) for a, b in zip(read, values, strict=True))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), min_size=1), min_size=1))
def test_texts_round_trip(values: list[str]) -> None:
    text = csv_bytes(["a", "b"], [[v, 1] for v in values]).decode()
    read = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert [found.removeprefix("'") if found != v else found for found, v in zip(read, values, strict=True)] == values


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "=HYPERLINK(1)"])
def test_a_text_that_a_spreadsheet_would_run_is_written_as_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-999", "+12.5", "-1e-3", "-1,234.5", "–", "Şehir", "a=b"])
def test_signs_of_numbers_are_left_alone(text: str) -> None:
    assert cell(text) == text


def test_none_is_an_empty_cell_and_zero_is_not() -> None:
    assert csv_bytes(["a", "b", "c"], [[None, 0.0, 0]]) == b"a,b,c\n,0.0,0\n"
    assert cell(False) == "false"


def test_rows_are_sorted_by_their_key_whatever_their_order() -> None:
    table = observations("a", [3.0, 1.0, 2.0])
    backwards = table.take([2, 1, 0])
    assert table_csv("observations", table) == table_csv("observations", backwards)
    lines = table_csv("observations", backwards).decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["observation", "a-0", "a-1", "a-2"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_empty_table_is_its_header(kind: str) -> None:
    header = ",".join(KINDS[kind].exported)
    assert table_csv(kind, KINDS[kind].schema().empty_table()) == f"{header}\n".encode()


PINNED = {
    "places": "place,kind,name_en,name_tr,parent,valid_from,valid_to,iso3166_2,nuts,geonames,unlocode",
    "observations": "observation,variable,place,site,start,end,dimensions,value,unit,text,status,flags,snapshot,"
    "locator,retrieved_at,vintage",
    "flags": "observation,variable,place,site,start,end,rule,reason,snapshot,locator,reason_values",
    "measurements": "indicator,edition,place,start,end,dimensions,value,unit,uncertainty,uncertainty_kind,coverage,"
    "origin,quality,flags,reason,provenance,reason_values",
    "scores": "index,place,node,score,score_low,score_high,rank,rank_low,rank_high,level,draws,coverage,ranked,reason,"
    "reason_values",
}


@pytest.mark.parametrize("kind", sorted(PINNED))
def test_exported_columns_are_those_that_were_pinned(kind: str) -> None:
    assert ",".join(KINDS[kind].exported) == PINNED[kind]


def test_times_carry_z_and_nothing_internal_leaves() -> None:
    text = table_csv("observations", observations("a", [1.5])).decode()
    row = next(csv.DictReader(io.StringIO(text)))
    assert (row["start"], row["end"]) == ("2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z")
    assert not {"batch", "source", "civil_start", "civil_end"} & set(row)


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    table = observations("a", [3.0, None])
    write_export("observations", table, tmp_path / "o.parquet")
    read = pq.read_table(tmp_path / "o.parquet")
    assert read.column_names == list(KINDS["observations"].exported)
    assert read["value"].to_pylist() == [3.0, None]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"unknown ending: expected .csv or .parquet, found .xls"):
        write_export("scores", SCORES.schema().empty_table(), tmp_path / "scores.xls")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_the_old_one_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    path = tmp_path / "file.csv"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file.csv"]


def test_a_yes_or_no_is_written_as_words() -> None:
    row = dict.fromkeys(SCORES.schema().names) | {"index": "i", "place": "p", "node": "i", "ranked": False}
    text = table_csv("scores", pa.Table.from_pylist([row], schema=SCORES.schema())).decode()
    assert text.splitlines()[1] == "i,p,i,,,,,,,,,,false,,"
