"""Both sides of every threshold of the quality rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from tests.indicators.quality.making import days, found, measurements, observations, provinces, series

from kenes.indicators.quality import (
    PlaceFacts,
    QualitySettings,
    VariableRange,
    judge_measurements,
    judge_observations,
    judgements_of_flags,
    withheld,
)
from kenes.indicators.quality.rules import RULE_OF, severity_of

PM = {"pm10": VariableRange(low=0, high=2000)}
ONE = "tr-ankara"


def _rules(values: list[float | None], step: str = "day", **fields: Any) -> list[str]:
    table = observations(series(values, step=step, **fields))
    return [rule for rule, _ in found(judge_observations(table, PM))]


# Runs: a hole of `run_gap` (3) periods does not end one, a longer hole does


@pytest.mark.parametrize(("step", "length"), [("day", 5), ("hour", 12)])
@pytest.mark.parametrize(("hole", "expected"), [(3, ["stuck"]), (4, [])])
def test_a_hole_of_three_periods_is_inside_a_run_and_one_of_four_ends_it(
    step: str, length: int, hole: int, expected: list[str]
) -> None:
    values: list[float | None] = [*days(50, seed=1)]
    values[100 : 100 + length + hole] = [41.0, 41.0, *[None] * hole, *[41.0] * (length - 2)]
    assert _rules(values, step) == expected


def test_the_length_of_a_hole_is_counted_in_periods_of_the_series_and_the_setting_moves_it() -> None:
    values: list[float | None] = [*days(50, seed=2)]
    values[100:111] = [41.0, 41.0, *[None] * 6, 41.0, 41.0, 41.0]
    table = observations(series(values))
    for gap, expected in ((5, []), (6, ["stuck"])):
        assert [rule for rule, _ in found(judge_observations(table, PM, QualitySettings(run_gap=gap)))] == expected


def test_equal_values_at_the_seam_of_two_series_are_no_run() -> None:
    parts = [series([*days(40, seed=3, count=60), *[41.0] * 3], place="tr-a")]
    parts += [series([*[41.0] * 3, *days(60, seed=4, count=60)], place="tr-b", start="2019-03-05")]
    assert found(judge_observations(observations(*parts), PM)) == []


def test_a_code_for_a_missing_value_inside_a_run_is_no_other_value() -> None:
    values = days(50, seed=5)
    values[100:106] = [41.0, 41.0, -999.0, 41.0, 41.0, 41.0]
    assert sorted(_rules([*values])) == ["sentinel", "stuck"]


def test_a_constant_year_is_dead_although_the_next_year_and_the_neighbours_live() -> None:
    values = [41.0] * 365 + days(50, seed=6, count=200)
    table = observations(series(values, place="tr-a"), series(days(50, seed=7), place="tr-b"))
    assert found(judge_observations(table, PM), "dead") == [("dead", "tr-a")]


def test_a_constant_year_is_dead_whoever_else_lives_in_that_year() -> None:
    table = observations(series([41.0] * 365, place="tr-a"), series(days(50, seed=7), place="tr-b"))
    assert found(judge_observations(table, PM)) == [("dead", "tr-a")]


@pytest.mark.parametrize("wrong", [-3.0, 5000.0])
def test_a_value_out_of_range_inside_a_run_is_no_other_value(wrong: float) -> None:
    values = days(50, seed=26)
    values[100:106] = [41.0, 41.0, wrong, 41.0, 41.0, 41.0]
    assert sorted(_rules([*values])) == ["out_of_range", "stuck"]


def test_a_run_of_another_value_than_zero_is_flagged_where_zero_is_natural() -> None:
    values = days(50, seed=8)
    values[100:110] = [41.0] * 10
    natural = {"pm10": VariableRange(0, 2000, zero_is_natural=True)}
    assert found(judge_observations(observations(series(values)), natural)) == [("stuck", ONE)]


# Spikes: at least 8 times the greatest of four neighbours, and 20 robust deviations above it


def _spiky(value: float, *, low: float = 9.0, at: int = 50, count: int = 100) -> list[float | None]:
    """Values that go up and down between 10 and `low`, with one other value."""
    values: list[float | None] = [10.0 if i % 2 == 0 else low for i in range(count)]
    values[at] = value
    return values


@pytest.mark.parametrize("step", ["day", "hour"])
def test_a_spike_is_eight_times_its_greatest_neighbour_and_no_less(step: str) -> None:
    assert _rules(_spiky(80.0), step) == ["spike"]
    assert _rules(_spiky(79.9), step) == []


def test_the_scale_of_a_spike_is_the_median_difference_of_neighbours_times_1_4826() -> None:
    # neighbours differ by 4: 10 + 20 * 1.4826 * 4 = 128.608, beyond eight times 10
    assert _rules(_spiky(128.61, low=6.0)) == ["spike"]
    assert _rules(_spiky(128.60, low=6.0)) == []


@pytest.mark.parametrize("offset", [-2, -1, 1, 2])
def test_each_of_the_four_neighbours_can_excuse_a_spike(offset: int) -> None:
    values = _spiky(84.0)
    assert _rules([*values]) == ["spike"]
    values[50 + offset] = 11.0
    assert _rules(values) == []


def test_a_neighbour_counts_within_three_periods_and_not_beyond() -> None:
    for hole, expected in ((2, ["spike"]), (3, [])):
        values = _spiky(90.0)
        values[51 : 51 + hole] = [None] * hole
        assert _rules(values) == expected


def test_a_hole_before_a_spike_counts_like_one_after_it() -> None:
    for hole, expected in ((2, ["spike"]), (3, [])):
        values = _spiky(90.0)
        values[50 - hole : 50] = [None] * hole
        assert _rules(values) == expected


def test_the_last_value_of_a_series_has_no_neighbours_in_the_next_one() -> None:
    first = series(_spiky(90.0, at=99), place="tr-a")
    after = series([10.0, 9.0] * 50, place="tr-b", start="2019-04-11")
    assert found(judge_observations(observations(first, after), PM)) == []


def test_months_and_years_have_no_spikes() -> None:
    rows = series(_spiky(100.0, at=10, count=24), step="year", start="1990-01-01")
    for n, row in enumerate(rows):
        month = dt.datetime(1990 + n // 12, n % 12 + 1, 1, tzinfo=dt.UTC)
        row |= {"start": month, "end": (month + dt.timedelta(days=32)).replace(day=1)}
    assert found(judge_observations(observations(rows), PM), "spike") == []


def test_the_scale_of_a_spike_is_that_of_its_own_series() -> None:
    wild = series([v for i in range(50) for v in (10.0 + i / 100, 300.0 + i)], place="tr-z")
    calm = series(_spiky(100.0), place="tr-a")
    for parts in ((calm, wild), (wild, calm)):
        assert found(judge_observations(observations(*parts), PM)) == [("spike", "tr-a")]


def test_a_spike_above_neighbours_of_zero_and_one_of_a_yearly_series_are_no_spikes() -> None:
    quiet: list[float | None] = [0.0, 0.0, 0.0, 50.0, 0.0, 0.0, 0.0]
    assert "spike" not in _rules(quiet)
    yearly = series(_spiky(100.0, at=10, count=20), step="year", start="1990-01-01")
    assert found(judge_observations(observations(yearly), PM), "spike") == []


# Codes for missing values


def test_an_extreme_is_a_code_from_three_times_on_and_from_one_and_a_half_times_the_next() -> None:
    for extreme, times, expected in ((150.0, 3, 3), (150.0, 2, 0), (149.9, 3, 0)):
        values = [*np.linspace(20, 100, 81), *np.linspace(99.5, 20.5, 80)]
        for i in range(times):
            values[20 * (i + 1)] = extreme
        table = observations(series(values))
        assert len(found(judge_observations(table, PM), "sentinel")) == expected, (extreme, times)


def test_where_no_range_is_declared_a_negative_code_is_one_and_a_positive_code_is_a_value() -> None:
    values = days(50, seed=9)
    values[10], values[20] = -999.0, 999.0
    flags = judge_observations(observations(series(values, variable="new")), {})
    assert [flag["locator"] for flag in flags.to_pylist() if flag["rule"] == "sentinel"] == ["row 12, column 3"]


@pytest.mark.parametrize("low", [-2000.0, -999.0])
def test_a_number_that_looks_like_a_code_is_a_value_where_it_is_plausible_though_it_is_negative(low: float) -> None:
    values = days(50, seed=27)
    values[10] = -999.0
    table = observations(series(values, variable="balance"))
    assert found(judge_observations(table, {"balance": VariableRange(low, 2000)}), "sentinel") == []


@pytest.mark.parametrize("greater", [9999.0, 5000.0])
def test_an_extreme_that_repeats_is_found_below_codes_and_values_out_of_range(greater: float) -> None:
    values = days(30, seed=28, spread=0.3)
    for i in (3, 90, 200):
        values[i] = 985.0
    values[50] = greater
    flags = judge_observations(observations(series(values)), PM)
    assert len(found(flags)) == 4
    assert len(found(flags, "sentinel")) == (4 if greater == 9999.0 else 3)


def test_three_equal_values_among_zeros_are_no_code() -> None:
    rain = {"pm10": VariableRange(0, 2000, zero_is_natural=True)}
    values = [5.0 if i in (10, 50, 90) else 0.0 for i in range(120)]
    assert found(judge_observations(observations(series(values)), rain)) == []


def test_the_ends_of_a_plausible_range_are_plausible() -> None:
    values = days(50, seed=10)
    values[10], values[20] = 0.0, 120.0
    edges = {"pm10": VariableRange(low=0, high=120)}
    values = [min(v, 119.0) if i != 20 else v for i, v in enumerate(values)]
    assert found(judge_observations(observations(series(values)), edges), "out_of_range") == []
    values[10], values[20] = -0.001, 120.001
    assert len(found(judge_observations(observations(series(values)), edges), "out_of_range")) == 2


# Withholding: what is left out of measuring


def _run_in_one_of_two(first: dict[str, Any], second: dict[str, Any]) -> tuple[list[bool], int]:
    """Two series of the same days, of which the first is stuck: what is withheld."""
    stuck = days(50, seed=11, count=60)
    stuck[10:30] = [41.0] * 20
    a, b = series(stuck, source="a"), series(days(45, seed=12, count=60), source="b")
    a, b = [{**row, **first} for row in a], [{**row, **second} for row in b]
    table = observations(a, b)
    flags = judge_observations(table, PM)
    assert found(flags, "stuck") == [("stuck", ONE)]
    return withheld(table, flags).to_pylist(), len(a)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"snapshot": "one"}, {"snapshot": "two"}),
        ({"snapshot": "one", "source": "network", "unit": "ug/m^3"}, {"snapshot": "two", "source": "other"}),
    ],
)
def test_a_run_in_one_snapshot_withholds_no_value_of_another(first: dict[str, Any], second: dict[str, Any]) -> None:
    mask, length = _run_in_one_of_two(first, second)
    assert np.flatnonzero(mask).tolist() == list(range(10, 30))
    assert len(mask) == 2 * length


def test_a_run_of_one_site_or_place_or_variable_withholds_no_value_of_another() -> None:
    values = days(50, seed=13, count=60)
    values[10:30] = [41.0] * 20
    others = [{"site": "b"}, {"site": "a", "place": "tr-izmir"}, {"site": "a", "variable": "no2"}]
    parts = [series(values, site="a"), *(series(days(45, seed=14 + i, count=60), **o) for i, o in enumerate(others))]
    table = observations(*parts)
    mask = withheld(table, judge_observations(table, PM)).to_pylist()
    assert np.flatnonzero(mask).tolist() == list(range(10, 30))


def test_a_run_withholds_from_its_first_value_to_its_last_and_no_neighbour() -> None:
    values = days(50, seed=15, count=60)
    values[10:16] = [41.0] * 6
    table = observations(series(values))
    mask = withheld(table, judge_observations(table, PM)).to_pylist()
    assert np.flatnonzero(mask).tolist() == list(range(10, 16))


# Peers: at least eight, from three quarters of a year on, beyond 3.5 robust deviations and half the median

GROUP = "tr/province"


def _low(value: float, *, peers: int = 8, spread: float = 1.0) -> list[str]:
    rows = [("x", f"tr-{i:02d}", 2019, 100.0 + spread * i) for i in range(peers)] + [("x", "tr-low", 2019, value)]
    groups = {place: GROUP for _, place, _, _ in rows}
    return [j.rule for j in judge_measurements(measurements(rows), places=groups) if j.place == "tr-low"]


def test_a_value_is_low_at_half_of_the_median_and_not_above_it() -> None:
    # nine values with the low one: the median is the fifth from above, 103
    assert _low(51.5) == ["implausibly_low"]
    assert _low(51.6) == []


def test_a_low_value_needs_eight_peers_itself_among_them() -> None:
    assert _low(20.0, peers=7) == ["implausibly_low"]
    assert _low(20.0, peers=6) == []


def test_a_low_share_of_a_wide_field_is_not_low_before_three_and_a_half_deviations() -> None:
    logs = np.array([4.0, 4.2, 4.4, 4.6, 4.8, 5.0, 5.2, 5.4, 5.6])
    rows = [("x", f"tr-{i:02d}", 2019, float(np.exp(v))) for i, v in enumerate(logs)]
    groups = {place: GROUP for _, place, _, _ in rows} | {"tr-low": GROUP}

    def judged(log: float) -> list[str]:
        table = measurements([*rows, ("x", "tr-low", 2019, float(np.exp(log)))])
        return [j.rule for j in judge_measurements(table, places=groups) if j.rule == "implausibly_low"]

    # ten values with the median 4.7; deviations 0.1, 0.3, 0.5 and 0.7 twice each, 0.9 and that of the low one: MAD 0.5
    edge = 4.7 - 3.5 * 0.5 / 0.6745
    assert judged(edge - 1e-6) == ["implausibly_low"]
    assert judged(edge + 1e-6) == []


@pytest.mark.parametrize(("count", "expected"), [(274, ["implausibly_low"]), (273, [])])
def test_a_sensor_serves_as_a_peer_from_three_quarters_of_the_year_on(count: int, expected: list[str]) -> None:
    whole = [part[: 365 if i < 7 else count] for i, part in enumerate(provinces(8))]
    low = series(days(6, seed=1, count=200), place="tr-low")
    flags = judge_observations(observations(*whole, low), PM)
    assert [rule for rule, place in found(flags) if place == "tr-low" and rule == "implausibly_low"] == expected


@pytest.mark.parametrize(("count", "expected"), [(60, ["implausibly_low"]), (59, [])])
def test_a_sensor_is_judged_as_a_whole_from_sixty_days_on(count: int, expected: list[str]) -> None:
    low = series(days(6, seed=1, count=count), place="tr-low")
    flags = judge_observations(observations(*provinces(12), low), PM)
    assert [rule for rule, place in found(flags) if place == "tr-low" and rule == "implausibly_low"] == expected


def _stepped(before: float, after: float, *, years: tuple[int, int] = (2018, 2019), wide: float = 0.001) -> list[str]:
    """Judgements of one place whose value changes while those of the peers hardly do."""
    rows = [
        ("x", f"tr-{i:02d}", year, 100.0 * (1 + wide * (i - 5) * k)) for i in range(11) for k, year in enumerate(years)
    ]
    rows += [("x", "tr-step", years[0], before), ("x", "tr-step", years[1], after)]
    groups = {place: GROUP for _, place, _, _ in rows}
    return [j.rule for j in judge_measurements(measurements(rows), places=groups) if j.place == "tr-step"]


def test_a_step_is_at_least_1_8_times_the_usual_change_in_either_direction() -> None:
    assert _stepped(100.0, 180.1) == ["step"]
    assert _stepped(100.0, 179.9) == []
    assert _stepped(180.1, 100.0) == ["step"]
    assert _stepped(179.9, 100.0) == []


def test_values_three_years_apart_may_make_a_step_and_values_further_apart_may_not() -> None:
    assert _stepped(100.0, 300.0, years=(2016, 2019)) == ["step"]
    assert _stepped(100.0, 300.0, years=(2015, 2019)) == []


def test_a_change_within_three_and_a_half_deviations_of_the_peers_is_no_step() -> None:
    assert _stepped(100.0, 250.0, wide=0.01) == ["step"]
    assert _stepped(100.0, 190.0, wide=0.09) == []


# Units: close to 10, 100, 1000 or a million


def _slipped(first: float, second: float) -> list[str]:
    rows = series([first, second], step="year", variable="people", unit="person")
    flags = judge_observations(observations(rows), {"people": VariableRange(0, kind="stock")})
    return [rule for rule, _ in found(flags)]


@pytest.mark.parametrize("factor", [10.0, 100.0, 1000.0, 1e6])
def test_a_slip_in_time_is_a_unit_factor_within_0_03_in_log10(factor: float) -> None:
    for exponent, expected in ((0.029, ["unit_slip"]), (0.031, []), (-0.029, ["unit_slip"]), (-0.031, [])):
        assert _slipped(41.5, 41.5 * factor * 10**exponent) == expected
        assert _slipped(41.5 * factor * 10**exponent, 41.5) == expected


def test_small_counts_are_whole_numbers_below_twenty() -> None:
    assert _slipped(19.0, 190.0) == []
    assert _slipped(20.0, 200.0) == ["unit_slip"]
    assert _slipped(19.5, 195.0) == ["unit_slip"]


def _tenfold(own: dict[int, float]) -> list[str]:
    rows = [("x", f"tr-{i:02d}", y, 50.0 + 0.2 * i + 0.1 * (y % 3)) for i in range(12) for y in (2017, 2018, 2019)]
    rows += [("x", "tr-odd", year, value) for year, value in own.items()]
    groups = {place: GROUP for _, place, _, _ in rows}
    table = measurements(rows)
    return [j.rule for j in judge_measurements(table, places=groups) if j.start.year == 2019 and j.rule == "unit_slip"]


def test_a_slip_among_peers_lies_within_0_15_in_log10_of_a_factor() -> None:
    # the peers of 2019 and the odd one: median 51.2
    assert _tenfold({2019: 51.2 * 10**1.149}) == ["unit_slip"]
    assert _tenfold({2019: 51.2 * 10**1.152}) == []


def test_a_level_of_three_years_within_three_times_is_a_trait_and_no_slip() -> None:
    assert _tenfold({2017: 300.0, 2018: 300.0, 2019: 512.0}) == []
    assert _tenfold({2017: 170.0, 2018: 300.0, 2019: 512.0}) == ["unit_slip"]
    assert _tenfold({2018: 300.0, 2019: 512.0}) == ["unit_slip"]


def test_a_low_of_three_years_is_a_trait_and_one_of_two_is_suspect() -> None:
    def severities(years: tuple[int, ...]) -> set[str]:
        rows = [("x", f"tr-{i:02d}", y, 100.0 + i) for i in range(12) for y in years]
        rows += [("x", "tr-low", y, 20.0) for y in years]
        groups = {place: GROUP for _, place, _, _ in rows}
        return {j.severity for j in judge_measurements(measurements(rows), places=groups)}

    assert severities((2017, 2018, 2019)) == {"note"}
    assert severities((2018, 2019)) == {"suspect"}


# Sources that disagree, copies, sums


def _two_sources(a: float, b: float) -> Any:
    parts = [series([v], step="year", variable="rate", source=s, unit="1") for v, s in ((a, "a"), (b, "b"))]
    return judge_observations(observations(*parts), {"rate": VariableRange(0)})


def test_sources_are_in_conflict_beyond_five_percent_of_the_greater_and_suspect_from_a_quarter_on() -> None:
    assert found(_two_sources(95.0, 100.0)) == []
    for value, severity in ((94.9, "note"), (75.1, "note"), (75.0, "suspect"), (74.9, "suspect")):
        flags = _two_sources(value, 100.0)
        assert [rule for rule, _ in found(flags)] == ["conflict", "conflict"], value
        judged = judgements_of_flags(flags, {"rate": ["r"]})
        assert [j.severity for j in judged] == [severity], value


def test_copies_share_thirty_values_and_half_of_the_shorter_series() -> None:
    def copied(same: int, count: int) -> int:
        values, other = days(40, seed=20, count=count), days(45, seed=21, count=count)
        other[:same] = values[:same]
        table = observations(series(values, place="tr-a"), series(other, place="tr-b"))
        return len(found(judge_observations(table, PM), "conflict"))

    longer, shorter = days(40, seed=23, count=200), days(45, seed=24, count=60)
    shorter[:30] = longer[:30]
    table = observations(series(longer, place="tr-a"), series(shorter, place="tr-b"))
    assert len(found(judge_observations(table, PM), "conflict")) == 2
    assert copied(30, 60) == 2
    assert copied(29, 50) == 0
    assert copied(50, 100) == 2
    assert copied(49, 100) == 0


@pytest.mark.parametrize(
    ("parts", "expected"), [((50.0, 51.0), []), ((50.0, 51.1), ["kz"]), ((50.0, 49.0), []), ((50.0, 48.9), ["kz"])]
)
def test_parts_may_differ_from_the_whole_by_one_percent(parts: tuple[float, float], expected: list[str]) -> None:
    places = {"kz": PlaceFacts("country"), "kz-a": PlaceFacts("r", "kz"), "kz-b": PlaceFacts("r", "kz")}
    rows = [
        series([v], place=p, variable="cars", step="year", unit="vehicle")
        for p, v in zip(places, (100.0, *parts), strict=True)
    ]
    cars = {"cars": VariableRange(0, kind="stock", additive=True)}
    flags = judge_observations(observations(*rows), cars, places=places)
    assert [place for _, place in found(flags, "sum_mismatch")] == expected


def test_a_change_of_territory_on_the_first_day_of_a_period_concerns_that_period() -> None:
    rows = series([10.0, 11.0, 12.0], step="year", start="2020-01-01", variable="cars", place="kz-abai")
    for date, year in ((dt.date(2021, 1, 1), 2021), (dt.date(2021, 1, 2), 2022)):
        places = {"kz-abai": PlaceFacts("r", changed=(date,))}
        flags = judge_observations(observations(rows), {}, places=places)
        assert [flag["start"].year for flag in flags.to_pylist()] == [year]
        judged = judge_measurements(
            measurements([("x", "kz-abai", y, 10.0) for y in (2020, 2021, 2022)]), places=places
        )
        assert [(j.start.year, j.rule, j.severity) for j in judged] == [(year, "boundary_change", "note")]


# What a flag means for its data


def test_each_rule_withholds_or_keeps_from_scoring_or_is_shown() -> None:
    expected = {
        "withhold": {"sentinel", "out_of_range", "dead", "stuck"},
        "suspect": {"implausibly_low", "step", "unit_slip", "time_shift", "conflict"},
        "note": {"spike", "sum_mismatch", "boundary_change"},
    }
    for code, rule in RULE_OF.items():
        share = 1.0 if code == "conflict_sources" else None
        told = "note" if code == "low_steady" else next(s for s, rules in expected.items() if rule in rules)
        assert severity_of(code, share, QualitySettings()) == told, code


def test_what_withholds_values_is_a_note_on_what_remains() -> None:
    values = days(50, seed=22)
    values[100:110] = [41.0] * 10
    flags = judge_observations(observations(series(values)), PM)
    (judgement,) = judgements_of_flags(flags, {"pm10": ["i"]})
    assert (judgement.rule, judgement.severity) == ("stuck", "note")
    assert judgements_of_flags(flags, {"no2": ["i"]}) == []
