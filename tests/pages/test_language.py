"""Languages: complete catalogues, numbers and units."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

import kenes.portal
from kenes.pages.language import language, negotiate
from kenes.vocabulary.languages import LANGUAGES

PORTAL = Path(kenes.portal.__file__).parent
PAGES = PORTAL.parent / "pages"
_CALL = re.compile(r"""(?:\b_|page\.language|\bsay|\bself\.language|\bself)\(\s*(["'])(.*?)(?<!\\)\1""")
_FIELDS = re.compile(r"%\(\w+\)s|%%")


def messages() -> set[str]:
    """Every message that templates and modules ask for."""
    files = [*PORTAL.glob("templates/*.html"), *PORTAL.rglob("*.py"), *PAGES.rglob("*.py")]
    return {m for path in files for _, m in _CALL.findall(path.read_text(encoding="utf-8"))}


def catalogue(code: str) -> dict[str, str]:
    data = (PAGES / "locale" / code / "LC_MESSAGES" / "kenes.po").read_bytes()
    return {str(m.id): str(m.string) for m in read_po(io.BytesIO(data), locale=code) if m.id}


def test_messages_are_found_in_templates_and_modules():
    assert {"Map", "implausibly low", "persons"} <= messages()


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_is_complete(code):
    known = catalogue(code)
    assert [m for m in messages() if not known.get(m)] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_catalogue_holds_a_message_that_nobody_asks_for(code):
    assert set(catalogue(code)) - messages() == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_fills_the_same_fields_as_its_message(code):
    for message, text in catalogue(code).items():
        if text:
            assert sorted(_FIELDS.findall(text)) == sorted(_FIELDS.findall(message)), message


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_menu_of_every_language_is_its_own(code):
    say = language(code)
    words = [say(m) for m in ("Indicators", "Sources", "Compare", "Place", "Value", "Year", "Not ranked")]
    assert all(words)
    assert code == "en" or words != ["Indicators", "Sources", "Compare", "Place", "Value", "Year", "Not ranked"]


def test_numbers_follow_the_language():
    assert language("tr").number(1234567.8) == "1.234.568"
    assert language("en").number(1234567.8) == "1,234,568"
    assert language("hu").number(35.42).replace("\xa0", " ") == "35,4"
    assert language("tr").share(0.88) == "%88"
    assert [language(c).share(0.125, 1) for c in ("tr", "kk")] == ["%12,5", "12,5%"]
    assert language("en").number(-2.5) == "−2.5"
    assert language("en").number(None) == "–"
    assert language("en").number(float("nan")) == "–"


def test_an_uncertainty_keeps_two_digits():
    assert language("tr").rough(0.0512) == "0,051"
    assert language("en").rough(7.234) == "7.2"
    assert language("en").rough(1234.0) == "1,234"


def test_units_are_words_where_people_say_them_so():
    assert language("tr").unit("person/(100000*person)") == "/ 100.000 kişi"
    assert language("en").unit("KZT/(person*month)") == "KZT per person and month"
    assert language("en").unit("1000*KZT/person") == "thousand KZT per person"
    assert language("en").unit("tonne_co2e/person") == "t CO₂e per person"
    assert language("en").unit("km/km^2") == "km/km²"


def test_a_header_that_makes_no_sense_leads_to_english():
    assert negotiate(";;q=x,,,*;q=2") == "en"
    assert negotiate("tr;q=0") == "en"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_counts_by_the_rule_of_its_language(code):
    header = (PAGES / "locale" / code / "LC_MESSAGES" / "kenes.po").read_text(encoding="utf-8").split("\n\n")[0]
    assert f'"Plural-Forms: {get_plural(code).plural_forms}\\n"' in header


def test_a_counted_message_is_singular_or_plural_with_its_number():
    counted = language("en").counted
    said = [counted("%(count)s %(what)s", "%(count)s %(what)ss", n, what="year") for n in (1, 2, 1000)]
    assert said == ["1 year", "2 years", "1,000 years"]
