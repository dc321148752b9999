"""The row that a locator names is the row that was read, in every form of file."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from kenes.sources.tables.around import records_around
from kenes.vocabulary.errors import SourceError
from kenes.vocabulary.locators import Cell, read_locator

QUOTED = (
    'A title\n\nplace,time,PM10,note\nAda,2019,1,"two\nlines"\n\nAda,2020,2\nAda,2021,3,"a, ""b"""\n\n\nAda,2022,4,\n'
)
TWO_HEADERS = "Report,,\nplace,time,PM10\nAda,2019,1\n,,\nAda,2020,2\n"
EUROSTAT = 'unit,geo\\time\t2019 \t2020 \n"A,Ada\t1 \t2 b\nB,Ada\t: \t4 \n'
JSON = '{"rows": [{"place": "Ada", "time": 2019, "PM10": 1}, {"place": "Ada", "PM10": 2, "time": 2020, "x": "y"}]}'


def workbook() -> bytes:
    """Two sheets; rows above the header, blank rows, and cells merged over two rows."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    cover, data = book.add_worksheet("Cover"), book.add_worksheet("Data")
    for row in range(9):
        cover.write_row(row, 0, ["Ada", 1999, 900 + row])
    data.merge_range("A1:C2", "A title over two rows")
    data.write_row(3, 0, ["place", "time", "PM10"])
    data.write_row(4, 0, ["Ada", 2019, 1.5])
    data.write_row(6, 0, ["Ada", 2020, 2])
    data.write_row(8, 0, ["Ada", 2021, 3])
    book.close()
    return stream.getvalue()


YEARS = {"time": "{columns: years}", "variables": '[{column: "*", variable: pm10, unit: ug/m^3}]'}
FORMS = {
    "quoted": (QUOTED.encode(), {"file": "{path: d.csv, skip_rows: 2}"}, {4: "1", 7: "3", 10: "4"}),
    "utf-16": (QUOTED.encode("utf-16"), {"file": "{path: d.csv, skip_rows: 2, encoding: utf-16}"}, {}),
    "two headers": (TWO_HEADERS.encode(), {"file": "{path: d.csv, header_rows: 2}"}, {3: "1", 5: "2"}),
    "eurostat": (
        EUROSTAT.encode(),
        {
            "file": "{path: d.tsv, format: eurostat_tsv}",
            "place": "{column: geo}",
            "keep": "{unit: ['\"A', B]}",
            **YEARS,
        },
        {},
    ),
    "sheet": (workbook(), {"file": "{path: d.xlsx, sheet: Data, skip_rows: 3}"}, {5: "1.5", 7: "2", 9: "3"}),
    "records": (JSON.encode(), {"file": "{path: d.json, records: rows}"}, {1: "1", 2: "2"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_observation_is_found_again_at_its_locator(read, form):
    data, swaps, _ = FORMS[form]
    found = read(data, **swaps)
    rows = found.table.to_pylist()
    assert len(rows) >= 2
    for row in rows:
        locator = read_locator(row["locator"])
        near = records_around(data, found.reading.mapping.file, locator.first)
        assert near.column is not None, row["locator"]
        assert dict(near.rows)[locator.first.row][near.column] == row["text"]


@pytest.mark.parametrize("form", [name for name, (_, _, rows) in FORMS.items() if rows])
def test_rows_are_numbered_as_one_counts_them_in_the_file(read, form):
    data, swaps, rows = FORMS[form]
    found = read(data, **swaps)
    shown = {read_locator(row["locator"]).first.row: row["text"] for row in found.table.to_pylist()}
    assert shown == rows


def test_neighbours_are_shown_as_they_stand_in_the_file(read):
    form = read(QUOTED, file="{path: d.csv, skip_rows: 2}").reading.mapping.file
    near = records_around(QUOTED.encode(), form, Cell(6, "PM10"))
    assert near.header == ("place", "time", "PM10", "note")
    assert dict(near.rows) == {
        4: ("Ada", "2019", "1", "two\nlines"),
        5: ("", "", "", ""),
        6: ("Ada,2020,2",),
        7: ("Ada", "2021", "3", 'a, "b"'),
        8: ("", "", "", ""),
    }


def test_nothing_above_the_first_record_is_a_neighbour(read):
    form = read(QUOTED, file="{path: d.csv, skip_rows: 2}").reading.mapping.file
    assert [row for row, _ in records_around(QUOTED.encode(), form, Cell(4), neighbours=3).rows] == [4, 5, 6, 7]


def test_a_row_that_is_not_there_is_not_shown(read):
    form = read(TWO_HEADERS, file="{path: d.csv, header_rows: 2}").reading.mapping.file
    assert records_around(TWO_HEADERS.encode(), form, Cell(2)) is None
    assert records_around(TWO_HEADERS.encode(), form, Cell(6)) is None
    assert records_around(TWO_HEADERS.encode(), form, Cell(5, "none")).column is None


def test_a_file_of_another_form_is_refused(read):
    form = read(JSON, file="{path: d.json, records: rows}").reading.mapping.file
    with pytest.raises(SourceError, match="no JSON"):
        records_around(QUOTED.encode(), form, Cell(4))
