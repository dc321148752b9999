"""From the observation of an edition back to the row of its file."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from kenes.catalogue import Catalogue
from kenes.pipeline.observatory.excerpts import MOST_CELLS, excerpt_of, form_of
from kenes.pipeline.observatory.run import open_edition, run
from kenes.pipeline.progress import Silent
from kenes.store import Edition, SourceRecord
from kenes.testing.world import write_world

SHEETS = """source: {id: sheets, issuer: I, licence: CC0-1.0, retrieved: 2024-02-01, ships: true, why: made by the test}
place: {column: Place, kinds: [province]}
time: {column: Year}
variables: [{column: People, variable: population, unit: person}]
files:
  - {path: people.xlsx, sheet: First, skip_rows: 1}
  - {path: people.xlsx, sheet: Second, skip_rows: 3}
"""


def _workbook() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name, above, place in (("First", 1, "Akdere"), ("Second", 3, "Yayla")):
        sheet = book.add_worksheet(name)
        sheet.write_row(above, 0, ["Place", "Year", "People"])
        for year in range(4):
            sheet.write_row(above + 1 + 2 * year, 0, [place, 1990 + year, above * 1000 + year])
    book.close()
    return stream.getvalue()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Catalogue]:
    folder = write_world(tmp_path_factory.mktemp("made") / "world", days=5)
    (folder / "sources/sheets").mkdir()
    (folder / "sources/sheets/mapping.yaml").write_text(SHEETS, encoding="utf-8")
    (folder / "sources/sheets/people.xlsx").write_bytes(_workbook())
    run(folder, Silent())
    return open_edition(folder)


def _record(edition: Edition, batch: str) -> SourceRecord:
    (found,) = [record for record in edition.sources if record.batch == batch]
    return found


def test_every_observation_leads_to_the_cell_that_it_was_read_from(opened: tuple[Edition, Catalogue]) -> None:
    edition, catalogue = opened
    columns = ["text", "locator", "batch", "source"]
    rows = edition.table("observations", columns=columns).to_pylist()
    assert {row["source"] for row in rows} == {"air", "statistics", "sheets"}
    seen = set()
    for row in [*rows[::9], *(row for row in rows if row["source"] == "sheets")]:
        record = _record(edition, row["batch"])
        found = excerpt_of(catalogue, record, edition.snapshot_bytes, row["locator"])
        assert found is not None, row
        assert found.column is not None
        assert dict(found.rows)[found.hit][found.column] == row["text"]
        seen.add((record.id, record.file))
    assert seen >= {("sheets", "people.xlsx"), ("sheets", "people.xlsx#2"), ("air", "air.csv")}


def test_a_row_that_is_not_there_or_is_no_row_is_not_shown(opened: tuple[Edition, Catalogue]) -> None:
    edition, catalogue = opened
    for record in edition.sources:
        assert excerpt_of(catalogue, record, edition.snapshot_bytes, "row 99999, column PM10") is None
        assert excerpt_of(catalogue, record, edition.snapshot_bytes, "message 3") is None
        assert excerpt_of(catalogue, record, edition.snapshot_bytes, "") is None


def test_a_run_of_cells_is_shown_from_its_first(opened: tuple[Edition, Catalogue]) -> None:
    edition, catalogue = opened
    (record,) = [record for record in edition.sources if record.id == "air"]
    found = excerpt_of(catalogue, record, edition.snapshot_bytes, "row 3, column PM10 to row 30, column PM10")
    assert found is not None
    assert (found.hit, found.header[found.column or 0]) == (3, "PM10")


def _by_hand(record: SourceRecord) -> SourceRecord:
    values = {name: getattr(record, name) for name in record.__slots__}
    return SourceRecord(**{**values, "id": "by-hand", "file": "mine.csv"})


def test_a_file_by_hand_is_shown_by_what_its_bytes_tell_or_not_at_all(opened: tuple[Edition, Catalogue]) -> None:
    edition, catalogue = opened
    mine = _by_hand(edition.sources[0])
    assert form_of(catalogue, mine).path == "mine.csv"
    found = excerpt_of(catalogue, mine, lambda _: b"a,b\n1,2\n3,4\n", "row 3, column b")
    assert found is not None
    assert found.rows == ((2, ("1", "2")), (3, ("3", "4")))
    assert excerpt_of(catalogue, mine, lambda _: "a,b\n1,Şehir\n".encode("iso-8859-9"), "row 2, column b") is None


def test_a_wide_row_is_cut_around_its_cell(opened: tuple[Edition, Catalogue]) -> None:
    edition, catalogue = opened
    wide = ",".join(f"c{i}" for i in range(200)) + "\n" + ",".join(str(i) for i in range(200)) + "\n"
    mine = _by_hand(edition.sources[0])
    found = excerpt_of(catalogue, mine, lambda _: wide.encode(), "row 2, column c150")
    assert found is not None
    assert found.column is not None
    assert found.cut
    assert len(found.header) == MOST_CELLS
    assert found.header[found.column] == "c150"
    assert dict(found.rows)[2][found.column] == "150"
