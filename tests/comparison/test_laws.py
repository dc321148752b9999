"""Laws that hold for every index, on specifications and tables that hypothesis makes up."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.comparison.worlds import two_levels

from kenes.comparison import build, contributions, from_plain, sensitivity, to_plain, uncertainty
from kenes.comparison.declared.plain import with_changes
from kenes.comparison.steps import weights

LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
FEW = settings(LAW, max_examples=12)
MEANS = ("arithmetic", "geometric", "harmonic", "median", "owa", {"method": "power", "power": 0.5})
OTHERS = ("mpi", "copeland", "kemeny", "bod", "bod_order_m", "bod_common", "bod_directional")
NORMS = ("min_max", "z_score", "rank", "percentile_rank", "borda", "distance_to_max")
LOW, HIGH = 1.0, 100.0
SCALE = {"normalise": {"method": "min_max", "low": LOW, "high": HIGH}}
WEIGHTS = {"kind": "weights", "distribution": "dirichlet", "concentration": 5}


@st.composite
def tables(draw, gaps=True, least=4):
    """Values of shape (place, indicator), whole tenths so that ties happen, every indicator with some spread."""
    places, leaves = draw(st.integers(least, 9)), draw(st.integers(3, 6))
    cells = st.integers(-300, 300).map(lambda k: k / 10)
    values = np.array(
        draw(st.lists(st.lists(cells, min_size=leaves, max_size=leaves), min_size=places, max_size=places))
    )
    values[0], values[1] = -31.0, 31.0  # what every indicator reaches, so that none is without spread
    if gaps:
        holes = draw(st.lists(st.tuples(st.integers(2, places - 1), st.integers(0, leaves - 1)), max_size=3))
        for row, column in holes:
            values[row, column] = np.nan
    return values


def columns(values, names=None):
    return {
        "place": names or [f"c{k}" for k in range(len(values))],
        **{f"i{k}": column for k, column in enumerate(values.T)},
    }


def spec_of(leaves, steps, **fields):
    return two_levels(2, leaves, steps, **fields)


def scores(plain, data):
    return build(plain, data).scores


@LAW
@given(tables(), st.sampled_from(MEANS), st.sampled_from(MEANS))
def test_means_stay_in_the_scale_at_every_level(values, first, second):
    spec = spec_of(values.shape[1], [SCALE, {"aggregate": {"by_level": [first, second]}}])
    found = scores(spec, columns(values))
    known = found[np.isfinite(found)]
    assert (known >= LOW - 1e-9).all()
    assert (known <= HIGH + 1e-9).all()


@LAW
@given(
    tables(),
    st.sampled_from(NORMS),
    st.lists(st.floats(0.001, 1000), min_size=6, max_size=6),
    st.lists(st.floats(-50, 50), min_size=6, max_size=6),
)
def test_the_unit_of_an_indicator_does_not_matter(values, norm, factors, shifts):
    spec = spec_of(values.shape[1], [{"normalise": norm}, "aggregate"])
    width = values.shape[1]
    other = values * factors[:width] + shifts[:width]
    if norm in ("rank", "percentile_rank", "borda"):  # rounding must not part what was tied
        other = values * np.round(factors[:width], 3)
    assert scores(spec, columns(other)) == pytest.approx(scores(spec, columns(values)), abs=1e-6, nan_ok=True)


@LAW
@given(tables(), st.sampled_from([m for m in (*MEANS, *OTHERS) if m != "kemeny"]), st.randoms())
def test_order_and_names_of_places_and_indicators_do_not_matter(values, method, random):
    steps = [{"impute": {"method": "mean"}}, SCALE, {"aggregate": method}]
    spec = spec_of(values.shape[1], steps)  # but for Kemeny: of several orders with the same support any is one
    rows = list(range(len(values)))
    random.shuffle(rows)
    nodes = list(spec["nodes"])
    random.shuffle(nodes)
    first = build(spec, columns(values))
    second = build({**spec, "nodes": nodes}, columns(values[rows], [f"other {k}" for k in rows]))
    assert second.index == pytest.approx(first.index[rows], abs=1e-7, nan_ok=True)
    assert second.ranks[:, -1].tolist() == first.ranks[rows, -1].tolist()


@LAW
@given(tables(), st.sampled_from(MEANS), st.floats(0.01, 100))
def test_only_the_proportion_of_weights_matters(values, method, factor):
    spec = spec_of(values.shape[1], [SCALE, {"aggregate": method}])
    scaled = {**spec, "nodes": [{**n, "weight": factor} for n in spec["nodes"]]}
    assert scores(scaled, columns(values)) == pytest.approx(scores(spec, columns(values)), rel=1e-9, nan_ok=True)


@LAW
@given(tables(), st.sampled_from((*MEANS, *OTHERS)), st.sampled_from(MEANS))
def test_contributions_add_up_to_the_score_whatever_the_method(values, first, second):
    steps = [{"impute": {"method": "mean"}}, SCALE, {"aggregate": {"by_level": [first, "arithmetic"]}}]
    if first in MEANS:
        steps[-1]["aggregate"]["by_level"] = [first, second]
    profile = build(spec_of(values.shape[1], steps), columns(values))
    assert contributions(profile).sum(axis=1) == pytest.approx(profile.index, abs=1e-8, nan_ok=True)


@LAW
@given(tables(gaps=False), st.sampled_from((*MEANS, "bod", "copeland", "bod_order_m")), st.integers(0, 3))
def test_a_place_that_is_nowhere_worse_is_not_behind(values, method, row):
    better = np.vstack([values, np.minimum(values[row] + 1.0, 31.0)])
    profile = build(spec_of(values.shape[1], [SCALE, {"aggregate": method}]), columns(better))
    assert profile.ranks[-1, -1] <= profile.ranks[row, -1]


@LAW
@given(tables(gaps=False, least=7))
def test_weights_sum_to_one_and_none_is_negative(values):
    positive = values - values.min() + 1
    assume(np.linalg.matrix_rank(positive - positive.mean(axis=0)) > 1)  # else nothing tells the indicators apart
    for method in (weights.entropy, weights.critic, weights.merec):
        found = method(positive)
        assert found.sum() == pytest.approx(1)
        assert (found >= 0).all()


@FEW
@given(tables(), st.integers(0, 5))
def test_intervals_nest_and_the_same_seed_gives_the_same_bytes(values, seed):
    spec = spec_of(values.shape[1], [SCALE, "aggregate"], seed=seed)
    profile = build(spec, columns(values))
    factors = [WEIGHTS, {"kind": "leave_one_out"}, {"kind": "gaps"}]
    narrow, middle, wide = (uncertainty(profile, 80, level=level, factors=factors) for level in (0.5, 0.8, 0.95))
    for inner, outer in ((narrow, middle), (middle, wide)):
        known = np.isfinite(inner.score_low)
        assert (outer.score_low <= inner.score_low)[known].all()
        assert (outer.score_high >= inner.score_high)[known].all()
        assert (outer.rank_low <= inner.rank_low)[known].all()
        assert (outer.rank_high >= inner.rank_high)[known].all()
    again = uncertainty(profile, 80, level=0.5, factors=factors, workers=3)
    assert again.drawn.tobytes() == narrow.drawn.tobytes()


@LAW
@given(tables(), st.sampled_from(NORMS), st.sampled_from(("arithmetic", "median")))
def test_a_specification_that_is_written_read_and_changed_to_itself_builds_the_same_bytes(values, norm, method):
    spec = from_plain(spec_of(values.shape[1], [{"treat": {}}, {"normalise": norm}, {"aggregate": method}]))
    first = build(spec, columns(values))
    same = with_changes(spec, {"normalise.method": norm, "aggregate.method": method, "nodes.i0.weight": 1})
    for other in (from_plain(to_plain(spec)), same):
        assert build(other, columns(values)).scores.tobytes() == first.scores.tobytes()
    assert first.workshop.build(same).scores.tobytes() == first.scores.tobytes()


@FEW
@given(tables(gaps=False, least=5))
def test_a_factor_without_effect_explains_nothing(values):
    nodes = spec_of(values.shape[1], [])["nodes"]
    alone = {"kind": "weights", "distribution": "uniform", "spread": 0.5, "nodes": ["single"]}
    nodes = [*nodes, {"id": "single", "parent": "index"}, {"id": "last", "parent": "single"}]
    data = {**columns(values), "last": values[:, 0]}
    same = {"kind": "alternatives", "path": "treat.max_points", "values": [3, 4]}
    spec = {"id": "x", "nodes": nodes, "steps": [{"treat": {"skew": 100, "kurtosis": 100}}, SCALE, "aggregate"]}
    (found,) = sensitivity(build(spec, data), base=32, factors=[WEIGHTS, alone, same])
    assert found.total[1:].tolist() == [0, 0]
    assert found.first[1:].tolist() == [0, 0]


@LAW
@given(tables(), st.sampled_from(NORMS), st.sampled_from(("none", "mean", "knn", "group_mean")))
def test_a_panel_of_one_year_is_the_cross_section(values, norm, impute):
    steps = [{"impute": {"method": impute, "by": "g"} if "group" in impute else {"method": impute}}]
    steps += [{"treat": {"then": "log_coin"}}, {"normalise": norm}, "aggregate"]
    data = {**columns(values), "g": ["x", "y"] * (len(values) // 2) + ["x"] * (len(values) % 2)}
    spec = spec_of(values.shape[1], steps, groups=["g"])
    alone = build(spec, data)
    for over in ("all", "year"):
        steps[2]["normalise"] = {"method": norm, "over": over}
        panel = build({**spec, "time_column": "year"}, {**data, "year": [2024] * len(values)})
        assert panel.scores.tobytes() == alone.scores.tobytes()
        assert panel.ranks.tobytes() == alone.ranks.tobytes()
