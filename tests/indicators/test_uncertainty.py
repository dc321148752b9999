from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.indicators.uncertainty import between_sites, first_autocorrelation, sampling_uncertainty


def _one(**numbers: float) -> float:
    return float(sampling_uncertainty(**{name: np.array([value]) for name, value in numbers.items()})[0])


def _autocorrelation(values: np.ndarray) -> float:
    x, y = values[:-1], values[1:]
    found = first_autocorrelation(
        mean=np.array([values.mean()]),
        sd=np.array([values.std(ddof=1)]),
        pairs=np.array([float(len(x))]),
        sum_xy=np.array([float((x * y).sum())]),
        sum_x=np.array([float(x.sum())]),
        sum_y=np.array([float(y.sum())]),
    )
    return float(found[0])


def test_a_complete_period_has_no_sampling_uncertainty() -> None:
    assert _one(sd=10, n=365, share=1.0, autocorrelation=0.5) == 0.0


def test_one_value_tells_no_uncertainty() -> None:
    assert np.isnan(_one(sd=np.nan, n=1, share=0.1, autocorrelation=0))


def test_a_simple_random_sample_follows_cochran() -> None:
    """Cochran (1977), Sampling Techniques, equation 2.20: s / sqrt(n) * sqrt(1 - f)."""
    assert _one(sd=12, n=144, share=0.36, autocorrelation=0) == pytest.approx(12 / 12 * 0.8)


def test_dependence_leaves_fewer_values_that_count() -> None:
    """Bayley and Hammersley (1946): with r = 0.6 a quarter of the values counts, so the error doubles."""
    free = _one(sd=12, n=144, share=0.36, autocorrelation=0)
    assert _one(sd=12, n=144, share=0.36, autocorrelation=0.6) == pytest.approx(2 * free)


@given(st.floats(0.01, 100), st.integers(2, 366), st.floats(0.01, 1), st.floats(0, 0.99))
def test_the_uncertainty_never_exceeds_the_spread_and_never_falls_below_zero(
    sd: float, n: int, share: float, r: float
) -> None:
    assert 0 <= _one(sd=sd, n=n, share=share, autocorrelation=r) <= sd * (1 + 1e-12)


@given(st.floats(0.02, 0.99), st.floats(0, 0.9))
def test_more_of_the_period_measured_is_less_uncertain(share: float, r: float) -> None:
    assert _one(sd=5, n=100, share=share, autocorrelation=r) <= _one(sd=5, n=100, share=share - 0.01, autocorrelation=r)


def test_the_first_autocorrelation_equals_its_textbook_form() -> None:
    rng = np.random.default_rng(5)
    values = np.cumsum(rng.normal(size=400)) * 0.1 + rng.normal(size=400) * 0.05
    d = values - values.mean()
    expected = (d[:-1] * d[1:]).mean() / values.var(ddof=1)
    assert _autocorrelation(values) == pytest.approx(expected, rel=1e-9)
    assert 0.5 < expected < 0.99


def test_independent_values_have_almost_none_and_alternating_ones_count_as_none() -> None:
    assert _autocorrelation(np.random.default_rng(1).normal(size=5000)) < 0.05
    assert _autocorrelation(np.array([1.0, -1.0] * 50)) == 0.0


def test_equal_values_and_few_pairs_count_as_independent() -> None:
    assert _autocorrelation(np.full(50, 3.0)) == 0.0
    assert _autocorrelation(np.arange(5.0)) == 0.0


def test_the_sampling_uncertainty_covers_what_thinning_a_year_does() -> None:
    """Days of an autocorrelated year left out at random: the true mean lies within two errors in ~95 %."""
    rng, hits = np.random.default_rng(11), 0
    for _ in range(300):
        year = np.empty(365)
        year[0] = rng.normal()
        for day in range(1, 365):
            year[day] = 0.5 * year[day - 1] + rng.normal()
        kept = np.sort(rng.choice(365, 290, replace=False))
        found = year[kept]
        near = np.diff(kept) == 1
        x, y = found[:-1][near], found[1:][near]
        r = first_autocorrelation(
            mean=np.array([found.mean()]),
            sd=np.array([found.std(ddof=1)]),
            pairs=np.array([float(near.sum())]),
            sum_xy=np.array([(x * y).sum()]),
            sum_x=np.array([x.sum()]),
            sum_y=np.array([y.sum()]),
        )
        error = sampling_uncertainty(
            sd=np.array([found.std(ddof=1)]), n=np.array([290.0]), share=np.array([290 / 365]), autocorrelation=r
        )[0]
        hits += abs(found.mean() - year.mean()) <= 2 * error
    assert hits / 300 >= 0.93


def test_two_sites_differ_by_their_standard_error() -> None:
    assert between_sites(np.array([10.0, 14.0])) == pytest.approx(2.0)
    assert between_sites(np.array([3.0, 3.0, 3.0])) == 0.0
    assert np.isnan(between_sites(np.array([10.0])))
