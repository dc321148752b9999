"""What the page of a city begins with: the main share, and what makes it more or less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from kenes.pages.city.facts import CityFacts, IndicatorTexts, Measured
from kenes.pages.language import Language
from kenes.pages.words import space

_SAID_ALREADY = frozenset({"partial", "no_street_network", "street_nodes_not_people"})
"""Warnings that the page gives elsewhere in its own words."""


@dataclass(frozen=True, slots=True)
class Further:
    """A share beside the main one: its value with its spread, a half sentence, and the length of its bar."""

    value: str
    spread: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The main value as it is shown.

    Args:
        value: in large; empty where nothing was measured.
        share: length of its bar; None for what is no share.
        said: the sentence beside it, or why there is no value.
        left: how many people are left out; empty where nobody can be counted.
        notes: what else has to be known about it.
        further: shares beside it.
        note: on all further shares.
    """

    value: str
    share: float | None
    said: str
    left: str = ""
    notes: Sequence[str] = ()
    further: Sequence[Further] = ()
    note: str = ""


def main_measurement(measurements: Sequence[Measured]) -> Measured | None:
    """The value that the page begins with: served by timetable, else by the city's stops, else by the map.

    Where nobody can be counted it is the share of street nodes, else the area in reach of a stop.
    """
    whole = [m for m in measurements if of_whole_city(m) and m.headway_min is None and m.number is not None]
    by = {(m.indicator, m.distance, m.source, m.origin_model): m for m in reversed(whole)}
    wanted = product(
        ("sdg_11_2_1", "ghsci_public_transport_within_500m"),
        ("network", "straight"),
        ("gtfs", "layer", "osm"),
        ("cell_centre", "street_nodes"),
    )
    found = next((by[key] for key in wanted if key in by), None)
    return found or next((m for m in whole if m.indicator == "stop_coverage_area"), None)


def of_whole_city(measured: Measured) -> bool:
    """Whether a value is of the whole city and of everybody in it."""
    return not measured.district and not measured.dimensions


def alike(measurements: Iterable[Measured], main: Measured | None) -> list[Measured]:
    """Values that differ from the main one in district or group only."""
    return [] if main is None else [m for m in measurements if _way(m) == _way(main)]


def _way(measured: Measured) -> tuple[object, ...]:
    return measured.indicator, measured.distance, measured.source, measured.origin_model, measured.headway_min


def headline(facts: CityFacts, main: Measured | None, say: Language) -> Headline:
    """The main value with its sentence, and shares beside it."""
    if main is None or main.number is None:
        found = (m.reason for m in facts.measurements if m.indicator == "sdg_11_2_1" and m.reason)
        reasons = " ".join(say.sentence(space.reason(say, code)) for code in dict.fromkeys(found))
        return Headline("", None, reasons or say("Nothing was measured here."))
    value, share = space.amount(say, main.number, main.unit, main.indicator), main.unit == "1"
    further = [_further(row, text, say) for row, text in _beside(facts, main, say)]
    nodes = say.sentence(say(space.FLAGS["street_nodes_not_people"])) if further and main.population is None else ""
    left = _left(main.population * (1 - main.number), say) if main.population is not None else ""
    said, notes = _said(main, say, share=share), _notes(main, say, share=share)
    return Headline(value, main.number if share else None, said, left, notes, further, nodes)


def _further(measured: Measured, text: str, say: Language) -> Further:
    share = measured.number or 0.0
    spread = "" if measured.uncertainty is None else f"± {space.points(say, measured.uncertainty)}"
    return Further(say.share(share, 1, least=1), spread, text, share)


def _said(main: Measured, say: Language, *, share: bool) -> str:
    if not share:
        return say("lie within straight-line reach of a stop")
    if main.population is None:
        return say("of street nodes have a stop within 500 m; without a population grid these are places, not people")
    if main.distance == "straight":
        return say("of residents have a stop of public transport within a straight-line distance")
    return say("of residents have a stop of public transport within walking distance")


def _left(persons: float, say: Language) -> str:
    return say.counted(
        "One person is left out.", "%(persons)s people are left out.", round(persons), persons=say.decimal(persons, 0)
    )


def _notes(main: Measured, say: Language, *, share: bool) -> list[str]:
    """The spread of the main value, whose stops it counts, and its warnings."""
    notes = []
    if main.uncertainty is not None:
        notes.append(
            say(
                "± %(points)s percentage points, depending on where in a cell people are taken to live and how homes "
                "are joined to streets",
                points=space.points(say, main.uncertainty),
            )
        )
    if share:
        notes.append(space.stops(say, main.source, None))
    if warnings := "; ".join(space.flag(say, code) for code in main.flags if code not in _SAID_ALREADY):
        notes.append(say.sentence(warnings))
    return notes


def _beside(facts: CityFacts, main: Measured, say: Language) -> list[tuple[Measured, str]]:
    """Shares beside the main one, each with its half sentence.

    Open space and places are left to the tables where the map holds hardly any: their shares would mislead here.
    """
    found, people = list[tuple[Measured, str]](), main.population is not None
    few_places = facts.inputs.map is not None and facts.inputs.map.few_places
    for row in facts.measurements:
        if row is main or not of_whole_city(row) or row.number is None:
            continue
        if main.unit == "1" and _way(row)[:2] == _way(main)[:2] and row.origin_model == main.origin_model:
            found.append((row, _stops_beside(row, say, people=people)))
        elif few_places:
            continue
        elif row.indicator == "open_space_within_400m":
            own = say("have open public space within 400 m, as far as it is on the map")
            found.append((row, own if people else name_of(facts.indicators, row.indicator, say)[0]))
        elif row.indicator == "access_15min_walk_all":
            own = say(
                "reach all nine kinds of essential places within 15 minutes on foot, as far as they are on the map"
            )
            found.append((row, own if people else name_of(facts.indicators, row.indicator, say)[0]))
    found.sort(key=lambda pair: pair[0].indicator != main.indicator)
    return found


def _stops_beside(row: Measured, say: Language, *, people: bool) -> str:
    if row.headway_min is None or not people:
        return space.stops(say, row.source, row.headway_min)
    return say("have a stop with a departure at least every %(minutes)s minutes", minutes=say.brief(row.headway_min))


def name_of(indicators: Mapping[str, IndicatorTexts], indicator: str, say: Language) -> tuple[str, str]:
    """Name of an indicator and the language that it is in; its id made readable where it is not defined."""
    known = indicators.get(indicator)
    found = say.pick(known.name) if known else ("", say.code)
    return found if found[0] else (indicator.replace("_", " "), "en")
