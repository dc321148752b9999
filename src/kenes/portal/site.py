"""What every page needs: the edition's view, templates, addresses, and how they are rendered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request

from kenes.indicators.quality.templates import reason_in
from kenes.pages.language import Language, language
from kenes.portal import figures
from kenes.portal.files import parse_locator
from kenes.portal.kept import kept_route
from kenes.portal.map_layers import MapLayers
from kenes.portal.records import Figure
from kenes.portal.search import Search
from kenes.portal.views import EditionView, Text
from kenes.recommendations.sentences import sentence_in
from kenes.vocabulary.languages import LANGUAGES

if TYPE_CHECKING:
    from kenes.catalogue import Catalogue
    from kenes.comparison import Profile as Built
    from kenes.store import Edition, SourceRecord

_REQUIRED = re.compile(r"required: no usable value in (\w+)")
_COVERAGE = re.compile(r"coverage: (\d+) of (\d+) indicators are missing or unusable")
_SHORT = re.compile(r"coverage ([0-9.]+) is below ([0-9.]+)")
_CONFLICT = re.compile(r"(.+) gives another value")
_UNKNOWN = re.compile(r"(\w+) is not known for (\d+)")
GROUPS = ("environment", "energy", "economy", "society", "governance")


class Site:
    """One edition as a web site.

    Args:
        edition: what is shown.
        catalogue: the definitions that it was made with.
        base_url: the address under which the portal is seen from outside, without a last slash.
    """

    def __init__(self, edition: Edition, catalogue: Catalogue, base_url: str = "") -> None:
        self.view = EditionView(edition, catalogue)
        self.kept = kept_route()
        self._built: dict[str, Built] = {}
        self._numbers: Any = None
        self._building = Lock()
        self.base_url = base_url.rstrip("/")
        self.search = Search(catalogue.places.values(), self.view.compared())
        self.layers = MapLayers(getattr(catalogue, "folder", None), catalogue.places.values())
        self.templates = Environment(
            loader=PackageLoader("kenes.portal"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals.update(figures=figures, groups=GROUPS, names=LANGUAGES)

    def built(self, index: str) -> Built:
        """A profile built anew from the numbers of the edition, once, for what-ifs."""
        with self._building:
            if index not in self._built:
                from kenes.pipeline.observatory.comparing import Numbers, build_profile  # noqa: PLC0415 - only for what-ifs

                if self._numbers is None:
                    self._numbers = Numbers(self.view.edition.table("measurements"))
                profile = self.view.profiles[index]
                self._built[index] = build_profile(profile, self.view.catalogue, self._numbers)[0]
            return self._built[index]

    def ranks(self, index: str) -> Mapping[str, int]:
        """Rank of each ranked place, as published."""
        return {s.place: s.rank for s in self.view.ranking(index) if s.rank is not None}

    @cached_property
    def build(self) -> str:
        """A mark of the built front end, so that a browser fetches a new one."""
        folder = files("kenes.portal").joinpath("static", "build", "site.css")
        return str(len(folder.read_bytes())) if folder.is_file() else "0"

    def page(self, request: Request, template: str, code: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A rendered page in a language."""
        page = Page(self, request, language(code))
        html = self.templates.get_template(template).render(
            page=page, view=self.view, L=page.language, _=page.language, site=self, **values
        )
        headers = {"Content-Language": code, "Cache-Control": "no-cache"}
        return HTMLResponse(html, status, headers)

    @cached_property
    def bounds(self) -> str:
        """The corners of all places as JSON, west-south then east-north."""
        known = [(p.longitude, p.latitude) for p in self.view.places.values() if p.longitude and p.latitude]
        if not known:
            return "[[-180,-60],[180,75]]"
        west, east = min(x for x, _ in known) - 1.5, max(x for x, _ in known) + 1.5
        south, north = min(y for _, y in known) - 1.5, max(y for _, y in known) + 1.5
        return json.dumps([[west, south], [east, north]])


