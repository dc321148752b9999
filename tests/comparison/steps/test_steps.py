import numpy as np
import pytest
from scipy import stats
from tests.comparison.worlds import flat, table, two_levels

from kenes.comparison import build, uncertainty
from kenes.comparison.declared.plain import with_changes
from kenes.comparison.declared.specification import Goalposts, Node
from kenes.comparison.steps import aggregation, centres, fitting, imputation, normalisation, outranking, treatment
from kenes.vocabulary.errors import BadInput, DefinitionError

RNG = np.random.default_rng(5)


def test_skewness_and_kurtosis_are_those_of_scipy_without_bias():
    values = RNG.lognormal(size=(40, 3))
    values[3, 1] = np.nan
    assert treatment.skewness(values) == pytest.approx(stats.skew(values, bias=False, nan_policy="omit"), rel=1e-12)
    assert treatment.kurtosis(values) == pytest.approx(stats.kurtosis(values, bias=False, nan_policy="omit"), rel=1e-12)


def test_equal_values_have_no_shape_and_pass():
    assert treatment.passes(np.full(10, 0.1))
    assert np.isnan(treatment.skewness(np.full(10, 0.1)))


def test_winsorising_moves_ties_together_and_stops_when_the_shape_passes():
    values = np.array([*range(1, 11), 30.0, 100.0, np.nan])
    treated = treatment.winsorise(values)
    assert treated[-3:-1].tolist() == [30.0, 30.0]
    assert np.isnan(treated[-1])
    tight = treatment.winsorise(values, skew=1, kurt=0.5)
    assert tight[-3:-1].tolist() == [10.0, 10.0]
    assert treatment.winsorise(values, skew=1, kurt=0.5, max_points=1)[-3:-1].tolist() == [30.0, 30.0]


def test_when_winsorising_is_not_enough_the_original_is_transformed():
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 1e3, 1e6, 1e7])
    stages = treatment.treat_column(values, {"method": "winsorise", "max_points": 1, "then": "log_coin"})
    assert [s for s, _ in stages] == ["log_coin"]
    assert stages[0][1] == pytest.approx(np.log(values - 1 + 0.01 * (1e7 - 1)))
    both = treatment.treat_column(values, {"max_points": 1, "then": "log", "combine": True})
    assert [s for s, _ in both] == ["winsorise", "log"]


def test_every_changed_value_is_on_record():
    values = np.column_stack([np.arange(12.0), [*range(10), 90.0, 900.0]])
    treated, changes = treatment.treat(values, [{}, {}])
    assert np.array_equal(treated[:, 0], values[:, 0])
    assert {(c.row, c.column, c.before, c.after) for c in changes} == {(11, 1, 900.0, 90.0)}


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [("iqr", 1 - 1.5 * 2, 3 + 1.5 * 2), ("percentile", 0.2, 80.6), ("mad", 2 - 3.5 / 0.6744897501960817, None)],
)
def test_fences_follow_their_definitions(method, low, high):
    values = np.array([0.0, 1, 2, 3, 100])
    found = treatment.fences(values, method, {})
    assert found[0] == pytest.approx(low)
    if high is not None:
        assert found[1] == pytest.approx(high)


def test_boxcox_at_zero_is_the_logarithm():
    values = np.array([1.0, 4, 9])
    assert treatment.boxcox(values, power=0) == pytest.approx(np.log(values))
    assert treatment.boxcox(values, power=2) == pytest.approx((values**2 - 1) / 2)


X = np.array([3.0, 1.0, np.nan, 5.0, 1.0])


