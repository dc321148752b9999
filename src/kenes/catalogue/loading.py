"""Reads the catalogue of an observatory; what is wrong with it is collected, so that all is told at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from kenes.catalogue.catalogue import SHIPPED, Catalogue
from kenes.catalogue.checking import catalogue_findings
from kenes.catalogue.definitions import read_each, read_indicator, read_profile, read_variable
from kenes.catalogue.documents import LinedDict, TableRow, read_document, read_table
from kenes.catalogue.mappings import SourceMapping, read_mappings
from kenes.catalogue.places import PlaceIndex, read_places
from kenes.catalogue.practices import read_practices
from kenes.catalogue.settings import FILE, across_states, languages_in, read_settings, texts_in
from kenes.vocabulary.errors import At, BadInput, DefinitionError, Finding


class _Declared(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def where(self) -> At: ...


T = TypeVar("T")
D = TypeVar("D", bound=_Declared)


def load(folder: Path) -> Catalogue:
    """Read and check the catalogue of an observatory.

    Args:
        folder: the observatory, which holds `kenes.toml`.

    Returns:
        The catalogue with all its findings; `require_sound` refuses an unsound one.

    Raises:
        BadInput: the folder is no observatory.
    """
    if not (folder / FILE).is_file():
        raise BadInput(
            f"{folder} is no observatory",
            expected=f"a folder with {FILE}",
            mend="Run `kenes init DIR` or name another with --observatory.",
        )
    reader = _Reader(folder)
    settings, reader.findings = read_settings(folder / FILE)
    places = reader.places()
    catalogue = Catalogue(
        folder,
        texts=texts_in(settings),
        languages=languages_in(settings),
        places=places,
        sets=reader.sets(places),
        boundary_changes=reader.boundary_changes(),
        variables=reader.unique(reader.all("variables.yaml", read_variable), "variable"),
        indicators=reader.unique(reader.all("indicators/*.yaml", read_indicator), "indicator"),
        profiles=reader.unique(reader.all("profiles/*.yaml", read_profile), "profile"),
        mappings=reader.mappings(),
        practices=MappingProxyType({practice.id: practice for practice in read_practices(SHIPPED / "practices")}),
        findings=(),
    )
    found = [*reader.findings, *catalogue_findings(catalogue)]
    across = across_states(settings)
    compared = {id_: profile for id_, profile in catalogue.profiles.items() if across or not profile.rests_on}
    return replace(
        catalogue,
        profiles=MappingProxyType(compared),
        held=tuple(id_ for id_ in catalogue.profiles if id_ not in compared),
        findings=tuple(sorted(found, key=lambda f: (f.file, f.line or 0, f.message))),
    )


class _Reader:
    """Collects what is read and what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else path.name

    def all(self, pattern: str, read: Callable[[LinedDict], T]) -> list[T]:
        """Everything of one kind in the files that fit a pattern."""
        found: list[T] = []
        for path in sorted(self.folder.glob(pattern)):
            faults: list[DefinitionError] = []
            try:
                found += read_each(read_document(path, name=self.name(path)), read, faults)
            except DefinitionError as error:
                faults.append(error)
            self.findings += map(Finding.of, faults)
        return found

    def unique(self, items: Iterable[D], what: str) -> Mapping[str, D]:
        """Items by id; the second of an id is a finding."""
        found: dict[str, D] = {}
        for item in items:
            first = found.setdefault(item.id, item)
            if first is not item:
                message = f"{what} {item.id!r} stands twice; first at {first.where}"
                self.findings.append(Finding.at(item.where, "duplicate_id", message))
        return MappingProxyType(found)

    def places(self) -> PlaceIndex:
        """The gazetteer; an empty one where it cannot be read."""
        try:
            places, findings = read_places(self.folder / "places", root=self.folder)
        except DefinitionError as error:
            places, findings = PlaceIndex(()), [Finding.of(error)]
        except FileNotFoundError:
            places, findings = PlaceIndex(()), [Finding("places", "places/places.csv is missing", "places/places.csv")]
        self.findings += findings
        return places

    def mappings(self) -> tuple[SourceMapping, ...]:
        """How the files of the sources are read."""
        found: list[SourceMapping] = []
        for path in sorted(self.folder.glob("sources/*/*.yaml")):
            try:
                found += read_mappings(path, name=self.name(path))
            except DefinitionError as error:
                self.findings.append(Finding.of(error))
        return tuple(found)

    def table(self, name: str, *columns: str) -> list[TableRow]:
        """The rows of a table of places; none where it is not there or cannot be read."""
        path = self.folder / "places" / name
        try:
            return read_table(path, columns=columns, name=self.name(path)) if path.exists() else []
        except DefinitionError as error:
            self.findings.append(Finding.of(error))
            return []

    def sets(self, places: PlaceIndex) -> Mapping[str, tuple[str, ...]]:
        """Named sets of places, in the order of the table."""
        found: dict[str, list[str]] = {}
        for row in self.table("sets.csv", "set", "place"):
            if row["place"] not in places:
                message = f"set {row['set']!r} names unknown place {row['place']!r}"
                self.findings.append(Finding.at(row.where(), "unknown_place", message))
            found.setdefault(row["set"], []).append(row["place"])
        return MappingProxyType({name: tuple(members) for name, members in found.items()})

    def boundary_changes(self) -> tuple[tuple[str, dt.date], ...]:
        """Places whose territory changed, with the date."""
        found = []
        for row in self.table("boundary_changes.csv", "place", "date", "what"):
            try:
                found.append((row["place"], dt.date.fromisoformat(row["date"])))
            except ValueError:
                message = f"date {row['date']!r} of a boundary change is no date: expected YYYY-MM-DD"
                self.findings.append(Finding.at(row.where(), "definition", message))
        return tuple(found)
