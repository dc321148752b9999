"""An index over years: trends with intervals, and what a change between two editions is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile, Workshop
from kenes.comparison.draws.intervals import Intervals
from kenes.comparison.steps.inputs import Inputs
from kenes.comparison.table import numbers
from kenes.vocabulary.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trend:
    """Change a year of one place, with an interval, over so many years."""

    place: str
    slope: float
    low: float
    high: float
    years: int


def trends(
    profile: Profile, node: str | None = None, *, level: float = 0.9, drawn: Intervals | None = None
) -> list[Trend]:
    """Straight-line change a year of each place.

    Args:
        profile: a build with a time column of numbers.
        node: the root by default.
        level: of the interval.
        drawn: intervals of the same profile; then the interval of a slope is that of its draws (of the root),
            else it is Student's from the residuals.

    Returns:
        One trend for each place; NaN slopes with fewer than 2 years, NaN ends with fewer than 3 and no draws.

    Raises:
        BadInput: the data have no time.
    """
    if profile.inputs.times is None:
        raise BadInput("trends", expected="a time column", found="none", mend="Name time_column.")
    times = numbers(profile.inputs.times, "time")
    scores = profile.index if node is None else profile.node(node)
    draws = None if drawn is None else drawn.draw_scores
    found = []
    for place in sorted(set(profile.places)):
        rows = np.flatnonzero(np.isfinite(scores) & np.array([p == place for p in profile.places]))
        found.append(_trend(place, times[rows], scores[rows], level, None if draws is None else draws[rows]))
    return found


def _trend(place: str, times: Floats, scores: Floats, level: float, draws: Floats | None) -> Trend:
    count = len(times)
    if count < 2:
        return Trend(place, np.nan, np.nan, np.nan, count)
    centred = times - float(times.mean())
    spread = float((centred**2).sum())
    slope = float(centred @ scores) / spread
    if draws is not None and np.isfinite(draws).all():
        slopes: Floats = centred @ draws / spread
        low, high = map(float, np.quantile(slopes, [(1 - level) / 2, (1 + level) / 2]))
        return Trend(place, slope, low, high, count)
    if count < 3:
        return Trend(place, slope, np.nan, np.nan, count)
    from scipy import stats  # noqa: PLC0415 - loaded when wanted

    rest = scores - float(scores.mean()) - slope * centred
    error = math.sqrt(float((rest**2).sum()) / (count - 2) / spread)
    reach = float(stats.t.ppf((1 + level) / 2, count - 2)) * error
    return Trend(place, slope, slope - reach, slope + reach, count)


@dataclass(frozen=True, slots=True)
class Change:
    """A place's change of score between two editions, in parts that add up to `total`."""

    place: str
    total: float
    data: float
    method: float
    membership: float


def decompose(before: Profile, after: Profile) -> list[Change]:
    """Split each common place's change into data, method and membership.

    The way goes: drop the places that only the earlier edition has, take the later data, take the later
    specification, add the places that only the later edition has; first and last step are membership.

    Raises:
        BadInput: the earlier specification reads indicators that the later data do not have, or an edition has
            more than one year.
    """
    if before.inputs.times is not None or after.inputs.times is not None:
        raise BadInput("decompose", expected="one year in each edition", found="a time column", mend="Take one year.")
    common = [p for p in before.places if p in set(after.places)]
    lacking = sorted(set(before.spec.indicators) - set(after.spec.indicators))
    if lacking:
        raise BadInput(
            "decompose", expected="the earlier indicators in the later edition", found="no " + ", ".join(lacking)
        )
    fewer = Workshop(_only(before.inputs, common)).build(before.spec)
    order = [after.spec.indicators.index(i) for i in before.spec.indicators]
    own = _only(after.inputs, common)
    renewed = Inputs(
        own.places,
        None,
        own.values[:, order],
        None,
        {k: own.denominators.get(k, v) for k, v in fewer.inputs.denominators.items()},
        {k: own.groups.get(k, v) for k, v in fewer.inputs.groups.items()},
    )
    data = Workshop(renewed).build(before.spec)
    method = Workshop(own).build(after.spec)
    found = []
    for i, place in enumerate(common):
        first, last = float(before.index[before.row(place)]), float(after.index[after.row(place)])
        steps = [float(p.index[i]) for p in (fewer, data, method)]
        membership = steps[0] - first + last - steps[2]
        found.append(Change(place, last - first, steps[1] - steps[0], steps[2] - steps[1], membership))
    return found


def _only(inputs: Inputs, places: list[str]) -> Inputs:
    rows = [inputs.places.index(p) for p in places]
    return Inputs(
        tuple(places),
        None,
        inputs.values[rows],
        None if inputs.errors is None else inputs.errors[rows],
        {k: v[rows] for k, v in inputs.denominators.items()},
        {k: tuple(v[r] for r in rows) for k, v in inputs.groups.items()},
    )
