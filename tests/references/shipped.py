"""Shipped files read by hand-written code that shares nothing with the product, and the product's own numbers."""

from __future__ import annotations

import csv
import functools
import shutil
from pathlib import Path
from typing import Any

from tests.shared import once

import kenes
from kenes.store import Edition

OTS = Path(kenes.__file__).resolve().parents[2] / "observatories" / "ots"


def cells(file: str, *, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    """All cells of a shipped source file; row N of a locator is item N - 1."""
    with (OTS / "sources" / file).open(encoding=encoding, newline="") as stream:
        return [[cell.strip() for cell in row] for row in csv.reader(stream, delimiter=delimiter)]


def column(rows: list[list[str]], row: int, name: str) -> str:
    """The cell of a row (from 1) under a header."""
    return rows[row - 1][rows[0].index(name)]


def _build(folder: Path) -> None:
    from kenes.pipeline.observatory.run import run

    shutil.copytree(OTS, folder, ignore=shutil.ignore_patterns("store"), dirs_exist_ok=True)
    run(folder)


@functools.cache
def built() -> Edition:
    """An edition of the shipped observatory, built once a test run from a copy."""
    return Edition.open(once("ots", _build))


def measured(indicator: str, place: str | None = None) -> list[dict[str, Any]]:
    """Measurements of an indicator, with the calendar year as `year`."""
    wanted = {"indicator": indicator} | ({"place": place} if place else {})
    return [dict(row) | {"year": row["start"].year} for row in built().table("measurements", filter=wanted).to_pylist()]
