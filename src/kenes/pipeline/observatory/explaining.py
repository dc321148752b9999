"""From a published number down to the source rows it stands on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from kenes.catalogue import Catalogue
from kenes.pipeline.observatory.answers import (
    Explanation,
    FlagAnswer,
    InputAnswer,
    MeasurementAnswer,
    ObservationAnswer,
    ScoreAnswer,
    SeriesAnswer,
    SourceAnswer,
)
from kenes.pipeline.observatory.exporting import plain
from kenes.pipeline.observatory.run import open_edition
from kenes.store import Edition
from kenes.vocabulary.errors import BadInput

SHOWN = 5


def explain(folder: Path, place: str, indicator: str, year: int | None = None) -> Explanation:
    """The whole way from a number to its rows.

    Args:
        folder: the observatory.
        place: our id or an external id.
        indicator: id of the indicator.
        year: which year; None takes the newest with a value, else the newest.

    Returns:
        Plain values: `measurement`, `definition`, `inputs` each with its series and `observations`,
        `sources`, `flags`, `scores` (the indices it went into).

    Raises:
        BadInput: the place has no such number.
    """
    edition, catalogue = open_edition(folder)
    definition = catalogue.indicator(indicator)
    found = catalogue.resolve(place)
    row = _chosen(edition, found.id, indicator, year)
    trail = edition.table("provenance", filter={"provenance": row["provenance"]}).to_pylist()[0]
    inputs: list[InputAnswer] = json.loads(trail["inputs"])
    for each in inputs:
        for series in each["series"]:
            series["observations"] = observations_of(edition, found.id, each["variable"], series)
    return {
        "edition": edition.id,
        "place": {"id": found.id, "name": found.name("en")},
        "measurement": cast("MeasurementAnswer", _plain_row(row)),
        "definition": {
            "id": definition.id,
            "edition": definition.edition,
            "name": definition.text("en"),
            "formula": definition.formula.text,
            "unit": definition.unit,
            "citations": [f"{c.framework} {c.number} ({c.fit})" for c in definition.citations],
        },
        "inputs": inputs,
        "sources": _sources(edition, trail["sources"].split(), inputs),
        "flags": _flags(edition, catalogue, found.id, row),
        "scores": [
            cast("ScoreAnswer", _plain_row(score))
            for score in edition.table("scores", filter={"place": found.id, "node": indicator}).to_pylist()
        ],
    }


def _chosen(edition: Edition, place: str, indicator: str, year: int | None) -> dict[str, Any]:
    rows = edition.table("measurements", filter={"place": place, "indicator": indicator}).to_pylist()
    if year is not None:
        rows = [row for row in rows if row["start"].year == year]
    if not rows:
        when = f" of {year}" if year else ""
        raise BadInput(
            f"{place} has no {indicator}{when}",
            mend="See `kenes export measurements --place` for what there is.",
        )
    known = [row for row in rows if row["value"] is not None] or rows
    return max(known, key=lambda row: row["start"])


def observations_of(
    edition: Edition, place: str, variable: str, series: SeriesAnswer, most: int | None = SHOWN
) -> list[ObservationAnswer]:
    """Observations of one series and year, as plain rows; the first ones when there are many."""
    wanted = {"variable": variable, "place": place, "snapshot": series["snapshot"]}
    if series["count"] == 1:
        wanted["observation"] = series["first"]
    table = edition.table("observations", filter=wanted)
    rows = [
        row
        for row in table.to_pylist()
        if (row["site"] or "") == series["site"]
        and (row["dimensions"] or "") == series["dimensions"]
        and row["civil_start"].year == series["year"]
    ]
    rows.sort(key=lambda row: row["start"])
    return [cast("ObservationAnswer", _plain_row(row)) for row in rows[:most]]


def _plain_row(row: Mapping[str, object]) -> dict[str, object]:
    return {name: plain(value) for name, value in row.items()}


def _sources(edition: Edition, wanted: Sequence[str], inputs: Sequence[InputAnswer]) -> list[SourceAnswer]:
    used = {series["snapshot"] for each in inputs for series in each["series"]}
    return [
        {
            "id": s.id,
            "file": s.file,
            "issuer": s.issuer,
            "licence": s.licence,
            "url": s.url,
            "retrieved": s.retrieved,
            "snapshot": s.snapshot,
            "attribution": s.attribution,
        }
        for s in edition.sources
        if s.id in wanted and s.snapshot in used
    ]


def _flags(edition: Edition, catalogue: Catalogue, place: str, row: Mapping[str, Any]) -> list[FlagAnswer]:
    definition = catalogue.indicators[row["indicator"]]
    variables = [definition.id, *(each.variable for each in definition.inputs.values())]
    rows = edition.table("flags", filter={"place": place, "variable": variables}).to_pylist()
    return [
        cast("FlagAnswer", _plain_row(flag))
        for flag in rows
        if flag["start"] < row["end"] and flag["end"] > row["start"]
    ]
