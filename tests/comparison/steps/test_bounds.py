"""Targets, denominators, screens, ties and fences: both sides of each."""

import numpy as np
import pytest
from tests.comparison.worlds import flat, table, two_levels

from kenes.comparison import build, marginal_gains, uncertainty
from kenes.comparison.declared.specification import Goalposts, Node
from kenes.comparison.steps import aggregation, normalisation, treatment
from kenes.vocabulary.errors import BadInput, DefinitionError

GOALPOSTS = {"method": "goalposts"}

# Towards a target


def _towards(values, settings, *, target=20.0, worst=-10.0, best=0.0):
    node = Node("a", direction="target", target=target, goalposts=Goalposts(worst, best))
    return normalisation.normalise_column(np.array(values, float), node, settings)


def test_goalposts_of_a_target_score_the_distance_from_it_on_both_sides():
    assert _towards([20, 15, 25, 10, 30, 0, 40, np.nan], GOALPOSTS) == pytest.approx(
        [100, 50, 50, 0, 0, 0, 0, np.nan], nan_ok=True
    )
    scaled = {**GOALPOSTS, "low": 1, "high": 11}
    assert _towards([20, 15, 25, 40], scaled) == pytest.approx([11, 6, 6, 1])
    assert _towards([20, 40], {**GOALPOSTS, "cap": False}) == pytest.approx([100, -100])


def test_a_target_of_zero_is_a_target():
    assert _towards([0, 5, -5], GOALPOSTS, target=0.0) == pytest.approx([100, 50, 50])


def test_a_goalpost_short_of_the_target_scores_a_hundred_from_there_on():
    assert _towards([20, 18, 22, 13], GOALPOSTS, worst=-12, best=-2) == pytest.approx([100, 100, 100, 50])


def test_a_target_is_best_under_the_relative_methods_too():
    for method, scores in (
        ("min_max", [100, 50, 50, 0]),
        ("distance_to_max", [1, 0.5, 0.5, 0]),
        ("borda", [3, 1, 1, 0]),
    ):
        assert _towards([20, 15, 25, 10], {"method": method}) == pytest.approx(scores), method


def test_a_place_nearer_to_its_target_leads_and_gains_by_moving_towards_it():
    node = {"direction": "target", "target": 20, "goalposts": [-10, 0]}
    profile = build(
        flat(1, [{"normalise": "goalposts"}, "aggregate"], nodes={"i0": node}), table([[15], [25], [20], [12]])
    )
    assert profile.index == pytest.approx([50, 50, 100, 20])
    assert profile.ranks[:, -1].tolist() == [2, 2, 1, 4]
    assert marginal_gains(profile)[:, 0] == pytest.approx([10, 10, 0, 10])
    drawn = uncertainty(profile, 50, factors=[{"kind": "errors", "share": 0.0}])
    assert drawn.score_low[:, -1] == pytest.approx(profile.index)


@pytest.mark.parametrize("nodes", [{"direction": "target"}, {"direction": "target", "goalposts": [0, 1]}])
def test_a_direction_towards_a_target_needs_the_target(nodes):
    with pytest.raises(DefinitionError):
        build(flat(1, ["normalise", "aggregate"], nodes={"i0": nodes}), table([[1.0], [2.0]]))


# Goalposts and ends of scales


def test_goalposts_score_their_ends_and_cut_off_beyond_them():
    found = normalisation.goalpost_score(np.array([9.9, 10, 15, 20, 20.1]), worst=10, best=20)
    assert found.tolist() == [0, 0, 50, 100, 100]
    open_ended = normalisation.goalpost_score(np.array([9.0, 21.0]), worst=10, best=20, cap=False)
    assert open_ended == pytest.approx([-10, 110])
    assert normalisation.goalpost_score(np.array([5.0, 25.0]), worst=20, best=10, low=1, high=10).tolist() == [10, 1]


def test_a_range_of_optimum_falls_to_zero_on_both_sides():
    found = normalisation.optimum_range(np.array([0, 1, 2, 3, 4, 5, 6, 7.0]), worst=1, lower=3, upper=4, worst_high=6)
    assert found == pytest.approx([0, 0, 50, 100, 100, 50, 0, 0])


@pytest.mark.parametrize("size", [1.0, 1e6, 1e-6])
def test_numbers_that_differ_by_rounding_are_tied_and_others_are_not(size):
    near, far = 1 + 0.5 * normalisation.TIE, 1 + 4 * normalisation.TIE
    assert normalisation.ranks(np.array([1.0, near]) * size).tolist() == [1, 1]
    assert normalisation.ranks(np.array([1.0, far]) * size).tolist() == [2, 1]
    assert normalisation.ranks_up(np.array([1.0, far, 5.0]) * size).tolist() == [1, 2, 3]


