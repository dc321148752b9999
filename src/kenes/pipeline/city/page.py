"""What the page of a city tells, taken from what was read and measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import kenes
from kenes.catalogue.definitions import IndicatorDefinition
from kenes.catalogue.places import read_places
from kenes.catalogue.space import citation_of, space_definitions, space_text
from kenes.indicators.space.geodesy import Floats
from kenes.indicators.space.measurements import MeasurementContext, SpatialMeasurement
from kenes.pages.city.facts import CityFacts, CityInputs, IndicatorTexts, MapInput, PopulationInput, TimetableInput
from kenes.pages.city.headline import alike, main_measurement
from kenes.pages.city.page import city_page
from kenes.pages.language import language
from kenes.pipeline.city.city import City
from kenes.pipeline.city.picture import picture_of
from kenes.pipeline.city.request import SpaceRequest
from kenes.pipeline.installed import shipped_observatory

_ODD_OF_MAP = ("ways_cut", "nodes_missing", "areas_broken", "islands_km")
_KEPT_OF_MAP = ("open_spaces", "buildings")
_FILE_ROLES = ("population", "boundary", "urban", "built_up", "districts", "parks", "land", "weather")


def page(
    city: City, measurements: Sequence[SpatialMeasurement], context: MeasurementContext, shown: Mapping[str, Floats]
) -> str:
    """The page as HTML.

    Args:
        city: what was read.
        measurements: of the city.
        context: what they share.
        shown: values by cell, shape (cell,) each.
    """
    like_main = alike(measurements, main_measurement(measurements))
    left = {m.district: 1 - m.number for m in like_main if m.district and m.number is not None}
    facts = facts_of(city, measurements, context.provenance if measurements else "–")
    return city_page(facts, picture_of(city, shown, left), language(city.request.language))


def facts_of(city: City, measurements: Sequence[SpatialMeasurement], provenance: str) -> CityFacts:
    """What is told of a city."""
    request, cells = city.request, city.cells
    with_map = request.osm is not None
    return CityFacts(
        place=request.place or "",
        names=names_of(request),
        map_date=dt.date.fromisoformat(city.extract.date) if with_map and city.extract.date else None,
        service_day=city.day,
        stops_date=None if with_map else request.date,
        residents=None if cells is None else (float(cells.population.sum()), len(cells)),
        area_kind=city.area_kind,
        measurements=measurements,
        indicators=indicator_texts(),
        inputs=inputs_of(city),
        files=files_of(request),
        attribution=tuple(request.attribution),
        provenance=provenance,
        version=kenes.__version__,
    )


def names_of(request: SpaceRequest) -> Mapping[str, str]:
    """Names of the place by language: those asked for, else those of the shipped places."""
    if request.names or not request.place:
        return request.names
    known = read_places(shipped_observatory() / "places")[0].get(request.place)
    return known.names if known else {}


def indicator_texts() -> dict[str, IndicatorTexts]:
    """What each spatial indicator is called, what it means and where it is from."""
    return {
        key: IndicatorTexts(
            name=space_text(definition, "name"),
            meaning=space_text(definition, "definition"),
            citation=_citations(definition),
        )
        for key, definition in space_definitions().items()
    }


def _citations(definition: IndicatorDefinition) -> dict[str, str]:
    """Where an indicator is from, in English and in every other language of its notes."""
    codes = {"en", *(code for citation in definition.citations for code in citation.note)}
    return {code: citation_of(definition, code) for code in sorted(codes)}


def files_of(request: SpaceRequest) -> dict[str, list[str]]:
    """Names of files by what they were given for; the map has a line of its own."""
    given = {"gtfs": list(request.gtfs)}
    given |= {role: [path] for role in _FILE_ROLES if (path := getattr(request, role)) is not None}
    given |= {"stops": [path for _, path in request.stops], "facilities": [path for _, path in request.facilities]}
    return {role: [path.name for path in paths] for role, paths in given.items() if paths}


def inputs_of(city: City) -> CityInputs:
    """How complete the inputs are."""
    report, request = city.quality, city.request
    lacking = len(city.whole_layers)
    stops = {f"stops_{capacity}": float(report["stops"][capacity]) for capacity in city.reach_m}
    grid, built_up = report.get("population"), report.get("built_up")
    return CityInputs(
        map=None if request.osm is None else _map_input(city),
        stops_from=report["stops"]["from"],
        stops=stops | ({"layers_without_column": float(lacking)} if lacking else {}),
        timetables=[
            TimetableInput(file, found["stops"], found["calls"], file in city.idle_feeds, _odd(found))
            for file, found in report["timetables"].items()
        ],
        population=PopulationInput(grid["persons"], grid["cells"], _odd(grid)) if grid else None,
        built_up={"built_up_cells_without_value": built_up["cells_without_value"]} if built_up else None,
        weather_hours=None if city.weather is None else len(city.weather.time),
        boundary=None if request.boundary is None else {"boundary_repaired": city.boundary_repaired},
        districts=report.get("districts"),
    )


def _map_input(city: City) -> MapInput:
    found = city.quality["map"]
    return MapInput(
        street_km=found["street_km"],
        parts=found["connected_parts"],
        longest_part=found["share_in_longest_part"],
        kept={f"map_{name}": found.get(name, 0) for name in _KEPT_OF_MAP},
        odd={name: found.get(name, 0) for name in _ODD_OF_MAP},
        few_places=city.few_places,
    )


def _odd(found: Mapping[str, Any]) -> dict[str, float]:
    """What was odd about an input, without its size."""
    return {name: count for name, count in found.items() if name not in ("stops", "calls", "kind", "cells", "persons")}
