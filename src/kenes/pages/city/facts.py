"""What the page of a city is made from; the pipeline hands it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Measured(Protocol):
    """A value of one indicator for the city or one district (`kenes.indicators.space.measurements`)."""

    @property
    def indicator(self) -> str:
        """Id of the definition."""

    @property
    def number(self) -> float | None:
        """The value; None where there is none."""

    @property
    def unit(self) -> str:
        """Of the value."""

    @property
    def source(self) -> str:
        """Where stops, places or numbers come from."""

    @property
    def distance(self) -> str | None:
        """`network` or `straight`."""

    @property
    def origin_model(self) -> str | None:
        """Where people are taken to start from."""

    @property
    def headway_min(self) -> float | None:
        """Longest headway that counts, in minutes."""

    @property
    def district(self) -> str:
        """Empty for the whole city."""

    @property
    def dimensions(self) -> Mapping[str, str]:
        """Such as the group of inhabitants."""

    @property
    def uncertainty(self) -> float | None:
        """In the unit of the value."""

    @property
    def population(self) -> float | None:
        """Persons that the value speaks of."""

    @property
    def unsnapped(self) -> float | None:
        """Persons without a street in reach."""

    @property
    def flags(self) -> Sequence[str]:
        """Warnings about this value."""

    @property
    def reason(self) -> str | None:
        """Why there is no value."""


@dataclass(frozen=True, slots=True)
class IndicatorTexts:
    """What an indicator is called, what it means and where it is from, each by language."""

    name: Mapping[str, str]
    meaning: Mapping[str, str]
    citation: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MapInput:
    """What was read of a map, and how often something was odd, by code.

    Args:
        street_km: length of the streets that people may walk on.
        parts: how many parts of the network do not meet.
        longest_part: share of the length in the longest part; None without streets.
        kept: what else was read, by code of `REMARKS`.
        odd: what was odd, by code.
        few_places: whether it holds next to no places.
    """

    street_km: float
    parts: int
    longest_part: float | None
    kept: Mapping[str, float]
    odd: Mapping[str, float]
    few_places: bool


@dataclass(frozen=True, slots=True)
class TimetableInput:
    """A timetable: its file, stops and calls on the service day, whether none of its trips runs, and what was odd."""

    file: str
    stops: int
    calls: int
    idle: bool
    odd: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PopulationInput:
    """A population grid: persons and cells, and what was odd."""

    persons: float
    cells: int
    odd: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CityInputs:
    """How complete the inputs are; None or nothing for an input that was not given.

    Args:
        map: the map.
        stops_from: whose stops count, `osm` or `layer`.
        stops: remarks on stops with their count, by code.
        timetables: one for each file.
        population: the grid.
        built_up: what was odd about the built-up area, by code.
        weather_hours: of the typical year.
        boundary: what was odd about the boundary, by code.
        districts: what was odd about the districts, by code.
    """

    map: MapInput | None
    stops_from: str
    stops: Mapping[str, float]
    timetables: Sequence[TimetableInput]
    population: PopulationInput | None
    built_up: Mapping[str, float] | None
    weather_hours: int | None
    boundary: Mapping[str, float] | None
    districts: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class CityFacts:
    """A city as its page tells of it.

    Args:
        place: id of the place; empty where it was not named.
        names: of the place by language.
        map_date: day of the map, where it is known.
        service_day: of the timetables.
        stops_date: day of stops that stand in for a map.
        residents: persons and cells; None where no population was given.
        area_kind: where the study area comes from.
        measurements: every value.
        indicators: texts by id, in the order of the definitions.
        inputs: how complete they are.
        files: names of files by what they were given for.
        attribution: owners and licences as they are to be named.
        provenance: id of what the values stand on.
        version: of Keneş.
    """

    place: str
    names: Mapping[str, str]
    map_date: dt.date | None
    service_day: dt.date | None
    stops_date: dt.date | None
    residents: tuple[float, int] | None
    area_kind: str
    measurements: Sequence[Measured]
    indicators: Mapping[str, IndicatorTexts]
    inputs: CityInputs
    files: Mapping[str, Sequence[str]]
    attribution: Sequence[str]
    provenance: str
    version: str
