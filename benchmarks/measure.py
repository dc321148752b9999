"""Twenty million hourly values to years: our expression against SQL written by hand, in one run.

Run: python benchmarks/measure.py [--rows 20000000]. The reference is DuckDB with the same number of
threads and SQL that gives the same columns; a second reference runs on all threads, whose sums differ in the
last digit from run to run. Prints seconds, ratios and peak memory; exits with 1 if the results differ.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from kenes.indicators.yearly import yearly
from kenes.store import Store
from kenes.vocabulary.tables import OBSERVATIONS

HOURS = 8760 * 10
BY_HAND = """
with hours as (
  select variable, source, place, site, unit, year(civil_start) as year, epoch(civil_start)::bigint // 86400 as day,
         value, observation, snapshot, flags, civil_start, epoch(civil_end) - epoch(civil_start) as seconds
  from read_parquet($files) where value is not null),
days as (
  select variable, source, place, site, unit, year, day, count(*) as n, sum(value) as total, min(value) as low,
         max(value) as high, sum(seconds) as covered_s, min(observation) as first,
         max(observation) as last, max(flags) as flags, max(snapshot) as snapshot
  from hours group by all),
pairs as (
  select *, total / n as mean, lag(total / n) over w as before, lag(day) over w as before_day
  from days window w as (partition by variable, source, place, site, unit, year order by day))
select place, site, year, sum(n) as n, sum(total) / sum(n) as mean, stddev_samp(mean) as sd,
       sum(covered_s) as covered_s,
       min(low), max(high), arg_max(mean, day), min(first), max(last), max(flags), max(snapshot),
       sum(case when before_day = day - 1 then before * mean end) as sum_xy
from pairs group by place, site, year order by place, site, year
"""


def sites(rows: int) -> Iterator[pa.Table]:
    """One table a site: ten years of hours."""
    rng = np.random.default_rng(1)
    start = np.datetime64("2015-01-01T00", "us") + np.arange(HOURS) * np.timedelta64(1, "h")
    end = start + np.timedelta64(1, "h")
    for number in range(max(1, rows // HOURS)):
        values = rng.gamma(3, 12, HOURS)
        values[rng.random(HOURS) < 0.1] = np.nan
        fixed = {"variable": "pm25", "place": f"xx-{number % 50:02d}", "site": f"s{number:03d}", "unit": "ug/m^3"}
        columns: dict[str, object] = {
            "observation": pa.array(np.char.add(f"{number:012x}-", np.arange(HOURS).astype(str))),
            "start": pa.array(start).cast(pa.timestamp("us", tz="UTC")),
            "end": pa.array(end).cast(pa.timestamp("us", tz="UTC")),
            "value": pa.array(values, from_pandas=True),
            "civil_start": pa.array(start),
            "civil_end": pa.array(end),
            "source": pa.repeat("made", HOURS),
            "batch": pa.repeat("b", HOURS),
            "snapshot": pa.repeat("0" * 64, HOURS),
            "retrieved_at": pa.repeat(
                pa.scalar(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), pa.timestamp("us", tz="UTC")), HOURS
            ),
            **{name: pa.repeat(text, HOURS) for name, text in fixed.items()},
        }
        schema = OBSERVATIONS.schema()
        yield pa.table([columns.get(f.name, pa.nulls(HOURS, f.type)) for f in schema], schema=schema)


def main() -> int:
    """Build the table, run both, compare; 1 when they disagree."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.table("observations").append("b", sites(rows))
        files = store.table("observations").files()
        void = pa.table({"observation": pa.array([], pa.string())})
        before = time.perf_counter()
        ours = store.run(yearly(some_void=False), ["b"], void=void).sort_by(
            [("place", "ascending"), ("site", "ascending"), ("year", "ascending")]
        )
        seconds = time.perf_counter() - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"ours                     {seconds:6.2f} s for {rows:,} rows; peak {memory:.2f} GB with making the rows")
        agree = True
        for threads in ("1", None):
            with duckdb.connect(config={"threads": threads} if threads else {}) as db:
                before = time.perf_counter()
                theirs = db.sql(BY_HAND, params={"files": files}).to_arrow_table()
                reference = time.perf_counter() - before
            print(
                f"by hand, {threads or 'all'} thread(s)   {reference:6.2f} s; "
                f"ours takes {seconds / reference:.2f} times that"
            )
            for name in ("n", "mean", "sd", "covered_s", "sum_xy"):
                a, b = (t[name].to_numpy(zero_copy_only=False).astype(float) for t in (ours, theirs))
                agree &= bool(np.allclose(a, b, rtol=1e-9, equal_nan=True))
    print("results agree within 1e-9" if agree else "RESULTS DIFFER")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
