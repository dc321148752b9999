"""How complete the inputs of a city are, in words with counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from kenes.catalogue.space_words import SpaceWords

MAP_SIGNS = ("ways_cut", "nodes_missing", "areas_broken", "islands_km")
CELL_FINDINGS = ("cells_without_place", "cells_without_population")
_SIZES = {"stops", "calls", "kind", "cells", "persons"}


def quality_section(city: Any, words: SpaceWords) -> str:
    """What was read of each input and what was odd about it; inputs that were not given are left out."""
    report: Mapping[str, Any] = city.quality
    lead = f'<p class="soft">{escape(words("quality_lead"))}</p>'
    parts = []
    if city.request.osm is not None:
        facts = _map_facts(report["map"], words)
        if report.get("few_places_mapped"):
            facts.append(words.capital(words.flag("few_places_mapped")))
        parts.append(_part(words("map", "quality"), facts, report["map"], MAP_SIGNS, words))
    stops = [words.remark(f"stops_{c}", report["stops"][c]) for c in city.reach_m if f"stops_{c}" in _words_of(words)]
    if report.get("layers_without_column"):
        stops.append(words.remark("layers_without_column", len(report["layers_without_column"])))
    source = words.known(str(report["stops"]["from"]), "sources")
    parts.append(_part(f"{words('stops', 'quality')}: {source}", stops, {}, (), words))
    for file, found in report["timetables"].items():
        size = words(
            "timetable_size", "quality", stops=words.number(found["stops"]), calls=words.number(found["calls"])
        )
        odd = [name for name in found if name not in _SIZES]
        idle = file in report.get("feeds_without_service", ())
        facts = [size, words.capital(words.flag("feeds_without_service"))] if idle else [size]
        parts.append(_part(words("timetables", "quality", file=file), facts, found, odd, words))
    if "population" in report:
        grid = report["population"]
        size = words(
            "population_size", "quality", persons=words.number(grid["persons"], 0), cells=words.number(grid["cells"])
        )
        odd = [name for name in grid if name not in _SIZES]
        parts.append(_part(words("population", "quality"), [size], grid, odd, words))
    if "built_up" in report:
        gaps = {"built_up_cells_without_value": report["built_up"]["cells_without_value"]}
        parts.append(_part(words("built_up", "quality"), [], gaps, gaps, words))
    if "weather" in report:
        hours = words.remark("weather_hours", report["weather"]["hours"])
        parts.append(_part(words("weather", "quality"), [hours], {}, (), words))
    if city.request.boundary is not None:
        found = {"boundary_repaired": report["boundary_repaired"]}
        parts.append(_part(words("areas", "quality"), [], found, found, words))
    if "districts" in report:
        parts.append(_part(words("districts", "files"), [], report["districts"], report["districts"], words))
    return f'{lead}<div class="facts">{"".join(parts)}</div>'


def _words_of(words: SpaceWords) -> Mapping[str, str]:
    return words.texts["quality"]


def _map_facts(found: Mapping[str, Any], words: SpaceWords) -> list[str]:
    longest = found["share_in_longest_part"]
    streets = words(
        "map_streets", "quality", count=words.number(found["street_km"], 0),
        parts=words.number(found["connected_parts"]), share=words.percent(longest) if longest is not None else "–",
    )  # fmt: skip
    kinds = [words.remark(f"map_{name}", found[name]) for name in ("open_spaces", "buildings") if found.get(name)]
    return [streets, *kinds]


def _part(title: str, facts: Iterable[str], found: Mapping[str, Any], odd: Iterable[str], words: SpaceWords) -> str:
    names = list(odd)
    lines = [*facts, *(words.remark(name, found[name]) for name in names if found.get(name))]
    if names and not any(found.get(name) for name in names):
        lines.append(words("nothing_odd"))
    return (
        f"<section><h3>{escape(title)}</h3><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul></section>"
    )
