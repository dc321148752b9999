"""Pages that begin with a place: the map of all, search, one place, places side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from kenes.pages.language import language
from kenes.portal import drawings
from kenes.portal.choropleth import index_map, indicator_map
from kenes.portal.records import Measurement
from kenes.portal.site import GROUPS, Page, Site
from kenes.portal.views import EditionView
from kenes.vocabulary.languages import LANGUAGES

Code = Annotated[str, Path(pattern=f"^({'|'.join(LANGUAGES)})$")]
"""The language of an address; another answers as a page that is not there."""
MOST_COMPARED = 6
FIRST_SHOWN = ("tr-provinces", "pm10_annual_mean")


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator of a place: its newest figure and its series."""

    indicator: str
    figure: Measurement
    series: tuple[Measurement, ...]
    sources: tuple[str, ...]


def place_routes(site: Site) -> APIRouter:
    """Routes of the map, search, places and the comparison."""
    routes = APIRouter(include_in_schema=False, route_class=site.kept)
    view = site.view

    @routes.get("/{code}/")
    def home(request: Request, code: Code, show: str | None = None, year: str | None = None) -> Response:
        if show and show not in view.profiles and show not in view.indicators:
            raise HTTPException(404, f"indicator or index {show!r} is not known")
        page = Page(site, request.url, language(code))
        return site.page(request, "home.html", code, **on_the_map(page, view, show or first_shown(view), year))

    @routes.get("/{code}/search")
    def search(request: Request, code: Code, q: str = "") -> Response:
        template = "found.html" if request.headers.get("hx-request") else "search.html"
        return site.page(request, template, code, q=q[:80], found=site.search.find(q))

    @routes.get("/{code}/place/{place}")
    def place(request: Request, code: Code, place: str) -> Response:
        if place not in view.places:
            raise HTTPException(404, f"place {place!r} is not known")
        page = Page(site, request.url, language(code))
        return site.page(request, "place.html", code, **of_place(page, view, place))

    @routes.get("/{code}/compare")
    def compare(
        request: Request, code: Code, place: Annotated[list[str] | None, Query()] = None, add: str = ""
    ) -> Response:
        chosen = [p for p in dict.fromkeys(place or ()) if p in view.places]
        missing = next((p[:80] for p in place or () if p not in view.places), "")
        if add.strip():
            found = site.search.find(add, 1)
            missing = missing if found else add[:80]
            chosen += [p for p in found if p not in chosen]
        if not chosen:
            chosen = states(view)
        chosen = chosen[:MOST_COMPARED]
        rows, apart = side_by_side(view, chosen)
        return site.page(
            request, "compare.html", code, chosen=chosen, rows=rows, apart=apart, missing=missing, most=MOST_COMPARED
        )

    @routes.get("/{code}/about")
    def about(request: Request, code: Code) -> Response:
        return site.page(request, "about.html", code)

    return routes


def on_the_map(page: Page, view: EditionView, shown: str | None, year: str | None) -> dict[str, Any]:
    """What the first page shows: an index or an indicator on the map, of a year that it has."""
    is_index = shown in view.profiles
    years = [] if is_index or not shown else view.years(shown)
    chosen = int(year) if year and year.isdigit() and int(year) in years else None
    drawn = None
    if shown:
        drawn = index_map(page, view, shown) if is_index else indicator_map(page, view, shown, year=chosen)
    indicators = by_group(view, [i for i in view.indicators if view.has_values(i)])
    shown_words = {"shown": shown, "is_index": is_index, "drawn": drawn, "words": map_words(page)}
    return {**shown_words, "years": years, "year": chosen, "indicators": indicators}


def of_place(page: Page, view: EditionView, place: str) -> dict[str, Any]:
    """What the page of a place shows."""
    larger = view.inherited(place)
    ranked = [i for i in view.indices_of(place) if (s := view.standing(i, place)) and s.ranked]
    return {
        "place": view.places[place],
        "lines": lines_of(view, place),
        "inherited": [(p, f) for p, f in larger if view.places[p].kind != "country"],
        "national": [(p, f) for p, f in larger if view.places[p].kind == "country"],
        "words": map_words(page),
        "against": {i: drawings.radar_drawing(page, view, i, place) for i in ranked},
        "moved_by": {i: drawings.strongest(page, view, i, place) for i in ranked},
    }


def first_shown(view: EditionView) -> str | None:
    """What the map shows before anything is chosen."""
    options = [*FIRST_SHOWN, *view.profiles, *view.indicators]
    return next((o for o in options if o in view.profiles or (o in view.indicators and view.has_values(o))), None)


def by_group(view: EditionView, indicators: list[str]) -> dict[str, list[str]]:
    """Indicators under their groups, groups in the order of the portal."""
    return {
        group: found
        for group in GROUPS
        if (found := [i for i in indicators if i in view.indicators and view.indicators[i].group == group])
    }


def lines_of(view: EditionView, place: str) -> dict[str, list[IndicatorLine]]:
    """The place's own figures by group."""
    lines = {}
    for indicator in view.indicators_of(place):
        figure = view.latest(indicator, place)
        if figure is not None and indicator in view.indicators:
            lines[indicator] = IndicatorLine(indicator, figure, view.series(indicator, place), view.sources_of(figure))
    order = [i for i in view.indicators if i in lines]
    return {group: [lines[i] for i in found] for group, found in by_group(view, order).items()}


def states(view: EditionView) -> list[str]:
    """States of the observatory that have figures, those with most first."""
    found = [p.id for p in view.places.values() if p.kind == "country" and view.indicators_of(p.id)]
    return sorted(found, key=lambda p: (-len(view.indicators_of(p)), p))


def side_by_side(view: EditionView, chosen: list[str]) -> tuple[list[tuple[str, list[Measurement | None]]], int]:
    """Figures of the same indicator from the same source for at least two of the places.

    Returns:
        Rows of indicator and one figure (or None) a place; and how many further indicators have
        figures for two of the places, but from different sources or doubtful.
    """
    rows, apart = [], 0
    for indicator in view.indicators:
        figures = [view.latest(indicator, place) for place in chosen]
        usable = [f if f is not None and f.usable else None for f in figures]
        known = [f for f in usable if f is not None]
        if len(known) < 2:
            apart += sum(f is not None and f.value is not None for f in figures) > 1
            continue
        commonest = [view.sources_of(f) for f in known]
        source = max(commonest, key=commonest.count)
        same = [f if f is not None and view.sources_of(f) == source else None for f in usable]
        if sum(f is not None for f in same) > 1 and source:
            rows.append((indicator, same))
        else:
            apart += 1
    return rows, apart


def map_words(page: Page) -> str:
    """Words of the map's own controls, as JSON."""
    say = page.language
    return json.dumps(
        {
            "NavigationControl.ZoomIn": say("Zoom in"),
            "NavigationControl.ZoomOut": say("Zoom out"),
            "AttributionControl.ToggleAttribution": say("Sources of the map"),
            "CooperativeGesturesHandler.MobileHelpText": say("Use two fingers to move the map"),
            "CooperativeGesturesHandler.WindowsHelpText": say("Hold Ctrl and scroll to zoom the map"),
            "CooperativeGesturesHandler.MacHelpText": say("Hold ⌘ and scroll to zoom the map"),
            "Map.Title": say("Map"),
        },
        ensure_ascii=False,
    )
