import numpy as np
import pytest
from scipy import stats
from tests.comparison.worlds import flat, table, two_levels

from kenes.comparison import (
    build,
    correlations,
    cronbach_alpha,
    decompose,
    effective_weights,
    importance,
    rank_sets,
    trends,
    uncertainty,
)
from kenes.comparison.readings import checks
from kenes.comparison.readings.structure import removal_study
from kenes.comparison.steps import weights
from kenes.comparison.steps.correlating import components
from kenes.vocabulary.errors import BadInput, DefinitionError

RNG = np.random.default_rng(12)
STEPS = ["normalise", "aggregate"]


def correlated(rows=60, columns=5):
    rng = np.random.default_rng(3)
    return rng.normal(size=(rows, 1)) + rng.normal(size=(rows, columns)) * np.linspace(0.5, 1.5, columns)


def test_correlations_carry_flags_and_agree_with_scipy():
    values = correlated()
    values[:, 1] = values[:, 0] * 2 + 0.01 * RNG.normal(size=60)
    values[:, 2] = -values[:, 0] + 0.5 * RNG.normal(size=60)
    profile = build(flat(5, STEPS), table(values))
    found = {(c.a, c.b): c for c in correlations(profile)}
    assert found["i0", "i1"].flag == "redundant"
    assert found["i0", "i2"].flag == "negative"
    expected = stats.pearsonr(values[:, 3], values[:, 4])
    assert (found["i3", "i4"].r, found["i3", "i4"].p) == pytest.approx((expected.statistic, expected.pvalue))
    assert ("i0", "index") in found


def test_alpha_of_parallel_indicators_follows_spearman_and_brown():
    values = correlated()
    alpha = cronbach_alpha(values, standardised=True)
    k, mean = 5, (np.corrcoef(values.T).sum() - 5) / 20
    assert alpha == pytest.approx(k * mean / (1 + (k - 1) * mean))
    assert cronbach_alpha(np.column_stack([values[:, 0]] * 3)) == pytest.approx(1)


def test_components_of_two_indicators_are_one_plus_and_minus_the_correlation():
    values = correlated(columns=2)
    r = np.corrcoef(values.T)[0, 1]
    found = components(values)
    assert found.eigenvalues == pytest.approx([1 + r, 1 - r])
    assert found.kmo == pytest.approx(0.5)
    assert found.bartlett_chi2 == pytest.approx(-(60 - 1 - 9 / 6) * np.log(1 - r**2))


def test_effective_weights_sum_to_one_and_importance_follows_correlation():
    profile = build(two_levels(2, 5, STEPS), table(correlated()))
    effective = effective_weights(profile)
    assert effective[:5].sum() == pytest.approx(1)
    assert effective[profile.position("i0")] == pytest.approx(1 / 6)
    assert importance(profile).sum() == pytest.approx(1)


def test_removal_is_measured_in_ranks():
    profile = build(flat(3, STEPS), table([[1.0, 9, 5], [2, 1, 5], [3, 2, 5.5], [4, 3, 5.1]]))
    study = removal_study(profile)
    assert set(study) == {"i0", "i1", "i2"}
    assert study["i1"] > 0


def test_statistics_flag_outliers_gaps_and_constants():
    values = np.column_stack(
        [[*range(19), 1e6], [*[np.nan] * 10, *range(10)], [7.0] * 20, [0.0] * 11 + list(range(1, 10))]
    )
    profile = build(flat(4, STEPS), table(values))
    flags = {s.node: s.flags for s in checks.statistics(profile)}
    assert flags["i0"] == ("outliers",)
    assert "gaps" in flags["i1"]
    assert flags["i2"] == ("constant",)
    assert flags["i3"] == ("few_values",)
    assert checks.availability(profile)[0, -1] == 0.75


