"""Every word of the page of a measured city, in the nine languages of the product.

One file a language lies in `shipped/space/words`, with the same keys in each; it is read when a page is
written. The keys of `flags`, `reasons` and `quality` are the table of all codes that a measurement may carry:
a code without words there is a fault that a test finds. Numbers and dates follow CLDR through Babel.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kenes.catalogue.documents import read_document
from kenes.catalogue.space import space_definitions
from kenes.vocabulary.errors import DefinitionError
from kenes.vocabulary.languages import LANGUAGES

if TYPE_CHECKING:
    from babel import Locale

FOLDER = Path(__file__).parent / "shipped" / "space" / "words"
_WITH_VALUE = re.compile(r"(tilt|azimuth|plane_area_error)_(.+)")
_GROUP = re.compile(r"(f|m|female|male|women|men|age)?_?(?:(\d+)(?:_(\d+)|_?plus)?)?")
_NOT_A_SHARE = re.compile(
    "sdg_11_3_1|orientation_entropy|circuity|ghsci_daily_living_score|ghsci_walkability|access_15min_.*(gini|mean_kinds)"
)


class SpaceWords:
    """Words, numbers, dates and units of the page in one language.

    Args:
        language: one of `LANGUAGES`.
        texts: text by section and key.
    """

    def __init__(self, language: str, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, section: str = "page", **values: object) -> str:
        """The text of a key, with `{name}` filled in.

        >>> space_words("en")("district"), space_words("en")("from_to", low="1", high="2")
        ('District', '1 to 2')
        """
        text = self.texts[section][key]
        return text.format(**values) if values else text

    def known(self, key: str, section: str) -> str:
        """The text of a key, or the key made readable where there is none.

        >>> space_words("en").known("own_kind", "kinds")
        'own kind'
        """
        return self.texts[section].get(key) or key.replace("_", " ")

    def capital(self, text: str) -> str:
        """A text with a capital at its beginning.

        >>> space_words("tr").capital("insanlar"), space_words("en").capital("people")
        ('İnsanlar', 'People')
        """
        if self.language in ("tr", "az") and text.startswith("i"):
            return "İ" + text[1:]
        return text[:1].upper() + text[1:]

    def sentence(self, text: str) -> str:
        """A text that stands alone: with a capital and a full stop.

        >>> space_words("en").sentence("no value: nobody lives here")
        'No value: nobody lives here.'
        """
        return f"{self.capital(text).rstrip('.')}."

    def flag(self, code: str) -> str:
        """A warning about a value in words.

        >>> space_words("en").flag("tilt_10")
        'tilt 10°'
        """
        with_value = _WITH_VALUE.fullmatch(code)
        if with_value:
            return self(with_value[1], "flags", value=self.number(float(with_value[2])))
        return self(code if code in self.texts["flags"] else "unknown", "flags")

    def reason(self, code: str) -> str:
        """Why there is no value, in words.

        >>> space_words("en").reason("no_population")
        'no value: nobody lives here'
        """
        return self(code if code in self.texts["reasons"] else "unknown", "reasons")

    def remark(self, code: str, count: float) -> str:
        """Something odd about an input, with its count."""
        return self(code if code in self.texts["quality"] else "unknown", "quality", count=self.number(count))

    def group(self, code: str) -> str:
        """A group of inhabitants, by sex and age.

        >>> space_words("en").group("female"), space_words("en").group("age_65plus"), space_words("en").group("f_0_14")
        ('Women and girls', 'Aged 65 and over', 'Women and girls, Aged 0 to 14')
        """
        found = _GROUP.fullmatch(code)
        if not found or not code:
            return self("other", "people", name=code.replace("_", " "))
        sex = {"f": "female", "women": "female", "female": "female", "m": "male", "men": "male", "male": "male"}
        parts = [self(sex[found[1]], "people")] if found[1] in sex else []
        if found[2] and found[3]:
            parts.append(self("ages", "people", low=found[2], high=found[3]))
        elif found[2]:
            parts.append(self("ages_over", "people", low=found[2]))
        return ", ".join(parts)

    def name(self, indicator: str) -> tuple[str, str]:
        """Name of an indicator and the language that it is in."""
        own = self.texts.get("indicators", {}).get(indicator)
        return (own, self.language) if own else self._text(indicator, "name")

    def meaning(self, indicator: str) -> tuple[str, str]:
        """What an indicator means and the language that this is said in."""
        return self._text(indicator, "definition")

    def _text(self, indicator: str, kind: str) -> tuple[str, str]:
        definition = space_definitions().get(indicator)
        if definition is None:
            return (indicator.replace("_", " ") if kind == "name" else ""), "en"
        language = self.language if self.language in definition.texts else "en"
        return definition.text(language, kind), language

    @cached_property
    def _locale(self) -> Locale:
        from babel import Locale  # noqa: PLC0415  (a command that writes no page does not need it)

        return Locale.parse(self.language)

    def number(self, value: float, digits: int | None = None) -> str:
        """A number with three or more meaningful digits, as the language writes it.

        >>> space_words("tr").number(125271), space_words("en").number(0.01234), space_words("hu").number(8.256)
        ('125.271', '0.0123', '8,26')
        """
        from babel.numbers import format_decimal  # noqa: PLC0415  (as above)

        size = abs(value)
        if digits is None:
            digits = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
            if 0 < size < 1:
                digits = min(8, 2 - math.floor(math.log10(size)))
        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        return format_decimal(round(value, digits), pattern, locale=self._locale).replace("-", "\u2212")

    def percent(self, share: float, digits: int = 1) -> str:
        """A share in [0, 1] in per cent, as the language writes it.

        >>> space_words("en").percent(0.7582), space_words("tr").percent(0.7582), space_words("kk").percent(1)
        ('75.8%', '%75,8', '100,0%')
        """
        from babel.numbers import format_decimal  # noqa: PLC0415  (as above)

        pattern = self._locale.percent_formats[None].pattern.replace("0", "0." + "0" * digits if digits else "0", 1)
        return format_decimal(share, pattern, locale=self._locale).replace("-", "\u2212")

    def points(self, share: float) -> str:
        """A difference of shares in percentage points, without the word.

        >>> space_words("en").points(0.0203), space_words("tr").points(0.0001)
        ('2.0', '0,01')
        """
        from babel.numbers import format_decimal  # noqa: PLC0415  (as above)

        pattern = "0.0" if 100 * share >= 0.05 or share == 0 else "0.00"
        return format_decimal(100 * share, pattern, locale=self._locale)

    def date(self, day: dt.date | str) -> str:
        """A day in words; a text that is no day stays as it is."""
        from babel.dates import format_date  # noqa: PLC0415  (as above)

        try:
            day = dt.date.fromisoformat(str(day)[:10])
        except ValueError:
            return str(day)
        return format_date(day, "long", locale=self._locale)

    def amount(self, value: float, unit: str, indicator: str) -> str:
        """A value with its unit; shares and rates in per cent.

        >>> words = space_words("en")
        >>> words.amount(0.7582, "1", "dead_end_share"), words.amount(3.5, "1", "sdg_11_3_1")
        ('75.8%', '3.5')
        >>> words.amount(0.0123, "1/year", "land_consumption_rate"), words.amount(1903.71, "km", "cycle_ways_length")
        ('1.23% a year', '1,904 km')
        """
        if unit == "1/year":
            return f"{self.percent(value, 2)} {self(unit, 'units')}"
        if unit == "1" and not _NOT_A_SHARE.fullmatch(indicator):
            return self.percent(value)
        return f"{self.number(value)} {self.known(unit, 'units') if unit != '1' else ''}".strip()


@cache
def space_words(language: str) -> SpaceWords:
    """The words of one language.

    Raises:
        DefinitionError: there is no such language, or its file is no table of texts.
    """
    if language not in LANGUAGES:
        raise DefinitionError(f"language {language!r}: expected {', '.join(LANGUAGES)}")
    path = FOLDER / f"{language}.yaml"
    found = read_document(path, name=path.name)
    if not isinstance(found, dict) or not all(isinstance(part, dict) for part in found.values()):
        raise DefinitionError("expected sections of texts", where=path.name)
    sections = {str(s): {str(k): str(v) for k, v in part.items()} for s, part in found.items()}
    return SpaceWords(language, sections)
