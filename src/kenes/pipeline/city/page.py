"""One page with the main share, the map, who is left out and every value in words; no other file, no other host."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import kenes
from kenes.catalogue.places import read_places
from kenes.catalogue.space import citation_of, space_definitions
from kenes.catalogue.space_words import SpaceWords, space_words
from kenes.pipeline.city.page_map import map_figure
from kenes.pipeline.city.page_quality import quality_section
from kenes.pipeline.city.page_style import STYLE
from kenes.pipeline.installed import shipped_observatory

Row = Mapping[str, Any]
_ALSO_READ = {"az": ("tr",), "tk": ("tr",), "kk": ("ru",), "ky": ("ru",)}
_MODELS = ("cell_centre", "cell_centre_no_offset", "street_nodes", "area_weighted")
_SOURCES = ("gtfs", "layer", "osm")
_SYSTEMS = {"stop_access_low_capacity": "low", "stop_access_high_capacity": "high"}
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


def page(city: Any, rows: Sequence[Row], shown: Mapping[str, Any]) -> str:
    """The page as HTML.

    Args:
        city: what was read (`kenes.pipeline.city.reading.City`).
        rows: measurements.
        shown: values by cell, shape (cell,) each.
    """
    words = space_words(city.request.language)
    place = _place(city.request, words)
    main = main_row(rows)
    left = {row["district"]: 1 - row["value"] for row in _like(rows, main) if row["district"] and _known(row)}
    title = place or words("unnamed")
    body = [
        f'<header><p class="kicker">{escape(words("kicker"))}</p><h1>{escape(title)}</h1>{_lead(city, words)}</header>',
        "<main>",
        _headline(rows, main, words, few_places=bool(city.quality.get("few_places_mapped"))),
        _section(words("map"), map_figure(city, shown, left, words, title)),
        _section(words("left_out"), _left_out(rows, main, words)),
        _section(words("variants"), _variants(rows, words)),
        _section(words("others"), _others(rows, words)),
        _section(words("quality"), quality_section(city, words)),
        "</main>",
        f"<footer><h2>{escape(words('sources'))}</h2>{_credits(city, rows, words)}</footer>",
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · {escape(words('kicker'))}</title><style>{STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="{words.language}"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def main_row(rows: Sequence[Row]) -> Row | None:
    """The value that the page begins with: served by timetable, else by the city's stops, else by the map.

    Where nobody can be counted it is the share of street nodes, else the area in reach of a stop.
    """
    whole = [r for r in rows if not r["district"] and not r["dimensions"] and r["headway_min"] is None and _known(r)]
    for indicator in ("sdg_11_2_1", "ghsci_public_transport_within_500m"):
        for distance in ("network", "straight"):
            for source in _SOURCES:
                for model in ("cell_centre", "street_nodes"):
                    asked = (indicator, distance, source, model)
                    for row in whole:
                        if (row["indicator"], row["distance"], row["source"], row["origin_model"]) == asked:
                            return row
    return next((row for row in whole if row["indicator"] == "stop_coverage_area"), None)


def _known(row: Row) -> bool:
    return row["value"] is not None


def _like(rows: Iterable[Row], main: Row | None) -> list[Row]:
    """Rows that differ from the main one in district or group only."""
    same = ("indicator", "distance", "source", "origin_model", "headway_min")
    return [] if main is None else [r for r in rows if all(r[name] == main[name] for name in same)]


def _place(request: Any, words: SpaceWords) -> str:
    """Name of the place in the language of the page; the id made readable where nobody knows it."""
    if not request.place:
        return ""
    names = request.names
    if not names:
        place = read_places(shipped_observatory() / "places")[0].get(request.place)
        names = place.names if place else {}
    readers = (words.language, *_ALSO_READ.get(words.language, ()), "en", *names)
    known = next((names[code] for code in readers if names.get(code)), "")
    return known or readable(request.place)


def readable(place: str) -> str:
    """An id as a name: without the code of the state, with blanks and capitals.

    >>> readable("br-porto-alegre"), readable("Porto Alegre")
    ('Porto Alegre', 'Porto Alegre')
    """
    plain = re.sub(r"^[a-z]{2}-(?=.)", "", place)
    return re.sub(r"[-_]+", " ", plain).title() if plain == plain.lower() else plain


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>" if content else ""


def _lead(city: Any, words: SpaceWords) -> str:
    parts = []
    if city.request.osm is not None and city.extract.date:
        parts.append(words("map_of", date=words.date(city.extract.date)))
    if city.day:
        parts.append(words("timetables_of", date=words.date(city.day)))
    elif city.request.osm is None and city.request.date:
        parts.append(words("stops_of", date=words.date(city.request.date)))
    if city.cells is not None:
        persons, cells = words.number(float(city.cells.population.sum()), 0), words.number(len(city.cells))
        parts.append(words("residents_in", persons=persons, cells=cells))
    else:
        parts.append(words("no_residents"))
    parts.append(words("area_is", area=words.known(city.area_kind, "areas")))
    partial = f'<p class="note">{escape(words("partial"))}</p>' if city.request.osm is None else ""
    return '<p class="lead">' + " ".join(f"<span>{escape(part)}</span>" for part in parts) + f"</p>{partial}"


def _headline(rows: Sequence[Row], main: Row | None, words: SpaceWords, *, few_places: bool) -> str:
    """The main share in large, and what makes it more or less: stops, headway, open space, places.

    Open space and places are left to the tables where the map holds hardly any: their shares would mislead here.
    """
    if main is None:
        reasons = dict.fromkeys(r["reason"] for r in rows if r["indicator"] == "sdg_11_2_1" and r["reason"])
        said = " ".join(words.sentence(words.reason(reason)) for reason in reasons) or words("no_values")
        return f'<div class="short"><p class="big">{escape(said)}</p></div>'
    value = words.amount(main["value"], main["unit"], main["indicator"])
    share = main["unit"] == "1"
    said = words("area_reached")
    if share:
        straight = "_straight" if main["distance"] == "straight" else ""
        said = words("nodes_have_stop" if main["population"] is None else f"have_stop{straight}")
    lines = [f"<b>{escape(value)}</b>", _bar(main["value"]) if share else "", f"<p>{escape(said)}</p>"]
    if main["population"] is not None:
        gone = main["population"] * (1 - main["value"])
        one = words.number(gone, 0) == "1"
        text = words("persons_left_one") if one else words("persons_left", persons=words.number(gone, 0))
        lines.append(f"<p><strong>{escape(text)}</strong></p>")
    if main["uncertainty"] is not None:
        text = words("spread", points=words.points(main["uncertainty"]))
        lines.append(f'<p class="soft">{escape(text)}</p>')
    if share:
        lines.append(f'<p class="soft">{escape(_stops_said(main["source"], None, words))}</p>')
    said_already = {"partial", "no_street_network", "street_nodes_not_people"}
    if warnings := "; ".join(words.flag(flag) for flag in _flags(main) if flag not in said_already):
        lines.append(f'<p class="soft">{escape(words.sentence(warnings))}</p>')
    more = "".join(_further_line(row, text, words) for row, text in _further(rows, main, words, few_places))
    if more and main["population"] is None:
        more += f'<li class="soft">{escape(words.sentence(words.flag("street_nodes_not_people")))}</li>'
    return f'<div class="short"><div class="big">{"".join(lines)}</div><ul class="more">{more}</ul></div>'


def _further(rows: Sequence[Row], main: Row, words: SpaceWords, few_places: bool) -> list[tuple[Row, str]]:
    """Shares beside the main one, each with its half sentence."""
    found, people = [], main["population"] is not None
    for row in rows:
        if row is main or row["district"] or row["dimensions"] or not _known(row):
            continue
        same = ("indicator", "distance", "origin_model")
        if main["unit"] == "1" and all(row[name] == main[name] for name in same):
            if row["headway_min"] is None or not people:
                found.append((row, _stops_said(row["source"], row["headway_min"], words)))
            else:
                found.append((row, words("frequent", minutes=words.number(row["headway_min"]))))
        elif few_places:
            continue
        elif row["indicator"] == "open_space_within_400m":
            found.append((row, words("open_space") if people else words.name(row["indicator"])[0]))
        elif row["indicator"] == "access_15min_walk_all":
            found.append((row, words("all_kinds") if people else words.name(row["indicator"])[0]))
    found.sort(key=lambda pair: pair[0]["indicator"] != main["indicator"])
    return found


def _further_line(row: Row, text: str, words: SpaceWords) -> str:
    spread = f" ± {words.points(row['uncertainty'])}" if row["uncertainty"] is not None else ""
    value = f"<b>{escape(words.percent(row['value']))}</b>{escape(spread)} {escape(text)}"
    return f"<li>{value}{_bar(row['value'])}</li>"


def _bar(share: float) -> str:
    return f'<span class="bar" aria-hidden="true"><i style="width:{100 * min(max(share, 0), 1):.1f}%"></i></span>'


def _left_out(rows: Sequence[Row], main: Row | None, words: SpaceWords) -> str:
    """Who has no stop in reach, by district and by group, the most left out first."""
    if main is None or main["unit"] != "1":
        return f"<p>{escape(words('no_left'))}</p>"
    people = main["population"] is not None
    mine = _like(rows, main)
    lead = words("left_by" if people else "left_nodes", source=words.known(main["source"], "sources"))
    parts = []
    districts = [(row["district"], row) for row in mine if row["district"] and not row["dimensions"]]
    if districts:
        parts.append(_left_table(districts, main, words("district"), words))
    else:
        parts.append(f'<p class="soft">{escape(words("no_districts"))}</p>')
    groups = [
        (words.group(json.loads(row["dimensions"])["group"]), row)
        for row in mine
        if row["dimensions"] and not row["district"] and "group" in json.loads(row["dimensions"])
    ]
    if groups:
        parts.append(_left_table(groups, main, words("group"), words))
    if districts or groups:
        parts.insert(0, f'<p class="soft">{escape(lead)}</p>')
    return "".join(parts)


def _left_table(named: Sequence[tuple[str, Row]], main: Row, title: str, words: SpaceWords) -> str:
    people = main["population"] is not None
    ordered = sorted(named, key=lambda pair: (not _known(pair[1]), pair[1]["value"] or 0.0, pair[0]))
    head = [title, *([words("residents"), words("people_left")] if people else []), words("share_left")]
    lines = []
    for name, row in [*ordered, (words("whole_city"), main)]:
        cells = [f'<th scope="row">{escape(name)}</th>']
        if people:
            cells.append(_number(words.number(row["population"] or 0.0, 0), head[1]))
            gone = words.number(row["population"] * (1 - row["value"]), 0) if _known(row) else ""
            cells.append(_number(gone, head[2]))
        if _known(row):
            share = 1 - row["value"]
            cells.append(_number(words.percent(share), head[-1]))
            cells.append(f'<td class="barred of">{_bar(share)}</td>')
        else:
            cells.append(f'<td colspan="2">{escape(words.reason(row["reason"]))}</td>')
        lines.append(f"<tr{' class=whole' if row is main else ''}>{''.join(cells)}</tr>")
    top = f'<th scope="col">{escape(title)}</th>' + "".join(
        f'<th scope="col" class="n">{escape(text)}</th>' for text in head[1:]
    )
    return f'<table class="stack"><thead><tr>{top}<td></td></tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _number(text: str, of: str) -> str:
    return f'<td class="n" data-of="{escape(of)}">{escape(text)}</td>'


def _variants(rows: Sequence[Row], words: SpaceWords) -> str:
    """SDG 11.2.1: rows by stops and headway, columns by origin model, then the straight line; then by capacity."""
    mine = [r for r in rows if r["indicator"] == "sdg_11_2_1" and not r["district"] and not r["dimensions"]]
    if not mine:
        return ""
    if not any(_known(row) for row in mine):
        reasons = dict.fromkeys(words.sentence(words.reason(row["reason"])) for row in mine if row["reason"])
        return "".join(f"<p>{escape(reason)}</p>" for reason in reasons)
    models = [m for m in _MODELS if any(r["origin_model"] == m and r["distance"] == "network" for r in mine)]
    columns = [(words(model, "origins"), ("network", model)) for model in models]
    if any(r["distance"] == "straight" for r in mine):
        columns.append((words("straight"), ("straight", "cell_centre")))
    keys = dict.fromkeys((r["source"], r["headway_min"]) for r in mine)
    head = [words("stops_and_headway"), *(title for title, _ in columns), words("spread_short"), words("unsnapped")]
    lines = []
    for source, headway in keys:
        by = {
            (r["distance"], r["origin_model"]): r for r in mine if (r["source"], r["headway_min"]) == (source, headway)
        }
        centre = by.get(("network", "cell_centre")) or next(iter(by.values()))
        cells = [_share(by.get(key), title, words) for title, key in columns]
        spread = words.points(centre["uncertainty"]) if centre["uncertainty"] is not None else ""
        lost = words.number(centre["unsnapped"], 0) if centre["unsnapped"] is not None else ""
        cells += [_number(spread, head[-2]), _number(lost, head[-1])]
        lines.append(f'<tr><th scope="row">{escape(_stops_said(source, headway, words))}</th>{"".join(cells)}</tr>')
    lead, note = escape(words("variants_lead")), escape(words("unsnapped_note"))
    table = f'<p class="soft">{lead}</p>{_stacked(head, lines)}<p class="soft">{note}</p>'
    flags = _remarks(mine, words)
    return (
        table
        + (f'<p class="soft">{escape(words.sentence(flags))}</p>' if flags else "")
        + _by_system(rows, keys, words)
    )


def _stops_said(source: str, headway: float | None, words: SpaceWords) -> str:
    stops = words.capital(words.known(source, "sources"))
    if headway is None:
        return f"{stops}, {words('any_headway')}" if source == "gtfs" else stops
    return f"{stops}, {words('at_least_every', minutes=words.number(headway))}"


def _share(row: Row | None, of: str, words: SpaceWords) -> str:
    if row is None:
        return "<td></td>"
    if not _known(row):
        return f'<td class="n words" data-of="{escape(of)}">{escape(words.reason(row["reason"]))}</td>'
    return _number(words.percent(row["value"]), of)


def _stacked(head: Sequence[str], lines: Sequence[str]) -> str:
    """A table whose rows become blocks on a narrow screen, so that nothing is cut off."""
    top = "".join(f'<th scope="col"{" class=n" if k else ""}>{escape(text)}</th>' for k, text in enumerate(head))
    return f'<table class="stack"><thead><tr>{top}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _by_system(rows: Sequence[Row], keys: Iterable[tuple[str, float | None]], words: SpaceWords) -> str:
    wanted = ("sdg_11_2_1", *_SYSTEMS)
    mine = {
        (r["indicator"], r["source"], r["headway_min"]): r
        for r in rows
        if r["indicator"] in wanted and r["origin_model"] == "cell_centre" and r["distance"] == "network"
        and not r["district"] and not r["dimensions"]
    }  # fmt: skip
    if not any(indicator in _SYSTEMS for indicator, _, _ in mine):
        return ""
    head = [words("stops_and_headway"), words("either"), words("low"), words("high")]
    lines = []
    for source, headway in keys:
        cells = [
            _share(mine.get((name, source, headway)), of, words) for name, of in zip(wanted, head[1:], strict=True)
        ]
        lines.append(f'<tr><th scope="row">{escape(_stops_said(source, headway, words))}</th>{"".join(cells)}</tr>')
    lead = f'<p class="soft">{escape(words("by_system_lead"))}</p>'
    return f"<h3>{escape(words('by_system'))}</h3>{lead}{_stacked(head, lines)}"


@dataclass
class _Shown:
    """One indicator of the page with its variants."""

    indicator: str
    rows: list[Row]


def _others(rows: Sequence[Row], words: SpaceWords) -> str:
    """All other indicators in groups: name, meaning, value with unit, remarks and reasons in words."""
    groups: dict[str, list[_Shown]] = {name: [] for name in _GROUPS}
    skip = {"sdg_11_2_1", *_SYSTEMS}
    order = {name: k for k, name in enumerate(space_definitions())}
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["indicator"] not in skip and not row["district"]:
            found.setdefault(row["indicator"], []).append(row)
    for indicator in sorted(found, key=lambda name: order.get(name, len(order))):
        group = next(name for name, start in _GROUPS.items() if re.match(start, indicator))
        groups[group].append(_Shown(indicator, found[indicator]))
    parts = []
    for name, members in groups.items():
        if members:
            lines = "".join(_indicator_lines(member, words) for member in members)
            head = (
                f'<th scope="col">{escape(words("indicator"))}</th>'
                f'<th scope="col" class="n">{escape(words("value"))}</th>'
                f'<th scope="col" class="remark">{escape(words("remarks"))}</th>'
            )
            title = escape(words(name, "groups_of_indicators"))
            table = f'<table class="stack"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'
            parts.append(f"<h3>{title}</h3>{table}")
    return "".join(parts)


def _indicator_lines(shown: _Shown, words: SpaceWords) -> str:
    name, meaning = words.name(shown.indicator), words.meaning(shown.indicator)
    meant = f'<span class="meant"{_lang(meaning[1], words)}>{escape(meaning[0])}</span>' if meaning[0] else ""
    title = f'<th scope="row"><span{_lang(name[1], words)}>{escape(name[0])}</span>{meant}</th>'
    alone = len(shown.rows) == 1 and not _variant(shown.rows[0], words)
    if alone:
        return f"<tr>{title}{_value_cells(shown.rows[0], words, set())}</tr>"
    common = set.intersection(*({*_flags(row)} for row in shown.rows))
    said = "; ".join(words.flag(flag) for row in shown.rows[:1] for flag in _flags(row) if flag in common)
    lines = [f'<tr class="several">{title}<td></td><td class="remark">{escape(said)}</td></tr>']
    for row in shown.rows:
        cells = _value_cells(row, words, common)
        lines.append(f'<tr class="variant"><th scope="row">{escape(_variant(row, words))}</th>{cells}</tr>')
    return "".join(lines)


def _value_cells(row: Row, words: SpaceWords, said: set[str]) -> str:
    value = words.amount(row["value"], row["unit"], row["indicator"]) if _known(row) else "–"
    remarks = "; ".join(words.flag(flag) for flag in _flags(row) if flag not in said)
    if row["reason"] and not _known(row):
        remarks = "; ".join(filter(None, (words.reason(row["reason"]), remarks)))
    return f'{_number(value, words("value"))}<td class="remark">{escape(remarks)}</td>'


def _flags(row: Row) -> list[str]:
    return [flag for flag in str(row["flags"] or "").split(";") if flag]


def _remarks(rows: Iterable[Row], words: SpaceWords) -> str:
    flags = dict.fromkeys(flag for row in rows for flag in _flags(row))
    return "; ".join(words.flag(flag) for flag in flags)


def _variant(row: Row, words: SpaceWords) -> str:
    """What tells a row from the others of its indicator: kind of place, number of kinds, size, stops, years."""
    parts = []
    for key, value in json.loads(row["dimensions"]).items() if row["dimensions"] else ():
        if key == "place_kind":
            parts.append(words.known(value, "kinds"))
        elif key == "kinds":
            parts.append(words("every_kind", kinds=value))
        elif key == "size":
            parts.append(words(f"size_{value}") if f"size_{value}" in words.texts["page"] else str(value))
        elif key == "years":
            parts.append(words("years", years=value.replace("-", "–")))
        elif key == "group":
            parts.append(words.group(value))
        else:
            parts.append(str(value))
    if row["indicator"].startswith("ghsci_public_transport"):
        parts.append(_stops_said(row["source"], row["headway_min"], words))
    return ", ".join(parts)


def _lang(language: str, words: SpaceWords) -> str:
    return "" if language == words.language else f' lang="{language}"'


def _credits(city: Any, rows: Sequence[Row], words: SpaceWords) -> str:
    request = city.request
    lines = []
    if request.osm is not None:
        lines.append(escape(words("credit_map")))
    files = {"gtfs": [p.name for p in request.gtfs]}
    for role in ("population", "boundary", "urban", "built_up", "districts", "parks", "land", "weather"):
        files[role] = [getattr(request, role).name] if getattr(request, role) is not None else []
    for role in ("stops", "facilities"):
        files[role] = [path.name for _, path in getattr(request, role)]
    for role, names in files.items():
        if names:
            kind = words(role, "files")
            lines.append(escape(words("credit_files", kind=kind, files=", ".join(dict.fromkeys(names)))))
    own = request.attribution
    if own:
        lines.append(f"{escape(words('credit_own'))} <strong>{escape('; '.join(own))}</strong>")
    elif any(files.values()):
        lines.append(escape(words("no_credit")))
    shown = {row["indicator"] for row in rows}
    language = words.language if words.language == "tr" else "en"
    cited_of = (citation_of(d, language) for d in space_definitions().values() if d.id in shown)
    methods = dict.fromkeys(re.sub(r", [a-z]+(_[a-z]+)+(?=:|;|$)", "", text) for text in cited_of)
    cited = "".join(f"<li>{escape(text)}</li>" for text in methods)
    made = words("made", version=kenes.__version__, id=str(rows[0]["provenance"]) if rows else "–")
    return (
        f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul><h3>{escape(words('method_sources'))}</h3>"
        f"<ul{_lang(language, words)}>{cited}</ul><p>{escape(made)}</p>"
    )
