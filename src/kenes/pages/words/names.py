"""Names of what is declared, in a language: places, indicators, variables, sources, practices."""

from __future__ import annotations

from collections.abc import Mapping

from kenes.catalogue import Catalogue
from kenes.pages.language import Language
from kenes.pages.words.codes import WORDS, word
from kenes.vocabulary.facts import Place

Text = tuple[str, str]
"""A text and the language that it is in."""


class Names:
    """Names that a catalogue declares, for readers of one language.

    Args:
        catalogue: what is declared.
        language: the readers' language; a name that it lacks is given in one that they likely read.
    """

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        self.catalogue, self.language = catalogue, language

    def place(self, id_: str) -> str:
        """Name of a place by its id; states from the observatory's list, else from CLDR."""
        known = self.catalogue.places.get(id_)
        return place_name(known, self.language) if known else id_

    def indicator(self, id_: str, text: str = "name") -> Text:
        """A text of an indicator."""
        known = self.catalogue.indicators.get(id_)
        return self._declared(f"indicator.{id_}", known.texts if known else {}, id_, text)

    def variable(self, id_: str) -> Text:
        """Name of a variable."""
        known = self.catalogue.variables.get(id_)
        return self._declared(f"variable.{id_}", known.texts if known else {}, id_, "name")

    def index(self, id_: str, text: str = "name") -> Text:
        """A text of an index."""
        known = self.catalogue.profiles.get(id_)
        return self._declared(f"profile.{id_}", known.texts if known else {}, id_, text)

    def source(self, id_: str) -> Text:
        """Title of a source."""
        title = next((m.source.title for m in self.catalogue.mappings if m.source.id == id_), {})
        return self.titled(id_, title)

    def titled(self, id_: str, title: Mapping[str, str]) -> Text:
        """Title of a source as it was recorded."""
        found = self.language.pick(self.catalogue.translated(title, f"source.{id_}.title"))
        return found if found[0] else (id_, self.language.code)

    def node(self, id_: str) -> str:
        """Name of a node of an index: an indicator or a group."""
        if id_ in self.catalogue.indicators:
            return self.indicator(id_)[0]
        return word(self.language, "group", id_)

    def practice(self, id_: str) -> Text:
        """Title of a practice; its id where the catalogue has none."""
        known = self.catalogue.practices.get(id_)
        found = self.language.pick(known.titles) if known else ("", "en")
        return found if found[0] else (id_, "en")

    def metric(self, id_: str) -> Text:
        """What the effect of a practice was measured on."""
        known = self.catalogue.practices.get(id_)
        return self.language.pick(known.metrics) if known else (id_, "en")

    def design(self, design: str) -> Text:
        """Words for a study's design."""
        code = self.language.code
        found = (p.designs.get(code, "") for p in self.catalogue.practices.values() if p.design == design)
        own = next((text for text in found if text), "")
        return (own, code) if own else (design or "–", "en")

    def unit(self, unit: str) -> str:
        """A unit as people write it, also one of a study."""
        return word(self.language, "study_unit", unit) if unit in WORDS["study_unit"] else self.language.unit(unit)

    def _declared(self, owner: str, texts: Mapping[str, Mapping[str, str]], id_: str, text: str) -> Text:
        own = {code: kinds.get(text, "") for code, kinds in texts.items()}
        found = self.language.pick(self.catalogue.translated(own, f"{owner}.{text}")) if own else ("", "")
        plain = id_.replace("_", " ") if text == "name" else ""
        return found if found[0] else (plain, self.language.code)


def place_name(place: Place, language: Language) -> str:
    """Name of a place for a reader; states from the observatory's list, else from CLDR."""
    if place.kind == "country" and language.code not in place.names:
        named = language.state(place.external.get("iso") or place.id)
        if named:
            return named
    return language.pick(place.names)[0] or place.id
