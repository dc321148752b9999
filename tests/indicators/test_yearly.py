"""The yearly expression against plain Python that shares nothing with it."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.indicators.making import by_year, series, years

VALUES = st.lists(st.one_of(st.none(), st.floats(0, 1000).map(lambda v: round(v, 4))), min_size=1, max_size=80)


def _by_hand(
    values: Sequence[float | None], start: dt.datetime, step: dt.timedelta, *, last_day_of: int | None = None
) -> dict[int, list[float]]:
    """Values by civil year; of one year only those of the last day that has any, when asked."""
    timed = [(start + n * step, value) for n, value in enumerate(values) if value is not None]
    if last_day_of is not None:
        last = max(moment.date() for moment, _ in timed if moment.year == last_day_of)
        timed = [(moment, value) for moment, value in timed if moment.date() == last]
    found = defaultdict(list)
    for moment, value in timed:
        found[moment.year].append(value)
    return found


@settings(max_examples=25, deadline=None)
@given(VALUES, st.sampled_from(["day", "hour"]))
def test_yearly_values_equal_those_by_hand(values: list[float | None], length: str) -> None:
    start, step = dt.datetime(2022, 12, 30), dt.timedelta(**{f"{length}s": 1})
    rows = {row["year"]: row for row in by_year(series(values, start=start, length=length)).to_pylist()}
    expected = _by_hand(values, start, step)
    assert rows.keys() == expected.keys()
    for year, wanted in expected.items():
        row = rows[year]
        assert row["length"] == length
        assert row["n"] == len(wanted)
        assert row["mean"] == pytest.approx(math.fsum(wanted) / len(wanted), rel=1e-9, abs=1e-12)
        assert row["total"] == pytest.approx(math.fsum(wanted), rel=1e-9, abs=1e-12)
        assert (row["low"], row["high"]) == (min(wanted), max(wanted))
        last = _by_hand(values, start, step, last_day_of=year)[year]
        assert row["latest"] == pytest.approx(math.fsum(last) / len(last), rel=1e-9, abs=1e-12)
        assert row["covered_s"] == len(wanted) * step.total_seconds()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_duckdb_and_pandas_agree_on_every_column_of_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hours = rng.lognormal(3, 1, 24 * 40)
    hours[rng.random(hours.size) < 0.2] = np.nan
    values = [None if np.isnan(v) else float(v) for v in hours]
    start = dt.datetime(2022, 12, 15)
    table = by_year(series(values, start=start, length="hour"))
    frame = pd.DataFrame({"time": pd.date_range(start, periods=hours.size, freq="h"), "value": hours}).dropna()
    days = frame.groupby(frame.time.dt.normalize()).value.mean().rename("mean").to_frame()
    days["year"] = days.index.year
    for row in table.to_pylist():
        own = days[days.year == row["year"]]["mean"]
        whole = frame[frame.time.dt.year == row["year"]].value
        before = own.shift(1)
        near = own.index.to_series().diff() == pd.Timedelta(days=1)
        x, y = before[near], own[near]
        expected = {
            "n": len(whole),
            "mean": whole.mean(),
            "total": whole.sum(),
            "days": len(own),
            "day_mean": own.mean(),
            "sd": own.std(ddof=1),
            "pairs": int(near.sum()),
            "sum_x": x.sum(),
            "sum_y": y.sum(),
            "sum_xy": (x * y).sum(),
        }
        for name, value in expected.items():
            assert row[name] == pytest.approx(value, rel=1e-9), name


def test_the_order_of_rows_changes_nothing() -> None:
    table = series([float(v) for v in range(50)])
    backwards = table.take(pa.array(range(49, -1, -1)))
    assert by_year(table).equals(by_year(backwards))


def test_a_voided_observation_does_not_count() -> None:
    table = series([10.0, 20.0, -999.0])
    bad = table["observation"][2].as_py()
    assert by_year(table, void=[bad]).to_pylist()[0]["mean"] == 15.0
    assert by_year(table).to_pylist()[0]["mean"] == pytest.approx(-323.0)


def test_a_year_without_any_value_has_no_row() -> None:
    assert by_year(series([None, None])).num_rows == 0
    assert by_year(series([])).num_rows == 0


def test_hours_and_days_of_one_site_stay_apart() -> None:
    rows = by_year(series([1.0] * 24, length="hour"), series([5.0] * 3)).to_pylist()
    assert {(row["length"], row["mean"]) for row in rows} == {("hour", 1.0), ("day", 5.0)}


def test_sites_units_dimensions_and_sources_stay_apart() -> None:
    tables = [
        series([1.0], site="a"),
        series([2.0], site="b"),
        series([3.0], unit="mg/m^3"),
        series([4.0], dimensions='{"sex":"T"}'),
        series([5.0], source="other"),
    ]
    assert sorted(row["mean"] for row in by_year(*tables).to_pylist()) == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_the_hour_that_ends_the_year_belongs_to_the_year_that_it_lies_in() -> None:
    rows = by_year(series([1.0, 2.0], start=dt.datetime(2022, 12, 31, 23), length="hour")).to_pylist()
    assert {row["year"]: row["mean"] for row in rows} == {2022: 1.0, 2023: 2.0}


def test_a_yearly_value_is_its_own_year() -> None:
    rows = by_year(years({2020: 5.0, 2021: 6.0})).to_pylist()
    assert {row["year"]: (row["mean"], row["n"], row["length"]) for row in rows} == {
        2020: (5.0, 1, "year"),
        2021: (6.0, 1, "year"),
    }


def test_neighbouring_days_are_neighbours_in_the_calendar_not_in_the_file() -> None:
    row = by_year(series([1.0, None, 3.0, 4.0])).to_pylist()[0]
    assert (row["pairs"], row["sum_x"], row["sum_y"], row["sum_xy"]) == (1, 3.0, 4.0, 12.0)
