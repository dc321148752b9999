"""Where people live, from tables, layers and rasters."""

import json
import struct
import zlib

import numpy as np
import pytest
import shapely

from kenes.sources.city.population import read_population
from kenes.sources.city.tiff import lzw_unpacked
from kenes.vocabulary.errors import SourceError

HEX = "89a901291abffff"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_h3_cells_are_hexagons_around_their_centre(tmp_path):
    cells = read_population(
        write(
            tmp_path / "p.csv",
            f"id,lon,lat,population,female,age_0_14\n{HEX},-51.15824,-30.05384,100,52,20\n",
        )
    )
    assert cells.kind == "h3"
    assert shapely.contains_xy(cells.polygon[0], cells.longitude[0], cells.latitude[0])
    assert {name: v.tolist() for name, v in cells.groups.items()} == {"female": [52.0], "age_0_14": [20.0]}


def test_h3_ids_alone_are_enough(tmp_path):
    cells = read_population(write(tmp_path / "p.csv", f"h3;population\n{HEX};100\n"))
    assert cells.longitude[0] == pytest.approx(-51.1582459, abs=1e-6)


def test_h3_ids_may_be_whole_numbers(tmp_path):
    cells = read_population(write(tmp_path / "p.csv", f"id,population\n{int(HEX, 16)},100\n"))
    assert (cells.kind, cells.id) == ("h3", [HEX])


def test_other_ids_are_points_and_empty_cells_are_missing_not_zero(tmp_path):
    cells = read_population(write(tmp_path / "p.csv", "id,lon,lat,population\n1,29,41,10\n2,29,41,\n3,,41,5\n"))
    assert (cells.kind, len(cells), cells.polygon) == ("point", 1, None)
    assert dict(cells.findings) == {"cells_without_place": 1, "cells_without_population": 1}


def test_a_boundary_keeps_cells_whose_centre_lies_inside(tmp_path):
    path = write(tmp_path / "p.csv", "id,lon,lat,population\n1,29,41,10\n2,30,41,20\n")
    assert read_population(path, shapely.box(28.5, 40.5, 29.5, 41.5)).population.tolist() == [10.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,lon,lat,population\n1,29,41,-5\n", r"expected no negative number, found -5 \(.*row 2, cell 1\)"),
        ("id,lon,lat,population\n1,29,41,5\n1,29,41,5\n", "expected each cell once, found 1 twice"),
        ("id,lon,lat,jobs\n1,29,41,5\n", "expected a column population, found id, lon, lat, jobs"),
        ("id,population\n1,5\n", "expected columns lon and lat, or H3 ids, found neither"),
        ("id,lon,lat,population\n1,29,41,many\n", "expected numbers"),
    ],
)
def test_what_would_count_people_wrongly_is_refused(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read_population(write(tmp_path / "p.csv", text))


def test_a_layer_of_cells_is_read_with_its_polygons(tmp_path):
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a","population":7},'
        '"geometry":{"type":"Polygon","coordinates":[[[29,41],[29.01,41],[29.01,41.01],[29,41.01],[29,41]]]}}]}'
    )
    cells = read_population(write(tmp_path / "p.geojson", text))
    assert (cells.kind, cells.population.tolist(), cells.id) == ("polygon", [7.0], ["a"])


