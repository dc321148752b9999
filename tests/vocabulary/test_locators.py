"""Locators: what is written is read back, whatever a heading says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.vocabulary.locators import Cell, Locator, cell_parts, provenance_locator, read_locator

ROWS = st.integers(min_value=1, max_value=10**9)
HEADINGS = st.text(min_size=1, max_size=30)


@given(ROWS, HEADINGS)
def test_a_cell_is_read_back(row: int, column: str) -> None:
    found = read_locator(str(Locator(Cell(row, column))))
    assert found is not None
    assert str(found) == str(Cell(row, column))


@given(ROWS, ROWS, st.sampled_from(["PM10", "a to row 5", "x, column y", "row 3, column z"]))
def test_a_run_is_read_back_even_where_a_heading_looks_like_a_locator(first: int, last: int, column: str) -> None:
    run = Locator(Cell(first, column), Cell(last, column))
    assert read_locator(str(run)) == run


@given(ROWS, HEADINGS)
def test_many_cells_are_written_as_one(row: int, column: str) -> None:
    before, after = cell_parts(column)
    assert f"{before}{row}{after}" == str(Cell(row, column))


@pytest.mark.parametrize("text", [None, "", "message 3", "row", "row x, column y", provenance_locator("ab12")])
def test_what_names_no_row_is_no_locator(text: str | None) -> None:
    assert read_locator(text) is None
