"""Puts the city-wide values of a measured city into an observatory, as a declared source of it.

What is written is what a person would write by hand: a table with its mapping under
`sources/space-PLACE/`, and the variables and indicators that the observatory has not declared yet.
The next `kenes run` reads them like any other source.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kenes.catalogue import Catalogue, load
from kenes.catalogue.definitions import IndicatorDefinition
from kenes.catalogue.space import DOCUMENT, space_definitions
from kenes.indicators.space.measurements import MeasurementContext, SpatialMeasurement
from kenes.store import write_whole
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.units import factor

_FIXED = ("series", "place", "year", "value")
_OF_MAP = """  issuer: {en: Measured by Keneş from OpenStreetMap, tr: Keneş'in OpenStreetMap ölçümü}
  licence:
    en: ODbL-1.0 (map); timetables, population and layers of the city under their own terms
    tr: ODbL-1.0 (harita); sefer tarifeleri, nüfus ve kentin katmanları kendi koşullarıyla
  url: "https://www.openstreetmap.org/copyright"
  attribution: {en: © OpenStreetMap contributors, tr: © OpenStreetMap katkıcıları}
  why:
    en: Derived from the map under the Open Database Licence, with attribution.
    tr: Haritadan, Açık Veri Tabanı Lisansı altında, kaynak gösterilerek türetilmiştir.
"""
_OF_LAYERS = """  issuer: {en: Measured by Keneş from layers of the city, tr: Keneş'in kent katmanlarından ölçümü}
  licence: {en: That of the layers, tr: Katmanların kendi lisansı}
  why:
    en: No map was used; name the owner of the layers before you publish.
    tr: Harita kullanılmadı; yayımlamadan önce katmanların sahibini yazın.
"""


@dataclass(frozen=True)
class Added:
    """What an observatory was given.

    Attributes:
        source: id of the source.
        rows: values in its table, those of other years included.
        variables: ids declared for it.
        indicators: ids declared for it.
    """

    source: str
    rows: int
    variables: Sequence[str]
    indicators: Sequence[str]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "source": self.source,
            "rows": self.rows,
            "variables": list(self.variables),
            "indicators": list(self.indicators),
        }


def require_place(folder: Path, place: str | None) -> str:
    """The id of a place of a sound observatory, before anything is measured.

    Raises:
        BadInput: no place is named, or the observatory does not know it.
        kenes.vocabulary.errors.CatalogueFaults: the observatory is unsound.
    """
    if not place:
        raise BadInput("the observatory needs to know which place this is", mend="Add --place PLACE.")
    return load(folder).require_sound().resolve(place).id


def add_to_observatory(
    folder: Path,
    place: str,
    measurements: Sequence[SpatialMeasurement],
    context: MeasurementContext,
    attribution: Sequence[str] = (),
) -> Added:
    """Write a source of one place, and declare what it needs; a second call replaces its years.

    The mapping comes last, so that a run never meets a source whose variables are not declared.

    Args:
        folder: the observatory.
        place: id of the place in it.
        measurements: of the city; districts and gaps are left out, and what spans years stands at the last of them.
        context: what they share.
        attribution: owners and licences of the files besides the map.

    Raises:
        BadInput: a map without a date, or no value at all.
        kenes.vocabulary.errors.UnitMismatch: a variable is declared already, in a unit that does not fit.
    """
    catalogue = load(folder).require_sound()
    lines = [
        _line(place, m, value, *context.period_of(m))
        for m in measurements
        if not m.district and (value := m.number) is not None
    ]
    if not lines:
        raise BadInput("there is no value to put into the observatory", where=str(folder))
    home = folder / "sources" / f"space-{place}"
    lines += _kept(home / "measurements.csv", {line["year"] for line in lines})
    definitions = space_definitions()
    for variable in sorted({_variable(line["series"]) for line in lines} & catalogue.variables.keys()):
        factor(definitions[variable].unit, catalogue.variables[variable].unit, where=f"variable {variable}")
    variables = _declare_variables(folder, catalogue, lines)
    indicators = _declare_indicators(folder, catalogue, lines)
    write_whole(home / "measurements.csv", _table(lines).encode())
    newest = max(str(context.period_of(m)[0])[:10] for m in measurements)
    write_whole(home / "mapping.yaml", _mapping(place, lines, newest, attribution).encode())
    return Added(f"space-{place}", len(lines), variables, indicators)


def _line(place: str, m: SpatialMeasurement, value: float, start: str | None, end: str | None) -> dict[str, str]:
    """A row of the table of the source: series, place, year and value, then what tells the series apart."""
    if not start:
        raise BadInput(
            "the map does not say of which day it is",
            expected="a date in its header or ways",
            mend="Use an extract with its time stamps.",
        )
    headway = None if m.headway_min is None else f"{m.headway_min:g}"
    asked = {"distance": m.distance, "origin_model": m.origin_model, "headway_min": headway}
    about = {**m.dimensions, "source": m.source, **{name: text for name, text in asked.items() if text is not None}}
    series = f"{m.indicator}/{'+'.join(sorted(about))}"
    year = str(int(end[:4]) - 1) if m.source == "table" and end else start[:4]
    return {"series": series, "place": place, "year": year, "value": repr(value), **about}


def _variable(series: str) -> str:
    return series.partition("/")[0]


def _dimensions(line: Mapping[str, str]) -> dict[str, str]:
    return {name: line[name] for name in line["series"].partition("/")[2].split("+") if name}


def _kept(path: Path, years: Iterable[str]) -> list[dict[str, str]]:
    """Values of other years that were written before."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file) if row["year"] not in set(years)]


def _table(lines: Sequence[Mapping[str, str]]) -> str:
    columns = [*_FIXED, *sorted({name for line in lines for name in line} - set(_FIXED))]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(lines, key=lambda line: [line.get(name, "") for name in columns]))
    return out.getvalue()


def _mapping(place: str, lines: Sequence[Mapping[str, str]], day: str, owners: Sequence[str]) -> str:
    """The mapping: one rule a variable and set of dimensions."""
    of_map = any(line.get("source") == "osm" for line in lines)
    terms = _OF_MAP if of_map else _OF_LAYERS
    if owners:
        everyone = [*(["© OpenStreetMap contributors"] if of_map else []), *owners]
        named = json.dumps("; ".join(everyone), ensure_ascii=False)
        kept = [line for line in terms.splitlines(keepends=True) if not line.startswith("  attribution:")]
        terms = "".join(kept) + f"  attribution: {named}\n"
    head = f"""# Written by `kenes space measure --place {place} --observatory`; a later call writes it again.
source:
  id: space-{place}
  title:
    en: "Spatial indicators measured from open maps: {place}"
    tr: "Açık haritalardan ölçülen mekânsal göstergeler: {place}"
{terms}  retrieved: {day}
  ships: true
file: {{path: measurements.csv}}
place: {{column: place, scheme: id}}
time: {{column: year, length: year}}
variables:
"""
    rules = []
    for series in sorted({line["series"] for line in lines}):
        names = [name for name in series.partition("/")[2].split("+") if name]
        unit = space_definitions()[_variable(series)].unit
        rules.append(
            f"  - {{column: value, variable: {_variable(series)}, unit: {json.dumps(unit)}, "
            f'when: {{series: ["{series}"]}}, dimensions: [{", ".join(names)}]}}\n'
        )
    return head + "".join(rules)


def _declare_variables(folder: Path, catalogue: Catalogue, lines: Sequence[Mapping[str, str]]) -> list[str]:
    """Append the variables that are missing to `variables.yaml`."""
    wanted = sorted({_variable(line["series"]) for line in lines} - catalogue.variables.keys())
    if wanted:
        path = folder / "variables.yaml"
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        text = "".join(_variable_entry(space_definitions()[name]) for name in wanted)
        write_whole(path, f"{before.rstrip()}\n{text}".lstrip("\n").encode())
    return wanted


def _variable_entry(definition: IndicatorDefinition) -> str:
    names = ", ".join(
        f"{language}: {json.dumps(texts['name'], ensure_ascii=False)}" for language, texts in definition.texts.items()
    )
    low, high = definition.plausible.low, definition.plausible.high
    return (
        f"- {{id: {definition.id}, unit: {json.dumps(definition.unit)}, period: year, "
        f"plausible: {{low: {json.dumps(low)}, high: {json.dumps(high)}}}, stock: stock, texts: {{{names}}}}}\n"
    )


def _declare_indicators(folder: Path, catalogue: Catalogue, lines: Sequence[Mapping[str, str]]) -> list[str]:
    """Append the definitions that are missing and would find a value to `indicators/space.yaml`."""
    given = {(_variable(line["series"]), tuple(sorted(_dimensions(line).items()))) for line in lines}
    wanted = [
        definition.id
        for definition in space_definitions().values()
        if definition.id not in catalogue.indicators
        and any((i.variable, tuple(sorted(i.dimensions.items()))) in given for i in definition.inputs.values())
    ]
    if wanted:
        path = folder / "indicators" / "space.yaml"
        before = path.read_text(encoding="utf-8") if path.is_file() else "# Measured by `kenes space measure`.\n"
        shipped = _entries()
        write_whole(path, (f"{before.rstrip()}\n" + "".join(shipped[name] for name in wanted)).encode())
    return wanted


def _entries() -> dict[str, str]:
    """The text of each shipped definition by id."""
    parts = re.split(r"^(?=- id: )", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0].removeprefix("- id: "): part for part in parts}
