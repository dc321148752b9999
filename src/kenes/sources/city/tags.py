"""Which tags of a thing on the map fit which rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from kenes.catalogue.space_tables import Match

Tags = Mapping[str, str]
Label = TypeVar("Label")


def fits(tags: Tags, match: Match) -> bool:
    """Whether tags have every key of a match with one of its values.

    `*` stands for any value, an empty text for a key that is absent.

    >>> fits({"amenity": "school"}, {"amenity": ("school", "college")})
    True
    >>> fits({"amenity": "school", "access": "private"}, {"amenity": ("*",), "access": ("", "yes")})
    False
    """
    for key, values in match.items():
        value = tags.get(key, "")
        if not (value in values or (value and "*" in values)):
            return False
    return True


def fits_any(tags: Tags, matches: Iterable[Match]) -> bool:
    """Whether tags fit at least one of several matches."""
    return any(fits(tags, match) for match in matches)


class Rules(Generic[Label]):
    """Several matches, found by the first key and value of each.

    Args:
        rows: label and match, in order; a label may come several times.
    """

    def __init__(self, rows: Iterable[tuple[Label, Match]]) -> None:
        self._by_tag: dict[tuple[str, str], list[tuple[int, Label, Match]]] = {}
        for order, (label, match) in enumerate(rows):
            key, values = next(iter(match.items()))
            for value in values:
                self._by_tag.setdefault((key, value), []).append((order, label, match))
        self.pairs = frozenset(self._by_tag)
        self.keys = frozenset(key for key, _ in self._by_tag)

    def labels(self, tags: Tags) -> list[Label]:
        """Labels of the matches that tags fit, in order, each once."""
        found: list[tuple[int, Label, Match]] = []
        for key in self.keys & tags.keys():
            for value in (tags[key], "*"):
                found += [entry for entry in self._by_tag.get((key, value), ()) if fits(tags, entry[2])]
        return list(dict.fromkeys(entry[1] for entry in sorted(found, key=lambda entry: entry[0])))
