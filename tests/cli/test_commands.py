"""Exit codes mean something; JSON is one value on stdout; a number leads down to its row."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kenes.cli import COMMANDS, main
from kenes.testing.world import BROKEN, write_world


def kenes(*arguments: str | Path) -> tuple[int, str, str]:
    answer = CliRunner().invoke(main, [str(each) for each in arguments])
    return answer.exit_code, answer.stdout, answer.stderr


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_world(tmp_path_factory.mktemp("cli") / "world", days=300)
    assert kenes("run", "--observatory", folder)[0] == 0
    return folder


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_loads_and_tells_its_options(command: str) -> None:
    code, out, _ = kenes(command, "--help")
    assert code == 0
    assert out.startswith(f"Usage: main {command}")


def test_an_unknown_command_and_a_missing_argument_are_usage() -> None:
    assert kenes("fly")[0] == 2
    assert kenes("explain", "xx-akdere")[0] == 2
    assert kenes("export", "--observatory", ".")[0] == 2


def test_a_folder_that_is_no_observatory_is_bad_input(tmp_path: Path) -> None:
    code, out, err = kenes("export", "places", "--observatory", tmp_path, "--out", tmp_path / "p.csv", "--json")
    assert code == 3
    assert "is no observatory" in json.loads(out)["message"]
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_started_observatory_is_sound_and_runs(tmp_path: Path) -> None:
    assert kenes("init", tmp_path / "mine")[0] == 0
    assert kenes("check", "--observatory", tmp_path / "mine")[0] == 0
    assert kenes("run", "--observatory", tmp_path / "mine")[0] == 0
    code, out, _ = kenes("explain", "xx-north", "physicians_per_10k", "--observatory", tmp_path / "mine", "--json")
    assert code == 0
    assert json.loads(out)["measurement"]["value"] == pytest.approx(310 / 120_000 * 10_000)
    assert kenes("init", tmp_path / "mine")[0] == 3


def test_a_second_run_finds_nothing_to_do(world: Path) -> None:
    code, out, _ = kenes("run", "--observatory", world, "--json")
    answer = json.loads(out)
    assert (code, answer["done"]) == (0, [])
    assert all(each["accepted"] == 0 and each["known"] > 0 for each in answer["ingested"])


def test_a_number_leads_down_to_the_cells_of_its_file(world: Path) -> None:
    code, out, _ = kenes(
        "explain", "iso:XX-01", "physicians_per_10k", "--year", "2022", "--observatory", world, "--json"
    )
    found = json.loads(out)
    assert code == 0
    rows = (world / "sources/statistics/statistics.csv").read_text(encoding="utf-8").splitlines()
    for each in found["inputs"]:
        (observation,) = each["series"][0]["observations"]
        row, column = re.fullmatch(r"row (\d+), column (\d{4})", observation["locator"]).groups()  # type: ignore[union-attr]
        cell = rows[int(row) - 1].split(",")[rows[0].split(",").index(column)]
        assert cell == observation["text"]
    values = {each["input"]: each["value"] for each in found["inputs"]}
    assert found["measurement"]["value"] == pytest.approx(10_000 * values["physicians"] / values["population"])


def test_explain_tells_licence_and_file_in_words(world: Path) -> None:
    code, out, _ = kenes("explain", "xx-akdere", "pm10_annual_mean", "--observatory", world)
    assert code == 0
    assert "CC0-1.0" in out
    assert "air.csv sha256" in out


@pytest.mark.parametrize(("place", "indicator"), [("xx-nowhere", "population"), ("xx-akdere", "happiness")])
def test_an_unknown_place_or_indicator_is_bad_input(world: Path, place: str, indicator: str) -> None:
    code, _, err = kenes("explain", place, indicator, "--observatory", world)
    assert code == 3
    assert "nowhere" in err or "happiness" in err


def test_the_broken_sensor_does_not_lead_and_its_page_can_say_why(world: Path) -> None:
    code, out, _ = kenes("explain", f"xx-{BROKEN.lower()}", "pm10_annual_mean", "--observatory", world, "--json")
    found = json.loads(out)
    assert (code, found["measurement"]["quality"]) == (0, "suspect")
    assert any(flag["rule"] == "implausibly_low" and '"peers":' in flag["reason_values"] for flag in found["flags"])
    code, out, _ = kenes("export", "scores", "--observatory", world, "--json")
    ranks = {(row["place"], row["node"]): row["rank"] for row in json.loads(out)}
    assert ranks[f"xx-{BROKEN.lower()}", "clean_air"] != 1


def test_measuring_as_of_a_day_knows_only_what_was_retrieved_by_then(world: Path) -> None:
    def known(date: str) -> set[str]:
        code, out, _ = kenes("measure", "--as-of", date, "--observatory", world, "--json")
        assert code == 0
        return {row["indicator"] for row in json.loads(out)}

    assert known("2024-01-31") == set()
    assert known("2024-02-01") == {"pm10_annual_mean"}
    assert {"population", "pm10_annual_mean"} <= known("2024-03-01")


def test_a_revision_is_seen_only_from_the_day_of_its_retrieval(world: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(world, tmp_path / "world"))
    file, mapping = (folder / "sources/statistics" / name for name in ("statistics.csv", "mapping.yaml"))
    file.write_text(file.read_text(encoding="utf-8").replace(":", "777", 1), encoding="utf-8")
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("2024-03-01", "2024-09-01"), encoding="utf-8")
    assert kenes("run", "--observatory", folder)[0] == 0

    def doctors(date: str) -> float | None:
        arguments = ("--indicator", "physicians_per_10k", "--as-of", date, "--observatory", folder, "--json")
        rows = json.loads(kenes("measure", *arguments)[1])
        found = [r["value"] for r in rows if r["place"] == "xx-dogansehir" and r["start"].startswith("2023")]
        return found[0] if found else None

    assert doctors("2024-08-31") is None
    assert doctors("2024-09-01") == pytest.approx(777 / int(200_000 * 1.75 * 1.01**3) * 10_000, rel=1e-3)
