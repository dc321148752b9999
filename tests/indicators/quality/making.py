"""Small tables of observations and measurements for the tests of the quality rules."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from kenes.vocabulary.tables import MEASUREMENTS, OBSERVATIONS

STEPS = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1)}


def series(
    values: Iterable[float | None],
    *,
    place: str = "tr-ankara",
    variable: str = "pm10",
    site: str | None = None,
    start: str = "2019-01-01",
    step: str = "day",
    unit: str = "ug/m^3",
    source: str = "network",
    dimensions: str | None = None,
) -> list[dict[str, Any]]:
    """Rows of `OBSERVATIONS` for one sensor; a step of `year` makes yearly figures."""
    first = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
    rows = []
    for i, value in enumerate(values):
        if step == "year":
            begin, end = first.replace(year=first.year + i), first.replace(year=first.year + i + 1)
        else:
            begin = first + i * STEPS[step]
            end = begin + STEPS[step]
        rows.append(
            {
                "observation": f"{source}-{variable}-{place}-{site}-{begin.isoformat()}",
                "variable": variable,
                "place": place,
                "site": site,
                "start": begin,
                "end": end,
                "dimensions": dimensions,
                "value": None if value is None else float(value),
                "unit": unit,
                "snapshot": f"snapshot-{source}",
                "locator": f"row {i + 2}, column 3",
                "source": source,
            }
        )
    return rows


def observations(*parts: Sequence[Mapping[str, Any]]) -> pa.Table:
    """One table of several series."""
    return pa.Table.from_pylist([dict(row) for part in parts for row in part], schema=OBSERVATIONS.schema())


def days(mean: float, *, seed: int, spread: float = 0.4, count: int = 365) -> list[float]:
    """Daily values with a given mean whose logarithms vary by `spread`."""
    draws = np.exp(np.random.default_rng(seed).normal(0.0, spread, count))
    return [float(v) for v in draws * mean / draws.mean()]


def provinces(count: int = 20, *, year: int = 2019, spread: float = 0.4) -> list[list[dict[str, Any]]]:
    """Daily PM10 of ordinary provinces with means between 35 and 63."""
    return [
        series(
            days(35 + 1.4 * i, seed=1000 * year + i, spread=spread),
            place=f"tr-{i:02d}",
            start=f"{year}-01-01",
        )
        for i in range(count)
    ]


def measurements(rows: Iterable[tuple[str, str, int, float | None]], *, unit: str = "ug/m^3") -> pa.Table:
    """Rows of `MEASUREMENTS` from indicator, place, year and value."""
    return pa.Table.from_pylist(
        [
            {
                "indicator": indicator,
                "edition": "1",
                "place": place,
                "start": dt.datetime(year, 1, 1, tzinfo=dt.UTC),
                "end": dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC),
                "value": value,
                "unit": unit,
            }
            for indicator, place, year, value in rows
        ],
        schema=MEASUREMENTS.schema(),
    )


def found(flags: pa.Table, rule: str | None = None) -> list[tuple[str, str]]:
    """Rule and place of each flag, or of those of one rule."""
    return [(r["rule"], r["place"]) for r in flags.to_pylist() if rule in (None, r["rule"])]


def said(flag: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Code and values of a flag's reason."""
    return flag["reason"], json.loads(flag["reason_values"])
