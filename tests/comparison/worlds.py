"""Small tables and specifications for the tests of the comparison."""

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa

DATA = Path(__file__).parents[1] / "data"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asem():
    """Indicators and metadata as records."""
    return rows_of(DATA / "asem" / "indicators.csv"), rows_of(DATA / "asem" / "metadata.csv")


def asem_steps(**changes):
    steps = {
        "denominate": {},
        "impute": {"method": "group_mean", "by": "EurAsia_group"},
        "treat": {"method": "winsorise", "max_points": 5, "then": "log_coin"},
        "normalise": {"method": "min_max", "low": 0, "high": 100},
        "aggregate": {"method": "arithmetic"},
    }
    return [{k: v} for k, v in (steps | changes).items() if v is not None]


def flat(count, steps, *, nodes=None, **fields):
    """A root with `count` indicators i0, i1 ...; `nodes` adds fields by id."""
    leaves = [{"id": f"i{k}", "parent": "index", **(nodes or {}).get(f"i{k}", {})} for k in range(count)]
    return {"id": "flat", "nodes": [{"id": "index"}, *leaves], "steps": steps, **fields}


def two_levels(pillars, leaves, steps, **fields):
    """`leaves` indicators shared out to `pillars` branches."""
    nodes = [{"id": "index"}, *({"id": f"p{k}", "parent": "index"} for k in range(pillars))]
    nodes += [{"id": f"i{k}", "parent": f"p{k % pillars}"} for k in range(leaves)]
    return {"id": "two", "nodes": nodes, "steps": steps, **fields}


def table(values):
    """Columns i0, i1 ... from an array of shape (place, indicator)."""
    values = np.asarray(values, dtype=float)
    return {"place": [f"c{k:04d}" for k in range(len(values))], **{f"i{k}": v for k, v in enumerate(values.T)}}


class Streamed:
    """A table that is known by its Arrow stream alone, as one of polars is."""

    def __init__(self, columns):
        self._table = pa.table(columns)

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


class Planned:
    """A table that is computed when it is collected, as a lazy one of polars is."""

    def __init__(self, columns):
        self._columns = columns

    def collect(self):
        return Streamed(self._columns)
