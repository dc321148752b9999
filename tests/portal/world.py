"""A small made-up world for tests of the portal: an observatory folder and an edition in memory.

The edition answers as `kenes.store.Edition` does. Numbers are drawn with a fixed seed; names are real
so that letters, scripts and sorting are tried.
"""

# ruff: noqa: E501  (declarations read best as they stand in their files)

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kenes.catalogue import Catalogue, load
from kenes.store import FORMAT, Publication, SourceRecord
from kenes.vocabulary.reasons import reason, reason_columns
from kenes.vocabulary.tables import KINDS

PROVINCES = [
    ("tr-adana", "Adana", "Адана", 35.3, 37.0),
    ("tr-ankara", "Ankara", "Анкара", 32.8, 39.9),
    ("tr-bursa", "Bursa", "Бурса", 29.0, 40.2),
    ("tr-canakkale", "Çanakkale", "Чанаккале", 26.4, 40.1),
    ("tr-cizre", "Cizre", "Джизре", 42.2, 37.3),
    ("tr-hakkari", "Hakkari", "Хаккяри", 43.7, 37.6),
    ("tr-igdir", "Iğdır", "Ыгдыр", 44.0, 39.9),
    ("tr-izmir", "İzmir", "Измир", 27.1, 38.4),
    ("tr-mugla", "Muğla", "Мугла", 28.4, 37.2),
    ("tr-sirnak", "Şırnak", "Ширнак", 42.5, 37.5),
]
WEST = ("tr-canakkale", "tr-mugla")
KZ = [("kz-almaty", "Almaty", "Алматы", 76.9, 43.2), ("kz-shymkent", "Shymkent", "Шымкент", 69.6, 42.3)]
FILE = "İl;Tarih;PM10\r\nAdana;01.01.2019;44,5\r\nBursa;01.01.2019;<b>51,2</b>\r\nHakkari;01.01.2019;9,1\r\nİzmir;01.01.2019;38,0\r\n"
DATA = FILE.encode("iso-8859-9")
SHA = hashlib.sha256(DATA).hexdigest()
EVIL = "<script>alert(1)</script>"

_INDICATORS = """
- id: pm10_annual_mean
  edition: 1
  group: environment
  texts:
    en: {name: Annual mean PM10, short: PM10, definition: Mean of the daily values., note: Counts years with enough days.}
    tr: {name: PM10 yıllık ortalaması, short: PM10, definition: Günlük değerlerin ortalaması.}
  unit: ug/m^3
  formula: pm10
  inputs: {pm10: {variable: pm10, aggregate: mean, period: year, coverage: 0.75}}
  better: less
  goalposts: {worst: 70, best: 15, source: {en: WHO 2021, tr: DSÖ 2021}}
  plausible: {low: 5, high: 300}
  levels: [{value: 15, label: {en: WHO 2021 guideline level, tr: DSÖ 2021 kılavuz değeri}}]
  citations: [{framework: U4SSC, number: "EN: EN: AQ: 1C", fit: full, note: {en: The PM10 part., tr: PM10 bölümü.}}]
  comparable: {en: Stations differ between networks., tr: İstasyonlar ağdan ağa değişir.}
- id: gdp_per_head
  edition: 1
  group: economy
  texts: {en: {name: GDP per head}, tr: {name: Kişi başına GSYH}}
  unit: PPS/person
  formula: gdp
  inputs: {gdp: {variable: gdp}}
  better: more
  goalposts: {worst: 5000, best: 45000, source: a convention of this profile}
  kind: reported
- id: physicians_rate
  edition: 1
  group: society
  texts: {en: {name: Physicians}, tr: {name: Hekimler}}
  unit: person/(10000*person)
  formula: physicians
  inputs: {physicians: {variable: physicians}}
  better: more
"""
_VARIABLES = """
- {id: pm10, unit: ug/m^3, period: day, texts: {en: PM10 concentration, tr: PM10 derişimi}}
- {id: gdp, unit: PPS/person, texts: {en: GDP per head, tr: Kişi başına GSYH}}
- {id: physicians, unit: person/(10000*person), texts: {en: Physicians, tr: Hekimler}}
"""
_PROFILE = """
id: tr-provinces
texts:
  en: {name: Profile of Turkish provinces, short: "A profile, not the index of any authority."}
  tr: {name: Türkiye illeri profili, short: "Bir profildir; hiçbir kurumun endeksi değildir."}
places: {country: tr, kinds: [province]}
years: {default: latest}
peers: {by: [{indicator: gdp_per_head, log: true}], k: 5}
spec:
  id: tr-provinces
  nodes:
    - {id: total}
    - {id: environment, parent: total, weight: 1}
    - {id: economy, parent: total, weight: 1}
    - {id: pm10_annual_mean, parent: environment, weight: 1}
    - {id: gdp_per_head, parent: economy, weight: 1}
  steps: [{screen: {min_coverage: 0.6}}, {normalise: {method: goalposts}}, {aggregate: {method: arithmetic}}]
  uncertainty: {factors: [weights, leave_one_out, errors], draws: 2000, level: 0.9}
"""
_MAPPING = f"""
source: {{id: air, issuer: "Ministry {EVIL}", licence: CC-BY-4.0, url: "https://example.org/air", retrieved: 2026-11-23, title: {{en: Daily air, tr: Günlük hava}}, attribution: Example, ships: true, why: open data}}
file: {{path: air.csv, encoding: iso-8859-9, delimiter: ";", decimal: ","}}
place: {{column: İl}}
time: {{column: Tarih, format: "%d.%m.%Y", length: day}}
variables: [{{column: PM10, variable: pm10, unit: ug/m^3}}]
"""


