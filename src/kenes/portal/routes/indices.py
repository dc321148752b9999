"""Pages of indices and indicators."""

from __future__ import annotations

import json
import statistics
from typing import Any

from fastapi import APIRouter, HTTPException
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from kenes.pages.language import language
from kenes.portal import drawings
from kenes.portal.choropleth import indicator_map
from kenes.portal.records import Measurement
from kenes.portal.routes.places import Code, by_group, map_words
from kenes.portal.site import Page, Site
from kenes.portal.views import EditionView


def index_routes(site: Site) -> APIRouter:
    """Routes of indices and indicators."""
    routes = APIRouter(include_in_schema=False, route_class=site.kept)
    view = site.view

    @routes.get("/{code}/indices")
    def indices(request: Request, code: Code) -> Response:
        return site.page(request, "indices.html", code)

    @routes.get("/{code}/index/{index}")
    def index(request: Request, code: Code, index: str) -> Response:
        if index not in view.profiles:
            raise HTTPException(404, f"index {index!r} is not known")
        page = Page(site, request.url, language(code))
        return site.page(request, "index.html", code, **of_index(page, view, index))

    @routes.get("/{code}/indicators")
    def indicators(request: Request, code: Code) -> Response:
        return site.page(request, "indicators.html", code, by_group=by_group(view, list(view.indicators)))

    @routes.get("/{code}/indicator/{indicator}")
    def indicator(request: Request, code: Code, indicator: str, state: str = "", year: str = "") -> Response:
        if indicator not in view.indicators:
            raise HTTPException(404, f"indicator {indicator!r} is not known")
        page = Page(site, request.url, language(code))
        return site.page(request, "indicator.html", code, **of_indicator(page, view, indicator, state, year))

    return routes


def of_index(page: Page, view: EditionView, index: str) -> dict[str, Any]:
    """What the page of an index shows."""
    ranking = view.ranking(index)
    return {
        "index": index,
        "ranking": ranking,
        "unranked": view.unranked(index),
        "order": view.place_order(page.language),
        "leaves": [(leaf, weight_of(view, index, leaf), view.used_years(index, leaf)) for leaf in view.leaves(index)],
        "varied": varied(page, view, index),
        "method": method(page, view.profiles[index].specification),
        "span": score_span(ranking),
        "basis": page.language.pick(view.profiles[index].rests_on),
        "drawn": index_drawings(page, view, index),
        "folded": len(ranking) > drawings.MOST_OPEN,
    }


def of_indicator(page: Page, view: EditionView, indicator: str, state: str, year: str) -> dict[str, Any]:
    """What the page of an indicator shows, of a year that it has and of a state that has a value."""
    years = view.years(indicator)
    chosen = int(year) if year.isdigit() and int(year) in years else None
    held = {c for p in view.newest(indicator) if (c := view.country(p))}
    wanted = frozenset({state}) if state in held else frozenset()
    return {
        "indicator": view.indicators[indicator],
        "drawn": indicator_map(page, view, indicator, year=chosen, states=wanted),
        "years": years,
        "year": chosen,
        "state": state if wanted else "",
        "states": view.sorted_places(held, page.language),
        "trend": trend(page, view, indicator, wanted),
        "national": national(view, indicator),
        "words": map_words(page),
    }


def index_drawings(page: Page, view: EditionView, index: str) -> dict[str, Markup | None]:
    """The figures of an index by name."""
    return {
        "contributions": drawings.contributions_drawing(page, view, index),
        "sensitivity": drawings.sensitivity_drawing(page, view, index),
        "together": drawings.together_drawing(page, view, index),
    }


