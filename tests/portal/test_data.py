"""Data that the portal answers as JSON and as layers of the map."""

from __future__ import annotations

import gzip
import json

from kenes.vocabulary.tables import KINDS


def test_places_have_the_columns_of_the_export(get):
    rows = get("/api/places").json()
    assert len(rows) == 16
    assert all(tuple(row) == KINDS["places"].exported for row in rows)
    assert next(row for row in rows if row["place"] == "tr-izmir")["name_en"] == "İzmir"


def test_scores_have_the_columns_of_the_export(get, edition):
    rows = get("/api/scores?index=tr-provinces").json()
    assert len(rows) == len(edition.rows["scores"])
    assert all(tuple(row) == KINDS["scores"].exported for row in rows)
    unranked = [row for row in rows if row["place"] == "tr-cizre"]
    assert {row["rank"] for row in unranked} == {None}
    assert {row["score"] for row in unranked} == {None}


def test_scores_of_an_unknown_index_name_the_known_ones(get):
    answer = get("/api/scores?index=zz")
    assert answer.status_code == 404
    assert "tr-provinces" in answer.json()["error"]


def test_scores_without_an_index_are_refused_in_words(get):
    answer = get("/api/scores")
    assert answer.status_code == 422
    assert "index" in answer.json()["error"]


def test_boundaries_carry_only_the_place_and_its_kind(get):
    features = get("/api/map/boundaries.geojson").json()["features"]
    assert {feature["properties"]["place"] for feature in features} >= {"tr-bursa", "kz-almaty"}
    assert all(set(feature["properties"]) == {"place", "kind"} for feature in features)


def test_a_place_without_a_boundary_is_a_point(get):
    features = get("/api/map/points.geojson").json()["features"]
    assert [feature["properties"]["place"] for feature in features] == ["tr-bursa-city"]


def test_a_layer_is_sent_once_and_then_known_by_its_tag(get):
    first = get("/api/map/basemap.geojson", accept_encoding="gzip")
    assert first.headers["content-encoding"] == "gzip"
    assert json.loads(first.content)["features"][0]["properties"] == {"layer": "land"}
    assert get("/api/map/basemap.geojson", if_none_match=first.headers["etag"]).status_code == 304
    assert gzip.compress(b"") != first.content
    assert get("/api/map/secret.geojson").status_code == 404


def test_the_map_and_the_list_show_the_same_values(get):
    values = get("/api/map/values.json?show=pm10_annual_mean&lang=tr").json()["places"]
    page = get("/tr/?show=pm10_annual_mean").text
    assert all(value["text"].split(" · ")[0] in page for value in values.values())
    assert "," in values["tr-bursa"]["text"], "a decimal comma in Turkish"