class Page:
    """What a template asks while it renders one page: addresses and ways of writing."""

    def __init__(self, site: Site, request: Request, language_: Language) -> None:
        self.site, self.request, self.language = site, request, language_

    def link(self, *parts: str, **query: object) -> str:
        """Address of a page in the reader's language."""
        path = "/".join(quote(part, safe="") for part in (self.language.code, *parts))
        asked = {k: v for k, v in query.items() if v not in (None, "")}
        return f"/{path}" + ("" if parts else "/") + (f"?{urlencode(asked, doseq=True)}" if asked else "")

    def asset(self, name: str) -> str:
        """Address of a built file."""
        return f"/static/build/{name}?v={self.site.build}"

    def in_language(self, code: str) -> str:
        """This page in another language."""
        path = self.request.url.path
        rest = path.split("/", 2)[2] if path.count("/") > 1 else ""
        query = self.request.url.query
        return f"/{code}/{rest}" + (f"?{query}" if query else "")

    def here(self, section: str) -> bool:
        """Whether this page belongs to a section of the menu."""
        parts = self.request.url.path.strip("/").split("/")
        current = parts[1] if len(parts) > 1 else ""
        return current in {
            "": ("", "search"),
            "indices": ("indices", "index"),
            "indicators": ("indicators", "indicator"),
            "sources": ("sources", "source", "number"),
        }.get(section, (section,))

    def place(self, place: str) -> str:
        """Name of a place."""
        return self.site.view.place_name(place, self.language)

    def state_of(self, place: str) -> str:
        """Name of the state of a place, empty for states themselves."""
        country = self.site.view.country(place)
        return self.place(country) if country and country != place else ""

    def indicator(self, key: str, text: str = "name") -> Text:
        """A text of an indicator."""
        return self.site.view.title("indicator", key, self.language, text)

    def index(self, key: str, text: str = "name") -> Text:
        """A text of an index."""
        return self.site.view.title("index", key, self.language, text)

    def source_title(self, key: str) -> Text:
        """Title of a source."""
        records = self.site.view.sources.get(key)
        title: Mapping[str, str] = records[0].title if records else {}
        found = self.language.pick(self.site.view.catalogue.translated(title, f"source.{key}.title"))
        return found if found[0] else (key, self.language.code)

    def right(self, record: SourceRecord, kind: str) -> Text:
        """Issuer, licence, attribution or why of a source; what stands once is a name and the same in all languages."""
        texts = record.texts.get(kind) or {"en": getattr(record, kind)}
        text, code = self.language.pick(texts)
        return text, self.language.code if kind != "why" and len(texts) == 1 else code

    def value(self, figure: Figure) -> str:
        """A figure's value with its unit."""
        return self.amount(figure.value, figure.unit)

    def amount(self, value: float | None, unit: str | None) -> str:
        """A number with its unit."""
        shown = self.language.unit(unit)
        return f"{self.language.number(value)} {shown}".strip()

    def quality(self, quality: str | None) -> str:
        """Word for a quality."""
        say = self.language
        return {
            "good": say("good"),
            "fair": say("fair"),
            "suspect": say("suspect"),
            "insufficient": say("too little data"),
        }.get(quality or "", say("not judged"))

    def kind(self, kind: str) -> str:
        """Word for a kind of place."""
        say = self.language
        return {
            "country": say("country"),
            "group": say("statistical region"),
            "region": say("region"),
            "province": say("province"),
            "district": say("district"),
            "city": say("city"),
        }.get(kind, kind)

    def group(self, group: str) -> str:
        """Word for a group of indicators."""
        say = self.language
        return {
            "environment": say("Environment"),
            "energy": say("Energy"),
            "economy": say("Economy"),
            "society": say("People and society"),
            "governance": say("Governance and infrastructure"),
        }.get(group, group.replace("_", " "))

    def node(self, index: str, node: str) -> str:
        """Name of a node of an index, short enough for a drawing: the index itself, a group or an indicator."""
        if node in self.site.view.indicators:
            return self.indicator(node, "short")[0] or self.indicator(node)[0]
        if node == self.site.view.root(index):
            return self.index(index, "short")[0] or self.index(index)[0]
        return self.group(node)

    def factor(self, factor: str) -> str:
        """Words for something that the draws of an index vary."""
        say = self.language
        return {
            "weights": say("weights of the indicators"),
            "normalisation": say("how values become scores"),
            "normalisation and aggregation": say("how values become scores and how scores are joined"),
            "normalise": say("how values become scores"),
            "aggregation": say("how scores are joined"),
            "aggregate": say("how scores are joined"),
            "leave_one_out": say("one indicator left out"),
            "error": say("measurement error, where it is known"),
            "errors": say("measurement error, where it is known"),
            "gaps": say("values that are missing"),
        }.get(factor, factor.replace("_", " "))

    def rule(self, rule: str) -> str:
        """Words for a rule that judges data."""
        say = self.language
        return {
            "out_of_range": say("outside the plausible range"),
            "sentinel": say("a code for missing stands as a number"),
            "implausibly_low": say("implausibly low"),
            "dead": say("sensor seems dead"),
            "stuck": say("same value for too long"),
            "spike": say("sudden spike"),
            "step": say("sudden step against peers"),
            "time_shift": say("shifted in time"),
            "unit_slip": say("unit seems wrong"),
            "conflict": say("sources disagree"),
            "sum_mismatch": say("parts do not add up"),
            "boundary_change": say("boundaries changed"),
        }.get(rule, rule.replace("_", " "))

    def reason(self, reason: str | None) -> Text:
        """A reason: a known code in the reader's words, else the recorded sentence, in Turkish if it can be."""
        say, text = self.language, reason or ""
        coverage = _COVERAGE.fullmatch(text)
        if coverage:
            counts = {"missing": coverage[1], "all": coverage[2]}
            return say("Of %(all)s indicators %(missing)s are missing or not usable.", **counts), say.code
        required = _REQUIRED.fullmatch(text)
        if required:
            return say("Not ranked without a usable number in: %(group)s.", group=self.group(required[1])), say.code
        if text == "coverage":
            return say("Too little of the index has data for this place."), say.code
        if text in ("no_data", "missing", "no_observation"):
            return say("No data."), say.code
        told = self._measuring_reason(text)
        if told:
            return told, say.code
        own = reason_in(text, say.code) if text else ""
        return own, say.code if own != text else "en"

    def _measuring_reason(self, text: str) -> str:
        """What reading and measuring record as a reason, in the reader's words; empty for another."""
        say = self.language
        if text == "division by zero":
            return say("Division by zero.")
        if found := _SHORT.fullmatch(text):
            return say("Coverage %(share)s is below %(least)s.", **self._shares(found))
        if found := _CONFLICT.fullmatch(text):
            return say("%(where)s gives another value.", where=self.locator(found[1]))
        if found := _UNKNOWN.fullmatch(text):
            quantity = self.site.view.title("variable", found[1], say)[0]
            return say("No value for %(year)s: %(quantity)s.", year=found[2], quantity=quantity)
        return ""

    def _shares(self, found: re.Match[str]) -> dict[str, str]:
        return {"share": self.language.share(float(found[1])), "least": self.language.share(float(found[2]))}

    def advice_reason(self, reason: str | None, practice: str | None = None) -> Text:
        """A sentence of gaps, needs and recommendations, in Turkish if its template is known."""
        text, code = reason or "", self.language.code
        known = self.site.view.catalogue.practices.get(practice or "")
        own = sentence_in(text, code, known.terms(code) if known else {}) if text else ""
        return own, code if own != text else "en"

    def practice(self, key: str) -> Text:
        """Name of a practice; its id where the catalogue has none."""
        known = self.site.view.catalogue.practices.get(key)
        found = self.language.pick(known.titles) if known else ("", "en")
        return found if found[0] else (key, "en")

    def precondition(self, key: str, recorded: str) -> Text:
        """What a practice needs first, in the reader's language where there is such a text."""
        known = self.site.view.catalogue.practices.get(key)
        own = known.preconditions.get(self.language.code, "") if known else ""
        return (own, self.language.code) if own else (recorded, "en")

    def metric(self, key: str, recorded: str) -> Text:
        """What the effect of a practice was measured on."""
        known = self.site.view.catalogue.practices.get(key)
        own = known.metrics.get(self.language.code, "") if known else ""
        return (own, self.language.code) if own else (recorded, "en")

    def evidence(self, key: str, recorded: str) -> Text:
        """Who studied a practice."""
        known = self.site.view.catalogue.practices.get(key)
        own = known.evidences.get(self.language.code, "") if known else ""
        return (own, self.language.code) if own else (recorded, "en")

    def _marked(self, text: str, code: str) -> Markup:
        if code == self.language.code:
            return escape(text)
        return Markup('<span lang="{}">{}</span>').format(code, text)

    def structure(self, key: str) -> Text:
        """Name of what peers are chosen by: an indicator or a variable."""
        kind = "indicator" if key in self.site.view.indicators else "variable"
        return self.site.view.title(kind, key, self.language)

    def design(self, design: str | None) -> Text:
        """Words for the design of a study."""
        own = self.site.view.design(design or "", self.language.code)
        return (own, self.language.code) if own else ((design or "–"), "en")

    def confidence(self, confidence: str | None) -> Markup:
        """Word for a confidence."""
        say = self.language
        known = {"high": say("high"), "medium": say("medium"), "low": say("low")}
        word = known.get((confidence or "").lower())
        return escape(word) if word else self._marked(confidence or "–", "en")

    def cost(self, cost: str | None) -> Markup:
        """Word for a class of cost."""
        say = self.language
        known = {"low": say("low"), "medium": say("medium"), "high": say("high"), "very_high": say("very high")}
        word = known.get((cost or "").lower())
        return escape(word) if word else self._marked((cost or "–").replace("_", " "), "en")

    def origin(self, origin: str | None) -> str:
        """Word for the origin of a figure."""
        say = self.language
        return {
            "reported": say("reported"),
            "computed": say("computed"),
            "modelled": say("modelled"),
            "estimated": say("estimated"),
            "imputed": say("imputed"),
        }.get(origin or "", origin or "–")

    def status(self, status: str | None) -> str:
        """Word for the status of an observation."""
        say = self.language
        return {"valid": say("valid"), "missing": say("missing"), "corrected": say("corrected")}.get(
            status or "", status or "–"
        )

    def locator(self, locator: str | None) -> str:
        """A locator in the reader's words."""
        found = parse_locator(locator or "")
        if found is None:
            return locator or "–"
        row, column = found
        if column is None:
            return self.language("row %(row)s", row=row)
        return self.language("row %(row)s, column %(column)s", row=row, column=column)

    def moment(self, row: Mapping[str, Any]) -> str:
        """The period of an observation, in the place's own time, as short as it can be said."""
        start, end = row.get("civil_start") or row["start"], row["end"]
        days = (end - row["start"]).days if end else 0
        if days > 300:
            return str(start.year)
        if days >= 28:
            return f"{start:%Y-%m}"
        return f"{start:%Y-%m-%d}" if days >= 1 else f"{start:%Y-%m-%d %H:%M}"

    def file_of(self, row: Mapping[str, Any]) -> SourceRecord | None:
        """The source file that an observation came from."""
        records = self.site.view.sources.get(row["source"], ())
        return next((record for record in records if record.snapshot == row["snapshot"]), None)

    def addresses(self, text: str | None) -> list[str]:
        """Web addresses in a cell, only http and https."""
        words = (text or "").replace(";", " ").split()
        return [word for word in words if word.startswith(("https://", "http://"))]

    def spoken(self, series: tuple[Figure, ...]) -> str:
        """A series as a screen reader says it: its first and last year."""
        known = [figure for figure in series if figure.value is not None]
        if len(known) < 2:
            return ""
        first, last = known[0], known[-1]
        return f"{first.year}: {self.value(first)}; {last.year}: {self.value(last)}"
