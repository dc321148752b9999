"""Rules on single values and on runs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.quality.making import days, found, observations, said, series

from kenes.indicators.quality import QualitySettings, VariableRange, judge_observations, withheld
from kenes.vocabulary.tables import FLAGS

PM = {"pm10": VariableRange(low=0, high=2000)}


def test_a_quiet_series_has_no_flags() -> None:
    flags = judge_observations(observations(series(days(50, seed=1))), PM)
    assert flags.num_rows == 0
    assert flags.schema == FLAGS.schema()


def test_an_empty_table_has_no_flags() -> None:
    assert judge_observations(observations([]), PM).num_rows == 0


def test_a_value_beyond_the_plausible_range_is_flagged_with_its_row_and_its_limit() -> None:
    values = days(50, seed=2)
    values[10], values[20] = 2500.0, -3.0
    flags = judge_observations(observations(series(values)), PM).to_pylist()
    beyond = [f for f in flags if f["rule"] == "out_of_range"]
    assert [f["locator"] for f in beyond] == ["row 12, column 3", "row 22, column 3"]
    assert said(beyond[0]) == ("out_of_range_high", {"value": 2500.0, "unit": "ug/m^3", "limit": 2000.0})
    assert said(beyond[1]) == ("out_of_range_low", {"value": -3.0, "unit": "ug/m^3", "limit": 0.0})
    assert {f["severity"] for f in beyond} == {"withhold"}
    assert beyond[0]["observation"].endswith("2019-01-11T00:00:00+00:00")


@pytest.mark.parametrize("code", [-999.0, -9999.0, 9999.0])
def test_a_code_for_a_missing_value_is_a_sentinel_and_not_out_of_range(code: float) -> None:
    values = days(50, seed=3)
    values[5] = code
    flags = judge_observations(observations(series(values)), PM)
    assert found(flags) == [("sentinel", "tr-ankara")]


def test_a_number_that_looks_like_a_code_is_a_value_inside_the_plausible_range() -> None:
    values = days(600, seed=4)
    values[5] = 999.0
    flags = judge_observations(observations(series(values, variable="co")), {"co": VariableRange(0, 50_000)})
    assert found(flags) == []


def test_an_extreme_that_repeats_apart_from_the_rest_is_a_sentinel() -> None:
    values = days(30, seed=5, spread=0.3)
    for i in (3, 90, 91, 200):
        values[i] = 985.0
    flags = judge_observations(observations(series(values)), PM)
    sentinels = [f for f in flags.to_pylist() if f["rule"] == "sentinel"]
    assert len(sentinels) == 4
    code, told = said(sentinels[0])
    assert (code, told["value"], told["count"]) == ("sentinel_extreme", 985.0, 4)


@pytest.mark.parametrize(("step", "length", "rule"), [("hour", 12, "stuck"), ("day", 5, "stuck")])
def test_a_run_of_the_declared_length_is_stuck_and_a_shorter_one_is_not(step: str, length: int, rule: str) -> None:
    for run, expected in ((length, [(rule, "tr-ankara")]), (length - 1, [])):
        values = days(50, seed=6)
        values[100 : 100 + run] = [41.0] * run
        flags = judge_observations(observations(series(values, step=step)), PM)
        assert found(flags) == expected


def test_a_stuck_run_is_one_flag_that_spans_it() -> None:
    values = days(50, seed=7)
    values[100:148] = [41.0] * 48
    (flag,) = judge_observations(observations(series(values, step="hour")), PM).to_pylist()
    begin = dt.datetime(2019, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=100)
    assert (flag["start"], flag["end"]) == (begin, begin + dt.timedelta(hours=48))
    assert flag["observation"] is None
    assert flag["locator"] == "row 102, column 3 to row 149, column 3"
    assert said(flag) == ("stuck", {"value": 41.0, "unit": "ug/m^3", "count": 48, "limit": 12})


def test_a_hole_in_the_series_ends_a_run() -> None:
    values: list[float | None] = [*days(50, seed=8)]
    values[100:106] = [41.0, 41.0, 41.0, None, 41.0, 41.0]
    assert found(judge_observations(observations(series(values)), PM)) == [("stuck", "tr-ankara")]
    values[100:110] = [41.0, 41.0, 41.0, None, None, None, None, None, 41.0, 41.0]
    assert found(judge_observations(observations(series(values)), PM)) == []


def test_equal_values_of_two_places_are_no_run() -> None:
    parts = [series([41.0] * 3, place=f"tr-{i}", start=f"2019-01-0{1 + i}") for i in range(3)]
    assert found(judge_observations(observations(*parts), PM), "stuck") == []


def test_zeros_in_a_row_are_a_dead_sensor_unless_zero_is_natural() -> None:
    values = days(50, seed=9)
    values[30:60] = [0.0] * 30
    table = observations(series(values))
    assert found(judge_observations(table, PM)) == [("dead", "tr-ankara")]
    natural = {"pm10": VariableRange(0, 2000, zero_is_natural=True)}
    assert found(judge_observations(table, natural)) == []


def test_a_year_of_one_value_is_dead() -> None:
    (flag,) = judge_observations(observations(series([12.0] * 365)), PM).to_pylist()
    assert flag["rule"] == "dead"
    assert said(flag) == ("dead_constant", {"count": 365, "year": 2019, "value": 12.0, "unit": "ug/m^3"})


def test_yearly_figures_may_repeat() -> None:
    assert found(judge_observations(observations(series([7.0] * 20, step="year")), PM)) == []


def test_a_single_value_far_above_its_neighbours_is_a_spike_and_an_episode_is_not() -> None:
    values = days(20, seed=10, spread=0.2)
    values[50] = 700.0
    values[150:156] = [90.0, 250.0, 600.0, 500.0, 220.0, 80.0]
    spikes = [
        f for f in judge_observations(observations(series(values, step="hour")), PM).to_pylist() if f["rule"] == "spike"
    ]
    assert [f["locator"] for f in spikes] == ["row 52, column 3"]
    code, told = said(spikes[0])
    assert (code, told["value"]) == ("spike", 700.0)
    assert told["factor"] == pytest.approx(700 / told["neighbour"], rel=1e-5)


def test_withheld_observations_are_those_of_sentinels_ranges_and_runs_only() -> None:
    values = days(50, seed=11)
    values[3], values[5] = -999.0, 5000.0
    values[100:110] = [41.0] * 10
    values[200] = 1500.0
    table = observations(series(values), series(days(50, seed=12), place="tr-izmir"))
    flags = judge_observations(table, PM)
    mask = np.array(withheld(table, flags).to_pylist())
    assert np.flatnonzero(mask).tolist() == [3, 5, *range(100, 110)]


def test_withheld_finds_the_same_rows_whatever_their_order() -> None:
    values = days(50, seed=13)
    values[100:110] = [41.0] * 10
    table = observations(series(values, step="day"))
    order = np.random.default_rng(0).permutation(table.num_rows)
    mask = np.array(withheld(table.take(order), judge_observations(table, PM)).to_pylist())
    assert sorted(order[mask].tolist()) == list(range(100, 110))


_values = st.lists(
    st.one_of(st.none(), st.sampled_from([0.0, -999.0, 41.0, 9999.0]), st.floats(-10, 3000)),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(_values, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_flag(values: list[float | None], random: object) -> None:
    rows = series(values)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge_observations(observations(rows), PM).equals(judge_observations(observations(shuffled), PM))


@settings(max_examples=60, deadline=None)
@given(_values)
def test_a_missing_value_is_never_flagged(values: list[float | None]) -> None:
    table = observations(series(values))
    missing = {r["observation"] for r in table.to_pylist() if r["value"] is None}
    flags = judge_observations(table, PM)
    assert not missing & {f["observation"] for f in flags.to_pylist()}
    assert not any(
        m and r["value"] is None for m, r in zip(withheld(table, flags).to_pylist(), table.to_pylist(), strict=True)
    )


def test_thresholds_are_declared_and_may_be_changed() -> None:
    values = days(50, seed=14)
    values[100:108] = [41.0] * 8
    table = observations(series(values))
    assert found(judge_observations(table, PM, QualitySettings(stuck={"day": 9}))) == []


def test_a_spike_over_almost_nothing_has_no_factor_that_could_be_written() -> None:
    values = [0.0, 0.0, 5e-324, 0.0, 801.6, 0.0, 5e-324, 0.0, 0.0, 0.0]
    spikes = [f for f in judge_observations(observations(series(values)), PM).to_pylist() if f["rule"] == "spike"]
    assert [said(flag)[1]["factor"] for flag in spikes if said(flag)[1]["value"] == 801.6] == [None]
