from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from kenes import sources
from kenes.catalogue.documents import parse_document
from kenes.catalogue.mappings import parse_mappings
from kenes.catalogue.places import PlaceIndex
from kenes.vocabulary.facts import Place
from kenes.vocabulary.reasons import Reason
from kenes.vocabulary.tables import OBSERVATIONS

VARIABLES = {"pm10": "ug/m^3", "pm25": "ug/m^3", "population": "person", "rate": "percent"}

MAPPING = """
source: {id: test, issuer: Issuer, licence: CC0-1.0, retrieved: 2026-11-23}
file: {path: data.csv}
place: {column: place}
time: {column: time}
variables: [{column: PM10, variable: pm10, unit: ug/m^3}]
"""


class Read:
    """A reading that has been taken."""

    def __init__(self, reading: sources.Reading) -> None:
        self.reading = reading
        batches = list(reading.batches())
        self.table = pa.concat_tables([OBSERVATIONS.schema().empty_table(), *batches])
        self.report = reading.report

    def column(self, name: str) -> list[Any]:
        return self.table[name].to_pylist()

    @property
    def refusals(self) -> list[tuple[str, Reason]]:
        return [(refusal.locator, refusal.reason) for refusal in self.report.refusals]


@pytest.fixture
def places() -> PlaceIndex:
    return PlaceIndex(
        [
            Place("xx", "country", {"en": "Xland"}),
            Place("xx-ada", "province", {"en": "Ada"}, parent="xx", external={"nuts": "XX1"}),
            Place("xx-bor", "province", {"en": "Bor"}, parent="xx", external={"nuts": "XX2"}),
            Place("xx-bor-city", "city", {"en": "Bor"}, parent="xx-bor"),
        ]
    )


@pytest.fixture
def read(places: PlaceIndex) -> Callable[..., Read]:
    def run(data: str | bytes, mapping: str = MAPPING, **swaps: str) -> Read:
        """Read data under a mapping, in which whole lines `key: ...` are swapped or added."""
        lines = [line for line in mapping.strip().splitlines() if line.split(":")[0] not in swaps]
        text = "\n".join([*lines, *(f"{key}: {value}" for key, value in swaps.items())])
        (parsed,) = parse_mappings(parse_document(text, "mapping.yaml"))
        raw = data.encode() if isinstance(data, str) else data
        return Read(sources.read(parsed, raw, places=places, variables=VARIABLES, batch="the batch"))

    return run
