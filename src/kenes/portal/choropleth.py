"""What a map and the list beside it show: one value a place, its class, and the words for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kenes.pages.figures.scales import Class, quantile_scale

if TYPE_CHECKING:
    from kenes.portal.site import Page
    from kenes.portal.views import EditionView


@dataclass(frozen=True, slots=True)
class Shade:
    """A place on the map: `number` None means that no value may be compared."""

    place: str
    name: str
    state: str
    text: str
    detail: str
    number: float | None
    tint: int | None
    link: str | None
    quality: str | None


@dataclass(frozen=True, slots=True)
class Choropleth:
    """Shades in the order of the list, and the classes of the legend."""

    shades: tuple[Shade, ...]
    classes: tuple[Class, ...]
    nothing: int
    doubtful: int

    def tints(self) -> Mapping[str, Shade]:
        """Shades by place."""
        return {shade.place: shade for shade in self.shades}


def indicator_map(
    page: Page, view: EditionView, indicator: str, *, year: int | None = None, states: frozenset[str] = frozenset()
) -> Choropleth:
    """Newest values (or those of one year); doubtful ones are listed last and have no colour."""
    newest = {p: f for p, f in view.finest(indicator, year).items() if _wanted(view, p, states)}
    usable = {p: f.value for p, f in newest.items() if f.usable and f.value is not None and _drawn(view, p)}
    scale = quantile_scale(usable)
    shades = [
        Shade(
            place,
            page.place(place),
            page.state_of(place),
            page.value(figure),
            str(figure.year),
            figure.value,
            scale.of.get(place),
            page.link("number", figure.provenance) if figure.provenance else None,
            figure.quality,
        )
        for place, figure in newest.items()
    ]
    order = view.place_order(page.language)
    usable_first = sorted(
        shades, key=lambda s: (s.quality in ("suspect", "insufficient"), -(s.number or 0.0), order.get(s.place, 0))
    )
    return Choropleth(
        tuple(usable_first + _rest(page, view, set(newest), states)),
        scale.classes,
        len(_rest(page, view, set(newest), states)),
        sum(1 for f in newest.values() if not f.usable),
    )


def index_map(page: Page, view: EditionView, index: str) -> Choropleth:
    """Scores of an index; the list gives each rank with its interval."""
    say = page.language
    ranking = view.ranking(index)
    scale = quantile_scale({s.place: s.score for s in ranking if s.score is not None})
    shades = [
        Shade(
            s.place,
            page.place(s.place),
            page.state_of(s.place),
            f"{s.rank} ({s.rank_low}–{s.rank_high})",
            say.number(s.score, digits=1),
            s.score,
            scale.of.get(s.place),
            page.link("place", s.place),
            None,
        )
        for s in ranking
    ]
    shown = {s.place for s in ranking}
    out = [s.place for s in view.unranked(index)]
    shades += [
        Shade(p, page.place(p), page.state_of(p), say("not ranked"), "", None, None, page.link("place", p), None)
        for p in view.sorted_places(out, page.language)
    ]
    rest = _rest(page, view, shown | set(out), frozenset())
    return Choropleth(tuple(shades + rest), scale.classes, len(rest), 0)


def _drawn(view: EditionView, place: str) -> bool:
    return place in view.places and view.places[place].kind != "country"


def _wanted(view: EditionView, place: str, states: frozenset[str]) -> bool:
    return _drawn(view, place) and (not states or view.country(place) in states)


def _rest(page: Page, view: EditionView, shown: set[str], states: frozenset[str]) -> list[Shade]:
    rest = [p for p in view.places if p not in shown and view.places[p].kind != "group" and _wanted(view, p, states)]
    return [
        Shade(p, page.place(p), page.state_of(p), "–", "", None, None, None, None)
        for p in view.sorted_places(rest, page.language)
    ]
