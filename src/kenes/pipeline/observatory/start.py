"""How an observatory begins: a small example of its own, or a copy of the shipped one."""

from __future__ import annotations

import shutil
from pathlib import Path

from kenes.pipeline.installed import shipped_observatory
from kenes.store import write_whole
from kenes.vocabulary.errors import BadInput

_FILES: dict[str, str] = {
    "kenes.toml": """# An observatory: what it is called and which languages it speaks.
id = "my-observatory"
languages = ["en", "tr"]

[texts.en]
name = "My observatory"

[texts.tr]
name = "Gözlemevim"
""",
    "places/places.csv": """place,kind,parent,country,iso3166_2,longitude,latitude,timezone
xx,country,,xx,,30,40,UTC
xx-north,province,xx,xx,XX-N,30,41,UTC
xx-south,province,xx,xx,XX-S,30,39,UTC
""",
    "places/names.csv": """place,language,name,use
xx,en,Example land,display
xx,tr,Örnek ülke,display
xx-north,en,North,display
xx-north,tr,Kuzey,display
xx-south,en,South,display
xx-south,tr,Güney,display
""",
    "variables.yaml": """- id: population
  unit: person
  plausible: {low: 0, high: 2.0e+8}
  stock: stock
  texts: {en: Population, tr: Nüfus}
- id: physicians
  unit: person
  plausible: {low: 0, high: 1.0e+6}
  stock: stock
  texts: {en: Physicians, tr: Hekim sayısı}
""",
    "indicators/society.yaml": """- id: physicians_per_10k
  edition: 1
  group: society
  texts:
    en: {name: Physicians per 10 000 persons, definition: Physicians in post for every 10 000 residents.}
    tr: {name: 10.000 kişiye düşen hekim, definition: Her 10.000 kişiye düşen görevli hekim sayısı.}
  unit: 1/(10000*person)*person
  formula: physicians / population
  inputs:
    physicians: {variable: physicians}
    population: {variable: population}
  better: more
  goalposts: {worst: 0, best: 60, source: an example}
  plausible: {low: 0, high: 200}
""",
    "sources/example/mapping.yaml": """source:
  id: example
  title: {en: An example, tr: Bir örnek}
  issuer: {en: Nobody, tr: Hiç kimse}
  licence: CC0-1.0
  url: "https://example.org/"
  retrieved: 2026-01-01
  attribution: {en: None needed, tr: Gerekmez}
  ships: true
  why: {en: made for this example, tr: bu örnek için yapıldı}
file: {path: data.csv}
missing: ["-"]
place: {column: province, kinds: [province]}
time: {column: year, length: year}
variables:
  - {column: population, variable: population, unit: person}
  - {column: physicians, variable: physicians, unit: person}
""",
    "sources/example/data.csv": """province,year,population,physicians
North,2024,120000,310
South,2024,80000,-
""",
}


def start(folder: Path) -> list[str]:
    """Write a small observatory with one example of everything; gives the files.

    Raises:
        BadInput: the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty", mend="Name a new folder.")
    for name, text in _FILES.items():
        write_whole(folder / name, text.encode())
    return sorted(_FILES)


def copy_shipped(folder: Path) -> None:
    """Bring the shipped observatory into a folder of the user's; what was built there stays.

    Raises:
        BadInput: the folder holds something else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "kenes.toml").is_file():
        raise BadInput(f"{folder} holds something else", mend="Name another with --observatory.")
    source = shipped_observatory()
    if not source.is_dir():
        raise BadInput("this installation ships no observatory", mend="Install the wheel, or use a checkout.")
    if source.resolve() == folder.resolve():
        return
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("store"))
