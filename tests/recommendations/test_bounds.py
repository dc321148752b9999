"""Both sides of what counts as a gap, who its peers are, what is needed, and how far an effect reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import pyarrow as pa
import pytest
from tests.recommendations.test_advice import CHARGE
from tests.recommendations.test_gaps import ROOTS, _contributions, _peers, _scores

from kenes.catalogue.practices import DESIGNS, IndicatorLink
from kenes.recommendations import GapSettings, confidence_of, effect_of, gaps_of, needs_of, recommend, refusals
from kenes.vocabulary.tables import GAPS, PEERS

OTHERS = tuple("bcdefgh")


def gaps(
    own: Mapping[str, float], others: Mapping[str, Mapping[str, float | None]], **options: Any
) -> list[dict[str, Any]]:
    """Gaps of place `a`: normalised values by indicator, its own and those of its peers in order."""
    values = {
        place: {name: (score, None if score is None else 100 - score) for name, score in scores.items()}
        for place, scores in {"a": own, **others}.items()
    }
    peers = options.pop("peers", _peers("a", tuple(others)))
    chosen = {"indicators": set(own), "roots": ROOTS} | options
    return gaps_of(_contributions(values), peers, _scores(dict.fromkeys(values, True)), **chosen).to_pylist()


def among(own: float, *scores: float | None, **options: Any) -> list[dict[str, Any]]:
    return gaps({"x": own}, {p: {"x": s} for p, s in zip(OTHERS, scores, strict=False)}, **options)


def test_a_gap_is_five_points_and_no_less() -> None:
    assert [g["gap"] for g in among(45.0, 50.0, 50.0, 50.0)] == [5.0]
    assert among(45.1, 50.0, 50.0, 50.0) == []
    assert among(48.0, 50.0, 50.0, 50.0, settings=GapSettings(least=2.0)) != []


def test_the_five_nearest_that_have_a_value_make_the_median_and_no_others() -> None:
    (gap,) = among(10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 100.0, 100.0)
    assert (gap["gap"], gap["peers"]) == (30.0, "b c d e f")
    (gap,) = among(10.0, None, 30.0, 40.0, None, 60.0, 70.0, 80.0)
    assert (gap["gap"], gap["peers"]) == (50.0, "c d f g h")


def test_three_peers_with_a_value_are_enough_and_two_are_not() -> None:
    assert len(among(10.0, 50.0, 50.0, 50.0)) == 1
    assert among(10.0, 50.0, 50.0, None, None) == []
    (gap,) = among(10.0, 40.0, 50.0, 60.0, 70.0)
    assert (gap["gap"], gap["peers_median"]) == (45.0, median([60.0, 50.0, 40.0, 30.0]))


def test_peers_are_taken_in_the_order_of_their_position_and_the_place_is_not_its_own() -> None:
    rows = [("f", 1), ("a", 2), ("e", 3), ("d", 4), ("c", 5), ("b", 6), ("g", 7)]
    table = pa.Table.from_pylist(
        [{"index": "provinces", "place": "a", "position": n, "peer": p} for p, n in reversed(rows)],
        schema=PEERS.schema(),
    )
    (gap,) = among(10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 100.0, peers=table)
    assert (gap["peers"], gap["gap"]) == ("f e d c b", 30.0)


def test_five_gaps_are_kept_the_widest_and_of_equal_ones_the_first_by_name() -> None:
    own = dict.fromkeys(("p", "q", "r", "s", "t", "u"), 10.0)
    others = {place: {**dict.fromkeys(own, 50.0), "u": 60.0} for place in "bcd"}
    assert sorted(g["indicator"] for g in gaps(own, others)) == ["p", "q", "r", "s", "u"]


def test_a_gain_is_the_slope_times_the_distance_to_the_median_in_the_own_unit() -> None:
    (gap,) = among(10.0, 50.0, 60.0, 70.0, gains={("provinces", "a", "x"): 0.2})
    assert gap["gain"] == pytest.approx(0.2 * 50)
    assert among(10.0, 50.0, 60.0, 70.0, gains={("provinces", "b", "x"): 0.2})[0]["gain"] is None


def test_peers_of_another_index_are_no_peers() -> None:
    table = pa.Table.from_pylist(
        [{"index": "other", "place": "a", "position": n, "peer": p} for n, p in enumerate("bcd")],
        schema=PEERS.schema(),
    )
    assert among(10.0, 50.0, 60.0, 70.0, peers=table) == []


# Data that a place should bring


def _needs(weights: Mapping[str, float], have: tuple[str, ...] = (), **options: Any) -> list[dict[str, Any]]:
    values = {"a": dict.fromkeys(have, (50.0, 1.0))}
    table = needs_of(_scores({"a": False}), _contributions(values), {"provinces": weights}, roots=ROOTS, **options)
    return table.to_pylist()


def test_needs_are_the_heaviest_five_that_are_missing_and_of_equal_ones_the_first_by_name() -> None:
    weights = {"u": 0.1, "t": 0.1, "s": 0.2, "r": 0.1, "q": 0.3, "p": 0.1, "o": 0.1}
    rows = _needs(weights, have=("q",))
    assert [(r["position"], r["indicator"], r["weight"]) for r in rows] == [
        (1, "s", 0.2), (2, "o", 0.1), (3, "p", 0.1), (4, "r", 0.1), (5, "t", 0.1),
    ]  # fmt: skip
    assert len(_needs(weights, settings=GapSettings(needs=2))) == 2


def test_what_has_no_weight_is_not_needed() -> None:
    assert [r["indicator"] for r in _needs({"p": 0.0, "q": 1.0})] == ["q"]


# Effects


def _ends(low: float, high: float, value: float | None, unit: str = "ug/m^3", *, of: str = "%") -> tuple[Any, ...]:
    effect = effect_of(replace(CHARGE, low=low, high=high, unit=of), "direct", value=value, unit=unit)
    return effect.low, effect.high, effect.applied


def _points(low: float, high: float, value: float, unit: str) -> tuple[Any, ...]:
    return _ends(low, high, value, unit, of="pp")


def test_a_fall_stops_at_zero_and_a_rise_of_a_percentage_at_a_hundred() -> None:
    assert _ends(-15.0, -5.0, 60.0) == (-9.0, -3.0, True)
    assert _ends(-150.0, -5.0, 60.0) == (-60.0, -3.0, True)
    assert _ends(10.0, 50.0, 80.0, "percent") == (8.0, 20.0, True)
    assert _ends(10.0, 50.0, 80.0) == (8.0, 40.0, True)
    assert _points(-20.0, 30.0, 10.0, "percent") == (-10.0, 30.0, True)
    assert _points(-20.0, 30.0, 90.0, "%") == (-20.0, 10.0, True)
    assert _points(1.0, 2.0, 120.0, "percent") == (0.0, 0.0, True)
    assert _points(1.0, 2.0, 50.0, "ug/m^3") == (1.0, 2.0, False)


def test_a_single_number_becomes_a_range_from_nothing_on_its_own_side() -> None:
    assert _ends(-10.0, -10.0, 50.0) == (-5.0, 0.0, True)
    assert _ends(10.0, 10.0, 50.0) == (0.0, 5.0, True)
    assert _ends(-10.0, 10.0, 50.0) == (-5.0, 5.0, True)


@pytest.mark.parametrize("value", [None, -0.1])
def test_an_unknown_or_negative_value_takes_no_effect(value: float | None) -> None:
    assert _ends(-15.0, -5.0, value) == (-15.0, -5.0, False)


def test_a_value_of_zero_takes_the_effect_and_stays() -> None:
    assert _ends(-15.0, -5.0, 0.0) == (0.0, 0.0, True)


def test_confidence_is_lowered_by_site_and_source_each_to_its_level_and_never_raised() -> None:
    strong = next(design for design, strength in DESIGNS.items() if strength == "strong")
    base = replace(CHARGE, design=strong, confidence="high", url_status="exact")
    levels = [
        confidence_of(replace(base, **fields), applies)[0]
        for applies in ("direct", "partial")
        for fields in ({}, {"url_status": "site"}, {"confidence": "medium"}, {"confidence": "low"})
    ]
    assert levels == ["high", "medium", "medium", "low", "medium", "low", "low", "low"]
    both = replace(base, url_status="site", confidence="medium")
    assert confidence_of(both, "direct")[0] == "medium"


def _advice(*practices: Any, indicators: tuple[str, ...] = ("pm10",), **options: Any) -> list[dict[str, Any]]:
    rows = [
        {"index": "i", "place": "p", "indicator": n, "gap": 9.0, "value": 60.0, "unit": "ug/m^3"} for n in indicators
    ]
    table = pa.Table.from_pylist(rows, schema=GAPS.schema())
    found = recommend(table, {p.id: p for p in practices}, **options)
    told = refusals(table, found)
    assert set(told) <= {("i", "p", n) for n in indicators}
    return [{**row, "refused": (row["index"], row["place"], row["indicator"]) in told} for row in found.to_pylist()]


def test_advice_comes_before_what_is_not_advised_then_by_confidence_directness_and_id() -> None:
    sure = replace(CHARGE, id="X5")
    site = replace(CHARGE, id="X2", url_status="site")
    partial = replace(CHARGE, id="X1", indicators=(IndicatorLink("pm10", "partial"),))
    unmeasured = next(design for design, strength in DESIGNS.items() if strength == "unmeasured")
    refused = replace(CHARGE, id="X0", design=unmeasured)
    rows = sorted(_advice(refused, partial, site, sure, replace(sure, id="X4")), key=lambda r: r["position"])
    assert [(r["practice"], r["position"]) for r in rows] == [("X4", 1), ("X5", 2), ("X2", 3), ("X1", 4), ("X0", 5)]
    assert [r["advised"] for r in rows] == [True, True, True, True, False]
    assert not any(r["refused"] for r in rows)
    assert all(r["refused"] for r in _advice(refused))


def test_a_tie_that_is_declared_for_one_indicator_ties_no_other() -> None:
    assert _advice(CHARGE, indicators=("no2",)) == []
    cited = {"no2": ["EN: EN: AQ: 1C"], "pm10": ["EN: EN: AQ: 1C"]}
    assert [(r["indicator"], r["practice"]) for r in _advice(CHARGE, indicators=("no2",), citations=cited)] == [
        ("no2", "X1")
    ]
    shared = replace(CHARGE, id="X9", indicators=())
    assert {r["practice"] for r in _advice(CHARGE, shared, citations=cited)} == {"X1"}
