"""Places stand side by side with figures of one source, or not at all."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from tests.portal.world import MemoryEdition, write_folder

from kenes.catalogue import Catalogue, load
from kenes.portal.routes.places import MOST_COMPARED, side_by_side, states
from kenes.portal.views import EditionView
from kenes.vocabulary.tables import KINDS

A, B, C = "tr-adana", "tr-ankara", "tr-bursa"
PM, GDP = "pm10_annual_mean", "gdp_per_head"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load(write_folder(tmp_path_factory.mktemp("sides")))


def view(catalogue: Catalogue, *figures: tuple[Any, ...]) -> EditionView:
    """A view of figures: indicator, place, value, sources, and what else there is to them."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in KINDS}
    for n, (indicator, place, value, sources, *more) in enumerate(figures):
        changes = dict(more[0]) if more else {}
        start = dt.datetime(changes.pop("year", 2023), 1, 1, tzinfo=dt.UTC)
        plain = {"quality": "good", "unit": "1", "edition": "1", "dimensions": "", "provenance": f"p{n}"}
        row = {**plain, "indicator": indicator, "place": place, "start": start, "value": value, **changes}
        tables["measurements"].append(row)
        tables["provenance"].append({"provenance": f"p{n}", "indicator": indicator, "sources": sources})
    return EditionView(MemoryEdition(tables, (), b""), catalogue)  # type: ignore[arg-type]


def beside(catalogue: Catalogue, places: list[str], *figures: tuple[Any, ...]) -> tuple[dict[str, list[Any]], int]:
    rows, apart = side_by_side(view(catalogue, *figures), places)
    return {indicator: [f.value if f else None for f in found] for indicator, found in rows}, apart


def test_figures_of_the_same_source_stand_side_by_side_in_the_order_asked_for(catalogue: Catalogue) -> None:
    figures = (PM, A, 1.0, "air"), (PM, B, 2.0, "air"), (PM, C, 3.0, "air")
    assert beside(catalogue, [A, B, C], *figures) == ({PM: [1.0, 2.0, 3.0]}, 0)
    assert beside(catalogue, [C, A], *figures) == ({PM: [3.0, 1.0]}, 0)


def test_figures_of_different_sources_do_not_and_are_counted_apart(catalogue: Catalogue) -> None:
    assert beside(catalogue, [A, B], (PM, A, 1.0, "air"), (PM, B, 2.0, "other")) == ({}, 1)
    both = (PM, A, 1.0, "air"), (PM, B, 2.0, "other"), (GDP, A, 5.0, "s"), (GDP, B, 6.0, "t")
    assert beside(catalogue, [A, B], *both) == ({}, 2)


def test_a_place_whose_figure_is_of_another_source_is_left_empty_beside_those_that_agree(catalogue: Catalogue) -> None:
    figures = (PM, A, 1.0, "other"), (PM, B, 2.0, "air"), (PM, C, 3.0, "air")
    assert beside(catalogue, [A, B, C], *figures) == ({PM: [None, 2.0, 3.0]}, 0)


def test_a_figure_of_two_sources_is_not_that_of_one_of_them(catalogue: Catalogue) -> None:
    assert beside(catalogue, [A, B], (PM, A, 1.0, "air census"), (PM, B, 2.0, "air")) == ({}, 1)
    assert beside(catalogue, [A, B], (PM, A, 1.0, "air census"), (PM, B, 2.0, "air census"))[1] == 0


def test_figures_without_a_source_stand_beside_nothing(catalogue: Catalogue) -> None:
    assert beside(catalogue, [A, B], (PM, A, 1.0, ""), (PM, B, 2.0, "")) == ({}, 1)


@pytest.mark.parametrize("quality", ["suspect", "insufficient"])
def test_a_doubtful_figure_stands_beside_nothing_and_is_counted_apart(catalogue: Catalogue, quality: str) -> None:
    doubted = (PM, B, 2.0, "air", {"quality": quality})
    assert beside(catalogue, [A, B], (PM, A, 1.0, "air"), doubted) == ({}, 1)
    assert beside(catalogue, [A, B, C], (PM, A, 1.0, "air"), doubted, (PM, C, 3.0, "air")) == (
        {PM: [1.0, None, 3.0]},
        0,
    )


def test_a_gap_is_no_figure_of_another_source(catalogue: Catalogue) -> None:
    assert beside(catalogue, [A, B], (PM, A, 1.0, "air"), (PM, B, None, "air")) == ({}, 0)
    assert beside(catalogue, [A, B], (PM, A, 1.0, "air")) == ({}, 0)
    assert beside(catalogue, [A], (PM, A, 1.0, "air")) == ({}, 0)


def test_the_newest_figure_with_a_value_is_taken_though_a_newer_gap_follows(catalogue: Catalogue) -> None:
    figures = (
        (PM, A, 1.0, "air", {"year": 2021}),
        (PM, A, 4.0, "air", {"year": 2022}),
        (PM, A, None, "air", {"year": 2023}),
        (PM, B, 2.0, "air"),
    )
    assert beside(catalogue, [A, B], *figures) == ({PM: [4.0, 2.0]}, 0)


def test_states_are_shown_first_that_have_most_figures(catalogue: Catalogue) -> None:
    found = view(catalogue, (GDP, "kz", 1.0, "s"), (PM, "kz", 1.0, "s"), (GDP, "tr", 2.0, "s"))
    assert states(found) == ["kz", "tr"]
    assert states(view(catalogue, (GDP, "tr", 2.0, "s"))) == ["tr"]
    assert states(view(catalogue, (GDP, "kz", 1.0, "s"), (GDP, "tr", 2.0, "s"))) == ["kz", "tr"]


def test_the_page_compares_at_most_so_many_places_each_once(get: Any) -> None:
    every = [A, B, C, "tr-canakkale", "tr-cizre", "tr-igdir", "tr-izmir"]
    page = get("/en/compare?" + "&".join(f"place={place}" for place in [A, A, *every])).text
    asked = re.findall(r'name="place" value="([^"]+)"', page)
    assert asked == every[:MOST_COMPARED]
