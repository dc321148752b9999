"""What the tables of places of the OTS observatory promise."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from kenes.catalogue.places import PlaceIndex, fold, read_places

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "observatories" / "ots"
SHIPPED = ROOT / "src" / "kenes" / "catalogue" / "shipped"
Row = dict[str, str]

# Every geo code of the Eurostat tables of Türkiye and Hungary (NUTS 2021 and, for Hungary, NUTS 2013).
NUTS_TR = """
TR TR1 TR10 TR100 TR2 TR21 TR211 TR212 TR213 TR22 TR221 TR222 TR3 TR31 TR310 TR32 TR321 TR322 TR323 TR33
TR331 TR332 TR333 TR334 TR4 TR41 TR411 TR412 TR413 TR42 TR421 TR422 TR423 TR424 TR425 TR5 TR51 TR510 TR52
TR521 TR522 TR6 TR61 TR611 TR612 TR613 TR62 TR621 TR622 TR63 TR631 TR632 TR633 TR7 TR71 TR711 TR712 TR713
TR714 TR715 TR72 TR721 TR722 TR723 TR8 TR81 TR811 TR812 TR813 TR82 TR821 TR822 TR823 TR83 TR831 TR832 TR833
TR834 TR9 TR90 TR901 TR902 TR903 TR904 TR905 TR906 TRA TRA1 TRA11 TRA12 TRA13 TRA2 TRA21 TRA22 TRA23 TRA24
TRB TRB1 TRB11 TRB12 TRB13 TRB14 TRB2 TRB21 TRB22 TRB23 TRB24 TRC TRC1 TRC11 TRC12 TRC13 TRC2 TRC21 TRC22
TRC3 TRC31 TRC32 TRC33 TRC34
""".split()  # noqa: SIM905 (a table of codes reads better so)
NUTS_HU = """
HU HU1 HU10 HU101 HU102 HU11 HU110 HU12 HU120 HU2 HU21 HU211 HU212 HU213 HU22 HU221 HU222 HU223 HU23 HU231
HU232 HU233 HU3 HU31 HU311 HU312 HU313 HU32 HU321 HU322 HU323 HU33 HU331 HU332 HU333
HUX HUXX HUXXX HUZ HUZZ HUZZZ
""".split()  # noqa: SIM905
# Spellings that occur in the observatory's source files, and the place that each means.
SPELLINGS = {
    ("Kahramaşmaraş", "province"): "tr-kahramanmaras",
    ("Afyon", "province"): "tr-afyonkarahisar",
    ("İçel", "province"): "tr-mersin",
    ("Icel", "province"): "tr-mersin",
    ("Hakkâri", "province"): "tr-hakkari",
    ("Semey ", "city"): "kz-semey",
    ("Abay Region", "region"): "kz-abai-region",
    ("Абай", "region"): "kz-abai-region",
    ("Туркестанская ", "region"): "kz-turkistan-region",
    ("Turkestan Region", "region"): "kz-turkistan-region",
    ("Zhetisu", "region"): "kz-jetisu-region",
    ("г. Алматы", "city"): "kz-almaty",
    ("город Алматы", "city"): "kz-almaty",
    ("Almaty city", "city"): "kz-almaty",
    ("Алматинская", "region"): "kz-almaty-region",
    ("Ust-Kamenogorsk", "city"): "kz-oskemen",
    ("Semipalatinsk", "city"): "kz-semey",
    ("BAKU", "city"): "az-baku",
    ("ASHKHABAD", "city"): "tm-ashgabat",
    ("Andizhan", "city"): "uz-andijan",
    ("Györ", "city"): "hu-gyor",
    ("Turgutlu ( Manisa)", "city"): "tr-turgutlu",
    ("Kyrgyz Republic", "country"): "kg",
    ("Jalal-Abad", "city"): "kg-manas",
}


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def layer(path: Path, key: str = "place") -> dict[str, Any]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {feature["properties"][key]: shape(feature["geometry"]) for feature in features}


@pytest.fixture(scope="module")
def places() -> dict[str, Row]:
    return {row["place"]: row for row in table(FOLDER / "places" / "places.csv")}


@pytest.fixture(scope="module")
def names() -> list[Row]:
    return table(FOLDER / "places" / "names.csv")


@pytest.fixture(scope="module")
def polygons() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("countries", "groups", "first_level", "second_level"):
        found |= layer(FOLDER / "boundaries" / f"{name}.geojson")
    return found


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    found, findings = read_places(FOLDER / "places")
    assert findings == []
    return found


def test_the_catalogue_reads_the_places_without_a_finding(index: PlaceIndex) -> None:
    assert len(index) == len(table(FOLDER / "places" / "places.csv"))


def test_ids_are_unique_sorted_and_name_their_country(places: dict[str, Row]) -> None:
    rows = [row["place"] for row in table(FOLDER / "places" / "places.csv")]
    assert rows == sorted(set(rows))
    assert all(re.fullmatch(r"[a-z]{2}(-[a-z0-9]+)*", place) for place in rows)
    assert all(row["country"] == place[:2] for place, row in places.items())


def test_parents_form_one_tree_for_each_state(places: dict[str, Row]) -> None:
    for place, row in places.items():
        chain, current = [place], row
        while current["parent"]:
            assert current["parent"] in places, chain
            assert current["parent"] not in chain, chain
            chain.append(current["parent"])
            current = places[current["parent"]]
        assert chain[-1] == row["country"], chain
    assert {p for p, row in places.items() if row["kind"] == "country"} == {
        "az",
        "hu",
        "kg",
        "kz",
        "nc",
        "tm",
        "tr",
        "uz",
    }


@pytest.mark.parametrize("scheme", ["iso3166_2", "nuts", "geonames", "unlocode", "wikidata"])
def test_an_external_id_belongs_to_one_place(places: dict[str, Row], scheme: str) -> None:
    counts = Counter(row[scheme] for row in places.values() if row[scheme])
    assert counts
    assert [code for code, count in counts.items() if count > 1] == []


def test_first_level_units_are_complete(places: dict[str, Row]) -> None:
    sets = Counter(row["set"] for row in table(FOLDER / "places" / "sets.csv"))
    assert {row["place"] for row in table(FOLDER / "places" / "sets.csv")} <= places.keys()
    promised = {
        "tr-provinces": 81,
        "tr-nuts1": 12,
        "tr-nuts2": 26,
        "hu-first-level": 20,
        "hu-nuts1": 3,
        "hu-nuts2": 9,
        "kz-first-level": 20,
        "kg-first-level": 9,
        "uz-first-level": 14,
        "tm-first-level": 7,
        "az-first-level": 70,
        "az-nakhchivan": 8,
    }
    assert sets == promised
    turkish = {row["iso3166_2"] for row in places.values() if row["country"] == "tr" and row["iso3166_2"]}
    assert turkish == {f"TR-{plate:02d}" for plate in range(1, 82)}


def test_every_geo_code_of_the_eurostat_tables_is_known(places: dict[str, Row]) -> None:
    known = {row["nuts"] for row in places.values() if row["nuts"]} | {"TR", "HU"}
    old = {row["code"] for row in table(FOLDER / "places" / "legacy_codes.csv") if row["scheme"] == "nuts"}
    refused = {row["code"] for row in table(FOLDER / "places" / "not_places.csv")}
    assert known | old | refused == set(NUTS_TR) | set(NUTS_HU)
    assert not known & old
    assert not known & refused


def test_a_nuts_code_lies_in_the_group_whose_code_it_begins_with(places: dict[str, Row]) -> None:
    for place, row in places.items():
        if row["nuts"] and row["parent"] not in ("tr", "hu"):
            assert row["nuts"].startswith(places[row["parent"]]["nuts"]), place


def test_the_central_hungarian_region_ends_when_its_successors_begin(places: dict[str, Row]) -> None:
    assert places["hu-nuts-hu10"]["valid_to"] == "2017-12-31"
    assert places["hu-nuts-hu11"]["valid_from"] == places["hu-nuts-hu12"]["valid_from"] == "2018-01-01"


def test_regions_created_in_2022_have_a_beginning_and_a_change_of_the_region_they_left(
    places: dict[str, Row],
) -> None:
    changes = table(FOLDER / "places" / "boundary_changes.csv")
    split = {row["place"]: row["successors"].split() for row in changes if row["what"] == "part_split_off"}
    for new, old in [
        ("kz-abai-region", "kz-east-kazakhstan-region"),
        ("kz-jetisu-region", "kz-almaty-region"),
        ("kz-ulytau-region", "kz-karaganda-region"),
    ]:
        assert places[new]["valid_from"] == "2022-06-08"
        assert sorted(split[old]) == sorted([new, old])
    assert {place for row in changes for place in [row["place"], *row["successors"].split()]} <= places.keys()


def test_a_place_has_at_most_one_display_name_in_a_language(names: list[Row]) -> None:
    shown = Counter((row["place"], row["language"]) for row in names if row["use"] == "display")
    assert [key for key, count in shown.items() if count > 1] == []
    assert {row["use"] for row in names} == {"display", "alias"}


def test_states_have_names_in_all_nine_languages_and_northern_cyprus_in_turkish_and_english(
    places: dict[str, Row], names: list[Row]
) -> None:
    shown = defaultdict(set)
    for row in names:
        if row["use"] == "display":
            shown[row["place"]].add(row["language"])
    for place, row in places.items():
        if row["kind"] == "country" and place != "nc":
            assert shown[place] == {"az", "en", "hu", "kk", "ky", "ru", "tk", "tr", "uz"}, place
    assert shown["nc"] == {"en", "tr"}


def test_units_and_cities_have_turkish_english_and_russian_names(places: dict[str, Row], names: list[Row]) -> None:
    shown = defaultdict(set)
    for row in names:
        if row["use"] == "display":
            shown[row["place"]].add(row["language"])
    local = {"az": "az", "hu": "hu", "kg": "ky", "kz": "kk", "nc": "tr", "tm": "tk", "tr": "tr", "uz": "uz"}
    for place, row in places.items():
        assert local[row["country"]] in shown[place] or row["kind"] == "group", place
        if row["kind"] in ("province", "region", "city"):
            assert {"en", "ru"} <= shown[place], place
            assert "tr" in shown[place] or row["country"] == "uz", place
    without = [p for p, row in places.items() if row["kind"] == "city" and "tr" not in shown[p]]
    assert len(without) == 20  # smaller Uzbek towns: no Turkish name that we are sure of


def test_russian_kazakh_and_kyrgyz_names_are_cyrillic_and_others_are_not(names: list[Row]) -> None:
    cyrillic = re.compile(r"[\u0400-\u04ff]")
    for row in names:
        if row["use"] == "display":
            assert bool(cyrillic.search(row["name"])) == (row["language"] in ("ru", "kk", "ky")), row


def test_within_a_country_and_a_kind_a_name_means_one_place(places: dict[str, Row], names: list[Row]) -> None:
    owners: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in names:
        place = places[row["place"]]
        owners[place["country"], place["kind"], fold(row["name"])].add(row["place"])
    assert {key: owned for key, owned in owners.items() if len(owned) > 1} == {}


def test_an_alias_is_never_the_name_of_another_place_of_the_country(places: dict[str, Row], names: list[Row]) -> None:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in names:
        owners[row["place"][:2], fold(row["name"])].add(row["place"])
    clashes = [
        row
        for row in names
        if row["use"] == "alias"
        and {p for p in owners[row["place"][:2], fold(row["name"])] if p.removesuffix("-city") != row["place"]}
        - {row["place"]}
    ]
    assert clashes == []


@pytest.mark.parametrize(("text", "kind"), SPELLINGS)
def test_a_spelling_of_the_source_files_leads_to_its_place(index: PlaceIndex, text: str, kind: str) -> None:
    assert index.look_up(text, scheme="name", kinds=[kind]) == index[SPELLINGS[text, kind]]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("iso:TR-06", "tr-ankara"),
        ("nuts:TR510", "tr-ankara"),
        ("nuts:HU110", "hu-budapest"),
        ("geonames:587084", "az-baku"),
        ("geonames:323786", "tr-ankara-city"),
        ("iso:KZ-75", "kz-almaty"),
        ("iso:KZ-19", "kz-almaty-region"),
        ("iso:UZ-TK", "uz-tashkent"),
        ("unlocode:TR IST", "tr-istanbul-city"),
    ],
)
def test_an_external_id_resolves_to_its_place(index: PlaceIndex, text: str, place: str) -> None:
    assert index.resolve(text).id == place


def test_every_place_has_a_point_and_a_time_zone(places: dict[str, Row]) -> None:
    for place, row in places.items():
        assert 14 < float(row["longitude"]) < 90, place
        assert 34 < float(row["latitude"]) < 58, place
        assert re.fullmatch(r"(Asia|Europe)/[A-Z][A-Za-z]+", row["timezone"]), place


def test_a_point_lies_in_or_near_its_parent(places: dict[str, Row], polygons: dict[str, Any]) -> None:
    far = {}
    for place, row in places.items():
        parent = polygons.get(row["parent"])
        if parent is not None:
            distance = parent.distance(shapely.Point(float(row["longitude"]), float(row["latitude"])))
            if distance > 0.15:
                far[place] = round(distance, 2)
    assert far == {}


def test_places_of_first_level_have_a_polygon_but_those_known_only_as_points(
    places: dict[str, Row], polygons: dict[str, Any]
) -> None:
    units = {row["place"] for row in table(FOLDER / "places" / "sets.csv")}
    assert units - polygons.keys() == {"kg-osh", "tm-ashgabat", "tm-arkadag"}
    assert polygons.keys() <= places.keys()


def test_polygons_are_valid_and_borders_stay_shared(polygons: dict[str, Any]) -> None:
    first = layer(FOLDER / "boundaries" / "first_level.geojson")
    assert [place for place, polygon in polygons.items() if not polygon.is_valid] == []
    for country in ("az", "hu", "kg", "kz", "tm", "tr", "uz"):
        units = [polygon for place, polygon in first.items() if place.startswith(country + "-")]
        whole = shapely.union_all(units).area
        assert sum(unit.area for unit in units) == pytest.approx(whole, rel=1e-4), country
        assert polygons[country].area == pytest.approx(whole, rel=1e-3), country


def test_boundaries_and_base_map_stay_small_and_carry_one_property() -> None:
    folders = [FOLDER / "boundaries", FOLDER / "basemap"]
    files = [path for folder in folders for path in folder.glob("*.geojson")]
    assert len(files) == 7
    assert sum(path.stat().st_size for path in files) < 1_200_000
    for path in files:
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            assert list(feature["properties"]) == (["place"] if path.parent.name == "boundaries" else ["id"])


def test_cities_of_fifty_thousand_are_all_places_or_left_out_with_a_reason(places: dict[str, Row]) -> None:
    # The gazetteer lists 340 settlements of 50,000 or more persons in the eight states.
    left_out = table(FOLDER / "places" / "left_out.csv")
    counted = {row["geonames"] for row in left_out}
    assert len(left_out) == len(counted) == 42
    assert all(row["reason"] and row["part_of"] in places for row in left_out)
    assert not counted & {row["geonames"] for row in places.values()}
    smaller = {"tr-artvin-city", "tr-ardahan-city", "tr-bayburt-city", "tr-gumushane-city", "tr-sinop-city"}
    smaller |= {"tr-tunceli-city", "hu-salgotarjan", "hu-szekszard", "kg-naryn", "kg-talas", "kg-batken"}
    smaller |= {
        "kz-konaev",
        "tm-anau",
        "tm-arkadag",
        "nc-famagusta",
        "nc-kyrenia",
        "az-naftalan",
        "az-khankendi",
    }
    settlements = {
        place
        for place, row in places.items()
        if row["kind"] == "city" or (row["kind"] == "district" and row["country"] == "tr")
    }
    assert smaller <= settlements
    assert len(settlements - smaller) == 340 - 42


def test_turkish_texts_and_links_of_practices_are_whole_and_lead_to_practices() -> None:
    practices = {row["id"]: row for row in table(SHIPPED / "practices" / "practices.csv")}
    turkish = {row["id"]: row for row in table(SHIPPED / "practices" / "practices_tr.csv")}
    assert turkish.keys() <= practices.keys()
    for key, row in turkish.items():
        assert row["name_tr"] == practices[key]["title_tr"]
        assert all(row[column] for column in ("target_tr", "effect_tr", "precondition_tr")), key
        assert bool(row["note_tr"]) == bool(practices[key]["cost_note"]), key
    links = table(SHIPPED / "practices" / "links.csv")
    assert {row["practice_id"] for row in links} <= practices.keys()


def test_every_term_of_the_practices_has_a_turkish_name() -> None:
    terms = {(row["field"], row["term"]) for row in table(SHIPPED / "practices" / "terms_tr.csv")}
    used = {
        (field, row[field])
        for row in table(SHIPPED / "practices" / "practices.csv")
        for field in ("study_design", "theme", "cost_class", "confidence", "cost_basis", "url_status")
        if row[field]
    }
    assert used <= terms


def test_framework_tables_have_unique_keys_and_the_promised_rows() -> None:
    promised = {
        "u4ssc_kpis": 91,
        "iso37120_2014": 100,
        "iso37120_2018_partial": 36,
        "iso37122_2019": 85,
        "iso37123_2019_partial": 5,
        "unhabitat_umf_partial": 22,
        "sdg11": 15,
    }
    keys: list[str] = []
    for name, count in promised.items():
        rows = table(SHIPPED / "frameworks" / f"{name}.csv")
        assert len(rows) == count
        keys += [row["key"] for row in rows]
    assert len(keys) == len(set(keys))


def test_areas_of_the_provinces_add_up_to_the_area_of_the_country() -> None:
    # General Directorate of Mapping (HGM), surface of Türkiye with lakes: 783,562 km².
    rows = table(FOLDER / "facts" / "structure.csv")
    areas = [float(row["value"]) for row in rows if row["variable"] == "area" and row["place"][:3] == "tr-"]
    assert len(areas) == 81
    assert sum(areas) == pytest.approx(783_562, rel=0.01)


def test_facts_of_structure_are_unique_dated_where_they_change_and_carry_a_licence(
    places: dict[str, Row],
) -> None:
    rows = table(FOLDER / "facts" / "structure.csv")
    keys = Counter((row["place"], row["variable"]) for row in rows)
    assert [key for key, count in keys.items() if count > 1] == []
    for row in rows:
        assert row["place"] in places
        assert row["source"], row
        assert row["licence"] in ("MIT", "CC0-1.0"), row
        assert row["variable"] == "area" or 1990 <= int(row["year"]) <= 2024, row
        assert float(row["value"]) > 0


def test_outer_rings_run_counter_clockwise(polygons: dict[str, Any]) -> None:
    for place, polygon in polygons.items():
        assert all(part.exterior.is_ccw for part in shapely.get_parts(polygon)), place
