"""What a page says in the reader's language: names, words for codes, reasons, numbers with units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from kenes.pages.words.codes import word
from kenes.pages.words.names import Names, Text
from kenes.pages.words.reasons import locator_text, told_row
from kenes.store import SourceRecord


class Valued(Protocol):
    """A row with a value in a unit."""

    @property
    def value(self) -> float | None:
        """The number; None where it is not known."""

    @property
    def unit(self) -> str | None:
        """Its unit."""


class Dated(Valued, Protocol):
    """An amount of a year."""

    @property
    def year(self) -> int:
        """The calendar year."""


class Wording:
    """Words as one page says them.

    Args:
        names: names of what is declared, in the reader's language.
    """

    def __init__(self, names: Names) -> None:
        self.names, self._say = names, names.language

    def place(self, place: str) -> str:
        """Name of a place."""
        return self.names.place(place)

    def indicator(self, key: str, text: str = "name") -> Text:
        """A text of an indicator."""
        return self.names.indicator(key, text)

    def index(self, key: str, text: str = "name") -> Text:
        """A text of an index."""
        return self.names.index(key, text)

    def variable(self, key: str) -> Text:
        """Name of a variable."""
        return self.names.variable(key)

    def structure(self, key: str) -> Text:
        """Name of what peers are chosen by: an indicator or a variable."""
        return self.indicator(key) if key in self.names.catalogue.indicators else self.variable(key)

    def right(self, record: SourceRecord, kind: str) -> Text:
        """Issuer, licence, attribution or why of a source; what stands once is a name and the same in all languages."""
        texts = record.texts.get(kind) or {"en": getattr(record, kind)}
        text, code = self._say.pick(texts)
        return text, self._say.code if kind != "why" and len(texts) == 1 else code

    def value(self, figure: Valued) -> str:
        """A value with its unit."""
        return self.amount(figure.value, figure.unit)

    def amount(self, value: float | None, unit: str | None) -> str:
        """A number with its unit."""
        return f"{self._say.number(value)} {self._say.unit(unit)}".strip()

    def quality(self, quality: str | None) -> str:
        """Word for a quality."""
        return word(self._say, "quality", quality)

    def kind(self, kind: str) -> str:
        """Word for a kind of place."""
        return word(self._say, "place_kind", kind)

    def group(self, group: str) -> str:
        """Word for a group of indicators."""
        return word(self._say, "group", group)

    def factor(self, factor: str) -> str:
        """Words for something that the draws of an index vary."""
        return word(self._say, "factor", factor)

    def rule(self, rule: str) -> str:
        """Words for a rule that judges data."""
        return word(self._say, "rule", rule)

    def level(self, level: str | None) -> str:
        """Word for a confidence or a class of cost."""
        return word(self._say, "level", (level or "").lower())

    def origin(self, origin: str | None) -> str:
        """Word for the origin of a number."""
        return word(self._say, "origin", origin)

    def status(self, status: str | None) -> str:
        """Word for the status of an observation."""
        return word(self._say, "status", status)

    def told(self, code: str | None, values: str | None) -> str:
        """Why: the reason that stands in two columns of a row, in sentences; empty where it has none."""
        return told_row(code, values, self.names)

    def practice(self, key: str) -> Text:
        """Name of a practice; its id where the catalogue has none."""
        return self.names.practice(key)

    def precondition(self, key: str, recorded: str) -> Text:
        """What a practice needs first, in the reader's language where there is such a text."""
        known = self.names.catalogue.practices.get(key)
        own = known.preconditions.get(self._say.code, "") if known else ""
        return (own, self._say.code) if own else (recorded, "en")

    def metric(self, key: str, recorded: str) -> Text:
        """What the effect of a practice was measured on."""
        known = self.names.catalogue.practices.get(key)
        own = known.metrics.get(self._say.code, "") if known else ""
        return (own, self._say.code) if own else (recorded, "en")

    def evidence(self, key: str, recorded: str) -> Text:
        """Who studied a practice."""
        known = self.names.catalogue.practices.get(key)
        own = known.evidences.get(self._say.code, "") if known else ""
        return (own, self._say.code) if own else (recorded, "en")

    def design(self, design: str | None) -> Text:
        """Words for the design of a study."""
        return self.names.design(design or "")

    def locator(self, locator: str | None) -> str:
        """A locator in the reader's words."""
        return locator_text(self._say, locator)

    def moment(self, start: dt.datetime, end: dt.datetime | None, civil: dt.datetime | None) -> str:
        """The period of an observation, in the place's own time, as short as it can be said."""
        shown, days = civil or start, (end - start).days if end else 0
        if days > 300:
            return str(shown.year)
        if days >= 28:
            return f"{shown:%Y-%m}"
        return f"{shown:%Y-%m-%d}" if days >= 1 else f"{shown:%Y-%m-%d %H:%M}"

    def spoken(self, series: Sequence[Dated]) -> str:
        """A series as a screen reader says it: its first and last year."""
        known = [figure for figure in series if figure.value is not None]
        if len(known) < 2:
            return ""
        first, last = known[0], known[-1]
        return f"{first.year}: {self.value(first)}; {last.year}: {self.value(last)}"
