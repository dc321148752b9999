"""PM2.5 of Bishkek in 2019 from the hourly file, by hand and by the product, and what WHO publishes beside it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests.references.shipped import built, cells, measured

pytestmark = pytest.mark.usefixtures("shipped_edition")
WHO = 33.15
"""WHO, Ambient air quality database 2022: Bishkek 2019, from 78 % of the time."""


def _hours(*, naive: bool) -> list[float]:
    """Raw concentrations whose hour lies in 2019; a stamp names the end of its hour.

    `naive` leaves in what the file marks as missing or invalid.
    """
    found = []
    for file in ("bishkek_pm25_2019.csv", "bishkek_pm25_2020.csv"):
        rows = cells(f"air-bishkek/{file}")
        names = rows[0]
        for row in rows[1:]:
            each = dict(zip(names, row, strict=True))
            stamp = dt.datetime.strptime(each["Date (LT)"], "%Y-%m-%d %I:%M %p")
            if (stamp - dt.timedelta(hours=1)).year != 2019:
                continue
            valid = each["QC Name"] == "Valid" and float(each["Raw Conc."]) != -999
            if naive or valid:
                found.append(float(each["Raw Conc."]))
    return found


def _by_the_product() -> dict[str, object]:
    (row,) = [row for row in measured("pm25_annual_mean", "kg-bishkek") if row["year"] == 2019]
    return row


def test_the_mean_of_2019_over_its_valid_hours() -> None:
    hours, row = _hours(naive=False), _by_the_product()
    assert 7715 <= len(hours) <= 7716
    assert sum(hours) / len(hours) == pytest.approx(35.42, abs=0.05)
    assert row["value"] == pytest.approx(sum(hours) / len(hours), rel=1e-9)
    assert row["coverage"] == pytest.approx(len(hours) / 8760, abs=1e-12)
    assert row["coverage"] == pytest.approx(0.88, abs=0.005)


def test_leaving_missing_and_invalid_rows_in_looks_right_and_is_wrong() -> None:
    names, *rows = cells("air-bishkek/bishkek_pm25_2019.csv")
    where = names.index("Raw Conc.")
    wrong = sum(float(row[where]) for row in rows) / len(rows)
    assert wrong == pytest.approx(33.36, abs=0.05)
    assert abs(wrong - WHO) < abs(35.42 - WHO)
    assert abs(float(str(_by_the_product()["value"])) - wrong) > 1.5


def test_who_stands_beside_it_as_a_conflict_and_changes_nothing() -> None:
    (cited,) = [row for row in measured("pm25_annual_mean_cited", "kg-bishkek") if row["year"] == 2019]
    assert cited["value"] == WHO
    assert "conflict" in str(_by_the_product()["flags"]).split()
    wanted = {"place": "kg-bishkek", "rule": "conflict", "variable": "pm25"}
    flags = built().table("flags", filter=wanted).to_pylist()
    told = [json.loads(flag["reason_values"]) for flag in flags if flag["reason"] == "conflict_sources"]
    pairs = {(round(each["value"], 2), round(each["other_value"], 2)) for each in told if each["year"] == 2019}
    assert pairs == {(33.15, 35.42), (35.42, 33.15)}
