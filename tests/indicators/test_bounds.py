"""Both sides of coverage, of the quality of a measurement, and of the ages and sources it may take."""

from __future__ import annotations

import json
import math

import pyarrow as pa
import pytest
from tests.indicators.making import PM10, measured, measured_tables, series, variable, years

MEAN = "  unit: ug/m^3\n  formula: pm10\n  inputs: {pm10: {variable: pm10, aggregate: mean, coverage: 0.75}}\n"
NO2 = variable("no2", "ug/m^3")
PEOPLE, DOCTORS = variable("population", "person"), variable("physicians", "person")
BOTH = (
    "  unit: ug/m^3\n  formula: a + b\n  inputs:\n"
    "    a: {variable: pm10, aggregate: mean, coverage: 0.5}\n    b: {variable: no2, aggregate: mean, coverage: 0.5}\n"
)
HOURS = 8760


# The quality `fair`


def test_nine_tenths_of_the_year_are_good_and_an_hour_less_is_fair() -> None:
    enough = HOURS * 9 // 10
    (full,) = measured(MEAN, [PM10], series([20.0] * enough, length="hour"))
    assert (full["coverage"], full["quality"]) == (0.9, "good")
    (less,) = measured(MEAN, [PM10], series([20.0] * (enough - 1), length="hour"))
    assert less["coverage"] < 0.9
    assert less["quality"] == "fair"


def test_quality_has_three_grades_by_coverage() -> None:
    for share, quality in ((1.0, "good"), (0.95, "good"), (0.89, "fair"), (0.76, "fair"), (0.7, "insufficient")):
        (row,) = measured(MEAN, [PM10], series([20.0] * round(share * 365)))
        assert row["quality"] == quality, share
        assert (row["value"] is None) == (quality == "insufficient")


@pytest.mark.parametrize("flag", ["estimated", "provisional", "unreliable", "break"])
def test_each_flag_of_a_source_that_lowers_trust_makes_a_full_year_fair(flag: str) -> None:
    for flags, quality in ((flag, "fair"), (f"other {flag}", "fair"), ("other", "good"), ("", "good"), (None, "good")):
        text = "  unit: person\n  formula: p\n  inputs: {p: {variable: population}}\n"
        (row,) = measured(text, [PEOPLE], years({2023: 5.0}, variable="population", unit="person", flags=flags))
        assert row["quality"] == quality, flags


# Coverage


@pytest.mark.parametrize(("first", "second"), [(0.95, 0.6), (0.6, 0.95)])
def test_the_coverage_of_a_measurement_is_that_of_its_worst_input(first: float, second: float) -> None:
    a = series([20.0 + n % 3 for n in range(round(first * 365))])
    b = series([30.0 + n % 3 for n in range(round(second * 365))], variable="no2")
    (row,) = measured(BOTH, [PM10, NO2], a, b)
    assert row["coverage"] == pytest.approx(round(0.6 * 365) / 365)
    assert row["quality"] == "fair"


def test_the_coverage_of_an_input_is_the_mean_of_the_sites_that_count() -> None:
    sites = [series([20.0] * n, site=site) for site, n in (("a", 365), ("b", 292), ("c", 100))]
    (row,) = measured(MEAN, [PM10], *sites)
    assert row["coverage"] == pytest.approx((1 + 0.8) / 2)


@pytest.mark.parametrize(("days", "known"), [(292, True), (291, False)])
def test_exactly_the_coverage_asked_for_is_enough(days: int, known: bool) -> None:
    (row,) = measured(MEAN.replace("0.75", "0.8"), [PM10], series([20.0] * days))  # 292 of 365 days are 0.8
    assert (row["value"] is not None) is known


def test_more_values_than_a_year_holds_are_a_full_year() -> None:
    twice = [series([20.0] * HOURS, length="hour"), series([22.0] * HOURS, length="hour", flags="x", snapshot="t")]
    doubled = pa.concat_tables(
        [twice[0], twice[1].set_column(0, "observation", pa.array([f"b{n}" for n in range(HOURS)]))]
    )
    (row,) = measured(MEAN, [PM10], doubled)
    assert (row["coverage"], row["value"]) == (1.0, 21.0)


def test_a_published_figure_of_a_year_covers_it_whatever_its_length() -> None:
    (row,) = measured(MEAN, [PM10], years({2023: 12.0}))
    assert (row["coverage"], row["quality"], row["uncertainty_kind"]) == (1.0, "good", "not_derived")


# Which source, which year


def _fewer(days: int, value: float, source: str) -> pa.Table:
    return series([value] * days, source=source)


def test_of_sources_with_equal_coverage_the_first_by_name_is_taken() -> None:
    for order in (("a", "b"), ("b", "a")):
        tables = {s: _fewer(300, v, s) for s, v in (("a", 10.0), ("b", 50.0))}
        assert measured(MEAN, [PM10], *(tables[s] for s in order))[0]["value"] == 10.0