def weight_of(view: EditionView, index: str, leaf: str) -> float | None:
    """Nominal weight of a node beside its siblings, as a share; None where the specification gives none."""
    nodes = {str(node["id"]): node for node in view.profiles[index].specification.get("nodes", ())}
    node = nodes.get(leaf)
    if node is None:
        return None
    share = 1.0
    while node is not None and node.get("parent"):
        siblings = [n for n in nodes.values() if n.get("parent") == node["parent"]]
        total = sum(float(n.get("weight", 1)) for n in siblings)
        share *= float(node.get("weight", 1)) / total if total else 0.0
        node = nodes.get(str(node["parent"]))
    return share


def varied(page: Page, view: EditionView, index: str) -> list[str]:
    """What the draws varied, in words: as recorded with the scores, else as the specification says."""
    told = view.fact(index, view.root(index), "factors")
    declared = (view.profiles[index].specification.get("uncertainty") or {}).get("factors") or ()
    factors = json.loads(told) if told else list(declared)
    names = [str(f.get("name") or f.get("id") or next(iter(f))) if isinstance(f, dict) else str(f) for f in factors]
    return list(dict.fromkeys(page.factor(name) for name in names))


def method(page: Page, specification: Any) -> dict[str, Any]:
    """The steps of a specification that a reader asks for first; methods are a text and its language."""
    say = page.language
    words = {
        "goalposts": say("Goalposts"),
        "arithmetic": say("weighted arithmetic mean"),
        "geometric": say("weighted geometric mean"),
    }
    found: dict[str, Any] = {"least": None, "normalise": "", "aggregate": "", "seed": specification.get("seed")}
    for step in specification.get("steps") or ():
        for name, values in step.items() if isinstance(step, dict) else ():
            known = values if isinstance(values, dict) else {}
            if name == "screen":
                found["least"] = known.get("min_coverage")
            elif name in ("normalise", "aggregate"):
                asked = str(known.get("method", values))
                found[name] = (words[asked], say.code) if asked in words else (asked.replace("_", " "), "en")
    return found


def score_span(ranking: list[Any]) -> tuple[float, float]:
    """Least and greatest end of the score intervals."""
    lows = [s.score_low for s in ranking if s.score_low is not None]
    highs = [s.score_high for s in ranking if s.score_high is not None]
    return (min(lows), max(highs)) if lows and highs else (0.0, 100.0)


def trend(page: Page, view: EditionView, indicator: str, states: frozenset[str]) -> dict[str, Any]:
    """Yearly medians of the places of each state, for the chart and the table under it.

    A year counts where at least half as many places have a usable value as in the fullest year, so
    that the line does not follow who reports.
    """
    groups: dict[str, dict[int, list[float]]] = {}
    for place in view.finest(indicator):
        state = view.country(place)
        if state is None or view.places[place].kind == "country" or (states and state not in states):
            continue
        for figure in view.series(indicator, place):
            if figure.usable and figure.value is not None:
                groups.setdefault(state, {}).setdefault(figure.year, []).append(figure.value)
    series: list[dict[str, Any]] = []
    for state in view.sorted_places(groups, page.language):
        years = groups[state]
        most = max(len(values) for values in years.values())
        points = [
            (year, statistics.median(values), len(values))
            for year, values in sorted(years.items())
            if 2 * len(values) >= most
        ]
        series.append({"place": state, "name": page.place(state), "points": points})
    definition, say = view.indicators[indicator], page.language
    levels = [level.value for level in definition.levels]
    chart = {
        "unit": page.language.unit(definition.unit),
        "year": say("Year"),
        "levels": levels,
        "series": [
            {
                "name": s["name"],
                "main": True,
                "points": [[y, v, page.amount(v, definition.unit)] for y, v, _ in s["points"]],
            }
            for s in series
        ],
    }
    return {"series": series, "chart": chart, "long": any(len(s["points"]) > 1 for s in series)}


def national(view: EditionView, indicator: str) -> list[tuple[str, Measurement]]:
    """Newest figures of whole states."""
    newest = view.newest(indicator)
    return [(p, f) for p, f in newest.items() if p in view.places and view.places[p].kind == "country"]
