"""Which number of which year enters a profile, and who its peers are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from kenes.catalogue import Catalogue, load
from kenes.pipeline.observatory.comparing import Numbers, build_profile, compare_profiles
from kenes.pipeline.progress import Silent
from kenes.testing.world import PROVINCES, place_id, write_world
from kenes.vocabulary.tables import MEASUREMENTS

PLACES = [place_id(name) for name in PROVINCES]
TEN = [f"p{i}" for i in range(10)]
INDICATORS = ("pm10_annual_mean", "physicians_per_10k", "gdp_per_head", "population")


def table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Measurements from what matters of them."""
    found = []
    for row in rows:
        start = dt.datetime(row.get("year", 2023), 1, 1, tzinfo=dt.UTC)
        plain = {"edition": "1", "dimensions": "", "quality": "good", "flags": "", "unit": "1", "value": 1.0}
        found.append({**plain, "start": start, "end": start.replace(year=start.year + 1), **row})
    return pa.Table.from_pylist(found, schema=MEASUREMENTS.schema())


def years_of(counts: Mapping[int, int], *, places: Iterable[str] = TEN, **years: int) -> int | None:
    """The year that is taken where so many places have a value in each year."""
    rows = [{"indicator": "x", "place": p, "year": y} for y, count in counts.items() for p in TEN[:count]]
    return Numbers(table(rows)).year("x", list(places), years)


# The year


def test_the_newest_year_is_taken_that_sixty_percent_of_the_places_have_and_no_less() -> None:
    assert years_of({2021: 10, 2022: 6}) == 2022
    assert years_of({2021: 10, 2022: 5}) == 2021
    assert years_of({2020: 5, 2021: 3, 2022: 2}) == 2021
    assert years_of({2020: 10, 2021: 6, 2022: 6, 2023: 5}) == 2022


def test_the_share_is_of_the_year_with_most_places_and_not_of_all_places() -> None:
    assert years_of({2021: 5, 2022: 3}) == 2022
    assert years_of({2021: 1, 2023: 1}) == 2023
    assert years_of({}) is None


def test_only_the_places_that_are_compared_count() -> None:
    assert years_of({2021: 10, 2022: 5}, places=TEN[:5]) == 2022
    assert years_of({2021: 10, 2022: 5}, places=TEN[5:]) == 2021
    assert years_of({2021: 5}, places=TEN[5:]) is None


@pytest.mark.parametrize("unusable", [{"quality": "suspect"}, {"quality": "insufficient"}, {"value": None}])
def test_a_value_that_may_not_be_compared_does_not_make_a_year(unusable: dict[str, Any]) -> None:
    rows = [{"indicator": "x", "place": p, "year": 2021} for p in TEN]
    rows += [{"indicator": "x", "place": p, "year": 2022} for p in TEN[:5]]
    sixth = {"indicator": "x", "place": TEN[5], "year": 2022}
    assert Numbers(table([*rows, sixth])).year("x", TEN, {}) == 2022
    assert Numbers(table([*rows, {**sixth, "quality": "fair"}])).year("x", TEN, {}) == 2022
    assert Numbers(table([*rows, {**sixth, **unusable}])).year("x", TEN, {}) == 2021


def test_years_may_be_bounded_on_both_sides_their_ends_included() -> None:
    counts = dict.fromkeys((2019, 2020, 2021, 2022), 10)
    assert years_of(counts, to=2021) == 2021
    assert years_of(counts, to=2018) is None
    assert years_of({2019: 10, 2020: 6}, **{"from": 2020}) == 2020
    assert years_of({2019: 10, 2020: 5}, **{"from": 2020}) == 2020  # 2019, with more places, is not asked for
    assert years_of(counts, **{"from": 2022, "to": 2022}) == 2022


# What enters


def _world(folder: Path, *swaps: tuple[str, str]) -> Catalogue:
    world = write_world(folder / "world", days=1)
    path = world / "profiles" / "provinces.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (("draws: 200", "draws: 20"), *swaps):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return load(world)


def _rows(year: int = 2023, **changes: Any) -> list[dict[str, Any]]:
    """A value of every indicator for every province."""
    rng = np.random.default_rng(1)
    return [
        {"indicator": i, "place": p, "year": year, "value": float(v), "uncertainty": None, **changes}
        for i, low, high in zip(INDICATORS, (20, 5, 9000, 2e5), (60, 40, 30_000, 5e6), strict=True)
        for p, v in zip(PLACES, rng.uniform(low, high, len(PLACES)), strict=True)
    ]


def _chosen(catalogue: Catalogue, rows: Iterable[Mapping[str, Any]]) -> Any:
    return build_profile(catalogue.profiles["world-provinces"], catalogue, Numbers(table(rows)))[1]


def test_a_place_enters_with_its_number_of_the_chosen_year_and_never_of_another(tmp_path: Path) -> None:
    catalogue = _world(tmp_path)
    rows = _rows(2022) + [r for r in _rows(2023) if (r["place"], r["indicator"]) != (PLACES[0], "gdp_per_head")]
    chosen = _chosen(catalogue, rows)
    assert set(chosen.years) == {2023}
    line, column = chosen.places.index(PLACES[0]), chosen.indicators.index("gdp_per_head")
    assert np.isnan(chosen.values[line, column])
    assert set(chosen.barred) == {(PLACES[0], "gdp_per_head")}


