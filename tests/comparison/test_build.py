import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.comparison.worlds import Streamed, asem, asem_steps, flat, table, two_levels

from kenes.comparison import (
    Workshop,
    bands,
    build,
    contributions,
    from_plain,
    marginal_gains,
    peers_of,
    read_inputs,
    strengths,
)
from kenes.comparison.declared.plain import with_changes
from kenes.vocabulary.errors import BadInput

RNG = np.random.default_rng(8)
MEANS = ["arithmetic", "geometric", "harmonic", "median", "ampi", {"method": "power", "power": 0.5}, "owa"]
POSITIVE = {"normalise": {"method": "min_max", "low": 1, "high": 100}}


def with_gaps(rows=30, columns=6, share=0.1):
    values = RNG.normal(size=(rows, columns))
    values[RNG.random(values.shape) < share] = np.nan
    values[0] = RNG.normal(size=columns)
    return values


def test_a_missing_value_stays_missing_and_a_poorly_covered_place_is_not_ranked():
    values = np.array([[1.0, 2, 3, 4], [2, np.nan, np.nan, np.nan], [4, 3, 2, 1], [np.nan] * 4])
    profile = build(flat(4, ["normalise", {"aggregate": {"min_coverage": 0.5}}]), table(values))
    assert profile.ranked.tolist() == [True, False, True, False]
    assert profile.reason == (None, "coverage", None, "no_data")
    assert np.isnan(profile.normalised[1, 1:]).all()
    assert np.isnan(profile.ranks[[1, 3], -1]).all()
    assert profile.coverage[:, -1].tolist() == [1, 0.25, 1, 0]


def test_a_screened_place_does_not_set_the_scale_of_others():
    values = np.array([[1.0, 2], [3, 4], [1000, np.nan]])
    profile = build(flat(2, [{"screen": {"min_coverage": 0.9}}, "normalise", "aggregate"]), table(values))
    assert profile.index.tolist()[:2] == [0, 100]
    assert profile.reason[2] == "coverage"


@pytest.mark.parametrize("make", [pd.DataFrame, Streamed, pa.table, lambda d: pd.DataFrame(d).to_dict("records")])
def test_every_kind_of_table_gives_the_same_index(make):
    data = table(with_gaps())
    spec = flat(6, ["normalise", "aggregate"])
    assert np.array_equal(build(spec, make(data)).index, build(spec, data).index, equal_nan=True)


def test_only_what_depends_on_a_change_is_computed_again():
    spec = from_plain(two_levels(2, 6, ["impute", "treat", "normalise", "aggregate"], seed=1))
    workshop = Workshop(read_inputs(spec, table(with_gaps())))
    workshop.build(spec)
    assert workshop.computed == 3
    workshop.build(with_changes(spec, {"aggregate.method": "median"}))
    workshop.build(with_changes(spec, {"nodes.i0.weight": 3}))
    assert workshop.computed == 3
    workshop.build(with_changes(spec, {"normalise.method": "rank"}))
    assert workshop.computed == 4
    workshop.build(with_changes(spec, {"treat.max_points": 1}))
    assert workshop.computed == 6


@pytest.mark.parametrize("method", MEANS)
def test_contributions_add_up_for_every_mean(method):
    plain = two_levels(3, 9, [POSITIVE, {"aggregate": method}])
    profile = build(plain, table(with_gaps(columns=9)))
    given_parts = contributions(profile)
    assert given_parts.sum(axis=1) == pytest.approx(profile.index, abs=1e-9, nan_ok=True)
    assert (given_parts[np.isnan(profile.normalised) & np.isfinite(profile.index)[:, None]] == 0).all()


def test_contributions_add_up_beyond_exact_shapley_and_for_a_frontier():
    many = build(flat(13, [POSITIVE, {"aggregate": "geometric"}]), table(RNG.normal(size=(12, 13))))
    assert contributions(many).sum(axis=1) == pytest.approx(many.index, abs=1e-9)
    bod = build(flat(4, [POSITIVE, {"aggregate": "bod"}]), table(RNG.normal(size=(12, 4))))
    assert contributions(bod).sum(axis=1) == pytest.approx(bod.index, abs=1e-9)


def test_one_unit_better_moves_the_score_by_what_it_says():
    values = RNG.uniform(10, 20, size=(20, 4))
    nodes = {f"i{k}": {"goalposts": {"worst": 0, "best": 40}} for k in range(3)}
    nodes["i3"] = {"goalposts": {"worst": 40, "best": 0}}
    steps = [{"normalise": {"method": "goalposts"}}, {"aggregate": "geometric"}]
    before = build(flat(4, steps, nodes=nodes), table(values))
    gains = marginal_gains(before)
    for leaf, step in ((1, 1.0), (3, -1.0)):
        changed = values.copy()
        changed[7, leaf] += step
        after = build(flat(4, steps, nodes=nodes), table(changed))
        assert gains[7, leaf] == pytest.approx(after.index[7] - before.index[7], abs=1e-9)


def test_a_gain_is_not_told_for_a_gap_or_a_rank():
    values = np.array([[1.0, 2], [np.nan, 5], [3, 7]])
    gains = marginal_gains(build(flat(2, ["normalise", "aggregate"]), table(values)))
    assert np.isnan(gains[1, 0])
    assert np.isfinite(gains[[0, 2]]).all()
    ranked = marginal_gains(build(flat(2, [{"normalise": "rank"}, "aggregate"]), table(values)))
    assert np.isnan(ranked).all()


def test_a_gain_beyond_the_best_goalpost_is_nothing():
    nodes = {"i0": {"goalposts": [0, 10]}, "i1": {"goalposts": [0, 10]}}
    profile = build(flat(2, [{"normalise": "goalposts"}, "aggregate"], nodes=nodes), table([[12.0, 5], [3, 4]]))
    assert marginal_gains(profile)[0].tolist() == pytest.approx([0.0, 5.0])


