"""What every page needs: the edition's view, templates, addresses, and how they are rendered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.datastructures import URL
from starlette.requests import Request

from kenes.pages.figures import small
from kenes.pages.language import Language, language
from kenes.pages.words.names import Names, Text
from kenes.portal.addresses import Addresses
from kenes.portal.kept import kept_route
from kenes.portal.map_layers import MapLayers
from kenes.portal.search import Search
from kenes.portal.views import EditionView
from kenes.portal.wording import Wording
from kenes.vocabulary.languages import LANGUAGES

if TYPE_CHECKING:
    from kenes.catalogue import Catalogue
    from kenes.comparison import Profile as Built
    from kenes.store import Edition

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
        self.templates.globals.update(figures=small, groups=GROUPS, names=LANGUAGES)

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
        page = Page(self, request.url, language(code))
        html = self.templates.get_template(template).render(
            page=page,
            view=self.view,
            L=page.language,
            _=page.language,
            counted=page.language.counted,
            site=self,
            **values,
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


class Page(Addresses, Wording):
    """What a template asks while it renders one page: addresses and ways of saying."""

    def __init__(self, site: Site, url: URL, language_: Language) -> None:
        Addresses.__init__(self, url, language_, site.build)
        Wording.__init__(self, Names(site.view.catalogue, language_))
        self.site = site

    def state_of(self, place: str) -> str:
        """Name of the state of a place, empty for states themselves."""
        country = self.site.view.country(place)
        return self.place(country) if country and country != place else ""

    def source_title(self, key: str) -> Text:
        """Title of a source."""
        records = self.site.view.sources.get(key)
        return self.names.titled(key, records[0].title if records else {})

    def node(self, index: str, node: str) -> str:
        """Name of a node of an index, short enough for a drawing: the index itself, a group or an indicator."""
        if node in self.site.view.indicators:
            return self.indicator(node, "short")[0] or self.indicator(node)[0]
        if node == self.site.view.root(index):
            return self.index(index, "short")[0] or self.index(index)[0]
        return self.group(node)
