"""Pages of the portal over a made-up edition."""

from __future__ import annotations

import dataclasses
import re

import pytest
from starlette.datastructures import URL
from tests.portal.conftest import getter
from tests.portal.world import DATA, EVIL, SHA, world

from kenes.pages.language import language
from kenes.portal import drawings
from kenes.portal.app import create_app
from kenes.portal.site import Page, Site
from kenes.vocabulary.languages import LANGUAGES

PAGES = (
    "",
    "?show=pm10_annual_mean",
    "?show=pm10_annual_mean&year=2020",
    "search?q=izmir",
    "place/tr-bursa",
    "place/tr-hakkari",
    "place/tr-cizre",
    "place/tr-bursa-city",
    "place/kz-almaty",
    "indices",
    "index/tr-provinces",
    "index/tr-provinces/weights",
    "index/tr-provinces/weights?environment=3",
    "indicators",
    "indicator/pm10_annual_mean",
    "indicator/pm10_annual_mean?state=tr&year=2019",
    "indicator/physicians_rate",
    "sources",
    "source/air",
    "compare",
    "compare?place=tr-bursa&add=izmir",
    "about",
)


def number_address(get, place: str = "tr-bursa") -> str:
    return re.search(r'href="/en(/number/[0-9a-f]+)"', get(f"/en/place/{place}").text)[1]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_answers_in_every_language(get, code):
    for path in (*PAGES, number_address(get).lstrip("/")):
        answer = get(f"/{code}/{path}")
        assert answer.status_code == 200, path
        assert f'<html lang="{code}">' in answer.text
        assert answer.headers["content-language"] == code


def test_nothing_that_a_source_or_a_name_says_reaches_a_page_unescaped(get):
    for path in (*PAGES, number_address(get).lstrip("/")):
        assert EVIL not in get(f"/en/{path}").text, path
    assert "&lt;script&gt;" in get("/en/source/air").text


def test_an_address_that_is_no_web_address_is_never_a_link(get):
    text = get("/en/place/tr-bursa").text
    assert "https://doi.org/10.4209" in text
    assert "javascript:" not in text


def test_every_answer_carries_the_policy_that_allows_only_the_portal_itself(get):
    for path in ("/en/", "/api/places", "/en/nothing"):
        policy = get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy


def test_pages_name_no_other_host_but_where_data_and_evidence_came_from(get):
    for path in PAGES:
        loaded = re.findall(r'(?:src|action|data-[\w-]+)="(?:https?:)?//([^"/]+)', get(f"/en/{path}").text)
        assert loaded == [], path


def test_the_root_leads_to_the_language_that_the_browser_wants(get):
    assert get("/", accept_language="kk-KZ,en;q=0.4").headers["location"] == "/kk/"
    assert get("/", accept_language="xx").headers["location"] == "/en/"
    assert get("/place/tr-bursa?x=1", accept_language="tr").headers["location"] == "/tr/place/tr-bursa?x=1"


def test_a_rank_is_never_shown_without_its_interval(get):
    place = get("/en/place/tr-bursa").text
    assert re.search(r'class="rank">\d+<small> of 9; 90\s% interval \d+–\d+', place)
    ranking = get("/en/index/tr-provinces").text
    rows = re.findall(r"<strong>\d+</strong> <span class=\"soft\">\(\d+–\d+\)", ranking)
    assert len(rows) == 9
    beside_map = get("/en/?show=tr-provinces").text
    assert len(re.findall(r'<td class="n"><a href="/en/place/[\w-]+">\d+ \(\d+–\d+\)</a>', beside_map)) == 9


def test_a_place_with_too_little_data_says_why_and_what_to_bring(get):
    text = get("/en/place/tr-cizre").text
    assert "Not ranked." in text
    assert "Of 2 indicators 1 is missing or not usable." in text
    assert "Data to bring first" in text
    assert "tr-cizre" in get("/en/index/tr-provinces").text.split("Not ranked")[-1]


def test_a_suspect_value_is_shown_with_its_reason_and_never_compared(get):
    text = get("/en/indicator/pm10_annual_mean?state=tr").text
    compared, doubtful = text.split("Shown, but not compared")
    assert "tr-hakkari" not in compared
    assert "tr-hakkari" in doubtful
    assert "robust standard deviations below" in doubtful
    values = get("/api/map/values.json?show=pm10_annual_mean").json()["places"]
    assert values["tr-hakkari"]["class"] is None
    assert values["tr-bursa"]["class"] is not None


def test_a_region_is_compared_only_where_its_parts_are_not_measured(app):
    view = app.state.site.view
    assert "tr-west" in view.newest("pm10_annual_mean")
    assert "tr-west" not in view.finest("pm10_annual_mean"), "its provinces are measured"
    assert "tr-west" in view.finest("physicians_rate"), "its provinces are not"


def test_a_reason_of_the_quality_rules_is_read_in_turkish(get):
    assert "dayanıklı standart sapma" in get("/tr/place/tr-hakkari").text


