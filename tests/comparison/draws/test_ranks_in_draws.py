"""Ranks inside each draw, and the outer draws that bound them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.comparison.worlds import flat, table

from kenes.comparison import build, uncertainty
from kenes.comparison.draws import intervals
from kenes.comparison.steps.normalisation import TIE, ranks
from kenes.vocabulary.errors import BadInput

WEIGHTS = {"kind": "weights", "distribution": "uniform", "spread": 0.9}
SCORES = st.one_of(st.sampled_from([0.0, 1.0, 2.0, -3.0]), st.floats(-1e6, 1e6), st.just(float("nan")))


def by_counting(line):
    """One more than the number of better scores; 0 without a score."""
    known = line[np.isfinite(line)]
    edge = TIE * np.abs(known).max(initial=0.0)
    return [0 if np.isnan(v) else 1 + int((known > v + edge).sum()) for v in line]


@given(st.lists(st.lists(SCORES, min_size=4, max_size=4), min_size=1, max_size=6))
def test_the_rank_in_a_draw_is_one_more_than_the_number_of_better_places_in_that_draw(lines):
    scores = np.array(lines)
    assert intervals.rank_draws(scores).tolist() == [by_counting(line) for line in scores]


@given(st.lists(SCORES, min_size=1, max_size=8))
def test_ranks_in_a_draw_are_those_of_a_build_with_the_same_scores(line):
    expected = np.nan_to_num(ranks(np.array(line)))
    assert intervals.rank_draws(np.array([line]))[0].tolist() == expected.tolist()


def test_each_draw_is_ranked_by_its_own_scores_and_ties_in_one_are_none_in_another():
    scores = np.array([[5.0, 5.0, 1.0, 9.0], [5.0, 4.0, 1.0, 9.0], [1.0, 1.0, 1.0, 1.0], [9.0, 5.0, 5.0, 5.0]])
    assert intervals.rank_draws(scores).tolist() == [[2, 2, 4, 1], [2, 3, 4, 1], [1, 1, 1, 1], [1, 2, 2, 2]]


def test_scores_that_differ_by_rounding_are_tied_in_a_draw_and_others_are_not():
    for size in (1.0, 1e9):
        near, far = 100 * (1 - 0.5 * TIE), 100 * (1 - 4 * TIE)
        assert intervals.rank_draws(np.array([[100.0, near, 1.0]]) * size).tolist() == [[1, 1, 3]]
        assert intervals.rank_draws(np.array([[100.0, far, 1.0]]) * size).tolist() == [[1, 2, 3]]


def test_many_draws_are_ranked_in_parts_and_none_is_left_out():
    scores = np.random.default_rng(1).integers(0, 5, size=(500, 4)).astype(float)
    whole = intervals.rank_draws(scores)
    assert whole.tolist() == [by_counting(line) for line in scores]
    wide = np.random.default_rng(2).integers(0, 50, size=(21, 100_000)).astype(float)  # parts of twenty draws
    assert intervals.rank_draws(wide)[20].tolist() == np.nan_to_num(ranks(wide[20])).tolist()


# Bounds: the outer draws, so that at least the level lies inside


@pytest.mark.parametrize("gap", [False, True])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("draws", [7, 20, 21, 100, 101])
def test_rank_bounds_are_the_outer_of_the_two_draws_around_each_quantile(draws, level, gap):
    line = np.random.default_rng(draws).permutation(draws).astype(np.int32) + 1
    other = np.where(np.arange(draws) == 3, 0, line) if gap else line
    low, high = intervals._rank_bounds(np.array([line, other]), level)
    for row, present in enumerate((line, other[other > 0])):
        ordered = np.sort(present)
        spots = np.array([1 - level, 1 + level]) / 2 * (len(ordered) - 1)
        outer = [int(np.floor(spots[0] + 1e-9)), int(np.ceil(spots[1] - 1e-9))]
        assert low[row] in (ordered[outer[0]], np.quantile(ordered, (1 - level) / 2, method="lower"))
        assert high[row] in (ordered[outer[1]], np.quantile(ordered, (1 + level) / 2, method="higher"))
        assert np.mean((present >= low[row]) & (present <= high[row])) >= level


def test_ranks_that_are_the_same_in_all_draws_but_few_have_bounds_of_that_rank():
    line = np.array([1] * 4 + [2] * 92 + [3] * 4, dtype=np.int32)
    low, high = intervals._rank_bounds(line[None], 0.9)
    assert (low[0], high[0]) == (2, 2)
    wider = np.array([1] * 6 + [2] * 88 + [3] * 6, dtype=np.int32)
    low, high = intervals._rank_bounds(wider[None], 0.9)
    assert (low[0], high[0]) == (1, 3)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
def test_scores_are_bounded_by_quantiles_of_type_seven_with_gaps_left_out(level):
    values = np.random.default_rng(3).normal(size=(4, 77))
    for gaps in (False, True):
        if gaps:
            values[1, 5] = values[1, 9] = np.nan
            values[3] = np.nan
        low, high = intervals._quantiles(values, level)
        for row, line in enumerate(values):
            present = line[np.isfinite(line)]
            shares = [(1 - level) / 2, (1 + level) / 2]
            expected = np.quantile(present, shares) if present.size else [np.nan, np.nan]
            assert [low[row], high[row]] == pytest.approx(list(expected), nan_ok=True)


def test_one_draw_bounds_itself_and_none_is_refused():
    profile = build(flat(2, ["normalise", "aggregate"]), table([[1.0, 5], [2, 4], [9, 1]]))
    found = uncertainty(profile, 1, factors=[WEIGHTS])
    assert np.array_equal(found.score_low, found.score_high)
    assert np.array_equal(found.rank_low, found.rank_high)
    with pytest.raises(BadInput):
        uncertainty(profile, 0)


def _drawn():
    values = np.random.default_rng(4).normal(size=(6, 3))
    return uncertainty(build(flat(3, ["normalise", "aggregate"]), table(values)), 400, factors=[WEIGHTS])


def test_the_chance_of_each_rank_counts_the_draws_and_sums_to_one():
    found = _drawn()
    chances = found.rank_probabilities()
    assert chances.sum(axis=1) == pytest.approx(np.ones(6))
    for row in range(6):
        for rank in range(1, 7):
            assert chances[row, rank - 1] == pytest.approx((found.draw_ranks[row] == rank).mean())


def test_the_chance_to_be_ahead_and_that_to_be_behind_sum_to_one_and_a_tie_counts_half():
    found = _drawn()
    ahead = found.ahead()
    assert ahead + ahead.T == pytest.approx(np.ones((6, 6)))
    assert np.diag(ahead) == pytest.approx(np.full(6, 0.5))
    better = (found.draw_scores[0] > found.draw_scores[1]).mean()
    assert ahead[0, 1] == pytest.approx(better)
    twins = uncertainty(build(flat(1, ["normalise", "aggregate"]), table([[1.0], [1], [2]])), 10, factors=[WEIGHTS])
    assert twins.ahead().tolist() == [[0.5, 0.5, 0], [0.5, 0.5, 0], [1, 1, 0.5]]


def test_places_of_another_year_are_no_rivals_in_a_draw():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(8, 3))
    values[4:] += 100
    data = {**table(values), "place": list("abcd") * 2, "year": [2020] * 4 + [2021] * 4}
    profile = build(flat(3, ["normalise", "aggregate"], time_column="year"), data)
    found = uncertainty(profile, 60, factors=[WEIGHTS])
    assert np.sort(found.draw_ranks[:4], axis=0)[:, 0].tolist() == [1, 2, 3, 4]
    for block in (slice(0, 4), slice(4, 8)):
        scores, told = found.draw_scores[block], found.draw_ranks[block]
        assert told.T.tolist() == [by_counting(line) for line in scores.T]


def test_a_place_without_a_rank_has_none_in_any_draw_and_takes_none_from_others():
    values = np.random.default_rng(6).normal(size=(5, 4))
    values[2, 1:] = np.nan
    steps = [{"screen": {"min_coverage": 0.5}}, "normalise", "aggregate"]
    found = uncertainty(build(flat(4, steps), table(values)), 40, factors=[WEIGHTS])
    assert np.isnan(found.draw_ranks[2]).all()
    assert np.nanmax(found.draw_ranks) == 4
    assert (found.rank_probabilities()[2] == 0).all()
    assert np.isnan(found.ahead()[2]).all()
    assert [row["ranked"] for row in found.rows() if row["node"] == "index"] == [True, True, False, True, True]


def test_intervals_over_open_gaps_hold_the_nominal_score_and_rank():
    values = np.random.default_rng(7).normal(size=(8, 3))
    values[0, 0] = values[4, 2] = np.nan
    profile = build(flat(3, ["normalise", "aggregate"]), table(values))
    found = uncertainty(profile, 5, level=0.05, factors=[{"kind": "gaps"}])
    assert (found.score_low <= found.score).all()
    assert (found.score <= found.score_high).all()
    assert (found.rank_low <= found.rank).all()
    assert (found.rank <= found.rank_high).all()
