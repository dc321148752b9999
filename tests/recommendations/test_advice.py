"""Practices for gaps: ranges and never points, confidence by declared rules, refusals with reasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kenes.catalogue
from kenes.catalogue.practices import DESIGNS, IndicatorLink, Practice, read_practices
from kenes.recommendations import confidence_of, effect_of, recommend, refusal_of, refusals
from kenes.vocabulary.reasons import read_reason, reason
from kenes.vocabulary.tables import GAPS, RECOMMENDATIONS

SHIPPED = {p.id: p for p in read_practices(Path(kenes.catalogue.__file__).parent / "shipped" / "practices")}
CHARGE = Practice(
    id="X1",
    titles={"en": "Congestion charge", "tr": "Yoğunluk ücreti"},
    theme="mobility",
    effects={"en": "Pollution down 5-15%"},
    metrics={"en": "ambient air pollution", "tr": "dış ortam hava kirliliği"},
    low=-15.0,
    high=-5.0,
    unit="%",
    design="quasi-experimental",
    evidence="A study",
    year="2018",
    cost_class="high",
    preconditions={"en": "legal power"},
    urls=("https://example.org/study",),
    url_status="exact",
    confidence="high",
    u4ssc=("EN: EN: AQ: 1C",),
    indicators=(IndicatorLink("pm10", "direct"),),
)


def _gaps(*indicators: str, value: float = 60.0, unit: str = "ug/m^3") -> pa.Table:
    rows = [
        {"index": "i", "place": "tr-a", "indicator": n, "gap": 20.0, "value": value, "unit": unit} for n in indicators
    ]
    return pa.Table.from_pylist(rows, schema=GAPS.schema())


def _rows(practices: list[Practice], *indicators: str, **options: Any) -> list[dict[str, Any]]:
    table = recommend(_gaps(*indicators), {p.id: p for p in practices}, **options)
    assert table.schema == RECOMMENDATIONS.schema()
    return table.to_pylist()


def test_an_effect_on_the_indicator_itself_is_applied_to_the_own_number_as_a_range() -> None:
    (row,) = _rows([CHARGE], "pm10")
    assert (row["effect_low"], row["effect_high"], row["effect_unit"]) == (-9.0, -3.0, "ug/m^3")
    assert row["advised"]
    why = read_reason(row["reason"], row["reason_values"])
    assert why is not None
    assert why.all() == (
        reason("evidence_range", design="quasi-experimental", metric="X1", unit="%", low=-15.0, high=-5.0),
        reason("applied", value=60.0, unit="ug/m^3", low=-9.0, high=-3.0),
        reason("confidence", level="high", strength="strong"),
    )
    assert row["applied"]
    assert row["url"] == "https://example.org/study"
    assert row["precondition"] == "legal power"


def test_a_single_number_becomes_a_range_from_no_effect() -> None:
    effect = effect_of(replace(CHARGE, low=-37.0, high=-37.0), "direct", value=10.0, unit="ug/m^3")
    assert (effect.low, effect.high) == (-3.7, 0.0)
    assert reason("from_nothing") in effect.reasons


def test_an_effect_on_something_else_is_shown_and_not_applied() -> None:
    effect = effect_of(CHARGE, "partial", value=60.0, unit="ug/m^3")
    assert (effect.low, effect.high, effect.unit, effect.applied) == (-15.0, -5.0, "%", False)
    assert effect.reasons[-1] == reason("indirect")
    assert not _rows([replace(CHARGE, indicators=(IndicatorLink("pm10", "partial"),))], "pm10")[0]["applied"]


def test_a_change_in_the_own_unit_is_applied_and_one_in_another_unit_is_not() -> None:
    absolute = replace(CHARGE, low=-4.0, high=-2.0, unit="µg/m³")
    assert effect_of(absolute, "direct", value=35.0, unit="ug/m^3").applied
    assert not effect_of(absolute, "direct", value=35.0, unit="kg/person").applied


def test_a_fall_stops_at_zero_and_a_percentage_at_a_hundred() -> None:
    fall = replace(CHARGE, low=-4.0, high=-2.0, unit="µg/m³")
    effect = effect_of(fall, "direct", value=3.0, unit="ug/m^3")
    assert (effect.low, effect.high) == (-3.0, -2.0)
    rise = effect_of(replace(CHARGE, low=10.0, high=58.0, unit="pp"), "direct", value=70.0, unit="percent")
    assert (rise.low, rise.high) == (10.0, 30.0)


@given(st.floats(0, 1e6), st.floats(-100, 100), st.floats(0, 100))
def test_an_effect_is_a_range_in_order_that_leaves_no_value_below_zero(value: float, low: float, width: float) -> None:
    effect = effect_of(replace(CHARGE, low=low, high=low + width), "direct", value=value, unit="kg")
    assert effect.low is not None
    assert effect.high is not None
    assert effect.low <= effect.high
    assert value + effect.low >= 0


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_a_relative_effect_grows_with_the_value(value: float, factor: float) -> None:
    one = effect_of(CHARGE, "direct", value=value, unit="kg")
    many = effect_of(CHARGE, "direct", value=value * factor, unit="kg")
    assert many.low == pytest.approx((one.low or 0) * factor)


@pytest.mark.parametrize("design", [d for d, strength in DESIGNS.items() if strength == "unmeasured"])
def test_what_nobody_measured_is_not_recommended_yet_and_says_why(design: str) -> None:
    (row,) = _rows([replace(CHARGE, design=design)], "pm10")
    assert not row["advised"]
    assert read_reason(row["reason"], row["reason_values"]) == reason("unmeasured", design=design)
    assert row["effect_unit"] == "%"
    assert row["confidence"] == "low"


def test_weak_evidence_without_a_number_is_not_recommended_yet() -> None:
    vague = replace(CHARGE, design="qualitative study", low=None, high=None, unit="")
    assert refusal_of(vague) == reason("effect_unnumbered", design="qualitative study")
    assert refusal_of(replace(vague, design="systematic review")) is None


@pytest.mark.parametrize(
    ("change", "applies", "level"),
    [
        ({}, "direct", "high"),
        ({"design": "before-after"}, "direct", "medium"),
        ({"design": "observational"}, "direct", "low"),
        ({"confidence": "medium"}, "direct", "medium"),
        ({"confidence": "low"}, "direct", "low"),
        ({"url_status": "site"}, "direct", "medium"),
        ({}, "partial", "medium"),
        ({"url_status": "site", "design": "before-after"}, "partial", "low"),
    ],
)
def test_confidence_follows_the_declared_rules(change: dict[str, str], applies: Any, level: str) -> None:
    found, reasons = confidence_of(replace(CHARGE, **change), applies)
    assert found == level
    assert len(reasons) == 1 + (
        found != {"before-after": "medium", "observational": "low"}.get(change.get("design", ""), "high")
    )


def test_the_best_founded_comes_first_and_the_refused_last() -> None:
    options = [
        replace(CHARGE, id="X4", design="simulation"),
        replace(CHARGE, id="X3", design="observational"),
        replace(CHARGE, id="X2", design="before-after"),
        CHARGE,
    ]
    assert [(r["position"], r["practice"]) for r in _rows(options, "pm10")] == [
        (1, "X1"),
        (2, "X2"),
        (3, "X3"),
        (4, "X4"),
    ]


def test_a_shared_kpi_ties_a_practice_only_where_nothing_is_declared() -> None:
    citations = {"no2": ["EN: EN: AQ: 1C"], "pm10": ["EN: EN: AQ: 1C"], "gdp": ["EC: P: EM: 1C"]}
    wide = replace(CHARGE, id="X2", indicators=())
    rows = _rows([CHARGE, wide], "no2", "pm10", "gdp", citations=citations)
    assert [(r["indicator"], r["practice"]) for r in rows] == [("no2", "X1"), ("no2", "X2"), ("pm10", "X1")]
    assert all(r["effect_unit"] == "%" for r in rows if r["indicator"] == "no2")


def test_a_gap_that_no_practice_fits_gets_a_plain_refusal() -> None:
    gaps = _gaps("pm10", "gdp", "no2")
    practices = {
        "X1": CHARGE,
        "X2": replace(CHARGE, id="X2", design="claim", indicators=(IndicatorLink("no2", "direct"),)),
    }
    assert refusals(gaps, recommend(gaps, practices)) == {
        ("i", "tr-a", "gdp"): reason("no_practice"),
        ("i", "tr-a", "no2"): reason("none_advised", count=1),
    }


def test_the_order_of_the_catalogue_changes_nothing() -> None:
    gaps = _gaps("pm10_annual_mean", "pm25_annual_mean", "no2_annual_mean")
    backwards = dict(reversed(SHIPPED.items()))
    assert recommend(gaps, SHIPPED).equals(recommend(gaps, backwards))


def test_a_particle_gap_is_answered_by_measured_practices_and_the_projection_is_held_back() -> None:
    rows = recommend(_gaps("pm10_annual_mean"), SHIPPED).to_pylist()
    assert rows[0]["practice"] == "P05"
    assert [r["practice"] for r in rows if not r["advised"]] == ["P03"]
