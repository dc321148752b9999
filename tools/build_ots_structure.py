"""Builds the table of structure of the OTS places: area and dated population of first-level units.

Usage: python -m tools.build_ots_structure DATA_FOLDER [OBSERVATORY_FOLDER]

Run it after `tools.build_ots_places`. An area of Wikidata that does not fit the place's polygon is left out
and listed in `facts/left_out.csv`: it belongs to another extent (Kazakh regions before 2022) or another unit.
Official Turkish areas stay: there the polygon is the coarser of the two.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyproj import Geod
from shapely.geometry import shape
from tools.ots_layers import Row, read_table, write_table

COLUMNS = ["place", "variable", "year", "value", "unit", "source", "licence"]
LARGEST_DEVIATION = 0.15
WIKIDATA = {"source": "Wikidata, retrieved 2024-03", "licence": "CC0-1.0"}
REGISTER = {
    "source": "TÜİK and General Directorate of Mapping, as collected by turkiye-api (2025)",
    "licence": "MIT",
}


def polygon_areas(observatory: Path) -> dict[str, float]:
    """Geodesic area in km² of each first- and second-level polygon."""
    geod = Geod(ellps="WGS84")
    areas = {}
    for name in ("first_level", "second_level"):
        text = (observatory / "boundaries" / f"{name}.geojson").read_text("utf-8")
        for feature in json.loads(text)["features"]:
            square_m, _ = geod.geometry_area_perimeter(shape(feature["geometry"]))
            areas[feature["properties"]["place"]] = abs(square_m) / 1e6
    return areas


def register_rows(data: Path, place_of: Mapping[str, str]) -> list[Row]:
    """Areas of the 81 Turkish provinces."""
    provinces = json.loads((data / "turkiye-admin/provinces_2025.json").read_text("utf-8"))
    return [
        {
            "place": place_of[f"TR-{row['id']:02d}"],
            "variable": "area",
            "year": "2025",
            "value": str(row["area"]["value"]),
            "unit": "km2",
            **REGISTER,
        }
        for row in provinces
    ]


def wikidata_rows(data: Path, place_of: Mapping[str, str], items: Mapping[str, str]) -> list[Row]:
    """Areas and the latest dated population of units whose ISO code names one item only."""
    folder = data / "population-subnational"
    areas: dict[str, set[float]] = defaultdict(set)
    for row in read_table(folder / "wikidata_subnational_area_ots.csv"):
        place = place_of.get(row["iso31662"], "")
        if place and row["region"].rsplit("/", 1)[-1] == items[place]:
            areas[place].add(float(row["area"]))
    rows = [
        {
            "place": place,
            "variable": "area",
            "year": "",
            "value": f"{min(found):g}",
            "unit": "km2",
            **WIKIDATA,
        }
        for place, found in areas.items()
        if len(found) == 1 and not place.startswith("tr-")
    ]
    latest: dict[str, tuple[str, float]] = {}
    for row in read_table(folder / "wikidata_subnational_population_2024-03_ots.csv"):
        place = place_of.get(row["iso31662"], "")
        if place and row["item"].rsplit("/", 1)[-1] == items[place]:
            latest[place] = max(latest.get(place, ("", 0.0)), (row["populationYear"], float(row["population"])))
    for place, (year, value) in latest.items():
        rows.append(
            {
                "place": place,
                "variable": "population",
                "year": str(int(float(year))),
                "value": f"{value:.0f}",
                "unit": "person",
                **WIKIDATA,
            }
        )
    return rows


def main(arguments: Sequence[str]) -> None:
    """Build `facts/structure.csv` and `facts/left_out.csv`."""
    here = Path(__file__).resolve().parent.parent
    observatory = Path(arguments[1]) if len(arguments) > 1 else here / "observatories" / "ots"
    places = read_table(observatory / "places" / "places.csv")
    place_of = {row["iso3166_2"]: row["place"] for row in places if row["iso3166_2"]}
    for row in read_table(observatory / "places" / "legacy_codes.csv"):
        if row["scheme"] == "iso3166_2":
            place_of[row["code"]] = row["place"]
    items = {row["place"]: row["wikidata"] for row in places}
    drawn = polygon_areas(observatory)
    kept, left_out = [], []
    data = Path(arguments[0])
    for row in register_rows(data, place_of) + wikidata_rows(data, place_of, items):
        area = drawn.get(row["place"])
        fits = (
            row["variable"] != "area"
            or row["source"] == REGISTER["source"]
            or (area is not None and abs(float(row["value"]) / area - 1) <= LARGEST_DEVIATION)
        )
        if fits:
            kept.append(row)
        else:
            reason = "no polygon to check it with" if area is None else f"polygon has {area:.0f} km2"
            left_out.append({**row, "reason": reason})
    folder = observatory / "facts"
    write_table(folder / "structure.csv", COLUMNS, kept)
    write_table(folder / "left_out.csv", [*COLUMNS, "reason"], left_out)
    print(f"{len(kept)} facts, {len(left_out)} left out")


if __name__ == "__main__":
    main(sys.argv[1:])