def tiff(path, values, *, compression=1, predictor=1, epsg=4326, west=29.0, north=41.0, size=0.01, tile=0):
    """A GeoTIFF written by hand, tag by tag."""
    values = np.asarray(values)
    lines, columns = values.shape
    raw = values
    if predictor == 2:
        raw = np.diff(values, axis=1, prepend=0).astype(values.dtype)
    if predictor == 3:
        planes = values.astype(">f4").view(np.uint8).reshape(lines, columns, 4).transpose(0, 2, 1).reshape(lines, -1)
        raw = np.diff(planes, axis=1, prepend=np.uint8(0)).astype(np.uint8)
    data = raw.tobytes()
    data = zlib.compress(data) if compression == 8 else data
    kinds = {"f": 3, "i": 2, "u": 1}
    entries = [
        (256, 3, [columns]),
        (257, 3, [lines]),
        (258, 3, [values.dtype.itemsize * 8]),
        (259, 3, [compression]),
        (273, 4, [8]),
        (277, 3, [1]),
        (278, 3, [lines]),
        (279, 4, [len(data)]),
        (317, 3, [predictor]),
        (339, 3, [kinds[values.dtype.kind]]),
        (33550, 12, [size, size, 0.0]),
        (33922, 12, [0.0, 0.0, 0.0, west, north, 0.0]),
        (34735, 3, [1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, epsg]),
        (42113, 2, b"-200\0"),
    ]
    forms = {3: "H", 4: "I", 12: "d"}
    start = 8 + len(data) + (len(data) & 1)
    extra_at = start + 2 + 12 * len(entries) + 4
    directory, extra = struct.pack("<H", len(entries)), b""
    for code, kind, content in entries:
        packed = content if kind == 2 else struct.pack(f"<{len(content)}{forms[kind]}", *content)
        field = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", extra_at + len(extra))
        extra += b"" if len(packed) <= 4 else packed + b"\0" * (len(packed) & 1)
        directory += struct.pack("<HHI", code, kind, len(content)) + field
    path.write_bytes(
        b"II*\0" + struct.pack("<I", start) + data.ljust(start - 8, b"\0") + directory + b"\0\0\0\0" + extra
    )
    return path


GRID = np.array([[1, 2, 3, -200], [0, 5, 6, 7], [8, 9, 10, 11]], np.float32)


@pytest.mark.parametrize(("compression", "predictor"), [(1, 1), (8, 1), (8, 3)])
def test_a_raster_gives_its_inhabited_cells(tmp_path, compression, predictor):
    cells = read_population(tiff(tmp_path / "p.tif", GRID, compression=compression, predictor=predictor))
    assert cells.population.sum() == 62
    assert len(cells) == 10
    first = cells.id.index("0_0")
    assert (cells.longitude[first], cells.latitude[first]) == pytest.approx((29.005, 40.995))


def test_differences_of_whole_numbers_are_undone(tmp_path):
    whole = np.where(GRID < 0, 0, GRID).astype(np.uint16)
    assert read_population(tiff(tmp_path / "p.tif", whole, compression=8, predictor=2)).population.sum() == 62


def test_people_on_a_boundary_are_shared_and_none_is_lost(tmp_path):
    path = tiff(tmp_path / "p.tif", GRID)
    west, east = shapely.box(28.9, 40, 29.013, 42), shapely.box(29.013, 40, 30, 42)
    left, right = read_population(path, west).population.sum(), read_population(path, east).population.sum()
    assert left == pytest.approx(1 + 8 + 0.3 * (2 + 5 + 9), rel=1e-6)
    assert left + right == pytest.approx(62, rel=1e-6)


def packed_by_lzw(data):
    """The encoder of TIFF 6.0, section 13, written from its pseudocode."""
    bits, table, width, held = [], {bytes([k]): k for k in range(256)}, 9, b""
    put = lambda code: bits.append(format(code, f"0{width}b"))  # noqa: E731
    put(256)
    following = 258
    for byte in data:
        longer = held + bytes([byte])
        if longer in table:
            held = longer
            continue
        put(table[held])
        table[longer], following, held = following, following + 1, bytes([byte])
        width = 10 if following == 512 else 11 if following == 1024 else 12 if following == 2048 else width
        if following == 4095:
            put(256)
            table, width, following = {bytes([k]): k for k in range(256)}, 9, 258
    put(table[held])
    put(257)
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


@pytest.mark.parametrize("size", [50, 700, 40_000])
def test_lzw_rasters_are_read(tmp_path, size):
    data = np.random.default_rng(0).integers(0, 9, size).astype(np.uint8).tobytes()
    assert lzw_unpacked(packed_by_lzw(data)) == data


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "found an empty file"), (b"hello, I am no picture", "expected a GeoTIFF, found something else")],
)
def test_what_is_no_raster_is_told(tmp_path, content, message):
    path = tmp_path / "p.tif"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read_population(path)


