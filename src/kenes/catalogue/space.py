"""Definitions of the spatial indicators, shipped beside their tables of tags and modes.

They are no part of an observatory until a city is measured into it: who has no map would otherwise
have forty indicators without a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kenes.catalogue.definitions import IndicatorDefinition, read_each, read_indicator
from kenes.catalogue.documents import read_document
from kenes.catalogue.translations import Translated, Translations
from kenes.vocabulary.errors import At, DefinitionError

DOCUMENT = Path(__file__).parent / "shipped" / "space" / "indicators.yaml"


@cache
def space_definitions() -> Mapping[str, IndicatorDefinition]:
    """Definitions by id, in the order of the document.

    Raises:
        DefinitionError: an entry is wrong or an id stands twice, with file and line.
    """
    faults: list[DefinitionError] = []
    entries = read_each(read_document(DOCUMENT, name=DOCUMENT.name), read_indicator, faults)
    found = {entry.id: entry for entry in entries}
    if len(found) < len(entries):
        faults.append(DefinitionError("a spatial indicator stands twice", where=At(DOCUMENT.name)))
    if faults:
        raise faults[0]
    return MappingProxyType(found)


def space_text(definition: IndicatorDefinition, kind: str) -> Mapping[str, str]:
    """A text of a spatial indicator by language: what its document declares, and what `locale` holds beside it.

    >>> circuity = space_definitions()["circuity"]
    >>> space_text(circuity, "name")["hu"], "hu" in space_text(circuity, "definition")
    ('Az utcák kanyargóssága', False)
    """
    own = {code: texts[kind] for code, texts in definition.texts.items() if texts.get(kind)}
    return Translated(own, f"indicator.{definition.id}.{kind}", _translations())


@cache
def _translations() -> Translations:
    return Translations(DOCUMENT.parent)


def citation_of(definition: IndicatorDefinition, language: str = "en") -> str:
    """Framework, number and source of a definition in one line; the source in a language, else in English.

    >>> citation_of(space_definitions()["sdg_11_2_1"])
    'SDG 11, 11.2.1: UN-Habitat, metadata of indicator 11.2.1, September 2021.'
    """
    return "; ".join(
        ", ".join(part for part in (c.framework, c.number) if part) + (f": {c.note.text(language)}" if c.note else "")
        for c in definition.citations
    )
