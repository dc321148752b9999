"""Builds the places, names and boundaries of the OTS observatory from the raw data.

Usage: python -m tools.build_ots_places DATA_FOLDER [OBSERVATORY_FOLDER]

DATA_FOLDER holds the unchanged sets named in `observatories/ots/ATTRIBUTION.md`. What no set says
(identifiers, names checked by hand, what to leave out) lives in the tables of
`observatories/ots/places/source/`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from babel import Locale
from shapely.geometry import shape
from tools.ots_layers import (
    Geometries,
    Row,
    read_table,
    simplified,
    slug,
    union,
    write_layer,
    write_table,
)

from kenes.vocabulary.languages import LANGUAGES

PLACE_COLUMNS = [
    "place",
    "kind",
    "parent",
    "country",
    "valid_from",
    "valid_to",
    "iso3166_2",
    "nuts",
    "geonames",
    "unlocode",
    "wikidata",
    "longitude",
    "latitude",
    "timezone",
    "metropolitan",
    "coastal",
]
NAME_COLUMNS = ["place", "language", "name", "use"]
LOCAL_LANGUAGE = {
    "az": "az",
    "hu": "hu",
    "kg": "ky",
    "kz": "kk",
    "nc": "tr",
    "tm": "tk",
    "tr": "tr",
    "uz": "uz",
}
LEAST_POPULATION = 50_000


class Builder:
    """Collects places and names, then writes the tables and the boundary layers."""

    def __init__(self, data: Path, observatory: Path) -> None:
        self.data, self.observatory = data, observatory
        self.source = observatory / "places" / "source"
        self.places: dict[str, Row] = {}
        self.names: set[tuple[str, str, str, str]] = set()
        self.left_out: list[Row] = []
        self.sets: list[Row] = []
        gazetteer = json.loads((data / "gazetteer-geonames/cities_ge5000_ots.json").read_text("utf-8"))
        self.gazetteer: dict[str, dict[str, Any]] = {str(row["geonameid"]): row for row in gazetteer}
        admin1 = json.loads((data / "gazetteer-geonames/admin1_codes_ots.json").read_text("utf-8"))
        self.admin1_names: dict[str, str] = {row["code"]: row["name"] for row in admin1}
        self.unit_of_admin1: dict[str, str] = {}
        self.zones = self._zones()
        self.wikidata_of_iso = self._wikidata_of_iso()
        self.natural_earth = self._natural_earth_places()
        self.features = {
            code: self._features(f"admin1-boundaries/{code}.geo.json")
            for code in ("aze", "cyn", "hun", "kgz", "tkm", "tur", "uzb")
        }

    def table(self, name: str) -> list[Row]:
        """A hand-made table."""
        return read_table(self.source / name)

    def _features(self, path: str) -> list[dict[str, Any]]:
        features: list[dict[str, Any]] = json.loads((self.data / path).read_text("utf-8"))["features"]
        return features

    def _zones(self) -> dict[str, str]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.gazetteer.values():
            counts[f"{row['countrycode']}.{row['admin1code']}"][row["timezone"]] += row["population"]
        return {code: count.most_common(1)[0][0] for code, count in counts.items()}

    def _wikidata_of_iso(self) -> dict[str, str]:
        rows = read_table(self.data / "population-subnational/wikidata_subnational_area_ots.csv")
        items: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            items[row["iso31662"]].add(row["region"].rsplit("/", 1)[-1])
        swapped = {"AZ-LA", "AZ-LAN"}  # city and rayon of Lankaran carry each other's figures
        return {iso: min(found) for iso, found in items.items() if len(found) == 1 and iso not in swapped}

    def _natural_earth_places(self) -> dict[str, dict[str, Any]]:
        features = self._features("natural-earth/ne_10m_populated_places_ots.json")
        found = (feature["properties"] for feature in features)
        return {str(int(row["GEONAMEID"])): row for row in found if (row["GEONAMEID"] or 0) > 0}

    # places ---------------------------------------------------------------------------------------------

    def add_place(self, place: str, **values: str) -> None:
        """Keep a place; an id that was given before is an error."""
        if place in self.places:
            raise SystemExit(f"{place} is built twice: {self.places[place]} and {values}. Rename one of them.")
        self.places[place] = {"place": place, "country": place[:2], **values}

    def add_names(self, place: str, aliases: str = "", **display: str) -> None:
        """Keep the display names by language and the aliases, which are separated by bars."""
        shown = {name for name in display.values() if name}
        for language, name in display.items():
            if name:
                self.names.add((place, language, name, "display"))
        for name in aliases.split("|"):
            if name and name not in shown:
                self.names.add((place, "und", name, "alias"))

    def countries(self) -> None:
        """The eight states; their names come from CLDR unless the table gives one."""
        for row in self.table("countries.csv"):
            copied = {key: row[key] for key in ("geonames", "wikidata", "longitude", "latitude", "timezone")}
            self.add_place(row["place"], kind="country", **copied)
            if row["code"]:
                shown = {language: Locale(language).territories.get(row["code"], "") for language in LANGUAGES}
            else:
                shown = {"en": row["en"], "tr": row["tr"]}
            self.add_names(row["place"], row["aliases"], **shown)

    def groups(self) -> None:
        """Statistical groups of provinces: NUTS levels 1 and 2."""
        for row in self.table("groups.csv"):
            place = f"{row['parent'].split('-')[0]}-nuts-{row['nuts'].lower()}"
            copied = {key: row[key] for key in ("parent", "nuts", "valid_from", "valid_to")}
            zone = "Europe/Istanbul" if place.startswith("tr") else "Europe/Budapest"
            self.add_place(place, kind="group", timezone=zone, **copied)
            self.add_names(place, en=row["en"], tr=row["tr"], hu=row["hu"])
            self.sets.append({"set": f"{place[:2]}-nuts{len(row['nuts']) - 2}", "place": place})

    def turkish_provinces(self) -> None:
        """The 81 provinces, with GeoNames' key of the province joined by name."""
        facts = {
            int(row["id"]): row for row in json.loads((self.data / "turkiye-admin/provinces_2025.json").read_text())
        }
        code_of = {
            slug(name.removesuffix(" Province")): code
            for code, name in self.admin1_names.items()
            if code.startswith("TR.")
        }
        geonames = {row["properties"]["gn_a1_code"]: str(row["properties"]["gn_id"]) for row in self.features["tur"]}
        for row in self.table("turkiye_provinces.csv"):
            place, code = f"tr-{slug(row['name'])}", code_of[slug(row["name"])]
            fact = facts[int(row["iso3166_2"][3:])]
            self.unit_of_admin1[code] = place
            self.add_place(
                place,
                kind="province",
                parent=f"tr-nuts-{row['nuts'][:4].lower()}",
                iso3166_2=row["iso3166_2"],
                nuts=row["nuts"],
                geonames=geonames[code],
                wikidata=self.wikidata_of_iso.get(row["iso3166_2"], ""),
                timezone="Europe/Istanbul",
                metropolitan=str(fact["isMetropolitan"]).lower(),
                coastal=str(fact["isCoastal"]).lower(),
            )
            self.add_names(place, row["aliases"], tr=row["name"], en=row["en"], ru=row["ru"])
            self.sets.append({"set": "tr-provinces", "place": place})

    def first_level(self) -> None:
        """First-level units of the states but Türkiye and Azerbaijan."""
        legacy = {row["place"]: row["code"] for row in self.table("legacy_codes.csv")}
        unit_ids = {
            row["properties"]["gn_a1_code"]: str(row["properties"]["gn_id"])
            for code in ("hun", "kgz", "tkm", "uzb")
            for row in self.features[code]
            if row["properties"]["gn_id"] > 0 and row["properties"].get("type_en") != "Urban county"
        }
        unit_ids |= {
            row["properties"]["gn_a1_code"]: str(row["properties"]["gn_id"])
            for row in self._features("admin1-boundaries/kaz.geo.json")
        }
        for row in self.table("first_level.csv"):
            country, city = row["place"][:2], self.gazetteer.get(row["geonames"])
            iso = row["iso3166_2"]
            copied = {key: row[key] for key in ("kind", "parent", "valid_from", "valid_to", "nuts", "unlocode")}
            wikidata = self.wikidata_of_iso.get(iso) or self.wikidata_of_iso.get(legacy.get(row["place"], ""), "")
            point = {"longitude": str(city["longitude"]), "latitude": str(city["latitude"])} if city else {}
            if row["gn_code"]:
                self.unit_of_admin1[row["gn_code"]] = row["place"]
            self.add_place(
                row["place"],
                iso3166_2=iso,
                geonames=row["geonames"] or unit_ids.get(row["gn_code"], ""),
                wikidata=wikidata,
                timezone=city["timezone"] if city else self.zones[row["gn_code"]],
                **copied,
                **point,
            )
            shown = {"en": row["en"], "tr": row["tr"], "ru": row["ru"]}
            if row["hu"]:
                shown["hu"] = row["hu"]
            shown[LOCAL_LANGUAGE[country]] = row["local"]
            self.add_names(row["place"], row["aliases"], **shown)
            self.sets.append({"set": f"{country}-first-level", "place": row["place"]})
        self.unit_of_admin1["KZ.08"] = "kz-kyzylorda-region"

    def azerbaijan(self) -> None:
        """Cities of republican rank, rayons and Nakhchivan, by ISO 3166-2."""
        iso = {row["actor_id"]: row for row in read_table(self.data / "population-subnational/iso3166_2_actor_ots.csv")}
        ids = {row["properties"]["gn_a1_code"]: str(row["properties"]["gn_id"]) for row in self.features["aze"]}
        rows = self.table("azerbaijan.csv")
        for row in sorted(rows, key=lambda row: row["place"] != "az-nakhchivan-region"):
            inner = iso[row["iso3166_2"]]["is_part_of"] == "AZ-NX"
            city = self.gazetteer.get(row["geonames"])
            point = {"longitude": str(city["longitude"]), "latitude": str(city["latitude"])} if city else {}
            self.add_place(
                row["place"],
                kind=row["kind"],
                parent="az-nakhchivan-region" if inner else "az",
                iso3166_2=row["iso3166_2"],
                geonames=row["geonames"] or ids.get(row["gn_code"], ""),
                unlocode="AZ BAK" if row["place"] == "az-baku" else "",
                wikidata=self.wikidata_of_iso.get(row["iso3166_2"], ""),
                timezone="Asia/Baku",
                **point,
            )
            self.unit_of_admin1[row["gn_code"]] = row["place"]
            name = iso[row["iso3166_2"]]["name"].replace("ǝ", "ə")
            local = row["az"] or (f"{name} rayonu" if row["kind"] == "district" else name)
            self.add_names(row["place"], az=local, en=row["en"], tr=row["tr"], ru=row["ru"])
            self.sets.append({"set": "az-nakhchivan" if inner else "az-first-level", "place": row["place"]})
        self.unit_of_admin1["AZ.35"] = "az-nakhchivan-region"

    def cities(self) -> None:
        """Settlements of 50,000 or more persons, capitals of units, and why others were left out."""
        decisions = {row["geonames"]: row for row in self.table("city_decisions.csv")}
        names = {row["geonames"]: row for row in self.table("city_names.csv")}
        present = {row.get("geonames"): place for place, row in self.places.items()}
        for key, city in sorted(self.gazetteer.items(), key=lambda item: int(item[0])):
            if city["population"] < LEAST_POPULATION and key not in names:
                continue
            decision = decisions.get(key, {"decision": "", "parent": "", "reason": ""})
            in_budapest = city["countrycode"] == "HU" and city["admin1code"] == "05" and key != "3054643"
            if decision["decision"] == "leave_out" or in_budapest:
                reason = decision["reason"] or "part of Budapest, some listed twice; already counted in the city"
                self.left_out.append(
                    {
                        "geonames": key,
                        "name": city["name"],
                        "population": str(city["population"]),
                        "part_of": decision["parent"] or "hu-budapest",
                        "reason": reason,
                    }
                )
            elif key in present:
                self._names_of_city(present[key], city, names.get(key))
            else:
                self._city(key, city, decision["decision"], names.get(key))

    def _city(self, key: str, city: dict[str, Any], decision: str, names: Row | None) -> None:
        northern = city["timezone"] == "Asia/Famagusta"
        country = "nc" if northern else city["countrycode"].lower()
        parent = "nc" if northern else self.unit_of_admin1[f"{city['countrycode']}.{city['admin1code']}"]
        name = names["en"] if names else city["name"]
        place = names["place"] if names and names["place"] else f"{country}-{slug(name)}"
        if place in self.places:
            place += "-city"
        district = decision == "district" or (parent == "tr-istanbul" and place != "tr-istanbul-city")
        earth = self.natural_earth.get(key, {})
        self.add_place(
            place,
            kind="district" if district else "city",
            parent=parent,
            geonames=key,
            wikidata=earth.get("wikidataid") or "",
            longitude=str(city["longitude"]),
            latitude=str(city["latitude"]),
            timezone=city["timezone"],
            unlocode={"tr-istanbul-city": "TR IST", "tr-ankara-city": "TR ANK"}.get(place, ""),
        )
        self._names_of_city(place, city, names)

    def _names_of_city(self, place: str, city: dict[str, Any], names: Row | None) -> None:
        country = place[:2]
        if names:
            shown = {key: names[key] for key in ("en", "tr", "ru")}
            local = names["local"]
            if local:
                shown[LOCAL_LANGUAGE[country]] = local
            if country not in ("tr", "nc"):
                shown["tr"] = names["tr"]
            else:
                shown["tr"] = local or names["tr"]
            self.add_names(place, names["aliases"], **shown)
        elif country == "tr":
            self._names_of_turkish_city(place, city)

    def _names_of_turkish_city(self, place: str, city: dict[str, Any]) -> None:
        province = place.removesuffix("-city")
        if place != province:
            for found, language, name, use in sorted(self.names):
                if found == province and use == "display":
                    self.add_names(place, **{language: name})
            return
        russian = self.natural_earth.get(str(city["geonameid"]), {}).get("NAME_RU") or ""
        self.add_names(place, tr=city["name"], en=city["name"], ru=russian)

    # boundaries -----------------------------------------------------------------------------------------

    def polygons(self) -> Geometries:
        """Polygons by place of the first-level units, simplified so that neighbours still meet."""
        raw: Geometries = {}
        code_of_az = {row["gn_code"]: row["place"] for row in self.table("azerbaijan.csv")}
        code_of_az["AZ.56"] = "az-shusha-district"  # the town has no ISO code of its own
        counties = {row.get("geonames", ""): place for place, row in self.places.items() if place[:2] == "hu"}
        for country, features in self.features.items():
            for feature in features:
                properties, geometry = feature["properties"], shapely.make_valid(shape(feature["geometry"]))
                code = properties.get("gn_a1_code") or ""
                if country == "cyn":
                    place = "nc"
                elif country == "hun":
                    place = counties.get(str(abs(properties["gn_id"])), "hu-budapest")
                elif country == "aze":
                    place = code_of_az[code]
                else:
                    place = self.unit_of_admin1.get(code, "")
                if place:
                    raw[place] = shapely.union_all([raw[place], geometry]) if place in raw else geometry
        return simplified(raw) | simplified(self._kazakh_polygons())

    def _kazakh_polygons(self) -> Geometries:
        by_name = {name: place for place, language, name, _ in self.names if place[:3] == "kz-" and language != "kk"}
        units = [row["place"] for row in self.table("first_level.csv") if row["place"][:2] == "kz"]
        features = self._features("admin1-boundaries/kaz_adm1_2022_20units.geojson")
        found = {
            by_name[feature["properties"]["ADM1_EN"]]: shapely.make_valid(shape(feature["geometry"]))
            for feature in features
        }
        if sorted(found) != sorted(units):
            raise SystemExit(f"Kazakh polygons do not fit: {sorted(set(found) ^ set(units))}")
        return found

    def boundaries(self) -> None:
        """Write the layers and take the missing points from the polygons."""
        polygons = self.polygons()
        inner = {place for place in polygons if self.places[place].get("parent") == "az-nakhchivan-region"}
        second = {place: polygons.pop(place) for place in inner}
        polygons["az-nakhchivan-region"] = union(second.values())
        northern = polygons.pop("nc")
        countries: Geometries = {"nc": northern}
        for country in ("az", "hu", "kg", "kz", "tm", "tr", "uz"):
            countries[country] = union(
                geometry for place, geometry in polygons.items() if place.startswith(country + "-")
            )
        groups = {
            place: self._group_polygon(place, polygons) for place, row in self.places.items() if row["kind"] == "group"
        }
        for place, geometry in {**polygons, **second, **groups}.items():
            if not self.places[place].get("longitude"):
                point = shapely.point_on_surface(geometry)
                self.places[place] |= {"longitude": f"{point.x:.4f}", "latitude": f"{point.y:.4f}"}
        folder = self.observatory / "boundaries"
        for name, layer in {
            "countries": countries,
            "first_level": polygons,
            "second_level": second,
            "groups": groups,
        }.items():
            write_layer(folder / f"{name}.geojson", layer)

    def _group_polygon(self, group: str, polygons: Geometries) -> Any:
        code = self.places[group]["nuts"]
        prefix = {"HU10": "HU1"}.get(code, code)
        return union(
            geometry for place, geometry in polygons.items() if self.places[place].get("nuts", "").startswith(prefix)
        )

    def base_map(self) -> None:
        """Land, lakes and built-up areas, clipped to the window of the observatory."""
        sources = {
            "land": ("ne_50m_admin_0_countries_window", 0.03),
            "lakes": ("ne_10m_lakes_window", 0.02),
            "urban": ("ne_50m_urban_areas_window", 0.01),
        }
        window = shapely.box(14, 30, 90, 58)
        for name, (file, tolerance) in sources.items():
            parts = [
                shapely.make_valid(shape(feature["geometry"]))
                for feature in self._features(f"natural-earth/{file}.json")
            ]
            whole = [shapely.union_all(parts)] if name == "land" else parts
            cut = [shapely.intersection(shapely.simplify(part, tolerance), window) for part in whole]
            kept = [part for part in cut if not part.is_empty]
            write_layer(
                self.observatory / "basemap" / f"{name}.geojson",
                dict(zip((f"{name}-{at:03d}" for at in range(len(kept))), kept, strict=True)),
                "id",
            )

    def write(self) -> None:
        """Write the tables."""
        folder = self.observatory / "places"
        write_table(folder / "places.csv", PLACE_COLUMNS, self.places.values())
        write_table(
            folder / "names.csv",
            NAME_COLUMNS,
            (dict(zip(NAME_COLUMNS, row, strict=True)) for row in self.names),
        )
        write_table(folder / "left_out.csv", ["geonames", "name", "population", "part_of", "reason"], self.left_out)
        write_table(folder / "sets.csv", ["set", "place"], self.sets)
        for name, columns in {
            "boundary_changes": "place,date,what,successors",
            "legacy_codes": "place,scheme,code,valid_from,valid_to",
            "not_places": "scheme,code,reason",
        }.items():
            write_table(folder / f"{name}.csv", columns.split(","), self.table(f"{name}.csv"))


def main(arguments: Sequence[str]) -> None:
    """Build everything."""
    here = Path(__file__).resolve().parent.parent
    observatory = Path(arguments[1]) if len(arguments) > 1 else here / "observatories" / "ots"
    builder = Builder(Path(arguments[0]), observatory)
    builder.countries()
    builder.groups()
    builder.turkish_provinces()
    builder.first_level()
    builder.azerbaijan()
    builder.cities()
    builder.boundaries()
    builder.base_map()
    builder.write()
    print(f"{len(builder.places)} places, {len(builder.names)} names, {len(builder.left_out)} left out")


if __name__ == "__main__":
    main(sys.argv[1:])