def test_scores_are_tied_by_the_greatest_of_them_and_raw_values_by_their_own():
    values = np.array([1e-9, 2e-9, 1e6])
    assert normalisation.ranks_up(values).tolist() == [1, 2, 3]
    assert normalisation.ranks(values).tolist() == [2, 2, 1]


def test_ties_of_three_share_the_smallest_rank_and_the_next_rank_is_left_out():
    assert normalisation.ranks(np.array([7.0, 9, 7, 7, 1])).tolist() == [2, 1, 2, 2, 5]
    assert normalisation.ranks_up(np.array([7.0, 9, 7, 7, 1])).tolist() == [2, 5, 2, 2, 1]


# Denominators

DENOMINATED = [{"denominate": {"scale": 1000}}, "normalise", "aggregate"]


def test_each_indicator_is_divided_by_its_own_denominator_and_scaled():
    data = {**table([[10.0, 10.0, 10.0], [20.0, 30.0, 40.0]]), "people": [100.0, 400.0], "area": [5.0, 2.0]}
    nodes = {"i0": {"denominator": "people"}, "i1": {"denominator": "area"}}
    found = build(flat(3, DENOMINATED, nodes=nodes), data).stages["denominated"]
    assert found.tolist() == [[100.0, 2000.0, 10.0], [50.0, 15_000.0, 40.0]]
    plain = build(flat(3, [{"denominate": {}}, "normalise", "aggregate"], nodes=nodes), data).stages["denominated"]
    assert plain.tolist() == [[0.1, 2.0, 10.0], [0.05, 15.0, 40.0]]


def test_without_the_step_a_denominator_divides_nothing():
    data = {**table([[10.0], [20.0]]), "people": [100.0, 400.0]}
    profile = build(flat(1, ["normalise", "aggregate"], nodes={"i0": {"denominator": "people"}}), data)
    assert profile.index.tolist() == [0, 100]


def test_a_denominator_of_zero_is_refused_only_where_there_is_something_to_divide():
    spec = flat(1, DENOMINATED, nodes={"i0": {"denominator": "people"}})
    gap = build(spec, {**table([[10.0], [20.0], [np.nan]]), "people": [100.0, 400.0, 0.0]})
    assert np.isnan(gap.stages["denominated"][2, 0])
    with pytest.raises(BadInput):
        build(spec, {**table([[10.0], [20.0], [0.0]]), "people": [100.0, 400.0, 0.0]})
    unknown = build(spec, {**table([[10.0], [20.0], [30.0]]), "people": [100.0, 400.0, None]})
    assert np.isnan(unknown.stages["denominated"][2, 0])


def test_a_missing_column_of_denominators_is_refused():
    with pytest.raises(BadInput):
        build(flat(1, DENOMINATED, nodes={"i0": {"denominator": "people"}}), table([[10.0], [20.0]]))


def test_errors_are_divided_with_the_values():
    data = {**table([[1000.0, 5.0], [2000.0, 6.0], [3000.0, 8.0]]), "people": [10.0, 100.0, 1000.0]}
    nodes = {"i0": {"denominator": "people", "goalposts": [0, 200_000]}, "i1": {"goalposts": [0, 10]}}
    steps = [{"denominate": {"scale": 1000}}, {"normalise": "goalposts"}, "aggregate"]
    profile = build(flat(2, steps, nodes=nodes), data, errors=np.array([[10.0, 0], [10.0, 0], [10.0, 0]]))
    found = uncertainty(profile, 4000, factors=[{"kind": "errors"}])
    # the first indicator is divided by people and scored over 200,000: 10 / people * 1000 / 200,000 * 100 / 2 points
    assert found.draw_scores.std(axis=1) == pytest.approx([0.25, 0.025, 0.0025], rel=0.05)


# Screens and coverage


@pytest.mark.parametrize(("least", "ranked"), [(0.6, True), (0.61, False)])
def test_a_place_with_exactly_the_share_of_indicators_asked_for_is_kept(least, ranked):
    values = [[1.0, 2, 3, np.nan, np.nan], [1, 2, 3, 4, 5], [5, 4, 3, 2, 1]]
    profile = build(flat(5, [{"screen": {"min_coverage": least}}, "normalise", "aggregate"]), table(values))
    assert bool(profile.ranked[0]) is ranked
    assert profile.ranked[1:].all()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.7])
