import csv
import json

import pytest
from click.testing import CliRunner
from tests.comparison.worlds import DATA, asem_steps

from kenes.cli.index import index

FILES = (
    "scores",
    "ranks",
    "normalised",
    "treated",
    "imputed",
    "denominated",
    "treatment",
    "intervals",
    "contributions",
    "weights",
    "correlations",
    "sensitivity",
)
STUDIES = ("statistics", "availability", "structure", "importance", "rank_sets", "ahead")


def run(*arguments):
    return CliRunner().invoke(index, [str(a) for a in arguments])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def asem(tmp_path_factory):
    """ASEM imported from COINr's tables, with all steps."""
    import yaml

    folder = tmp_path_factory.mktemp("asem")
    found = run(
        "import-coin", DATA / "asem" / "indicators.csv", DATA / "asem" / "metadata.csv", "--out", folder, "--json"
    )
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["places"] == 51
    plain = yaml.safe_load((folder / "spec.yaml").read_text())
    plain["steps"] = asem_steps()
    (folder / "full.yaml").write_text(yaml.safe_dump(plain, sort_keys=False))
    return folder


@pytest.fixture(scope="module")
def result(asem):
    found = run(
        "build", asem / "full.yaml", "--data", asem / "data.csv", "--out", asem / "out", "--draws", 200, "--json"
    )
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["ranked"] == 51
    return asem / "out"


def test_every_step_is_written_in_the_pinned_form(result):
    for name in FILES:
        text = (result / f"{name}.csv").read_bytes()
        assert b"\r" not in text
        rows = rows_of(result / f"{name}.csv")
        assert rows, name
        assert rows == sorted(
            rows, key=lambda r: tuple(r.values())[: {"treatment": 2, "contributions": 2}.get(name, 1)]
        )
    assert list(rows_of(result / "scores.csv")[0])[:2] == ["place", "Index"]
    assert list(rows_of(result / "correlations.csv")[0]) == ["a", "b", "method", "r", "p"]
    pinned = "index,place,node,score,score_low,score_high,rank,rank_low,rank_high,level,draws,coverage,ranked,reason"
    pinned += ",reason_values"
    assert (result / "intervals.csv").read_text().splitlines()[0] == pinned


def test_numbers_in_files_read_back_equal_and_contributions_add_up(result):
    scores = {r["place"]: float(r["Index"]) for r in rows_of(result / "scores.csv")}
    parts = {}
    for r in rows_of(result / "contributions.csv"):
        parts[r["place"]] = parts.get(r["place"], 0) + float(r["value"])
    assert parts == pytest.approx(scores, abs=1e-9)
    assert float(repr(scores["AUT"])) == scores["AUT"]
    weights = rows_of(result / "weights.csv")
    leaves = {r["node"] for r in rows_of(result / "contributions.csv")}
    assert sum(float(w["effective"]) for w in weights if w["node"] in leaves) == pytest.approx(1)


def test_a_second_build_writes_the_same_bytes_with_other_workers(asem, result):
    again = run(
        "build",
        asem / "full.yaml",
        "--data",
        asem / "data.csv",
        "--out",
        asem / "again",
        "--draws",
        200,
        "--workers",
        1,
    )
    assert again.exit_code == 0, again.output
    for path in sorted(result.iterdir()):
        if path.suffix != ".xlsx":
            assert path.read_bytes() == (asem / "again" / path.name).read_bytes(), path.name


def test_a_replay_equals_the_build_it_repeats(asem, result):
    design = asem / "design.csv"
    design.write_text('run,normalise.method,nodes.LPI.weight\nsame,,\nranks,"""rank""",\nheavy,,5\nbare,rank,\n')
    found = run("replay", asem / "full.yaml", "--data", asem / "data.csv", "--design", design, "--out", asem / "replay")
    assert found.exit_code == 0, found.output
    rows = rows_of(asem / "replay" / "scores.csv")
    scores = {r["place"]: r["Index"] for r in rows_of(result / "scores.csv")}
    assert {r["place"]: r["same"] for r in rows} == scores
    assert all(r["ranks"] == r["bare"] for r in rows)
    assert any(r["heavy"] != r["same"] for r in rows)
    weights = asem / "weights.csv"
    weights.write_text("run,LPI\nsame,5\n")
    found = run(
        "replay",
        asem / "full.yaml",
        "--data",
        asem / "data.csv",
        "--design",
        design,
        "--weights",
        weights,
        "--out",
        asem / "replay2",
    )
    assert found.exit_code == 0, found.output
    assert all(r["same"] == r["heavy"] for r in rows_of(asem / "replay2" / "scores.csv"))


