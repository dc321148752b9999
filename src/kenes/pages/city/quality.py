"""How complete the inputs of a city are, in words with counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kenes.pages.city.facts import CityInputs, MapInput
from kenes.pages.language import Language
from kenes.pages.words import space


@dataclass(frozen=True, slots=True)
class Input:
    """One input: what was read of it and what was odd about it, each a line."""

    title: str
    lines: Sequence[str]


def checked_inputs(inputs: CityInputs, say: Language) -> list[Input]:
    """What was read of each input and what was odd about it; inputs that were not given are left out."""
    found = [_map(inputs.map, say)] if inputs.map else []
    title = f"{say('Stops')}: {space.known(say, space.STOPS, inputs.stops_from)}"
    found.append(
        Input(title, [space.remark(say, code, count) for code, count in inputs.stops.items() if code in space.REMARKS])
    )
    for table in inputs.timetables:
        facts = [
            say(
                "%(stops)s stops and %(calls)s calls on the service day",
                stops=say.brief(table.stops),
                calls=say.brief(table.calls),
            )
        ]
        if table.idle:
            facts.append(say.capital(say(space.FLAGS["feeds_without_service"])))
        found.append(_input(say("Timetables %(file)s", file=table.file), facts, table.odd, say))
    if inputs.population is not None:
        grid = inputs.population
        fact = residents(grid.persons, grid.cells, say)
        found.append(_input(say("Population grid"), [fact], grid.odd, say))
    if inputs.built_up is not None:
        found.append(_input(say("Built-up area"), [], inputs.built_up, say))
    if inputs.weather_hours is not None:
        found.append(Input(say("Weather"), [space.remark(say, "weather_hours", inputs.weather_hours)]))
    if inputs.boundary is not None:
        found.append(_input(say("Boundary"), [], inputs.boundary, say))
    if inputs.districts is not None:
        found.append(_input(say("Districts"), [], inputs.districts, say))
    return found


def residents(persons: float, cells: int, say: Language) -> str:
    """How many people were counted in how many cells."""
    return say("%(persons)s residents in %(cells)s cells", persons=say.decimal(persons, 0), cells=say.brief(cells))


def _map(found: MapInput, say: Language) -> Input:
    streets = say(
        "%(count)s km of walkable streets in %(parts)s connected parts; the longest holds %(share)s of the length",
        count=say.decimal(found.street_km, 0),
        parts=say.brief(found.parts),
        share=say.share(found.longest_part, 1, least=1),
    )
    kept = [space.remark(say, code, count) for code, count in found.kept.items() if count]
    few = [say.capital(say(space.FLAGS["few_places_mapped"]))] if found.few_places else []
    return _input(say("Map"), [streets, *kept, *few], found.odd, say)


def _input(title: str, facts: Iterable[str], odd: Mapping[str, float], say: Language) -> Input:
    """An input with what was odd about it; it is said where nothing was that might have been."""
    lines = [*facts, *(space.remark(say, code, count) for code, count in odd.items() if count)]
    return Input(title, [*lines, say("Nothing odd was found.")] if odd and not any(odd.values()) else lines)
