"""Writes the folder of one city: measurements, layers, a map page and a report on quality."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from kenes.indicators.space.measurements import COLUMNS, KEY, MeasurementContext, SpatialMeasurement, columns_of
from kenes.pipeline.folders import whole_folder

FILES = ("measurements.csv", "provenance.json", "quality.json", "cells.parquet", "stops.parquet", "index.html")


def write_folder(
    out: Path,
    city: Any,
    measurements: Sequence[SpatialMeasurement],
    context: MeasurementContext,
    shown: Mapping[str, Any],
    provenance: Mapping[str, Any],
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


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write_cells(path: Path, city: Any, shown: Mapping[str, Any]) -> None:
    """Cells with inhabitants and what is known of each, as GeoParquet."""
    cells = city.cells
    geometry = cells.polygon if cells.polygon is not None else shapely.points(cells.longitude, cells.latitude)
    columns = {"id": list(cells.id), "population": cells.population}
    columns |= {name: np.where(np.isfinite(values), values, np.nan) for name, values in shown.items()}
    write_geoparquet(path, columns, geometry)


def write_stops(path: Path, city: Any) -> None:
    """Stops of the map and of the timetables, as GeoParquet."""
    source, name, kind, reference, lon, lat = [], [], [], [], [], []
    for capacity, stops in city.extract.stops.items():
        source += ["layer" if city.request.stops else "osm"] * len(stops)
        name += list(stops.name)
        kind += [capacity] * len(stops)
        reference += list(stops.reference)
        lon += stops.longitude.tolist()
        lat += stops.latitude.tolist()
    for table in city.timetables:
        source += ["gtfs"] * len(table.stop)
        name += list(table.name)
        kind += [""] * len(table.stop)
        reference += [f"{table.feed}/{stop}" for stop in table.stop]
        lon += table.longitude.tolist()
        lat += table.latitude.tolist()
    columns = {"source": source, "name": name, "capacity": kind, "reference": reference}
    write_geoparquet(path, columns, shapely.points(np.array(lon, float), np.array(lat, float)))


def write_geoparquet(path: Path, columns: Mapping[str, Any], geometry: Any) -> None:
    """A table with geometries in longitude and latitude, GeoParquet 1.1.0."""
    geometry = np.asarray(geometry, dtype=object)
    types = sorted({shapely.GeometryType(int(k)).name.title() for k in np.unique(shapely.get_type_id(geometry))})
    names = {"Multipolygon": "MultiPolygon", "Linestring": "LineString", "Multipoint": "MultiPoint"}
    bounds = [float(v) for v in shapely.total_bounds(geometry)] if len(geometry) else []
    about: dict[str, Any] = {"encoding": "WKB", "geometry_types": [names.get(t, t) for t in types]}
    if bounds:
        about["bbox"] = bounds
    header = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    table = pa.table({**columns, "geometry": pa.array(list(shapely.to_wkb(geometry)), pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(header)}), path, compression="zstd")
