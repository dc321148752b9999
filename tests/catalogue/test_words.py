"""Short declared texts: one language or several, and what an error says."""

from __future__ import annotations

from typing import Any

import pytest

from kenes.catalogue.words import Words, read_words
from kenes.vocabulary.errors import DefinitionError


def test_a_bare_text_is_english_for_every_reader() -> None:
    words = read_words("Same quantity.", "note", "x.yaml:1")
    assert dict(words) == {"en": "Same quantity."}
    assert words.text("tr") == words.text("en") == "Same quantity."


def test_a_reader_gets_the_own_language_else_english() -> None:
    words = read_words({"en": "One method.", "tr": " Tek yöntem. "}, "note", "x.yaml:1")
    assert str(words) == "One method."
    assert [words.text(language) for language in ("tr", "en", "hu")] == ["Tek yöntem.", "One method.", "One method."]


def test_what_is_absent_is_empty_and_false() -> None:
    words = read_words(None, "note", "x.yaml:1")
    assert not words
    assert words.text("tr") == ""


def test_words_with_the_same_texts_are_equal_and_hash_alike() -> None:
    first, second = Words({"en": "a", "tr": "b"}), Words({"tr": "b", "en": "a"})
    assert first == second
    assert hash(first) == hash(second)
    assert first != Words("a")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"tr": "Tek yöntem."}, "English beside other languages"),
        ({"en": "One method.", "turkish": "Tek yöntem."}, "turkish: Tek yöntem."),
        ({"en": "One method.", "tr": ""}, "a text for each language"),
        (["One method."], "text, or text by language"),
        (True, "text, or text by language"),
    ],
)
def test_a_faulty_text_is_refused_with_its_line(value: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message) as caught:
        read_words(value, "note", "x.yaml:7")
    assert "x.yaml:7" in str(caught.value)
