"""Both sides of what a place, a range and a definition may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from kenes.catalogue import load
from kenes.catalogue.definitions import Range
from kenes.catalogue.places import PlaceIndex, fold, read_places
from kenes.testing.world import write_world
from kenes.vocabulary.errors import DefinitionError
from kenes.vocabulary.facts import Place

HEAD = "place,kind,parent,country,longitude,latitude,valid_from,valid_to\n"


def read(folder: Path, *rows: str) -> tuple[PlaceIndex, list[str]]:
    (folder / "places.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    index, findings = read_places(folder)
    return index, [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("longitude", "latitude", "fits"),
    [
        ("180", "90", True),
        ("-180", "-90", True),
        ("180.001", "0", False),
        ("0", "90.001", False),
        ("-180.001", "0", False),
        ("0", "-90.001", False),
        ("nan", "0", False),
        ("east", "0", False),
        ("", "", True),
    ],
)
def test_angles_reach_from_pole_to_pole_and_around_the_earth(
    tmp_path: Path, longitude: str, latitude: str, fits: bool
) -> None:
    row = f"a,country,,a,{longitude},{latitude},,"
    if fits:
        assert read(tmp_path, row)[0]["a"].longitude == (float(longitude) if longitude else None)
    else:
        with pytest.raises(DefinitionError):
            read(tmp_path, row)


@pytest.mark.parametrize(("date", "fits"), [("2024-02-29", True), ("2023-02-29", False), ("2024", False)])
def test_a_day_of_validity_is_a_day(tmp_path: Path, date: str, fits: bool) -> None:
    for row in (f"a,country,,a,,,{date},", f"a,country,,a,,,,{date}"):
        if fits:
            index, _ = read(tmp_path, row)
            assert str(index["a"].valid_from or index["a"].valid_to) == date
        else:
            with pytest.raises(DefinitionError):
                read(tmp_path, row)


def test_each_fault_of_a_tree_is_found_once_and_a_sound_tree_has_none(tmp_path: Path) -> None:
    sound = ("a,country,,a,,,,", "b,province,a,a,,,,", "c,city,b,a,,,,")
    assert read(tmp_path, *sound)[1] == []
    assert read(tmp_path, *sound, "b,province,a,a,,,,")[1] == ["duplicate_id"]
    assert read(tmp_path, *sound, "d,city,x,a,,,,")[1] == ["unknown_parent"]
    assert read(tmp_path, "a,country,c,a,,,,", *sound[1:])[1] == ["place_loop"] * 3
    assert read(tmp_path, "a,country,a,a,,,,")[1] == ["place_loop"]
    with pytest.raises(DefinitionError):
        read(tmp_path, "a,village,,a,,,,")


def _index() -> PlaceIndex:
    return PlaceIndex(
        [
            Place("a", "country", {"en": "Ada"}, external={"iso": "AA"}),
            Place("a-b", "province", {"en": "Bor"}, parent="a", external={"iso": "AA-1"}),
            Place("a-b-c", "city", {"en": "Bor"}, parent="a-b"),
            Place("z", "country", {"en": "Zed"}),
        ]
    )


def _ids(text: str, **options: object) -> str | None:
    found = _index().look_up(text, **options)  # type: ignore[arg-type]
    return found.id if isinstance(found, Place) else None


def test_within_means_the_place_itself_or_any_depth_below_it() -> None:
    assert _ids("Bor", within=("a-b",), kinds=("city",)) == "a-b-c"
    assert _ids("a-b-c", within=("a",)) == "a-b-c"
    assert _ids("a-b", within=("a-b",)) == "a-b"
    assert _ids("a", within=("a-b",)) is None
    assert _ids("z", within=("a",)) is None


def test_a_scheme_takes_codes_of_that_scheme_only() -> None:
    assert _ids("aa-1", scheme="iso") == "a-b"
    assert _ids("AA-1") is None
    assert _ids("a-b", scheme="iso") is None
    assert _ids("Ada", scheme="id") is None
    assert _ids("a", scheme="id") == "a"
    assert _ids("Ada", scheme="name") == "a"
    assert _ids("a", scheme="name") is None


def test_an_alias_comes_before_a_name_and_leads_to_a_place_or_nowhere() -> None:
    assert _ids("Bor", aliases={"Bor": "z"}) == "z"
    assert _ids(" Bor ", aliases={"Bor": "z"}) == "z"
    assert _ids("Ada", aliases={"Ada": "nowhere"}) is None


def test_names_fall_together_by_case_accents_quotes_and_blanks_and_short_i_keeps_its_breve() -> None:
    for one, other in (("İzmir", "IZMIR"), ("Şırnak", "sirnak"), ("Oʻsh", "o'sh"), ("a  b", " A b ")):
        assert fold(one) == fold(other)
    assert fold("край") != fold("краи")
    assert fold("Ёлка") == fold("елка")


def test_a_range_holds_its_ends() -> None:
    both = Range(1.0, 2.0)
    assert [both.holds(v) for v in (0.999, 1.0, 2.0, 2.001)] == [False, True, True, False]
    assert [Range(1.0).holds(v) for v in (0.999, 1e300)] == [False, True]
    assert [Range(None, 2.0).holds(v) for v in (-1e300, 2.001)] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("{worst: 70, best: 15,", "{worst: 300, best: 2,", set()),  # the ends of the plausible range
        ("{worst: 70, best: 15,", "{worst: 300.1, best: 2,", {"goalpost_range"}),
        ("{worst: 70, best: 15,", "{worst: 300, best: 1.9,", {"goalpost_range"}),
        ("{worst: 0, best: 60,", "{worst: 60, best: 0,", {"goalpost_direction"}),
        ("{worst: 70, best: 15,", "{worst: 15, best: 70,", {"goalpost_direction"}),
        ("  plausible: {low: 2, high: 300}", "  plausible: {low: 300, high: 2}", {"definition", "unknown_input"}),
        ("{worst: 70, best: 15,", "{worst: 15, best: 15,", {"definition", "unknown_input"}),
    ],
)
def test_goalposts_lie_in_the_plausible_range_and_run_with_what_is_better(
    tmp_path: Path, old: str, new: str, codes: set[str]
) -> None:
    world = write_world(tmp_path / "world", days=1)
    path = world / "indicators" / "all.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert {finding.code for finding in load(world).findings} == codes
