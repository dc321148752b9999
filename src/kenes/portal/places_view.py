"""Places of an edition: what lies in what, and in which order names stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from types import MappingProxyType

from kenes.catalogue.places import PlaceIndex
from kenes.pages.language import Language
from kenes.pages.words.names import place_name
from kenes.pipeline.ordering import positions


class PlacesView:
    """Places as pages ask for them.

    Args:
        places: the places of the observatory.
    """

    def __init__(self, places: PlaceIndex) -> None:
        self.places = places

    def ancestors(self, place: str) -> list[str]:
        """Ids from the parent up to the root."""
        chain: list[str] = []
        current = self.places[place].parent if place in self.places else None
        while current and current in self.places and current not in chain:
            chain.append(current)
            current = self.places[current].parent
        return chain

    @cached_property
    def children(self) -> Mapping[str, list[str]]:
        """Ids of the places under each place."""
        found: dict[str, list[str]] = {}
        for place in self.places.values():
            if place.parent:
                found.setdefault(place.parent, []).append(place.id)
        return found

    def country(self, place: str) -> str | None:
        """Id of the state of a place."""
        known = self.places.get(place)
        if known is None:
            return None
        if known.kind == "country":
            return place
        up = [a for a in self.ancestors(place) if self.places[a].kind == "country"]
        return up[0] if up else known.country

    @lru_cache(maxsize=16)  # noqa: B019  (one view lives as long as the portal)
    def place_order(self, language: Language) -> Mapping[str, int]:
        """Where each place stands in the alphabet of a language."""
        names = ((id_, place_name(place, language)) for id_, place in self.places.items())
        return MappingProxyType(positions(names, language.code))

    def sorted_places(self, places: Iterable[str], language: Language) -> list[str]:
        """Places in the alphabetical order of a language."""
        order = self.place_order(language)
        return sorted(places, key=lambda p: (order.get(p, len(order)), p))
