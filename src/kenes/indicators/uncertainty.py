"""Standard uncertainties that can be derived from what was observed; never guessed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def first_autocorrelation(
    *, mean: Floats, sd: Floats, pairs: Floats, sum_xy: Floats, sum_x: Floats, sum_y: Floats
) -> Floats:
    """Correlation of neighbouring values from sums over neighbouring pairs.

    Args:
        mean: mean of all values, shape (series,).
        sd: standard deviation of all values with n-1, same unit and shape.
        pairs: number of neighbouring pairs.
        sum_xy: sum of the products of a pair.
        sum_x: sum over the earlier values.
        sum_y: sum over the later values.

    Returns:
        Shape (series,), in [0, 0.99]; 0 where there are fewer than ten pairs or no spread.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        covariance = (sum_xy - mean * (sum_x + sum_y)) / pairs + mean**2
        found = covariance / sd**2
    return np.where((pairs >= 10) & np.isfinite(found), np.clip(found, 0.0, 0.99), 0.0)


def sampling_uncertainty(*, sd: Floats, n: Floats, share: Floats, autocorrelation: Floats) -> Floats:
    """Standard uncertainty of a period's mean when only a share of it was measured.

    The values that are missing are taken as a sample of the period with the spread and the first-order
    dependence of those present. A complete period has none: its mean is a fact.

    Args:
        sd: standard deviation with n-1, shape (series,), in the unit of the values.
        n: number of values.
        share: share of the period that they cover, in (0, 1].
        autocorrelation: of neighbouring values, in [0, 1).

    Returns:
        Shape (series,), in the unit of `sd`; NaN where n < 2.

    Source:
        Cochran, Sampling Techniques, 1977, equation 2.20 (finite population correction), with the
        effective number n (1 - r) / (1 + r) of Bayley and Hammersley, 1946.

    >>> sampling_uncertainty(sd=np.array([10.0]), n=np.array([100.0]), share=np.array([0.75]),
    ...                      autocorrelation=np.array([0.0])).tolist()
    [0.5]
    """
    effective = np.maximum(n * (1 - autocorrelation) / (1 + autocorrelation), 1.0)
    found = sd / np.sqrt(effective) * np.sqrt(np.clip(1 - share, 0.0, 1.0))
    return np.where(n >= 2, found, np.nan)


def between_sites(means: Floats) -> float:
    """Standard uncertainty of the mean over sites, taken as a sample of the place: sd / sqrt(sites).

    >>> between_sites(np.array([10.0, 14.0]))
    2.0
    """
    return float(np.std(means, ddof=1) / np.sqrt(len(means))) if len(means) > 1 else float("nan")
