"""Rules on several series at once: sources, copies, sums, territories and clocks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from tests.indicators.quality.making import days, found, measurements, observations, provinces, said, series

from kenes.indicators.quality import (
    PlaceFacts,
    VariableRange,
    judge_measurements,
    judge_observations,
    judgements_of_flags,
)

PM = {"pm10": VariableRange(low=0, high=2000), "pm25": VariableRange(low=-10, high=1500)}


def test_two_sources_that_disagree_are_a_conflict_on_both() -> None:
    # Bishkek 2019: 35.42 µg/m³ from the hourly values of the US embassy's monitor (AirNow), 33.15
    # published by WHO (Ambient Air Quality Database, August 2022).
    own = series(days(35.42, seed=1), place="kg-bishkek", variable="pm25", site="embassy", source="airnow")
    other = series([33.15], place="kg-bishkek", variable="pm25", step="year", source="who")
    flags = judge_observations(observations(own, other), PM)
    assert found(flags) == [("conflict", "kg-bishkek")] * 2
    code, values = said(flags.to_pylist()[0])
    assert (code, values["source"], values["other"], values["year"]) == ("conflict_sources", "airnow", "who", 2019)
    assert (values["value"], values["other_value"], values["limit"]) == (35.42, 33.15, 0.05)
    assert values["share"] == pytest.approx(0.0641, abs=5e-5) == flags.to_pylist()[0]["share"]
    judged = judgements_of_flags(flags, {"pm25": ["pm25_annual_mean"]})
    assert [j.severity for j in judged] == ["note"]


def test_sources_far_apart_make_the_value_suspect() -> None:
    own = series(days(14.6, seed=1), source="network")
    other = series([66.0], step="year", source="who")
    flags = judge_observations(observations(own, other), PM)
    assert [j.severity for j in judgements_of_flags(flags, {"pm10": ["x"]})] == ["suspect"]


def test_sources_within_the_tolerance_agree() -> None:
    own = series(days(35.0, seed=1), source="network")
    other = series([34.0], step="year", source="who")
    assert found(judge_observations(observations(own, other), PM)) == []


def test_counts_of_other_periods_are_not_compared() -> None:
    daily = series(days(50, seed=2), variable="births", source="a", unit="person")
    yearly = series([18_250], variable="births", source="b", unit="person", step="year")
    flags = judge_observations(observations(daily, yearly), {"births": VariableRange(0, kind="flow")})
    assert found(flags, "conflict") == []


def test_two_places_with_the_same_daily_series_are_both_flagged() -> None:
    values = days(24.09, seed=3, count=260)
    table = observations(*provinces(12), series(values, place="tr-a"), series(values, place="tr-b"))
    flags = judge_observations(table, PM)
    assert found(flags, "conflict") == [("conflict", "tr-a"), ("conflict", "tr-b")]
    first = next(f for f in flags.to_pylist() if f["rule"] == "conflict")
    assert said(first) == ("conflict_copy", {"count": 260, "total": 260, "year": 2019, "place": "tr-b", "site": ""})
    assert (first["share"], first["severity"]) == (1.0, "suspect")
    judged = judgements_of_flags(flags, {"pm10": ["pm10_annual_mean"]})
    assert {(j.place, j.severity) for j in judged if j.rule == "conflict"} == {
        ("tr-a", "suspect"),
        ("tr-b", "suspect"),
    }


def test_a_copy_of_half_a_year_is_found_and_one_of_a_month_is_not() -> None:
    for length, expected in ((200, 2), (28, 0)):
        values = days(50, seed=4)
        other = values[:length] + days(47, seed=5)[length:]
        table = observations(series(values, place="tr-a"), series(other, place="tr-b"))
        assert len(found(judge_observations(table, PM), "conflict")) == expected


def test_the_same_sensor_in_two_sources_is_no_copy() -> None:
    values = days(50, seed=6)
    table = observations(series(values, source="a"), series(values, source="b"))
    assert found(judge_observations(table, PM)) == []


def test_whole_numbers_that_meet_by_chance_are_no_copies() -> None:
    rng = np.random.default_rng(0)
    parts = [series(rng.integers(5, 25, 365), place=f"tr-{i}", variable="pm25", source="one") for i in range(5)]
    assert found(judge_observations(observations(*parts), PM), "conflict") == []


PARTS = {
    "kz": PlaceFacts("country"),
    "kz-a": PlaceFacts("kz/region", "kz"),
    "kz-b": PlaceFacts("kz/region", "kz"),
    "kz-c": PlaceFacts("kz/region", "kz"),
}
CARS = {"cars": VariableRange(0, kind="stock", additive=True), "rate": VariableRange(0)}


def _cars(*values: float | None, variable: str = "cars") -> object:
    return observations(
        *(
            series([v], place=p, variable=variable, step="year", start="2022-01-01", unit="vehicle")
            for p, v in zip(PARTS, values, strict=True)
        )
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((100, 50, 40, 30), "sum_above"),
        ((100, 80, 40, None), "sum_above"),
        ((100, 30, 30, 30), "sum_below"),
        ((100, 30, 30, None), ""),
        ((100, 30, 40, 30.5), ""),
    ],
)
def test_parts_are_held_against_the_whole(values: tuple[float | None, ...], expected: str) -> None:
    flags = judge_observations(_cars(*values), CARS, places=PARTS)
    assert found(flags) == ([("sum_mismatch", "kz")] if expected else [])
    if expected:
        code, told = said(flags.to_pylist()[0])
        assert (code, told["value"]) == (expected, 100.0)


def test_rates_are_not_summed() -> None:
    assert found(judge_observations(_cars(100, 90, 80, 70, variable="rate"), CARS, places=PARTS)) == []


def test_a_series_that_crosses_a_change_of_territory_is_flagged_once() -> None:
    places = {"kz-abai": PlaceFacts("kz/region", changed=(dt.date(2022, 6, 8),))}
    yearly = series(range(50_000, 55_000, 1000), place="kz-abai", variable="cars", step="year", start="2020-01-01")
    flags = judge_observations(observations(yearly), CARS, places=places)
    assert [(f["rule"], f["start"].year) for f in flags.to_pylist()] == [("boundary_change", 2023)]
    daily = series(days(40, seed=7), place="kz-abai", start="2022-01-01")
    assert found(judge_observations(observations(daily), PM, places=places)) == []


def test_a_measurement_after_a_change_of_territory_is_noted() -> None:
    table = measurements([("x", "kz-abai", y, 10.0) for y in (2021, 2022, 2023)])
    places = {"kz-abai": PlaceFacts("kz/region", changed=(dt.date(2022, 6, 8),))}
    judged = judge_measurements(table, places=places)
    assert [(j.start.year, j.rule, j.severity) for j in judged] == [(2023, "boundary_change", "note")]


def _hourly(shift: int, *, site: str, seed: int, shifted_from: int = 0) -> list[dict[str, object]]:
    rng = np.random.default_rng(7)
    hours = np.arange(24 * 59)
    weather = np.repeat(rng.normal(0, 0.3, 59 * 4), 6)
    level = np.exp(3 + 0.6 * np.sin(hours / 24 * 2 * np.pi) + weather)
    moved = np.where(hours >= shifted_from, np.roll(level, shift), level)
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.1, len(hours)))
    return series(moved * noise, place="kz-almaty", site=site, variable="pm25", step="hour")


@pytest.mark.parametrize("shift", [-6, 3, 5])
def test_a_clock_that_is_hours_off_is_found_with_its_hours(shift: int) -> None:
    sites = [_hourly(0, site=str(i), seed=i) for i in range(4)]
    table = observations(*sites, _hourly(shift, site="off", seed=9))
    shifted = [f for f in judge_observations(table, PM).to_pylist() if f["rule"] == "time_shift"]
    assert [(f["site"], f["start"].month) for f in shifted] == [("off", 1), ("off", 2)]
    code, told = said(shifted[0])
    assert (code, told["hours"], told["month"]) == ("time_shift", -shift, "2019-01")


def test_clocks_that_agree_are_left_alone() -> None:
    table = observations(*(_hourly(0, site=str(i), seed=i) for i in range(5)))
    assert found(judge_observations(table, PM), "time_shift") == []
