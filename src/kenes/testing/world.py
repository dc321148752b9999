"""A small synthetic state of twelve provinces, whole enough for every stage, made anew in each test.

Its air file is daily and in ISO-8859-9 with a misspelt province and missing marks; its statistics are
yearly with `:` and flag letters. One province's sensor reads far too low, so that a product that does
not judge before it ranks would call it the cleanest.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

PROVINCES: tuple[str, ...] = (
    "Akdere",
    "Boztepe",
    "Çamlık",
    "Doğanşehir",
    "Erenköy",
    "Fındıklı",
    "Göksu",
    "Harmanlı",
    "Iğdırova",
    "İncesu",
    "Kırlar",
    "Yayla",
)
BROKEN = "Yayla"
"""The province whose sensor reads a fifth of what its air holds."""
YEAR = 2023
_ASCII = str.maketrans("çğıöşüİÇĞÖŞÜI", "cgiosuicgosui")


def place_id(name: str) -> str:
    """Id of a province.

    >>> place_id("Çamlık")
    'xx-camlik'
    """
    return "xx-" + name.translate(_ASCII).lower()


def write_world(folder: Path, *, seed: int = 1, days: int = 365) -> Path:
    """Write the world as an observatory; gives its folder."""
    files = {
        "kenes.toml": _SETTINGS,
        "places/places.csv": _places(),
        "places/names.csv": _names(),
        "variables.yaml": _VARIABLES,
        "indicators/all.yaml": _INDICATORS,
        "profiles/provinces.yaml": _PROFILE,
        "sources/air/mapping.yaml": _AIR_MAPPING,
        "sources/statistics/mapping.yaml": _STATISTICS_MAPPING,
        "sources/statistics/statistics.csv": _statistics(seed),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "sources/air/air.csv").write_bytes(_air(seed, days).encode("iso-8859-9"))
    return folder


def _places() -> str:
    rows = ["place,kind,parent,country,iso3166_2,longitude,latitude,timezone", "xx,country,,xx,,35,39,Europe/Istanbul"]
    for number, name in enumerate(PROVINCES):
        lon, lat = 30 + number % 4, 38 + number // 4
        rows.append(f"{place_id(name)},province,xx,xx,XX-{number + 1:02d},{lon},{lat},Europe/Istanbul")
    return "\n".join(rows) + "\n"


def _names() -> str:
    rows = ["place,language,name,use", "xx,en,Example land,display", "xx,tr,Örnek ülke,display"]
    for name in PROVINCES:
        rows += [f"{place_id(name)},{language},{name},display" for language in ("en", "tr")]
    return "\n".join(rows) + "\n"


def _air(seed: int, days: int) -> str:
    rng = np.random.default_rng(seed)
    rows = ["Şehir,Tarih,PM10"]
    for number, name in enumerate(PROVINCES):
        level = 35 + 3 * number
        season = 10 * np.cos(np.arange(days) / 365 * 2 * np.pi)
        values = np.maximum(level + season + rng.normal(0, 8, days), 3)
        if name == BROKEN:
            values = values / 6
        shown = "Igdirova" if name == "Iğdırova" else name
        for day, value in enumerate(values):
            date = dt.date(YEAR, 1, 1) + dt.timedelta(days=day)
            text = "" if rng.random() < 0.04 else "-999" if rng.random() < 0.01 else f"{value:.5f}"
            rows.append(f"{shown},{date.day} {date.month:02d} {date.year},{text}")
    return "\n".join(rows) + "\n"


def _statistics(seed: int) -> str:
    rng = np.random.default_rng(seed + 1)
    rows = ["unit,geo," + ",".join(str(year) for year in range(YEAR, YEAR - 4, -1))]
    for number in range(len(PROVINCES)):
        code, people = f"XX-{number + 1:02d}", 200_000 + 50_000 * number
        population = [str(int(people * 1.01**k)) for k in range(3, -1, -1)]
        rate = rng.uniform(1.2, 2.4)
        doctors = [f"{int(people / 1000 * rate * 1.02**k)}{flag}" for k, flag in ((3, "p"), (2, ""), (1, "b"), (0, ""))]
        if number == 3:
            doctors[0] = ":"
        income = [str(int(9000 + 600 * number + 300 * k)) for k in range(3, -1, -1)]
        series = {"NR": population, "DOC": doctors, "PPS": income}
        rows += [f"{unit},{code}," + ",".join(values) for unit, values in series.items()]
    return "\n".join(rows) + "\n"


_SETTINGS = """id = "world"
languages = ["tr", "en"]

[texts.en]
name = "A synthetic world"

[texts.tr]
name = "Yapay bir dünya"
"""

_VARIABLES = """- id: pm10
  unit: ug/m^3
  period: day
  plausible: {low: 0, high: 2000}
  stock: mean
  texts: {en: PM10, tr: PM10}
