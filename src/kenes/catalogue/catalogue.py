"""The catalogue of an observatory: everything declared, as one value; `loading` reads it, `checking` judges it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kenes.catalogue.definitions import IndicatorDefinition, ProfileDefinition, Texts, Variable
from kenes.catalogue.mapping_records import SourceMapping
from kenes.catalogue.places import PlaceIndex
from kenes.catalogue.practices import Practice
from kenes.catalogue.translations import Translated, Translations
from kenes.vocabulary.errors import BadInput, CatalogueFaults, Finding
from kenes.vocabulary.facts import Place

SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Catalogue:
    """What an observatory declares; `findings` lists what is wrong with it."""

    folder: Path
    texts: Texts
    languages: tuple[str, ...]
    places: PlaceIndex
    sets: Mapping[str, tuple[str, ...]]
    boundary_changes: tuple[tuple[str, dt.date], ...]
    variables: Mapping[str, Variable]
    indicators: Mapping[str, IndicatorDefinition]
    profiles: Mapping[str, ProfileDefinition]
    mappings: tuple[SourceMapping, ...]
    practices: Mapping[str, Practice]
    findings: tuple[Finding, ...]
    held: tuple[str, ...] = ()
    """Profiles across states, which the settings do not allow."""

    def resolve(self, text: str) -> Place:
        """The place that an id, an external id or a name means."""
        return self.places.resolve(text)

    def indicator(self, id_: str) -> IndicatorDefinition:
        """An indicator by id.

        Raises:
            BadInput: there is none of that id.
        """
        if id_ not in self.indicators:
            raise BadInput(f"indicator {id_!r} is not declared", mend="See `kenes export measurements` for the ids.")
        return self.indicators[id_]

    def places_of(self, profile: ProfileDefinition) -> list[Place]:
        """The places that a profile compares: its set, or all of its kinds in its countries."""
        if profile.set:
            return [self.places[place] for place in self.sets[profile.set]]
        return [
            place
            for place in self.places.values()
            if place.kind in profile.kinds and place.country in profile.countries and place.valid_to is None
        ]

    def require_sound(self) -> Catalogue:
        """Itself, when nothing is wrong.

        Raises:
            CatalogueFaults: every finding, with file and line.
        """
        if self.findings:
            raise CatalogueFaults(list(self.findings))
        return self

    def translated(self, own: Mapping[str, str], key: str) -> Mapping[str, str]:
        """A declared text by language, with the languages that `locale` holds of it.

        Args:
            own: the text by language as declared.
            key: what it is: `indicator.<id>.name`, `profile.<id>.note`, `variable.<id>.name`, `source.<id>.title`.
        """
        return Translated(own, key, self._translations)

    @cached_property
    def _translations(self) -> Translations:
        return Translations(self.folder)

    @cached_property
    def reading_digest(self) -> str:
        """A hash over what decides how a text becomes a place or a unit."""
        places = [(p.id, p.kind, p.parent, dict(p.names), p.aliases, dict(p.external)) for p in self.places.values()]
        units = sorted((v.id, v.unit) for v in self.variables.values())
        return hashlib.sha256(repr((places, units)).encode()).hexdigest()

    def digest(self) -> str:
        """A hash over every declaring file, which changes when any declaration does."""
        return declared_digest(self.folder)


def declared_files(folder: Path) -> list[Path]:
    """The files that declare an observatory, in a stable order."""
    patterns = (
        "kenes.toml",
        "variables.yaml",
        "places/*.csv",
        "indicators/*.yaml",
        "profiles/*.yaml",
        "sources/*/*.yaml",
    )
    return [path for pattern in patterns for path in sorted(folder.glob(pattern))]


def declared_digest(folder: Path) -> str:
    """SHA-256 over the declaring files' names and bytes, and over what the package ships."""
    digest = hashlib.sha256()
    shipped = sorted(path for path in SHIPPED.rglob("*") if path.suffix in (".yaml", ".csv"))
    for path in [*declared_files(folder), *shipped]:
        name = path.name if path.is_relative_to(SHIPPED) else str(path.relative_to(folder))
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
