"""Tables of tags and modes: those shipped, and those that a city brings."""

import pytest

from kenes.catalogue.space_tables import TABLES, read_space_tables
from kenes.vocabulary.errors import DefinitionError

STOPS = (
    "edition: mine\nreach_m: {low: 400}\nopenstreetmap: [{capacity: low, kind: bus, match: {amenity: [shelter]}}]\n"
    "gtfs: {codes: {3: low}, ranges: [[700, 799, low]], otherwise: none}\n"
)


def test_a_city_may_replace_one_table(tmp_path):
    (tmp_path / "stops.yaml").write_text(STOPS)
    own, shipped = read_space_tables(tmp_path), read_space_tables()
    assert own.stops.reach_m == {"low": 400.0}
    assert [own.stops.gtfs.capacity_of(code) for code in (3, 700, 799, 800, 1)] == ["low", "low", "low", "none", "none"]
    assert own.stops.layer == shipped.stops.layer
    assert own.streets == shipped.streets
    assert {name for name in TABLES if own.digests[name] != shipped.digests[name]} == {"stops"}


def test_comments_and_layout_of_a_table_do_not_change_its_digest(tmp_path):
    (tmp_path / "stops.yaml").write_text(STOPS)
    first = read_space_tables(tmp_path).digests["stops"]
    (tmp_path / "stops.yaml").write_text("# ours\n" + STOPS.replace("reach_m: {low: 400}", "reach_m:\n  low: 400"))
    assert read_space_tables(tmp_path).digests["stops"] == first
    (tmp_path / "stops.yaml").write_text(STOPS.replace("400", "401"))
    assert read_space_tables(tmp_path).digests["stops"] != first


def test_a_folder_without_any_table_is_told(tmp_path):
    with pytest.raises(DefinitionError, match=r"expected streets.yaml or .*, found none"):
        read_space_tables(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", r"table stops: expected a mapping \(.*stops.yaml\)"),
        (STOPS.replace("400", "near"), r"'low': expected a number, found near \(.*stops.yaml:2\)"),
        (STOPS.replace("[shelter]", "[no]"), r"'amenity' reads as yes/no.*stops.yaml:3.*Put the word in quotes"),
        (STOPS.replace("gtfs:", "feeds:"), "'gtfs': expected a mapping of keys to values, found nothing"),
        (STOPS.replace("3: low", "bus: low"), "a route type: expected a whole number, found bus"),
        (STOPS.replace("[700, 799, low]", "[700, low]"), "a range: expected first, last and capacity, found"),
    ],
)
def test_a_table_that_is_wrong_is_told_with_its_line(tmp_path, text, message):
    (tmp_path / "stops.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=message):
        read_space_tables(tmp_path)
