"""What enters a profile, who is ranked, and what is said to have been varied."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kenes.pipeline.observatory.checking import check_observatory
from kenes.pipeline.observatory.explaining_profiles import explain_profile
from kenes.pipeline.observatory.exporting import export_tables
from kenes.pipeline.observatory.ingest import read_file
from kenes.pipeline.observatory.run import run
from kenes.store import Edition
from kenes.testing.world import BROKEN, place_id, write_world
from kenes.vocabulary.errors import BadInput, SourceError


def _swap(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _roots(edition: Edition) -> dict[str, dict[str, Any]]:
    rows = edition.table("scores", filter={"node": "world-provinces"}).to_pylist()
    return {row["place"]: row for row in rows}


def test_a_place_without_a_required_number_is_not_ranked_however_much_else_it_has(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world")
    _swap(
        world,
        "profiles/provinces.yaml",
        "{id: clean_air, parent: world-provinces}",
        "{id: clean_air, parent: world-provinces, weight: 0.1}",
    )
    free = _roots(run(world).edition)[place_id(BROKEN)]
    assert free["ranked"]
    assert free["coverage"] > 0.9
    _swap(world, "profiles/provinces.yaml", "years:", "require: [clean_air]\nyears:")
    edition = run(world).edition
    row = _roots(edition)[place_id(BROKEN)]
    assert (row["ranked"], row["rank"], row["reason"]) == (False, None, "required")
    assert row["reason_values"] == '{"node":"clean_air"}'
    known = edition.table("contributions", filter={"place": place_id(BROKEN), "node": "gdp_per_head"}).to_pylist()
    assert known[0]["measure"] is not None


def test_ranks_run_without_holes_among_those_who_are_ranked(tmp_path: Path) -> None:
    edition = run(write_world(tmp_path / "world")).edition
    rows = edition.table("scores").to_pylist()
    for node in ("world-provinces", "clean_air", "prosperity"):
        ranks = sorted(row["rank"] for row in rows if row["node"] == node and row["ranked"])
        assert ranks == list(range(1, len(ranks) + 1)), node
        assert all(row["rank"] is None for row in rows if row["node"] == node and not row["ranked"])


def test_scores_and_their_ends_stay_on_the_scale_where_other_normalisations_reach_beyond_it(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world")
    # nearly all places stand at an end of their goalposts, so that a scale by rank or spread passes that end
    _swap(world, "indicators/all.yaml", "{worst: 70, best: 15,", "{worst: 40, best: 30,")
    _swap(world, "indicators/all.yaml", "{worst: 0, best: 60,", "{worst: 0, best: 13,")
    _swap(world, "indicators/all.yaml", "{worst: 5000, best: 40000,", "{worst: 5000, best: 9500,")
    rows = run(world).edition.table("scores").to_pylist()
    for row in rows:
        for name in ("score", "score_low", "score_high"):
            assert row[name] is None or 0 <= row[name] <= 100
    assert 0 in {row["score_low"] for row in rows if row["node"] == "clean_air"}
    assert 100 in {row["score_high"] for row in rows if row["node"] == "prosperity"}


def test_errors_are_said_to_vary_only_where_there_are_any(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world")

    def varied() -> list[str]:
        wanted = {"key": "factors", "index": "world-provinces"}
        (fact,) = run(world).edition.table("index_facts", filter=wanted).to_pylist()
        return list(json.loads(fact["value"]))

    assert "errors" in varied()
    _swap(world, "profiles/provinces.yaml", "    - {id: pm10_annual_mean, parent: clean_air}\n", "")
    _swap(world, "profiles/provinces.yaml", "    - {id: clean_air, parent: world-provinces}\n", "")
    assert "errors" not in varied()


def test_a_range_is_held_against_a_value_in_the_unit_of_the_variable(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world")
    _swap(world, "variables.yaml", "plausible: {low: 0, high: 1.0e+6}", "plausible: {low: 50000, high: 1.0e+7}")
    _swap(
        world,
        "sources/statistics/mapping.yaml",
        "variable: physicians, unit: person",
        'variable: physicians, unit: "1000*person"',
    )
    flags = run(world).edition.table("flags", filter={"variable": "physicians", "rule": "out_of_range"})
    assert flags.num_rows == 0, flags["reason"].to_pylist()[:2]


def test_an_unknown_index_is_refused_by_the_export(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=300)
    run(world)
    with pytest.raises(BadInput, match="index 'nope' is not known: expected world-provinces"):
        export_tables(world, "scores", tmp_path / "s.csv", index="nope")
    assert not (tmp_path / "s.csv").exists()


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SourceError, match=r"pipe\.csv is no file"):
        read_file(tmp_path / "pipe.csv")


def test_a_place_is_explained_with_the_interval_that_was_published(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world")
    _swap(world, "profiles/provinces.yaml", "years:", "require: [clean_air]\nyears:")
    rows = _roots(run(world).edition)
    for place, row in rows.items():
        told = explain_profile(world, place)
        assert all(told[name] == row[name] for name in ("ranked", "rank_low", "rank_high"))
        if row["ranked"]:
            assert sum(part["value"] for part in told["contributions"]) == pytest.approx(row["score"])
        else:
            assert (told["reason"], told["reason_values"]) == (row["reason"], row["reason_values"])
    with pytest.raises(BadInput, match="xx is in no profile"):
        explain_profile(world, "xx")
    with pytest.raises(BadInput, match="expected one of world-provinces, found other"):
        explain_profile(world, place_id(BROKEN), index="other")


def test_an_edition_tells_what_its_ranks_depend_on_and_how_its_indicators_go_together(tmp_path: Path) -> None:
    edition = run(write_world(tmp_path / "world")).edition
    shares = edition.table("sensitivity").to_pylist()
    overall = {row["factor"]: row for row in shares if row["place"] is None}
    assert {"weights", "leave_one_out", "errors"} <= set(overall)
    assert max(row["total"] for row in overall.values()) > 0.1
    assert all(row["total"] >= row["first"] - 0.2 for row in overall.values())
    ranked = {place for place, row in _roots(edition).items() if row["ranked"]}
    assert {row["place"] for row in shares} - {None} == ranked
    pairs = {(row["a"], row["b"]): row["r"] for row in edition.table("correlations").to_pylist()}
    assert pairs["clean_air", "world-provinces"] > 0


def test_a_profile_that_could_not_be_built_is_a_fault_of_its_file(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", days=3)
    assert check_observatory(world)[1] == []
    _swap(world, "profiles/provinces.yaml", "distribution: dirichlet", "distribution: dirichlett")
    (finding,) = check_observatory(world)[1]
    assert (finding.code, finding.file) == ("specification", "profiles/provinces.yaml")
    assert "weights.distribution: expected one of dirichlet, uniform, found 'dirichlett'" in finding.message
