"""All other indicators of the page of a city in groups: name, meaning, values with unit, remarks and reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kenes.pages.city.facts import CityFacts, IndicatorTexts, Measured
from kenes.pages.city.headline import name_of
from kenes.pages.city.tables import ACCESS
from kenes.pages.language import Language, message
from kenes.pages.words import space

_GROUPS = {
    "transport": "ghsci_public_transport|stop_coverage_area|stop_access_",
    "walk": "access_15min_walk",
    "cycle": "access_15min_cycle",
    "land": "sdg_11_7_1|sdg_11_3_1|open_space|ghsci_open_space|street_land|land_|population_growth|study_area",
    "streets": "intersection|dead_end|block_|circuity|orientation|street_density|pedestrian_|cycle_ways",
    "neighbourhoods": "ghsci_",
    "energy": "building_|plane_|rooftop_",
    "further": "",
}
"""Beginnings of indicators by group; the first group that fits takes an indicator."""
_SIZES = {"any": message("Any size"), "large": message("1.5 hectares and more")}
Text = tuple[str, str]
"""A text and the language that it is in."""


@dataclass(frozen=True, slots=True)
class Line:
    """A value with its remarks; `variant` tells it from the other values of its indicator."""

    variant: str
    value: str
    remark: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An indicator: `remark` holds for all its lines; a single line without a variant stands beside the name."""

    name: Text
    meaning: Text
    lines: Sequence[Line]
    remark: str

    @property
    def alone(self) -> bool:
        """Whether it has one value that needs no words of its own."""
        return len(self.lines) == 1 and not self.lines[0].variant


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators under one title."""

    title: str
    members: Sequence[Shown]


def indicator_groups(facts: CityFacts, say: Language) -> list[Group]:
    """Groups with at least one indicator, in their order; indicators in that of their definitions."""
    found: dict[str, list[Measured]] = {}
    for measured in facts.measurements:
        if measured.indicator not in ACCESS and not measured.district:
            found.setdefault(measured.indicator, []).append(measured)
    order = {name: k for k, name in enumerate(facts.indicators)}
    members: dict[str, list[Shown]] = {name: [] for name in _GROUPS}
    for indicator in sorted(found, key=lambda name: order.get(name, len(order))):
        group = next(name for name, start in _GROUPS.items() if re.match(start, indicator))
        members[group].append(_shown(indicator, found[indicator], facts.indicators, say))
    return [Group(say(space.GROUPS[name]), shown) for name, shown in members.items() if shown]


def _shown(
    indicator: str, measurements: Sequence[Measured], texts: Mapping[str, IndicatorTexts], say: Language
) -> Shown:
    known = texts.get(indicator)
    variants = [_variant(measured, say) for measured in measurements]
    alone = len(variants) == 1 and not variants[0]
    common = set() if alone else set.intersection(*({*measured.flags} for measured in measurements))
    lines = [_line(m, variant, common, say) for m, variant in zip(measurements, variants, strict=True)]
    remark = "; ".join(space.flag(say, code) for code in measurements[0].flags if code in common)
    meaning = say.pick(known.meaning) if known else ("", "en")
    return Shown(name_of(texts, indicator, say), meaning, lines, remark)


def _line(measured: Measured, variant: str, said: set[str], say: Language) -> Line:
    """A value; `said` are flags that the indicator already carries as a whole."""
    remarks = [space.flag(say, code) for code in measured.flags if code not in said]
    if measured.number is None:
        remarks = [space.reason(say, measured.reason), *remarks] if measured.reason else remarks
        return Line(variant, "–", "; ".join(remarks))
    return Line(variant, space.amount(say, measured.number, measured.unit, measured.indicator), "; ".join(remarks))


def _variant(measured: Measured, say: Language) -> str:
    """What tells a value from the others of its indicator: kind of place, number of kinds, size, stops, years."""
    parts = [_dimension(name, value, say) for name, value in sorted(measured.dimensions.items())]
    if measured.indicator.startswith("ghsci_public_transport"):
        parts.append(space.stops(say, measured.source, measured.headway_min))
    return ", ".join(parts)


def _dimension(name: str, value: str, say: Language) -> str:
    if name == "place_kind":
        return space.known(say, space.KINDS, value)
    if name == "kinds":
        return say("At least %(kinds)s of nine kinds", kinds=value)
    if name == "size" and value in _SIZES:
        return say(_SIZES[value])
    if name == "years":
        return say("Years %(years)s", years=value.replace("-", "–"))
    return space.group(say, value) if name == "group" else value
