"""Results of an index in their folder: written, read back, and compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from kenes.comparison.building import Workshop
from kenes.comparison.readings.panels import Change, decompose
from kenes.comparison.steps.correlating import correlation
from kenes.comparison.steps.inputs import read_inputs
from kenes.pipeline.index.reading import names_of, read_plain, read_specification, read_table
from kenes.pipeline.index.tables import Tables, csv_bytes
from kenes.vocabulary.errors import BadInput

Key = tuple[str, ...]
"""A place, or in a panel a place and a time."""
ScoreAndRank = tuple[float | None, int | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """A place (at a time, in a panel) in two editions, and what its change is made of where that is known."""

    place: str
    time: str | None
    score_before: float | None
    score_after: float | None
    rank_before: int | None
    rank_after: int | None
    parts: Change | None

    def told(self) -> dict[str, object]:
        """One record; without time where there is none."""
        before, after, parts = self.score_before, self.score_after, self.parts
        return {
            "place": self.place,
            **({} if self.time is None else {"time": self.time}),
            "score_before": before,
            "score_after": after,
            "change": None if before is None or after is None else after - before,
            "rank_before": self.rank_before,
            "rank_after": self.rank_after,
            "data": parts and parts.data,
            "method": parts and parts.method,
            "membership": parts and parts.membership,
        }


def files_of(folder: Path) -> set[str]:
    """The files that a result wrote into a folder, by its own account; none where it holds no result."""
    try:
        files: list[str] = json.loads((folder / "result.json").read_text("utf-8"))["files"]
        return {*files, "result.json"}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def write_result(folder: Path, tables: Tables, result: Mapping[str, object]) -> None:
    """Each table as CSV, and `result.json`."""
    for name, (columns, rows) in tables.items():
        (folder / f"{name}.csv").write_bytes(csv_bytes(columns, rows))
    files = sorted(entry.name for entry in folder.iterdir())
    told = json.dumps({**result, "files": files}, indent=2, sort_keys=True) + "\n"
    (folder / "result.json").write_text(told, encoding="utf-8")


def versions() -> dict[str, str]:
    """Of what computed a result."""
    try:
        kenes = version("kenes")
    except PackageNotFoundError:
        kenes = "0"
    return {"kenes": kenes, "numpy": np.__version__}


def compare(before: Path, after: Path) -> dict[str, Any]:
    """What differs between two results: ranks, scores, and the places of only one.

    Returns:
        `changes` (place, time in a panel, score and rank before and after, and in what part the change comes from
        data, method and membership where that can be told; sorted by place), `only_before`, `only_after` (ids, or in a
        panel place and time), the rank correlation, and `undivided`, why the changes could not be divided, or None.

    Raises:
        BadInput: a folder holds no result, or only one of the two has years.
    """
    first, second = _result(before), _result(after)
    widths = {len(k) for k in (*first, *second)}
    if len(widths) > 1:
        raise BadInput(
            f"{before} and {after}",
            expected="years in both or in neither",
            found="years in only one",
            mend="Build both with time_column, or both for one year.",
        )
    both = sorted(set(first) & set(second))
    parts, undivided = _parts(before, after)
    compared = [
        Compared(
            place=key[0],
            time=key[1] if len(key) > 1 else None,
            score_before=first[key][0],
            score_after=second[key][0],
            rank_before=first[key][1],
            rank_after=second[key][1],
            parts=parts.get(key[0]),
        )
        for key in both
    ]
    pairs = np.array([[c.score_before, c.score_after] for c in compared], dtype=float).reshape(-1, 2)
    r = correlation(pairs[:, 0], pairs[:, 1], "spearman")[0]
    return {
        "changes": [c.told() for c in compared],
        "undivided": undivided,
        "only_before": _named(set(first) - set(second)),
        "only_after": _named(set(second) - set(first)),
        "spearman": None if np.isnan(r) else r,
        "same_specification": _meta(before).get("specification") == _meta(after).get("specification"),
        "same_data": _meta(before).get("data") == _meta(after).get("data"),
    }


def _parts(before: Path, after: Path) -> tuple[dict[str, Change], str | None]:
    """What each place's change is made of, by building both editions anew; or why that cannot be told."""
    try:
        profiles = []
        for folder in (before, after):
            spec = read_specification(folder / "spec.json")
            data = read_table(folder / "data.csv", names_of(spec))
            profiles.append(Workshop(read_inputs(spec, data)).build(spec))
        found = decompose(*profiles)
    except BadInput as error:
        return {}, str(error)
    return {c.place: c for c in found if np.isfinite([c.data, c.method, c.membership]).all()}, None


def _named(keys: set[Key]) -> list[str | dict[str, str]]:
    """Ids in order; place and time in a panel."""
    return [k[0] if len(k) == 1 else {"place": k[0], "time": k[1]} for k in sorted(keys)]


def _meta(folder: Path) -> dict[str, object]:
    return read_plain(folder / "result.json")


def _result(folder: Path) -> dict[Key, ScoreAndRank]:
    """Score and rank of the root by place (and time)."""
    if not (folder / "result.json").is_file():
        raise BadInput(str(folder), expected="a folder written by `kenes index build`", found="no result.json")
    scores, ranks = read_table(folder / "scores.csv"), read_table(folder / "ranks.csv")
    key = [c for c in ("place", "time") if c in scores]
    root = next(c for c in scores if c not in key)
    keys = zip(*(map(str, scores[c]) for c in key), strict=True)
    return {
        k: (None if s is None else float(str(s)), None if r is None else int(str(r)))
        for k, s, r in zip(keys, scores[root], ranks[root], strict=True)
    }
