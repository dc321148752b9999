"""Every way in which a command can end has its code, its words, and one JSON value where it was asked for."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from kenes.cli import main
from kenes.cli.shared import FiniteRange, guarded, json_option
from kenes.store import FORMAT
from kenes.testing.world import write_world
from kenes.vocabulary import errors


def ended(action: object, *arguments: str) -> Result:
    """What becomes of a command that returns something, or raises it."""

    @click.command()
    @json_option
    @guarded
    def command(as_json: bool) -> int | None:
        if isinstance(action, BaseException):
            raise action
        return action  # type: ignore[return-value]

    return CliRunner().invoke(command, list(arguments))


def all_errors() -> list[type[errors.KenesError]]:
    found = [errors.KenesError]
    for kind in found:
        found += kind.__subclasses__()
    return [kind for kind in found[1:] if kind.__module__ == errors.__name__]


def test_an_error_of_the_store_is_our_fault_and_every_other_told_error_is_bad_input() -> None:
    assert len(all_errors()) > 8
    for kind in all_errors():
        error = kind([]) if kind is errors.CatalogueFaults else kind("what happened")
        expected = 4 if issubclass(kind, errors.StoreError) else 3
        result = ended(error)
        assert result.exit_code == expected, kind
        assert result.stdout == ""
        assert result.stderr.startswith(f"{kind.__name__}: ")
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("fault", [ValueError("odd"), KeyError("x"), ZeroDivisionError("y"), RuntimeError("z")])
def test_a_fault_of_ours_ends_with_four_and_the_way_it_came(fault: Exception) -> None:
    result = ended(fault)
    assert result.exit_code == 4
    assert result.stdout == ""
    assert "Traceback" in result.stderr
    assert type(fault).__name__ in result.stderr.splitlines()[-2]
    answer = ended(fault, "--json")
    assert answer.exit_code == 4
    assert json.loads(answer.stdout) == {"error": type(fault).__name__, "message": str(fault)}


def test_a_file_that_the_system_refuses_is_bad_input() -> None:
    for error in (PermissionError(13, "Permission denied", "/x/y"), OSError(28, "No space left on device", "/x/y")):
        result = ended(error)
        assert result.exit_code == 3
        assert "/x/y" in result.stderr
        assert "Traceback" not in result.stderr
        assert "/x/y" in json.loads(ended(error, "--json").stdout)["message"]


def test_what_a_command_returns_is_its_code_and_nothing_is_done() -> None:
    assert [ended(code).exit_code for code in (None, 0, 1, 3)] == [0, 0, 1, 3]


def test_a_reader_that_went_away_and_an_interrupt_are_no_fault_of_ours() -> None:
    for error in (BrokenPipeError(), KeyboardInterrupt()):
        result = ended(error)
        assert result.exit_code == 130
        assert result.output == ""


def test_usage_stays_usage() -> None:
    assert ended(click.UsageError("no")).exit_code == 2
    assert ended(click.BadParameter("no")).exit_code == 2
    assert ended(None, "--nothing").exit_code == 2


def test_the_findings_of_a_catalogue_are_listed_in_the_json() -> None:
    findings = [errors.Finding("code", "what", "file.yaml", 3)]
    answer = json.loads(ended(errors.CatalogueFaults(findings), "--json").stdout)
    assert [(f["code"], f["file"], f["line"]) for f in answer["findings"]] == [("code", "file.yaml", 3)]


@pytest.mark.parametrize(("text", "code"), [("0", 0), ("90", 0), ("90.1", 2), ("-1", 2), ("nan", 2), ("inf", 2)])
def test_a_number_out_of_its_range_or_none_at_all_is_usage(text: str, code: int) -> None:
    @click.command()
    @click.option("--tilt", type=FiniteRange(0, 90))
    def command(tilt: float) -> None:
        pass

    assert CliRunner().invoke(command, [f"--tilt={text}"]).exit_code == code


# The same through the commands themselves


def kenes(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_a_damaged_store_and_one_of_a_newer_version_are_our_fault(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=1)
    assert kenes("ingest", "--observatory", world).exit_code == 0
    journal = world / "store" / "journal.sqlite"
    with closing(sqlite3.connect(journal)) as db:
        db.execute(f"pragma user_version={FORMAT + 1}")
    result = kenes("ingest", "--observatory", world, "--json")
    assert (result.exit_code, json.loads(result.stdout)["error"]) == (4, "StoreError")
    for path in journal.parent.glob("journal.sqlite*"):
        path.unlink()
    journal.write_bytes(b"this is no journal of a store, whatever else it may be" * 100)
    assert kenes("ingest", "--observatory", world).exit_code == 4


def test_ingesting_ends_with_one_where_a_cell_or_a_file_is_refused_and_with_three_where_nothing_was_read(
    tmp_path: Path,
) -> None:
    world = write_world(tmp_path / "world", days=2)
    assert kenes("ingest", "--observatory", world).exit_code == 0
    air, statistics = (world / "sources" / name for name in ("air/air.csv", "statistics/statistics.csv"))
    text = air.read_bytes()
    air.write_bytes(text + "Akdere,9 01 2023,nonsense\n".encode("iso-8859-9"))
    assert kenes("ingest", "--observatory", world).exit_code == 1
    air.unlink()
    assert kenes("ingest", "--observatory", world).exit_code == 1
    statistics.unlink()
    assert kenes("ingest", "--observatory", world).exit_code == 3
    assert kenes("ingest", "nothing", "--observatory", world).exit_code == 3


def test_one_file_by_hand_ends_with_three_where_it_is_refused_whole(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=2)
    mapping, empty = world / "sources/air/mapping.yaml", tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert kenes("ingest", empty, "--mapping", mapping, "--observatory", world).exit_code == 3
    assert not (world / "store" / "observations").exists()
    two = kenes("ingest", empty, empty, "--mapping", mapping, "--observatory", world)
    assert two.exit_code == 2
