"""Promises that the words of the OTS observatory keep in its nine languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kenes.catalogue import Catalogue, load
from kenes.catalogue.translating import translatable, translation_findings
from kenes.catalogue.translations import read_entries
from kenes.vocabulary.languages import LANGUAGES

OTS = Path(__file__).parents[2] / "observatories" / "ots"
WRITTEN = ("en", "tr")
"""Languages whose words are in the YAML."""
WHOLE = ("az", "kk", "ky", "uz", "tk", "hu", "ru")
"""Languages in which nothing waits for a translation but what is new; a language that is begun joins them."""
FURTHER = tuple(path.stem for path in sorted((OTS / "locale").glob("*.po")))
"""Languages whose words are in `locale`."""
MOST_WAITING = 0.05
"""Share of the names and definitions of such a language that may wait."""

SAME_IN_EVERY_LANGUAGE = {"PM10", "PM2.5", "NO2", "SO2", "O3", "EGDI"}
SAME = {"hu": {"PM10 (WHO)", "PM2.5 (WHO)"}}
"""Honest cases of a name that is the English one: Hungarian says WHO too."""
ALPHABETS = {
    "az": "abcçdeəfgğhxıijkqlmnoöprsştuüvyz",
    "uz": "abcdefghijklmnopqrstuvxyzʻʼ",
    "tk": "abçdeäfghijžklmnňoöprsştuüwyýz",
    "hu": "aábcdeéfghiíjklmnoóöőpqrstuúüűvwxyz",
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "ky": "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
}
NAMED = r"Carbon Monitor Cities(?: v\d+)?|Global Data Lab|PyBikes|GTFS|Wikidata|WRI"
SUBSTANCES = r"PM10|PM2\.5|NO2|SO2|NOx|CO2"
FOREIGN = re.compile(rf"{NAMED}|{SUBSTANCES}|Mobility Database|CO|O3|NUTS|NEET|PPS|EGDI|WHO|UNDP|KZ")
"""What keeps its Latin letters in every language."""

KEPT = re.compile(rf"{NAMED}|{SUBSTANCES}|NUTS \d|PPS\b|%")
NUMBER = re.compile(r"\d+(?:[.,\u00a0 ]\d{3}\b)*(?:[.,]\d+)?")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(OTS)


def _texts(catalogue: Catalogue, language: str) -> Iterator[tuple[str, str, str]]:
    """Key, English and translation of every text that the language has."""
    for key, own in translatable(catalogue).items():
        text = catalogue.translated(own, key).get(language)
        if text:
            yield key, own["en"], text


def _named(catalogue: Catalogue) -> Mapping[str, Mapping[str, str]]:
    """What a page cannot do without: names, short names, and all that a profile and the observatory say."""
    wanted = ("observatory.", "profile.")
    return {
        key: own
        for key, own in translatable(catalogue).items()
        if key.startswith(wanted) or key.endswith((".name", ".short", ".title"))
    }


def test_the_observatory_speaks_languages_of_the_portal(catalogue: Catalogue) -> None:
    assert {*WRITTEN, *WHOLE, *FURTHER} <= set(catalogue.languages) <= set(LANGUAGES)


def test_no_translation_is_stale_unknown_or_doubled(catalogue: Catalogue) -> None:
    assert [str(finding) for finding in translation_findings(catalogue)] == []


def _needed(catalogue: Catalogue) -> Mapping[str, Mapping[str, str]]:
    """What every language should have: names, what each indicator is, and what those of profiles hide."""
    declared = translatable(catalogue)
    scored = {n["id"] for p in catalogue.profiles.values() for n in p.specification["nodes"]} & set(
        catalogue.indicators
    )
    keys = [f"indicator.{id_}.definition" for id_ in catalogue.indicators]
    keys += [f"indicator.{id_}.note" for id_ in scored]
    named = _named(catalogue)
    assert len(named) > 2 * len(catalogue.indicators) + len(catalogue.variables) + 4 * len(catalogue.profiles)
    return {**named, **{key: declared[key] for key in keys}}


@pytest.mark.parametrize("language", WRITTEN)
def test_every_name_and_definition_stands_in_the_languages_of_the_declarations(
    catalogue: Catalogue, language: str
) -> None:
    assert [key for key, own in _needed(catalogue).items() if language not in own] == []


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - {*WRITTEN}))
def test_names_and_definitions_that_wait_for_a_translation_are_few_and_listed(
    catalogue: Catalogue, language: str
) -> None:
    needed = _needed(catalogue)
    waiting = [key for key, own in needed.items() if language not in catalogue.translated(own, key)]
    assert language not in WHOLE or len(waiting) <= MOST_WAITING * len(needed)
    if waiting:
        pytest.xfail(f"{language}: {len(waiting)} not translated yet: {', '.join(waiting[:6])}")


@pytest.mark.parametrize("language", WHOLE)
def test_no_translation_is_the_english_text(catalogue: Catalogue, language: str) -> None:
    honest = SAME_IN_EVERY_LANGUAGE | SAME.get(language, set())
    assert {text for _, english, text in _texts(catalogue, language) if text == english} == honest


@pytest.mark.parametrize("language", FURTHER)
def test_numbers_and_formulas_survive(catalogue: Catalogue, language: str) -> None:
    lost = [
        (key, english, text)
        for key, english, text in _texts(catalogue, language)
        if _numbers(english, ".") != _numbers(text, ",") or not set(KEPT.findall(english)) <= set(KEPT.findall(text))
    ]
    assert lost == []


def _numbers(text: str, decimal: str) -> list[str]:
    """Numbers of a text in order of size of their digits, without marks of thousands."""
    bare = FOREIGN.sub("", text)
    thousands = "," if decimal == "." else "\u00a0 "
    found = [re.sub(rf"(?<=\d)[{thousands}](?=\d{{3}}\b)", "", n).replace(",", ".") for n in NUMBER.findall(bare)]
    return sorted(found)


@pytest.mark.parametrize("language", ALPHABETS)
def test_every_letter_is_of_the_alphabet_of_the_language(catalogue: Catalogue, language: str) -> None:
    allowed = set(ALPHABETS[language])
    strange = {
        key: sorted(wrong)
        for key, _, text in _texts(catalogue, language)
        if (wrong := {c for c in FOREIGN.sub("", text) if c.isalpha() and not {c, _lower(c, language)} & allowed})
    }
    assert strange == {}


def _lower(letter: str, language: str) -> str:
    if language == "az":
        return {"I": "ı", "İ": "i"}.get(letter, letter.lower())
    return letter.lower()


@pytest.mark.parametrize("language", FURTHER)
def test_a_translation_is_written_like_its_english_text(catalogue: Catalogue, language: str) -> None:
    for key, english, text in _texts(catalogue, language):
        assert text.endswith(".") == english.endswith("."), key
        assert not re.search(r"\s\s|\s[,.;:]|^\s|\s$", text), key
        assert text.count("(") == text.count(")"), key
        assert text[0] == text[0].upper(), key


@pytest.mark.parametrize("language", FURTHER)
def test_a_short_name_is_short(catalogue: Catalogue, language: str) -> None:
    shorts = [(key, e, t) for key, e, t in _texts(catalogue, language) if key.endswith(".short")]
    assert [(key, text) for key, english, text in shorts if len(text) > max(26, len(english) + 6)] == []


@pytest.mark.parametrize("language", FURTHER)
def test_two_names_of_indicators_are_never_the_same(catalogue: Catalogue, language: str) -> None:
    names = [text for key, _, text in _texts(catalogue, language) if re.fullmatch(r"indicator\..*\.name", key)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("language", FURTHER)
def test_the_file_stands_in_the_order_of_the_declarations(catalogue: Catalogue, language: str) -> None:
    order = list(translatable(catalogue))
    keys = [entry.key for entry in read_entries(OTS / "locale" / f"{language}.po")]
    assert keys == sorted(keys, key=order.index)
