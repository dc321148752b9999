"""A small city, made up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kenes.pages.city.facts import CityFacts, CityInputs, IndicatorTexts, MapInput, PopulationInput, TimetableInput
from kenes.pages.figures.city_map import Area, Picture, StopDots

EVIL = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Value:
    indicator: str = "sdg_11_2_1"
    number: float | None = 0.75
    unit: str = "1"
    source: str = "gtfs"
    distance: str | None = "network"
    origin_model: str | None = "cell_centre"
    headway_min: float | None = None
    district: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    uncertainty: float | None = None
    population: float | None = 1000.0
    unsnapped: float | None = None
    flags: tuple[str, ...] = ()
    reason: str | None = None


def texts(name: str, meaning: str = "What it means.", **others: str) -> IndicatorTexts:
    return IndicatorTexts({"en": name, **others}, {"en": meaning}, {"en": f"A book, {name}."})


def inputs(**changes: object) -> CityInputs:
    given = {
        "map": MapInput(12.3, 2, 0.9, {"map_buildings": 5.0}, {"ways_cut": 0.0, "islands_km": 0.0}, few_places=False),
        "stops_from": "osm",
        "stops": {"stops_low": 7.0, "stops_airborne": 2.0},
        "timetables": [TimetableInput("g.zip", 2, 20, idle=False, odd={"times_blank": 3.0})],
        "population": PopulationInput(1890.0, 96, {"cells_without_place": 0.0}),
        "built_up": None,
        "weather_hours": None,
        "boundary": None,
        "districts": None,
    }
    return CityInputs(**{**given, **changes})


def facts(*measurements: Value, **changes: object) -> CityFacts:
    given = {
        "place": "xx-far-away",
        "names": {},
        "map_date": dt.date(2023, 12, 26),
        "service_day": None,
        "stops_date": None,
        "residents": (1890.0, 96),
        "area_kind": "union_of_cells",
        "measurements": measurements,
        "indicators": {"circuity": texts("Circuity", tr="Dolanıklık"), "dead_end_share": texts("Dead ends")},
        "inputs": inputs(),
        "files": {"population": ["p.csv", "p.csv"]},
        "attribution": (),
        "provenance": "abc",
        "version": "1.2",
    }
    return CityFacts(**{**given, **changes})


def picture(**changes: object) -> Picture:
    square = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 0.0]])
    given = {
        "width": 100.0,
        "height": 50.0,
        "metres_per_pixel": 20.0,
        "areas": [Area(EVIL, 10.0, [square], (5.0, 5.0)), Area("b", 20.0, [square + 40], (45.0, 45.0))],
        "values": {"served_osm": np.array([0.25, 1.0]), "walkability": np.array([np.nan, -1.5])},
        "streets": np.array([[0, 0, 5, 5]]),
        "districts": None,
        "edge": [square],
        "reach": [],
        "stops": [StopDots("osm", None, {"low": np.array([[3, 4], [3, 4]]), "high": np.zeros((0, 2), np.int64)})],
    }
    return Picture(**{**given, **changes})
