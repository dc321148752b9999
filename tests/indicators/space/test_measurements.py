"""A spatial measurement and the columns of its export."""

from dataclasses import replace

import pytest

from kenes.indicators.space.measurements import COLUMNS, KEY, MeasurementContext, SpatialMeasurement, columns_of

DAY, SERVICE_DAY = ("2024-03-06T00:00:00Z", "2024-03-07T00:00:00Z"), ("2024-03-08T00:00:00Z", "2024-03-09T00:00:00Z")
CONTEXT = MeasurementContext("2026", "xx-north", "p1", {"osm": DAY, "gtfs": SERVICE_DAY, "table": None})
SHARE = SpatialMeasurement("sdg_11_2_1", 0.5, "1", dimensions={"b": "2", "a": "1"}, flags=("x", "y"))


@pytest.mark.parametrize(
    ("source", "period"), [("osm", DAY), ("gtfs", SERVICE_DAY), ("layer", DAY), ("table", (None, None))]
)
def test_a_source_has_its_own_period_and_one_that_is_not_named_that_of_the_map(source, period):
    assert CONTEXT.period_of(replace(SHARE, source=source)) == period


def test_without_a_day_of_the_map_nothing_is_said_of_the_period():
    assert replace(CONTEXT, periods={"osm": None}).period_of(SHARE) == (None, None)
    assert replace(CONTEXT, periods={}).period_of(SHARE) == (None, None)


def test_the_columns_are_those_of_the_export_and_hold_those_of_its_key():
    row = columns_of(SHARE, CONTEXT)
    assert tuple(row) == COLUMNS
    assert set(KEY) < set(COLUMNS)
    assert (row["start"], row["dimensions"], row["flags"]) == (DAY[0], '{"a":"1","b":"2"}', "x y")
    assert (row["district"], row["quality"], row["reason"]) == (None, None, None)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_is_no_number_is_no_value(value):
    assert replace(SHARE, value=value).number is None
    assert columns_of(replace(SHARE, value=value), CONTEXT)["value"] is None
    assert columns_of(replace(SHARE, value=0), CONTEXT)["value"] == 0.0