@pytest.mark.parametrize(
    ("settings", "more", "less"),
    [
        ({"method": "min_max"}, [50, 0, None, 100, 0], [50, 100, None, 0, 100]),
        ({"method": "min_max", "low": 1, "high": 10}, [5.5, 1, None, 10, 1], [5.5, 10, None, 1, 10]),
        ({"method": "rank"}, [3, 1, None, 4, 1], [2, 3, None, 1, 3]),
        ({"method": "borda"}, [2, 0, None, 3, 0], [1, 2, None, 0, 2]),
        ({"method": "percentile_rank"}, [2 / 3, 0, None, 1, 0], [1 / 3, 2 / 3, None, 0, 2 / 3]),
        ({"method": "distance_to_max"}, [0.5, 0, None, 1, 0], [0.5, 1, None, 0, 1]),
        ({"method": "fraction_of_max"}, [0.6, 0.2, None, 1, 0.2], [3, 1, None, 5, 1]),
    ],
)
def test_normalisation_by_hand(settings, more, less):
    def as_floats(values):
        return np.array([np.nan if v is None else v for v in values], dtype=float)

    assert normalisation.normalise_column(X, Node("a", direction=1), settings) == pytest.approx(
        as_floats(more), nan_ok=True
    )
    found = normalisation.normalise_column(X, Node("a", direction=-1), settings)
    assert found == pytest.approx(as_floats(less), nan_ok=True)


def test_z_scores_have_the_wanted_mean_and_spread():
    scores = normalisation.z_score(X, mean=100, sd=10)
    present = scores[np.isfinite(scores)]
    assert present.mean() == pytest.approx(100)
    assert present.std(ddof=1) == pytest.approx(10)


def test_swapping_the_goalposts_mirrors_the_score():
    values = RNG.uniform(-5, 30, 50)
    up = normalisation.goalpost_score(values, worst=0, best=20)
    assert up + normalisation.goalpost_score(values, worst=20, best=0) == pytest.approx(np.full(50, 100.0))


def test_distance_to_a_target_and_a_place():
    target = {"method": "distance_to_target", "cap": True}
    found = normalisation.normalise_column(X, Node("a", direction=1, target=3.0), target)
    assert found == pytest.approx([1, 0, np.nan, 1, 0], nan_ok=True)
    place = {"method": "distance_to_reference", "reference": "x"}
    assert normalisation.normalise_column(X, Node("a", direction=1), place, reference_row=0)[3] == pytest.approx(2.0)
    with pytest.raises(BadInput, match=r"Correct normalise\.reference"):
        normalisation.normalise_column(X, Node("a"), place)


def test_an_indicator_without_spread_has_no_relative_position():
    same = np.full(4, 7.0)
    for method in ("min_max", "z_score", "distance_to_max"):
        assert np.isnan(normalisation.normalise_column(same, Node("a"), {"method": method})).all()


def test_goalposts_on_a_logarithm_refuse_zero():
    node = Node("gni", goalposts=Goalposts(100, 75000))
    settings = {"method": "goalposts", "transform": "log", "low": 0, "high": 1}
    scores = normalisation.normalise_column(np.array([100.0, 75000.0, np.sqrt(7.5e6)]), node, settings)
    assert scores == pytest.approx([0, 1, 0.5])
    with pytest.raises(BadInput, match="node gni"):
        normalisation.normalise_column(np.array([0.0]), node, settings)


V = np.array([[1.0, 4.0], [2.0, np.nan], [8.0, 9.0]])
W = np.array([1.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"method": "arithmetic"}, [(1 + 2 + 16) / 4, (4 + 18) / 3]),
        ({"method": "geometric"}, [(1 * 2 * 64) ** 0.25, (4 * 81) ** (1 / 3)]),
        ({"method": "harmonic"}, [4 / (1 + 0.5 + 0.25), 3 / (0.25 + 2 / 9)]),
        ({"method": "power", "power": 2}, [((1 + 4 + 128) / 4) ** 0.5, ((16 + 162) / 3) ** 0.5]),
        ({"method": "median"}, [5.0, 9.0]),
        ({"method": "owa", "order_weights": [3, 2, 1]}, [(24 + 4 + 1) / 6, (27 + 8) / 5]),
        ({"method": "arithmetic", "min_coverage": 0.8}, [(1 + 2 + 16) / 4, np.nan]),
    ],
)
def test_means_by_hand_with_gaps(settings, expected):
    assert aggregation.aggregate(V, W, settings) == pytest.approx(expected, nan_ok=True)
    drawn = aggregation.aggregate(np.repeat(V[:, :, None], 2, 2), np.repeat(W[:, None], 2, 1), settings)
    assert drawn == pytest.approx(np.array([expected, expected]).T, nan_ok=True)


