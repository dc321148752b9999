"""Every reason is data: declared once, read back as it was written, and said in every language."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kenes.catalogue import Catalogue, load
from kenes.indicators.quality.rules import RULE_OF
from kenes.pages.language import language
from kenes.pages.words.names import Names
from kenes.pages.words.reasons import WAYS, told
from kenes.pipeline.observatory.run import run
from kenes.store import Edition
from kenes.testing.world import write_world
from kenes.vocabulary.errors import DefinitionError
from kenes.vocabulary.facts import RULES
from kenes.vocabulary.languages import LANGUAGES
from kenes.vocabulary.reason_codes import DECLARED, Kind
from kenes.vocabulary.reason_kinds import declare
from kenes.vocabulary.reasons import Reason, read_reason, reason, reason_columns, together
from kenes.vocabulary.tables import KINDS

EXAMPLES: dict[Kind, Any] = {
    Kind.NUMBER: 1234.5,
    Kind.AMOUNT: 51.25,
    Kind.COUNT: 5,
    Kind.SHARE: 0.184,
    Kind.YEAR: 2019,
    Kind.MONTH: "2019-03",
    Kind.DATE: "2022-06-08",
    Kind.TEXT: "as received",
    Kind.TEXTS: ["one", "two"],
    Kind.UNIT: "ug/m^3",
    Kind.LOCATOR: "row 17, column PM10",
    Kind.PLACE: "xx-akdere",
    Kind.PLACES: ["xx-akdere", "xx-boztepe"],
    Kind.INDICATOR: "gdp_per_head",
    Kind.INDICATORS: ["gdp_per_head"],
    Kind.VARIABLE: "pm10",
    Kind.SOURCE: "air",
    Kind.NODE: "environment",
    Kind.PRACTICE: "P05",
    Kind.METRIC: "P05",
    Kind.DESIGN: "before-after",
    Kind.QUALITY: "suspect",
    Kind.RULES: ["stuck", "spike"],
    Kind.LEVEL: "high",
    Kind.STRENGTH: "strong",
    Kind.PLACE_KINDS: ["province"],
}  # one value of each kind
FREE_TEXT = {
    "factor",
    "design",
    "reason_values",
    "evidence",
    "metric",
    "precondition",
    "source",
    "url",
    "text",
    "licence",
    "inputs",
    "parameters",
    "value",
}
"""Columns that hold what a source, a study or a definition says."""
NOTHING = re.compile(r"\bNone\b(?! of the)")
SENTENCE = re.compile(r"[A-Za-zÀ-ž]{2,} [a-zà-ž]{2,} [a-zà-ž]{2,}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Catalogue]:
    folder = write_world(tmp_path_factory.mktemp("world"))
    return run(folder).edition, load(folder)


def example(code: str) -> Reason:
    return reason(code, **{name: EXAMPLES[kind] for name, kind in DECLARED[code].kinds.items()})


def test_every_kind_of_value_has_an_example_and_a_way_of_being_written() -> None:
    assert set(EXAMPLES) == set(Kind) == set(WAYS)


@pytest.mark.parametrize("code", DECLARED)
def test_every_reason_is_read_back_from_its_two_columns(code: str) -> None:
    found = together([example(code), example("no_value")])
    columns = reason_columns(found)
    assert read_reason(columns["reason"], columns["reason_values"]) == found
    assert columns["reason"] == code


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_is_said_in_every_language(built: tuple[Edition, Catalogue], lang: str) -> None:
    names = Names(built[1], language(lang))
    english = Names(built[1], language("en"))
    for code in DECLARED:
        sentence = told(example(code), names)
        assert sentence.strip(), code
        assert "%(" not in sentence, code
        assert not NOTHING.search(sentence), code
        for unknown in (Reason(code, tuple((name, None) for name, _ in example(code).pairs)),):
            assert not NOTHING.search(told(unknown, names)), code
        if lang == "en":
            assert sentence == told(example(code), english)


def test_every_value_of_a_message_is_declared_and_none_is_left_unsaid() -> None:
    for code, declared in DECLARED.items():
        said = set(re.findall(r"%\((\w+)\)s", declared.message + declared.plural))
        unsaid = {"unit"} if Kind.AMOUNT in declared.kinds.values() else set()
        assert said <= declared.kinds.keys(), code
        assert declared.kinds.keys() - said <= unsaid, code
        assert (declared.counted in declared.kinds) == bool(declared.plural), code


def test_every_rule_has_a_reason_and_every_reason_of_quality_a_rule() -> None:
    assert set(RULE_OF.values()) == set(RULES)
    assert RULE_OF.keys() <= DECLARED.keys()


@pytest.mark.parametrize(
    ("code", "values", "told_of"),
    [
        ("nothing", {}, "expected a declared code"),
        ("not_known", {"variable": "pm10"}, "expected variable, year, found variable"),
        ("not_known", {"variable": "pm10", "year": "2019"}, "expected a year, found str '2019'"),
        ("coverage_short", {"share": True, "least": 0.5}, "expected a share, found bool True"),
    ],
)
def test_a_reason_that_was_not_declared_so_is_refused(code: str, values: dict[str, Any], told_of: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(told_of)):
        reason(code, **values)


def test_a_code_is_declared_once() -> None:
    told = "reason 'no_value': expected a code of its own, found one that says 'No value.'"
    with pytest.raises(DefinitionError, match=re.escape(told)):
        declare("no_value", "Another message.")
    assert DECLARED["no_value"].message == "No value."


def test_numbers_are_kept_to_six_digits_and_what_is_no_number_is_not_known() -> None:
    assert reason("coverage_short", share=1 / 3, least=float("nan")).plain() == {"least": None, "share": 0.333333}


def test_words_follow_the_language(built: tuple[Edition, Catalogue]) -> None:
    low = reason("out_of_range_low", value=0.25, unit="ug/m^3", limit=12345.5)
    english = told(low, Names(built[1], language("en")))
    assert english == "Value 0.25 µg/m³ lies below the least plausible value 12,346."
    assert told(low, Names(built[1], language("tr"))).count("0,25 µg/m³") == 1
    bare = reason("out_of_range_low", value=-1, unit="", limit=0)
    assert told(bare, Names(built[1], language("en"))) == "Value −1 lies below the least plausible value 0."
    one, many = (told(reason("dead_zero", count=n), Names(built[1], language("en"))) for n in (1, 48))
    assert (one, many) == ("The sensor gives 1 zero in a row.", "The sensor gives 48 zeros in a row.")


def test_no_table_holds_a_sentence_of_ours(built: tuple[Edition, Catalogue]) -> None:
    edition, found = built[0], 0
    for kind in KINDS.values():
        rows = edition.table(kind.name).to_pylist()
        for row in rows:
            why = read_reason(row.get("reason"), row.get("reason_values"))
            found += why is not None
            assert (why is None) == (row.get("reason_values") is None)
        texts = [name for name, type_ in kind.columns if type_ == "text" and name not in FREE_TEXT]
        sentences = {row[name] for row in rows for name in texts if row[name] and SENTENCE.search(row[name])}
        assert sentences == set(), kind.name
    assert found > 20
