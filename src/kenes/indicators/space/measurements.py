"""One spatial measurement, what it has in common with others, and the columns of its export."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from kenes.vocabulary.reasons import reason

COLUMNS = (
    "indicator",
    "edition",
    "place",
    "start",
    "end",
    "dimensions",
    "value",
    "unit",
    "uncertainty",
    "uncertainty_kind",
    "coverage",
    "origin",
    "quality",
    "flags",
    "reason",
    "provenance",
    "reason_values",
    "source",
    "distance",
    "origin_model",
    "headway_min",
    "district",
    "population",
    "unsnapped",
)
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
class SpatialMeasurement:
    """A value of one indicator for the city or one district.

    Attributes:
        indicator: id of the definition.
        value: None where it could not be measured; then `reason` says why.
        unit: of the value.
        source: `osm`, `gtfs`, `layer`, `table` or `weather`: where stops, places or numbers come from.
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

    @property
    def number(self) -> float | None:
        """The value; None where there is none, or where it is not a number."""
        return None if self.value is None or self.value != self.value else float(self.value)


@dataclass(frozen=True)
class MeasurementContext:
    """What the measurements of one city share.

    Attributes:
        edition: of the indicators.
        place: its id.
        provenance: id of what they stand on.
        periods: start and end by source; a source that is not named has that of the map.
    """

    edition: str
    place: str
    provenance: str
    periods: Mapping[str, tuple[str, str] | None]

    def period_of(self, measurement: SpatialMeasurement) -> tuple[str | None, str | None]:
        """Start and end: the service day of timetables, the years of a table, the day of the map; None if unknown."""
        return self.periods.get(measurement.source, self.periods.get("osm")) or (None, None)


def columns_of(measurement: SpatialMeasurement, context: MeasurementContext) -> dict[str, str | float | None]:
    """The columns of the export."""
    m = measurement
    start, end = context.period_of(m)
    dimensions = json.dumps(dict(sorted(m.dimensions.items())), ensure_ascii=False, separators=(",", ":"))
    return {
        "indicator": m.indicator,
        "edition": context.edition,
        "place": context.place,
        "start": start,
        "end": end,
        "dimensions": dimensions if m.dimensions else None,
        "value": m.number,
        "unit": m.unit,
        "uncertainty": m.uncertainty,
        "uncertainty_kind": m.uncertainty_kind,
        "coverage": m.coverage,
        "origin": "computed",
        "quality": None,
        "flags": " ".join(m.flags) or None,
        "reason": m.reason,
        "provenance": context.provenance,
        "reason_values": reason(m.reason).text if m.reason else None,
        "source": m.source,
        "distance": m.distance,
        "origin_model": m.origin_model,
        "headway_min": m.headway_min,
        "district": m.district or None,
        "population": m.population,
        "unsnapped": m.unsnapped,
    }
