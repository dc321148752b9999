"""Why a place has its score, from a built index."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.draws.intervals import uncertainty
from kenes.comparison.readings.explanation import contributions, marginal_gains, strengths


class ExplainedIndicator(TypedDict):
    """What an indicator gives to a score, and what one unit more of it would; None where that has no value."""

    node: str
    value: float | None
    normalised: float | None
    raw: float | None
    one_unit_better: float | None


def explained(profile: Profile, place: str, *, draws: int | None = None, seed: int | None = None) -> dict[str, object]:
    """Interval, contributions, what one unit more would move, strengths and weaknesses of a place.

    With years, the place's last one is explained.

    Args:
        profile: the build.
        place: as in its data.
        draws: for the interval; those of the specification, at most 1,000, by default.
        seed: that of the specification by default.

    Raises:
        BadInput: there is no such place.
    """
    spec = profile.spec
    profile.row(place)
    rows = [i for i, p in enumerate(profile.places) if p == place]
    times = profile.inputs.times
    row = rows[0] if times is None else max(rows, key=lambda i: str(times[i]))
    count = min(spec.draws, 1000) if draws is None else draws
    intervals = uncertainty(profile, max(count, 1), seed)
    nodes = len(intervals.nodes)
    records = list(intervals.rows())[row * nodes : (row + 1) * nodes]
    strong, weak = strengths(profile, place)
    leaves = spec.indicators
    return {
        "index": spec.id,
        "place": place,
        **({} if times is None else {"time": times[row]}),
        **{k: v for k, v in records[-1].items() if k not in ("place", "node")},
        "nodes": records,
        "contributions": _contributions(profile, row),
        "strengths": [asdict(s) for s in strong],
        "weaknesses": [asdict(s) for s in weak],
        "changes": [
            {"node": leaves[c.column], "before": c.before, "after": c.after, "step": c.step}
            for c in profile.changes
            if c.row == row
        ],
    }


def _contributions(profile: Profile, row: int) -> list[ExplainedIndicator]:
    given, gains = contributions(profile), marginal_gains(profile)
    return [
        {
            "node": leaf,
            "value": _number(given, row, i),
            "normalised": _number(profile.normalised, row, i),
            "raw": _number(profile.inputs.values, row, i),
            "one_unit_better": _number(gains, row, i),
        }
        for i, leaf in enumerate(profile.spec.indicators)
    ]


def _number(values: NDArray[np.float64], row: int, column: int) -> float | None:
    """One value; None where it is missing."""
    value = float(values[row, column])
    return value if math.isfinite(value) else None
