"""The words of the page of a measured city: complete in nine languages, and one for every code."""

import ast
import re
from pathlib import Path

import pytest

import kenes
from kenes.catalogue.space import space_definitions
from kenes.catalogue.space_tables import read_space_tables
from kenes.catalogue.space_words import space_words
from kenes.vocabulary.errors import DefinitionError
from kenes.vocabulary.languages import LANGUAGES

SOURCE = Path(kenes.__file__).parent
EMITTERS = sorted((SOURCE / "indicators" / "space").glob("*.py")) + sorted(
    path for path in (SOURCE / "pipeline" / "city").glob("*.py") if "page" not in path.name
)
_CODE = re.compile(r"[a-z]+(?:_[a-z0-9]+)*_?")
_NAMED = {
    "reason", "missing", "flags", "flag", "assumed", "warning", "gaps", "idle", "kind",
    "PARTIAL", "SPARSE", "_NOT_PEOPLE",
}  # fmt: skip
_GIVING = {"_land_base", "land_use", "_study_area"}


def _texts(node):
    """Strings of an expression; of a pattern its beginning. Names of fields and comparisons are no codes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values[:1] if isinstance(part, ast.Constant))
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, (ast.Tuple, ast.List)):
        for part in node.elts:
            yield from _texts(part)
    elif isinstance(node, ast.BinOp):
        yield from (*_texts(node.left), *_texts(node.right))
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from _texts(part)
    elif isinstance(node, ast.Starred):
        yield from _texts(node.value)
    elif isinstance(node, ast.Call) and not (isinstance(node.func, ast.Attribute) and node.func.attr in ("pop", "get")):
        for part in node.args:
            yield from _texts(part)


def emitted():
    """Codes of flags and reasons, collected where they are written; what ends in `_` is a beginning."""
    codes = set()
    for path in EMITTERS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign):
                named = any(isinstance(target, ast.Name) and target.id in _NAMED for target in node.targets)
            else:
                named = isinstance(node, ast.keyword) and node.arg in _NAMED - {"kind"}
            if named:
                codes |= set(_texts(node.value))
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                codes |= {
                    text
                    for key, value in pairs
                    if isinstance(key, ast.Constant) and key.value in ("flags", "reason")
                    for text in _texts(value)
                }
            elif isinstance(node, ast.FunctionDef) and node.name in _GIVING:
                for given in ast.walk(node):
                    if isinstance(given, ast.Return) and given.value is not None:
                        codes |= set(_texts(given.value))
    return {code for code in codes if _CODE.fullmatch(code)} - {"osm", "gtfs", "land", "use"}


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(DefinitionError, match="language 'de': expected tr, en"):
        space_words("de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_and_fills_in_the_same(language):
    english, other = space_words("en").texts, space_words(language).texts
    assert set(english) == set(other) - {"indicators"}
    for section, texts in english.items():
        assert list(texts) == list(other[section]), section
        for key, text in texts.items():
            assert (text == "") == (other[section][key] == ""), key
            names = sorted(re.findall(r"{\w+}", text))
            assert sorted(re.findall(r"{\w+}", other[section][key])) == names, f"{section} {key}"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en", "tr"}))
def test_every_indicator_has_a_name_in_every_language(language):
    assert list(space_words(language).texts["indicators"]) == list(space_definitions())
    assert space_words(language).name("circuity")[1] == language
    assert space_words(language).meaning("circuity")[1] == "en"


def test_every_flag_and_reason_that_is_written_has_words():
    codes = emitted()
    assert {"no_population", "kinds_not_mapped", "hay_davies", "population_shrinks", "union_of_cells"} <= codes
    assert {"tilt_", "azimuth_", "plane_area_error_", "built_up_"} <= codes
    texts = space_words("en").texts
    table = {*texts["flags"], *texts["reasons"]}
    without = {
        c for c in codes if c not in table and not (c.endswith("_") and any(t.startswith(c[:-1]) for t in table))
    }
    assert not without
    whole = "\n".join(path.read_text(encoding="utf-8") for path in EMITTERS)
    for code in table - {"unknown", "built_up_outline", "built_up_surface", "built_up_mask"}:
        assert f'"{code}"' in whole or f'"{code}_' in whole, f"{code} is never given"


def test_every_oddity_of_an_input_has_words():
    read = {path.stem: path.read_text(encoding="utf-8") for path in (SOURCE / "sources" / "city").glob("*.py")}
    feeds = "".join(text for name, text in read.items() if name.startswith("gtfs"))
    codes = set(re.findall(r'(?:count\[|\{)"(\w+)"', feeds))
    codes |= set(re.findall(r'"(cells_\w+)":', read["population"]))
    assert {"times_blank", "routes_without_type", "rows_refused", "cells_without_place"} <= codes
    assert codes <= set(space_words("en").texts["quality"])


def test_every_kind_of_place_and_unit_has_words():
    tables, texts = read_space_tables().destinations, space_words("en").texts
    assert {*tables.fifteen_minutes, *tables.daily_living} == set(texts["kinds"])
    assert {definition.unit for definition in space_definitions().values()} == set(texts["units"])


def test_a_code_without_words_says_so_and_never_shows_itself():
    words = space_words("en")
    for text in (words.flag("brand_new"), words.reason("brand_new"), words.remark("brand_new", 3)):
        assert "no words" in text
        assert "brand_new" not in text


def test_numbers_are_written_as_the_language_does():
    assert space_words("tr").amount(0.7582, "1", "open_space_share") == "%75,8"
    assert space_words("ru").amount(0.7582, "1", "open_space_share") == "75,8\xa0%"
    assert space_words("kk").amount(1903.7108377757468, "km", "cycle_ways_length") == "1\xa0904 км"
    assert space_words("en").date("2020-08-12") == "August 12, 2020"
    assert space_words("en").number(-1.5) == "\u22121.5"
