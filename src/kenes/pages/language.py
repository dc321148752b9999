"""A language of the pages: its messages, numbers, dates, units and names of states.

Messages are gettext catalogues in `locale/<language>/LC_MESSAGES/kenes.po`, compiled in memory when
a language is first asked for. Numbers and dates follow CLDR through Babel.
"""

from __future__ import annotations

import datetime as dt
import gettext
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from kenes.pages.resources import resource
from kenes.vocabulary.languages import FALLBACKS, LANGUAGES

_UNITS = {
    "ug": "µg",
    "percent": "%",
    "tonne": "t",
    "tonne_co2": "t CO₂",
    "tonne_co2e": "t CO₂e",
    "kilotonne": "kt",
    "megatonne_co2e": "Mt CO₂e",
    "gram_co2": "g CO₂",
    "liter": "l",
    "hectare": "ha",
    "degC": "°C",
}
_COUNTED = ("event", "person", "facility", "vehicle")
_POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Language:
    """One language: its messages and its ways of writing numbers, dates and names.

    Args:
        code: ISO 639-1, one of `LANGUAGES`.
    """

    code: str

    @property
    def own_name(self) -> str:
        """Its name in itself."""
        return LANGUAGES[self.code]

    @cached_property
    def locale(self) -> Locale:
        """CLDR's locale."""
        return Locale.parse(self.code)

    @cached_property
    def _messages(self) -> gettext.NullTranslations:
        written = resource("locale", self.code, "LC_MESSAGES", "kenes.po")
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(written), locale=self.code))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, with `%(name)s` filled in."""
        text = self._messages.gettext(message)
        return text % values if values else text

    def counted(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """The message that fits a number, with `%(count)s` (written as the language does) and `values` filled in.

        >>> Language("ru").counted("%(count)s year", "%(count)s years", 1)
        '1 year'
        """
        text = self._messages.ngettext(singular, plural, count)
        return text % {"count": self.exact(count), **values}

    def pick(self, texts: Mapping[str, str]) -> tuple[str, str]:
        """The text for a reader of this language and the language that it is in; empty if there is none."""
        for code in (self.code, *FALLBACKS.get(self.code, ("en",)), *texts):
            if texts.get(code):
                return texts[code], code
        return "", self.code

    def number(self, value: float | None, *, digits: int | None = None) -> str:
        """A number with about three or four meaningful digits; a dash when there is none.

        >>> Language("tr").number(12345.6), Language("tr").number(0.01234), Language("en").number(None)
        ('12.346', '0,0123', '–')
        """
        if value is None or not math.isfinite(value):
            return "–"
        places = _places(value) if digits is None else digits
        return _minus(format_decimal(round(value, places), format=_pattern(places), locale=self.locale))

    def exact(self, value: float | None) -> str:
        """A declared number as it was declared, at most six decimals.

        >>> Language("tr").exact(0.25), Language("en").exact(70.0)
        ('0,25', '70')
        """
        if value is None:
            return "–"
        return _minus(format_decimal(value, format="#,##0.######", locale=self.locale))

    def rough(self, value: float | None) -> str:
        """An uncertainty with two meaningful digits."""
        if value is None or not math.isfinite(value):
            return "–"
        places = max(0, 1 - math.floor(math.log10(abs(value)))) if value else 0
        return self.exact(round(value, min(places, 6)))

    def share(self, value: float | None, digits: int = 0) -> str:
        """A share in [0, 1] as per cent, written as the language does, with at most so many digits after the point."""
        if value is None:
            return "–"
        pattern = self.locale.percent_formats[None].pattern
        return format_decimal(
            value, format=pattern.replace("0", "0." + "#" * digits) if digits else pattern, locale=self.locale
        )

    def date(self, value: dt.date | dt.datetime | str | None) -> str:
        """A day in words; a text that is no date stays as it is."""
        if isinstance(value, str):
            try:
                value = dt.date.fromisoformat(value[:10])
            except ValueError:
                return str(value)
        return format_date(value, "long", locale=self.locale) if value else "–"

    def unit(self, text: str | None) -> str:
        """A unit as people write it; a rate per many persons becomes words.

        >>> Language("en").unit("ug/m^3"), Language("en").unit("1"), Language("en").unit("event/(100000*person)")
        ('µg/m³', '', 'per 100,000 persons')
        """
        if not text or text in ("1", "dimensionless", "share"):
            return ""
        top, _, below = text.replace(" ", "").partition("/")
        many = re.fullmatch(r"\((\d+)\*person\)", below)
        if many:
            rate = self("per %(count)s persons", count=self.exact(float(many[1])))
            return rate if top in _COUNTED else f"{self._factors(top)} {rate}"
        rates = {
            "person": self("%(unit)s per person"),
            "(person*month)": self("%(unit)s per person and month"),
            "(person*day)": self("%(unit)s per person and day"),
        }
        if below in rates:
            return rates[below] % {"unit": self._factors(top)}
        return self._factors(text)

    def _factors(self, text: str) -> str:
        raised = re.sub(r"(?:\^|\*\*)(-?\d+)", lambda m: m.group(1).translate(_POWERS), text)
        spaced = re.sub(r"(?<![\w.])(\d{3,})\*", lambda m: self._count(m.group(1)) + " ", raised)
        return re.sub(r"[A-Za-z_]\w*", lambda m: self._unit_word(m.group()), spaced.replace("*", "·"))

    def _count(self, digits: str) -> str:
        return self("thousand") if digits == "1000" else self.exact(float(digits))

    def _unit_word(self, word: str) -> str:
        stem = word.rstrip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
        tail = word[len(stem) :]
        words = {
            "person": self("persons"),
            "year": self("years"),
            "index_point": self("points"),
            "facility": self("facilities"),
            "vehicle": self("vehicles"),
            "day": self("days"),
            "hour": self("hours"),
            "event": self("cases"),
        }
        return (words.get(stem) or _UNITS.get(stem, stem)) + tail

    def state(self, code: str) -> str | None:
        """CLDR's name of a state by its ISO 3166-1 code, or None."""
        return self.locale.territories.get(code.upper())


def _places(value: float) -> int:
    size = abs(value)
    if size >= 1000 or size == 0:
        return 0
    if size >= 1:
        return 1 if size >= 10 else 2
    return min(8, 2 - math.floor(math.log10(size)))


@cache
def _pattern(places: int) -> str:
    return "#,##0" + ("." + "0" * min(places, 1) + "#" * (places - 1) if places else "")


def _minus(text: str) -> str:
    return text.replace("-", "−")


@cache
def language(code: str) -> Language:
    """The language with a code of `LANGUAGES`."""
    if code not in LANGUAGES:
        raise KeyError(code)
    return Language(code)


def negotiate(accept: str, default: str = "en") -> str:
    """The portal's language that an `Accept-Language` header likes best.

    >>> negotiate("de, kk-KZ;q=0.8, en;q=0.5"), negotiate(""), negotiate("tr-TR")
    ('kk', 'en', 'tr')
    """
    wishes = []
    for position, part in enumerate(accept[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((-float(weight or 1), position, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((code for weight, _, code in sorted(wishes) if code in LANGUAGES and weight < 0), default)
