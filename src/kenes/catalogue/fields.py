"""Typed access to the fields of one YAML mapping, where every fault names its file and line."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from kenes.catalogue.documents import LinedDict, LinedList
from kenes.catalogue.words import Words, read_words
from kenes.vocabulary.errors import At, DefinitionError


class Fields:
    """The fields of a `LinedDict`, handed out as the type that is asked for.

    Raises:
        DefinitionError: from every method, with file and line.
    """

    def __init__(self, document: LinedDict) -> None:
        self._document = document

    def __contains__(self, key: object) -> bool:
        return key in self._document

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __bool__(self) -> bool:
        return bool(self._document)

    @property
    def line(self) -> int:
        """Line on which the mapping starts."""
        return self._document.line

    def value(self, key: str) -> object:
        """The raw value, None if absent."""
        return self._document.get(key)

    def error(self, key: str, what: str, *, expected: str = "", found: str = "", mend: str = "") -> DefinitionError:
        """An error at the line of a key."""
        return DefinitionError(what, expected=expected, found=found, where=self._document.where(key), mend=mend)

    def only(self, keys: str) -> None:
        """Refuse keys that mean nothing here; `keys` are the known ones, blank between them."""
        known = keys.split()
        for key in self._document:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                raise self.error(
                    key,
                    f"key {key!r} means nothing here",
                    expected=", ".join(known),
                    mend=f"Did you mean {near[0]!r}?" if near else "",
                )

    def exactly_one(self, *keys: str) -> None:
        """Refuse none or several of the given keys."""
        given = [key for key in keys if self._document.get(key) is not None]
        if len(given) != 1:
            key = given[-1] if given else keys[0]
            raise self.error(key, "give exactly one", expected=" or ".join(keys), found=", ".join(given) or "none")

    def at_most_one(self, *keys: str) -> None:
        """Refuse several of the given keys."""
        given = [key for key in keys if self._document.get(key) is not None]
        if len(given) > 1:
            raise self.error(given[-1], "give at most one", expected=" or ".join(keys), found=", ".join(given))

    def optional(self, key: str) -> str | None:
        """A text, None if absent; an empty text is kept, for it may be the name of a column."""
        return None if self._document.get(key) is None else self.text(key)

    def pattern(self, key: str, groups: Collection[str]) -> str | None:
        """A regular expression with at least one of the named groups and no other."""
        text = self.optional(key)
        if text is None:
            return None
        try:
            found = set(re.compile(text).groupindex)
        except re.error as error:
            raise self.error(key, f"{key!r} is no regular expression", found=str(error)) from error
        if not found or not found <= set(groups):
            wanted = " ".join(f"(?P<{group}>…)" for group in sorted(groups))
            raise self.error(key, f"{key!r}", expected=f"named groups of {wanted}", found=text)
        return text

    def text(self, key: str, *, required: bool = False, empty: bool = False, strip: bool = True) -> str:
        """A text; numbers and dates are taken as written, `""` if absent and not required."""
        value = self._document.get(key)
        if value is None:
            if required:
                raise self.error(key, f"{key!r} is missing")
            return ""
        text = self._scalar(key, value)
        text = text.strip() if strip else text
        if required and not text and not empty:
            raise self.error(key, f"{key!r} is empty")
        return text

    def words(self, key: str, *, required: bool = False) -> Words:
        """A text in one or several languages; none if absent and not required."""
        value = self._document.get(key)
        if isinstance(value, LinedDict):
            return read_words(value, repr(key), self._document.where(key))
        return Words(self.text(key, required=required))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one scalar stands for a list of one."""
        value = self._document.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, LinedList) else [value]
        return tuple(self._scalar(key, item).strip() for item in items)

    def text_map(self) -> dict[str, str]:
        """All fields as texts."""
        return {key: self._scalar(key, value) for key, value in self._document.items()}

    def _scalar(self, key: str, value: object) -> str:
        if isinstance(value, bool):
            raise self.error(key, f"{key!r} reads as yes/no", expected="text", mend="Put the word in quotes.")
        if isinstance(value, LinedDict | LinedList) or value is None:
            raise self.error(key, f"{key!r}", expected="text", found=type(value).__name__)
        if isinstance(value, (dt.date, dt.datetime)):
            return value.isoformat()
        return str(value)

    def sub(self, key: str, *, required: bool = False) -> Fields:
        """The mapping under a key; an empty one if absent and not required."""
        value = self._document.get(key)
        if value is None and not required:
            absent = LinedDict()
            absent.file, absent.line, absent.lines = self._document.file, self._document.line_of(key), {}
            return Fields(absent)
        if not isinstance(value, LinedDict):
            found = "nothing" if value is None else type(value).__name__
            raise self.error(key, f"{key!r}", expected="a mapping of keys to values", found=found)
        return Fields(value)

    def items(self, key: str, *, required: bool = False) -> list[Fields]:
        """The mappings in the list under a key."""
        value = self._document.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, LinedList) or (required and not value):
            raise self.error(key, f"{key!r}", expected="a list")
        found: list[Fields] = []
        for position, item in enumerate(value):
            if not isinstance(item, LinedDict):
                where = At(value.file, value.line_at(position))
                raise DefinitionError(f"item of {key!r}", expected="a mapping", found=str(item), where=where)
            found.append(Fields(item))
        return found

    def with_defaults(self, defaults: Fields) -> Fields:
        """These fields, and the given ones where absent."""
        mine, other = self._document, defaults._document
        merged = LinedDict({**other, **mine})
        merged.file, merged.line, merged.lines = mine.file, mine.line, {**other.lines, **mine.lines}
        return Fields(merged)

    def part(self, keys: str) -> tuple[Fields, Fields]:
        """The fields among the given keys (blank between them), and the others."""
        chosen, rest = LinedDict(), LinedDict()
        for key, value in self._document.items():
            (chosen if key in keys.split() else rest)[key] = value
        for half in (chosen, rest):
            half.file, half.line, half.lines = self._document.file, self.line, self._document.lines
        return Fields(chosen), Fields(rest)

    def choice(self, key: str, allowed: Collection[str], default: str | None, *, required: bool = False) -> str | None:
        """One of the allowed words."""
        text = self.text(key, required=required)
        if text and text not in allowed:
            raise self.error(key, f"{key!r}", expected=" or ".join(allowed), found=text)
        return text or default

    def count(self, key: str) -> int | None:
        """A whole number of at least 0, None if absent."""
        value = self._document.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.error(key, f"{key!r}", expected="a whole number", found=str(value))
        return value

    def yes_no(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._document.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{key!r}", expected="true or false", found=str(value))
        return value

    def date(self, key: str, *, required: bool = False) -> dt.date | None:
        """A date `YYYY-MM-DD`."""
        text = self.text(key, required=required)
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text[:10])
        except ValueError as error:
            raise self.error(key, f"{key!r} is no date", expected="YYYY-MM-DD", found=text) from error

    def encoding(self, key: str, default: str) -> str:
        """The name of a text encoding that Python knows."""
        text = self.text(key) or default
        try:
            return codecs.lookup(text).name
        except LookupError as error:
            raise self.error(
                key, f"encoding {text!r} is not known", mend="Write for example utf-8, iso-8859-9 or cp1251."
            ) from error

    def zone(self, key: str) -> str | None:
        """The name of an IANA time zone."""
        text = self.text(key)
        if not text:
            return None
        try:
            ZoneInfo(text)
        except (KeyError, ValueError, OSError) as error:
            raise self.error(key, f"time zone {text!r} is not known", expected="a name such as Asia/Bishkek") from error
        return text
