"""Words of spatial indicators: one for every code that is given, names in nine languages."""

import ast
import re
from pathlib import Path

import pytest

import kenes
from kenes.catalogue.space import DOCUMENT, space_definitions, space_text
from kenes.catalogue.space_tables import read_space_tables
from kenes.catalogue.translations import read_entries
from kenes.pages.language import ENGLISH, language
from kenes.pages.words import space
from kenes.vocabulary.languages import LANGUAGES
from kenes.vocabulary.reason_codes import SPATIAL

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


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_indicator_has_a_name_in_every_language(code):
    waiting = [key for key, definition in space_definitions().items() if code not in space_text(definition, "name")]
    assert len(waiting) in (0, len(space_definitions())), "a language has all names, or none as it is new"
    if waiting:
        pytest.xfail(f"{code}: {len(waiting)} names not translated yet")


def test_no_translation_of_a_spatial_indicator_is_stale_or_of_nothing():
    for path in sorted((DOCUMENT.parent / "locale").glob("*.po")):
        for entry in read_entries(path):
            _, indicator, kind = entry.key.split(".")
            assert entry.english == space_definitions()[indicator].texts["en"][kind], entry.key
            assert not entry.fuzzy


def test_every_flag_and_reason_that_is_written_has_words():
    codes = emitted()
    assert {"no_population", "kinds_not_mapped", "hay_davies", "population_shrinks", "union_of_cells"} <= codes
    assert {"tilt_", "azimuth_", "plane_area_error_", "built_up_"} <= codes
    table = {*space.FLAGS, *SPATIAL}
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
    assert codes <= set(space.REMARKS)


def test_every_kind_of_place_and_unit_has_words():
    tables = read_space_tables().destinations
    assert {*tables.fifteen_minutes, *tables.daily_living} == set(space.KINDS)
    assert {definition.unit for definition in space_definitions().values()} == {"1", *space.UNITS}


def test_a_code_without_words_says_so_and_never_shows_itself():
    told = (space.flag(ENGLISH, "brand_new"), space.reason(ENGLISH, "brand_new"), space.remark(ENGLISH, "brand_new", 3))
    for text in told:
        assert "no words" in text
        assert "brand_new" not in text


def test_amounts_are_written_as_the_language_does():
    assert space.amount(language("tr"), 0.7582, "1", "open_space_share") == "%75,8"
    assert space.amount(language("ru"), 0.7582, "1", "open_space_share") == "75,8\xa0%"
    assert space.amount(language("kk"), 1903.7108377757468, "km", "cycle_ways_length") == "1\xa0904 км"
    assert space.points(language("hu"), 0.0004) == "0,04"


def test_a_group_that_nobody_knows_is_made_readable():
    assert space.group(ENGLISH, "long_time_residents") == "long time residents"
    assert space.group(language("tr"), "female") == "Kadınlar ve kız çocukları"
