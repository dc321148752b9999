"""What a stranger tried: ties, strange numbers, strange settings, tables of every maker."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.comparison.worlds import Planned, Streamed, flat, table, two_levels

from kenes.comparison import benefit_of_the_doubt, build, contributions, from_plain, uncertainty
from kenes.comparison.declared.coin import from_coin
from kenes.comparison.declared.plain import with_changes
from kenes.comparison.draws.intervals import rank_draws
from kenes.comparison.steps import aggregation, normalisation, outranking
from kenes.comparison.steps.frontier import directional
from kenes.vocabulary.errors import BadInput, DefinitionError

PLAIN = ["aggregate"]
SCALED = ["normalise", "aggregate"]


def test_equal_sums_in_another_order_are_tied():
    values = [[1.0, 2, 3], [3, 2, 1], [2, 3, 1], [3, 1, 2]]
    profile = build(flat(3, PLAIN), table(values))
    assert profile.ranks[:, -1].tolist() == [1, 1, 1, 1]
    borda = np.random.default_rng(3).integers(1, 6, (40, 7)).astype(float)
    profile = build(flat(7, PLAIN), table(borda))
    exact = -borda.sum(axis=1)
    assert profile.ranks[:, -1].tolist() == [1 + (exact < e).sum() for e in exact]


def test_ties_of_draws_are_those_of_ranks_and_missing_scores_have_none():
    third = 1 / 3
    scores = np.array([[0.3, 0.1 + 0.2, np.nan, third * 3, 1.0], [np.nan] * 5, [5.0, 4, 3, 2, 1]])
    assert rank_draws(scores).tolist() == [[3, 3, 0, 1, 1], [0] * 5, [1, 2, 3, 4, 5]]
    assert rank_draws(np.empty((3, 0))).shape == (3, 0)
    assert normalisation.ranks(scores[0]).tolist()[:2] == [3, 3]
    assert normalisation.ranks_up(np.array([0.3, 0.1 + 0.2, 1e12])).tolist() == [1, 1, 3]
    assert normalisation.ranks_up(np.array([0.5, 0.6, 1e13])).tolist() == [1, 2, 3]  # data differ by orders


def test_a_step_that_is_not_declared_is_put_in_its_usual_place():
    spec = from_plain(flat(2, [{"denominate": {}}, "normalise", "aggregate"]))
    changed = with_changes(spec, {"treat.method": "winsorise", "treat.max_points": 3, "impute": "mean"})
    assert [s.kind for s in changed.steps] == ["denominate", "impute", "treat", "normalise", "aggregate"]
    assert changed.step("treat") == {"method": "winsorise", "max_points": 3}
    late = with_changes(from_plain(flat(2, ["normalise"])), {"aggregate.method": "median"})
    assert [s.kind for s in late.steps] == ["normalise", "aggregate"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"aggregate": "median", "steps.1.worst": 1}, "expected a name, or a name with its settings"),
        ({"steps": ["bake"], "impute": "mean"}, "found bake"),
        ({"nodes.i0.weight.very": 1}, "weight: expected a number, found {'very': 1}"),
        ({"seed": 3, "seed.more": 4}, "seed: expected a whole number"),
        ({"nodes.7.weight": 1}, "expected the id of a node, the name of a step or a position"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_by_name(changes, says):
    with pytest.raises(DefinitionError, match=says):
        with_changes(from_plain(flat(2, SCALED)), changes)


@pytest.mark.parametrize(
    ("settings", "values", "least"),
    [
        ({"method": "power", "power": -1}, [[1.0], [-0.5], [3]], "above zero"),
        ({"method": "power", "power": 0}, [[1.0], [0.0], [3]], "above zero"),
        ({"method": "power", "power": 0.5}, [[1.0], [-2.0], [3]], "of zero or more"),
        ({"method": "power", "power": 2}, [[1.0], [-2.0], [3]], "of zero or more"),
        ({"method": "harmonic"}, [[1.0], [0.0], [3]], "above zero"),
    ],
)
def test_a_mean_refuses_values_that_it_cannot_take(settings, values, least):
    with pytest.raises(BadInput, match=rf"node index: expected values {least} under a .*i0 of c0001"):
        build(flat(1, [{"aggregate": settings}]), table(values))


@pytest.mark.parametrize("method", ["geometric", "harmonic", {"method": "power", "power": 0.5}])
def test_a_draw_that_a_mean_cannot_take_is_told_and_not_dropped(method):
    profile = build(flat(2, [{"aggregate": method}]), table([[1.0, 2], [4, 5], [7, 1], [2, 2]]))
    with pytest.raises(BadInput, match=r"node index: expected values that a .* mean can take in every draw"):
        uncertainty(profile, 300, factors=[{"kind": "errors", "sd": {"i0": 3.0}}])
    assert np.isfinite(uncertainty(profile, 300, factors=[{"kind": "errors", "sd": {"i0": 0.01}}]).drawn).all()


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e9 + 0.1])
@pytest.mark.parametrize("count", [3, 7, 11])
def test_a_column_without_spread_has_no_z_score(value, count):
    assert np.isnan(normalisation.z_score(np.full(count, value))).all()


def test_zeros_have_a_score_under_share_bounds():
    values = np.array([[0.0, 100, 30], [100, 0, 60], [50, 50, 0], [0, 0, 0]])
    found = benefit_of_the_doubt(values, lower=0.1)
    assert found.scores[:3].tolist() == pytest.approx([0, 0, 0])  # each must rest a tenth on an indicator of zero
    assert benefit_of_the_doubt(values).scores[-1] == 0
    assert np.isnan(found.targets[0]).all()


def test_a_direction_is_absolute_and_the_places_own_values_give_the_plain_scores():
    values = np.random.default_rng(2).uniform(1, 10, (12, 3))
    assert directional(values) == pytest.approx(benefit_of_the_doubt(values).scores, abs=1e-9)
    assert directional(values, 2 * np.ones(3)) != pytest.approx(directional(values, np.ones(3)), abs=1e-3)
    for wrong in ([1.0], [0, 0, 0], [-1, 1, 1]):
        with pytest.raises(DefinitionError, match="a direction of 3 numbers"):
            directional(values, np.array(wrong))


def test_what_counts_for_nothing_fills_no_gap_and_takes_no_place():
    for method in ("median", "owa", "arithmetic"):
        nodes = {"i1": {"weight": 0}}
        profile = build(flat(3, [{"aggregate": method}], nodes=nodes), table([[1.0, 50, 3], [np.nan, 9, np.nan]]))
        assert np.isnan(profile.index[1]), method
        assert profile.index[0] == 2, method
        assert contributions(profile)[0].sum() == pytest.approx(2), method


def test_places_alike_share_their_place_in_a_kemeny_order():
    values = np.array([[3.0, 3, 1, 2], [3, 3, 2, 1]])
    assert outranking.score(values, np.ones(2), "kemeny")[:2].tolist() == [2.5, 2.5]


def test_the_penalty_of_mazziotta_and_pareto_takes_either_divisor():
    values, weights = np.array([[90.0], [100], [120]]), np.ones(3)
    mean, spread = values.mean(), values.std()
    of_all = aggregation.mazziotta_pareto(values, weights, {})
    assert of_all[0] == pytest.approx(mean - spread**2 / mean, rel=1e-12)
    sample = aggregation.mazziotta_pareto(values, weights, {"ddof": 1})
    assert sample[0] == pytest.approx(mean - values.var(ddof=1) / mean, rel=1e-12)


def test_a_place_without_a_group_keeps_its_gap():
    data = {**table([[1.0], [2], [np.nan], [8], [np.nan]]), "g": ["x", "x", None, None, ""]}
    steps = [{"impute": {"method": "group_mean", "by": "g"}}, "normalise", "aggregate"]
    profile = build(flat(1, steps), data)
    assert np.isnan(profile.stages["imputed"][[2, 4], 0]).all()
    drawn = uncertainty(profile, 20, factors=[{"kind": "errors", "share": 0.01}])
    assert not drawn.ranked[2]


@pytest.mark.parametrize("column", ["place", "year"])
@pytest.mark.parametrize("blank", [None, "", "  ", float("nan")])
def test_a_row_without_a_name_is_refused(column, blank):
    data = {"place": ["a", "b"], "year": [2020, 2020], "i0": [1, 2], column: ["a", blank]}
    with pytest.raises(BadInput, match=rf"{column}: expected a name in every row, found an empty cell \(row 2\)"):
        build(flat(1, SCALED, time_column="year"), data)


def test_a_time_column_that_is_not_there_is_refused():
    with pytest.raises(BadInput, match="expected the time column year"):
        build(flat(1, SCALED, time_column="year"), table([[1.0], [2]]))


def test_panels_are_treated_within_each_year_unless_told_otherwise():
    rng = np.random.default_rng(4)
    values = rng.normal(size=60)
    values[5], values[30:] = 40.0, rng.normal(size=30) * 30
    data = {"place": [f"p{i % 30}" for i in range(60)], "year": [2020] * 30 + [2021] * 30, "i0": values}
    spec = flat(1, [{"treat": {"method": "winsorise"}}, *SCALED], time_column="year")
    assert [(c.row, c.column) for c in build(spec, data).changes] == [(5, 0)]
    assert not build({**spec, "steps": [{"treat": {"method": "winsorise", "over": "all"}}, *SCALED]}, data).changes
    reference = flat(
        1, [{"normalise": {"method": "distance_to_reference", "reference": "p3"}}, "aggregate"], time_column="year"
    )
    with pytest.raises(BadInput, match=r"one row of the place to refer to, found 2.*over: year"):
        build(reference, data)


def test_a_transformation_follows_fences_that_do_not_suffice():
    values = np.exp(np.random.default_rng(1).normal(size=60) * 3)
    steps = [
        {"treat": {"method": "percentile", "lower": 0, "upper": 0.99, "then": "log_coin", "skew": 1, "kurtosis": 1}}
    ]
    profile = build(flat(1, [*steps, *SCALED]), table(values[:, None]))
    assert {c.step for c in profile.changes} == {"log_coin"}


SPEC = two_levels(2, 4, SCALED)
WRONG = [
    ({"seed": "abc"}, "seed: expected a whole number"),
    ({"weights": [1, 2]}, "weights: expected a mapping"),
    ({"weights": {"set": ["x"]}}, r"weights\.set: expected a name"),
    ({"weights": {"sets": [1]}}, r"weights\.sets: expected a mapping"),
    ({"weights": {"sets": {"a": {"i0": "much"}}}}, "weight of i0: expected a number"),
    ({"groups": "state"}, "groups: expected a list"),
    ({"uncertainty": [1]}, "uncertainty: expected a mapping"),
    ({"uncertainty": {"draws": "many"}}, r"uncertainty\.draws: expected a whole number from 1 to 1,000,000"),
    ({"uncertainty": {"draws": 10**9}}, r"uncertainty\.draws: expected a whole number from 1 to 1,000,000"),
    ({"uncertainty": {"level": "x"}}, r"uncertainty\.level: expected a number"),
    ({"uncertainty": {"sensitivity": 5}}, r"uncertainty\.sensitivity: expected a list"),
    ({"uncertainty": {"sensitivity": ["morris"]}}, "sensitivity: expected sobol or shapley, found morris"),
    ({"uncertainty": {"factors": [3]}}, r"uncertainty\.factors\.0: expected a mapping"),
    ({"uncertainty": {"factors": [{"kind": "weights", "spred": 1}]}}, "spred: expected one of kind, name, "),
    ({"uncertainty": {"factors": [{"kind": "weights", "spread": 5}]}}, r"weights\.spread: expected a share"),
    ({"uncertainty": {"factors": [{"kind": "weights", "concentration": -1}]}}, r"weights\.concentration: expected"),
    ({"uncertainty": {"factors": [{"kind": "weights", "distribution": "x"}]}}, r"weights\.distribution: expected"),
    ({"uncertainty": {"factors": [{"kind": "errors", "share": "x"}]}}, r"errors\.share: expected a number"),
    ({"steps": 5}, "steps: expected a list"),
    ({"steps": ["normalise", {"normalise": "rank"}, "aggregate"]}, r"steps\.normalise: expected each step once"),
    ({"steps": [{"normalise": {"low": "x"}}]}, r"normalise\.low: expected a number"),
    ({"steps": [{"normalise": {"low": float("nan")}}]}, r"normalise\.low: expected a number"),
    ({"steps": [{"normalise": {"method": "z_score", "sd": 0}}]}, r"normalise\.sd: expected a number above zero"),
    ({"steps": [{"normalise": {"transform": "logg"}}]}, r"normalise\.transform: expected one of none, log"),
    ({"steps": [{"normalise": {"over": "month"}}]}, r"normalise\.over: expected one of all, year"),
    ({"steps": [{"normalise": {"method": "power"}}]}, "normalise method: expected one of none, min_max"),
    ({"steps": [{"aggregate": {"method": "rank"}}]}, "aggregate method: expected one of arithmetic, .*aggregators="),
    ({"steps": [{"treat": {"then": "sqrt"}}]}, r"treat\.then: expected one of none, log, log_coin, boxcox"),
    ({"steps": [{"treat": {"skew": [1]}}]}, r"treat\.skew: expected"),
    ({"steps": [{"treat": {"max_points": -1}}]}, r"treat\.max_points: expected"),
    ({"steps": [{"treat": {"method": "percentile", "lower": 0.9, "upper": 0.1}}]}, r"treat\.lower: expected no more"),
    ({"steps": [{"screen": {"min_coverage": 60}}]}, r"screen\.min_coverage: expected a share from 0 to 1, found 60"),
    ({"steps": [{"impute": {"method": "knn", "k": 0}}]}, r"impute\.k: expected a whole number from 1"),
    ({"steps": [{"impute": {"method": "mean", "axis": "rows"}}]}, r"impute\.axis: expected one of column, row"),
    ({"steps": [{"aggregate": {"min_coverage": -1}}]}, r"aggregate\.min_coverage: expected a share"),
    ({"steps": [{"aggregate": {"by_level": 5}}]}, r"aggregate\.by_level: expected methods by level"),
    ({"steps": [{"aggregate": {"by_level": [True]}}]}, r"aggregate\.by_level: expected methods by level"),
    ({"steps": [{"aggregate": {"by_level": {9: "median"}}}]}, r"aggregate\.by_level: expected levels 2 to 3, found 9"),
    ({"steps": [{"aggregate": {"by_level": {2: "medium"}}}]}, "aggregate method: expected one of"),
    ({"steps": [{"aggregate": {"method": "power", "power": 1000}}]}, r"aggregate\.power: expected a number from -100"),
    ({"steps": [{"aggregate": {"method": "owa", "order_weights": [1]}}]}, "expected 2 order_weights"),
    ({"steps": [{"aggregate": {"method": "owa", "order_weights": [0, 0]}}]}, r"aggregate\.order_weights: expected"),
    ({"steps": [{"aggregate": {"method": "mpi", "penalty": "POS"}}]}, r"aggregate\.penalty: expected -1 or 1"),
]


@pytest.mark.parametrize(("fields", "says"), WRONG)
def test_a_setting_of_another_kind_or_out_of_range_is_refused_by_name(fields, says):
    with pytest.raises(DefinitionError, match=says):
        from_plain({**SPEC, **fields})


@pytest.mark.parametrize(
    ("node", "says"),
    [
        ({"id": "i0", "aggregate": "median"}, r"node i0: expected aggregate on a node with children only"),
        ({"id": "p0", "direction": -1}, r"node p0: expected direction on an indicator only"),
        ({"id": "p0", "goalposts": [0, 1]}, r"node p0: expected goalposts on an indicator only"),
        ({"id": "i0", "direction": [1]}, "direction: expected 1, -1, more, less or target"),
        ({"id": "i0", "weight": float("nan")}, "weight: expected a number"),
        ({"id": "i0", "treat": {"then": "sqrt"}}, r"treat\.then: expected one of"),
        ({"id": "i0", "normalise": "power"}, "normalise method: expected one of none, min_max"),
        ({"id": "i0", "normalise": {"over": "month"}}, r"normalise\.over: expected one of all, year"),
        ({"id": "p0", "aggregate": "rank"}, "aggregate method: expected one of arithmetic"),
    ],
)
def test_what_a_node_cannot_have_is_refused(node, says):
    nodes = [{**n, **(node if n["id"] == node["id"] else {})} for n in SPEC["nodes"]]
    with pytest.raises(DefinitionError, match=says):
        from_plain({**SPEC, "nodes": nodes})


def test_a_weight_that_the_chosen_set_hides_cannot_be_changed_in_vain():
    spec = from_plain({**SPEC, "weights": {"set": "a", "sets": {"a": {"i0": 2}}}})
    with pytest.raises(DefinitionError, match=r"nodes\.i0\.weight: .*Change weights\.sets\.a"):
        with_changes(spec, {"nodes.i0.weight": 9})
    assert with_changes(spec, {"nodes.i1.weight": 9}).by_id["i1"].weight == 9
    assert with_changes(spec, {"weights.sets.a.i0": 9}).weights()[0] == 9


def frames():
    plain = {"place": ["x", "y", "z"], "a": [1, None, 3], "b": [2.5, 3.5, None]}
    pandas = pd.DataFrame(plain)
    yield "pandas", pandas
    yield "pandas nullable", pandas.convert_dtypes()
    yield "pandas object", pandas.astype(object).where(pandas.notna(), pd.NA)
    yield "pandas arrow", pandas.convert_dtypes(dtype_backend="pyarrow")
    yield "pandas categories", pandas.assign(place=pandas["place"].astype("category"))
    yield "a stream of Arrow", Streamed(plain)
    yield "a plan", Planned(plain)
    yield "arrow", pa.table(plain)
    yield "records", [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


@pytest.mark.parametrize(("name", "frame"), list(frames()))
def test_tables_of_every_maker_give_the_same_index(name, frame):
    spec = {"nodes": [{"id": "index"}, {"id": "a", "parent": "index"}, {"id": "b", "parent": "index"}], "steps": SCALED}
    assert build(spec, frame).index.tolist() == [0, 100, 100], name


def test_a_relation_of_duckdb_is_a_table_too():
    import duckdb

    relation = duckdb.sql("select * from (values ('x', 1.0), ('y', 2.0)) as t(place, i0)")
    assert build(flat(1, SCALED), relation).index.tolist() == [0, 100]


@pytest.mark.parametrize("cell", ["1_000", "١٢", "1e200", float("inf"), "inf", "1,5"])
def test_what_is_no_number_as_computers_write_it_is_refused(cell):
    with pytest.raises(BadInput, match="i0: expected"):
        build(flat(1, SCALED), {"place": ["a", "b"], "i0": [cell, 1]})


def meta(**changes):
    rows = [
        {"iCode": "Index", "Parent": None, "Type": "Aggregate", "Direction": None, "Weight": 1, "Level": 2},
        {"iCode": "a", "Parent": "Index", "Type": "Indicator", "Direction": -1, "Weight": 1, "Level": 1},
        {"iCode": "g", "Parent": None, "Type": "Group", "Direction": None, "Weight": None, "Level": None},
    ]
    return [{**r, **(changes if r["iCode"] == "a" else {})} for r in rows]


def test_namibia_is_a_place_and_no_gap():
    plain, data = from_coin({"uCode": ["NA", "ZA"], "a": [1, "NA"], "g": ["NA", "x"]}, meta())
    assert data == {"uCode": ["NA", "ZA"], "a": [1, None], "g": [None, "x"]}
    assert build(plain, {**data, "a": [1, 2]}).places == ("NA", "ZA")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"Type": "Indicatr"}, "iMeta a: expected a Type of Indicator, Aggregate, Group, Denominator, Other"),
        ({"Direction": "up"}, "iMeta a: expected a number in Direction, found 'up'"),
        ({"Direction": None}, "iMeta a: expected a Direction of 1 or -1"),
        ({"Weight": "much"}, "iMeta a: expected a number in Weight"),
        ({"Level": 2}, "iMeta a: expected a Level below 2"),
    ],
)
def test_tables_of_coinr_that_contradict_themselves_are_refused(changes, says):
    with pytest.raises(DefinitionError, match=says):
        from_coin({"uCode": ["x", "y"], "a": [1, 2], "g": ["p", "q"]}, meta(**changes))


def test_high_powers_neither_overflow_nor_vanish():
    values = np.array([[1e4, 3e4], [2e4, 4e4]])
    for power, ends in ((100, [2e4, 4e4]), (-100, [1e4, 3e4])):
        found = aggregation.aggregate(values, np.ones(2), {"method": "power", "power": power})
        assert found == pytest.approx(ends, rel=0.01)
    spec = flat(2, [{"aggregate": {"method": "mpi"}}])
    with pytest.raises(BadInput, match="finite score under mpi"):
        build(spec, table(np.array([[1.0, -1.0], [2.0, 3.0]])))


def test_a_child_without_weight_may_be_zero_under_a_geometric_mean(monkeypatch):
    spec = flat(3, [{"aggregate": {"method": "geometric"}}])
    spec["nodes"][3]["weight"] = 0
    values = np.array([[1.0, 4, 0], [2.0, 8, 0], [3.0, 3, 1]])
    profile = build(spec, table(values))
    assert profile.index == pytest.approx([2, 4, 3])
    factors = [{"kind": "errors", "sd": {"i0": 0.01}}]
    fast = uncertainty(profile, 20, factors=factors)
    monkeypatch.setattr("kenes.comparison.draws.drawing.recipe", lambda *_, **__: None)
    assert uncertainty(profile, 20, factors=factors).draw_scores == pytest.approx(fast.draw_scores)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"method": "pairwise", "judgements": {"index": {"i0": {"i1": 0, "i2": 2}, "i1": {"i2": 1}}}}, "'i1': 0"),
        ({"method": "pairwise", "judgements": {"index": {"i0": {"i1": "much"}}}}, "much"),
        ({"method": "pairwise", "judgements": {"index": [1, 2]}}, r"\[1, 2\]"),
        ({"method": "pairwise", "judgements": {"index": {"i0": {"i1": 2, "i2": 2}, "i1": {"i0": 2, "i2": 1}}}}, "2"),
        ({"method": "best_worst", "judgements": {"index": {"best": "i0", "worst": "i2"}}}, "'best': 'i0'"),
        (
            {
                "method": "best_worst",
                "judgements": {"index": {"best": {"i0": 1, "i1": 2, "i2": 4}, "worst": {"i0": 5, "i1": 2, "i2": 1}}},
            },
            "4 in best and 5 in worst",
        ),
        ({"method": "budget", "points": {"i0": "ten", "i1": [1], "i2": [1]}}, "ten"),
        ({"method": "importance", "wanted": {"i0": "most"}}, "most"),
        ({"method": "importance", "wanted": {"i0": -1}}, "-1"),
        ({"method": "equal", "nodes": "index"}, "'index'"),
        ({"method": "equal", "nodes": ["i0"]}, "indicators i0"),
    ],
)
def test_rules_that_cannot_be_read_are_refused(rule, found):
    values = np.random.default_rng(0).random((10, 3))
    with pytest.raises(DefinitionError, match=found):
        build({**flat(3, SCALED), "weights": {"set": "r", "sets": {"r": rule}}}, table(values))


@pytest.mark.parametrize(
    ("factor", "steps"),
    [
        ({"kind": "errors", "sd": {"index": 1}}, SCALED),
        ({"kind": "weights", "nodes": ["zz"]}, SCALED),
        ({"kind": "gaps"}, [{"impute": {"method": "value"}}, *SCALED]),
    ],
)
def test_factors_and_steps_that_name_nothing_are_refused(factor, steps):
    with pytest.raises(DefinitionError):
        from_plain({**flat(3, steps), "uncertainty": {"factors": [factor]}})


def test_a_path_to_a_weight_that_a_rule_gives_is_refused():
    spec = from_plain({**flat(3, SCALED), "weights": {"set": "r", "sets": {"r": {"method": "equal"}}}})
    with pytest.raises(DefinitionError, match=r"nodes\.i0\.weight"):
        with_changes(spec, {"nodes.i0.weight": 4})


@pytest.mark.parametrize("method", ["entropy", "critic", "pca", "importance"])
def test_an_indicator_without_spread_gets_no_weight_from_data(method):
    values = np.random.default_rng(4).random((15, 4))
    values[:, 1], values[:, 3] = 0, values[:, 0]
    sets = {"r": {"method": method}}
    profile = build({**flat(4, PLAIN), "weights": {"set": "r", "sets": sets}}, table(values))
    found = np.array(profile.spec.weights()[:4])
    assert found[1] == 0
    assert found.sum() == pytest.approx(1)
    assert found[0] > 0


@pytest.mark.parametrize(
    ("scale", "mean", "refused"),
    [
        ("percentile_rank", "geometric", True),
        ("borda", "harmonic", True),
        ("distance_to_max", {"method": "power", "power": 0}, True),
        ({"method": "z_score", "mean": 0}, "geometric", True),
        ({"method": "z_score", "mean": 100}, "geometric", False),
        ({"method": "min_max", "low": 0}, "harmonic", True),
        ({"method": "min_max", "low": 1}, "harmonic", False),
        ("percentile_rank", {"method": "power", "power": 2}, False),
        ("none", "geometric", False),
        ("rank", "geometric", False),
    ],
)
def test_a_scale_that_is_sure_to_reach_zero_is_refused_under_a_mean_that_needs_more(scale, mean, refused):
    plain = flat(2, [{"normalise": scale}, {"aggregate": mean}])
    if refused:
        with pytest.raises(DefinitionError, match=r"node index: expected values above zero under a .* mean, found"):
            from_plain(plain)
    else:
        assert from_plain(plain).has("normalise")