def test_a_year_that_a_profile_names_for_an_indicator_is_taken_whatever_is_newer(tmp_path: Path) -> None:
    named = ("years: {default: latest}", "years: {default: latest, by_indicator: {gdp_per_head: 2021}}")
    chosen = _chosen(_world(tmp_path, named), _rows(2021) + _rows(2023))
    years = dict(zip(chosen.indicators, chosen.years, strict=True))
    assert years == {"pm10_annual_mean": 2023, "physicians_per_10k": 2023, "gdp_per_head": 2021}


@pytest.mark.parametrize("quality", ["suspect", "insufficient"])
def test_a_number_that_is_doubted_bars_its_place_and_is_no_value(tmp_path: Path, quality: str) -> None:
    rows = _rows()
    rows[0] = {**rows[0], "quality": quality, "flags": "step"}
    chosen = _chosen(_world(tmp_path), rows)
    assert set(chosen.barred) == {(rows[0]["place"], rows[0]["indicator"])}
    assert np.isnan(chosen.values).sum() == 1


def test_the_uncertainty_of_a_number_enters_with_it_and_is_zero_where_none_is_told(tmp_path: Path) -> None:
    rows = _rows()
    rows[0] = {**rows[0], "uncertainty": 2.5}
    chosen = _chosen(_world(tmp_path), rows)
    assert np.isfinite(chosen.values).all()
    assert sorted(chosen.errors.ravel().tolist())[-2:] == [0.0, 2.5]


def test_what_is_required_is_any_value_below_the_node_and_a_place_without_enters_with_nothing(tmp_path: Path) -> None:
    required = ("years:", "require: [prosperity]\nyears:")
    first = [r for r in _rows() if (r["place"], r["indicator"]) != (PLACES[0], "gdp_per_head")]
    none = [r for r in first if (r["place"], r["indicator"]) != (PLACES[0], "physicians_per_10k")]
    one_left = _chosen(_world(tmp_path / "one", required), first)
    assert one_left.lacking == {}
    chosen = _chosen(_world(tmp_path / "none", required), none)
    assert chosen.lacking == {PLACES[0]: "prosperity"}
    line = chosen.places.index(PLACES[0])
    assert np.isnan(chosen.entering()[line]).all()
    assert np.isfinite(chosen.values[line]).sum() == 1
    assert np.isfinite(np.delete(chosen.entering(), line, axis=0)).all()


# What is told of it


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The tables of a comparison in which one place lacks two of three indicators, by kind."""
    catalogue = _world(tmp_path_factory.mktemp("compared"))
    missing = {(PLACES[0], "gdp_per_head"), (PLACES[0], "physicians_per_10k")}
    rows = [r for r in _rows() if (r["place"], r["indicator"]) not in missing]
    tables = compare_profiles(catalogue, table(rows), Silent())
    return {name: found.to_pylist() for name, found in tables.items()}


def test_a_place_that_is_not_ranked_shows_the_share_of_the_weight_that_it_has(compared: Any) -> None:
    (row,) = [r for r in compared["scores"] if (r["place"], r["node"]) == (PLACES[0], "world-provinces")]
    assert (row["ranked"], row["coverage"], row["rank"]) == (False, pytest.approx(0.5), None)
    assert row["reason"]
    others = [r for r in compared["scores"] if r["place"] != PLACES[0]]
    assert all(r["coverage"] == pytest.approx(1) and r["ranked"] for r in others)


def test_the_facts_tell_the_year_and_the_number_of_places_with_a_value(compared: Any) -> None:
    facts = {(r["node"], r["key"]): r["value"] for r in compared["index_facts"]}
    assert facts["gdp_per_head", "present"] == str(len(PLACES) - 1)
    assert facts["pm10_annual_mean", "present"] == str(len(PLACES))
    assert facts["pm10_annual_mean", "year"] == "2023"
    assert facts["world-provinces", "places"] == str(len(PLACES))
    assert facts["world-provinces", "ranked"] == str(len(PLACES) - 1)
    assert json.loads(facts["world-provinces", "factors"])


def test_weights_of_the_indicators_are_those_of_the_tree(compared: Any) -> None:
    weights = {r["node"]: r["weight"] for r in compared["contributions"]}
    assert weights == {
        "pm10_annual_mean": pytest.approx(0.5),
        "physicians_per_10k": pytest.approx(0.25),
        "gdp_per_head": pytest.approx(0.25),
    }


def test_peers_are_kept_for_every_place_nearest_first_and_four_times_as_many_as_declared(
    compared: Any, tmp_path: Path
) -> None:
    own = [r for r in compared["peers"] if r["place"] == PLACES[3]]
    assert [r["position"] for r in own] == list(range(1, len(PLACES)))
    assert [r["distance"] for r in own] == sorted(r["distance"] for r in own)
    few = compare_profiles(_world(tmp_path, ("k: 5", "k: 2")), table(_rows()), Silent())["peers"].to_pylist()
    assert {p: sum(r["place"] == p for r in few) for p in PLACES} == dict.fromkeys(PLACES, 8)


def test_a_place_without_the_characteristic_has_no_peers_and_is_nobody_s(tmp_path: Path) -> None:
    rows = [r for r in _rows() if (r["place"], r["indicator"]) != (PLACES[2], "population")]
    peers = compare_profiles(_world(tmp_path), table(rows), Silent())["peers"].to_pylist()
    assert PLACES[2] not in {r["place"] for r in peers} | {r["peer"] for r in peers}
    assert {r["place"] for r in peers} == set(PLACES) - {PLACES[2]}
