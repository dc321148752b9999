"""Writes the folder of one city: measurements, layers, a map page and a report on quality."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from kenes.indicators.space.geodesy import Floats, Shapes
from kenes.indicators.space.measurements import COLUMNS, KEY, MeasurementContext, SpatialMeasurement, columns_of
from kenes.pipeline.city.city import City
from kenes.pipeline.folders import whole_folder

FILES = ("measurements.csv", "provenance.json", "quality.json", "cells.parquet", "stops.parquet", "index.html")


def write_folder(
    out: Path,
    city: City,
    measurements: Sequence[SpatialMeasurement],
    context: MeasurementContext,
    shown: Mapping[str, Floats],
    provenance: Mapping[str, object],
) -> None:
    """Write every file beside `out`, then put the folder in its place in one move.

    A folder that is there already is replaced only where it holds an earlier measurement and nothing else.

    Args:
        out: folder to make.
        city: what was read (`kenes.pipeline.city.city.City`).
        measurements: of the city.
        context: what they share.
        shown: values by cell, shape (cell,) each.
        provenance: what the measurements stand on.
    """
    rows = [columns_of(measurement, context) for measurement in measurements]
    with whole_folder(out, _files_of) as made:
        write_measurements(made / "measurements.csv", rows)
        _write_json(made / "provenance.json", provenance)
        _write_json(made / "quality.json", city.quality)
        if city.cells is not None and len(city.cells):
            write_cells(made / "cells.parquet", city, shown)
        write_stops(made / "stops.parquet", city)
        from kenes.pipeline.city.page import page  # noqa: PLC0415 one page at the end

        (made / "index.html").write_text(page(city, measurements, context, shown), encoding="utf-8")


def _files_of(folder: Path) -> Collection[str]:
    """The files of an earlier measurement; none where the folder holds none."""
    return FILES if (folder / "measurements.csv").is_file() else ()


def write_measurements(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """CSV as pinned: comma, line feed, sorted by key, floats that read back equal, nothing for None."""

    def key(row: Mapping[str, object]) -> tuple[str, ...]:
        return tuple("" if row[name] is None else str(row[name]) for name in KEY)

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in sorted(rows, key=key):
            writer.writerow([_text(row[name]) for name in COLUMNS])


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(float(value))
    return str(value)


def _write_json(path: Path, value: Mapping[str, object]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write_cells(path: Path, city: City, shown: Mapping[str, Floats]) -> None:
    """Cells with inhabitants and what is known of each, as GeoParquet."""
    cells = city.cells
    assert cells is not None
    geometry = cells.polygon if cells.polygon is not None else _points(cells.longitude, cells.latitude)
    known = {name: np.where(np.isfinite(values), values, np.nan) for name, values in shown.items()}
    write_geoparquet(path, {"id": list(cells.id), "population": cells.population, **known}, geometry)


def write_stops(path: Path, city: City) -> None:
    """Stops of the map and of the timetables, as GeoParquet."""
    mapped = "layer" if city.request.stops else "osm"
    stops = [
        *(
            _StopColumns(mapped, s.name, kind, s.reference, s.longitude, s.latitude)
            for kind, s in city.extract.stops.items()
        ),
        *(
            _StopColumns("gtfs", t.name, "", [f"{t.feed}/{stop}" for stop in t.stop], t.longitude, t.latitude)
            for t in city.timetables
        ),
    ]
    columns = {
        "source": [each.source for each in stops for _ in each.name],
        "name": [name for each in stops for name in each.name],
        "capacity": [each.capacity for each in stops for _ in each.name],
        "reference": [reference for each in stops for reference in each.reference],
    }
    longitude = np.concatenate([np.zeros(0), *(each.longitude for each in stops)])
    latitude = np.concatenate([np.zeros(0), *(each.latitude for each in stops)])
    write_geoparquet(path, columns, _points(longitude, latitude))


@dataclass(frozen=True)
class _StopColumns:
    """Stops of one source and capacity, shape (stop,) each."""

    source: str
    name: Sequence[str]
    capacity: str
    reference: Sequence[str]
    longitude: Floats
    latitude: Floats


def _points(longitude: Floats, latitude: Floats) -> Shapes:
    return np.asarray(shapely.points(longitude, latitude), np.object_)


def write_geoparquet(path: Path, columns: Mapping[str, Sequence[str] | Floats], geometry: Shapes) -> None:
    """A table with geometries in longitude and latitude, GeoParquet 1.1.0."""
    types = sorted({shapely.GeometryType(int(k)).name.title() for k in np.unique(shapely.get_type_id(geometry))})
    names = {"Multipolygon": "MultiPolygon", "Linestring": "LineString", "Multipoint": "MultiPoint"}
    bounds = [float(v) for v in shapely.total_bounds(geometry)] if len(geometry) else []
    about: dict[str, object] = {"encoding": "WKB", "geometry_types": [names.get(t, t) for t in types]}
    if bounds:
        about["bbox"] = bounds
    header = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    table = pa.table({**columns, "geometry": pa.array(list(shapely.to_wkb(geometry)), pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(header)}), path, compression="zstd")
