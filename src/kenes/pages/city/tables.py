"""Tables of the page of a city on access to public transport: who is left out, and every variant of the indicator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kenes.pages.city.facts import Measured
from kenes.pages.city.headline import alike, of_whole_city
from kenes.pages.language import Language
from kenes.pages.words import space

_SYSTEMS = ("stop_access_low_capacity", "stop_access_high_capacity")
ACCESS = frozenset({"sdg_11_2_1", *_SYSTEMS})
"""Indicators that have tables of their own."""


@dataclass(frozen=True, slots=True)
class LeftRow:
    """Who has no stop in reach in one district or group; `share` None where that is not known, with why."""

    name: str
    residents: str
    gone: str
    share: float | None
    shown: str
    whole: bool


@dataclass(frozen=True, slots=True)
class LeftTable:
    """Districts or groups, the most left out first; `columns` beside the first."""

    title: str
    columns: Sequence[str]
    rows: Sequence[LeftRow]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The tables of who is left out, with what has to be said before them; or why there is none."""

    lead: str = ""
    no_districts: str = ""
    tables: Sequence[LeftTable] = ()
    nobody: str = ""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A number under a heading, or why there is none; empty for what was not measured."""

    text: str
    of: str
    words: bool = False


@dataclass(frozen=True, slots=True)
class Variants:
    """A table of variants: headings, and rows that begin with what is counted."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[TableCell | None]]]


@dataclass(frozen=True, slots=True)
class Access:
    """Every variant of access to public transport; `reasons` where none has a value."""

    variants: Variants | None = None
    by_system: Variants | None = None
    flags: str = ""
    reasons: Sequence[str] = ()


def left_out(measurements: Sequence[Measured], main: Measured | None, say: Language) -> LeftOut:
    """Who has no stop in reach, by district and by group, the most left out first."""
    if main is None or main.unit != "1":
        nobody = say(
            "Without a population grid nobody can be counted. With --population this page shows how many people are "
            "left out."
        )
        return LeftOut(nobody=nobody)
    mine = alike(measurements, main)
    districts = [(m.district, m) for m in mine if m.district and not m.dimensions]
    groups = [(space.group(say, m.dimensions["group"]), m) for m in mine if not m.district and "group" in m.dimensions]
    tables = [
        _left_table(named, main, title, say)
        for named, title in ((districts, say("District")), (groups, say("Group")))
        if named
    ]
    no_districts = say("No districts were given. With --districts this page shows who is left out in each of them.")
    lead = _left_lead(main, say) if tables else ""
    return LeftOut(lead, "" if districts else no_districts, tables)


def _left_lead(main: Measured, say: Language) -> str:
    whose = space.known(say, space.STOPS, main.source)
    if main.population is not None:
        return say("Without a stop in reach (%(source)s). The most left out stand first.", source=whose)
    return say(
        "Street nodes without a stop within 500 m (%(source)s). They are places, not people, as no population grid was "
        "given.",
        source=whose,
    )


def _left_table(named: Sequence[tuple[str, Measured]], main: Measured, title: str, say: Language) -> LeftTable:
    people = main.population is not None
    columns = [*([say("Residents"), say("People left out")] if people else []), say("Share left out")]
    ordered = sorted(named, key=lambda pair: (pair[1].number is None, pair[1].number or 0.0, pair[0]))
    rows = [_left_row(name, m, say, people=people, whole=m is main) for name, m in ordered]
    return LeftTable(title, columns, [*rows, _left_row(say("Whole city"), main, say, people=people, whole=True)])


def _left_row(name: str, measured: Measured, say: Language, *, people: bool, whole: bool) -> LeftRow:
    share = None if measured.number is None else 1 - measured.number
    residents = say.decimal(measured.population or 0.0, 0) if people else ""
    gone = say.decimal((measured.population or 0.0) * share, 0) if people and share is not None else ""
    shown = space.reason(say, measured.reason) if share is None else say.share(share, 1, least=1)
    return LeftRow(name, residents, gone, share, shown, whole)


def access(measurements: Sequence[Measured], say: Language) -> Access:
    """SDG 11.2.1: rows by stops and headway, columns by origin model, then the straight line; then by capacity."""
    mine = [m for m in measurements if m.indicator == "sdg_11_2_1" and of_whole_city(m)]
    if not any(m.number is not None for m in mine):
        reasons = (say.sentence(space.reason(say, m.reason)) for m in mine if m.reason)
        return Access(reasons=list(dict.fromkeys(reasons)))
    models = [m for m in space.ORIGINS if any((r.distance, r.origin_model) == ("network", m) for r in mine)]
    columns = [(say(space.ORIGINS[model]), ("network", model)) for model in models]
    if any(m.distance == "straight" for m in mine):
        columns.append((say("Straight line"), ("straight", "cell_centre")))
    keys = list(dict.fromkeys((m.source, m.headway_min) for m in mine))
    spread, lost = say("Spread, ± points"), say("People without a street within reach")
    rows = []
    for source, headway in keys:
        by = {(m.distance, m.origin_model): m for m in mine if (m.source, m.headway_min) == (source, headway)}
        centre = by.get(("network", "cell_centre")) or next(iter(by.values()))
        shares = [_share(by.get(key), title, say) for title, key in columns]
        points = space.points(say, centre.uncertainty) if centre.uncertainty is not None else ""
        unsnapped = say.decimal(centre.unsnapped, 0) if centre.unsnapped is not None else ""
        rows.append(
            (space.stops(say, source, headway), [*shares, TableCell(points, spread), TableCell(unsnapped, lost)])
        )
    flags = "; ".join(space.flag(say, code) for code in dict.fromkeys(code for m in mine for code in m.flags))
    head = [say("Stops and headway"), *(title for title, _ in columns), spread, lost]
    return Access(Variants(head, rows), _by_system(measurements, keys, say), say.sentence(flags) if flags else "")


def _share(measured: Measured | None, of: str, say: Language) -> TableCell | None:
    if measured is None:
        return None
    if measured.number is None:
        return TableCell(space.reason(say, measured.reason), of, words=True)
    return TableCell(say.share(measured.number, 1, least=1), of)


def _by_system(
    measurements: Iterable[Measured], keys: Iterable[tuple[str, float | None]], say: Language
) -> Variants | None:
    """Access by capacity of the system, people at the centre of their cell; None where only the whole was measured."""
    mine: Mapping[tuple[str, str, float | None], Measured] = {
        (m.indicator, m.source, m.headway_min): m
        for m in measurements
        if m.indicator in ACCESS and (m.origin_model, m.distance) == ("cell_centre", "network") and of_whole_city(m)
    }
    if not any(indicator in _SYSTEMS for indicator, _, _ in mine):
        return None
    named = list(
        zip(
            ("sdg_11_2_1", *_SYSTEMS),
            (say("Either"), say("Low capacity, 500 m"), say("High capacity, 1 km")),
            strict=True,
        )
    )
    rows = [
        (space.stops(say, source, headway), [_share(mine.get((name, source, headway)), of, say) for name, of in named])
        for source, headway in keys
    ]
    return Variants([say("Stops and headway"), *(of for _, of in named)], rows)