def test_mazziotta_pareto_takes_off_variance_over_mean():
    values = np.array([[110.0], [90.0], [100.0]])
    expected = 100 - (200 / 3) / 100
    assert aggregation.aggregate(values, np.ones(3), {"method": "mpi"})[0] == pytest.approx(expected, abs=1e-12)
    up = aggregation.aggregate(values, np.ones(3), {"method": "ampi", "penalty": 1})[0]
    assert up == pytest.approx(200 - expected, abs=1e-12)


def test_copeland_counts_majorities_and_kemeny_finds_the_best_supported_order():
    values = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [1.0, 3.0, 2.0]])
    matrix = outranking.outranking_matrix(values, np.ones(3))
    assert matrix[0].tolist() == pytest.approx([0.5, 2 / 3, 2 / 3])
    assert outranking.copeland(matrix).tolist() == [2, 0, -2]
    assert outranking.kemeny(matrix).tolist() == [2, 1, 0]


def test_kemeny_is_the_best_of_all_orders():
    import itertools

    values = RNG.normal(size=(5, 6))
    matrix = outranking.outranking_matrix(values, np.ones(5))
    best = max(sum(matrix[a, b] for i, a in enumerate(o) for b in o[i + 1 :]) for o in itertools.permutations(range(6)))
    order = np.argsort(-outranking.kemeny(matrix))
    assert sum(matrix[a, b] for i, a in enumerate(order) for b in order[i + 1 :]) == pytest.approx(best)


def test_group_means_leave_a_gap_where_the_group_has_no_value():
    values = np.array([[1.0], [np.nan], [3.0], [np.nan]])
    filled = imputation.impute(values, {"method": "group_mean"}, groups=["a", "a", "a", "b"])
    assert filled[:, 0] == pytest.approx([1, 2, 3, np.nan], nan_ok=True)
    assert imputation.impute(values, {"method": "median"})[3, 0] == 2.0


def test_time_fills_respect_the_age_limit():
    places, times = ["a"] * 4, np.array([2018.0, 2019, 2021, 2022])
    values = np.array([[10.0], [np.nan], [np.nan], [40.0]])
    latest = imputation.impute(values, {"method": "latest", "limit": 1}, places=places, times=times)
    assert latest[:, 0] == pytest.approx([10, 10, np.nan, 40], nan_ok=True)
    linear = imputation.impute(values, {"method": "linear"}, places=places, times=times)
    assert linear[:, 0] == pytest.approx([10, 17.5, 32.5, 40])


def test_em_recovers_the_line_between_two_indicators():
    x = RNG.normal(size=400)
    values = np.column_stack([x, 3 + 2 * x + RNG.normal(0, 0.05, 400)])
    truth = values[:60, 1].copy()
    values[:60, 1] = np.nan
    filled, mean, cov = fitting.em(values)
    assert np.abs(filled[:60, 1] - truth).max() < 0.25
    # for a monotone pattern the greatest-likelihood fit is the regression on the complete rows (Little and Rubin)
    slope, intercept = np.polyfit(values[60:, 0], values[60:, 1], 1)
    assert filled[:60, 1] == pytest.approx(intercept + slope * x[:60], abs=1e-6)
    assert mean[1] == pytest.approx(intercept + slope * x.mean(), abs=1e-6)
    assert cov[0, 0] == pytest.approx(x.var(), rel=1e-6)


