"""Finding a place by any of its names, in either script, with or without the right accents."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from kenes.catalogue.places import fold
from kenes.vocabulary.facts import Place

# fmt: off
_LATIN_LETTERS = (
    "a", "b", "v", "g", "d", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh",
    "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya", "a", "g", "k", "n", "o", "u", "u", "h", "i", "o", "h",
)
# fmt: on
_LATIN = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіўҳ",
        _LATIN_LETTERS,
        strict=True,
    )
)
_WEIGHT = {"country": 0, "city": 1, "province": 2, "region": 3, "district": 4, "group": 5}


def key(text: str) -> str:
    """A folded key in Latin letters.

    >>> key("Шымкент") == key("shymkent"), key("İZMİR") == key("ızmir"), key("Bişkek")
    (True, True, 'biskek')
    """
    return "".join(_LATIN.get(letter, letter) for letter in fold(text)).replace("'", "").replace("-", " ")


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    place: str
    kind: str


class Search:
    """Names of all places, folded once; among equal fits those in `preferred` come first."""

    def __init__(self, places: Iterable[Place], preferred: Collection[str] = ()) -> None:
        self._preferred = frozenset(preferred)
        found = {
            (key(name), place.id, place.kind)
            for place in places
            for name in (*place.names.values(), *place.aliases, place.id)
            if name
        }
        self._entries = [_Entry(*entry) for entry in sorted(found)]

    def find(self, text: str, limit: int = 20) -> list[str]:
        """Ids of the places that fit a text best, best first; empty if none is near.

        Args:
            text: what somebody typed; only the first 80 letters are read.
            limit: greatest number of ids.
        """
        wanted = key(text[:80])
        if not wanted:
            return []
        scored: dict[str, tuple[int, bool, int, str]] = {}
        for entry in self._entries:
            fit = _fit(entry.key, wanted)
            if fit is not None:
                score = (fit, entry.place not in self._preferred, _WEIGHT.get(entry.kind, 9), entry.key)
                scored[entry.place] = min(scored.get(entry.place, score), score)
        if not scored and len(wanted) > 3:
            near = get_close_matches(wanted, [entry.key for entry in self._entries], n=5, cutoff=0.75)
            scored = {e.place: (near.index(e.key), False, 0, e.key) for e in self._entries if e.key in near}
        return sorted(scored, key=lambda place: (scored[place], place))[:limit]


def _fit(candidate: str, wanted: str) -> int | None:
    if candidate == wanted:
        return 0
    if candidate.startswith(wanted):
        return 1
    if f" {wanted}" in candidate:
        return 2
    return 3 if len(wanted) > 2 and wanted in candidate else None