def write_folder(folder: Path) -> Path:
    """Write the observatory's declarations, with square boundaries."""
    for name in ("places", "indicators", "profiles", "sources/air", "boundaries", "basemap"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "kenes.toml").write_text('id = "test"\nlanguages = ["en", "tr"]\n')
    states = [("tr", "Türkiye", "Турция", 35.0, 39.0), ("kz", "Kazakhstan", "Казахстан", 67.0, 48.0)]
    rows = ["place,kind,parent,country,longitude,latitude,iso3166_2"]
    names = ["place,language,name,use"]
    rows += [f"{i},country,,{i},{x},{y}," for i, _, _, x, y in states]
    rows += [f"{i},province,{'tr-west' if i in WEST else 'tr'},tr,{x},{y}," for i, _, _, x, y in PROVINCES]
    rows += [f"{i},region,kz,kz,{x},{y}," for i, _, _, x, y in KZ]
    rows += ["tr-west,group,tr,tr,27.0,39.0,"]
    rows += ["tr-bursa-city,city,tr-bursa,tr,29.06,40.19,"]
    for place, name, russian, _, _ in [*PROVINCES, *KZ]:
        names += [f"{place},en,{name},display", f"{place},tr,{name},display", f"{place},ru,{russian},display"]
    names += ["tr,tr,Türkiye,display", "kz,kk,Қазақстан,display", f'tr-bursa-city,en,"Bursa {EVIL}",display']
    names += ["kz-shymkent,tr,Çimkent,alias"]
    (folder / "places/places.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "places/names.csv").write_text("\n".join(names) + "\n", encoding="utf-8")
    (folder / "variables.yaml").write_text(_VARIABLES, encoding="utf-8")
    (folder / "indicators/all.yaml").write_text(_INDICATORS, encoding="utf-8")
    (folder / "profiles/tr-provinces.yaml").write_text(_PROFILE, encoding="utf-8")
    (folder / "sources/air/mapping.yaml").write_text(_MAPPING, encoding="utf-8")
    (folder / "sources/air/air.csv").write_bytes(DATA)
    squares = [_square(i, x, y) for i, _, _, x, y in [*PROVINCES, *KZ]]
    (folder / "boundaries/first.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": squares}))
    land = _square("land", 50, 40, 30)
    (folder / "basemap/land.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [land]}))
    return folder


def _square(place: str, x: float, y: float, half: float = 0.6) -> dict[str, Any]:
    ring = [
        [x - half, y - half],
        [x + half, y - half],
        [x + half, y + half],
        [x - half, y + half],
        [x - half, y - half],
    ]
    return {"type": "Feature", "properties": {"place": place}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


class MemoryEdition:
    """An edition whose tables are lists of rows."""

    id, number = "e" * 64, 7

    def __init__(self, tables: dict[str, list[dict[str, Any]]], sources: tuple[SourceRecord, ...], data: bytes) -> None:
        self.rows, self.sources, self._data = tables, sources, data

    def table(self, kind: str, *, columns: Any = None, filter: Any = None) -> pa.Table:  # noqa: A002
        schema = KINDS[kind].schema()
        found = [
            {name: row.get(name) for name in schema.names}
            for row in self.rows.get(kind, ())
            if all(row.get(c) in ([w] if isinstance(w, str) else w) for c, w in (filter or {}).items())
        ]
        table = pa.Table.from_pylist(found, schema=schema)
        return table.select(list(columns)) if columns else table

    def publications(self) -> list[Publication]:
        old = [Publication(3, "c" * 64, 1), Publication(6, "d" * 64, FORMAT)]
        return [*old, Publication(self.number, self.id, FORMAT)]

    def snapshot_bytes(self, sha256: str) -> bytes:
        return self._data


def edition(catalogue: Catalogue, *, ships: bool = True) -> MemoryEdition:
    """An edition over a catalogue, with figures drawn by a fixed seed."""
    rng = np.random.default_rng(11)
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in KINDS}
    tables["places"] = [
        {"place": p.id, "kind": p.kind, "name_en": p.name("en"), "name_tr": p.name("tr"), "parent": p.parent}
        for p in catalogue.places.values()
    ]
    for indicator in catalogue.indicators.values():
        posts = indicator.goalposts
        low, high = sorted((posts.worst, posts.best)) if posts else (10.0, 60.0)
        for place in catalogue.places.values():
            if indicator.id == "physicians_rate" and place.id in WEST:
                continue
            if (
                place.kind in ("province", "region", "group")
                and (place.id, indicator.id) != ("tr-cizre", "gdp_per_head")
            ) or (place.kind == "country" and indicator.group == "economy"):
                _series(tables, indicator, place.id, rng, low, high)
    for profile in catalogue.profiles.values():
        _index(tables, catalogue, profile, rng)
    record = SourceRecord(
        id="air", title={"en": "Daily air", "tr": "Günlük hava"}, issuer=f"Ministry {EVIL}", licence="CC-BY-4.0",
        url="https://example.org/air", retrieved="2026-11-23", attribution="Example", ships=ships, why="open data",
        snapshot=SHA, file="air.csv", bytes=len(DATA), batch="air@1", read=4, accepted=3, refused=1,
        missing=0, kept_out=0, flagged=1,
        refusals=({"locator": "row 3, column PM10", "column": "PM10", "text": EVIL, "reason": "no_value", "reason_values": "{}"},),
        texts={"issuer": {"en": f"Ministry {EVIL}"}, "licence": {"en": "CC-BY-4.0"}, "why": {"en": "open data"},
               "attribution": {"en": "Example of a ministry", "tr": "Bakanlık örneği"}},
    )  # fmt: skip
    return MemoryEdition(tables, (record,), DATA)


def provenance_of(indicator: str, place: str, year: int) -> str:
    """The id of a number's way."""
    return hashlib.sha256(f"{indicator}{place}{year}".encode()).hexdigest()[:16]


def _series(tables: Any, indicator: Any, place: str, rng: Any, low: float, high: float) -> None:
    value = rng.uniform(low, high)
    for year in range(2015, 2024):
        value = float(np.clip(value * rng.normal(1.0, 0.05), low * 0.6, high * 1.3))
        suspect = place == "tr-hakkari" and indicator.id == "pm10_annual_mean"
        shown = 14.62 if suspect and year == 2023 else value
        provenance = provenance_of(indicator.id, place, year)
        start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
        end = dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)
        why = reason("low_mean", value=14.6, unit="ug/m^3", count=288, z=4.1, median=47.1, peers=63, year=2019)
        tables["measurements"].append(
            {
                "indicator": indicator.id, "edition": indicator.edition, "place": place, "start": start, "end": end,
                "dimensions": "", "value": shown, "unit": indicator.unit, "uncertainty": abs(shown) * 0.01,
                "uncertainty_kind": "standard", "coverage": 0.93, "origin": indicator.origin,
                "quality": "suspect" if suspect else "good", "flags": "implausibly_low" if suspect else "",
                "provenance": provenance, **reason_columns(why if suspect else None),
            }
        )  # fmt: skip
        first = f"{SHA[:12]}-3-3"
        tables["provenance"].append(
            {
                "provenance": provenance, "indicator": indicator.id, "edition": indicator.edition, "place": place,
                "start": start, "end": end, "step": indicator.formula.text, "version": "1",
                "inputs": json.dumps(
                    [
                        {
                            "input": name, "variable": wanted.variable, "value": shown, "unit": "ug/m^3",
                            "series": [{"source": "air", "site": "", "dimensions": "", "count": 1, "year": year,
                                        "share": 0.93, "first": first, "last": first, "snapshot": SHA}],
                        }
                        for name, wanted in indicator.inputs.items()
                    ]
                ),
                "parameters": "{}", "observations": json.dumps([first]), "sources": "air", "licence": "CC-BY-4.0",
            }
        )  # fmt: skip
    if not tables["observations"]:
        day = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
        tables["observations"].append(
            {
                "observation": f"{SHA[:12]}-3-3", "variable": "pm10", "place": "tr-bursa", "site": "", "start": day,
                "end": day + dt.timedelta(days=1), "dimensions": "", "value": 51.2, "unit": "ug/m^3",
                "text": "<b>51,2</b>", "status": "valid", "flags": "", "snapshot": SHA,
                "locator": "row 3, column PM10", "source": "air", "batch": "air@1", "civil_start": dt.datetime(2019, 1, 1),
            }
        )  # fmt: skip
        tables["flags"].append(
            {"observation": "x", "variable": "pm10", "place": "tr-hakkari", "start": day, "end": day,
             "rule": "stuck", **reason_columns(reason("stuck", value=9.0, unit="ug/m^3", count=30, limit=24))}
        )  # fmt: skip


