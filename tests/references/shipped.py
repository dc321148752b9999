"""Shipped files read by hand-written code that shares nothing with the product, and the product's own numbers."""

from __future__ import annotations

import csv
import functools
import shutil
import tempfile
from pathlib import Path
from typing import Any

import kenes

OTS = Path(kenes.__file__).resolve().parents[2] / "observatories" / "ots"


def cells(file: str, *, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    """All cells of a shipped source file; row N of a locator is item N - 1."""
    with (OTS / "sources" / file).open(encoding=encoding, newline="") as stream:
        return [[cell.strip() for cell in row] for row in csv.reader(stream, delimiter=delimiter)]


def column(rows: list[list[str]], row: int, name: str) -> str:
    """The cell of a row (from 1) under a header."""
    return rows[row - 1][rows[0].index(name)]


@functools.cache
def built() -> Any:
    """An edition of the shipped observatory, built once a session from a copy."""
    from kenes.pipeline.observatory.run import run

    folder = Path(tempfile.mkdtemp(prefix="kenes-references-")) / "ots"
    shutil.copytree(OTS, folder, ignore=shutil.ignore_patterns("store"))
    return run(folder).edition


def measured(indicator: str, place: str | None = None) -> list[dict[str, Any]]:
    """Measurements of an indicator, with the calendar year as `year`."""
    wanted = {"indicator": indicator} | ({"place": place} if place else {})
    return [dict(row) | {"year": row["start"].year} for row in built().table("measurements", filter=wanted).to_pylist()]