def test_a_number_leads_down_to_the_row_of_the_file(get):
    text = get("/en" + number_address(get)).text
    assert "<code>air.csv</code>" in text
    assert "row 3, column PM10" in text
    assert '<td class="hit">&lt;b&gt;51,2&lt;/b&gt;</td>' in text
    assert "<td>İzmir</td>" in text, "a neighbour, decoded as its mapping says"
    assert SHA in text
    assert "CC-BY-4.0" in text


def test_a_number_that_is_not_there_is_not_found(get):
    assert get("/en/number/" + "0" * 16).status_code == 404
    assert get("/en/number/..%2f..%2fetc").status_code == 404


def test_a_file_that_ships_is_handed_on_byte_for_byte(get):
    answer = get(f"/source/air/file/{SHA}")
    assert answer.content == DATA
    assert answer.headers["content-disposition"].startswith("attachment")
    assert get("/source/air/file/" + "0" * 64).status_code == 404


def test_a_file_that_may_not_be_handed_on_is_neither_sent_nor_shown(tmp_path):
    get = getter(create_app(*world(tmp_path, ships=False)))
    assert get(f"/source/air/file/{SHA}").status_code == 403
    text = get("/en" + number_address(get)).text
    assert "İzmir;" not in text
    assert "<td>İzmir</td>" not in text
    assert "The row itself cannot be shown" in text


@pytest.mark.parametrize("path", ["/en/place/nowhere", "/xx/", "/en/index/none", "/en/?show=none", "/en/a/b/c"])
def test_what_is_not_there_is_a_page_that_says_so(get, path):
    answer = get(path)
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text


def test_places_of_different_sources_are_not_put_side_by_side(get):
    text = get("/en/compare?place=tr-bursa&place=tr-izmir").text
    assert "Comparable here: 3 of 3 indicators." in text
    assert "No place fits “nowhere”" in get("/en/compare?place=tr-bursa&place=nowhere").text
    text = get("/en/compare?place=tr-bursa&place=tr-hakkari").text
    assert "Comparable here: 2 of 3 indicators." in text, "Hakkari's PM10 is suspect"
    assert "1 more have values" in text


def test_a_search_for_nothing_known_says_so_and_keeps_the_text_escaped(get):
    text = get("/en/search?q=%3Cscript%3Ezz").text
    assert "No place fits “&lt;script&gt;zz”." in text


def test_a_language_link_keeps_the_state_of_the_page(get):
    assert 'href="/ru/?show=pm10_annual_mean&amp;year=2020"' in get("/en/?show=pm10_annual_mean&year=2020").text


def test_a_text_in_another_language_says_which(get):
    assert '<span lang="en">Profile of Turkish provinces</span>' in get("/hu/indices").text
    assert '<span lang="tr">Türkiye illeri profili</span>' in get("/az/indices").text


def test_short_texts_of_an_indicator_are_in_the_language_of_the_page(get):
    turkish = ("(DSÖ 2021)", "DSÖ 2021 kılavuz değeri", "PM10 bölümü.", "İstasyonlar ağdan ağa değişir.")
    english = ("WHO 2021", "The PM10 part.", "Stations differ between networks.")
    page = get("/tr/indicator/pm10_annual_mean").text
    assert [text for text in turkish if text not in page] == []
    assert [text for text in english if text in page] == []
    assert '<span lang="en">Stations differ between networks.</span>' in get("/hu/indicator/pm10_annual_mean").text
    assert "a convention of this profile" in get("/tr/indicator/gdp_per_head").text


def test_rights_of_a_source_are_in_the_language_of_the_page_and_names_are_names(get):
    page = get("/tr/source/air").text
    assert "<dd>Bakanlık örneği</dd>" in page
    assert "<dd>CC-BY-4.0</dd>" in page, "a name that stands once is the same in all languages"
    assert '<span lang="en">open data</span>' in page, "a sentence that stands once is English"
    assert '<span lang="en">Example of a ministry</span>' in get("/hu/source/air").text


def test_the_method_of_an_index_is_told_in_the_language_of_the_page(get):
    page = get("/tr/index/tr-provinces").text
    assert "Alt ve üst sınır değerler" in page
    assert "ağırlıklı aritmetik ortalama" in page


def test_a_country_is_named_by_cldr_unless_the_observatory_names_it(get):
    assert "<h1>Казахстан</h1>" in get("/ru/place/kz").text
    assert "<h1>Қазақстан</h1>" in get("/kk/place/kz").text
    assert "<h1>Törökország</h1>" in get("/hu/place/tr").text


def drawn(get, path: str, ident: str) -> str:
    text = get(path).text
    return text[text.index(f'"{ident}-title') :].split("</svg>")[0]


