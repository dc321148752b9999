"""What is not known of a gap: guesses cover what was hidden, and draws stay in the unit and range of their step."""

import numpy as np
import pytest
from tests.comparison.worlds import flat, table

from kenes.comparison import build, uncertainty, what_if
from kenes.comparison.draws import drawing
from kenes.comparison.draws.intervals import uncertainty as drawn_over
from kenes.comparison.steps import fitting

GAPS = [{"kind": "gaps"}]


def related(rng, places, count):
    return np.sqrt(0.5) * (rng.normal(size=(places, 1)) + rng.normal(size=(places, count)))


@pytest.mark.parametrize(("places", "count", "share"), [(60, 8, 0.3), (20, 15, 0.1), (200, 20, 0.2), (50, 49, 0.05)])
def test_a_guess_is_as_far_off_as_it_says_however_many_gaps_there_are(places, count, share):
    rng, inside = np.random.default_rng(3), []
    while len(inside) < 1500:
        values = related(rng, places, count)
        gaps = rng.random(values.shape) < share
        mean, spread = fitting.guesses(np.where(gaps, np.nan, values))
        inside += (np.abs(values - mean)[gaps] < 1.6449 * spread[gaps]).tolist()
    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)


@pytest.mark.parametrize("steps", [["normalise", {"impute": "mean"}], [{"impute": "mean"}, "normalise"], ["normalise"]])
def test_a_gap_is_drawn_in_the_unit_of_its_step(steps):
    values = np.random.default_rng(0).normal(1e6, 1e5, (30, 3))
    values[0, 0] = np.nan
    found = uncertainty(build(flat(3, [*steps, "aggregate"]), table(values)), 300, factors=GAPS)
    assert 0 <= found.score_low[0, 0] < found.score[0, 0] < found.score_high[0, 0] <= 100


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("method", ["mean", "median"])
def test_a_place_without_gaps_keeps_its_score_when_those_of_others_are_drawn(monkeypatch, compiled, method):
    if not compiled:
        monkeypatch.setattr(drawing, "recipe", lambda *_, **__: None)
    rng = np.random.default_rng(2)
    values = np.exp(related(rng, 60, 8))
    values[rng.random(values.shape) < 0.1] = np.nan
    profile = build(flat(8, [{"impute": method}, {"normalise": "min_max"}, "aggregate"]), table(values))
    found = uncertainty(profile, 200, factors=GAPS)
    whole = np.isfinite(values).all(axis=1)
    assert whole.sum() > 10
    assert found.score_low[whole, 0] == pytest.approx(found.score[whole, 0], abs=1e-9)
    assert found.score_high[whole, 0] == pytest.approx(found.score[whole, 0], abs=1e-9)
    assert (found.score_high - found.score_low)[~whole, 0].min() > 0


def test_the_spread_of_a_fill_is_that_of_its_time_and_of_places_that_count():
    spec = flat(2, [{"impute": "mean"}, {"normalise": {"method": "z_score", "over": "year"}}, "aggregate"])
    data = {
        "place": list("abcd") * 2,
        "year": [1] * 4 + [2] * 4,
        "i0": [-1, 0, 1, None, 999, 1000, 1001, 1000.5],
        "i1": [1, 2, 3, 2.5, 3, 2, 1, 4],
    }
    found = uncertainty(build({**spec, "time_column": "year"}, data), 300, factors=GAPS)
    assert found.score_high[3, 0] - found.score_low[3, 0] < 4
    screened = flat(3, [{"screen": {"min_coverage": 0.6}}, {"impute": "mean"}, "aggregate"])
    data = {"place": list("pqrz"), "i0": [1, 2, 3, None], "i1": [1, 2, 3, None], "i2": [1, 2, None, 1000]}
    found = uncertainty(build(screened, data), 300, factors=GAPS)
    assert found.score_high[2, 0] - found.score_low[2, 0] < 1


