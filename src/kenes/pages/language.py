"""A language of the pages: its messages, numbers, dates, units and names of states.

Messages are gettext catalogues in `locale/<language>/LC_MESSAGES/kenes.po`, compiled in memory when
a language is first asked for; `make words` keeps them up to what modules and templates say. A language that has none
yet speaks English. Numbers and dates follow CLDR through Babel. Every number that people read is written here.
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
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from kenes.pages.resources import resource
from kenes.vocabulary.languages import FALLBACKS, LANGUAGES

_CONTEXT = "\x04"
"""What gettext puts between the context of a message and the message."""


def message(text: str) -> str:
    """A message that stands in a table and is said later; translators find it by this call."""
    return text


def message_in(context: str, text: str) -> str:
    """A message whose words depend on where it stands.

    Args:
        context: tells translators where, and tells it from the same English elsewhere.
        text: in English.
    """
    return f"{context}{_CONTEXT}{text}"


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
_UNIT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "person": message("persons"),
        "year": message("years"),
        "index_point": message("points"),
        "facility": message("facilities"),
        "vehicle": message("vehicles"),
        "day": message("days"),
        "hour": message("hours"),
        "event": message("cases"),
    }
)
_RATES: Mapping[str, str] = MappingProxyType(
    {
        "person": message("%(unit)s per person"),
        "(person*month)": message("%(unit)s per person and month"),
        "(person*day)": message("%(unit)s per person and day"),
    }
)
_COUNTED = ("event", "person", "facility", "vehicle")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_POWERS = str.maketrans("0123456789-", _RAISED)


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
        try:
            written = resource("locale", self.code, "LC_MESSAGES", "kenes.po")
        except FileNotFoundError:  # a new language, of which nothing is translated yet
            return gettext.NullTranslations()
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(written), locale=self.code))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)

    def __call__(self, message: str, /, **values: object) -> str:
        """The message in this language, with `%(name)s` filled in; in English where there is no translation."""
        text = self._messages.gettext(message).rpartition(_CONTEXT)[2]
        return text % values if values else text

    def counted(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """The message that fits a number, with `%(count)s` (written as the language does) and `values` filled in.

        >>> Language("en").counted("%(count)s year", "%(count)s years", 1)
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

    def decimal(self, value: float, most: int, *, least: int = 0, grouped: bool = True) -> str:
        """A number with so many digits after the point, at most and at least, and a true minus sign.

        >>> Language("tr").decimal(1234.5, 2), Language("en").decimal(-0.5, 2, least=2)
        ('1.234,5', '−0.50')
        >>> Language("en").decimal(-0.001, 1), Language("kk").decimal(12345.0, 0, grouped=False)
        ('0', '12345')
        """
        return _minus(format_decimal(round(value, most) + 0.0, _pattern(most, least, grouped), locale=self.locale))

    def number(self, value: float | None, *, digits: int | None = None) -> str:
        """A number with about three or four meaningful digits; a dash when there is none.

        >>> Language("tr").number(12345.6), Language("tr").number(0.01234), Language("en").number(None)
        ('12.346', '0,0123', '–')
        """
        if value is None or not math.isfinite(value):
            return "–"
        places = _places(value) if digits is None else digits
        return self.decimal(value, places, least=min(places, 1))

    def brief(self, value: float) -> str:
        """A number with three meaningful digits or more, whole where it is whole.

        >>> Language("tr").brief(125271), Language("en").brief(0.01234), Language("hu").brief(8.256)
        ('125.271', '0.0123', '8,26')
        """
        size = abs(value)
        places = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
        return self.decimal(value, _small_places(size) if 0 < size < 1 else places)

    def exact(self, value: float | None) -> str:
        """A declared number as it was declared, at most six decimals.

        >>> Language("tr").exact(0.25), Language("en").exact(70.0)
        ('0,25', '70')
        """
        return "–" if value is None else self.decimal(value, 6)

    def rough(self, value: float | None) -> str:
        """An uncertainty with two meaningful digits."""
        if value is None or not math.isfinite(value):
            return "–"
        places = max(0, 1 - math.floor(math.log10(abs(value)))) if value else 0
        return self.exact(round(value, min(places, 6)))

    def share(self, value: float | None, digits: int = 0, *, least: int = 0) -> str:
        """A share in [0, 1] as per cent, written as the language does, with so many digits after the point.

        >>> Language("tr").share(0.7582, 1), Language("en").share(0.5, 1), Language("kk").share(1, 1, least=1)
        ('%75,8', '50%', '100,0%')
        """
        if value is None:
            return "–"
        pattern = self.locale.percent_formats[None].pattern.replace("0", "0" + _decimals(digits, least), 1)
        return _minus(format_decimal(value, format=pattern, locale=self.locale))

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
        say = self
        top, _, below = text.replace(" ", "").partition("/")
        many = re.fullmatch(r"\((\d+)\*person\)", below)
        if many:
            rate = say("per %(count)s persons", count=self.exact(float(many[1])))
            return rate if top in _COUNTED else f"{self._factors(top)} {rate}"
        if below in _RATES:
            return say(_RATES[below], unit=self._factors(top))
        return self._factors(text)

    def _factors(self, text: str) -> str:
        raised = re.sub(r"(?:\^|\*\*)(-?\d+)", lambda m: m.group(1).translate(_POWERS), text)
        spaced = re.sub(r"(?<![\w.])(\d{3,})\*", lambda m: self._count(m.group(1)) + " ", raised)
        return re.sub(r"[A-Za-z_]\w*", lambda m: self._unit_word(m.group()), spaced.replace("*", "·"))

    def _count(self, digits: str) -> str:
        say = self
        return say("thousand") if digits == "1000" else self.exact(float(digits))

    def _unit_word(self, word: str) -> str:
        stem = word.rstrip(_RAISED)
        shown = self(_UNIT_WORDS[stem]) if stem in _UNIT_WORDS else _UNITS.get(stem, stem)
        return shown + word[len(stem) :]

    def capital(self, text: str) -> str:
        """A text with a capital at its beginning.

        >>> Language("tr").capital("insanlar"), Language("en").capital("people")
        ('İnsanlar', 'People')
        """
        first = "İ" if text.startswith("i") and self.code in ("tr", "az") else text[:1].upper()
        return first + text[1:]

    def sentence(self, text: str) -> str:
        """A text that stands alone: with a capital and a full stop.

        >>> Language("en").sentence("no value: nobody lives here")
        'No value: nobody lives here.'
        """
        return f"{self.capital(text).rstrip('.')}."

    def state(self, code: str) -> str | None:
        """CLDR's name of a state by its ISO 3166-1 code, or None."""
        return self.locale.territories.get(code.upper())


ENGLISH = Language("en")


def _places(value: float) -> int:
    size = abs(value)
    if size >= 1000 or size == 0:
        return 0
    if size >= 1:
        return 1 if size >= 10 else 2
    return _small_places(size)


def _small_places(size: float) -> int:
    """Digits after the point of a number below one that leave three meaningful ones."""
    return min(8, 2 - math.floor(math.log10(size)))


@cache
def _pattern(most: int, least: int, grouped: bool) -> str:
    return ("#,##0" if grouped else "0") + _decimals(most, least)


def _decimals(most: int, least: int) -> str:
    return "." + "0" * least + "#" * (most - least) if most else ""


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
