"""Sentences that are written once in each language and can be read back.

A reason is stored as English text. Since each sentence comes from one template, the same
parameters can be read from it again and put into the template of another language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType

_NUMBER = r"-?(?:[0-9][0-9,]*(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?|inf|nan)"
_NO_TERMS: Mapping[str, str] = MappingProxyType({})


def number_text(value: float, language: str = "en") -> str:
    """A number with three leading digits, whole numbers in full; Turkish writes decimals with a comma.

    >>> number_text(14.623), number_text(7107), number_text(0.0421, "tr")
    ('14.6', '7,107', '0,0421')
    """
    if abs(value) < 1e15 and value == int(value):
        text = f"{int(value):,}"
    elif 1000 <= abs(value) < 1e15:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
    return _in_language(text, language)


def _in_language(text: str, language: str) -> str:
    return text.translate(str.maketrans(",.", ".,")) if language == "tr" else text


def unit_text(text: str) -> str:
    """A unit as people write it.

    >>> unit_text("ug/m^3")
    'µg/m³'
    """
    return text.replace("ug/", "µg/").replace("^3", "³").replace("^2", "²")


def both(en: str, tr: str) -> Mapping[str, str]:
    """A template in English and in Turkish."""
    return MappingProxyType({"en": en, "tr": tr})


@dataclass(frozen=True)
class Sentences:
    """Templates by code and language.

    In a template `{name:n}` is a number, written by the rules of the language; `{name}` is a text;
    a text `{unit}` may be empty and then loses the blank before it.
    """

    templates: Mapping[str, Mapping[str, str]]
    _patterns: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False, compare=False)

    def say(self, code: str, language: str = "en", /, **parameters: float | str) -> str:
        """The sentence of a code in a language; a language without one is answered in English."""
        shown = {
            name: unit_text(value) if isinstance(value, str) else number_text(float(value), language)
            for name, value in parameters.items()
        }
        return self._fill(code, language, shown)

    def read(self, sentence: str) -> tuple[str, dict[str, str]] | None:
        """Code and parameters (as texts) of one English sentence; None if it fits no template."""
        for code in self.templates:
            match = self._pattern(code).fullmatch(sentence)
            if match:
                return code, {name: (text or "").strip() for name, text in match.groupdict().items()}
        return None

    def translate(self, text: str, language: str, terms: Mapping[str, str] = _NO_TERMS) -> str:
        """English sentences in another language; if any fits no template the text stays as it is.

        Args:
            text: sentences in a row, with a blank between them.
            language: language of the answer.
            terms: texts of parameters in that language, by their English form.
        """
        parts, at = [], 0
        while at < len(text):
            found = self._next(text, at)
            if found is None or language not in self.templates[found[0]]:
                return text
            code, texts, at = found
            parts.append(self._fill(code, language, self._shown(code, texts, language, terms)))
        return " ".join(parts)

    def _next(self, text: str, at: int) -> tuple[str, dict[str, str], int] | None:
        for code in self.templates:
            match = self._pattern(code).match(text, at)
            if match:
                texts = {name: (found or "").strip() for name, found in match.groupdict().items()}
                return code, texts, match.end() + 1
        return None

    def _shown(self, code: str, texts: Mapping[str, str], language: str, terms: Mapping[str, str]) -> dict[str, str]:
        template = self.templates[code]["en"]
        numbers = {name for _, name, kind, _ in Formatter().parse(template) if name and kind == "n"}
        return {
            name: _in_language(text, language) if name in numbers else terms.get(text, text)
            for name, text in texts.items()
        }

    def _fill(self, code: str, language: str, shown: Mapping[str, str]) -> str:
        versions = self.templates[code]
        text = versions.get(language, versions["en"]).replace(":n}", "}").format(**shown)
        return re.sub(r" {2,}", " ", text).replace(" .", ".").replace(" ,", ",")

    def _pattern(self, code: str) -> re.Pattern[str]:
        if code not in self._patterns:
            parts: list[str] = []
            for text, name, kind, _ in Formatter().parse(self.templates[code]["en"]):
                if name == "unit":
                    parts.append(re.escape(text.removesuffix(" ")) + "(?P<unit> [^,]+?)?")
                    continue
                parts.append(re.escape(text))
                if name:
                    parts.append(f"(?P<{name}>{_NUMBER if kind == 'n' else '.+?'})")
            self._patterns[code] = re.compile("".join(parts) + "(?= |$)")
        return self._patterns[code]
