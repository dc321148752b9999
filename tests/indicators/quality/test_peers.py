"""Rules that compare a sensor or a place with its peers and with its own past."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.indicators.quality.making import days, found, measurements, observations, provinces, said, series

from kenes.indicators.quality import (
    PlaceFacts,
    VariableRange,
    judge_measurements,
    judge_observations,
    judgements_of_flags,
    robust_z,
)

PM = {"pm10": VariableRange(low=0, high=2000)}

# Annual means of PM10 (µg/m³) of Turkish provinces in 2019 and the number of days behind each, computed
# from the daily means of the national monitoring network (Ministry of Environment, Urbanisation and
# Climate Change, havaizleme.gov.tr).
MEANS_2019 = {
    "hakkari": (14.62, 288),
    "hatay": (12.64, 195),
    "mus": (136.39, 290),
    "igdir": (117.73, 349),
    "sirnak": (81.44, 293),
    "denizli": (58.77, 318),
    "bilecik": (37.84, 364),
    "adana": (51.86, 310),
    "edirne": (46.88, 345),
}

# Annual means of PM10 (µg/m³) of 2017 and 2019: WHO Ambient Air Quality Database, version of August 2022.
STEPS_2017_2019 = {"hakkari": (66.0, 15.0), "hatay": (72.0, 13.0)}


def test_robust_z_is_the_modified_z_score_of_iglewicz_and_hoaglin() -> None:
    # 0.6745 (x - median) / MAD with median 4 and MAD 2, worked by hand.
    reference = np.array([1.0, 2.0, 4.0, 6.0, 9.0])
    assert robust_z(np.array([4.0, 14.0]), reference) == pytest.approx([0.0, 0.6745 * 10 / 2])


def test_robust_z_falls_back_to_the_mean_deviation_and_gives_none_for_equal_peers() -> None:
    reference = np.array([5.0, 5.0, 5.0, 9.0])
    assert robust_z(np.array([9.0]), reference) == pytest.approx([4 / 1.253314])
    assert np.isnan(robust_z(np.array([9.0]), np.full(4, 5.0))).all()


@given(
    st.lists(st.floats(1e-3, 1e6), min_size=5, max_size=30, unique=True),
    st.floats(1e-6, 1e6),
)
def test_another_unit_leaves_the_robust_z_of_logarithms_as_it_is(values: list[float], factor: float) -> None:
    logs = np.log(np.array(values))
    moved = np.log(np.array(values) * factor)
    assert robust_z(moved, moved) == pytest.approx(robust_z(logs, logs), rel=1e-4, abs=1e-4, nan_ok=True)


def _real_provinces() -> list[list[dict[str, object]]]:
    return [
        series(days(mean, seed=i, count=count), place=f"tr-{name}")
        for i, (name, (mean, count)) in enumerate(MEANS_2019.items())
    ]


def test_the_two_provinces_that_would_look_cleanest_in_2019_are_implausibly_low() -> None:
    table = observations(*provinces(30), *_real_provinces())
    flags = judge_observations(table, PM)
    assert sorted(found(flags)) == [("implausibly_low", "tr-hakkari"), ("implausibly_low", "tr-hatay")]
    code, told = said(flags.to_pylist()[0])
    assert (code, told["count"], told["unit"]) == ("low_mean", 288, "ug/m^3")
    assert told["value"] == pytest.approx(14.6, abs=0.05)
    assert told["z"] > 3.5


def test_a_low_year_makes_the_indicators_that_use_it_suspect() -> None:
    flags = judge_observations(observations(*provinces(30), *_real_provinces()), PM)
    judged = judgements_of_flags(flags, {"pm10": ["pm10_annual_mean"]})
    assert [(j.place, j.start.year, j.rule, j.severity) for j in judged] == [
        ("tr-hakkari", 2019, "implausibly_low", "suspect"),
        ("tr-hatay", 2019, "implausibly_low", "suspect"),
    ]


def test_places_of_another_group_are_no_peers() -> None:
    clean = [series(days(9 + 0.2 * i, seed=50 + i), place=f"fi-{i:02d}") for i in range(10)]
    table = observations(*provinces(30), *clean)
    groups = {f"fi-{i:02d}": PlaceFacts("fi/province") for i in range(10)}
    groups |= {f"tr-{i:02d}": PlaceFacts("tr/province") for i in range(30)}
    assert found(judge_observations(table, PM, places=groups)) == []


def test_too_few_peers_and_nothing_is_compared() -> None:
    table = observations(*provinces(6), series(days(2, seed=99), place="tr-low"))
    assert found(judge_observations(table, PM)) == []


def test_a_spread_too_small_for_the_mean_is_flagged() -> None:
    flat = series(days(50, seed=98, spread=0.02), place="tr-flat")
    flags = judge_observations(observations(*provinces(20), flat), PM)
    assert found(flags) == [("implausibly_low", "tr-flat")]
    code, told = said(flags.to_pylist()[0])
    assert (code, told["value"] < 0.1) == ("low_spread", True)


def test_a_step_that_the_peers_did_not_make_is_flagged_in_the_later_year() -> None:
    table = observations(
        *provinces(20, year=2018),
        *provinces(20, year=2019),
        series(days(60, seed=1), place="tr-step", start="2018-01-01"),
        series(days(29, seed=2), place="tr-step", start="2019-01-01"),
    )
    flags = judge_observations(table, PM)
    assert found(flags) == [("step", "tr-step")]
    (flag,) = flags.to_pylist()
    assert flag["start"].year == 2019
    code, told = said(flag)
    assert (code, told["from_year"], told["year"]) == ("step", 2018, 2019)
    assert (told["before"], told["value"], told["factor"]) == pytest.approx((60, 29, 0.483), rel=1e-3)


def test_a_change_that_all_peers_share_is_no_step() -> None:
    parts = [
        series(days((35 + 1.4 * i) * level, seed=7 * i + year), place=f"tr-{i:02d}", start=f"{year}-01-01")
        for i in range(20)
        for year, level in ((2019, 1.0), (2020, 0.4))
    ]
    assert found(judge_observations(observations(*parts), PM)) == []


@pytest.mark.parametrize("factor", [10.0, 100.0, 1000.0])
def test_a_sensor_in_another_unit_is_a_unit_slip(factor: float) -> None:
    slipped = series(days(47.0 / factor, seed=3), place="tr-slip")
    flags = judge_observations(observations(*provinces(20), slipped), PM)
    assert ("unit_slip", "tr-slip") in found(flags)
    assert {place for _, place in found(flags)} == {"tr-slip"}


def test_a_year_in_another_unit_is_a_unit_slip_against_the_own_past() -> None:
    rows = series([41_000, 42_000, 43.1, 44_100], step="year", variable="population", unit="person")
    flags = judge_observations(observations(rows), {"population": VariableRange(0, kind="stock")})
    assert [(f["rule"], f["start"].year) for f in flags.to_pylist()] == [
        ("unit_slip", 2021),
        ("unit_slip", 2022),
    ]


def test_months_in_another_unit_are_a_unit_slip() -> None:
    values = days(40, seed=4)
    values[181:212] = [v / 1000 for v in values[181:212]]
    flags = judge_observations(observations(series(values)), PM)
    assert [(f["rule"], f["start"].month) for f in flags.to_pylist()] == [("unit_slip", 7)]


def test_small_counts_may_reach_ten_times() -> None:
    rows = series([1, 10, 12, 11], step="year", variable="cinemas", unit="facility")
    assert found(judge_observations(observations(rows), {"cinemas": VariableRange(0, kind="stock")})) == []


def _table(own: dict[str, dict[int, float | None]], years: tuple[int, ...] = (2017, 2019)) -> object:
    rows = [("pm10_annual_mean", f"tr-{i:02d}", y, 40 + i + 0.3 * (y % 7)) for i in range(20) for y in years]
    rows += [("pm10_annual_mean", p, y, v) for p, values in own.items() for y, v in values.items()]
    return measurements(rows)


GROUPS = {f"tr-{i:02d}": "tr/province" for i in range(20)}


def test_values_that_fall_while_the_peers_stay_are_steps_and_suspect() -> None:
    own = {f"tr-{name}": {2017: a, 2019: b} for name, (a, b) in STEPS_2017_2019.items()}
    judged = judge_measurements(_table(own), places=GROUPS | dict.fromkeys(own, "tr/province"))
    assert {(j.place, j.start.year, j.rule, j.severity) for j in judged} == {
        (place, 2019, rule, "suspect") for place in own for rule in ("step", "implausibly_low")
    }


def test_a_place_that_is_low_every_year_keeps_its_value_with_a_note() -> None:
    own = {"tr-clean": {y: 12.0 + 0.1 * (y % 3) for y in (2017, 2018, 2019)}}
    judged = judge_measurements(_table(own, (2017, 2018, 2019)), places=GROUPS | {"tr-clean": "tr/province"})
    assert {(j.rule, j.severity) for j in judged} == {("implausibly_low", "note")}
    assert (judged[0].reason.code, judged[0].reason.values["years"]) == ("low_steady", 3)


def test_a_capital_that_is_ten_times_its_peers_every_year_is_no_unit_slip() -> None:
    years = (2017, 2018, 2019)
    groups = GROUPS | {"tr-capital": "tr/province"}
    every = _table({"tr-capital": dict.fromkeys(years, 490.0)}, years)
    assert judge_measurements(every, places=groups) == []
    once = _table({"tr-capital": {2017: 49.0, 2018: 49.5, 2019: 490.0}}, years)
    assert ("unit_slip", 2019) in {(j.rule, j.start.year) for j in judge_measurements(once, places=groups)}
    alone = _table({"tr-capital": {2019: 490.0}}, years)
    assert {j.rule for j in judge_measurements(alone, places=groups)} == {"unit_slip"}


def test_a_value_that_grows_nearly_ten_times_is_no_unit_slip() -> None:
    # Online participation of Türkiye by the UN e-government survey: 0.0526 in 2012, 0.49 in 2014.
    table = measurements([("egdi_participation", "tr", 2012, 0.0526), ("egdi_participation", "tr", 2014, 0.49)])
    assert judge_measurements(table, places={"tr": "country"}) == []


def test_a_quantity_that_takes_both_signs_is_not_judged_by_ratios() -> None:
    rows = [("change", f"tr-{i:02d}", y, 4.0 + 0.1 * i) for i in range(20) for y in (2018, 2019)]
    odd = [("change", "tr-odd", 2018, 4.0), ("change", "tr-odd", 2019, 0.01)]
    groups = GROUPS | {"tr-odd": "tr/province", "tr-minus": "tr/province"}
    assert judge_measurements(measurements([*rows, *odd]), places=groups) != []
    signed = measurements([*rows, *odd, ("change", "tr-minus", 2017, -1.0)])
    assert judge_measurements(signed, places=groups) == []


def test_a_missing_measurement_is_never_judged_low() -> None:
    own = {"tr-gap": {2017: None, 2019: None}}
    assert judge_measurements(_table(own), places=GROUPS | {"tr-gap": "tr/province"}) == []


def test_places_without_a_group_are_not_judged() -> None:
    assert judge_measurements(_table({"tr-new": {2019: 1.0}}), places=GROUPS) == []


@given(st.permutations(range(20)), st.floats(5, 15))
def test_the_names_of_places_do_not_matter(order: list[int], low: float) -> None:
    values = [40.0 + i for i in range(19)] + [low]
    plain = measurements([("x", f"tr-{i:02d}", 2019, v) for i, v in enumerate(values)])
    mixed = measurements([("x", f"tr-{order[i]:02d}", 2019, v) for i, v in enumerate(values)])
    first = {(j.place, j.rule) for j in judge_measurements(plain, places=GROUPS)}
    second = {(j.place, j.rule) for j in judge_measurements(mixed, places=GROUPS)}
    assert {(f"tr-{order[int(place[3:])]:02d}", rule) for place, rule in first} == second
    assert ("tr-19", "implausibly_low") in first
