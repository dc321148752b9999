"""Gaps against peers, and the data that places without a rank should bring."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.recommendations import GapSettings, gaps_of, needs_of
from kenes.vocabulary.reasons import read_reason, reason
from kenes.vocabulary.tables import CONTRIBUTIONS, GAPS, NEEDS, PEERS, SCORES

ROOTS = {"provinces": "index"}
PLACES = ("a", "b", "c", "d")


def _contributions(values: dict[str, dict[str, tuple[float | None, float | None]]]) -> pa.Table:
    """Rows from place -> indicator -> (normalised, measure)."""
    rows = [
        {
            "index": "provinces",
            "place": place,
            "node": node,
            "normalised": normalised,
            "measure": measure,
            "measure_unit": "ug/m^3",
        }
        for place, nodes in values.items()
        for node, (normalised, measure) in nodes.items()
    ]
    return pa.Table.from_pylist(rows, schema=CONTRIBUTIONS.schema())


def _peers(place: str = "a", others: tuple[str, ...] = ("b", "c", "d")) -> pa.Table:
    rows = [
        {"index": "provinces", "place": place, "position": i, "peer": p, "distance": 0.1}
        for i, p in enumerate(others, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=PEERS.schema())


def _scores(ranked: dict[str, bool], coverage: float = 0.4) -> pa.Table:
    rows = [
        {"index": "provinces", "place": p, "node": node, "ranked": r, "coverage": coverage}
        for p, r in ranked.items()
        for node in ("index", "environment")
    ]
    return pa.Table.from_pylist(rows, schema=SCORES.schema())


ALL_RANKED = _scores(dict.fromkeys(PLACES, True))
PM = {
    "a": {"pm10": (10.0, 66.0)},
    "b": {"pm10": (40.0, 47.0)},
    "c": {"pm10": (50.0, 42.0)},
    "d": {"pm10": (60.0, 37.0)},
}


def _gaps(values: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    chosen = {"indicators": {"pm10", "no2", "cars"}, "roots": ROOTS} | options
    scores = chosen.pop("scores", ALL_RANKED)
    return gaps_of(_contributions(values), chosen.pop("peers", _peers()), scores, **chosen).to_pylist()


def test_a_gap_is_the_distance_to_the_median_of_the_peers_in_both_units() -> None:
    (gap,) = _gaps(PM, gains={("provinces", "a", "pm10"): 0.05})
    assert (gap["gap"], gap["value"], gap["peers_median"], gap["unit"]) == (40.0, 66.0, 42.0, "ug/m^3")
    assert gap["gain"] == pytest.approx(0.05 * 24)
    assert gap["peers"] == "b c d"
    assert read_reason(gap["reason"], gap["reason_values"]) == reason(
        "gap", value=66.0, unit="ug/m^3", median=42.0, peers=3, gap=40.0
    )


def test_a_gain_is_unknown_without_a_slope() -> None:
    assert _gaps(PM)[0]["gain"] is None


def test_a_place_at_the_median_or_better_has_no_gap() -> None:
    assert _gaps({**PM, "a": {"pm10": (50.0, 42.0)}}) == []
    assert _gaps({**PM, "a": {"pm10": (90.0, 20.0)}}) == []


def test_a_missing_value_is_no_gap_and_peers_without_a_value_do_not_count() -> None:
    assert _gaps({**PM, "a": {"pm10": (None, None)}}) == []
    assert _gaps({**PM, "d": {"pm10": (None, None)}}) == []
    (gap,) = _gaps({**PM, "d": {"pm10": (None, None)}}, settings=GapSettings(peers=2))
    assert gap["peers"] == "b c"


def test_a_place_that_is_not_ranked_has_no_gaps() -> None:
    assert _gaps(PM, scores=_scores(dict.fromkeys(PLACES, True) | {"a": False})) == []


def test_groups_are_no_indicators() -> None:
    values = {p: {"environment": score} for p, score in zip(PLACES, [(1.0, 1.0), *[(50.0, 50.0)] * 3], strict=True)}
    assert _gaps(values) == []


def test_the_widest_gaps_are_kept() -> None:
    values = {
        p: {
            "pm10": (10.0 if p == "a" else 60.0, 1.0),
            "no2": (10.0 if p == "a" else 90.0, 1.0),
            "cars": (10.0 if p == "a" else 30.0, 1.0),
        }
        for p in PLACES
    }
    found = _gaps(values, settings=GapSettings(most=2))
    assert [(g["indicator"], g["gap"]) for g in found] == [("no2", 80.0), ("pm10", 50.0)]


def test_no_gaps_are_an_empty_table_of_the_right_kind() -> None:
    table = gaps_of(_contributions({}), _peers(), ALL_RANKED, indicators=(), roots=ROOTS)
    assert table.schema == GAPS.schema()
    assert table.num_rows == 0


@given(st.permutations(PLACES), st.lists(st.floats(0, 100), min_size=4, max_size=4))
def test_the_names_of_places_do_not_matter(names: list[str], scores: list[float]) -> None:
    renamed = dict(zip(PLACES, names, strict=True))

    def told(mapping: dict[str, str]) -> list[tuple[str, float]]:
        values = {mapping[p]: {"pm10": (s, s)} for p, s in zip(PLACES, scores, strict=True)}
        others = tuple(mapping[p] for p in ("b", "c", "d"))
        return [(g["place"], g["gap"]) for g in _gaps(values, peers=_peers(mapping["a"], others))]

    plain = told({p: p for p in PLACES})
    assert told(renamed) == [(renamed[place], gap) for place, gap in plain]


WEIGHTS = {"provinces": {"pm10": 0.3, "no2": 0.2, "cars": 0.2, "gdp": 0.15, "beds": 0.1, "jobs": 0.05}}


def test_a_place_without_a_rank_is_told_its_five_heaviest_missing_data() -> None:
    table = needs_of(
        _scores({"a": False, "b": True}, coverage=0.2),
        _contributions({"a": {"no2": (50.0, 30.0), "pm10": (None, None)}, "b": {}}),
        WEIGHTS,
        roots=ROOTS,
    )
    rows = table.to_pylist()
    assert table.schema == NEEDS.schema()
    assert [(r["place"], r["position"], r["indicator"]) for r in rows] == [
        *(("a", i, n) for i, n in enumerate(("pm10", "cars", "gdp", "beds", "jobs"), start=1))
    ]
    assert read_reason(rows[0]["reason"], rows[0]["reason_values"]) == reason("need", weight=0.3, coverage=0.2)


def test_a_place_with_everything_but_a_rank_needs_nothing() -> None:
    values = {"a": dict.fromkeys(WEIGHTS["provinces"], (50.0, 1.0))}
    assert needs_of(_scores({"a": False}), _contributions(values), WEIGHTS, roots=ROOTS).num_rows == 0
