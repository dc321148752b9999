"""Observations, their yearly series and definitions, made in the test."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from typing import Any

import ibis
import pyarrow as pa

from kenes.catalogue.definitions import IndicatorDefinition, Variable, read_indicator
from kenes.catalogue.documents import parse_document
from kenes.indicators.measure import MeasuredTables, measure
from kenes.indicators.yearly import yearly
from kenes.store.edition import connect
from kenes.vocabulary.tables import OBSERVATIONS

LICENCES = {"made": "CC0-1.0"}
LENGTHS = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1)}


def series(
    values: Iterable[float | None], *, start: dt.datetime = dt.datetime(2023, 1, 1), length: str = "day", **fields: Any
) -> pa.Table:
    """Consecutive values from a civil time on; None stands for a value that is missing."""
    step, rows = LENGTHS[length], []
    name = "-".join(str(fields.get(key, "")) for key in ("source", "variable", "place", "site"))
    for n, value in enumerate(values):
        begin = start + n * step
        rows.append(_row(f"{name}-{length}-{start:%Y%m%d}-{n:05d}", value, begin, begin + step) | fields)
    return pa.Table.from_pylist(rows, schema=OBSERVATIONS.schema())


def years(values: dict[int, float | None], **fields: Any) -> pa.Table:
    """One value a year."""
    name = "-".join(str(fields.get(key, "")) for key in ("source", "variable", "place", "site"))
    rows = [
        _row(f"{name}-{year}", value, dt.datetime(year, 1, 1), dt.datetime(year + 1, 1, 1)) | fields
        for year, value in values.items()
    ]
    return pa.Table.from_pylist(rows, schema=OBSERVATIONS.schema())


def _row(observation: str, value: float | None, start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
    return dict.fromkeys(OBSERVATIONS.schema().names, "") | {
        "observation": observation,
        "variable": "pm10",
        "place": "xx-a",
        "unit": "ug/m^3",
        "value": value,
        "start": start.replace(tzinfo=dt.UTC),
        "end": end.replace(tzinfo=dt.UTC),
        "civil_start": start,
        "civil_end": end,
        "retrieved_at": dt.datetime(2024, 3, 1, tzinfo=dt.UTC),
        "source": "made",
        "snapshot": "s",
    }


@functools.cache
def _yearly() -> tuple[str, pa.Schema]:
    expression = yearly()
    return str(ibis.to_sql(expression, dialect="duckdb")), expression.schema().to_pyarrow()


def by_year(*tables: pa.Table, void: Sequence[str] = ()) -> pa.Table:
    """The yearly expression run on DuckDB."""
    sql, schema = _yearly()
    with connect() as db:
        db.register("observations", pa.concat_tables(tables))
        db.register("void", pa.table({"observation": pa.array(void, pa.string())}))
        found = db.sql(sql).to_arrow_table()
    return found.cast(schema)


def variable(id_: str, unit: str) -> Variable:
    return Variable(id_, unit)


PM10 = variable("pm10", "ug/m^3")


def definition(text: str) -> IndicatorDefinition:
    """A definition from YAML without its texts."""
    document = parse_document(
        "- id: made\n  edition: 1\n  group: environment\n  texts: {en: {name: Made}}\n" + text, "made.yaml"
    )
    return read_indicator(document[0])


def measured(
    text: str, variables: Sequence[Variable], *tables: pa.Table, void: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Measurements of one definition as rows."""
    found = measured_tables(text, variables, *tables, void=void).measurements.to_pylist()
    return [dict(row) for row in found]


def measured_tables(
    text: str, variables: Sequence[Variable], *tables: pa.Table, void: Sequence[str] = ()
) -> MeasuredTables:
    known = {each.id: each for each in variables}
    return measure([definition(text)], known, by_year(*tables, void=void), {"xx-a": "province"}, LICENCES)