def _index(tables: Any, catalogue: Catalogue, profile: Any, rng: Any) -> None:
    nodes = profile.specification["nodes"]
    parents = {n.get("parent") for n in nodes}
    root = next(n["id"] for n in nodes if not n.get("parent"))
    leaves = [n["id"] for n in nodes if n["id"] not in parents]
    members = [p.id for p in catalogue.places.values() if p.kind in profile.kinds and p.country in profile.countries]
    out = set(members[4:5])
    scores = {p: float(rng.uniform(20, 90)) for p in members if p not in out}
    order = sorted(scores, key=lambda p: -scores[p])
    for place in members:
        rank = order.index(place) + 1 if place in scores else None
        for node in [root, *leaves]:
            score = scores.get(place)
            tables["scores"].append(
                {
                    "index": profile.id, "place": place, "node": node, "score": score,
                    "score_low": score and max(0.0, score - 6), "score_high": score and min(100.0, score + 5),
                    "rank": rank, "rank_low": rank and max(1, rank - 3), "rank_high": rank and min(len(order), rank + 2),
                    "level": 0.9, "draws": 2000, "coverage": 1.0 if rank else 0.5, "ranked": rank is not None,
                    **reason_columns(None if rank else reason("coverage_missing", missing=1, all=2)),
                }
            )  # fmt: skip
        if rank is None:
            tables["needs"] += [
                {
                    "index": profile.id,
                    "place": place,
                    "position": i + 1,
                    "indicator": leaf,
                    "weight": 0.5,
                    "reason": None,
                }
                for i, leaf in enumerate(leaves[:5])
            ]
            continue
        peers = [p for p in order if p != place][:5]
        tables["peers"] += [
            {"index": profile.id, "place": place, "position": i + 1, "peer": p, "distance": 0.3 * (i + 1)}
            for i, p in enumerate(peers)
        ]
        tables["gaps"].append(
            {"index": profile.id, "place": place, "indicator": leaves[0], "gap": 12.5, "value": 61.0,
             "peers_median": 44.0, "unit": "ug/m^3", "gain": 0.2, "peers": ";".join(peers), "reason": None}
        )  # fmt: skip
        for position, advised in enumerate((True, False), start=1):
            tables["recommendations"].append(
                {
                    "recommendation": f"{place}-{position}", "index": profile.id, "place": place,
                    "indicator": leaves[0], "position": position, "practice": "P02" if advised else "P16",
                    "advised": advised, "effect_low": -54.0, "effect_high": -45.0, "effect_unit": "%",
                    "metric": "peak winter PM concentration", "design": "before-after" if advised else "simulation",
                    "confidence": "medium", "evidence": "A study", "cost_class": "medium",
                    "precondition": "supply chain for the new fuel",
                    "applied": False,
                    **reason_columns(None if advised else reason("unmeasured", design="simulation")),
                    "source": "A study, Journal 2020", "url": "https://doi.org/10.4209/aaqr.2020.04.0170 ; javascript:alert(1)",
                }
            )  # fmt: skip
    parents_of = {n["id"]: n["parent"] for n in nodes if n.get("parent")}
    tables["correlations"] += [
        {"index": profile.id, "a": a, "b": b, "method": "pearson", "r": 0.9 - 0.1 * k, "p": 0.01}
        for k, (a, b) in enumerate(parents_of.items())
    ]
    for place in (None, *order):
        for k, factor in enumerate(("weights", "normalisation and aggregation", "gaps")):
            ends = {"first": 0.1 * k, "first_low": 0.05 * k, "first_high": 0.15 * k}
            ends |= {"total": 0.2 * k, "total_low": 0.1 * k, "total_high": 0.3 * k}
            tables["sensitivity"].append(
                {"index": profile.id, "place": place, "factor": factor, **ends, "method": "sobol"}
            )
    facts = [(root, "factors", json.dumps(["weights", "leave_one_out", "errors"])), (root, "draws", "2000")]
    facts += [(leaf, "year", "2023") for leaf in leaves]
    tables["index_facts"] += [
        {"index": profile.id, "node": node, "key": key, "value": value} for node, key, value in facts
    ]


def world(folder: Path, *, ships: bool = True) -> tuple[MemoryEdition, Catalogue]:
    """The edition and the catalogue of a folder that is written first."""
    catalogue = load(write_folder(folder))
    return edition(catalogue, ships=ships), catalogue