def test_a_source_that_is_named_first_is_taken_though_another_covers_more() -> None:
    chosen = MEAN.replace("coverage: 0.75", "coverage: 0.75, sources: [b, a]")
    tables = _fewer(365, 10.0, "a"), _fewer(280, 50.0, "b")
    assert measured(chosen, [PM10], *tables)[0]["value"] == 50.0
    (row,) = measured(chosen, [PM10], _fewer(365, 10.0, "a"), _fewer(100, 50.0, "b"))
    assert row["value"] is None


def test_a_daily_and_an_hourly_series_of_one_source_never_mix() -> None:
    (row,) = measured(MEAN, [PM10], series([10.0] * 365), series([30.0] * 8000, length="hour"))
    assert row["value"] == 10.0


def test_a_value_may_be_as_old_as_its_age_and_no_older_and_the_newest_is_taken() -> None:
    text = (
        "  unit: person/(10000*person)\n  formula: d / p\n"
        "  inputs: {d: {variable: physicians}, p: {variable: population, max_age: 1}}\n"
    )
    doctors = years(dict.fromkeys((2020, 2021, 2022, 2023), 10.0), variable="physicians", unit="person")
    people = years({2020: 1000.0, 2021: 2000.0}, variable="population", unit="person")
    found = {row["start"].year: row["value"] for row in measured(text, [DOCTORS, PEOPLE], doctors, people)}
    assert found == {2020: pytest.approx(100.0), 2021: pytest.approx(50.0), 2022: pytest.approx(50.0), 2023: None}


# What a measurement is made of


def test_an_overflow_or_a_division_by_zero_is_no_value_and_no_uncertainty() -> None:
    text = "  unit: person/person\n  formula: a / b\n  inputs: {a: {variable: physicians}, b: {variable: population}}\n"
    for below in (0.0, 5e-324):
        doctors = years({2023: 1e300}, variable="physicians", unit="person")
        people = years({2023: below}, variable="population", unit="person")
        (row,) = measured(text, [DOCTORS, PEOPLE], doctors, people)
        assert (row["value"], row["uncertainty"], row["quality"]) == (None, None, "insufficient")


def test_the_uncertainty_of_a_mean_of_sites_adds_within_and_between() -> None:
    values = [[20.0 + 5 * (n % 2) for n in range(292)], [30.0 + 5 * (n % 2) for n in range(292)]]
    alone = [measured(MEAN, [PM10], series(v))[0]["uncertainty"] for v in values]
    (row,) = measured(MEAN, [PM10], *(series(v, site=site) for v, site in zip(values, "ab", strict=True)))
    within, between = math.hypot(*alone) / 2, 10 / math.sqrt(2) / math.sqrt(2)
    assert row["uncertainty"] == pytest.approx(math.hypot(within, between))


def test_the_sum_of_sites_tells_no_uncertainty_and_a_sum_of_days_neither() -> None:
    for text in (MEAN.replace("coverage: 0.75", "sites: sum"), MEAN.replace("aggregate: mean", "aggregate: sum")):
        (row,) = measured(text, [PM10], series([20.0 + n % 3 for n in range(300)]))
        assert (row["uncertainty"], row["uncertainty_kind"]) == (None, "not_derived")


@pytest.mark.parametrize(("aggregate", "unit", "value"), [("coverage", "1", 0.8), ("count", "1", 292.0)])
def test_a_coverage_or_a_count_is_exact_and_has_the_unit_of_a_number(aggregate: str, unit: str, value: float) -> None:
    text = MEAN.replace("aggregate: mean", f"aggregate: {aggregate}").replace("unit: ug/m^3", f'unit: "{unit}"')
    (row,) = measured(text, [PM10], series([20.0] * 292))
    assert (row["value"], row["uncertainty"]) == (pytest.approx(value), 0.0)


def test_the_provenance_names_each_site_with_its_share_and_single_observations_only() -> None:
    table = measured_tables(MEAN, [PM10], series([10.0] * 300, site="b"), series([12.0] * 365, site="a"))
    (trail,) = table.provenance.to_pylist()
    (each,) = json.loads(trail["inputs"])
    assert [(s["site"], s["share"], s["count"]) for s in each["series"]] == [
        ("a", 1.0, 365),
        ("b", pytest.approx(300 / 365), 300),
    ]
    assert json.loads(trail["observations"]) == []


def test_the_provenance_tells_how_values_were_joined_where_there_were_several_and_all_sources_in_order() -> None:
    def joined(table: pa.Table) -> str:
        (trail,) = measured_tables(MEAN, [PM10], table).provenance.to_pylist()
        return str(json.loads(trail["inputs"])[0]["aggregate"])

    assert joined(series([10.0] * 300)) == "mean"
    assert joined(years({2023: 10.0})) == ""
    tables = series([10.0] * 300, source="z"), series([12.0] * 300, variable="no2", source="b")
    (trail,) = measured_tables(BOTH, [PM10, NO2], *tables).provenance.to_pylist()
    assert trail["sources"] == "b z"
