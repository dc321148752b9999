"""Turkish provinces: how many are known, and that a broken sensor leads nothing and the page can say why."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from tests.references.shipped import built, cells, measured

pytestmark = pytest.mark.usefixtures("shipped_edition")
INDEX = "tr-provinces"


def _pm10() -> dict[str, dict[str, Any]]:
    return {row["place"]: row for row in measured("pm10_annual_mean") if row["year"] == 2019}


def _means_by_hand() -> dict[str, float]:
    """Mean of every province with three quarters of the days, by name."""
    days: dict[str, list[float]] = {}
    for row in cells("air-turkiye-2019/tr_daily_2019.csv", encoding="iso-8859-9")[1:]:
        if row[2]:
            days.setdefault(row[0], []).append(float(row[2]))
    return {name: sum(values) / len(values) for name, values in days.items() if len(values) >= 0.75 * 365}


def test_pm10_of_2019_is_known_for_at_least_63_provinces() -> None:
    known = [row for row in _pm10().values() if row["value"] is not None]
    assert len(known) >= 63
    assert all(row["place"].startswith("tr-") and 0.75 <= row["coverage"] <= 1 for row in known)


def test_gdp_per_head_is_known_for_81_provinces_in_every_year_from_2004_on() -> None:
    rows = [row for row in measured("gdp_per_head_pps") if row["value"] is not None]
    provinces = {p for p in (r["place"] for r in rows) if p.startswith("tr-") and p != "tr"}
    regions = {
        row["place"] for row in built().table("measurements", filter={"indicator": "gdp_per_head_pps"}).to_pylist()
    }
    assert provinces <= regions
    listed = {row["place"] for row in built().table("scores", filter={"index": INDEX, "node": INDEX}).to_pylist()}
    assert len(listed) == 81
    years = Counter(row["year"] for row in rows if row["place"] in listed)
    assert {years[year] for year in range(2004, 2022)} == {81}


def test_by_hand_hakkari_would_be_among_the_cleanest() -> None:
    by_hand = _means_by_hand()
    assert sorted(by_hand, key=by_hand.__getitem__).index("Hakkari") < 3
    assert by_hand["Hakkari"] == pytest.approx(14.6, abs=0.05)


@pytest.mark.parametrize("place", ["tr-hakkari", "tr-hatay"])
def test_a_sensor_that_reads_too_low_leads_nothing_that_stands_on_it(place: str) -> None:
    row = _pm10()[place]
    assert row["quality"] in {"suspect", "insufficient"}
    assert "implausibly_low" in row["flags"].split()
    for node in (INDEX, "environment", "pm10_annual_mean"):
        found = built().table("scores", filter={"index": INDEX, "place": place, "node": node}).to_pylist()
        assert all(score["rank"] != 1 and score["rank_low"] != 1 for score in found), node
    wanted = {"index": INDEX, "place": place, "node": "pm10_annual_mean"}
    (part,) = built().table("contributions", filter=wanted).to_pylist()
    assert (part["measure"], part["value"] or 0.0) == (None, 0.0)
    assert (part["reason"], "implausibly_low" in part["reason_values"]) in {("judged", True), ("coverage_short", False)}


@pytest.mark.parametrize("place", ["tr-hakkari", "tr-hatay"])
def test_the_reason_names_the_peers_and_the_distance(place: str) -> None:
    wanted = {"place": place, "variable": "pm10", "rule": "implausibly_low"}
    (flag,) = built().table("flags", filter=wanted).to_pylist()
    told = json.loads(flag["reason_values"])
    assert (flag["reason"], told["year"]) == ("low_mean", 2019)
    assert told["peers"] >= 8
    assert told["z"] > 3.5


@pytest.mark.parametrize(("place", "other"), [("tr-agri", "tr-afyonkarahisar"), ("tr-afyonkarahisar", "tr-agri")])
def test_two_provinces_with_the_same_series_are_flagged_and_do_not_score(place: str, other: str) -> None:
    row = _pm10()[place]
    assert "conflict" in row["flags"].split()
    assert row["quality"] in {"suspect", "insufficient"}
    wanted = {"place": place, "variable": "pm10", "rule": "conflict"}
    assert any(f'"{other}"' in flag["reason_values"] for flag in built().table("flags", filter=wanted).to_pylist())