def test_a_node_with_exactly_the_weight_asked_for_has_a_score(share):
    present = round(share * 10)
    values = np.array([[1.0] * present + [np.nan] * (10 - present)]).T
    settings = {"method": "arithmetic", "min_coverage": share}
    assert aggregation.aggregate(values, np.full(10, 0.1), settings).tolist() == [1.0]
    more = {**settings, "min_coverage": share + 0.01}
    assert np.isnan(aggregation.aggregate(values, np.full(10, 0.1), more)).all()


def test_a_child_without_weight_fills_no_gap_and_takes_no_place():
    values = np.array([[np.nan, 1.0], [5.0, 2.0]])
    for method in ("arithmetic", "geometric", "harmonic", "median", "mpi"):
        found = aggregation.aggregate(values, np.array([1.0, 0.0]), {"method": method})
        assert found == pytest.approx([np.nan, 1.0], nan_ok=True), method


def test_coverage_is_the_weight_below_a_node_that_was_measured_and_not_imputed():
    spec = two_levels(2, 4, [{"impute": "mean"}, "normalise", "aggregate"])
    profile = build(spec, table([[1.0, 2, np.nan, 4], [2, 3, 4, 5], [3, 5, 6, 7]]))
    assert profile.coverage[0, -3:].tolist() == [0.5, 1.0, 0.75]
    assert np.isfinite(profile.index).all()


# Outliers


def test_an_indicator_is_treated_where_skewness_and_kurtosis_are_both_at_their_limits_or_above():
    values = np.array([*range(1, 11), 30.0, 100.0])
    skew, kurt = float(treatment.skewness(values)), float(treatment.kurtosis(values))
    assert not treatment.passes(values, skew=skew, kurt=kurt)
    assert treatment.passes(values, skew=skew * (1 + 1e-9), kurt=kurt)
    assert treatment.passes(values, skew=skew, kurt=kurt * (1 + 1e-9))


def test_at_most_the_points_allowed_are_changed_and_the_low_end_counts_with_the_high():
    values = np.array([*np.linspace(10, 11, 30), 1e3, 1e5, 1e7])
    for most in (1, 2):
        assert (treatment.winsorise(values, max_points=most) != values).sum() == most
    changed = treatment.winsorise(np.array([-1e6, -1e5, *np.linspace(10, 11, 40), 1e7]), max_points=2)
    assert (changed.min(), changed.max()) == (-1e5, 11)
    tied = treatment.winsorise(np.array([*np.linspace(10, 11, 40), 1e5, 1e7, 1e7]), max_points=1)
    assert tied[-3:].tolist() == [1e5, 1e5, 1e5]
    assert treatment.winsorise(values, max_points=0).tolist() == values.tolist()


def test_a_value_on_a_fence_stays_and_one_beyond_it_moves_to_the_fence():
    values = np.array([0.0, 1, 2, 3, 6, 6.1])
    low, high = treatment.fences(values, "iqr", {})
    q1, q3 = np.quantile(values, [0.25, 0.75])
    assert (low, high) == pytest.approx((q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)))
    ((step, after),) = treatment.treat_column(np.array([0.0, 1, 2, 3, 4, 50]), {"method": "iqr"})
    edge = treatment.fences(np.array([0.0, 1, 2, 3, 4, 50]), "iqr", {})[1]
    assert (step, after.tolist()) == ("iqr", [0, 1, 2, 3, 4, edge])
    assert treatment.treat_column(np.array([0.0, 1, 2, 3]), {"method": "iqr"}) == []


def test_three_values_are_too_few_to_be_treated_and_four_are_enough():
    assert treatment.treat_column(np.array([1.0, 2, 1e9, np.nan]), {"method": "percentile"}) == []
    assert treatment.treat_column(np.array([1.0, 2, 3, 1e9]), {"method": "percentile"}) != []


def test_the_logarithm_of_the_coin_tool_keeps_the_order_and_starts_at_a_hundredth_of_the_range():
    values = np.array([5.0, 10, 105])
    assert treatment.log_coin(values) == pytest.approx(np.log([1, 6, 101]))
    assert treatment.log_shift(values) == pytest.approx(np.log([1, 6, 101]))
    assert treatment.log_coin(values * 10) == pytest.approx(np.log([10, 60, 1010]))


# Medians and orders


def test_a_weighted_median_lies_between_two_where_exactly_half_of_the_weight_lies_below():
    values = np.array([[1.0], [2.0], [10.0]])
    for weights, median in (([1, 1, 2], 6.0), ([1, 1, 2.01], 10.0), ([1, 1, 1.99], 2.0), ([2, 1, 1], 1.5)):
        assert aggregation.weighted_median(values, np.array(weights, float)) == pytest.approx([median]), weights
