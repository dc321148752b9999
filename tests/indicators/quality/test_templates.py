"""Every rule has sentences in both languages, and a stored reason can be told in Turkish."""

from __future__ import annotations

from string import Formatter

import pytest

from kenes.indicators.quality import reason_in, reason_tr
from kenes.indicators.quality.templates import RULE_OF, TEMPLATES, read_reason, reason
from kenes.vocabulary.facts import RULES


def _names(template: str) -> dict[str, str]:
    return {name: kind or "" for _, name, kind, _ in Formatter().parse(template) if name}


def _example(code: str) -> dict[str, float | str]:
    texts = {"unit": "ug/m^3", "year": "2019", "from_year": "2017", "date": "2022-06-08", "month": "2019-01"}
    texts |= {"source": "airnow", "other": "kg-bishkek embassy"}
    names = _names(TEMPLATES[code]["en"])
    return {n: 1234.5 + 0.25 * i if kind == "n" else texts[n] for i, (n, kind) in enumerate(names.items())}


def test_every_rule_has_a_sentence_and_every_sentence_a_rule() -> None:
    assert set(RULE_OF.values()) == set(RULES)
    assert set(RULE_OF) == set(TEMPLATES)


@pytest.mark.parametrize("code", TEMPLATES)
def test_both_languages_use_the_same_parameters(code: str) -> None:
    assert _names(TEMPLATES[code]["en"]) == _names(TEMPLATES[code]["tr"])


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_reason_read_back_gives_the_same_turkish_sentence(code: str) -> None:
    parameters = _example(code)
    english = reason(code, **parameters)
    found = read_reason(english)
    assert found is not None
    assert found[0] == code
    assert reason_tr(english) == reason(code, "tr", **parameters)
    assert reason_tr(english) != english


def test_numbers_follow_the_language() -> None:
    english = reason("out_of_range_low", value=0.25, unit="ug/m^3", limit=12345.5)
    assert english == "Value 0.25 µg/m³ lies below the least plausible value 12,346."
    assert reason_tr(english) == "0,25 µg/m³ değeri, olası en küçük değer olan 12.346 altındadır."


def test_a_quantity_without_a_unit_leaves_no_double_blank() -> None:
    english = reason("out_of_range_low", value=-1, unit="", limit=0)
    assert english == "Value -1 lies below the least plausible value 0."
    assert reason_tr(english) == "-1 değeri, olası en küçük değer olan 0 altındadır."


def test_a_sentence_of_nobody_stays_as_it_is() -> None:
    assert reason_tr("The row was entered twice.") == "The row was entered twice."
    assert reason_in("The sensor gives 48 zeros in a row.", "kk") == "The sensor gives 48 zeros in a row."
