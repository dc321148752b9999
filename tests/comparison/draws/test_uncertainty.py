import numpy as np
import pytest
from tests.comparison.worlds import asem, asem_steps, flat, table, two_levels

from kenes.comparison import build, uncertainty, what_if
from kenes.comparison.declared.coin import from_coin
from kenes.comparison.declared.plain import with_changes
from kenes.comparison.draws import drawing, intervals
from kenes.comparison.draws.factors import realise
from kenes.comparison.draws.influence import designs, exact_shares, sensitivity, shares_of, sobol
from kenes.comparison.draws.recipes import recipe
from kenes.comparison.draws.shapley import drawn_effects, shapley_effects
from kenes.comparison.steps import fitting
from kenes.vocabulary.errors import BadInput, DefinitionError

RNG = np.random.default_rng(4)
WEIGHTS = {"kind": "weights", "distribution": "dirichlet", "concentration": 5}
METHODS = {"path": "normalise.method", "values": ["min_max", "rank", "z_score"], "kind": "alternatives"}
POSITIVE = {"normalise": {"method": "min_max", "low": 1, "high": 100}}


@pytest.fixture(scope="module")
def europe():
    rows, meta = asem()
    plain, data = from_coin(rows, meta, steps=asem_steps())
    return build(plain, data)


def world(rows=40, leaves=8, gaps=False, **fields):
    values = np.random.default_rng(3).normal(size=(rows, leaves))
    if gaps:
        values[np.random.default_rng(2).random(values.shape) < 0.1] = np.nan
    return build(
        two_levels(2, leaves, [POSITIVE, {"aggregate": fields.pop("method", "arithmetic")}], **fields), table(values)
    )


def same(a, b):
    names = ("score_low", "score_high", "rank_low", "rank_high", "drawn", "drawn_ranks")
    return all(np.array_equal(getattr(a, n), getattr(b, n), equal_nan=True) for n in names)


@pytest.mark.parametrize(
    "factors", [[WEIGHTS, METHODS, {"kind": "leave_one_out"}], [{"kind": "errors", "share": 0.1}, WEIGHTS]]
)
def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers(europe, factors):
    first = uncertainty(europe, 600, seed=1, factors=factors, workers=1)
    assert same(first, uncertainty(europe, 600, seed=1, factors=factors, workers=3))
    assert not same(first, uncertainty(europe, 600, seed=2, factors=factors))


def test_intervals_nest_and_hold_the_share_of_draws_that_they_say():
    profile = world()
    narrow, wide = (uncertainty(profile, 500, factors=[WEIGHTS], level=level) for level in (0.5, 0.9))
    assert (wide.score_low <= narrow.score_low).all()
    assert (wide.score_high >= narrow.score_high).all()
    assert (wide.rank_low <= narrow.rank_low).all()
    inside = (wide.draw_ranks >= wide.rank_low[:, [-1]]) & (wide.draw_ranks <= wide.rank_high[:, [-1]])
    assert (inside.mean(axis=1) >= 0.9).all()
    assert (wide.rank_low <= wide.rank_high).all()


def test_quantiles_are_of_type_seven():
    values = RNG.normal(size=(5, 77))
    low, high = intervals._quantiles(values, 0.9)
    assert low == pytest.approx(np.quantile(values, 0.05, axis=1), abs=1e-12)
    assert high == pytest.approx(np.quantile(values, 0.95, axis=1), abs=1e-12)


def test_ranks_of_draws_share_the_smallest_and_leave_gaps_out():
    found = intervals.rank_draws(np.array([[3.0, 9, 9, np.nan], [1, 2, 3, 4]]))
    assert found.tolist() == [[3, 1, 1, 0], [4, 3, 2, 1]]


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize(
    "method", ["arithmetic", "geometric", "harmonic", "median", {"method": "power", "power": 2}, "mpi"]
)
def test_draws_with_nominal_weights_repeat_the_build(method, gaps):
    profile = world(method=method, gaps=gaps)
    tree = profile.spec.tree
    plan = realise(
        profile.spec, ({"kind": "weights", "distribution": "uniform", "spread": 0},), np.full((3, 1), 0.5), 0
    )
    rows = np.flatnonzero(profile.ranked)
    drawn = drawing.scores_of(profile, plan, rows, list(tree.aggregates))
    for k, position in enumerate(tree.aggregates):
        for d in range(3):
            assert drawn[k, d] == pytest.approx(profile.scores[rows, position], abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "median", "copeland"])
