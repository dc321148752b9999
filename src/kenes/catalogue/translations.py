"""Texts of an observatory in further languages: one gettext catalogue for each, `locale/<code>.po`.

An entry says what it translates by its `msgctxt` (`indicator.pm10_annual_mean.name`) and holds the English
text of that as `msgid`. Where English has changed since, the entry is stale: nobody is shown it, and
`translating.translation_findings` names it. A file is read when a text of its language is first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kenes.catalogue.documents import read_text
from kenes.vocabulary.errors import At, DefinitionError

Stamp = tuple[tuple[str, int, int], ...]
FOLDER = "locale"
_LINE = re.compile(r'(#.*)|(?:(msgctxt|msgid|msgstr)\s+)?"((?:[^"\\]|\\.)*)"|')
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t"}
_MUST_FOLLOW = {"msgstr": "msgid"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One translation: what it translates, English as the translator had it, the text, and where it stands."""

    key: str
    english: str
    text: str
    fuzzy: bool
    line: int


class Translations:
    """The translated texts of an observatory, read language by language.

    Args:
        folder: the observatory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self._read: dict[str, Mapping[tuple[str, str], str]] = {}

    def text(self, language: str, key: str, english: str) -> str:
        """The translation of a text, empty where there is none of this English text."""
        if language not in self._read:
            self._read[language] = self._shown(self.folder / f"{language}.po")
        return self._read[language].get((key, english), "")

    @staticmethod
    def _shown(path: Path) -> Mapping[tuple[str, str], str]:
        try:
            entries = read_entries(path) if path.is_file() else []
        except DefinitionError:  # `kenes check` names it; pages fall back to other languages
            entries = []
        return {(entry.key, entry.english): entry.text for entry in entries if not entry.fuzzy}

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that have a file."""
        return tuple(path.stem for path in sorted(self.folder.glob("*.po")))


class Translated(Mapping[str, str]):
    """A declared text by language: what its file declares, and beside it what translations hold.

    Args:
        own: the text by language as declared; English decides which translation fits.
        key: what it is, such as `indicator.pm10_annual_mean.name`.
        translations: those of the observatory.
    """

    __slots__ = ("_key", "_own", "_translations")

    def __init__(self, own: Mapping[str, str], key: str, translations: Translations) -> None:
        self._own, self._key, self._translations = own, key, translations

    def __getitem__(self, language: str) -> str:
        own = self._own.get(language)
        text = own or self._translations.text(language, self._key, self._own.get("en", ""))
        if not text:
            raise KeyError(language)
        return text

    def __iter__(self) -> Iterator[str]:
        yield from (language for language, text in self._own.items() if text)
        for language in self._translations.languages:
            if not self._own.get(language) and language in self:
                yield language

    def __len__(self) -> int:
        return sum(1 for _ in self)


def stamp(folder: Path) -> Stamp:
    """Name, time and size of each file of translations; another stamp means other texts."""
    found = ((path, path.stat()) for path in sorted((folder / FOLDER).glob("*.po")))
    return tuple((path.name, status.st_mtime_ns, status.st_size) for path, status in found)


def read_entries(path: Path) -> list[Entry]:
    """The entries of one gettext catalogue in their order, without its header.

    A catalogue of this kind has no plurals: comments, `msgctxt`, `msgid` and `msgstr`, each a quoted text that may
    go on over further lines.

    Raises:
        DefinitionError: a line is none of these.
    """
    name, found, parts = f"{FOLDER}/{path.name}", list[Entry](), dict[str, str]()
    line, fuzzy, word = 0, False, ""
    for number, given in enumerate([*read_text(path).splitlines(), 'msgctxt "the end"'], start=1):
        match = _LINE.fullmatch(given.strip())
        if not match:
            raise _unreadable(given, At(name, number))
        comment, next_word, quoted = match.groups()
        if "msgstr" in parts and (comment or next_word in ("msgctxt", "msgid")):  # the next entry begins
            if parts["msgid"]:
                texts = (parts.get("msgctxt", ""), parts["msgid"].strip(), parts["msgstr"].strip())
                found.append(Entry(*texts, fuzzy, line))
            parts, fuzzy, word = {}, False, ""
        if comment:
            fuzzy = fuzzy or (comment.startswith("#,") and "fuzzy" in comment)
        elif quoted is not None:
            word = next_word or word
            if not word or (next_word and _MUST_FOLLOW.get(word, word) not in {*parts, word}):
                raise _unreadable(given, At(name, number))
            line = number if not parts else line
            parts[word] = parts.get(word, "") + _ESCAPED.sub(lambda m: _ESCAPES.get(m[1], m[1]), quoted)
    return found


def _unreadable(given: str, where: At) -> DefinitionError:
    return DefinitionError(
        "not readable as a gettext catalogue",
        expected='a comment, or msgctxt, msgid or msgstr with a text in "quotes"',
        found=given,
        where=where,
    )
