"""The report on an index and its workbook: every language, nothing unescaped, nothing that a spreadsheet runs."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from tests.comparison.worlds import flat, table

from kenes.comparison import build, uncertainty
from kenes.pages.index.report import MOST_ROWS, Facts, report
from kenes.pages.index.workbook import workbook
from kenes.pages.language import language
from kenes.vocabulary.languages import LANGUAGES

EVIL = "<script>alert(1)</script>"
TITLES = (
    "Ranks and their intervals",
    "What makes up each score",
    "How the parts go together",
    "The shape of each place",
    "Weights",
)
FACTS = Facts(places=8, ranked=7, seed=12345, draws=2000, level=0.9, specification="a" * 64, data="b" * 64)


@pytest.fixture(scope="module")
def built():
    values = np.random.default_rng(1).normal(size=(8, 4))
    values[2, :3] = np.nan
    data = table(values)
    data["place"] = [EVIL, *data["place"][1:]]
    profile = build(flat(4, ["normalise", {"aggregate": {"min_coverage": 0.5}}], name=EVIL), data)
    return profile, uncertainty(profile, 20)


def page(built, code="en", **tables):
    return report(*built, tables, FACTS, language(code))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_report_speaks_every_language(built, code):
    shown = page(built, code, weights=(["node", "nominal"], [["i0", 0.25]]))
    titles = re.findall(r"<h2>([^<]+)</h2>", shown)
    assert f'<html lang="{code}">' in shown
    assert titles == [language(code)(title) for title in TITLES]


def test_nothing_that_a_name_says_reaches_the_report_unescaped(built):
    shown = page(built, weights=([EVIL], [[EVIL]]))
    assert EVIL not in shown
    assert shown.count("&lt;script&gt;") > 5


def test_the_ranking_begins_with_the_best_and_says_why_a_place_has_no_rank(built):
    shown = page(built)
    ranking = shown[shown.index("<table>") : shown.index("</table>")]
    ranks = re.findall(r"<tr><td>[^<]*</td><td>(\d*)</td>", ranking)
    assert ranks == ["1", "2", "3", "4", "5", "6", "7", ""]
    assert ranking.rindex("c0002") > ranking.rindex("<tr>")
    assert "Too little of the index has data for this place." in ranking


def test_numbers_of_tables_follow_the_language_and_years_stay_whole(built):
    rows = [[2019, 1234.5, 3.0, None, float("nan"), -0.25]]
    cells = {
        code: re.findall(r"<td>([^<]*)</td>", page(built, code, trends=(["a"] * 6, rows)))[-6:] for code in LANGUAGES
    }
    assert cells["en"] == ["2019", "1234.500", "3", "", "", "−0.250"]
    assert cells["tr"] == cells["kk"] == ["2019", "1234,500", "3", "", "", "−0,250"]


def test_a_long_table_is_cut_and_its_file_named(built):
    shown = page(built, statistics=(["a"], [[f"row {n}."] for n in range(MOST_ROWS + 1)]))
    assert f"row {MOST_ROWS - 1}." in shown
    assert f"row {MOST_ROWS}." not in shown
    assert "The first 200 of 201 rows; the rest is in statistics.csv." in shown


def test_what_was_built_is_told_with_seed_draws_and_hashes(built):
    shown = page(built)
    assert "7 of 8 places are ranked. Seed 12345, 2,000 draws; intervals hold 90% of them." in shown
    assert f"Specification {'a' * 12}, data {'b' * 12}." in shown


def test_without_intervals_and_ranks_the_report_shows_tables_alone():
    values = np.full((4, 4), np.nan)
    values[0] = 1.0
    profile = build(
        flat(4, ["normalise", {"aggregate": {"min_coverage": 0.9}}]), table(np.where(values == 1, np.nan, values))
    )
    shown = report(profile, None, {"weights": (["node"], [["i0"]])}, FACTS, language("en"))
    assert "<svg" not in shown
    assert re.findall(r"<h2>([^<]+)</h2>", shown) == ["Weights"]


def test_a_workbook_holds_text_that_a_spreadsheet_would_run_as_text():
    rows = [["=1+1", "@x", 1.5, 3, True, None, float("nan")]]
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook({"a" * 40: (list("abcdefg"), rows)})))
    assert book.sheet_names == ["a" * 31]
    assert book.get_sheet_by_index(0).to_python()[1][:5] == ["'=1+1", "'@x", 1.5, 3.0, True]


def test_the_same_tables_make_the_same_workbook():
    tables = {"scores": (["place"], [["x"]])}
    assert workbook(tables) == workbook(tables)