def test_an_indicator_that_follows_size_is_found():
    size = np.arange(1.0, 11)
    data = {**table(np.column_stack([size * 3, size[::-1] ** 0 * RNG.normal(size=10), size])), "people": size}
    spec = flat(3, [{"denominate": {}}, *STEPS], nodes={"i2": {"denominator": "people"}})
    data["i2"] = data["i2"] * RNG.uniform(1, 2, 10)
    found = checks.size_findings(build(spec, data))
    assert [f.message.split()[0] for f in found] == ["i0"]


ALL_WEIGHTS = [weights.entropy, weights.critic, weights.merec, weights.principal]


@pytest.mark.parametrize("method", ALL_WEIGHTS)
def test_weights_from_data_sum_to_one_and_none_is_negative(method):
    values = np.exp(correlated() / 3)
    found = method(values)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    assert method(values[:, ::-1])[::-1] == pytest.approx(found)


def test_merec_gives_the_published_weights():
    """Keshavarz-Ghorabaee et al. (2021), Symmetry 13(4), 525, illustrative example: two criteria of benefit, two of
    cost, which enter as their reciprocals."""
    table = np.array(
        [[450, 8000, 54, 145], [10, 9100, 2, 160], [100, 8200, 31, 153], [220, 9300, 1, 162], [5, 8400, 23, 158.0]]
    )
    table[:, 2:] = 1 / table[:, 2:]
    assert weights.merec(table).round(4).tolist() == [0.5752, 0.0141, 0.4016, 0.0091]


def test_entropy_gives_nothing_to_an_indicator_that_is_the_same_everywhere():
    assert weights.entropy(np.column_stack([np.ones(5), np.arange(1.0, 6)])) == pytest.approx([0, 1])


def test_pairwise_judgements_that_agree_have_ratio_zero():
    wanted = np.array([0.5, 0.3, 0.2])
    found = weights.pairwise(wanted[:, None] / wanted[None])
    assert found.weights == pytest.approx(wanted)
    assert found.ratio == pytest.approx(0, abs=1e-12)
    # OECD/JRC Handbook: the scale 1-9 with a contradiction is beyond the usual 0.1
    assert weights.pairwise(np.array([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])).ratio > 1
    with pytest.raises(DefinitionError, match="Correct the pair"):
        weights.pairwise(np.array([[1, 2], [2, 1]]))


def test_best_worst_recovers_weights_from_consistent_judgements():
    found = weights.best_worst([1, 2, 4], [4, 2, 1])
    assert found.weights == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert found.ratio == pytest.approx(0, abs=1e-9)


def test_a_budget_is_a_mean_of_shares():
    assert weights.budget(np.array([[1, 1], [30, 10]])) == pytest.approx([0.625, 0.375])


def test_weights_towards_importance_reach_it():
    values = correlated()
    chosen = np.array([0.05, 0.3, 0.25, 0.1, 0.3])
    found, rest = weights.towards_importance(values, weights.importance_of(values, chosen))
    assert rest < 1e-8
    assert found == pytest.approx(chosen, abs=1e-4)
    beyond = weights.towards_importance(values, np.array([1.0, 0, 0, 0, 0]))
    assert beyond[1] > 0.1
    assert beyond[0].sum() == pytest.approx(1)


def test_rank_sets_hold_more_than_single_intervals_and_tiers_are_apart():
    nodes = {f"i{k}": {"goalposts": [0, 100]} for k in range(3)}
    values = np.array([[90.0] * 3, [88] * 3, [50] * 3, [49] * 3, [5] * 3])
    profile = build(
        flat(3, [{"normalise": "goalposts"}, "aggregate"], nodes=nodes), table(values), errors=np.full((5, 3), 2.0)
    )
    found = uncertainty(profile, 2000, factors=[{"kind": "errors"}])
    sets = rank_sets(found)
    assert sets.tier.tolist() == [1, 1, 2, 2, 3]
    assert sets.low.tolist() == [1, 1, 3, 3, 5]
    assert sets.high.tolist() == [2, 2, 4, 4, 5]
    assert sets.apart[0, 2]
    assert not sets.apart[0, 1]
    assert 1.645 < sets.critical < 4


