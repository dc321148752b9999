"""What a file that is not what its mapping says does: it is told, and nothing is half-written."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kenes.cli import main
from kenes.testing.world import write_world


def kenes(*arguments: str | Path) -> tuple[int, str, str]:
    answer = CliRunner().invoke(main, [str(each) for each in arguments])
    return answer.exit_code, answer.stdout, answer.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_world(tmp_path_factory.mktemp("built") / "world", days=300)
    assert kenes("run", "--observatory", folder)[0] == 0
    return folder


@pytest.fixture
def world(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "world"))


def exported(folder: Path, out: Path) -> dict[str, bytes]:
    assert kenes("export", "--all", "--observatory", folder, "--out", out)[0] == 0
    return {path.name: path.read_bytes() for path in out.iterdir()}


def stored(folder: Path) -> set[str]:
    """Every file of the store that holds data."""
    kept = (path for path in (folder / "store").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in kept if "journal.sqlite" not in path.name}


AIR = "sources/air/air.csv"


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2 - 3]


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str, str]] = {
    "empty": (lambda data: b"", "", "file is empty"),
    "truncated": (_truncated, "bytes: {bytes}", "file is truncated: expected [0-9]+ bytes, found [0-9]+ bytes"),
    "other bytes than declared": (
        lambda data: data.replace(b"7", b"8", 1),
        "sha256: {sha256}",
        "(?i)hash|sha|other bytes",
    ),
    "utf-16": (lambda data: data.decode("iso-8859-9").encode("utf-16"), "", "(?i)binary|utf-16|encoding|not iso"),
    "wrong delimiter": (lambda data: data.replace(b",", b";"), "", "(?i)column"),
    "missing column": (lambda data: data.replace(b"PM10", b"PM99", 1), "", "(?i)PM10"),
    "binary": (lambda data: bytes(range(256)) * 40, "", "(?i)binary|text|byte"),
    "a workbook": (lambda data: b"PK\x03\x04" + data, "", "XLSX"),
    "a web page": (lambda data: b"<!DOCTYPE html><html><body>404</body></html>", "", "(?i)html"),
    "header only of another table": (lambda data: b"a,b,c\n1,2,3\n", "", "(?i)column"),
}


def _declare(mapping: Path, data: bytes, extra: str) -> None:
    """Declare size or hash of the true file in its mapping."""
    import hashlib

    facts = extra.format(bytes=len(data), sha256=f'"{hashlib.sha256(data).hexdigest()}"')
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace("file: {path: air.csv,", f"file: {{path: air.csv, {facts},"), encoding="utf-8")


@pytest.mark.parametrize("fault", sorted(HOSTILE))
def test_a_hostile_file_is_refused_whole_and_told(world: Path, tmp_path: Path, fault: str) -> None:
    spoil, extra, told = HOSTILE[fault]
    before, files = exported(world, tmp_path / "before"), stored(world)
    true = (world / AIR).read_bytes()
    file, mapping = tmp_path / "air.csv", world / "sources/air/mapping.yaml"
    if extra:
        _declare(mapping, true, extra)
    file.write_bytes(spoil(true))
    code, out, err = kenes("ingest", file, "--mapping", mapping, "--observatory", world, "--json")
    answer = json.loads(out)
    assert code == 3, answer
    assert re.search(told, answer["message"])
    assert answer["message"] in err
    assert stored(world) == files
    assert kenes("publish", "--observatory", world)[0] == 0
    assert exported(world, tmp_path / "after") == before


def test_a_file_in_utf_8_that_was_declared_latin_has_other_columns(world: Path, tmp_path: Path) -> None:
    """Every byte is a letter in ISO-8859-9, so only the names can tell."""
    file = tmp_path / "air.csv"
    file.write_bytes((world / AIR).read_bytes().decode("iso-8859-9").encode("utf-8"))
    code, out, _ = kenes(
        "ingest", file, "--mapping", world / "sources/air/mapping.yaml", "--observatory", world, "--json"
    )
    assert code == 3
    assert "Şehir" in json.loads(out)["message"]


def test_a_declared_latin_file_read_as_utf_8_says_byte_and_line(world: Path, tmp_path: Path) -> None:
    mapping = world / "sources/air/mapping.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("iso-8859-9", "utf-8"), encoding="utf-8")
    code, out, _ = kenes("ingest", world / AIR, "--mapping", mapping, "--observatory", world, "--json")
    assert code == 3
    assert re.search(
        r"file is not utf-8: found byte 0x[0-9a-f]{2} at offset \d+ .*line \d+", json.loads(out)["message"]
    )


def _ingested(world: Path, tmp_path: Path, change: Callable[[str], str]) -> tuple[int, dict[str, Any]]:
    text = (world / AIR).read_bytes().decode("iso-8859-9")
    file = tmp_path / "air.csv"
    file.write_bytes(change(text).encode("iso-8859-9"))
    code, out, _ = kenes(
        "ingest", file, "--mapping", world / "sources/air/mapping.yaml", "--observatory", world, "--json"
    )
    return code, json.loads(out)


def test_rows_of_an_unknown_place_are_refused_and_listed(world: Path, tmp_path: Path) -> None:
    code, answer = _ingested(world, tmp_path, lambda text: text + "Atlantis,1 01 2023,12.5\nAtlantis,2 01 2023,13.5\n")
    assert (code, answer["refused"]) == (1, 2)
    assert [refusal["locator"] for refusal in answer["refusals"]] == ["row 3602, column PM10", "row 3603, column PM10"]
    assert {refusal["reason"] for refusal in answer["refusals"]} == {"place_unknown"}
    assert {refusal["reason_values"] for refusal in answer["refusals"]} == {'{"text":"Atlantis"}'}
    assert answer["read"] == answer["accepted"] + answer["refused"] + answer["kept_out"] == 3602


def test_a_text_that_is_no_number_is_refused_and_listed(world: Path, tmp_path: Path) -> None:
    code, answer = _ingested(world, tmp_path, lambda text: text + "Akdere,31 12 2023,about 12\n")
    assert (code, answer["refused"]) == (1, 1)
    assert answer["refusals"][0]["text"] == "about 12"


def test_a_date_that_is_none_is_refused_and_listed(world: Path, tmp_path: Path) -> None:
    code, answer = _ingested(world, tmp_path, lambda text: text + "Akdere,31 02 2023,12.5\n")
    assert (code, answer["refused"]) == (1, 1)
    assert answer["refusals"][0]["locator"] == "row 3602, column PM10"
    assert answer["refusals"][0]["reason"] == "time_other_form"
    assert json.loads(answer["refusals"][0]["reason_values"]) == {"text": "31 02 2023", "form": "%d %m %Y"}


def test_the_same_row_again_is_refused_as_a_duplicate(world: Path, tmp_path: Path) -> None:
    code, answer = _ingested(world, tmp_path, lambda text: text + text.splitlines()[1] + "\n")
    assert (code, answer["refused"]) == (1, 1)
    assert answer["refusals"][0]["reason"] == "duplicate_cell"
    assert json.loads(answer["refusals"][0]["reason_values"]) == {"cell": "row 2, column PM10"}


def test_the_same_file_again_is_known_and_adds_nothing(world: Path, tmp_path: Path) -> None:
    before = exported(world, tmp_path / "before")
    code, answer = _ingested(world, tmp_path, lambda text: text)
    assert (code, answer["accepted"]) == (0, 0)
    assert answer["known"] > 3000
    assert kenes("run", "--observatory", world)[0] == 0
    assert exported(world, tmp_path / "after") == before


def test_a_bad_source_is_told_and_the_rest_of_the_run_goes_on(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=300)
    (world / AIR).write_bytes(b"")
    code, out, err = kenes("run", "--observatory", world, "--json")
    answer = json.loads(out)
    assert code == 1
    assert "air: file is empty" in err
    assert [(each["source"], "error" in each) for each in answer["ingested"]] == [("air", True), ("statistics", False)]
    files = exported(world, tmp_path / "out")
    assert b"gdp_per_head" in files["measurements.csv"]
    assert b"pm10" not in files["observations.csv"]


def test_a_source_that_turns_bad_later_keeps_what_was_known(world: Path, tmp_path: Path) -> None:
    before = exported(world, tmp_path / "before")
    (world / AIR).write_bytes(b"")
    assert kenes("run", "--observatory", world)[0] == 1
    assert exported(world, tmp_path / "after") == before


def test_a_source_that_is_mended_is_taken_up_by_the_next_run(tmp_path: Path, built: Path) -> None:
    world = write_world(tmp_path / "world", days=300)
    true = (world / AIR).read_bytes()
    (world / AIR).write_bytes(_truncated(true).rpartition(b"\n")[0] + b"\nno such,row\n")
    assert kenes("run", "--observatory", world)[0] == 1
    (world / AIR).write_bytes(true)
    assert kenes("run", "--observatory", world)[0] == 0
    assert exported(world, tmp_path / "mended") == exported(built, tmp_path / "built")


def test_a_mapping_with_an_unknown_variable_is_refused_with_its_line(world: Path) -> None:
    mapping = world / "sources/air/mapping.yaml"
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("variable: pm10", "variable: pm11"), encoding="utf-8"
    )
    code, out, _ = kenes("ingest", world / AIR, "--mapping", mapping, "--observatory", world, "--json")
    assert code == 3
    assert re.search(r"pm11.*mapping\.yaml", json.dumps(json.loads(out)))