@pytest.mark.parametrize(
    "steps",
    [
        [{"impute": {"method": "mean", "by": "group"}}, "normalise"],
        [{"screen": {"min_coverage": 0.6}}, {"impute": "mean"}, "normalise"],
        [{"denominate": {"scale": -2}}, {"impute": "mean"}, {"normalise": "rank"}],
    ],
)
def test_compiled_draws_fill_gaps_as_the_build_does(monkeypatch, steps):
    rng = np.random.default_rng(5)
    values = rng.normal(5, 2, (18, 3))
    values[[0, 3], [0, 1]] = values[5, :2] = np.nan
    spec = {**flat(3, [*steps, "aggregate"]), "groups": ["group"]}
    spec["nodes"][1]["denominator"] = "size"
    data = {**table(values), "group": list("xxyyzz") * 3, "size": (1 + rng.random(18)).tolist()}
    factors = [*GAPS, {"kind": "errors", "sd": {"i0": 0.2, "i2": 0.2}}]
    fast = uncertainty(build(spec, data), 40, factors=factors)
    monkeypatch.setattr(drawing, "recipe", lambda *_, **__: None)
    slow = uncertainty(build(spec, data), 40, factors=factors)
    assert fast.draw_scores == pytest.approx(slow.draw_scores, abs=1e-9, nan_ok=True)


def test_draws_do_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(6)
    values = rng.normal(size=(20, 4))
    values[2, 1] = values[7, 3] = np.nan
    data, order = table(values), rng.permutation(20)
    shuffled = {name: [cells[i] for i in order] for name, cells in data.items()}
    spec, factors = flat(4, ["normalise", "aggregate"]), [*GAPS, {"kind": "errors", "sd": {"i2": 0.3}}]
    one, other = (uncertainty(build(spec, d), 50, factors=factors) for d in (data, shuffled))
    assert other.draw_scores == pytest.approx(one.draw_scores[order], abs=1e-9)


def test_an_indicator_without_any_value_stays_missing():
    values = np.random.default_rng(7).normal(size=(12, 3))
    values[:, 1], values[4, 0] = np.nan, np.nan
    assert np.isnan(fitting.chained(values)[:, 1]).all()
    assert np.isfinite(fitting.chained(values, rng=np.random.default_rng(0))[:, [0, 2]]).all()
    found = uncertainty(build(flat(3, ["normalise", "aggregate"]), table(values)), 20)
    assert np.isfinite(found.score_low[:, 0]).all()


def test_new_weights_replace_every_declared_set():
    values = np.random.default_rng(8).normal(size=(25, 3))
    spec = flat(3, ["normalise", "aggregate"])
    spec["weights"] = {"set": "a", "sets": {"a": {"i0": 1, "i1": 1, "i2": 1}, "b": {"i0": 0, "i1": 1, "i2": 5}}}
    spec["uncertainty"] = {
        "factors": [
            {"kind": "alternatives", "path": "weights.set", "values": ["a", "b"]},
            {"kind": "weights", "distribution": "uniform", "spread": 0.1},
        ]
    }
    found = what_if(build(spec, table(values)), {"i0": 100.0, "i1": 1.0, "i2": 1.0}, 200)
    assert (found.score_low <= found.score + 1e-9).all()
    assert (found.score <= found.score_high + 1e-9).all()


def test_equal_weights_are_the_centre_under_every_declared_set():
    values = np.random.default_rng(9).normal(size=(40, 3))
    spec = flat(3, ["normalise", "aggregate"])
    spec["weights"] = {"set": "a", "sets": {"a": {"i0": 1, "i1": 1, "i2": 1}, "b": {"i0": 5, "i1": 1, "i2": 1}}}
    factors = [
        {"kind": "alternatives", "path": "weights.set", "values": ["a", "b"]},
        {"kind": "weights", "around": "equal", "concentration": 50},
    ]
    profile = build(spec, table(values))
    found = drawn_over(profile, 2000, factors=factors, nodes=["index"])
    assert found.draw_scores.mean(axis=1) == pytest.approx(profile.index, abs=0.3)


def test_an_interval_holds_the_score_that_lets_others_stand_for_a_gap():
    values = np.zeros((40, 2))
    values[:, 0] = np.tile([-1, 1], 20)
    values[1:3, 1] = [10, -10]  # seldom and whatever the other indicator: a middling value is expected
    values[0] = [9, np.nan]
    found = uncertainty(build(flat(2, ["normalise", "aggregate"]), table(values)), 300, factors=GAPS)
    assert found.rank[0, 0] == found.rank_low[0, 0] == 1
    assert found.score[0, 0] == found.score_high[0, 0] == 100
    assert found.score_low[0, 0] < 95
    assert (found.rank_low <= found.rank).all()
    assert (found.rank <= found.rank_high).all()
