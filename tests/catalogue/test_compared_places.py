"""Which places a profile compares: those of its kinds and states that still are, or those of its set."""

from __future__ import annotations

from pathlib import Path

import pytest

from kenes.catalogue import Catalogue, load
from kenes.testing.world import PROVINCES, place_id, write_world

IDS = [place_id(name) for name in PROVINCES]
FIRST, SECOND = IDS[:2]


def _world(folder: Path, dates: dict[str, tuple[str, str]], *, more: str = "", places: str = "") -> Catalogue:
    """The world with dates of validity, further places, and other places in its profile."""
    world = write_world(folder / "world", days=1)
    path = world / "places" / "places.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    dated = [f"{row},{','.join(dates.get(row.split(',')[0], ('', '')))}" for row in [*rows, *more.split()]]
    path.write_text("\n".join([f"{head},valid_from,valid_to", *dated]) + "\n", encoding="utf-8")
    if places:
        profile = world / "profiles" / "provinces.yaml"
        text = profile.read_text(encoding="utf-8")
        profile.write_text(text.replace("places: {country: xx, kinds: [province]}", places), encoding="utf-8")
    return load(world)


def _compared(catalogue: Catalogue) -> list[str]:
    return [place.id for place in catalogue.places_of(catalogue.profiles["world-provinces"])]


@pytest.mark.parametrize("end", ["2012-12-31", "2023-12-31", "2024-06-30"])
def test_a_place_that_has_ended_is_not_compared(tmp_path: Path, end: str) -> None:
    catalogue = _world(tmp_path, {FIRST: ("1990-01-01", end)})
    assert catalogue.findings == ()
    assert _compared(catalogue) == IDS[1:]


def test_a_place_that_began_and_has_not_ended_is_compared(tmp_path: Path) -> None:
    catalogue = _world(tmp_path, {FIRST: ("2012-11-12", ""), SECOND: ("2024-01-01", "")})
    assert _compared(catalogue) == IDS
    assert catalogue.places[FIRST].valid_from is not None


def test_a_place_that_followed_another_stands_in_its_stead(tmp_path: Path) -> None:
    heir = "xx-heir,province,xx,xx,XX-99,33,39,Europe/Istanbul"
    dates = {FIRST: ("", "2022-12-31"), "xx-heir": ("2023-01-01", "")}
    assert _compared(_world(tmp_path, dates, more=heir)) == [*IDS[1:], "xx-heir"]


def test_other_kinds_and_other_states_are_not_compared(tmp_path: Path) -> None:
    more = "yy,country,,yy,,35,39,Europe/Istanbul yy-a,province,yy,yy,YY-1,33,39,Europe/Istanbul "
    more += "xx-city,city,xx-akdere,xx,,33,39,Europe/Istanbul"
    assert _compared(_world(tmp_path, {}, more=more)) == IDS


def test_a_profile_of_several_kinds_compares_all_of_them(tmp_path: Path) -> None:
    more = "xx-city,city,xx-akdere,xx,,33,39,Europe/Istanbul xx-old,city,xx-akdere,xx,,33,39,Europe/Istanbul"
    places = "places: {country: [xx], kinds: [province, city]}"
    catalogue = _world(tmp_path, {"xx-old": ("", "2020-01-01")}, more=more, places=places)
    assert _compared(catalogue) == [*IDS, "xx-city"]


def test_a_profile_of_a_set_compares_what_the_set_names_in_its_order(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=1)
    (world / "places/sets.csv").write_text(
        f"set,place\nmine,{IDS[3]}\nmine,{IDS[1]}\nother,{IDS[0]}\n", encoding="utf-8"
    )
    profile = world / "profiles" / "provinces.yaml"
    text = profile.read_text(encoding="utf-8").replace("{country: xx, kinds: [province]}", "{set: mine}")
    profile.write_text(text, encoding="utf-8")
    catalogue = load(world)
    assert catalogue.findings == ()
    assert _compared(catalogue) == [IDS[3], IDS[1]]
