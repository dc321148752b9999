"""Published tables as files for others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue import Catalogue
from kenes.pipeline.observatory.run import open_edition
from kenes.store import EXPORTED, Edition, write_all, write_export
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.facts import Place
from kenes.vocabulary.tables import KINDS, PLACES


def place_row(place: Place) -> dict[str, str | None]:
    """A place with the columns of its export."""
    return {
        "place": place.id,
        "kind": place.kind,
        "name_en": place.names.get("en"),
        "name_tr": place.names.get("tr"),
        "parent": place.parent,
        "valid_from": place.valid_from.isoformat() if place.valid_from else None,
        "valid_to": place.valid_to.isoformat() if place.valid_to else None,
        "iso3166_2": place.external.get("iso"),
        "nuts": place.external.get("nuts"),
        "geonames": place.external.get("geonames"),
        "unlocode": place.external.get("unlocode"),
    }


def places_table(catalogue: Catalogue) -> pa.Table:
    """All places in the exported columns."""
    return pa.Table.from_pylist([place_row(place) for place in catalogue.places.values()], schema=PLACES.schema())


def table_of(
    edition: Edition,
    catalogue: Catalogue,
    kind: str,
    *,
    place: str | None,
    indicator: str | None,
    index: str | None,
) -> pa.Table:
    """One exported table, filtered.

    Raises:
        BadInput: an unknown kind, place or indicator, or a filter that the kind does not have.
    """
    if kind not in EXPORTED:
        raise BadInput(f"kind {kind!r} is not exported", expected=", ".join(EXPORTED))
    wanted = {
        "place": catalogue.resolve(place).id if place else None,
        "indicator": catalogue.indicator(indicator).id if indicator else None,
        "index": index,
    }
    if index is not None and index not in catalogue.profiles:
        raise BadInput(f"index {index!r} is not known", expected=", ".join(catalogue.profiles))
    columns = KINDS[kind].schema().names
    strange = [name for name, value in wanted.items() if value and name not in columns]
    if strange:
        raise BadInput(f"{kind} have no {strange[0]}", mend=f"Leave --{strange[0]} out.")
    chosen = {name: value for name, value in wanted.items() if value}
    if kind != "places":
        return edition.table(kind, filter=chosen)
    table = places_table(catalogue)
    return table.filter(pc.equal(table["place"], chosen["place"])) if chosen else table


def export_tables(folder: Path, kind: str | None, out: Path, **filters: str | None) -> list[str]:
    """Write one kind to a file, or all kinds into a folder; gives the files."""
    edition, catalogue = open_edition(folder)
    if kind is not None:
        write_export(kind, table_of(edition, catalogue, kind, **_all(filters)), out)
        return [str(out)]
    wanted = _all(filters)
    tables = {}
    for each in EXPORTED:
        has = {name: value if name in KINDS[each].schema().names else None for name, value in wanted.items()}
        tables[each] = table_of(edition, catalogue, each, **has)
    return [str(path) for path in write_all(tables, out)]


def _all(filters: dict[str, str | None]) -> dict[str, str | None]:
    return {name: filters.get(name) for name in ("place", "indicator", "index")}


def exported_rows(folder: Path, kind: str | None, **filters: str | None) -> Any:
    """Exported rows as plain values for JSON; of all kinds when none is named."""
    edition, catalogue = open_edition(folder)
    if kind is None:
        return {each: exported_rows(folder, each, **filters) for each in EXPORTED}
    table = table_of(edition, catalogue, kind, **_all(filters)).select(list(KINDS[kind].exported))
    return [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: times as ISO 8601 with Z."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, dt.datetime) else value
