"""Measurements: choice of source, coverage, sites, formula with errors, and the way back."""

from __future__ import annotations

import datetime as dt
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.making import PM10, measured, measured_tables, series, variable, years

from kenes.vocabulary.errors import UnitMismatch

MEAN = "  unit: ug/m^3\n  formula: pm10\n  inputs: {pm10: {variable: pm10, aggregate: mean, coverage: 0.75}}\n"
PEOPLE, DOCTORS = variable("population", "person"), variable("physicians", "person")
RATE = (
    "  unit: person/(10000*person)\n  formula: physicians / population\n"
    "  inputs: {physicians: {variable: physicians}, population: {variable: population}}\n"
)


def _doctors(values: dict[int, float | None]) -> object:
    return years(values, variable="physicians", unit="person")


def _people(values: dict[int, float | None]) -> object:
    return years(values, variable="population", unit="person")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0, 500), min_size=274, max_size=365))
def test_a_yearly_mean_is_the_mean_of_its_days(values: list[float]) -> None:
    (row,) = measured(MEAN, [PM10], series(values))
    assert row["value"] == pytest.approx(math.fsum(values) / len(values), rel=1e-9, abs=1e-12)
    assert row["coverage"] == pytest.approx(len(values) / 365)
    assert (row["start"], row["end"]) == (
        dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    )


def test_a_year_with_too_few_days_has_no_value_and_says_why() -> None:
    (row,) = measured(MEAN, [PM10], series([10.0] * 273))
    assert (row["value"], row["uncertainty"], row["quality"]) == (None, None, "insufficient")
    assert (row["reason"], row["reason_values"]) == ("coverage_short", '{"least":0.75,"share":0.74}')
    assert row["coverage"] == pytest.approx(273 / 365)


def test_274_of_365_days_are_enough_and_274_of_366_are_not() -> None:
    ordinary = measured(MEAN, [PM10], series([10.0] * 274))[0]
    leap = measured(MEAN, [PM10], series([10.0] * 274, start=dt.datetime(2024, 1, 1)))[0]
    assert ordinary["value"] == 10.0
    assert leap["value"] is None
    assert leap["coverage"] == pytest.approx(274 / 366)
    full = measured(MEAN, [PM10], series([10.0] * 366, start=dt.datetime(2024, 1, 1)))[0]
    assert (full["coverage"], full["value"], full["uncertainty"]) == (1.0, 10.0, 0.0)


def test_a_missing_value_stays_missing() -> None:
    (row,) = measured(MEAN, [PM10], series([10.0] * 200 + [None] * 65 + [20.0] * 100))
    assert row["value"] == pytest.approx((200 * 10 + 100 * 20) / 300)
    assert row["coverage"] == pytest.approx(300 / 365)


def test_hours_and_days_give_the_same_mean_and_the_hours_their_own_coverage() -> None:
    hours = [float(n % 24) for n in range(300 * 24)]
    (row,) = measured(MEAN, [PM10], series(hours, length="hour"))
    assert row["value"] == pytest.approx(11.5)
    assert row["coverage"] == pytest.approx(300 / 365)


def test_sites_are_averaged_and_their_difference_is_uncertain() -> None:
    a, b = series([10.0] * 365, site="a"), series([14.0] * 365, site="b")
    (row,) = measured(MEAN, [PM10], a, b)
    assert row["value"] == 12.0
    assert row["uncertainty"] == pytest.approx(2.0)
    assert row["uncertainty_kind"] == "sampling+between_sites"


def test_a_site_with_too_few_days_is_left_out_of_the_mean() -> None:
    (row,) = measured(MEAN, [PM10], series([10.0] * 365, site="a"), series([90.0] * 20, site="b"))
    assert (row["value"], row["coverage"]) == (10.0, 1.0)


def test_units_are_converted_to_those_of_the_variable() -> None:
    (row,) = measured(MEAN, [PM10], series([0.02] * 365, unit="mg/m^3"))
    assert row["value"] == pytest.approx(20.0)