def panel(years=(2018, 2019, 2020)):
    rows = [(p, y, 10 * i + (y - 2018) * (i + 1), 5.0 * i + y - 2018) for i, p in enumerate("abc") for y in years]
    place, year, first, second = zip(*rows, strict=True)
    return {"place": place, "year": year, "i0": first, "i1": second}


def test_trends_follow_straight_lines_and_a_year_is_the_cross_section():
    nodes = {"i0": {"goalposts": [0, 100]}, "i1": {"goalposts": [0, 100]}}
    spec = flat(2, [{"normalise": "goalposts"}, "aggregate"], nodes=nodes, time_column="year")
    found = trends(build(spec, panel()))
    assert [t.slope for t in found] == pytest.approx([1.0, 1.5, 2.0])
    assert found[0].low == pytest.approx(1.0)
    one = build(flat(2, STEPS, time_column="year"), panel((2019,)))
    alone = build(flat(2, STEPS), {k: v for k, v in panel((2019,)).items() if k != "year"})
    assert np.array_equal(one.index, alone.index)
    with pytest.raises(BadInput, match="Name time_column"):
        trends(alone)


def test_a_frozen_reference_keeps_the_scale_of_its_year():
    steps = [{"normalise": {"method": "min_max", "reference": 2018}}, "aggregate"]
    profile = build(flat(2, steps, time_column="year"), panel())
    scores = {(p, y): s for p, y, s in zip(profile.places, profile.inputs.times, profile.index, strict=True)}
    assert scores["a", 2018] == 0
    assert scores["c", 2018] == 100
    assert scores["c", 2020] > 100


def test_a_change_is_split_into_parts_that_add_up():
    values = RNG.normal(size=(6, 3))
    before = build(flat(3, STEPS), table(values))
    later = table(np.vstack([values[:5] + 0.3 * RNG.normal(size=(5, 3)), [[9.0] * 3]]))
    later["place"] = [*later["place"][:5], "new"]
    after = build(flat(3, [{"normalise": "rank"}, "aggregate"]), later)
    found = decompose(before, after)
    assert [c.place for c in found] == [f"c{k:04d}" for k in range(5)]
    for change in found:
        assert change.data + change.method + change.membership == pytest.approx(change.total)
    same = decompose(before, build(flat(3, STEPS), table(values)))
    assert all(c.total == 0 == c.method == c.data for c in same)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
@pytest.mark.parametrize("gaps", [False, True])
def test_all_pairs_are_correlated_as_scipy_does_each_once(method, gaps):
    values = correlated(columns=4)
    values[:, 3] = np.round(values[:, 3])
    if gaps:
        values[3, 1] = np.nan
    profile = build(two_levels(2, 4, STEPS), table(values))
    found = correlations(profile, method=method, pairs="all")
    assert len(found) == 7 * 6 / 2 == len({frozenset((c.a, c.b)) for c in found})
    tests = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}
    for c in found:
        x, y = profile.node(c.a), profile.node(c.b)
        both = np.isfinite(x) & np.isfinite(y)
        expected = tests[method](x[both], y[both])
        assert (c.r, c.p) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9, abs=1e-12)
    related = {(c.a, c.b): c for c in correlations(profile, method=method)}
    assert {k: v for k, v in ((((c.a, c.b), c)) for c in found) if k in related} == related


def test_indicators_that_cancel_each_other_out_have_no_alpha():
    values = np.column_stack([np.arange(5.0), -np.arange(5.0)])
    assert np.isnan(cronbach_alpha(values))
    assert np.isnan(cronbach_alpha(values, standardised=True))
    assert np.isnan(cronbach_alpha(np.column_stack([np.arange(5.0), np.ones(5)]), standardised=True))
