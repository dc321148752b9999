"""What to look at before an index is built: availability, shape, and indicators that follow size."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.steps.correlating import correlation
from kenes.comparison.steps.treatment import kurtosis, skewness
from kenes.vocabulary.errors import Finding

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statistics:
    """One indicator in numbers; quantiles of type 7, deviation over n - 1; flags name what to look at."""

    node: str
    places: int
    share: float
    minimum: float
    q1: float
    median: float
    mean: float
    q3: float
    maximum: float
    sd: float
    skewness: float
    kurtosis: float
    same: float
    flags: tuple[str, ...]


def statistics(profile: Profile, *, stage: str = "raw") -> list[Statistics]:
    """Statistics of each indicator, raw or after a step.

    Flags: `outliers` (|skewness| > 2 and kurtosis > 3.5), `gaps` (less than 65 percent of places), `constant`,
    `few_values` (half of the places or more share one value).
    """
    values = profile.inputs.values if stage == "raw" else profile.stages[stage]
    return [_statistics(name, values[:, i]) for i, name in enumerate(profile.spec.indicators)]


def _statistics(name: str, values: Floats) -> Statistics:
    present = values[np.isfinite(values)]
    share = present.size / values.size if values.size else 0.0
    if not present.size:
        no = float("nan")
        return Statistics(name, 0, 0.0, no, no, no, no, no, no, no, no, no, no, ("gaps",))
    g1, g2 = float(skewness(values)), float(kurtosis(values))
    same = max(Counter(present.tolist()).values()) / present.size
    minimum, maximum = float(present.min()), float(present.max())
    q1, median, q3 = map(float, np.quantile(present, [0.25, 0.5, 0.75]))
    flags = (
        ("outliers", abs(g1) > 2 and g2 > 3.5),
        ("gaps", share < 0.65),
        ("constant", minimum == maximum),
        ("few_values", same >= 0.5 and minimum < maximum),
    )
    return Statistics(
        node=name,
        places=present.size,
        share=share,
        minimum=minimum,
        q1=q1,
        median=median,
        mean=float(present.mean()),
        q3=q3,
        maximum=maximum,
        sd=float(present.std(ddof=1)) if present.size > 1 else np.nan,
        skewness=g1,
        kurtosis=g2,
        same=same,
        flags=tuple(f for f, told in flags if told),
    )


def availability(profile: Profile) -> Floats:
    """Share of indicators with a raw value by row and node (every indicator counts the same).

    Returns:
        Shape (row, node); 0 or 1 for indicators.
    """
    tree, present = profile.spec.tree, np.isfinite(profile.inputs.values)
    return np.column_stack([present[:, tree.leaves_below(p)].mean(axis=1) for p in range(len(tree.ids))])


def size_findings(profile: Profile, *, limit: float = 0.7) -> list[Finding]:
    """Indicators without a denominator whose ranks follow a denominator of the data: perhaps size, not merit."""
    found = []
    for name, below in profile.inputs.denominators.items():
        for i, leaf in enumerate(profile.spec.indicators):
            if profile.spec.by_id[leaf].denominator is None:
                r = correlation(profile.inputs.values[:, i], below, "spearman")[0]
                if abs(r) >= limit:
                    message = f"{leaf} follows {name} (rank correlation {r:.2f}) and is not divided by it"
                    found.append(Finding("follows_size", message))
    return found