def test_strengths_are_measured_against_peers():
    profile = build(flat(3, ["normalise", "aggregate"]), table([[0.0, 10, 5], [10, 0, 5], [8, 2, 5.0], [4, 6, 5]]))
    strong, weak = strengths(profile, "c0000", ("c0001", "c0002"))
    assert [s.node for s in strong] == ["i1"]
    assert [s.node for s in weak] == ["i0"]
    assert strong[0].gap == pytest.approx(90)


def test_peers_are_near_in_structure_and_never_in_scores():
    places = {
        "place": list("abcd"),
        "population": [1e5, 2e5, 9e6, None],
        "income": [10, 12, 11, 10],
        "state": [1, 1, 2, 1],
    }
    near = peers_of(places, "a", 2, characteristics=["population", "income"], log=["population"])
    assert [p.place for p in near] == ["d", "b"]
    assert near[0].distance == 0
    only = peers_of(places, "c", 5, characteristics=["population"], within={"state": None})
    assert only == ()
    with pytest.raises(BadInput, match="place z"):
        peers_of(places, "z")
    with pytest.raises(BadInput, match="above zero"):
        peers_of({"place": ["a", "b"], "n": [0, 1]}, "a", log=["n"])
    assert bands([5.0, np.nan], [3], ["low", "high"]) == ["high", None]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"place": ["a", "a"], "i0": [1, 2], "i1": [1, 2]}, "place a: expected one row"),
        ({"place": ["a", "b"], "i0": [1, 2]}, "no column i1"),
        ({"place": ["a", "b"], "i0": [1, "x"], "i1": [1, 2]}, r"i0: expected a number .*row 2"),
        ({"name": ["a"]}, "the place column place"),
        ({"place": ["a"], "i0": [1, 2], "i1": [1]}, "columns of one length"),
        (7, "expected a mapping of columns"),
    ],
)
def test_data_that_do_not_fit_are_refused_with_column_and_row(data, said):
    with pytest.raises(BadInput, match=said):
        build(flat(2, ["normalise", "aggregate"]), data)


def test_a_zero_under_a_geometric_mean_is_refused_by_name():
    nodes = {"i0": {"goalposts": [0, 10]}, "i1": {"goalposts": [0, 10]}}
    spec = flat(2, [{"normalise": "goalposts"}, {"aggregate": "geometric"}], nodes=nodes)
    with pytest.raises(BadInput, match="0 in i1 of c0001"):
        build(spec, table([[5.0, 5], [5, 0]]))


@pytest.mark.parametrize("rows", [np.empty((0, 2)), [[1.0, 2.0]], [[1.0, 1.0]] * 3, [[np.nan, np.nan]] * 2])
def test_edges_of_data_give_gaps_and_no_error(rows):
    profile = build(flat(2, ["treat", "normalise", "aggregate"]), table(np.array(rows).reshape(-1, 2)))
    assert np.isnan(profile.index).all()
    assert not profile.ranked.any()


def test_ranks_share_the_smallest_at_ties_and_one_is_best():
    profile = build(flat(1, ["normalise", "aggregate"]), table([[5.0], [9.0], [9.0], [1.0]]))
    assert profile.ranks[:, -1].tolist() == [3, 1, 1, 4]


def test_years_are_ranked_apart_and_scaled_together_or_apart():
    data = {"place": list("abab"), "year": [1, 1, 2, 2], "i0": [0.0, 10, 20, 40]}
    together = build(flat(1, ["normalise", "aggregate"], time_column="year"), data)
    assert together.index.tolist() == [0, 25, 50, 100]
    assert together.ranks[:, -1].tolist() == [2, 1, 2, 1]
    apart = build(flat(1, [{"normalise": {"over": "year"}}, "aggregate"], time_column="year"), data)
    assert apart.index.tolist() == [0, 100, 0, 100]


VALUES = arrays(np.float64, (8, 4), elements=st.integers(-500, 500).map(lambda v: v / 10))


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_scores_stay_in_the_scale_and_units_do_not_matter(values):
    spec = flat(4, ["normalise", "aggregate"])
    first = build(spec, table(values)).index
    assert ((first >= -1e-9) & (first <= 100 + 1e-9) | np.isnan(first)).all()
    second = build(spec, table(values * np.array([2.0, 10.0, 0.5, 3.0]) + 7)).index
    assert second == pytest.approx(first, abs=1e-6, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(VALUES, st.permutations(range(8)))
def test_order_of_places_does_not_matter(values, order):
    spec = two_levels(2, 4, ["treat", {"normalise": "z_score"}, "aggregate"])
    data = table(values)
    shuffled = {k: [v[i] for i in order] for k, v in data.items()}
    first, second = build(spec, data), build(spec, shuffled)
    assert second.index == pytest.approx(first.index[list(order)], abs=1e-9, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(VALUES, st.sampled_from(["arithmetic", "geometric", "harmonic", "median", "copeland"]))
def test_a_place_that_is_better_in_everything_is_not_behind(values, method):
    values[1] = values[0] + 1
    profile = build(flat(4, [POSITIVE, {"aggregate": method}]), table(values))
    if profile.ranked[:2].all():
        assert profile.index[1] >= profile.index[0] - 1e-9


def test_asem_builds_with_gaps_left_open():
    rows, meta = asem()
    from kenes.comparison.declared.coin import from_coin

    plain, data = from_coin(rows, meta, steps=asem_steps(impute=None))
    profile = build(plain, data)
    assert profile.ranked.all()
    assert (profile.coverage[:, -1] < 1).any()
