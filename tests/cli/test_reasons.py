"""Reasons on the command line: codes in every table, sentences only where a language is asked for."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kenes.cli import main
from kenes.testing.world import BROKEN, write_world


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_world(tmp_path_factory.mktemp("world"))
    assert CliRunner().invoke(main, ["run", "--observatory", str(folder)]).exit_code in (0, 1)
    return folder


def kenes(*arguments: object) -> str:
    answer = CliRunner().invoke(main, [str(each) for each in arguments])
    assert answer.exit_code in (0, 1), answer.output
    return answer.stdout


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_an_export_holds_codes_and_sentences_only_where_asked(built: Path, tmp_path: Path) -> None:
    kenes("export", "flags", "--observatory", built, "--out", tmp_path / "plain.csv")
    plain = rows(tmp_path / "plain.csv")
    assert list(plain[0])[-1] == "reason_values"
    low = next(row for row in plain if row["reason"] == "low_mean")
    assert {"median", "peers", "value", "unit", "year", "z", "count"} == set(json.loads(low["reason_values"]))
    for lang, word in (("en", "robust standard deviations"), ("tr", "dayanıklı standart sapma")):
        kenes("export", "flags", "--observatory", built, "--out", tmp_path / "told.csv", "--lang", lang)
        told = rows(tmp_path / "told.csv")
        assert list(told[0])[-1] == "reason_text"
        assert [{k: v for k, v in row.items() if k != "reason_text"} for row in told] == plain
        assert any(word in row["reason_text"] for row in told)


def test_all_exports_take_a_language_and_only_those_with_reasons_a_column(built: Path, tmp_path: Path) -> None:
    kenes("export", "--all", "--observatory", built, "--out", tmp_path / "all", "--lang", "kk")
    with_text = {path.stem for path in (tmp_path / "all").iterdir() if "reason_text" in path.read_text().split("\n")[0]}
    assert with_text == {"flags", "measurements", "scores"}


def test_an_explanation_and_advice_are_told_in_the_language_that_is_asked_for(built: Path) -> None:
    place = f"xx-{BROKEN.lower()}"
    english = kenes("explain", place, "pm10_annual_mean", "--observatory", built)
    russian = kenes("explain", place, "pm10_annual_mean", "--observatory", built, "--lang", "ru")
    assert "robust standard deviations" in english
    assert "робастных стандартных отклонениях" in russian
    assert "robust" not in russian
    advice = json.loads(kenes("advise", "xx-akdere", "--observatory", built, "--json"))
    every = [*advice["refused"], *(r for row in advice["recommendations"] for r in row["reasons"])]
    assert all(set(reason) == {"code", "values"} for reason in every)
    assert kenes("advise", "xx-akdere", "--observatory", built, "--lang", "tr") != kenes(
        "advise", "xx-akdere", "--observatory", built
    )


def test_a_refused_cell_is_a_code_with_values_and_a_sentence_on_the_terminal(built: Path, tmp_path: Path) -> None:
    mapping = built / "sources/statistics/mapping.yaml"
    file = tmp_path / "statistics.csv"
    lines = (built / "sources/statistics/statistics.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    unit, _, *values = lines[1].split(",")
    file.write_text("".join([*lines, ",".join([unit, "Atlantis", *values])]), encoding="utf-8")
    found = json.loads(kenes("ingest", file, "--mapping", mapping, "--observatory", built, "--json"))
    refusal = found["refusals"][0]
    assert refusal["reason"] == "place_unknown"
    assert json.loads(refusal["reason_values"])["text"] == "Atlantis"
    told = kenes("ingest", file, "--mapping", mapping, "--observatory", built, "--lang", "hu")
    assert f"refused: statistics {refusal['locator']}: " in told
    assert "Atlantis" in told
    assert "fits no place" not in told


def test_a_file_judged_by_hand_is_told_where_a_language_is_asked_for(built: Path, tmp_path: Path) -> None:
    common = (built / "sources/air/air.csv", "--mapping", built / "sources/air/mapping.yaml", "--observatory", built)
    kenes("quality", *common, "--out", tmp_path / "flags.csv", "--lang", "az")
    assert all(row["reason_text"] for row in rows(tmp_path / "flags.csv"))
    kenes("quality", *common, "--out", tmp_path / "plain.csv")
    assert "reason_text" not in rows(tmp_path / "plain.csv")[0]


def test_an_error_as_json_has_its_code_and_where_it_is_known_file_and_line(built: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    text = (built / "sources/statistics/mapping.yaml").read_text(encoding="utf-8")
    mapping.write_text(text.replace("unit: PPS/person", "unit: furlong_of_gold"), encoding="utf-8")
    file = built / "sources/statistics/statistics.csv"
    command = ["ingest", str(file), "--mapping", str(mapping), "--observatory", str(built), "--json"]
    answer = CliRunner().invoke(main, command)
    found = json.loads(answer.stdout)
    assert (answer.exit_code, found["code"]) == (3, "unknown_unit")
    assert found["file"].endswith("mapping.yaml")
    assert text.splitlines()[found["line"] - 1].strip().startswith("- {column")
    plain = json.loads(CliRunner().invoke(main, ["advise", "nowhere", "--observatory", str(built), "--json"]).stdout)
    assert (plain["file"], plain["line"]) == (None, None)
    assert plain["code"] == "place_unknown"