def test_a_place_is_explained_from_the_folder_of_a_result(result):
    found = run("explain", "DEU", "--result", result, "--draws", 50)
    assert found.exit_code == 0, found.output
    assert found.output.startswith("DEU: score ")
    assert "one_unit_better" in found.output
    assert run("explain", "DEU", "--spec", result / "spec.json").exit_code == 2


def test_a_place_is_explained_down_to_its_raw_values(asem):
    found = run("explain", "DEU", "--spec", asem / "full.yaml", "--data", asem / "data.csv", "--draws", 50, "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert sum(c["value"] for c in told["contributions"]) == pytest.approx(told["score"])
    assert told["rank_low"] <= told["rank_high"]
    assert run("explain", "NOWHERE", "--spec", asem / "full.yaml", "--data", asem / "data.csv").exit_code == 3


def test_two_results_are_compared(asem, result):
    other = run("build", asem / "spec.yaml", "--data", asem / "data.csv", "--out", asem / "plain", "--draws", 0)
    assert other.exit_code == 0, other.output
    found = run("compare", result, asem / "plain", "--json")
    told = json.loads(found.stdout)
    assert len(told["changes"]) == 51
    assert not told["same_specification"]
    assert told["same_data"]
    assert 0.9 < told["spearman"] < 1
    assert run("compare", asem, result).exit_code == 3


def test_a_comparison_of_panels_goes_by_place_and_year_and_says_what_only_one_has(tmp_path):
    spec = tmp_path / "spec.json"
    spec.write_text(
        '{"time_column": "year", "nodes": [{"id": "top"}, {"id": "a", "parent": "top"}, {"id": "b", "parent": "top"}],'
        '"steps": ["normalise", "aggregate"]}'
    )
    lines = ["place,year,a,b", "x,2020,1,2", "y,2020,2,1", "z,2020,4,4", "x,2021,3,3", "y,2021,2,5", "z,2021,1,6"]
    for name, kept in (("before", lines[:4]), ("after", [lines[0], *lines[2:]])):
        (tmp_path / f"{name}.csv").write_text("\n".join(kept) + "\n")
        built = run("build", spec, "--data", tmp_path / f"{name}.csv", "--out", tmp_path / name, "--draws", 20)
        assert built.exit_code == 0, built.output
        assert "Rank of each place" in (tmp_path / name / "report.html").read_text()
    told = json.loads(run("compare", tmp_path / "before", tmp_path / "after", "--json").stdout)
    assert [(c["place"], c["time"]) for c in told["changes"]] == [("y", "2020"), ("z", "2020")]
    assert told["only_before"] == [{"place": "x", "time": "2020"}]
    assert [r["place"] for r in told["only_after"]] == ["x", "y", "z"]
    text = run("compare", tmp_path / "before", tmp_path / "after").output
    assert "Only before: x 2020" in text
    assert "The same in both: specification" in text
    plain = json.loads(spec.read_text())
    del plain["time_column"]
    (tmp_path / "one.json").write_text(json.dumps(plain))
    run("build", tmp_path / "one.json", "--data", tmp_path / "before.csv", "--out", tmp_path / "one", "--draws", 0)
    mixed = run("compare", tmp_path / "before", tmp_path / "one")
    assert mixed.exit_code == 3
    assert "years in only one" in mixed.output


def test_shapley_effects_are_written_as_rows_when_asked_for(asem):
    import yaml

    plain = yaml.safe_load((asem / "spec.yaml").read_text())
    factors = ["leave_one_out", {"kind": "alternatives", "path": "normalise.method", "values": ["min_max", "rank"]}]
    plain["uncertainty"] = {"draws": 50, "factors": factors, "sensitivity": ["sobol", "shapley"]}
    (asem / "shapley.yaml").write_text(yaml.safe_dump(plain))
    found = run("build", asem / "shapley.yaml", "--data", asem / "data.csv", "--out", asem / "shapley")
    assert found.exit_code == 0, found.output
    rows = [r for r in rows_of(asem / "shapley" / "sensitivity.csv") if r["output"] == "rank_shift"]
    assert [(r["factor"], r["method"]) for r in rows] == [
        ("leave_one_out", "exact"),
        ("leave_one_out", "shapley"),
        ("normalise.method", "exact"),
        ("normalise.method", "shapley"),
    ]
    effects = [r for r in rows if r["method"] == "shapley"]
    assert {r["first"] for r in effects} == {""}
    assert sum(float(r["total"]) for r in effects) == pytest.approx(1)


def test_what_an_analyst_looks_at_stands_beside_the_scores(result):
    statistics = rows_of(result / "statistics.csv")
    assert {r["stage"] for r in statistics} == {"raw", "treated"}
    assert {r["node"] for r in statistics if r["stage"] == "raw" and "outliers" in r["flags"]}
    assert not [r for r in statistics if r["stage"] == "treated" and "outliers" in r["flags"]]
    shares = rows_of(result / "importance.csv")
    assert sum(float(r["weight"]) for r in shares) == pytest.approx(1)
    assert sum(float(r["importance"]) for r in shares) == pytest.approx(1)
    alphas = {r["node"]: float(r["alpha"]) for r in rows_of(result / "structure.csv")}
    assert max(alphas.values()) < 1
    assert set(alphas) >= {"Index", "Conn", "Physical"}
    sets = {r["place"]: r for r in rows_of(result / "rank_sets.csv")}
    intervals = {r["place"]: r for r in rows_of(result / "intervals.csv") if r["node"] == "Index"}
    assert all(int(sets[p]["rank_low"]) <= int(r["rank"]) <= int(sets[p]["rank_high"]) for p, r in intervals.items())
    ahead = {r["place"]: r for r in rows_of(result / "ahead.csv")}
    assert float(ahead["CHE"]["LAO"]) == 1
    assert float(ahead["CHE"]["NLD"]) + float(ahead["NLD"]["CHE"]) == pytest.approx(1)
    assert len(rows_of(result / "availability.csv")) == 51


def test_bad_input_writes_nothing(asem, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("uCode,LPI\nAUT,many\n")
    found = run("build", asem / "full.yaml", "--data", bad, "--out", tmp_path / "out")
    assert found.exit_code == 3
    assert not (tmp_path / "out").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["bad.csv"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    kept = run("build", asem / "full.yaml", "--data", asem / "data.csv", "--out", tmp_path / "mine", "--draws", 0)
    assert kept.exit_code == 3
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"
    assert run("build", asem / "full.yaml").exit_code == 2


def test_the_workbook_has_a_sheet_a_step_and_runs_no_formula(result):
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(result / "index.xlsx"))
    assert set(book.sheet_names) == {*FILES, *STUDIES}
    first = book.get_sheet_by_name("scores").to_python()[1]
    scores = rows_of(result / "scores.csv")[0]
    assert first[1] == pytest.approx(float(scores["Index"]))
    page = (result / "report.html").read_text()
    assert "<svg" in page
    assert "Rank of each place" in page
    for ident in ("ranks", "parts", "sobol", "tree", "map", "radar-0", "radar-50"):
        assert page.count(f'id="{ident}-title"') == 1


def small(folder, *, rows="x,1,2\ny,2,5\nz,3,1\n"):
    (folder / "spec.yaml").write_text(
        "nodes: [{id: index}, {id: a, parent: index}, {id: b, parent: index}]\nsteps: [normalise, aggregate]\n"
    )
    (folder / "data.csv").write_text("place,a,b\n" + rows)
    return folder / "spec.yaml", folder / "data.csv"


def test_only_what_a_result_wrote_is_ever_replaced(tmp_path):
    spec, data = small(tmp_path)
    out = tmp_path / "out"
    assert run("build", spec, "--data", data, "--out", out).exit_code == 0
    assert run("build", spec, "--data", data, "--out", out, "--draws", 0).exit_code == 0
    assert not (out / "intervals.csv").exists()
    (out / "thesis.txt").write_text("precious")
    refused = run("build", spec, "--data", data, "--out", out)
    assert refused.exit_code == 3
    assert "thesis.txt" in refused.output
    assert (out / "thesis.txt").read_text() == "precious"
    (out / "thesis.txt").unlink()
    (tmp_path / "link").symlink_to(out)
    assert run("build", spec, "--data", data, "--out", tmp_path / "link").exit_code == 0
    assert (tmp_path / "link").is_symlink()
    assert (out / "intervals.csv").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data.csv", "link", "out", "spec.yaml"]


def test_namibia_keeps_its_code_and_a_formula_is_text(tmp_path):
    spec, data = small(tmp_path, rows="NA,1,2\n=1+1,2,5\nz,3,NA\n")
    assert run("build", spec, "--data", data, "--out", tmp_path / "out").exit_code == 0
    assert [r["place"] for r in rows_of(tmp_path / "out" / "scores.csv")] == ["'=1+1", "NA", "z"]
    assert rows_of(tmp_path / "out" / "normalised.csv")[2]["b"] == ""
    found = run("explain", "NA", "--result", tmp_path / "out", "--json")
    assert json.loads(found.stdout)["place"] == "NA"


def test_whole_numbers_of_a_workbook_stay_whole(tmp_path):
    import xlsxwriter

    spec, _ = small(tmp_path)
    with xlsxwriter.Workbook(str(tmp_path / "data.xlsx")) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([["place", "a", "b"], [1, 1.5, 2], [2, 2, 5]]):
            sheet.write_row(number, 0, row)
    assert run("build", spec, "--data", tmp_path / "data.xlsx", "--out", tmp_path / "out").exit_code == 0
    assert [r["place"] for r in rows_of(tmp_path / "out" / "scores.csv")] == ["1", "2"]


@pytest.mark.parametrize("name", ["data.xlsx", "data.parquet", "data.csv"])
def test_a_file_that_is_not_what_it_says_is_refused(tmp_path, name):
    spec, _ = small(tmp_path)
    (tmp_path / name).write_bytes(b"PK\x03\x04 no \xff file")
    found = run("build", spec, "--data", tmp_path / name, "--out", tmp_path / "out")
    assert found.exit_code == 3, found.output
    assert name in found.output


def test_weights_of_a_replay_change_only_the_nodes_that_they_name(tmp_path):
    spec, data = small(tmp_path)
    (tmp_path / "d.csv").write_text("run,nodes.a.weight\nr1,3\nr2,3\n")
    (tmp_path / "w.csv").write_text("run,b\nr2,1\n")
    arguments = ("--data", data, "--design", tmp_path / "d.csv", "--weights", tmp_path / "w.csv")
    assert run("replay", spec, *arguments, "--out", tmp_path / "out").exit_code == 0
    assert all(r["r1"] == r["r2"] for r in rows_of(tmp_path / "out" / "scores.csv"))
    (tmp_path / "w.csv").write_text("run,node,weight\nr1,b,1\nr1,b,2\n")
    twice = run("replay", spec, *arguments, "--out", tmp_path / "other")
    assert twice.exit_code == 3
    assert "each run (and node) once" in twice.output
    (tmp_path / "w.csv").write_text("run,b\nr2,much\n")
    assert "run r2, node b" in run("replay", spec, *arguments, "--out", tmp_path / "other").output


def test_a_rule_of_weights_is_told_with_its_consistency(tmp_path):
    spec, data = small(tmp_path)
    spec.write_text(
        spec.read_text() + "weights: {set: w, sets: {w: {method: pairwise, judgements: {index: {a: {b: 3}}}}}}\n"
    )
    found = run("build", spec, "--data", data, "--out", tmp_path / "out", "--json")
    assert json.loads(found.stdout)["weights"] == {"set": "w", "method": "pairwise", "consistency": {"index": 0.0}}
    weights = {r["node"]: float(r["nominal"]) for r in rows_of(tmp_path / "out" / "weights.csv")}
    assert (weights["a"], weights["b"]) == pytest.approx((0.75, 0.25))


def test_the_report_is_written_in_turkish_too(tmp_path):
    spec, data = small(tmp_path, rows="x,1,2\ny,2,5\nz,3,\n")
    assert run("build", spec, "--data", data, "--out", tmp_path / "out", "--language", "tr").exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert '<html lang="tr">' in page
    assert "3 yerden 3 tanesi sıralandı" in page
    assert "eksik değerler" in page
    assert "What the ranks depend on" not in page


def test_a_change_between_editions_is_divided_into_data_method_and_membership(tmp_path):
    spec, data = small(tmp_path, rows="x,1,9\ny,2,5\nz,3,1\n")
    assert run("build", spec, "--data", data, "--out", tmp_path / "a", "--draws", 0).exit_code == 0
    small(tmp_path, rows="x,1,8\ny,2,5\nz,3,1\nw,9,9\n")
    spec.write_text(spec.read_text().replace("{id: a, parent: index}", "{id: a, parent: index, weight: 3}"))
    assert run("build", spec, "--data", data, "--out", tmp_path / "b", "--draws", 0).exit_code == 0
    told = json.loads(run("compare", tmp_path / "a", tmp_path / "b", "--json").stdout)
    assert told["undivided"] is None
    for row in told["changes"]:
        assert row["data"] + row["method"] + row["membership"] == pytest.approx(row["change"], abs=1e-9)
    assert any(abs(row["method"]) > 1 for row in told["changes"])
    assert "membership" in run("compare", tmp_path / "a", tmp_path / "b").output
    spec.write_text(spec.read_text().replace("id: b,", "id: c,"))
    data.write_text(data.read_text().replace("place,a,b", "place,a,c"))
    assert run("build", spec, "--data", data, "--out", tmp_path / "c", "--draws", 0).exit_code == 0
    other = run("compare", tmp_path / "a", tmp_path / "c")
    assert other.exit_code == 0
    assert "not divided into data, method and membership" in other.output
    assert "no b" in other.output
