"""Promises that every definition, mapping and profile of the OTS observatory keeps."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kenes.catalogue import Catalogue, load
from kenes.catalogue.definitions import GROUPS, IndicatorDefinition
from kenes.catalogue.space import space_definitions
from kenes.catalogue.words import Words

OTS = Path(__file__).parents[2] / "observatories" / "ots"
TEXTS = {"name", "short", "definition", "note"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue as it ships."""
    return load(OTS)


def test_the_catalogue_is_sound(catalogue: Catalogue) -> None:
    assert [str(finding) for finding in catalogue.findings] == []


def test_every_group_has_indicators_and_there_are_at_least_thirty(catalogue: Catalogue) -> None:
    groups = [definition.group for definition in catalogue.indicators.values()]
    assert len(groups) >= 30
    assert set(groups) == set(GROUPS)


def test_every_indicator_speaks_english_and_turkish_in_four_texts(catalogue: Catalogue) -> None:
    poor = [
        (definition.id, language)
        for definition in catalogue.indicators.values()
        for language in ("en", "tr")
        if {kind for kind, text in definition.texts[language].items() if text} != TEXTS
    ]
    assert poor == []


def test_a_scored_indicator_has_goalposts_with_a_source_and_context_has_none(catalogue: Catalogue) -> None:
    for definition in catalogue.indicators.values():
        posts = definition.goalposts
        assert (posts is None) == (definition.better == "context"), definition.id
        assert posts is None or len(posts.source.text("en")) > 10, definition.id


def test_every_indicator_says_what_makes_values_differ_across_states(catalogue: Catalogue) -> None:
    assert [d.id for d in catalogue.indicators.values() if len(d.comparable.text("en")) < 10] == []


def test_every_short_text_of_an_indicator_speaks_english_and_turkish(catalogue: Catalogue) -> None:
    spatial = space_definitions()
    poor = [
        (definition.id, what, dict(words))
        for definition in (*catalogue.indicators.values(), *spatial.values())
        for what, words in _short_texts(definition)
        if set(words) != {"en", "tr"}
    ]
    assert poor == []


def _short_texts(definition: IndicatorDefinition) -> Iterator[tuple[str, Words]]:
    if definition.comparable:
        yield "comparable", definition.comparable
    if definition.goalposts:
        yield "goalposts", definition.goalposts.source
    yield from ((f"level {level.value}", level.label) for level in definition.levels)
    yield from ((c.framework, c.note) for c in definition.citations if c.note)


def test_every_source_says_its_rights_in_english_and_turkish(catalogue: Catalogue) -> None:
    """What stands once, for all languages, is a name: no English word joins its parts."""
    joints = {"of", "the", "and", "with", "by", "from", "for", "to", "no", "only", "list", "version", "data"}
    poor = []
    for source in {mapping.source.id: mapping.source for mapping in catalogue.mappings}.values():
        assert source.why, source.id
        for kind in ("issuer", "licence", "attribution", "why"):
            words: Words = getattr(source, kind)
            shared = set(words) == {"en"} and kind != "why" and not joints & set(words["en"].split())
            if not shared and set(words) != {"en", "tr"}:
                poor.append((source.id, kind, dict(words)))
    assert poor == []


def test_every_input_names_sources_that_are_declared(catalogue: Catalogue) -> None:
    declared = {mapping.source.id for mapping in catalogue.mappings}
    loose = [
        (definition.id, given)
        for definition in catalogue.indicators.values()
        for each in definition.inputs.values()
        for given in each.sources or ("(none named)",)
        if given not in declared
    ]
    assert loose == []


def test_an_input_reads_only_variables_that_its_sources_hold(catalogue: Catalogue) -> None:
    held: dict[str, set[str]] = {}
    for mapping in catalogue.mappings:
        held.setdefault(mapping.source.id, set()).update(rule.variable for rule in mapping.variables)
    wrong = [
        (definition.id, each.variable, given)
        for definition in catalogue.indicators.values()
        for each in definition.inputs.values()
        for given in each.sources
        if each.variable not in held[given]
    ]
    assert wrong == []