def test_em_gives_the_published_estimates_for_the_apples():
    """Little and Rubin (1987), Statistical Analysis with Missing Data, table 6.4: apple crop and share of wormy
    fruit; mean and covariance as in the documentation of the R package mvnmle (0.1-11), which stops a little early."""
    size = [8, 6, 11, 22, 14, 17, 18, 24, 19, 23, 26, 40, 4, 4, 5, 6, 8, 10]
    worms = [59, 58, 56, 53, 50, 45, 43, 42, 39, 38, 30, 27, *[np.nan] * 6]
    _, mean, cov = fitting.em(np.column_stack([size, worms]))
    assert mean == pytest.approx([14.72227, 49.33325], abs=2e-4)
    assert cov == pytest.approx(np.array([[89.53415, -90.69653], [-90.69653, 114.69470]]), abs=5e-4)
    slope, intercept = np.polyfit(size[:12], worms[:12], 1)  # monotone: the closed form, to the last digits
    assert mean[1] == pytest.approx(intercept + slope * np.mean(size), rel=1e-12)


def test_em_settles_at_the_greatest_likelihood_and_not_near_it():
    values = np.random.default_rng(1).normal(size=(51, 8)) @ np.random.default_rng(2).normal(size=(8, 8))
    values[np.random.default_rng(3).random(values.shape) < 0.2] = np.nan
    filled, mean, cov = fitting.em(values)
    score, information = np.zeros(8), np.zeros((8, 8))  # a step of Newton's on the mean would not move it
    for row in values:
        known = np.isfinite(row)
        if known.any():
            score[known] += np.linalg.solve(cov[np.ix_(known, known)], row[known] - mean[known])
            information[np.ix_(known, known)] += np.linalg.inv(cov[np.ix_(known, known)])
    assert np.abs(np.linalg.solve(information, score)).max() < 1e-10
    assert filled.mean(axis=0) == pytest.approx(mean, abs=1e-11)


def test_nearest_places_fill_as_in_the_example_of_scikit_learn():
    """KNNImputer (n_neighbors=2), example of its documentation, scikit-learn 1.5."""
    values = np.array([[1, 2, np.nan], [3, 4, 3], [np.nan, 6, 5], [8, 8, 7]])
    assert imputation.nearest(values, k=2).tolist() == [[1, 2, 4], [3, 4, 3], [5.5, 6, 5], [8, 8, 7]]


def test_chained_fills_lie_on_the_regressions_of_the_filled_table():
    values = np.random.default_rng(4).normal(size=(60, 1)) + np.random.default_rng(5).normal(size=(60, 4))
    values[np.random.default_rng(6).random(values.shape) < 0.1] = np.nan
    filled = fitting.chained(values)
    for column in range(4):
        known = np.isfinite(values[:, column])
        others = np.column_stack([np.ones(60), np.delete(filled, column, axis=1)])
        line = np.linalg.lstsq(others[known], values[known, column], rcond=None)[0]
        assert filled[~known, column] == pytest.approx(others[~known] @ line, abs=1e-9)


@pytest.mark.parametrize("method", ["em", "knn", "chained", "multiple"])
def test_a_method_that_learns_sees_one_branch_at_a_time(method):
    rng = np.random.default_rng(7)
    values = rng.normal(size=(40, 1)) + rng.normal(size=(40, 6))
    values[3, 0] = np.nan
    spec = two_levels(2, 6, [{"impute": {"method": method, "by": "branch"}}, "normalise", "aggregate"])
    alone = {
        "seed": 0,
        "nodes": flat(3, [])["nodes"],
        "steps": [{"impute": {"method": method}}, "normalise", "aggregate"],
    }
    by_branch = build(spec, table(values)).stages["imputed"]
    assert by_branch[3, 0] == build(alone, table(values[:, ::2])).stages["imputed"][3, 0]
    assert by_branch[3, 0] != build({**spec, "steps": alone["steps"]}, table(values)).stages["imputed"][3, 0]