def test_the_uncertainty_is_converted_with_the_value() -> None:
    days = [float(10 + 5 * (n % 2)) for n in range(300)]
    (micro,) = measured(MEAN, [PM10], series(days))
    (milli,) = measured(MEAN, [PM10], series([v / 1000 for v in days], unit="mg/m^3"))
    assert milli["uncertainty"] == pytest.approx(micro["uncertainty"], rel=1e-9)
    assert micro["uncertainty"] > 0


def test_a_rate_is_scaled_to_its_base() -> None:
    (row,) = measured(RATE, [DOCTORS, PEOPLE], _doctors({2023: 300.0}), _people({2023: 120_000.0}))
    assert row["value"] == pytest.approx(25.0)
    assert (row["uncertainty"], row["uncertainty_kind"], row["coverage"]) == (None, "not_derived", 1.0)


def test_a_rate_of_another_dimension_is_refused() -> None:
    with pytest.raises(UnitMismatch, match="units of different dimension: expected ug/m"):
        measured(RATE.replace("person/(10000*person)", "ug/m^3"), [DOCTORS, PEOPLE], _doctors({2023: 1.0}))


def test_a_missing_denominator_leaves_no_value_and_says_which() -> None:
    (row,) = measured(RATE, [DOCTORS, PEOPLE], _doctors({2023: 300.0}), _people({2022: 120_000.0}))
    assert (row["value"], row["reason"]) == (None, "not_known")
    assert row["reason_values"] == '{"variable":"population","year":2023}'


def test_division_by_zero_is_no_value() -> None:
    (row,) = measured(RATE, [DOCTORS, PEOPLE], _doctors({2023: 300.0}), _people({2023: 0.0}))
    assert (row["value"], row["uncertainty"], row["reason"]) == (None, None, "division_by_zero")


def test_errors_propagate_through_the_formula() -> None:
    """First order (GUM, JCGM 100:2008, equation 10): of a product, relative errors add in quadrature."""
    other = variable("no2", "ug/m^3")
    text = (
        "  unit: ug^2/m^6\n  formula: a * b\n"
        "  inputs: {a: {variable: pm10, aggregate: mean}, b: {variable: no2, aggregate: mean}}\n"
    )
    first, second = [20.0 + n % 7 for n in range(300)], [40.0 + n % 5 for n in range(290)]
    tables = series(first), series(second, variable="no2")
    (a,) = measured(MEAN, [PM10], tables[0])
    (b,) = measured(MEAN.replace("variable: pm10", "variable: no2"), [other], tables[1])
    (row,) = measured(text, [PM10, other], *tables)
    relative = math.hypot(a["uncertainty"] / a["value"], b["uncertainty"] / b["value"])
    assert row["value"] == pytest.approx(a["value"] * b["value"])
    assert row["uncertainty"] == pytest.approx(row["value"] * relative, rel=1e-6)


def test_an_input_without_a_derived_error_is_told() -> None:
    text = (
        "  unit: ug/m^3/person\n  formula: a / b\n"
        "  inputs: {a: {variable: pm10, aggregate: mean}, b: {variable: population}}\n"
    )
    (row,) = measured(text, [PM10, PEOPLE], series([20.0 + n % 7 for n in range(300)]), _people({2023: 10.0}))
    assert row["uncertainty_kind"] == "sampling+part_not_derived"


@pytest.mark.parametrize(("aggregate", "value"), [("sum", 450.0 * 300), ("max", 600.0), ("last", 600.0)])
def test_what_a_total_or_an_extreme_misses_is_not_derived_from_the_spread(aggregate: str, value: float) -> None:
    days = [300.0, 600.0] * 150
    (row,) = measured(MEAN.replace("aggregate: mean", f"aggregate: {aggregate}"), [PM10], series(days))
    assert row["value"] == pytest.approx(value)
    assert (row["uncertainty"], row["uncertainty_kind"]) == (None, "not_derived")


def test_sites_that_add_up_are_added() -> None:
    text = MEAN.replace("coverage: 0.75", "sites: sum")
    (row,) = measured(text, [PM10], series([10.0] * 365, site="a"), series([14.0] * 365, site="b"))
    assert (row["value"], row["uncertainty_kind"]) == (24.0, "not_derived")


