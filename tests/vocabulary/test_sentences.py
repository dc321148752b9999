"""Sentences that are written once in each language and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.vocabulary.sentences import Sentences, both, number_text, unit_text

SENTENCES = Sentences(
    {
        "found": both("We found {count:n} {unit} of {what}.", "{what}: {count:n} {unit} bulundu."),
        "none": both("Nothing was found.", "Bir şey bulunmadı."),
    }
)


@pytest.mark.parametrize(
    ("value", "english", "turkish"),
    [
        (14.623, "14.6", "14,6"),
        (7107, "7,107", "7.107"),
        (0.05, "0.05", "0,05"),
        (-1234.5, "-1,234", "-1.234"),
    ],
)
def test_numbers_are_written_by_the_rules_of_the_language(value: float, english: str, turkish: str) -> None:
    assert number_text(value) == english
    assert number_text(value, "tr") == turkish


def test_units_are_written_as_people_write_them() -> None:
    assert unit_text("ug/m^3") == "µg/m³"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_any_number_can_be_read_back(value: float) -> None:
    read = SENTENCES.read(SENTENCES.say("found", count=value, unit="kg", what="paper"))
    assert read == ("found", {"count": number_text(value), "unit": "kg", "what": "paper"})


def test_sentences_in_a_row_are_translated_one_by_one_with_the_terms_given() -> None:
    text = f"{SENTENCES.say('found', count=2.5, unit='kg', what='PM2.5')} {SENTENCES.say('none')}"
    assert SENTENCES.translate(text, "tr", {"kg": "kilo"}) == "PM2.5: 2,5 kilo bulundu. Bir şey bulunmadı."


def test_a_text_with_one_unknown_sentence_stays_as_it_is() -> None:
    assert SENTENCES.translate("Nothing was found. Who knows.", "tr") == "Nothing was found. Who knows."


def test_a_language_without_a_template_is_answered_in_english() -> None:
    assert SENTENCES.say("none", "kk") == "Nothing was found."
    assert SENTENCES.translate("Nothing was found.", "kk") == "Nothing was found."
