"""Flags, trends and parts of a change: both sides of each threshold."""

import numpy as np
import pytest
from scipy import stats
from tests.comparison.worlds import flat, table

from kenes.comparison import build, correlations, cronbach_alpha, decompose, effective_weights, strengths, trends
from kenes.comparison.readings import checks
from kenes.comparison.readings.structure import removal_study
from kenes.comparison.steps.correlating import components
from kenes.vocabulary.errors import BadInput

NONE = [{"normalise": {"method": "none"}}, "aggregate"]


def _pair(r):
    """Two indicators whose correlation is exactly r, up to rounding."""
    x = np.array([1.0, -1, 1, -1])
    y = np.array([1.0, 1, -1, -1])
    return np.column_stack([x, r * x + np.sqrt(1 - r**2) * y])


def _flags(values, **options):
    profile = build(flat(values.shape[1], NONE), table(values))
    return {(c.a, c.b): c.flag for c in correlations(profile, **options)}


def test_siblings_are_redundant_from_the_limit_on_and_negative_up_to_the_other():
    for r, flag in ((0.921, "redundant"), (0.919, None), (-0.401, "negative"), (-0.399, None), (0.0, None)):
        assert _flags(_pair(r))["i0", "i1"] == flag, r
    exact = build(flat(2, NONE), table(_pair(0.5)))
    (own,) = [c.r for c in correlations(exact) if (c.a, c.b) == ("i0", "i1")]
    for high, flag in ((own, "redundant"), (own + 1e-9, None)):
        assert {(c.a, c.b): c.flag for c in correlations(exact, high=high)}["i0", "i1"] == flag


def test_an_indicator_is_weak_below_three_tenths_with_its_parent_and_never_redundant_with_it():
    x, y = np.array([1.0, -1, 1, -1]), np.array([1.0, 1, -1, -1])
    for share, flag in ((0.31, None), (0.29, "weak")):
        # i1 plus i0 has the correlation `share` with i0
        other = np.sqrt(1 / share**2 - 1) * y
        flags = _flags(np.column_stack([x, other]))
        assert flags["i0", "index"] == flag
        assert flags["i1", "index"] is None


def test_pairs_that_are_not_related_carry_no_flag():
    nodes = [{"id": "index"}, {"id": "p", "parent": "index"}, {"id": "q", "parent": "index"}]
    nodes += [{"id": "i0", "parent": "p"}, {"id": "i1", "parent": "q"}]
    profile = build({"nodes": nodes, "steps": NONE}, table(_pair(0.99)))
    found = {(c.a, c.b): c.flag for c in correlations(profile, pairs="all")}
    assert found["i0", "i1"] is None
    assert found["p", "q"] == "redundant"


def test_statistics_flag_from_their_thresholds_on():
    def flags(values):
        return checks.statistics(build(flat(1, NONE), table(np.array(values, float)[:, None])))[0].flags

    assert "gaps" not in flags([*range(13), *[np.nan] * 7])
    assert "gaps" in flags([*range(12), *[np.nan] * 8])
    assert "few_values" in flags([0, 0, 0, 1, 2, 3])
    assert "few_values" not in flags([0, 0, 0, 1, 2, 3, 4])
    skewed = [*range(1, 11), 30.0]
    assert abs(stats.skew(skewed, bias=False)) > 2
    assert stats.kurtosis(skewed, bias=False) > 3.5
    assert "outliers" in flags(skewed)
    assert "outliers" not in flags([*range(1, 11), 20.0])
    assert flags([np.nan, np.nan]) == ("gaps",)


def test_statistics_are_those_of_the_places_that_have_a_value():
    values = np.array([1.0, 2, 3, 4, 10, np.nan])
    (found,) = checks.statistics(build(flat(1, NONE), table(values[:, None])))
    present = values[:5]
    assert (found.places, found.share, found.minimum, found.maximum) == (5, 5 / 6, 1, 10)
    assert (found.q1, found.median, found.q3) == tuple(np.quantile(present, [0.25, 0.5, 0.75]))
    assert (found.mean, found.sd) == pytest.approx((present.mean(), present.std(ddof=1)))


@pytest.mark.parametrize(("limit", "found"), [(0.79, ["i0"]), (0.81, [])])
def test_an_indicator_follows_size_from_the_limit_on_in_either_direction(limit, found):
    ranks = np.array([1.0, 2, 3, 5, 4])  # rank correlation 0.9 with the size
    values = np.array([2.0, 1, 3, 5, 4])  # and 0.8
    assert stats.spearmanr(values, np.arange(5)).statistic == pytest.approx(0.8)
    for sign in (1, -1):
        data = {**table(np.column_stack([sign * values, ranks])), "people": np.arange(1.0, 6)}
        spec = flat(2, [{"denominate": {}}, *NONE], nodes={"i1": {"denominator": "people"}})
        told = checks.size_findings(build(spec, data), limit=limit)
        assert [f.message.split()[0] for f in told] == found