def test_citations_name_a_clause_of_a_shipped_framework_table(catalogue: Catalogue) -> None:
    known = _clauses()
    wrong = [
        (definition.id, citation.framework, citation.number)
        for definition in catalogue.indicators.values()
        for citation in definition.citations
        if citation.number not in known[citation.framework] or citation.fit not in ("full", "partial")
    ]
    assert wrong == []


def test_every_source_says_whether_and_why_it_ships(catalogue: Catalogue) -> None:
    for mapping in catalogue.mappings:
        facts = mapping.source
        assert all((facts.issuer, facts.licence, facts.attribution, facts.url)), facts.id
        assert len(facts.why.text("en")) > 20, facts.id


def test_a_shipped_file_is_the_declared_one(catalogue: Catalogue) -> None:
    for mapping in catalogue.mappings:
        if not mapping.source.ships:
            continue
        data = (OTS / "sources" / mapping.source.id / mapping.file.path).read_bytes()
        assert hashlib.sha256(data).hexdigest() == mapping.file.sha256, mapping.file.path
        assert len(data) == mapping.file.bytes, mapping.file.path


def test_files_that_may_not_travel_are_not_in_the_repository(catalogue: Catalogue) -> None:
    kept = {m.source.id for m in catalogue.mappings if not m.source.ships}
    assert kept == {"air-kazakhstan", "electricity-maps", "who-air-2022"}
    for source in kept:
        assert {path.name for path in (OTS / "sources" / source).rglob("*")} == {"mapping.yaml"}


def test_profiles_are_called_profiles_and_score_no_context(catalogue: Catalogue) -> None:
    assert set(catalogue.profiles) == {"tr-provinces", "kz-regions", "hu-counties"}
    for profile in catalogue.profiles.values():
        assert "profile" in profile.text("en").lower()
        assert "profil" in profile.text("tr").lower()
        assert "ministry" in profile.text("en", "note")
        assert "bakanlığın" in profile.text("tr", "note")
        scored = [
            catalogue.indicators[node["id"]] for node in profile.specification["nodes"] if _is_leaf(profile, node)
        ]
        assert [d.id for d in scored if d.better == "context"] == []


def test_values_of_a_larger_region_score_no_part_of_it(catalogue: Catalogue) -> None:
    regional = {d.id for d in catalogue.indicators.values() if _is_regional(d)}
    assert {"neet_rate", "physicians_per_100k", "cars_per_1000"} <= regional
    for profile in catalogue.profiles.values():
        assert not regional & {node["id"] for node in profile.specification["nodes"]}


def test_air_scores_by_the_who_guidelines_of_2021(catalogue: Catalogue) -> None:
    """Goalposts are interim target 1 and the guideline level; WHO global air quality guidelines 2021, table 0.1."""
    expected = {"pm10_annual_mean": (70, 15), "pm25_annual_mean": (35, 5), "no2_annual_mean": (40, 10)}
    for indicator, (worst, best) in expected.items():
        posts = catalogue.indicators[indicator].goalposts
        assert posts is not None
        assert (posts.worst, posts.best) == (worst, best)


def _is_leaf(profile: object, node: dict[str, object]) -> bool:
    nodes = profile.specification["nodes"]  # type: ignore[attr-defined]
    return node["id"] not in {each.get("parent") for each in nodes}


def _is_regional(definition: IndicatorDefinition) -> bool:
    return bool(definition.places) and "province" not in definition.places and "group" in definition.places


def _clauses() -> dict[str, set[str]]:
    folder = Path(__file__).parents[2] / "src" / "kenes" / "catalogue" / "shipped" / "frameworks"
    tables = {
        "U4SSC": ("u4ssc_kpis.csv", "id"),
        "ISO 37120:2014": ("iso37120_2014.csv", "id"),
        "ISO 37120:2018": ("iso37120_2018_partial.csv", "id"),
        "SDG 11": ("sdg11.csv", "id"),
        "Turkish plan": ("tr_components.csv", "key"),
    }
    found = {}
    for framework, (file, column) in tables.items():
        with (folder / file).open(encoding="utf-8", newline="") as handle:
            found[framework] = {row[column] for row in csv.DictReader(handle)}
    return found
