"""Rows of source files as they were received."""

from __future__ import annotations

from kenes.portal.files import FileForm, excerpt

TABLE = 'name;a;b\nx;1;2\n"two\nlines";3;4\n\nz;5;6\n'


def read(text: str):
    return lambda sha: text.encode("utf-8")


def test_a_row_is_counted_as_records_even_where_a_cell_has_two_lines():
    found = excerpt(read(TABLE), "1", FileForm(delimiter=";"), "row 3, column b", "4")
    assert found.rows[1] == (3, ("two\nlines", "3", "4"))
    assert found.column == 2
    assert found.hit == 3


def test_a_blank_line_counts_as_a_row():
    found = excerpt(read(TABLE), "2", FileForm(delimiter=";"), "row 5, column a", "5")
    assert dict(found.rows)[5] == ("z", "5", "6")


def test_a_column_that_is_not_in_the_header_is_found_by_its_text():
    found = excerpt(read(TABLE), "3", FileForm(delimiter=";"), "row 2, column renamed", "2")
    assert found.column == 2


def test_a_row_beyond_the_file_is_not_shown():
    assert excerpt(read(TABLE), "4", FileForm(delimiter=";"), "row 99, column a", "1") is None
    assert excerpt(read(TABLE), "5", FileForm(delimiter=";"), "message 3", "1") is None


def test_a_wide_row_is_cut_around_its_cell():
    wide = ",".join(f"c{i}" for i in range(200)) + "\n" + ",".join(str(i) for i in range(200)) + "\n"
    found = excerpt(read(wide), "6", FileForm(), "row 2, column c150", "150")
    assert found.cut
    assert found.header[found.column] == "c150"
    assert dict(found.rows)[2][found.column] == "150"
