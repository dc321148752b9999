"""Words for the codes of spatial indicators: one table for each set of codes, in English as translators see them.

The keys of `FLAGS` and `REMARKS` are all codes that a measurement or an input may carry; a test finds one
that has no words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from kenes.pages.language import Language, message, message_in
from kenes.vocabulary.reason_codes import DECLARED, SPATIAL

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "transport": message("Public transport"),
        "walk": message("Essential places on foot"),
        "cycle": message("Essential places by bicycle"),
        "land": message("Open space and land"),
        "streets": message("Streets"),
        "neighbourhoods": message("Neighbourhoods"),
        "energy": message("Roofs and sun"),
        "further": message("Further"),
    }
)
"""Groups of indicators, in the order of the page."""
STOPS: Mapping[str, str] = MappingProxyType(
    {
        "osm": message("stops of the map"),
        "gtfs": message("stops of the timetables"),
        "layer": message("the city's own stops"),
    }
)
"""Whose stops are meant."""
ORIGINS: Mapping[str, str] = MappingProxyType(
    {
        "cell_centre": message("Centre of the cell"),
        "cell_centre_no_offset": message("Centre, without the way to the street"),
        "street_nodes": message("Street nodes in the cell"),
        "area_weighted": message("Spread over the cell"),
    }
)
"""Where people are taken to start from, in the order of columns."""
AREAS: Mapping[str, str] = MappingProxyType(
    {
        "boundary": message("the boundary that was given"),
        "urban_outline": message("the outline of the built-up city that was given"),
        "boundary_in_urban_outline": message("the boundary within the built-up city"),
        "union_of_cells": message("all cells of the population grid"),
        "hull_of_points": message("hull around the points with residents"),
        "hull_of_streets": message("hull around the streets"),
        "reach_of_stops": message("everything within straight-line reach of a stop"),
        "empty": message("none"),
    }
)
"""Where a study area comes from."""
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "outdoors": message("Parks and play"),
        "learning": message("Schools and learning"),
        "supplies": message("Daily shopping"),
        "eating": message("Eating out"),
        "moving": message("Transport"),
        "culture": message("Culture and worship"),
        "exercise": message("Sport"),
        "services": message("Public and everyday services"),
        "health": message("Health"),
        "fresh_food": message("Fresh food"),
        "convenience": message("Convenience shops"),
    }
)
"""Kinds of essential places."""
PEOPLE: Mapping[str, str] = MappingProxyType(
    {
        "female": message("Women and girls"),
        "male": message("Men and boys"),
    }
)
"""Groups of inhabitants, by sex."""
FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "partial": message("partial"),
        "no_street_network": message("no map of streets was given"),
        "street_nodes_not_people": message("counts street nodes, not people"),
        "kinds_not_mapped": message("some kinds of places are not on the map at all"),
        "few_places_mapped": message("the map holds hardly any places, so what it lacks says little"),
        "feeds_without_service": message("a timetable has no trip on the service day"),
        "cells_without_street_nodes": message(
            "many people live in cells without a street node, so this column says more of the grid than of the city"
        ),
        "boundary": message("area: the boundary that was given"),
        "urban_outline": message("area: the outline of the built-up city that was given"),
        "boundary_in_urban_outline": message("area: the boundary within the built-up city"),
        "union_of_cells": message("area: all cells of the population grid"),
        "hull_of_points": message("area: hull around the points with residents"),
        "hull_of_streets": message("area: hull around the streets"),
        "empty": message("there is no study area"),
        "plane_area_error": message("areas in the chosen plane err by a share of up to %(value)s"),
        "area_is_study_area_not_built_up": message("share of the whole study area, as no built-up area was given"),
        "built_up_outline": message("share of the urban extent"),
        "built_up_surface": message("per square metre of ground under buildings"),
        "built_up_mask": message("per square metre of built-up cells"),
        "built_up_cells_missing": message("built-up cells without a value count as not built"),
        "widths_assumed_by_class": message("street widths that are not on the map are assumed by class"),
        "population_shrinks": message("population shrinks, so the ratio misleads"),
        "land_shrinks": message("built-up land shrinks, so the ratio misleads"),
        "buildings_as_mapped": message("only buildings that are on the map"),
        "few_buildings_mapped": message("few buildings are on the map"),
        "tilt": message("tilt %(value)s°"),
        "azimuth": message("facing %(value)s° from north by east"),
        "hay_davies": message("sky after Hay and Davies"),
        "unknown": message("a remark that this page has no words for; see measurements.csv"),
    }
)
"""Warnings about a value; some carry a number."""
UNKNOWN_REASON = message("no value, for a reason that this page has no words for; see measurements.csv")
REMARKS: Mapping[str, str] = MappingProxyType(
    {
        "map_open_spaces": message("%(count)s open public spaces"),
        "map_buildings": message("%(count)s buildings"),
        "ways_cut": message("%(count)s streets cut at the edge of the file"),
        "nodes_missing": message("%(count)s points that streets refer to are not in the file"),
        "areas_broken": message("%(count)s areas could not be closed and were left out"),
        "islands_km": message("%(count)s km of streets lie apart from the network and are not used"),
        "stops_low": message("%(count)s stops of low capacity"),
        "stops_high": message("%(count)s stops of high capacity"),
        "layers_without_column": message("%(count)s times a layer lacks a column of --where and counts whole"),
        "times_blank": message("%(count)s calls without a time; times in between were taken evenly"),
        "times_unknown": message("%(count)s calls whose time could not be found"),
        "calls_without_stop": message("%(count)s calls at a stop that the file does not hold"),
        "calls_twice": message("%(count)s calls stand twice and count once"),
        "stops_without_place": message("%(count)s stops without a position"),
        "stops_twice": message("%(count)s stops stand twice"),
        "rows_refused": message("%(count)s rows could not be read"),
        "rows_of_other_length": message("%(count)s rows with too few or too many cells"),
        "routes_without_type": message("%(count)s routes without a kind of vehicle"),
        "frequencies_refused": message("%(count)s rows of frequencies could not be used"),
        "cells_without_place": message("%(count)s cells without a position were left out"),
        "cells_without_population": message("%(count)s cells without a number of residents were left out"),
        "built_up_cells_without_value": message("%(count)s built-up cells without a value"),
        "weather_hours": message("%(count)s hours of a typical year"),
        "boundary_repaired": message("%(count)s borders crossed themselves and were mended"),
        "persons_in_none": message("%(count)s residents live in no district"),
        "persons_in_several": message("%(count)s residents live in several districts"),
        "districts_numbered": message(
            "%(count)s districts have numbers for names, as no column names each of them differently; "
            "see --district-column"
        ),
        "unknown": message("%(count)s times something that this page has no words for; see quality.json"),
    }
)
"""What was read of an input and what was odd about it, with its count."""
FILES: Mapping[str, str] = MappingProxyType(
    {
        "osm": message("Map"),
        "gtfs": message("Timetables"),
        "population": message("Population"),
        "boundary": message("Boundary"),
        "urban": message("Built-up city"),
        "built_up": message("Built-up area"),
        "districts": message("Districts"),
        "parks": message("Open space"),
        "stops": message("Stops"),
        "facilities": message_in("facilities", "Places"),
        "land": message("Land use"),
        "weather": message("Weather"),
    }
)
"""What a file was given for."""
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "km^2": message("km²"),
        "1/km^2": message("per km²"),
        "km/km^2": message("km per km²"),
        "km/(100000*person)": message("km per 100,000 residents"),
        "person/km^2": message("residents per km²"),
        "1/year": message("a year"),
        "kWh/(m^2*year)": message("kWh per m² and year"),
        "GWh/year": message("GWh a year"),
        "min": message("min"),
        "km": message("km"),
        "m": message("m"),
    }
)
"""Units as the page writes them."""
_WITH_VALUE = re.compile(r"(tilt|azimuth|plane_area_error)_(.+)")
_GROUP = re.compile(r"(f|m|female|male|women|men|age)?_?(?:(\d+)(?:_(\d+)|_?plus)?)?")
_SEXES = {"f": "female", "women": "female", "female": "female", "m": "male", "men": "male", "male": "male"}
_NOT_A_SHARE = re.compile(
    "sdg_11_3_1|orientation_entropy|circuity|ghsci_daily_living_score|ghsci_walkability|access_15min_.*(gini|mean_kinds)"
)


def known(say: Language, table: Mapping[str, str], code: str) -> str:
    """The words for a code, or the code made readable where there are none.

    >>> known(Language("en"), KINDS, "own_kind")
    'own kind'
    """
    return say(table[code]) if code in table else code.replace("_", " ")


def flag(say: Language, code: str) -> str:
    """A warning about a value.

    >>> flag(Language("en"), "tilt_10")
    'tilt 10°'
    """
    with_value = _WITH_VALUE.fullmatch(code)
    if with_value:
        return say(FLAGS[with_value[1]], value=say.brief(float(with_value[2])))
    return say(FLAGS.get(code, FLAGS["unknown"]))


def reason(say: Language, code: str | None) -> str:
    """Why there is no value.

    >>> reason(Language("en"), "no_population")
    'no value: nobody lives here'
    """
    return say(DECLARED[code].message if code in SPATIAL else UNKNOWN_REASON)


def remark(say: Language, code: str, count: float) -> str:
    """Something that was read of an input, or odd about it, with its count."""
    return say(REMARKS.get(code, REMARKS["unknown"]), count=say.brief(count))


def group(say: Language, code: str) -> str:
    """A group of inhabitants, by sex and age.

    >>> en = Language("en")
    >>> group(en, "female"), group(en, "age_65plus"), group(en, "f_0_14")
    ('Women and girls', 'Aged 65 and over', 'Women and girls, Aged 0 to 14')
    """
    found = _GROUP.fullmatch(code)
    if not found or not code:
        return code.replace("_", " ")
    parts = [say(PEOPLE[_SEXES[found[1]]])] if found[1] in _SEXES else []
    if found[2] and found[3]:
        parts.append(say("Aged %(low)s to %(high)s", low=found[2], high=found[3]))
    elif found[2]:
        parts.append(say("Aged %(low)s and over", low=found[2]))
    return ", ".join(parts)


def amount(say: Language, value: float, unit: str, indicator: str) -> str:
    """A value with its unit; shares and rates in per cent.

    >>> en = Language("en")
    >>> amount(en, 0.7582, "1", "dead_end_share"), amount(en, 3.5, "1", "sdg_11_3_1")
    ('75.8%', '3.5')
    >>> amount(en, 0.0123, "1/year", "land_consumption_rate"), amount(en, 1903.71, "km", "cycle_ways_length")
    ('1.23% a year', '1,904 km')
    """
    if unit == "1/year":
        return f"{say.share(value, 2, least=2)} {say(UNITS[unit])}"
    if unit == "1":
        return say.brief(value) if _NOT_A_SHARE.fullmatch(indicator) else say.share(value, 1, least=1)
    return f"{say.brief(value)} {known(say, UNITS, unit)}"


def points(say: Language, share: float) -> str:
    """A difference of shares in percentage points, without the word.

    >>> points(Language("en"), 0.0203), points(Language("tr"), 0.0001)
    ('2.0', '0,01')
    """
    digits = 1 if 100 * share >= 0.05 or share == 0 else 2
    return say.decimal(100 * share, digits, least=digits)


def stops(say: Language, source: str, headway_min: float | None) -> str:
    """Whose stops count, and how often something has to leave from them.

    >>> stops(Language("en"), "gtfs", 20.0), stops(Language("en"), "osm", None)
    ('Stops of the timetables, at least every 20 min', 'Stops of the map')
    """
    whose = say.capital(known(say, STOPS, source))
    if headway_min is not None:
        return f"{whose}, {at_least_every(say, headway_min)}"
    return f"{whose}, {say('any service')}" if source == "gtfs" else whose


def at_least_every(say: Language, headway_min: float) -> str:
    """The longest headway that counts."""
    return say("at least every %(minutes)s min", minutes=say.brief(headway_min))