def test_a_raster_elsewhere_is_told(tmp_path):
    with pytest.raises(SourceError, match="expected cells inside the boundary, found none"):
        read_population(tiff(tmp_path / "p.tif", GRID), shapely.box(0, 0, 1, 1))


PARENT = "88a901291bfffff"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"id,population\n{HEX},1\n{HEX[:-5]}xffff,2\n89a9012918bffff,2\n", r"expected an H3 id in every row.*row 3"),
        (f"id,population\n{HEX},1\n,2\n89a9012918bffff,2\n", r"expected an H3 id in every row, found ''.*row 3"),
        (f"id,population\n{HEX},1\n{PARENT},5\n", f"cells beside each other, found {HEX} inside {PARENT}"),
        (f"id,lon,lat,population\n{HEX},-30.05384,-51.15824,100\n", "Perhaps lon and lat are exchanged"),
        (f"id,population\n{HEX},inf\n", "expected finite numbers, found infinity"),
        ('id;lon;lat;population\na;29;41;"1,5"\n', "Write numbers as 1234.5"),
    ],
)
def test_cells_that_would_be_counted_wrongly_are_refused(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read_population(write(tmp_path / "p.csv", text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,lon,lat,population\n", "expected at least one cell with people, found no rows"),
        (
            "id,lon,lat,population\na,29,41,5\nb,29,42,1e300\n",
            r"at most 1e\+08 persons in a cell, found 1e\+300 \(.*row 3, cell b",
        ),
        ("id,lon,lat,population,female\na,29,41,5,-3\n", "population, female: expected no negative number, found -3"),
    ],
)
def test_a_table_without_people_or_with_more_than_there_are_is_refused(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read_population(write(tmp_path / "p.csv", text))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("cp1254", r"another encoding \(byte DE\) \(.*row 3\)"), ("utf-16", r"UTF-16, or no text \(.*row 1\)")],
)
def test_a_table_in_another_encoding_is_told_how_to_save_it(tmp_path, encoding, found):
    (tmp_path / "p.csv").write_text("id,lon,lat,population\na,29,41,5\nŞişli,29,42,5\n", encoding=encoding)
    with pytest.raises(SourceError, match=f"expected a table in UTF-8, found {found}. Save the table as CSV UTF-8"):
        read_population(tmp_path / "p.csv")


def test_a_raster_whose_gaps_are_a_huge_number_is_refused(tmp_path):
    path = tiff(tmp_path / "r.tif", np.array([[1.0, 3e38]], "float32"))
    with pytest.raises(SourceError, match=r"at most 1e\+08 persons in a cell, found 3e\+38 \(.*cell 0_1"):
        read_population(path)


def test_h3_is_known_by_what_the_column_holds(tmp_path):
    cells = read_population(write(tmp_path / "p.csv", f"h3_address,population\n{HEX},100\n"))
    assert cells.kind == "h3"
    assert cells.id == [HEX]


def test_cells_beyond_the_180th_meridian_are_not_torn(tmp_path):
    import h3

    ids = sorted(h3.grid_disk(h3.latlng_to_cell(-17.0, 180.0, 6), 2))
    cells = read_population(write(tmp_path / "p.csv", "id,population\n" + "".join(f"{i},1\n" for i in ids)))
    west, _, east, _ = shapely.total_bounds(cells.polygon)
    assert east - west < 1
    assert shapely.union_all(cells.polygon).geom_type == "Polygon"


@pytest.mark.parametrize("value", ["many", "[1]"])
def test_a_layer_with_words_for_people_is_refused(tmp_path, value):
    path = tmp_path / "p.geojson"
    ring = [[29, 41], [29.1, 41], [29.1, 41.1], [29, 41]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"population": value}, "geometry": shape}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(SourceError, match="column population: expected numbers"):
        read_population(path)


def test_a_ring_that_is_not_closed_is_told(tmp_path):
    from kenes.sources.city.areas import read_areas

    path = tmp_path / "b.geojson"
    path.write_text('{"type":"Polygon","coordinates":[[[29,41],[29.1,41],[29.1,41.1]]]}')
    with pytest.raises(SourceError, match="layer: expected polygons whose rings are closed"):
        read_areas(path)
