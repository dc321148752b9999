"""Observations of any period brought to years, as one unbound relational expression.

The expression groups millions of hourly or daily values into one row a series and year; what comes
after works on that small table. It uses only what is known to mean the same on every engine.
"""

from __future__ import annotations

import pyarrow as pa

from kenes.indicators.relational import Relation, cases, columns_of, equal, table, where, window
from kenes.vocabulary.tables import OBSERVATIONS

HOUR, DAY, MONTH = 3600, 86_400, 31 * 86_400
KEYS: tuple[str, ...] = ("variable", "source", "place", "site", "dimensions", "unit", "length", "year")


def observations() -> Relation:
    """The unbound table of observations."""
    return table(_types(OBSERVATIONS.schema()), "observations")


def void() -> Relation:
    """The unbound table of observation ids that must not count, with one column `observation`."""
    return table({"observation": "string"}, "void")


def _types(schema: pa.Schema) -> dict[str, str]:
    names = {"string": "string", "double": "float64"}
    return {
        field.name: names.get(str(field.type), "timestamp('UTC')" if "UTC" in str(field.type) else "timestamp")
        for field in schema
    }


def yearly(*, some_void: bool = True) -> Relation:
    """One row a series and civil year.

    Values are joined to days first, so that the spread and the dependence that an uncertainty needs
    are those of days, and a window never runs over hours.

    Returns:
        An unbound expression with the columns of `KEYS` and: `n` values; their `mean`, `low`, `high`,
        `total`, `latest` (the mean of the last day with a value); `covered_s`, the seconds that they
        cover; `days` with a value and the standard deviation `sd` (n-1) of their means; sums over neighbouring days
        (`pairs`, `sum_xy`, `sum_x`, `sum_y`) for the first autocorrelation; `first` and `last`
        observation ids; `source_flags`; `snapshot`.

    `length` is `hour`, `day`, `month` or `year`, so that a daily and an hourly series never mix.
    """
    t = _days(observations(), some_void)
    in_order = window(columns_of(t, KEYS), t.day)
    t = t.mutate(before=t.mean.lag().over(in_order), before_day=t.day.lag().over(in_order))
    t = t.mutate(last_day=t.day.max().over(window(columns_of(t, KEYS))))
    pair = t.before.notnull() & equal(t.before_day, t.day - DAY)
    t = t.mutate(x=where(pair, t.before, None), y=where(pair, t.mean, None))
    found = t.group_by(list(KEYS)).aggregate(
        n=t.n.sum().cast("int64"),
        total=t.total.sum().cast("float64"),
        low=t.low.min(),
        high=t.high.max(),
        latest=where(equal(t.day, t.last_day), t.mean, None).max(),
        covered_s=t.covered_s.sum().cast("float64"),
        days=t.mean.count(),
        day_mean=t.mean.mean(),
        sd=t.mean.std(how="sample"),
        pairs=t.y.count(),
        sum_xy=(t.x * t.y).sum().cast("float64"),
        sum_x=t.x.sum().cast("float64"),
        sum_y=t.y.sum().cast("float64"),
        first=t.first.min(),
        last=t.last.max(),
        source_flags=t.source_flags.max(),
        snapshot=t.snapshot.max(),
    )
    return found.mutate(mean=found.total / found.n)


def _days(t: Relation, some_void: bool) -> Relation:
    """One row a series and civil day; a period longer than a day stays one row on its first day."""
    t = t.filter(t.value.notnull())
    if some_void:
        t = t.anti_join(void(), "observation")
    seconds = t.civil_end.epoch_seconds() - t.civil_start.epoch_seconds()
    length = cases((seconds <= HOUR, "hour"), (seconds <= DAY, "day"), (seconds <= MONTH, "month"), otherwise="year")
    day = t.civil_start.epoch_seconds() // DAY * DAY
    t = t.mutate(seconds=seconds, length=length, year=t.civil_start.year(), day=day)
    found = t.group_by([*KEYS, "day"]).aggregate(
        n=t.value.count(),
        total=t.value.sum().cast("float64"),
        low=t.value.min(),
        high=t.value.max(),
        covered_s=t.seconds.sum().cast("float64"),
        first=t.observation.min(),
        last=t.observation.max(),
        source_flags=t.flags.max(),
        snapshot=t.snapshot.max(),
    )
    return found.mutate(mean=found.total / found.n)
