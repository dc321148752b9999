"""A file that is not what its mapping says is refused whole, in words that help."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from kenes.vocabulary.errors import SourceError

GOOD = "place,time,PM10\nAda,2019,1\nAda,2020,2\n"


def test_an_empty_file_is_refused(read):
    with pytest.raises(SourceError, match="file is empty"):
        read("")


def test_a_header_without_records_is_an_empty_reading(read):
    assert read("place,time,PM10\n").report.read == 0


def test_a_shorter_file_than_declared_is_called_truncated(read):
    with pytest.raises(SourceError, match=r"truncated: expected 99 bytes, found \d+ bytes"):
        read(GOOD, file="{path: data.csv, bytes: 99}")


def test_another_file_than_declared_is_refused(read):
    other = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(SourceError, match="not the one that the mapping describes"):
        read(GOOD, file=f"{{path: data.csv, sha256: {other}}}")


def test_the_declared_file_is_read(read):
    digest = hashlib.sha256(GOOD.encode()).hexdigest()
    found = read(GOOD, file=f"{{path: data.csv, sha256: {digest}, bytes: {len(GOOD)}}}")
    assert found.reading.snapshot == digest


def test_a_wrong_encoding_tells_offset_line_and_a_better_guess(read):
    data = "place,time,PM10\nAda,2019,1\nŞehir,2019,1\n".encode("iso-8859-9")
    with pytest.raises(SourceError) as caught:
        read(data)
    message = str(caught.value)
    assert "not utf-8" in message
    assert "byte 0xde at offset 27" in message
    assert "line 3" in message
    assert "iso-8859-9" in message
    assert "Şehir" in message


def test_a_declared_encoding_is_read(read):
    data = "place,time,PM10\nŞehir,2019,1\n".encode("iso-8859-9")
    found = read(data, file="{path: d.csv, encoding: iso-8859-9}", place="{column: place, aliases: {Şehir: xx-ada}}")
    assert found.column("place") == ["xx-ada"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_header(read, encoding):
    found = read(GOOD.encode(encoding), file=f"{{path: d.csv, encoding: {encoding}}}")
    assert found.column("value") == [1.0, 2.0]


def test_a_character_cut_at_a_chunk_border_is_whole(read):
    filler = "x" * ((1 << 20) - 40)
    found = read(f"place,time,PM10,note\nAda,2019,1,{filler}{'ş' * 40}\n")
    assert found.column("value") == [1.0]


def test_a_missing_column_lists_those_found_and_the_nearest(read):
    with pytest.raises(SourceError, match=r"column 'PM10' is missing.*PM_10.*Did you mean 'PM_10'"):
        read("place,time,PM_10\nAda,2019,1\n")


def test_a_wrong_delimiter_is_suspected_when_one_column_is_found(read):
    with pytest.raises(SourceError, match="is the delimiter ',' right"):
        read(GOOD.replace(",", ";"))


def test_a_last_record_cut_in_the_middle_is_refused(read):
    with pytest.raises(SourceError, match="last record is cut"):
        read("place,time,PM10\nAda,2019,1\nAda,20")


def test_a_last_record_without_line_break_is_whole(read):
    assert read(GOOD.rstrip()).column("value") == [1.0, 2.0]


def test_a_quote_that_never_closes_is_refused(read):
    with pytest.raises(SourceError, match=r"never closed \(data.csv, line 3\)"):
        read('place,time,PM10\nAda,2019,1\n"Ada,2020,2\nAda,2021,3\n')


def test_a_heading_that_stands_twice_is_refused(read):
    with pytest.raises(SourceError, match="'PM10' stands 2 times"):
        read("place,time,PM10,PM10\nAda,2019,1,2\n")


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"\x1f\x8b123", "gzip"), (b"%PDF-1.4", "PDF"), (b"<!DOCTYPE html>", "HTML"), (b"a,b\n1,\x002\n", "zero byte")],
)
def test_a_file_of_another_kind_is_named(read, data, kind):
    with pytest.raises(SourceError, match=kind):
        read(data)


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(read):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (8 << 20))
    with pytest.raises(SourceError, match="unpacks to too much"):
        read(stream.getvalue(), file="{path: d.xlsx, format: xlsx}")


def test_a_text_file_is_no_workbook(read):
    with pytest.raises(SourceError, match="no XLSX workbook"):
        read(GOOD, file="{path: d.xlsx, format: xlsx}")


def test_a_lone_quote_within_a_cell_is_a_character(read):
    assert read('place,time,PM10,note\nAda,2019,1,5" pipe\n').column("value") == [1.0]


ADA = "Ada,2019,1\n"


@pytest.mark.parametrize(
    ("code", "data", "file"),
    [
        ("file_empty", b"", "{path: d.csv}"),
        ("file_truncated", GOOD.encode(), "{path: d.csv, bytes: 99}"),
        ("file_truncated", GOOD.encode()[:-5], "{path: d.csv}"),
        ("file_other", GOOD.encode(), "{path: d.csv, bytes: 9}"),
        ("file_encoding", "place,time,PM10\nŞehir,2019,1\n".encode("iso-8859-9"), "{path: d.csv}"),
        ("file_binary", b"a,b\n1,\x002\n", "{path: d.csv}"),
        ("file_of_other_kind", b"%PDF-1.4", "{path: d.csv}"),
        ("file_of_other_kind", GOOD.encode(), "{path: d.xlsx}"),
        ("file_of_other_kind", GOOD.encode(), "{path: d.json}"),
        ("records_missing", b'{"rows": 3}', "{path: d.json, records: rows}"),
        ("column_missing", b"place,time\n", "{path: d.csv}"),
        ("heading_twice", b"place,time,PM10,PM10\n", "{path: d.csv}"),
        ("header_missing", b"place,time,PM10\n", "{path: d.csv, skip_rows: 1}"),
        ("quote_open", f'{GOOD}"{ADA}'.encode(), "{path: d.csv}"),
    ],
)
def test_a_refused_file_has_a_code_that_says_what_is_wrong_with_it(read, code, data, file):
    with pytest.raises(SourceError) as caught:
        read(data, file=file)
    assert caught.value.code == code, caught.value
