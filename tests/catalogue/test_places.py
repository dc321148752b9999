"""A place is found by its id, its codes and its names, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.catalogue.places import PlaceIndex, fold
from kenes.vocabulary.errors import UnknownPlace
from kenes.vocabulary.facts import Place
from kenes.vocabulary.reasons import Reason, reason

ANKARA = {"iso": "TR-06", "nuts": "TR510"}


def _index() -> PlaceIndex:
    return PlaceIndex(
        [
            Place("tr", "country", {"en": "Türkiye"}),
            Place("tr-ankara", "province", {"en": "Ankara", "ru": "Анкара"}, parent="tr", external=ANKARA),
            Place("tr-ankara-city", "city", {"en": "Ankara"}, parent="tr-ankara", external={"geonames": "323786"}),
            Place("tr-izmir", "province", {"tr": "İzmir"}, parent="tr", aliases=("Smyrna",)),
            Place("kz", "country", {"en": "Kazakhstan"}),
            Place("kz-abai-region", "region", {"kk": "Абай облысы"}, parent="kz", aliases=("Абай",)),
        ],
        legacy=[("tr-izmir", "nuts", "TR310OLD")],
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tr-ankara", "tr-ankara"),
        ("iso:TR-06", "tr-ankara"),
        ("ISO:tr-06", "tr-ankara"),
        ("nuts:TR510", "tr-ankara"),
        ("nuts:TR310OLD", "tr-izmir"),
        ("geonames:323786", "tr-ankara-city"),
        ("IZMIR", "tr-izmir"),
        ("izmir ", "tr-izmir"),
        ("smyrna", "tr-izmir"),
        ("абай", "kz-abai-region"),
        ("АНКАРА", "tr-ankara"),
    ],
)
def test_a_place_is_found_by_any_of_its_names_and_codes(text: str, place: str) -> None:
    assert _index().resolve(text).id == place


def test_a_name_of_two_places_is_an_error_that_lists_them() -> None:
    both = r"'Ankara' fits 2 places: found tr-ankara \(province\), tr-ankara-city \(city\)"
    with pytest.raises(UnknownPlace, match=both):
        _index().resolve("Ankara")


def test_the_kind_settles_a_name_of_two_places() -> None:
    found = _index().look_up("Ankara", kinds=("city",))
    assert isinstance(found, Place)
    assert found.id == "tr-ankara-city"


def test_a_place_outside_the_named_state_is_not_taken() -> None:
    assert isinstance(_index().look_up("Абай", within=("kz",)), Place)
    near = ["kz-abai-region"]
    assert _index().look_up("Абай", within=("tr",)) == reason("place_unknown_near", text="Абай", near=near)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownPlace, match=r"'İzmirr' fits no place\. Did you mean tr-izmir\?"):
        _index().resolve("İzmirr")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Ankara", reason("place_ambiguous", text="Ankara", count=2, places=["tr-ankara", "tr-ankara-city"])),
        ("İzmirr", reason("place_unknown_near", text="İzmirr", near=["tr-izmir"])),
        ("Atlantis", reason("place_unknown", text="Atlantis")),
        ("nuts:XX", reason("place_unknown", text="nuts:XX")),
        ("old", reason("alias_unknown", text="old", place="tr-gone")),
    ],
)
def test_what_fits_no_place_is_a_reason_and_its_code_is_that_of_the_error(text: str, why: Reason) -> None:
    assert _index().look_up(text, aliases={"old": "tr-gone"}) == why
    if text != "old":
        with pytest.raises(UnknownPlace) as caught:
            _index().resolve(text)
        assert caught.value.code == why.code


def test_an_alias_is_tried_before_all_names() -> None:
    found = _index().look_up("Ankara", aliases={"Ankara": "tr-izmir"})
    assert isinstance(found, Place)
    assert found.id == "tr-izmir"


@given(st.text(alphabet="abcçdəİIıiğöşüҚқӘәйё' ", max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_ancestors_of_a_loop_end() -> None:
    loop = PlaceIndex([Place("a", "city", {}, parent="b"), Place("b", "city", {}, parent="a")])
    assert loop.ancestors("a") == ["b", "a"]
