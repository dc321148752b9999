"""One page with the main share, the map, who is left out and every value in words; no other file, no other host."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kenes.pages.city.facts import CityFacts
from kenes.pages.city.headline import headline, main_measurement
from kenes.pages.city.indicators import indicator_groups
from kenes.pages.city.map import map_of
from kenes.pages.city.quality import checked_inputs, residents
from kenes.pages.city.tables import access, left_out
from kenes.pages.figures.city_map import Picture
from kenes.pages.language import Language
from kenes.pages.rendering import as_it_is, rendered
from kenes.pages.words import space

_INNER_NAME = re.compile(r", [a-z]+(_[a-z]+)+(?=:|;|$)")
"""A name of ours in a citation, such as `, dead_end_share`."""


def city_page(facts: CityFacts, picture: Picture | None, say: Language) -> str:
    """The page as HTML.

    Args:
        facts: what is told.
        picture: the city in pixels; None without an area.
        say: the reader's language.
    """
    place = _place_name(facts, say)
    title, main = place or say("A city that was not named"), main_measurement(facts.measurements)
    return rendered(
        "city/page.html",
        say,
        style=as_it_is("city", "page.css"),
        script=as_it_is("city", "page.js"),
        title=title,
        lead=_lead(facts, say),
        partial=facts.inputs.map is None,
        headline=headline(facts, main, say),
        map=map_of(picture, title, say) if picture else None,
        left=left_out(facts.measurements, main, say),
        access=access(facts.measurements, say),
        groups=indicator_groups(facts, say),
        inputs=checked_inputs(facts.inputs, say),
        credits=_credits(facts, say),
        attribution="; ".join(facts.attribution),
        citations=_citations(facts, say),
        version=facts.version,
        provenance=facts.provenance,
    )


def _place_name(facts: CityFacts, say: Language) -> str:
    """Name of the place in the language of the page; the id made readable where nobody knows it."""
    return say.pick(facts.names)[0] or readable(facts.place)


def readable(place: str) -> str:
    """An id as a name: without the code of the state, with blanks and capitals.

    >>> readable("br-porto-alegre"), readable("Porto Alegre")
    ('Porto Alegre', 'Porto Alegre')
    """
    plain = re.sub(r"^[a-z]{2}-(?=.)", "", place)
    return re.sub(r"[-_]+", " ", plain).title() if plain == plain.lower() else plain


def _lead(facts: CityFacts, say: Language) -> list[str]:
    parts = list[str]()
    if facts.map_date:
        parts.append(say("Map of %(date)s", date=say.date(facts.map_date)))
    if facts.service_day:
        parts.append(say("Timetables of %(date)s", date=say.date(facts.service_day)))
    elif facts.stops_date:
        parts.append(say("Stops as of %(date)s", date=say.date(facts.stops_date)))
    parts.append(residents(*facts.residents, say) if facts.residents else say("No data on residents were given"))
    parts.append(say("Area: %(area)s", area=space.known(say, space.AREAS, facts.area_kind)))
    return parts


def _credits(facts: CityFacts, say: Language) -> list[str]:
    lines = list[str]()
    if facts.inputs.map is not None:
        lines.append(
            say(
                "Map data © OpenStreetMap contributors, Open Database Licence 1.0. Keep this line in everything "
                "derived."
            )
        )
    for role, names in facts.files.items():
        shown = ", ".join(dict.fromkeys(names))
        kind = say(space.FILES[role])
        lines.append(say("%(kind)s: %(files)s, under the terms of the publisher.", kind=kind, files=shown))
    if facts.files and not facts.attribution:
        lines.append(say("The owner of these files was not named. Name them with --attribution before you publish."))
    return lines


def _citations(facts: CityFacts, say: Language) -> Sequence[tuple[str, str]]:
    """Where the indicators on the page are from, each once, with the language that it is in."""
    shown = {m.indicator for m in facts.measurements}
    cited = (say.pick(texts.citation) for name, texts in facts.indicators.items() if name in shown)
    return list(dict.fromkeys((_INNER_NAME.sub("", text), code) for text, code in cited))
