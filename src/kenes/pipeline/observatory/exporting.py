"""Published tables as files for others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue import Catalogue
from kenes.pages.language import language
from kenes.pages.words.names import Names
from kenes.pages.words.reasons import told_row
from kenes.pipeline.observatory.run import open_edition
from kenes.store import EXPORTED, Edition, exported_columns, write_all, write_export
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.facts import Place
from kenes.vocabulary.tables import KINDS, PLACES, PROSE


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
    return table.filter(pc.equal(table["place"], pa.scalar(chosen["place"]))) if chosen else table


def export_tables(
    folder: Path, kind: str | None, out: Path, *, lang: str | None = None, **filters: str | None
) -> list[str]:
    """Write one kind to a file, or all kinds into a folder; gives the files.

    Args:
        folder: the observatory.
        kind: which table; all when None.
        out: file, or folder for all.
        lang: language of one more column, the reasons as sentences; none by default.
        filters: `place`, `indicator`, `index`.
    """
    edition, catalogue = open_edition(folder)
    names = Names(catalogue, language(lang)) if lang else None
    if kind is not None:
        write_export(kind, with_reason_text(table_of(edition, catalogue, kind, **_all(filters)), names), out)
        return [str(out)]
    wanted = _all(filters)
    tables = {}
    for each in EXPORTED:
        has = {name: value if name in KINDS[each].schema().names else None for name, value in wanted.items()}
        tables[each] = with_reason_text(table_of(edition, catalogue, each, **has), names)
    return [str(path) for path in write_all(tables, out)]


def _all(filters: dict[str, str | None]) -> dict[str, str | None]:
    return {name: filters.get(name) for name in ("place", "indicator", "index")}


def with_reason_text(table: pa.Table, names: Names | None) -> pa.Table:
    """A table with its reasons as sentences in one more column, where a language is asked for."""
    if names is None or "reason" not in table.column_names:
        return table
    pairs = zip(table["reason"].to_pylist(), table["reason_values"].to_pylist(), strict=True)
    texts = [told_row(code, values, names) or None for code, values in pairs]
    return table.append_column(PROSE, pa.array(texts, pa.string()))


def exported_rows(folder: Path, kind: str | None, *, lang: str | None = None, **filters: str | None) -> Any:
    """Exported rows as plain values for JSON; of all kinds when none is named. `lang` as in `export_tables`."""
    if kind is None:
        return {each: exported_rows(folder, each, lang=lang, **filters) for each in EXPORTED}
    edition, catalogue = open_edition(folder)
    table = with_reason_text(
        table_of(edition, catalogue, kind, **_all(filters)), Names(catalogue, language(lang)) if lang else None
    )
    table = table.select(exported_columns(kind, table))
    return [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]


def plain(value: object) -> object:
    """A cell as JSON can hold it: times as ISO 8601 with Z."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, dt.datetime) else value
