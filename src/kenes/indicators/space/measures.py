"""One spatial measurement, with what it stands on beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

COLUMNS = (
    "indicator", "edition", "place", "start", "end", "dimensions", "value", "unit", "uncertainty",
    "uncertainty_kind", "coverage", "origin", "quality", "flags", "reason", "provenance",
    "source", "distance", "origin_model", "headway_min", "district", "population", "unsnapped",
)  # fmt: skip
KEY = (
    "indicator",
    "edition",
    "place",
    "district",
    "start",
    "end",
    "source",
    "distance",
    "origin_model",
    "headway_min",
    "dimensions",
)


@dataclass(frozen=True)
class Measure:
    """A value of one indicator for the city or one district; fields as the columns of the export.

    Attributes:
        indicator: id of the definition.
        value: None where it could not be measured; then `reason` says why.
        unit: of the value.
        source: `osm` or `gtfs`: where stops or places come from.
        distance: `network` or `straight`.
        origin_model: where people are taken to start from.
        headway_min: longest headway that counts, None without such a condition.
        district: empty for the whole city.
        dimensions: such as the group of inhabitants.
        uncertainty: in the unit of the value.
        uncertainty_kind: what the uncertainty covers.
        coverage: share of what should count that could be counted.
        population: persons the value speaks of.
        unsnapped: persons without a street in reach.
        flags: warnings about this value.
        reason: why there is no value.
    """

    indicator: str
    value: float | None
    unit: str
    source: str = "osm"
    distance: str | None = None
    origin_model: str | None = None
    headway_min: float | None = None
    district: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    uncertainty: float | None = None
    uncertainty_kind: str | None = None
    coverage: float | None = None
    population: float | None = None
    unsnapped: float | None = None
    flags: tuple[str, ...] = ()
    reason: str | None = None

    def row(self, context: Mapping[str, str]) -> dict[str, object]:
        """The columns of the export; `context` brings edition, place, period and provenance.

        The period is the service day for timetables and the day of the map otherwise, found in
        `context` under `gtfs` and `osm` as `start/end`.
        """
        start, _, end = context.get(self.source, context.get("osm", "")).partition("/")
        text = json.dumps(dict(sorted(self.dimensions.items())), ensure_ascii=False, separators=(",", ":"))
        return {
            "indicator": self.indicator,
            "edition": context["edition"],
            "place": context["place"],
            "start": start or None,
            "end": end or None,
            "dimensions": text if self.dimensions else None,
            "value": None if self.value is None or self.value != self.value else float(self.value),
            "unit": self.unit,
            "uncertainty": self.uncertainty,
            "uncertainty_kind": self.uncertainty_kind,
            "coverage": self.coverage,
            "origin": "computed",
            "quality": context.get("quality") or None,
            "flags": ";".join(self.flags) or None,
            "reason": self.reason,
            "provenance": context["provenance"],
            "source": self.source,
            "distance": self.distance,
            "origin_model": self.origin_model,
            "headway_min": self.headway_min,
            "district": self.district or None,
            "population": self.population,
            "unsnapped": self.unsnapped,
        }
