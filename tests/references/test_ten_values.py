"""Ten published values recomputed from the shipped files by arithmetic written here."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.references.shipped import cells, column, measured

pytestmark = pytest.mark.usefixtures("shipped_edition")
LISTED = list(csv.DictReader((Path(__file__).parent / "ten_values.csv").read_text(encoding="utf-8").splitlines()))
GDP = "eurostat-gdp/nama_10r_3gdp_TR_HU.csv"
AGES = "eurostat-population-age/demo_r_pjangrp3_sexT_TR_HU.tsv"


def _gdp(row: int, geo: str, year: str) -> float:
    rows = cells(GDP)
    assert (column(rows, row, "unit"), column(rows, row, "geo")) == ("PPS_EU27_2020_HAB", geo)
    return float(column(rows, row, year))


def _pm10(name: str, days: int) -> float:
    rows = cells("air-turkiye-2019/tr_daily_2019.csv", encoding="iso-8859-9")
    where = rows[0].index("PM10")
    values = [float(row[where]) for row in rows[1:] if row[0] == name and row[where]]
    assert len(values) == days
    return sum(values) / days


def _kazakh(file: str, row: int, column_: str, people_row: int, people_name: str) -> float:
    people = cells("kz-population/city_population.csv")
    assert people[people_row - 1][0] == people_name
    return float(column(cells(file), row, column_)) / float(column(people, people_row, "Total"))


def _migration() -> float:
    ages = cells(AGES, delimiter="\t")
    (people,) = [row for row in ages if row[0].endswith(",TOTAL,TR510")]
    first, last = (float(people[ages[0].index(year)]) for year in ("2015", "2020"))
    flows = {}
    for what in ("births", "deaths"):
        rows = cells(f"eurostat-{what}/{what}_TR_HU.csv")
        (own,) = [row for row in rows if row[rows[0].index("geo")] == "TR510"]
        flows[what] = sum(float(own[rows[0].index(str(year))]) for year in range(2015, 2020))
    return 1000 * (last - first - flows["births"] + flows["deaths"]) / (5 * (first + last) / 2)


def _renewables() -> float:
    rows = cells("owid-electricity/electricity_mix_1985-2021_ots.csv")
    assert rows[209][:2] == ["Turkey", "2021"]
    made = float(column(rows, 210, "Electricity from renewables (TWh)"))
    return 100 * made / float(column(rows, 210, "Electricity generation (TWh)"))


BY_HAND: dict[tuple[str, str], Callable[[], float]] = {
    ("gdp_per_head_pps", "tr-ankara"): lambda: _gdp(840, "TR510", "2019"),
    ("gdp_per_head_pps", "tr-istanbul"): lambda: _gdp(806, "TR100", "2019"),
    ("gdp_per_head_pps_change", "hu-budapest"): lambda: 100 * _gdp(774, "HU110", "2021") / _gdp(774, "HU110", "2016"),
    ("pm10_annual_mean", "tr-ankara"): lambda: _pm10("Ankara", 308),
    ("pm10_annual_mean", "tr-mus"): lambda: _pm10("Muş", 290),
    ("physicians_per_10k", "kz-almaty"): lambda: (
        1e4 * _kazakh("kz-physicians/arzte.csv", 21, "город Алматы", 20, "Almaty city")
    ),
    ("stationary_emissions_per_person", "kz-pavlodar-region"): lambda: (
        1e6 * _kazakh("kz-emissions/part2.csv", 16, "2022.0", 14, "Pavlodar Region")
    ),
    ("egdi", "tr"): lambda: float(column(cells("egdi/EGOV_DATA_2024.csv"), 168, "E_Index")),
    ("renewable_electricity_share", "tr"): _renewables,
    ("net_migration_rate", "tr-ankara"): _migration,
}


def test_there_are_ten_and_each_is_recomputed() -> None:
    assert {(each["indicator"], each["place"]) for each in LISTED} == set(BY_HAND)
    assert len(LISTED) == len(BY_HAND) == 10


@pytest.mark.parametrize("listed", LISTED, ids=lambda each: f"{each['indicator']} {each['place']}")
def test_a_published_value_equals_the_one_by_hand(listed: dict[str, str]) -> None:
    by_hand = BY_HAND[listed["indicator"], listed["place"]]()
    assert by_hand == pytest.approx(float(listed["expected"]), rel=1e-9)
    (row,) = [r for r in measured(listed["indicator"], listed["place"]) if r["year"] == int(listed["year"])]
    assert row["value"] == pytest.approx(by_hand, rel=1e-9)
    assert row["unit"].replace(" ", "") == listed["unit"].replace(" ", "")
