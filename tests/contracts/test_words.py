"""Promises that the words of the interface keep in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from tools import words

from kenes.pages.language import language
from kenes.vocabulary.languages import LANGUAGES

_FIELDS = re.compile(r"%\((\w+)\)s")
_PER_CENT = re.compile(r"%(?!\(\w+\)s)")


@cache
def said() -> tuple[Message, ...]:
    return tuple(words.messages())


def every(code: str) -> list[Message]:
    return [message for message in words.read_words(code) if message.id]


def texts(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def fields(text: str) -> set[str]:
    return set(_FIELDS.findall(text))


def test_messages_are_found_in_templates_modules_and_declared_reasons() -> None:
    found = {message.id: [file for file, _ in message.locations] for message in said()}
    assert "portal/templates/base.html" in found["Map"]
    assert found["persons"] == ["pages/language.py"]
    counted = ("The sensor gives %(count)s zero in a row.", "The sensor gives %(count)s zeros in a row.")
    assert found[counted] == ["vocabulary/reason_codes.py"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_catalogues_are_what_make_words_would_write(code: str) -> None:
    path, had = words.LOCALE / code / "LC_MESSAGES" / "kenes.po", words.read_words(code)
    if not path.is_file():
        pytest.xfail(f"{code}: nothing translated yet; `make words` lays out what waits")
    known = [message for message in words.messages() if had.get(message.id, message.context) is not None]
    assert path.read_bytes() == words.words_of(code, known), "run `make words`"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_fills_the_same_fields_as_its_message(code: str) -> None:
    for message in every(code):
        asked = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = fields(asked[-1])
        for text in filter(None, texts(message)):
            assert fields(text) <= wanted | fields(asked[0]), text
            assert fields(text) >= fields(asked[0]) & wanted, text
            if wanted:
                assert all(found == "%" for found in re.findall(r"%+", re.sub(_FIELDS, "", text).replace("%%", "")))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_can_be_said(code: str) -> None:
    say = language(code)
    for message in every(code):
        asked = message.id if isinstance(message.id, tuple) else (message.id,)
        values = dict.fromkeys(fields(asked[-1]) | fields(asked[0]), "7")
        if len(asked) == 2:
            for count in (0, 1, 2, 5, 21):
                assert say.counted(*asked, count, **values)
        else:
            assert say(asked[0] if not message.context else f"{message.context}\x04{asked[0]}", **values)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_waits_for_a_translation_or_a_reader_is_listed(code: str) -> None:
    had = words.read_words(code)
    known = ((message.id, had.get(message.id, message.context)) for message in words.messages())
    waiting = [id_ for id_, found in known if found is None or not words.is_translated(found.string)]
    unread = sum(1 for message in every(code) if words.UNREVIEWED in message.user_comments)
    assert code != "en" or not unread
    if waiting or unread:
        pytest.xfail(f"{code}: {len(waiting)} not translated yet, {unread} unreviewed; first {waiting[:3]}")


def said_otherwise(path: Path) -> Iterator[str]:
    """Calls that say a message under a name that `make words` does not look for."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        first, called = node.args[0], ast.unparse(node.func)
        if called in words.KEYWORDS and isinstance(first, ast.JoinedStr):
            yield f"{path.name}:{node.lineno} {called} of a text with values in it"
        if called.endswith(("language", "self")) and isinstance(first, ast.Constant | ast.JoinedStr):
            yield f"{path.name}:{node.lineno} {called}"


def test_messages_are_said_only_where_they_are_found() -> None:
    modules = [path for room in words.ROOMS for path in (words.SOURCE / room).rglob("*.py")]
    assert [each for path in modules for each in said_otherwise(path)] == []
    templates = [path for room in words.ROOMS for path in (words.SOURCE / room).rglob("*.html")]
    assert [path.name for path in templates if re.search(r"language\(\s*[\"']", path.read_text("utf-8"))] == []


@pytest.mark.parametrize("line", ['self.language("x")', "self('x')", 'page.language(f"{x}")', 'say(f"{x} y")'])
def test_a_message_that_would_not_be_found_is_seen(tmp_path: Path, line: str) -> None:
    (tmp_path / "made.py").write_text(line)
    assert list(said_otherwise(tmp_path / "made.py"))


def test_a_new_message_waits_and_one_that_nobody_says_goes() -> None:
    first, *others = said()
    new = Message("A message that is new: %(name)s", context="here", locations=[("pages/made.py", 0)])
    made = words.words_of("tr", [*others, new]).decode()
    assert first.id not in [m.id for m in words.read_po(words.BytesIO(made.encode()))]
    assert made.endswith(
        '# unreviewed\n#: pages/made.py\n#, python-format\nmsgctxt "here"\n'
        'msgid "A message that is new: %(name)s"\nmsgstr ""\n\n'
    )
    assert 'msgstr "A message that is new: %(name)s"' in words.words_of("en", [new]).decode()


def test_a_counted_message_has_a_text_for_each_number_of_its_language() -> None:
    counted = Message(("%(count)s year", "%(count)s years"), locations=[("pages/made.py", 0)])
    assert words.words_of("ru", [counted]).decode().count("msgstr[") == 3
    assert words.words_of("tr", [counted]).decode().count("msgstr[") == 1