def test_the_order_of_sources_decides() -> None:
    tables = series([10.0] * 365, source="a"), series([50.0] * 300, source="b")
    chosen = MEAN.replace("coverage: 0.75", "sources: [b, a]")
    assert measured(chosen, [PM10], *tables)[0]["value"] == 50.0
    assert measured(MEAN.replace("coverage: 0.75", "sources: [a]"), [PM10], *tables)[0]["value"] == 10.0
    assert measured(MEAN.replace("coverage: 0.75", "sources: [c]"), [PM10], *tables) == []


def test_without_an_order_the_better_covered_source_is_taken() -> None:
    tables = series([10.0] * 290, source="a"), series([50.0] * 300, source="b")
    assert measured(MEAN, [PM10], *tables)[0]["value"] == 50.0


def test_a_year_offset_takes_the_neighbouring_year() -> None:
    text = RATE.replace("{variable: population}", "{variable: population, year_offset: -1}")
    (row,) = measured(text, [DOCTORS, PEOPLE], _doctors({2023: 300.0}), _people({2022: 100_000.0, 2023: 1.0}))
    assert row["value"] == pytest.approx(30.0)


def test_an_offset_of_the_first_input_moves_the_period() -> None:
    text = RATE.replace("{variable: physicians}", "{variable: physicians, year_offset: 1}")
    rows = measured(text, [DOCTORS, PEOPLE], _doctors({2023: 300.0}), _people({2022: 100_000.0, 2023: 1.0}))
    assert [(row["start"].year, row["value"]) for row in rows] == [(2022, pytest.approx(30.0))]


def test_an_older_value_stands_in_only_up_to_its_age() -> None:
    text = RATE.replace("{variable: population}", "{variable: population, max_age: 2}")
    people = _people({2020: 100_000.0})
    found = {
        row["start"].year: row["value"]
        for row in measured(text, [DOCTORS, PEOPLE], _doctors({2021: 100.0, 2022: 200.0, 2023: 300.0}), people)
    }
    assert found == {2021: pytest.approx(10.0), 2022: pytest.approx(20.0), 2023: None}


def test_only_the_wanted_dimensions_count() -> None:
    table = years({2023: 7.0}, dimensions='{"age":"TOTAL","sex":"T"}')
    other = years({2023: 9.0}, dimensions='{"age":"TOTAL","sex":"F"}', source="made2")
    text = "  unit: ug/m^3\n  formula: x\n  inputs: {x: {variable: pm10, dimensions: {sex: T, age: TOTAL}}}\n"
    assert [row["value"] for row in measured(text, [PM10], table, other)] == [7.0]


def test_only_the_declared_kinds_of_places_are_measured() -> None:
    assert measured(MEAN + "  places: [city]\n", [PM10], series([10.0] * 365)) == []
    assert len(measured(MEAN + "  places: [province]\n", [PM10], series([10.0] * 365))) == 1


def test_flags_of_the_source_travel_and_lower_the_quality() -> None:
    (row,) = measured(
        RATE,
        [DOCTORS, PEOPLE],
        _doctors({2023: 3.0}),
        years({2023: 10.0}, variable="population", unit="person", flags="provisional"),
    )
    assert (row["flags"], row["quality"]) == ("provisional", "fair")


def test_the_provenance_names_every_input_down_to_its_observations() -> None:
    found = measured_tables(RATE, [DOCTORS, PEOPLE], _doctors({2023: 300.0}), _people({2023: 120_000.0}))
    (row,), (trail,) = found.measurements.to_pylist(), found.provenance.to_pylist()
    assert row["provenance"] == trail["provenance"]
    inputs = {each["input"]: each for each in json.loads(trail["inputs"])}
    assert {name: each["value"] for name, each in inputs.items()} == {"physicians": 300.0, "population": 120_000.0}
    assert json.loads(trail["observations"]) == ["-physicians---2023", "-population---2023"]
    assert (trail["sources"], trail["licence"], trail["step"]) == ("made", "CC0-1.0", "physicians / population")


def test_the_same_inputs_give_the_same_provenance_and_others_another() -> None:
    def key(doctors: float) -> str:
        return str(measured(RATE, [DOCTORS, PEOPLE], _doctors({2023: doctors}), _people({2023: 9.0}))[0]["provenance"])

    assert key(3.0) == key(3.0) != key(4.0)
