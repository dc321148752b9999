"""Addresses of the portal's pages and files, in the reader's language."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.datastructures import URL

from kenes.pages.language import Language

SECTIONS = {
    "": ("", "search"),
    "indices": ("indices", "index"),
    "indicators": ("indicators", "indicator"),
    "sources": ("sources", "source", "number"),
}
"""First parts of addresses that belong to a section of the menu."""


class Addresses:
    """Addresses as one page writes them.

    Args:
        url: the page's own address.
        language: the reader's language.
        build: mark of the built front end.
    """

    def __init__(self, url: URL, language: Language, build: str) -> None:
        self.url, self.language, self._build = url, language, build

    def link(self, *parts: str, **query: object) -> str:
        """Address of a page in the reader's language."""
        path = "/".join(quote(part, safe="") for part in (self.language.code, *parts))
        asked = {k: v for k, v in query.items() if v not in (None, "")}
        return f"/{path}" + ("" if parts else "/") + (f"?{urlencode(asked, doseq=True)}" if asked else "")

    def asset(self, name: str) -> str:
        """Address of a built file."""
        return f"/static/build/{name}?v={self._build}"

    def in_language(self, code: str) -> str:
        """This page in another language."""
        path = self.url.path
        rest = path.split("/", 2)[2] if path.count("/") > 1 else ""
        return f"/{code}/{rest}" + (f"?{self.url.query}" if self.url.query else "")

    def here(self, section: str) -> bool:
        """Whether this page belongs to a section of the menu."""
        parts = self.url.path.strip("/").split("/")
        current = parts[1] if len(parts) > 1 else ""
        return current in SECTIONS.get(section, (section,))

    @staticmethod
    def outside(text: str | None) -> list[str]:
        """Web addresses in a cell, only http and https."""
        words = (text or "").replace(";", " ").split()
        return [word for word in words if word.startswith(("https://", "http://"))]
