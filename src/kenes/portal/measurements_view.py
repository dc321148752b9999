"""Measurements of an edition: series by indicator and place, and what the quality rules found."""

from __future__ import annotations

from collections.abc import Mapping

from kenes.catalogue.definitions import IndicatorDefinition
from kenes.portal.places_view import PlacesView
from kenes.portal.records import Concern, Measurement, concerns_of, grouped, ids_in, rows_as
from kenes.store import Edition


class MeasurementsView:
    """Measurements as pages ask for them.

    Args:
        edition: the published edition.
        indicators: declared indicators by id.
        places: what lies in what.
    """

    def __init__(self, edition: Edition, indicators: Mapping[str, IndicatorDefinition], places: PlacesView) -> None:
        self.indicators, self._places = indicators, places
        measured = rows_as(edition.table("measurements"), Measurement)
        measured.sort(key=lambda m: (m.indicator, m.place, m.start))
        self._series = grouped([m for m in measured if m.dimensions in (None, "", "{}")], "indicator", "place")
        self._of_place: dict[str, list[str]] = {}
        self._of_indicator: dict[str, list[str]] = {}
        for indicator, place in self._series:
            self._of_place.setdefault(place, []).append(indicator)
            self._of_indicator.setdefault(indicator, []).append(place)
        self._concerns = grouped(concerns_of(edition.table("flags")), "place")
        table = edition.table("provenance", columns=["provenance", "sources"])
        self._sources_of: dict[str, tuple[str, ...]] = {}
        known: dict[str | None, tuple[str, ...]] = {}
        for key, text in zip(table.column(0).to_pylist(), table.column(1).to_pylist(), strict=True):
            if text not in known:
                known[text] = ids_in(text)
            self._sources_of[str(key)] = known[text]

    def series(self, indicator: str, place: str) -> tuple[Measurement, ...]:
        """All measurements of an indicator for a place, by time."""
        return self._series.get((indicator, place), ())

    def latest(self, indicator: str, place: str, year: int | None = None) -> Measurement | None:
        """The newest measurement with a value (or of one year); else the newest gap; None if never measured."""
        series = self.series(indicator, place)
        if year is not None:
            series = tuple(measurement for measurement in series if measurement.year == year)
        for measurement in reversed(series):
            if measurement.value is not None:
                return measurement
        return series[-1] if series else None

    def newest(self, indicator: str, year: int | None = None) -> dict[str, Measurement]:
        """The newest measurement with a value of each place."""
        found = {p: self.latest(indicator, p, year) for p in self._of_indicator.get(indicator, ())}
        return {p: measurement for p, measurement in found.items() if measurement and measurement.value is not None}

    def finest(self, indicator: str, year: int | None = None) -> dict[str, Measurement]:
        """As `newest`, without statistical regions whose own parts have a value."""
        newest = self.newest(indicator, year)
        covered = {region for place in newest for region in self._places.ancestors(place)}
        return {
            p: f
            for p, f in newest.items()
            if p not in covered or p not in self._places.places or self._places.places[p].kind != "group"
        }

    def years(self, indicator: str) -> list[int]:
        """Years with at least one value, newest first."""
        places = self._of_indicator.get(indicator, ())
        return sorted({f.year for p in places for f in self.series(indicator, p) if f.value is not None}, reverse=True)

    def indicators_of(self, place: str) -> list[str]:
        """Indicators with any measurement for a place."""
        return self._of_place.get(place, [])

    def has_values(self, indicator: str) -> bool:
        """Whether any place has a value of the indicator."""
        return any(
            f.value is not None for p in self._of_indicator.get(indicator, ()) for f in self.series(indicator, p)
        )

    @staticmethod
    def points(series: tuple[Measurement, ...]) -> list[tuple[int, float | None]]:
        """Year and value of each measurement of a series."""
        return [(measurement.year, measurement.value) for measurement in series]

    def sources_of(self, measurement: Measurement) -> tuple[str, ...]:
        """Ids of the sources that a measurement was made from."""
        return self._sources_of.get(measurement.provenance or "", ())

    def inherited(self, place: str) -> list[tuple[str, Measurement]]:
        """Values of larger regions for indicators that the place itself has no value of."""
        own = {i for i in self.indicators_of(place) if (f := self.latest(i, place)) and f.value is not None}
        found: list[tuple[str, Measurement]] = []
        for region in self._places.ancestors(place):
            for indicator in self.indicators_of(region):
                measurement = self.latest(indicator, region)
                if (
                    indicator in self.indicators
                    and indicator not in own
                    and measurement
                    and measurement.value is not None
                ):
                    own.add(indicator)
                    found.append((region, measurement))
        return found

    def concerns(self, place: str) -> tuple[Concern, ...]:
        """Flags of a place, grouped."""
        return self._concerns.get((place,), ())

    def concerns_with(self, indicator: str, place: str, year: int) -> list[Concern]:
        """What the quality rules found in the inputs of a number, or in the number itself, in its year."""
        definition = self.indicators.get(indicator)
        names = {indicator, *(each.variable for each in definition.inputs.values())} if definition else {indicator}
        return [
            concern
            for concern in self.concerns(place)
            if concern.variable in names and concern.first and concern.last
            if concern.first.year <= year <= concern.last.year
        ]
