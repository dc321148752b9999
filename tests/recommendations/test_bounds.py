"""Both sides of what counts as a gap, who its peers are, what is needed, and how far an effect reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import pyarrow as pa
import pytest
from tests.recommendations.test_advice import CHARGE
from tests.recommendations.test_gaps import ALL_RANKED, ROOTS, _contributions, _peers, _scores

from kenes.catalogue.practices import DESIGNS, IndicatorLink
from kenes.recommendations import (
    GapSettings,
    confidence_of,
    effect_of,
    gaps_of,
    needs_of,
    recommend,
    refusal_of,
    refusals,
)
from kenes.vocabulary.reasons import reason
from kenes.vocabulary.tables import GAPS, PEERS, SCORES

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


@pytest.mark.parametrize("own", [(None, 40.0), (10.0, None), (float("nan"), 40.0), (10.0, float("inf"))])
def test_a_place_without_a_score_or_without_a_measure_has_no_gap(own: tuple[float | None, float | None]) -> None:
    values = {p: {"x": (50.0, 50.0)} for p in "bcd"}
    told = [
        gaps_of(_contributions({"a": {"x": pair}, **values}), _peers(), ALL_RANKED, indicators={"x"}, roots=ROOTS)
        for pair in (own, (10.0, 90.0))
    ]
    assert [table.num_rows for table in told] == [0, 1]


def test_peers_of_whom_nothing_is_known_do_not_count() -> None:
    (gap,) = among(10.0, 20.0, 30.0, 40.0, peers=_peers("a", ("x", "b", "y", "c", "d")))
    assert gap["peers"] == "b c d"
    values = {p: {"x": (50.0, 50.0)} for p in "bcd"} | {"a": {"x": (10.0, 90.0)}}
    scores = _scores({"b": True, "c": True, "d": True})
    assert gaps_of(_contributions(values), _peers(), scores, indicators={"x"}, roots=ROOTS).num_rows == 0


@pytest.mark.parametrize(("root", "branch", "count"), [(True, False, 1), (False, True, 0)])
def test_a_place_is_ranked_where_the_root_says_so_and_not_a_branch(root: bool, branch: bool, count: int) -> None:
    rows = [
        {"index": "provinces", "place": "a", "node": node, "ranked": ranked, "coverage": 0.4}
        for node, ranked in (("index", root), ("environment", branch))
    ]
    for order in (rows, rows[::-1]):
        scores = pa.Table.from_pylist(order, schema=SCORES.schema())
        values = {p: {"x": (50.0, 50.0)} for p in "bcd"} | {"a": {"x": (10.0, 90.0)}}
        found = gaps_of(_contributions(values), _peers(), scores, indicators={"x"}, roots=ROOTS)
        assert found.num_rows == count
        needed = needs_of(scores, _contributions({}), {"provinces": {"x": 1.0}}, roots=ROOTS)
        assert needed.num_rows == 1 - count


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


@pytest.mark.parametrize("ends", [(None, -5.0), (-15.0, None), (None, None)])
def test_an_effect_with_an_open_end_is_told_in_words(ends: tuple[float | None, float | None]) -> None:
    practice = replace(CHARGE, low=ends[0], high=ends[1])
    effect = effect_of(practice, "direct", value=60.0, unit="ug/m^3")
    assert (effect.low, effect.high, effect.applied) == (None, None, False)
    assert reason("indirect") not in effect.reasons
    assert reason("indirect") in effect_of(practice, "partial", value=60.0, unit="ug/m^3").reasons


def test_weak_evidence_is_advised_with_a_number_and_refused_without() -> None:
    weak = next(design for design, strength in DESIGNS.items() if strength == "weak")
    assert refusal_of(replace(CHARGE, design=weak)) is None
    assert refusal_of(replace(CHARGE, design=weak, low=None)) is not None
    assert refusal_of(replace(CHARGE, low=None)) is None


def test_what_a_practice_does_not_tell_is_missing_and_not_empty() -> None:
    bare = replace(CHARGE, unit="", low=None, high=None, preconditions={}, urls=(), cost_class="", evidence="")
    (row,) = _advice(bare)
    assert [row[name] for name in ("effect_unit", "precondition", "url", "cost_class", "source")] == [None] * 5


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
