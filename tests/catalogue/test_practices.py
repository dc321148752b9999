"""The practices that ship are whole, and a faulty table names its row."""

from __future__ import annotations

from pathlib import Path

import pytest

import kenes.catalogue
from kenes.catalogue.practices import DESIGNS, Practice, read_practices
from kenes.vocabulary.errors import DefinitionError

SHIPPED = Path(kenes.catalogue.__file__).parent / "shipped" / "practices"
HEADER = (
    "id,title_en,theme,target_u4ssc_ids,effect,effect_metric,effect_low,effect_high,effect_unit,study_design,"
    "evidence,cost_class,preconditions,source_url,url_status,confidence\n"
)
MOST_WAITING = 0.1
"""Share of the practices that may wait for their Turkish texts."""
ROW = "P1,Trees,air,EN: EN: AQ: 1C,cooler,heat,-2,-1,%,{design},A study,low,water,https://x.org,{url},{level}\n"


def _row(design: str = "before-after", url: str = "exact", level: str = "high") -> str:
    return ROW.format(design=design, url=url, level=level)


def _folder(tmp_path: Path, rows: str, **others: str) -> Path:
    (tmp_path / "practices.csv").write_text(HEADER + rows, encoding="utf-8")
    for name, text in others.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def practices() -> dict[str, Practice]:
    return {practice.id: practice for practice in read_practices(SHIPPED)}


def test_practices_ship_with_ids_in_order(practices: dict[str, Practice]) -> None:
    assert len(practices) > 50
    assert list(practices) == sorted(practices)


def test_every_practice_has_its_texts_in_english_and_a_title_in_turkish(practices: dict[str, Practice]) -> None:
    for practice in practices.values():
        assert {"en", "tr"} <= set(practice.titles), practice.id
        assert "tr" in practice.designs, practice.id
        assert practice.evidences["en"], practice.id
        for kind in ("effect", "metric", "precondition"):
            assert practice.text(kind, "en"), (practice.id, kind)


def test_practices_that_wait_for_their_turkish_texts_are_few_and_listed(practices: dict[str, Practice]) -> None:
    waiting = [
        practice.id
        for practice in practices.values()
        if "tr" not in practice.evidences
        or any(practice.text(kind, "tr") == practice.text(kind, "en") for kind in ("effect", "metric", "precondition"))
    ]
    assert len(waiting) <= MOST_WAITING * len(practices)
    if waiting:
        pytest.xfail(f"not translated yet: {', '.join(waiting)}")


def test_claims_projections_models_simulations_and_outputs_are_unmeasured(
    practices: dict[str, Practice],
) -> None:
    named = {"claim", "ex-ante projection", "model", "simulation", "programme output"}
    assert {DESIGNS[design] for design in named} == {"unmeasured"}
    assert {p.id for p in practices.values() if p.design in named} == {
        *("P03", "P24", "P31", "P33", "P43", "P44", "P48")
    }


def test_high_confidence_is_never_rated_for_something_that_nobody_measured(
    practices: dict[str, Practice],
) -> None:
    assert not [p.id for p in practices.values() if p.strength == "unmeasured" and p.confidence == "high"]


def test_only_a_measured_effect_is_tied_directly_to_an_indicator(practices: dict[str, Practice]) -> None:
    for practice in practices.values():
        for link in practice.indicators:
            if link.applies == "direct":
                assert practice.low is not None
                assert practice.strength != "unmeasured"
                assert practice.effect_kind in ("relative", "absolute", "points")


def test_no_text_ships_that_must_not_stand_in_the_repository() -> None:
    for file in SHIPPED.glob("*.csv"):
        assert "/work" not in file.read_text(encoding="utf-8")


def test_an_effect_of_one_kind_is_known_by_its_unit(practices: dict[str, Practice]) -> None:
    assert practices["P05"].effect_kind == "relative"
    assert practices["P45"].effect_kind == "absolute"
    assert practices["P35"].effect_kind == "points"
    assert practices["P24"].effect_kind == "other"


def test_a_text_without_turkish_is_answered_in_english(tmp_path: Path) -> None:
    (practice,) = read_practices(_folder(tmp_path, _row()))
    assert practice.text("effect", "tr") == "cooler"
    assert practice.text("design", "tr") == "before-after"
    assert practice.indicators == ()


def test_links_bring_the_indicators(tmp_path: Path) -> None:
    links = "practice,indicator,applies,basis,note\nP1,heat_days,direct,own judgement,Same quantity\n"
    (practice,) = read_practices(_folder(tmp_path, _row(), indicator_practices=links))
    assert [(link.indicator, link.applies, link.note) for link in practice.indicators] == [
        ("heat_days", "direct", "Same quantity")
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (_row(design="hearsay"), "study_design is unknown"),
        (_row(url="dead"), "url_status is unknown"),
        (_row(level="certain"), "confidence is unknown"),
        (_row().replace(",-2,-1,", ",-2,few,"), "effect_high is no number"),
        (_row().replace(",-2,-1,", ",-1,-2,"), "expected a low and a high end in order"),
        (_row().replace(",-2,-1,", ",-2,,"), "expected a low and a high end in order"),
        (_row() + _row(), "practice 'P1' stands twice"),
    ],
)
def test_a_faulty_row_is_named_with_its_line(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message) as error:
        read_practices(_folder(tmp_path, rows))
    assert f"practices.csv:{1 + rows.count(chr(10))}" in str(error.value)


def test_texts_and_links_of_nobody_are_refused(tmp_path: Path) -> None:
    links = "practice,indicator,applies,basis\nP9,heat_days,direct,own judgement\n"
    with pytest.raises(DefinitionError, match="practice 'P9' is not declared"):
        read_practices(_folder(tmp_path, _row(), indicator_practices=links))


def test_a_practice_is_tied_to_an_indicator_once(tmp_path: Path) -> None:
    links = "practice,indicator,applies,basis\n" + 2 * "P1,heat_days,direct,own judgement\n"
    with pytest.raises(DefinitionError, match="tied to 'heat_days' twice"):
        read_practices(_folder(tmp_path, _row(), indicator_practices=links))