def test_a_group_may_be_named_with_the_plain_mean_too_and_what_cannot_be_grouped_is_refused():
    data = {**table([[1.0], [3.0], [np.nan], [10.0]]), "g": ["a", "a", "a", "b"]}
    steps = [{"impute": {"method": "mean", "by": "g"}}, "normalise", "aggregate"]
    assert build(flat(1, steps), data).stages["imputed"][2, 0] == 2
    for method, by in (("em", "g"), ("latest", "branch"), ("group_mean", "branch")):
        with pytest.raises(DefinitionError, match="impute"):
            build(flat(1, [{"impute": {"method": method, "by": by}}, "normalise", "aggregate"]), data)


@pytest.mark.parametrize("method", ["knn", "chained", "multiple", "mean"])
def test_imputation_keeps_what_is_there_and_fills_what_is_not(method):
    values = RNG.normal(size=(40, 4)) + np.arange(40)[:, None]
    values[[3, 9], [0, 2]] = np.nan
    filled = imputation.impute(values, {"method": method}, rng=np.random.default_rng(1))
    present = np.isfinite(values)
    assert np.array_equal(filled[present], values[present])
    assert np.isfinite(filled).all()
    if method != "mean":
        assert abs(filled[3, 0] - 3) < 5


def test_a_gap_filled_by_branch_takes_the_siblings_on_a_common_scale():
    """a runs from 0 to 10, b from 100 to 300 and less is better; c is of another branch."""
    values = np.array([[0.0, 300.0, 5.0], [10.0, 100.0, np.nan], [5.0, np.nan, 1.0], [np.nan, 150.0, 2.0]])
    turned = np.array([1.0, -1.0, 1.0])
    filled = centres.fill_by_siblings(values, [[0, 1], [2]], turned, np.mean)
    assert filled[2, 1] == 200.0
    assert filled[3, 0] == 7.5
    assert np.isnan(filled[1, 2])
    assert filled[np.isfinite(values)].tolist() == values[np.isfinite(values)].tolist()


def test_filling_by_branch_is_a_step_of_a_build_and_follows_direction_and_tree():
    nodes = [
        {"id": "index"},
        {"id": "air", "parent": "index"},
        {"id": "rest", "parent": "index"},
        {"id": "a", "parent": "air"},
        {"id": "b", "parent": "air", "direction": -1},
        {"id": "c", "parent": "rest"},
    ]
    data = {"place": list("wxyz"), "a": [0, 10, 5, None], "b": [300, 100, None, 150], "c": [5, None, 1, 2]}
    steps = [{"impute": {"method": "mean", "by": "branch"}}, "normalise", "aggregate"]
    profile = build({"nodes": nodes, "steps": steps}, data)
    assert profile.stages["imputed"][2, 1] == 200.0
    assert profile.stages["imputed"][3, 0] == 7.5
    assert np.isnan(profile.stages["imputed"][1, 2])
    moved = profile.workshop.build(with_changes(profile.spec, {"nodes.b.direction": 1}))
    assert moved.stages["imputed"][3, 0] == 2.5
    assert np.isfinite(uncertainty(profile, 20, factors=[{"kind": "gaps"}]).score_low[:, -1]).all()


def test_filling_along_the_row_needs_one_scale_and_makes_it_where_there_is_none():
    data = {"place": list("wxyz"), "a": [0, 10, 5, None], "b": [300, 100, None, 150]}
    nodes = [{"id": "index"}, {"id": "a", "parent": "index"}, {"id": "b", "parent": "index", "direction": -1}]
    row = {"impute": {"method": "mean", "axis": "row"}}
    first = build({"nodes": nodes, "steps": [row, "normalise", "aggregate"]}, data)
    assert first.stages["imputed"][2:, :].tolist() == [[5, 200], [7.5, 150]]
    after = build({"nodes": nodes, "steps": [{"normalise": {"low": 0, "high": 10}}, row, "aggregate"]}, data)
    assert after.normalised[2:].tolist() == [[5, 5], [7.5, 7.5]]