@pytest.mark.parametrize("factor", ["weights", "errors"])
def test_a_branch_without_coverage_stays_missing_in_every_draw(method, factor):
    values = np.random.default_rng(3).normal(size=(15, 8))
    values[2, [0, 2, 4]] = np.nan
    values[5, 1] = np.nan
    values[9, :7] = np.nan
    steps = [POSITIVE, {"aggregate": {"method": method, "min_coverage": 0.5}}]
    profile = build(two_levels(2, 8, steps), table(values))
    assert np.isnan(profile.node("p0")[2])
    factors = [{"kind": factor, "distribution": "uniform", "spread": 0, "share": 0.0}]
    found = uncertainty(profile, 3, factors=factors)
    assert np.isnan(found.score_low[2, 0])
    assert not found.ranked[9]
    assert found.score_low == pytest.approx(np.where(found.ranked[:, None], found.score, np.nan), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("method", ["bod", "copeland"])
def test_methods_that_compare_places_draw_against_all_places(method):
    values = np.random.default_rng(3).uniform(1, 2, size=(15, 3))
    values[4] = 3.0
    plain = flat(3, [{"aggregate": {"method": method}}])
    profile = build(plain, table(values))
    profile.ranked[4] = False
    found = uncertainty(profile, 3, factors=[{"kind": "weights", "distribution": "uniform", "spread": 0}])
    ranked = profile.ranked
    assert found.score_low[ranked] == pytest.approx(profile.scores[ranked][:, -1:], abs=1e-9)


def test_an_indicator_left_out_leaves_the_frontier_too():
    values = np.random.default_rng(3).uniform(1, 2, size=(12, 3))
    profile = build(flat(3, [{"aggregate": "bod"}]), table(values))
    without = build(flat(2, [{"aggregate": "bod"}]), table(values[:, 1:]))
    weights = profile.workshop.build(with_changes(profile.spec, {"nodes.i0.weight": 0}))
    assert weights.index == pytest.approx(without.index)


def test_the_spread_of_multiple_imputation_goes_on_into_the_draws():
    rng = np.random.default_rng(5)
    base = rng.normal(size=(60, 1))
    values = base + 0.2 * rng.normal(size=(60, 4))
    values[7, 2] = np.nan
    nodes = {f"i{k}": {"goalposts": [-5, 5]} for k in range(4)}

    def width(method):
        plain = flat(4, [{"impute": {"method": method}}, {"normalise": "goalposts"}, "aggregate"], nodes=nodes)
        found = uncertainty(build(plain, table(values)), 400, factors=[{"kind": "gaps"}])
        spread = (found.score_high - found.score_low)[:, -1]
        assert np.delete(spread, 7) == pytest.approx(np.zeros(59), abs=1e-9)
        return spread[7]

    assert 0 < width("multiple") < width("mean") / 2


def test_drawn_weights_give_the_index_of_those_weights():
    profile = world(gaps=True)
    plan = realise(profile.spec, (WEIGHTS, {"kind": "leave_one_out"}), RNG.random((5, 2)), 9)
    drawn = drawing.scores_of(profile, plan, np.arange(40), [profile.spec.tree.root])[0]
    for d in range(5):
        weights = dict(zip(profile.spec.tree.ids, plan.weights[:, d], strict=True))
        other = with_changes(profile.spec, {"weights": {"set": "d", "sets": {"d": weights}}})
        assert drawn[d] == pytest.approx(profile.workshop.build(other).index, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    "steps",
    [
        asem_steps(),
        asem_steps(impute=None, normalise={"method": "z_score", "mean": 100, "sd": 10}),
        asem_steps(normalise={"method": "rank"}, treat={"method": "winsorise", "max_points": None}),
        asem_steps(normalise={"method": "percentile_rank"}, treat={"method": "none", "then": "log"}),
        asem_steps(
            normalise={"method": "min_max", "low": 1}, aggregate={"method": "geometric"}, impute={"method": "mean"}
        ),
        asem_steps(
            treat={"method": "winsorise", "max_points": 2, "then": "log_coin", "combine": True}, normalise="borda"
        ),
        asem_steps(treat=None, normalise="distance_to_max", impute=None),
        [{"denominate": {"scale": 1000}}, {"screen": {"min_coverage": 0.95}}, "normalise", "aggregate"],
    ],
)
def test_compiled_draws_equal_the_array_functions(steps, monkeypatch):
    rows, meta = asem()
    compiled, plainly = both_ways(build(*from_coin(rows, meta, steps=steps)), monkeypatch)
    assert compiled == pytest.approx(plainly, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("mean", ["arithmetic", "geometric", "harmonic"])
@pytest.mark.parametrize("cap", [True, False])
def test_compiled_goalposts_and_means_over_gaps_equal_the_array_functions(mean, cap, monkeypatch):
    values = np.random.default_rng(8).uniform(1, 9, size=(20, 4))
    values[3, 1] = values[7, 0] = np.nan
    nodes = {f"i{k}": {"goalposts": [2, 8] if k else [8, 2], "direction": 1 if k else -1} for k in range(4)}
    steps = [{"normalise": {"method": "goalposts", "low": 100, "high": 200, "cap": cap}}, {"aggregate": mean}]
    compiled, plainly = both_ways(build(flat(4, steps, nodes=nodes), table(values)), monkeypatch, gaps=False)
    assert compiled == pytest.approx(plainly, abs=1e-9, nan_ok=True)


def both_ways(profile, monkeypatch, *, gaps=True):
    """Drawn scores by the compiled loops, and by the array functions."""
    factors = [{"kind": "errors", "share": 0.1}, WEIGHTS, *([{"kind": "gaps"}] if gaps else [])]
    made = []

    def seen(*arguments, **options):
        made.append(recipe(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(drawing, "recipe", seen)
    compiled = uncertainty(profile, 12, factors=factors).drawn
    assert made
    assert None not in made
    monkeypatch.setattr(drawing, "recipe", lambda *_, **__: None)
    return compiled, uncertainty(profile, 12, factors=factors).drawn


def test_a_gap_that_nobody_fills_widens_the_interval_of_its_own_place_alone():
    rng = np.random.default_rng(5)
    base = rng.normal(size=(60, 1))
    values = base + 0.4 * rng.normal(size=(60, 4))
    full, values = values.copy(), values.copy()
    values[7, 2] = np.nan
    spec = flat(4, ["normalise", "aggregate"])
    factors = [{"kind": "gaps"}]
    found = uncertainty(build(spec, table(values)), 4000, factors=factors)
    width = (found.score_high - found.score_low)[:, -1]
    assert np.delete(width, 7) == pytest.approx(np.zeros(59), abs=1e-9)
    assert found.rank_low[7, -1] < found.rank_high[7, -1]
    reach = np.ptp(full[:, 2][np.arange(60) != 7])
    alone = 2 * 1.6449 * full[:, 2].std() * 100 / reach / 4
    assert 0.2 * alone < width[7] < 0.8 * alone  # the other three tell much of the fourth
    assert (
        uncertainty(build(spec, table(full)), 50, factors=factors).score_low[7, -1] == build(spec, table(full)).index[7]
    )
    usual = uncertainty(build(spec, table(values)), 50)
    assert "gaps" in usual.factors


def test_errors_and_gaps_move_the_ranks_each_by_itself():
    values = np.random.default_rng(6).normal(size=(30, 4))
    values[3, 0] = values[8, 1] = np.nan
    errors = np.full(values.shape, 0.3)
    profile = build(flat(4, ["normalise", "aggregate"]), table(values), errors=errors)
    found = {}
    for factors in ([{"kind": "errors"}, {"kind": "gaps"}], [{"kind": "gaps"}, {"kind": "errors"}]):
        (shares,) = sensitivity(profile, base=128, factors=factors)
        found[shares.factors] = dict(zip(shares.factors, shares.total, strict=True))
        assert min(shares.total) > 0.005
        assert shares.total[shares.factors.index("errors")] > shares.total[shares.factors.index("gaps")]
    assert len(found) == 2


def test_a_guess_covers_the_value_that_was_hidden_as_often_as_it_says():
    rng, inside = np.random.default_rng(11), []
    for _ in range(40):
        base = rng.normal(size=(50, 1))
        values = base + 0.7 * rng.normal(size=(50, 5))
        rows = rng.choice(50, 10, replace=False)
        hidden = values.copy()
        hidden[rows, rng.integers(0, 5, 10)] = np.nan
        mean, spread = fitting.guesses(hidden)
        gaps = np.isnan(hidden)
        inside += (np.abs(values - mean)[gaps] < 1.6449 * spread[gaps]).tolist()
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)


def test_a_guess_stays_in_the_range_of_its_indicator_and_moves_nobody_else():
    values = np.random.default_rng(1).exponential(size=(25, 3))
    values[4, 0] = np.nan
    profile = build(flat(3, [{"normalise": {"method": "min_max"}}, "aggregate"]), table(values))
    found = uncertainty(profile, 500, factors=[{"kind": "gaps"}], nodes=["i0", "index"])
    assert found.score_low[4, 0] >= 0
    assert found.score_high[4, 0] <= 100
    others = np.delete(found.draw_scores, 4, axis=0)
    assert others == pytest.approx(np.delete(profile.index, 4)[:, None] * np.ones(500), abs=1e-9)


def test_an_error_widens_the_interval_of_its_own_place():
    values = np.random.default_rng(1).normal(size=(30, 5))
    errors = np.zeros_like(values)
    errors[4] = 0.5
    nodes = {f"i{k}": {"goalposts": [-5, 5]} for k in range(5)}
    profile = build(flat(5, [{"normalise": "goalposts"}, "aggregate"], nodes=nodes), table(values), errors=errors)
    found = uncertainty(profile, 4000, factors=[{"kind": "errors"}])
    width = (found.score_high - found.score_low)[:, -1]
    assert width[4] == pytest.approx(2 * 1.6449 * 10 * 0.5 / np.sqrt(5), rel=0.08)
    assert np.delete(width, 4) == pytest.approx(np.zeros(29), abs=1e-12)


def test_places_that_are_not_ranked_have_no_interval_and_push_nobody():
    values = np.random.default_rng(1).normal(size=(12, 4))
    values[3, 1:] = np.nan
    spec = flat(4, ["normalise", {"aggregate": {"min_coverage": 0.6}}])
    found = uncertainty(build(spec, table(values)), 300, factors=[WEIGHTS])
    assert np.isnan(found.rank[3]).all()
    assert np.isnan(found.rank_low[3]).all()
    assert np.nanmax(found.rank_high) <= 11
    record = next(r for r in found.rows() if r["place"] == "c0003")
    assert (record["ranked"], record["reason"], record["rank"]) == (False, "coverage", None)
    probability = found.rank_probabilities()
    assert probability[3].sum() == 0
    assert np.delete(probability, 3, 0).sum(axis=1) == pytest.approx(np.ones(11))
    ahead = found.ahead()
    assert np.isnan(ahead[3]).all()
    rest = np.delete(np.delete(ahead, 3, 0), 3, 1)
    assert rest + rest.T == pytest.approx(np.ones((11, 11)))


def test_scores_of_other_scales_are_brought_to_the_nominal_one():
    profile = world()
    found = uncertainty(profile, 400, factors=[METHODS])
    assert (found.score_high - found.score_low)[:, -1].max() < 40
    assert found.draw_scores.mean() == pytest.approx(profile.index.mean(), abs=1e-6)


def test_alternatives_that_cannot_work_are_refused_before_any_run():
    profile = build(flat(3, [{"normalise": "min_max"}, "aggregate"]), table(RNG.normal(size=(9, 3))))
    with pytest.raises(DefinitionError, match=r"Set normalise\.low above zero"):
        uncertainty(
            profile,
            10,
            factors=[{"kind": "alternatives", "path": "aggregate.method", "values": ["arithmetic", "geometric"]}],
        )
    with pytest.raises(BadInput, match="draws"):
        uncertainty(profile, 0)


def test_dirichlet_weights_sum_to_one_and_centre_where_declared():
    spec = build(flat(4, ["normalise", "aggregate"], nodes={"i0": {"weight": 3}}), table(RNG.normal(size=(9, 4)))).spec
    for around, centre in (("nominal", [0.5, 1 / 6, 1 / 6, 1 / 6]), ("equal", [0.25] * 4)):
        uniform = (np.arange(4000)[:, None] + 0.5) / 4000
        plan = realise(spec, ({**WEIGHTS, "around": around},), uniform, 0)
        leaves = plan.weights[:4]
        assert leaves.sum(axis=0) == pytest.approx(np.ones(4000))
        assert leaves.mean(axis=1) == pytest.approx(centre, abs=0.01)


def test_a_what_if_is_the_build_with_those_weights():
    profile = world()
    found = what_if(profile, {"i0": 3.0}, draws=50)
    other = profile.workshop.build(with_changes(profile.spec, {"nodes.i0.weight": 3.0}))
    assert found.score[:, 0] == pytest.approx(other.index)
    with pytest.raises(BadInput, match="nobody"):
        what_if(profile, {"nobody": 1})


def test_sobol_finds_the_published_shares_of_the_ishigami_function():
    # Saltelli et al. (2008), Global Sensitivity Analysis: the Primer, 4.5; a = 7, b = 0.1
    def ishigami(u):
        x = np.pi * (2 * u - 1)
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = sobol(ishigami, ["a", "b", "c"], base=2**15, seed=1)
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.01)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.01)
    assert (found.first_low <= found.first).all()
    assert (found.first <= found.first_high).all()


def test_exact_shares_of_a_sum_and_of_a_product():
    a, b = np.array([0.0, 1.0]), np.array([0.0, 2.0])
    first, total = exact_shares(a[:, None] + b[None])
    assert first == pytest.approx([0.2, 0.8])
    assert total == pytest.approx([0.2, 0.8])
    first, total = exact_shares((2 * a - 1)[:, None] * (b - 1)[None])
    assert first == pytest.approx([0, 0])
    assert total == pytest.approx([1, 1])
    assert exact_shares(np.ones((2, 2)))[1].tolist() == [0, 0]


def test_shapley_effects_add_up_and_share_an_interaction():
    a, b = np.array([-1.0, 1.0]), np.array([-1.0, 1.0])
    assert shapley_effects(a[:, None] * b[None]) == pytest.approx([0.5, 0.5])
    assert shapley_effects(a[:, None] + 2 * b[None]) == pytest.approx([0.2, 0.8])
    values = RNG.normal(size=(3, 2, 4))
    first, total = exact_shares(values)
    effects = shapley_effects(values)
    assert effects.sum() == pytest.approx(1)
    assert (first - 1e-12 <= effects).all()
    assert (effects <= total + 1e-12).all()
    assert shapley_effects(np.ones((2, 2))).tolist() == [0, 0]


def test_a_factor_without_effect_has_index_zero(europe):
    idle = {"kind": "alternatives", "path": "seed", "values": [1, 2]}
    exact = sensitivity(europe, factors=[idle, METHODS])
    assert exact[0].method == "exact"
    assert exact[0].total[0] == 0
    assert exact[0].first[1] == pytest.approx(1)
    drawn = sensitivity(europe, factors=[idle, WEIGHTS], base=64, places=("DEU",))
    assert [s.output for s in drawn] == ["rank_shift", "rank:DEU"]
    assert drawn[0].method == "sobol"
    assert drawn[0].total[0] == 0
    assert drawn[1].total[1] > 0


def test_designs_are_seeded_and_inside_the_unit_cube():
    a, b = designs(3, 100, 7)
    assert a.shape == b.shape == (100, 3)
    assert ((a >= 0) & (a < 1)).all()
    assert np.array_equal(a, designs(3, 100, 7)[0])
    assert shares_of(np.ones((4, 10)))[0].tolist() == [0, 0]


def ishigami(uniform):
    """sin x1 + 7 sin^2 x2 + x3^4 sin x1 / 10, each x from -pi to pi."""
    x = (uniform * 2 - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_drawn_shapley_effects_of_the_ishigami_function():
    """The interaction of x1 and x3 is shared between them: Ishigami and Homma (1990) for the variances."""
    a, b = 7, 0.1
    one, both = 0.5 * (1 + b * np.pi**4 / 5) ** 2, b**2 * np.pi**8 * 8 / 225
    whole = one + a**2 / 8 + both
    expected = [(one + both / 2) / whole, a**2 / 8 / whole, both / 2 / whole]
    assert expected == pytest.approx([0.4357, 0.4424, 0.1218], abs=1e-4)
    first, second = designs(4, 4096, 1)
    ((effect, low, high),) = drawn_effects(lambda u: ishigami(u)[None], first, second, level=0.9, seed=1)
    assert effect[:3] == pytest.approx(expected, abs=0.02)
    assert effect[3] == 0  # a factor without effect
    assert effect.sum() == pytest.approx(1)
    assert (low <= effect).all()
    assert (effect <= high).all()
    assert (high - low).max() < 0.1


def test_shapley_effects_are_rows_of_the_sensitivity_when_asked_for(europe):
    spec = with_changes(europe.spec, {"uncertainty.sensitivity": ["sobol", "shapley"]})
    profile = europe.workshop.build(spec)
    shares, effects = sensitivity(profile, base=64, factors=[WEIGHTS, METHODS])
    assert (shares.method, effects.method) == ("sobol", "shapley")
    assert effects.total.sum() == pytest.approx(1)
    assert np.isnan(effects.first).all()
    exact = sensitivity(profile, factors=[METHODS, {"kind": "leave_one_out"}], places=["KAZ"], methods=["shapley"])
    assert [(s.output, s.method) for s in exact] == [("rank_shift", "shapley"), ("rank:KAZ", "shapley")]
    shares = sensitivity(profile, factors=[METHODS, {"kind": "leave_one_out"}], methods=["sobol"])[0]
    assert (shares.first - 1e-12 <= exact[0].total).all()
    assert (exact[0].total <= shares.total + 1e-12).all()
    with pytest.raises(DefinitionError, match=r"sobol or shapley.*morris"):
        with_changes(europe.spec, {"uncertainty.sensitivity": "morris"})
    with pytest.raises(BadInput, match="at most 10 factors"):
        drawn_effects(ishigami, *designs(11, 16, 0), level=0.9, seed=0)