- {id: population, unit: person, plausible: {low: 0, high: 1.0e+9}, stock: stock, texts: {en: Population, tr: Nüfus}}
- {id: physicians, unit: person, plausible: {low: 0, high: 1.0e+6}, stock: stock, texts: {en: Physicians, tr: Hekimler}}
- {id: gdp_per_head, unit: PPS/person, plausible: {low: 100, high: 500000}, stock: mean, texts: {en: GDP, tr: GSYH}}
"""

_INDICATORS = """- id: pm10_annual_mean
  edition: 1
  group: environment
  texts:
    en: {name: PM10 annual mean, definition: Mean of daily PM10 over a calendar year.}
    tr: {name: Yıllık ortalama PM10, definition: Günlük PM10 değerlerinin takvim yılı ortalaması.}
  unit: ug/m^3
  formula: pm10
  inputs:
    pm10: {variable: pm10, aggregate: mean, coverage: 0.75}
  better: less
  goalposts: {worst: 70, best: 15, source: "WHO 2021, interim target 1 and guideline level"}
  plausible: {low: 2, high: 300}
- id: physicians_per_10k
  edition: 1
  group: society
  texts:
    en: {name: Physicians per 10 000 persons, definition: Physicians for every 10 000 residents.}
    tr: {name: 10.000 kişiye düşen hekim, definition: Her 10.000 kişiye düşen hekim sayısı.}
  unit: person/(10000*person)
  formula: physicians / population
  inputs:
    physicians: {variable: physicians}
    population: {variable: population}
  better: more
  goalposts: {worst: 0, best: 60, source: a convention of this test}
  plausible: {low: 0, high: 300}
- id: gdp_per_head
  edition: 1
  group: economy
  texts:
    en: {name: GDP per head, definition: Gross domestic product per head in PPS.}
    tr: {name: Kişi başına GSYH, definition: SAGP ile kişi başına gayrisafi yurt içi hasıla.}
  unit: PPS/person
  formula: gdp
  inputs:
    gdp: {variable: gdp_per_head}
  better: more
  goalposts: {worst: 5000, best: 40000, source: a convention of this test}
  plausible: {low: 500, high: 300000}
- id: population
  edition: 1
  group: society
  texts:
    en: {name: Population, definition: Residents.}
    tr: {name: Nüfus, definition: Yerleşik nüfus.}
  unit: person
  formula: population
  inputs:
    population: {variable: population}
  plausible: {low: 0, high: 2.0e+9}
"""

_PROFILE = """id: world-provinces
texts:
  en: {name: A profile of the provinces, note: A profile, not a ministry's index.}
  tr: {name: İllerin bir profili, note: "Bir profildir, bir bakanlığın endeksi değildir."}
places: {country: xx, kinds: [province]}
years: {default: latest}
peers: {by: [{indicator: population, log: true}], k: 5}
spec:
  id: world-provinces
  seed: 7
  nodes:
    - {id: world-provinces}
    - {id: clean_air, parent: world-provinces}
    - {id: prosperity, parent: world-provinces}
    - {id: pm10_annual_mean, parent: clean_air}
    - {id: physicians_per_10k, parent: prosperity}
    - {id: gdp_per_head, parent: prosperity}
  uncertainty:
    factors:
      - {kind: weights, distribution: dirichlet, around: equal}
      - name: normalisation and aggregation
        path: steps
        values:
          - &first
            - screen: {min_coverage: 0.6}
            - normalise: {method: goalposts, low: 1, high: 100}
            - aggregate: {method: arithmetic, min_coverage: 0.6}
          - - screen: {min_coverage: 0.6}
            - normalise: {method: goalposts, low: 1, high: 100}
            - aggregate: {method: geometric, min_coverage: 0.6}
          - - screen: {min_coverage: 0.6}
            - normalise: {method: min_max, low: 1, high: 100}
            - aggregate: {method: arithmetic, min_coverage: 0.6}
          - - screen: {min_coverage: 0.6}
            - normalise: {method: min_max, low: 1, high: 100}
            - aggregate: {method: geometric, min_coverage: 0.6}
          - - screen: {min_coverage: 0.6}
            - normalise: {method: z_score, mean: 50, sd: 15}
            - aggregate: {method: arithmetic, min_coverage: 0.6}
      - leave_one_out
      - errors
    draws: 200
    level: 0.9
  steps: *first
"""

_AIR_MAPPING = """source:
  id: air
  title: {en: Daily air of the provinces, tr: İllerin günlük havası}
  issuer: The synthetic world
  licence: CC0-1.0
  url: "https://example.org/air"
  retrieved: 2024-02-01
  attribution: none needed
  ships: true
  why: made by the test
file: {path: air.csv, encoding: iso-8859-9}
missing: ["-999"]
place: {column: Şehir, kinds: [province], aliases: {Igdirova: xx-igdirova}}
time: {column: Tarih, format: "%d %m %Y", length: day}
variables:
  - {column: PM10, variable: pm10, unit: ug/m^3}
"""

_STATISTICS_MAPPING = """source:
  id: statistics
  title: {en: Regional statistics, tr: Bölgesel istatistikler}
  issuer: The synthetic world
  licence: CC0-1.0
  url: "https://example.org/statistics"
  retrieved: 2024-03-01
  attribution: none needed
  ships: true
  why: made by the test
file: {path: statistics.csv}
missing: [":"]
place: {column: geo, scheme: iso}
values:
  flag_pattern: "(?P<value>:|[-+0-9.,]+)\\\\s*(?P<flags>[a-z]+)?"
  flags: {b: break, p: provisional}
variables:
  - {column: "*", variable: population, unit: person, when: {unit: [NR]}}
  - {column: "*", variable: physicians, unit: person, when: {unit: [DOC]}}
  - {column: "*", variable: gdp_per_head, unit: PPS/person, when: {unit: [PPS]}}
"""