def test_an_index_shows_what_its_scores_are_made_of_and_what_its_ranks_depend_on(get):
    bars = drawn(get, "/tr/index/tr-provinces", "parts-narrow")
    assert "Puanları oluşturan katkılar" in bars
    assert "PM10" in bars
    assert bars.count("<text") > bars.count("Bursa") >= 1
    shares = drawn(get, "/tr/index/tr-provinces", "sobol-wide")
    assert shares.index("eksik değerler") < shares.index("değerlerin puana")  # the largest is on top
    assert "0,40" in shares
    tree = drawn(get, "/en/index/tr-provinces", "tree")
    assert "0.90" in tree
    assert "Correlation of each part" in get("/en/index/tr-provinces").text


def test_a_place_says_what_its_rank_depends_on_most(get):
    assert "This rank depends most on: values that are missing (40%" in get("/en/place/tr-bursa").text
    assert "This rank depends most on" not in get("/en/place/tr-cizre").text


def test_a_place_is_drawn_against_its_peers_where_enough_parts_are_known(tmp_path):
    edition, catalogue = world(tmp_path)
    site = Site(edition, catalogue)
    profile = catalogue.profiles["tr-provinces"]
    nodes = [*profile.specification["nodes"], {"id": "society", "parent": "total"}]
    own = dataclasses.replace(profile, specification={**profile.specification, "nodes": nodes})
    site.view.profiles = {"tr-provinces": own}
    page = Page(site, URL("http://portal/"), language("en"))
    scores = {"environment": 80.0, "economy": 30.0, "society": 50.0}
    site.view.node_score = lambda index, place, node: scores.get(node, 10.0) if place == "tr-bursa" else 40.0
    figure = drawings.radar_drawing(page, site.view, "tr-provinces", "tr-bursa")
    assert figure.count("<svg") == 2
    assert "Bursa is ahead of its peers in 2 of 3" in figure
    assert "Environment" in figure
    assert "80.0 | 40.0" in figure
    site.view.node_score = lambda index, place, node: None
    assert drawings.radar_drawing(page, site.view, "tr-provinces", "tr-bursa") is None


def test_a_profile_across_states_says_on_what_it_rests(tmp_path):
    edition, catalogue = world(tmp_path)
    profile = dataclasses.replace(catalogue.profiles["tr-provinces"], rests_on={"en": "One method <of> one agency."})
    app = create_app(edition, dataclasses.replace(catalogue, profiles={"tr-provinces": profile}))
    text = getter(app)("/en/index/tr-provinces").text
    assert "This profile compares places of several states. It rests on: One method &lt;of&gt; one agency." in text


def test_other_weights_are_computed_beside_the_published_ranks(get):
    plain = get("/en/index/tr-provinces/weights").text
    published = get("/en/index/tr-provinces").text
    for interval in re.findall(r"\(\d+–\d+\)", plain):
        assert interval in published
    assert re.search(r"Ranked: \d+\. Not ranked: \d+\.", plain)
    ranks = [int(r) for r in re.findall(r'<td class="n"><strong>(\d+)</strong>', plain)]
    assert ranks == sorted(ranks)
    assert len(ranks) > 3
    other = get("/en/index/tr-provinces/weights?environment=10&economy=0").text
    assert 'name="environment" value="10"' in other
    assert other != plain
    part = get("/en/index/tr-provinces/weights?environment=2", hx_request="true").text
    assert "<html" not in part
    assert "<table" in part
    comma = get("/tr/index/tr-provinces/weights?environment=1,5").text
    assert 'name="environment" value="1.5"' in comma


@pytest.mark.parametrize(
    "query", ["environment=-1", "environment=11", "environment=x", "environment=nan", "environment=0&economy=0"]
)
def test_weights_that_cannot_be_used_are_told_and_compute_nothing(get, query):
    answer = get(f"/en/index/tr-provinces/weights?{query}")
    assert answer.status_code == 200
    assert "These weights cannot be used" in answer.text
    assert "<table" not in answer.text
    assert get("/en/index/nowhere/weights").status_code == 404


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("7", "This is the edition that the portal shows."),
        ("6", "This edition has been followed by edition 7"),
        ("3", "Edition 7 was made from the same source files."),
        ("cccccccccccc", "Edition 7 was made from the same source files."),
    ],
)
def test_every_edition_has_a_page_and_old_ones_name_the_new_number(get, name, told):
    answer = get(f"/en/edition/{name}")
    assert answer.status_code == 200
    assert told in answer.text
    assert "/en/edition/7" in answer.text


@pytest.mark.parametrize("name", ["4", "ccc", "f" * 12, "0"])
def test_an_edition_that_never_was_is_not_found(get, name):
    assert get(f"/en/edition/{name}").status_code == 404


def test_what_is_made_from_a_code_carries_the_code(get):
    assert 'data-reason="low_mean"' in get("/kk/indicator/pm10_annual_mean?state=tr").text
    assert 'data-reason="coverage_missing"' in get("/tr/place/tr-cizre").text
    assert 'data-reason="unmeasured"' in get("/en/place/tr-bursa").text


def test_what_is_not_there_is_told_without_english_on_a_page_of_another_language(get):
    assert "is not known" in get("/en/place/nowhere").text
    told = get("/kk/place/nowhere")
    assert told.status_code == 404
    assert "is not known" not in told.text