def test_trends_need_two_years_for_a_slope_and_three_for_an_interval():
    rows = [("a", 2020, 1.0), ("b", 2020, 1.0), ("b", 2021, 3.0), ("c", 2020, 1.0), ("c", 2021, 2.0), ("c", 2023, 7.0)]
    place, year, value = zip(*rows, strict=True)
    data = {"place": place, "year": year, "i0": value}
    found = {t.place: t for t in trends(build(flat(1, NONE, time_column="year"), data))}
    assert np.isnan([found["a"].slope, found["a"].low]).all()
    assert found["b"].slope == 2
    assert np.isnan([found["b"].low, found["b"].high]).all()
    line = stats.linregress([2020, 2021, 2023], [1.0, 2, 7])
    reach = stats.t.ppf(0.95, 1) * line.stderr
    c = found["c"]
    assert (c.slope, c.low, c.high) == pytest.approx((line.slope, line.slope - reach, line.slope + reach))
    assert [found[p].years for p in "abc"] == [1, 2, 3]


def test_a_change_is_of_data_method_or_membership_where_only_that_changed():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(6, 3))
    steps = ["normalise", "aggregate"]
    before = build(flat(3, steps), table(values))
    moved = decompose(before, build(flat(3, steps), table(values + rng.normal(size=(6, 3)))))
    assert all(c.method == pytest.approx(0) == pytest.approx(c.membership) for c in moved)
    assert any(abs(c.data) > 1 for c in moved)
    other = decompose(before, build(flat(3, [{"normalise": "rank"}, "aggregate"]), table(values)))
    assert all(c.data == pytest.approx(0) == pytest.approx(c.membership) for c in other)
    more = decompose(before, build(flat(3, steps), table(np.vstack([values, [[9.0] * 3]]))))
    assert all(c.data == pytest.approx(0) == pytest.approx(c.method) for c in more)
    assert any(abs(c.membership) > 1 for c in more)
    with pytest.raises(BadInput):
        decompose(before, build(flat(2, steps), table(values)))


def test_alpha_needs_two_indicators_and_three_complete_places():
    assert np.isfinite(cronbach_alpha(np.array([[1.0, 2], [2, 3], [4, 4]])))
    assert np.isnan(cronbach_alpha(np.array([[1.0, 2], [2, 3], [4, np.nan]])))
    assert np.isnan(cronbach_alpha(np.array([[1.0], [2], [3]])))


def test_components_need_more_places_than_indicators():
    values = np.random.default_rng(4).normal(size=(4, 3))
    assert components(values).places == 4
    with pytest.raises(BadInput):
        components(values[:3])
    with pytest.raises(BadInput):
        components(np.column_stack([values, [1.0] * 4])[:, 2:])


def test_strengths_are_the_widest_gaps_first_and_what_lies_on_the_median_is_neither():
    nodes = {f"i{k}": {"goalposts": [0, 100]} for k in range(5)}
    values = [[90.0, 70, 50, 30, 10], *[[50.0] * 5] * 3]
    profile = build(flat(5, [{"normalise": "goalposts"}, "aggregate"], nodes=nodes), table(values))
    strong, weak = strengths(profile, "c0000")
    assert [(s.node, s.gap) for s in strong] == [("i0", 40.0), ("i1", 20.0)]
    assert [(s.node, s.gap) for s in weak] == [("i4", -40.0), ("i3", -20.0)]
    assert [len(side) for side in strengths(profile, "c0000", k=1)] == [1, 1]
    assert strengths(profile, "c0000", ("c0001",))[0][0].peers == 50


def test_effective_weights_multiply_on_the_way_up_and_removal_leaves_single_children_alone():
    nodes = [{"id": "index"}, {"id": "p", "parent": "index", "weight": 3}, {"id": "q", "parent": "index"}]
    nodes += [{"id": "i0", "parent": "p", "weight": 1}, {"id": "i1", "parent": "p", "weight": 4}]
    nodes += [{"id": "i2", "parent": "q"}]
    profile = build({"nodes": nodes, "steps": NONE}, table([[1.0, 5, 2], [2, 3, 9], [3, 1, 4]]))
    found = dict(zip(profile.spec.tree.ids, effective_weights(profile), strict=True))
    assert found == pytest.approx({"i0": 0.15, "i1": 0.6, "i2": 0.25, "p": 0.75, "q": 0.25, "index": 1.0})
    assert set(removal_study(profile)) == {"i0", "i1", "p", "q"}
