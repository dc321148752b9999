"""A short declared text in one or several languages.

In YAML it is a bare string, which is English, or a mapping by language: `{en: …, tr: …}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kenes.vocabulary.errors import At, DefinitionError

_LANGUAGE = re.compile("[a-z]{2,3}")


class Words(Mapping[str, str]):
    """A text by language; false where there is none.

    Args:
        texts: the text by language code; a bare string is English.

    >>> Words({"en": "Same quantity.", "tr": "Aynı büyüklük."}).text("tr")
    'Aynı büyüklük.'
    >>> Words("Same quantity.").text("tr")
    'Same quantity.'
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: str | Mapping[str, str] = "") -> None:
        given = {"en": texts} if isinstance(texts, str) else texts
        self._texts = {language: text.strip() for language, text in given.items() if text.strip()}

    def __getitem__(self, language: str) -> str:
        return self._texts[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __repr__(self) -> str:
        return f"Words({self._texts!r})"

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """The text in a language, else in English, else empty."""
        return self._texts.get(language) or self._texts.get("en") or ""


def read_words(value: object, what: str, where: At) -> Words:
    """Words from their YAML value; none where it is absent.

    Args:
        value: None, a scalar, or a mapping by language.
        what: what the text belongs to, for messages.
        where: file and line, for messages.

    Raises:
        DefinitionError: a key is no language, a text is no text, or English is missing.
    """
    if value is None:
        return Words()
    if not isinstance(value, Mapping):
        if isinstance(value, bool | list):
            raise DefinitionError(what, expected="text, or text by language", found=repr(value), where=where)
        return Words(str(value))
    for language, text in value.items():
        if not _LANGUAGE.fullmatch(str(language)) or not isinstance(text, str) or not text.strip():
            raise DefinitionError(
                what,
                expected="a text for each language, such as {en: …, tr: …}",
                found=f"{language}: {text}",
                where=where,
            )
    if "en" not in value:
        raise DefinitionError(what, expected="English beside other languages", found=", ".join(value), where=where)
    return Words(value)
