"""The gazetteer of an observatory: places, their names, and the way from a text to a place."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import cast, get_args

from kenes.catalogue.documents import TableRow, read_table
from kenes.vocabulary.errors import DefinitionError, Finding, UnknownPlace
from kenes.vocabulary.facts import Place, PlaceKind
from kenes.vocabulary.reasons import Reason, reason

SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "iso3166_2": "iso",
        "nuts": "nuts",
        "geonames": "geonames",
        "unlocode": "unlocode",
        "wikidata": "wikidata",
    }
)
_FOLD = str.maketrans(
    {
        "İ": "i",
        "I": "i",
        "ı": "i",
        "ə": "e",
        "Ə": "e",
        "ß": "ss",
        "ё": "е",
        "Ё": "е",
        "ʻ": "'",
        "ʼ": "'",
        "’": "'",
        "‘": "'",
    }
)


def fold(text: str) -> str:
    """A key for comparing names: without case, accents, quotes and double blanks.

    Turkic dotted and dotless i fall together on purpose; Cyrillic й keeps its breve.

    >>> fold("  İZMİR ") == fold("izmir"), fold("Шымкент г.а.")
    (True, 'шымкент г.а.')
    """
    text = text.translate(_FOLD).replace("й", "\x01").replace("Й", "\x01").casefold()
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", text.replace("\x01", "й")).strip(" \t\n'\"")


class PlaceIndex(Mapping[str, Place]):
    """All places by id, with look-up by name and by external id."""

    def __init__(self, places: Iterable[Place], legacy: Iterable[tuple[str, str, str]] = ()) -> None:
        self._places = {place.id: place for place in places}
        self._names: dict[str, list[str]] = defaultdict(list)
        self._external: dict[tuple[str, str], list[str]] = defaultdict(list)
        for place in self._places.values():
            for key in {fold(name) for name in (*place.names.values(), *place.aliases)}:
                self._names[key].append(place.id)
            for scheme, code in place.external.items():
                self._external[scheme, code.upper()].append(place.id)
        for id_, scheme, code in legacy:
            self._external[SCHEMES.get(scheme, scheme), code.upper()].append(id_)

    def __getitem__(self, key: str) -> Place:
        """The place with an id."""
        return self._places[key]

    def __iter__(self) -> Iterator[str]:
        """Ids in the order of the table."""
        return iter(self._places)

    def __len__(self) -> int:
        """Number of places."""
        return len(self._places)

    def children(self, parent: str) -> list[Place]:
        """Places whose parent is the given one."""
        return [place for place in self._places.values() if place.parent == parent]

    def ancestors(self, place: str) -> list[str]:
        """Ids from the parent up to the root."""
        chain: list[str] = []
        current = self._places[place].parent
        while current and current not in chain:
            chain.append(current)
            known = self._places.get(current)
            current = known.parent if known else None
        return chain

    def look_up(
        self,
        text: str,
        *,
        scheme: str | None = None,
        within: Collection[str] = (),
        kinds: Collection[str] = (),
        aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> Place | Reason:
        """The one place that a text means, or why there is none.

        Args:
            text: an id, `scheme:code`, or a name in any language.
            scheme: `id`, `name`, `iso`, `nuts`, `geonames`, `unlocode`, `wikidata`; None tries
                id, then external id, then name.
            within: ids of which the place must be a descendant (or which it must be).
            kinds: kinds that it may have.
            aliases: a source's own spellings, tried first, to ids.
        """
        stripped = text.strip()
        own = aliases.get(text) or aliases.get(stripped)
        if own is not None:
            return self._places.get(own) or reason("alias_unknown", text=text, place=own)
        found = [i for i in dict.fromkeys(self._candidates(stripped, scheme)) if self._fits(i, within, kinds)]
        if len(found) == 1:
            return self._places[found[0]]
        if found:
            return reason("place_ambiguous", text=text, count=len(found), places=found)
        near = self._near(stripped)
        return reason("place_unknown_near", text=text, near=near) if near else reason("place_unknown", text=text)

    def resolve(self, text: str) -> Place:
        """The one place that a text means: an id, `scheme:code`, or a name in any language.

        Raises:
            UnknownPlace: no place, or more than one; its code is that of the reason.
        """
        found = self.look_up(text)
        if isinstance(found, Reason):
            raise self._unknown(text, found)
        return found

    def _unknown(self, text: str, why: Reason) -> UnknownPlace:
        match why.values:
            case {"places": tuple(places)}:
                listed = ", ".join(f"{place} ({self._places[place].kind})" for place in places)
                what, mend = f"{text!r} fits {len(places)} places", "Name one by its id."
                return UnknownPlace(what, found=listed, mend=mend, code=why.code)
            case {"near": tuple(near)}:
                return UnknownPlace(f"{text!r} fits no place", mend=f"Did you mean {' or '.join(near)}?", code=why.code)
        mend = "Add it to places/places.csv; `kenes export places --out places.csv` lists those there are."
        return UnknownPlace(f"{text!r} fits no place", mend=mend, code=why.code)

    def _candidates(self, text: str, scheme: str | None) -> list[str]:
        if scheme not in (None, "id", "name"):
            return self._external.get((str(scheme), text.upper()), [])
        if scheme in (None, "id") and text in self._places:
            return [text]
        if scheme is None and ":" in text:
            head, _, code = text.partition(":")
            return self._external.get((head.lower(), code.upper()), [])
        return [] if scheme == "id" else self._names.get(fold(text), [])

    def _fits(self, place: str, within: Collection[str], kinds: Collection[str]) -> bool:
        if kinds and self._places[place].kind not in kinds:
            return False
        return not within or place in within or any(a in within for a in self.ancestors(place))

    def _near(self, text: str) -> list[str]:
        """Ids of places whose names are almost the text."""
        near = get_close_matches(fold(text), list(self._names), n=2, cutoff=0.75)
        return sorted({i for key in near for i in self._names[key]})


def _date(row: TableRow, column: str) -> dt.date | None:
    text = row.get(column)
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise DefinitionError(f"{column} is no date", expected="YYYY-MM-DD", found=text, where=row.where()) from error


def _degrees(row: TableRow, column: str, most: int) -> float | None:
    text = row.get(column)
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not abs(found) <= most:
        degrees = f"-{most} to {most} degrees"
        raise DefinitionError(f"{column} is no angle", expected=degrees, found=text, where=row.where())
    return found


def _place(row: TableRow, names: Mapping[str, str], aliases: tuple[str, ...]) -> Place:
    if row.get("kind") not in get_args(PlaceKind):
        raise DefinitionError(
            f"place {row.get('place')!r} has an unknown kind",
            expected=", ".join(get_args(PlaceKind)),
            found=str(row.get("kind")),
            where=row.where(),
        )
    known = {
        "place",
        "kind",
        "parent",
        "country",
        "valid_from",
        "valid_to",
        "longitude",
        "latitude",
        "timezone",
        *SCHEMES,
    }
    return Place(
        id=row["place"],
        kind=cast(PlaceKind, row["kind"]),
        names=MappingProxyType(dict(names)),
        parent=row.get("parent"),
        country=row.get("country"),
        valid_from=_date(row, "valid_from"),
        valid_to=_date(row, "valid_to"),
        longitude=_degrees(row, "longitude", 180),
        latitude=_degrees(row, "latitude", 90),
        timezone=row.get("timezone"),
        external=MappingProxyType({scheme: row[column] for column, scheme in SCHEMES.items() if column in row}),
        aliases=aliases,
        facts=MappingProxyType({k: v for k, v in row.items() if k not in known}),
    )


def read_places(folder: Path, *, root: Path | None = None) -> tuple[PlaceIndex, list[Finding]]:
    """Read `places.csv` and `names.csv` of a folder.

    Returns:
        The index, and findings: duplicate ids, unknown parents, loops, external ids of two places,
        names of unknown places.
    """
    root = root or folder
    rows = read_table(folder / "places.csv", columns=("place", "kind"), name=_shown(folder / "places.csv", root))
    names, findings = _names(folder / "names.csv", {row["place"] for row in rows if "place" in row}, root)
    places: dict[str, Place] = {}
    lines: dict[str, TableRow] = {}
    for row in rows:
        place = _place(row, *names.get(row["place"], ({}, ())))
        if place.id in places:
            findings.append(
                Finding(
                    "duplicate_id",
                    f"place {place.id!r} stands twice; first on line {lines[place.id].line}",
                    row.file,
                    row.line,
                )
            )
            continue
        places[place.id], lines[place.id] = place, row
    findings += _tree_findings(places, lines) + _external_findings(places, lines)
    return PlaceIndex(places.values(), _legacy(folder / "legacy_codes.csv", root)), findings


def _legacy(path: Path, root: Path) -> list[tuple[str, str, str]]:
    """Codes that a place had once: place, scheme, code."""
    if not path.exists():
        return []
    rows = read_table(path, columns=("place", "scheme", "code"), name=_shown(path, root))
    return [(row["place"], row["scheme"], row["code"]) for row in rows]


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _names(
    path: Path, known: set[str], root: Path
) -> tuple[dict[str, tuple[dict[str, str], tuple[str, ...]]], list[Finding]]:
    display: dict[str, dict[str, str]] = defaultdict(dict)
    aliases: dict[str, list[str]] = defaultdict(list)
    findings: list[Finding] = []
    for row in (
        read_table(path, columns=("place", "language", "name", "use"), name=_shown(path, root)) if path.exists() else []
    ):
        place, name = row["place"], row["name"]
        if place not in known:
            findings.append(
                Finding("unknown_place", f"name {name!r} belongs to no known place {place!r}", row.file, row.line)
            )
        elif row["use"] == "display" and row["language"] not in display[place]:
            display[place][row["language"]] = name
        else:
            aliases[place].append(name)
    return {p: (display[p], tuple(aliases[p])) for p in {*display, *aliases}}, findings


def _tree_findings(places: Mapping[str, Place], lines: Mapping[str, TableRow]) -> list[Finding]:
    findings = []
    for place in places.values():
        row = lines[place.id]
        if place.parent and place.parent not in places:
            findings.append(
                Finding(
                    "unknown_parent",
                    f"place {place.id!r} has an unknown parent {place.parent!r}",
                    row.file,
                    row.line,
                )
            )
        seen, current = [place.id], place.parent
        while current is not None and current in places and current not in seen:
            seen.append(current)
            current = places[current].parent
        if current == place.id:
            loop = " -> ".join([*seen, place.id])
            findings.append(Finding("place_loop", f"places form a loop: {loop}", row.file, row.line))
    return findings


def _external_findings(places: Mapping[str, Place], lines: Mapping[str, TableRow]) -> list[Finding]:
    owners: dict[tuple[str, str], str] = {}
    findings = []
    for place in places.values():
        for scheme, code in place.external.items():
            first = owners.setdefault((scheme, code), place.id)
            if first != place.id:
                row = lines[place.id]
                findings.append(
                    Finding(
                        "shared_external_id",
                        f"{scheme}:{code} belongs to {first!r} and {place.id!r}",
                        row.file,
                        row.line,
                    )
                )
    return findings
