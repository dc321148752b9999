"""Rules on yearly values: far below the peers, a step that peers did not make, another unit.

A yearly value is the mean of a sensor's year or a published figure; the same functions judge
observations and measurements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kenes.indicators.quality.rules import RULE_OF
from kenes.indicators.quality.series import Bools, Floats, Ints
from kenes.indicators.quality.settings import QualitySettings
from kenes.vocabulary.reasons import Reason, reason


@dataclass(frozen=True, slots=True)
class Yearly:
    """Yearly values, arrays of shape (value,).

    Args:
        quantity: code of what is measured (variable or indicator, dimensions, unit).
        group: code of the peer group.
        entity: code of the sensor or place, of one source.
        year: calendar year.
        value: the yearly value.
        spread: standard deviation within the year divided by the mean; NaN when not known.
        count: number of values behind it.
        peer: complete enough to be compared with.
        judged: complete enough to be judged.
        units: unit by value.
    """

    quantity: Ints
    group: Ints
    entity: Ints
    year: Ints
    value: Floats
    spread: Floats
    count: Ints
    peer: Bools
    judged: Bools
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearFinding:
    """A rule that a yearly value (by position) breaks, and why."""

    at: int
    reason: Reason
    z: float

    @property
    def rule(self) -> str:
        """The rule that the reason belongs to."""
        return RULE_OF[self.reason.code]


def robust_z(values: Floats, reference: Floats) -> Floats:
    """Modified z-scores: 0.6745 (x - median) / MAD of the reference values.

    Where more than half of the reference values are equal the mean absolute deviation times
    1.253314 takes the place of MAD / 0.6745; where all are equal there is no score (NaN).

    Args:
        values: shape (place,).
        reference: shape (peer,), without NaN.

    Source:
        Iglewicz and Hoaglin (1993), How to detect and handle outliers, ASQC, p. 11.

    >>> robust_z(np.array([10.0, 50.0]), np.array([9.0, 10.0, 11.0, 12.0, 13.0])).round(3).tolist()
    [-0.674, 26.306]
    """
    median = np.median(reference)
    deviations = np.abs(reference - median)
    scale = float(np.median(deviations)) / 0.6745
    if scale <= 1e-12 * max(1.0, abs(float(median))):
        scale = 1.253314 * float(np.mean(deviations))
    if scale <= 1e-12 * max(1.0, abs(float(median))):
        return np.full(len(values), np.nan)
    scores: Floats = (values - median) / scale
    return scores


def on_ratio_scale(quantity: Ints, value: Floats) -> Bools:
    """Whether each value belongs to a quantity that is never negative, shape (value,).

    Changes, balances and temperatures have no meaningful ratio, so rules on logarithms pass them by.
    """
    if not len(quantity):
        return np.zeros(0, dtype=bool)
    negative = np.bincount(quantity, weights=(value < 0).astype(np.float64)) > 0
    allowed: Bools = ~negative[quantity]
    return allowed


def _cells(*keys: Ints) -> Iterator[Ints]:
    """Positions that share all keys, cell by cell."""
    if not len(keys[0]):
        return
    order = np.lexsort(keys[::-1])
    changed = np.zeros(len(order), dtype=bool)
    for key in keys:
        changed[1:] |= key[order][1:] != key[order][:-1]
    yield from np.split(order.astype(np.int64), np.flatnonzero(changed))


def low_values(yearly: Yearly, settings: QualitySettings, *, code: str = "low_mean") -> list[YearFinding]:
    """Values far below those of their peers in the same year, on the scale of logarithms.

    Zero and negative values have no logarithm and are neither judged nor peers.

    Args:
        yearly: yearly values.
        settings: `low_z`, `low_share`, `peers_least`.
        code: reason to give, `low_mean` or `low_value`.
    """
    found = []
    for cell in _cells(yearly.quantity, yearly.group, yearly.year):
        positive = cell[yearly.value[cell] > 0]
        peers = positive[yearly.peer[positive]]
        if len(peers) < settings.peers_least:
            continue
        z = robust_z(np.log(yearly.value[positive]), np.log(yearly.value[peers]))
        median = float(np.median(yearly.value[peers]))
        for i, score in zip(positive.tolist(), z.tolist(), strict=True):
            low = score < settings.low_z and yearly.value[i] <= settings.low_share * median
            if yearly.judged[i] and low:
                texts = {"median": median, "z": -score, "peers": len(peers), "value": float(yearly.value[i])}
                extra = {"count": int(yearly.count[i])} if code == "low_mean" else {}
                why = reason(code, unit=yearly.units[i], year=int(yearly.year[i]), **texts, **extra)
                found.append(YearFinding(i, why, score))
    return found


def low_spreads(yearly: Yearly, settings: QualitySettings) -> list[YearFinding]:
    """Sensors whose values within a year vary far less than those of their peers."""
    found = []
    for cell in _cells(yearly.quantity, yearly.group, yearly.year):
        known = cell[np.nan_to_num(yearly.spread[cell], nan=0.0) > 0]
        peers = known[yearly.peer[known]]
        if len(peers) < settings.peers_least:
            continue
        z = robust_z(np.log(yearly.spread[known]), np.log(yearly.spread[peers]))
        median = float(np.median(yearly.spread[peers]))
        for i, score in zip(known.tolist(), z.tolist(), strict=True):
            low = score < settings.low_z and yearly.spread[i] <= settings.spread_share * median
            if yearly.judged[i] and low:
                why = reason(
                    "low_spread",
                    value=float(yearly.spread[i]),
                    year=int(yearly.year[i]),
                    z=-score,
                    median=median,
                    peers=len(peers),
                )
                found.append(YearFinding(i, why, score))
    return found


def slips_among_peers(yearly: Yearly, settings: QualitySettings) -> list[YearFinding]:
    """Values that differ from their peers' median by about 10, 100, 1000 or a million times."""
    found = []
    for cell in _cells(yearly.quantity, yearly.group, yearly.year):
        positive = cell[yearly.value[cell] > 0]
        peers = positive[yearly.peer[positive]]
        if len(peers) < settings.peers_least:
            continue
        z = robust_z(np.log(yearly.value[positive]), np.log(yearly.value[peers]))
        median = float(np.median(yearly.value[peers]))
        for i, score in zip(positive.tolist(), z.tolist(), strict=True):
            ratio = float(yearly.value[i]) / median
            factor = slip_factor(ratio, settings.slip_tolerance_peers, settings)
            if factor and yearly.judged[i] and abs(score) > -settings.low_z:
                why = reason(
                    "slip_peers",
                    value=float(yearly.value[i]),
                    unit=yearly.units[i],
                    year=int(yearly.year[i]),
                    ratio=ratio,
                    median=median,
                    peers=len(peers),
                    factor=factor,
                )
                found.append(YearFinding(i, why, score))
    return found


def slip_factor(ratio: float, tolerance: float, settings: QualitySettings) -> float | None:
    """The unit factor that a ratio, or its inverse, lies close to (`tolerance` in log10); else None."""
    logarithm = float(np.log10(ratio))
    for factor in settings.slip_factors:
        if abs(abs(logarithm) - np.log10(factor)) <= tolerance:
            return factor
    return None


def successions(yearly: Yearly, settings: QualitySettings) -> tuple[Ints, Ints]:
    """Positions of a value and of the next one of the same entity, at most `step_years` later."""
    order = np.lexsort((yearly.year, yearly.entity, yearly.quantity)).astype(np.int64)
    before, after = order[:-1], order[1:]
    same = (yearly.entity[before] == yearly.entity[after]) & (yearly.quantity[before] == yearly.quantity[after])
    years = yearly.year[after] - yearly.year[before]
    usable = (yearly.value > 0) & yearly.judged
    chosen = same & (years >= 1) & (years <= settings.step_years) & usable[before] & usable[after]
    return before[chosen], after[chosen]


def steps(yearly: Yearly, settings: QualitySettings) -> list[YearFinding]:
    """Changes between two years that lie far from the changes of the peers between the same years."""
    before, after = successions(yearly, settings)
    found = []
    for cell in _cells(yearly.quantity[after], yearly.group[after], yearly.year[before], yearly.year[after]):
        b, a = before[cell], after[cell]
        change = np.log(yearly.value[a] / yearly.value[b])
        peers = yearly.peer[a] & yearly.peer[b]
        if int(peers.sum()) < settings.peers_least:
            continue
        z = robust_z(change, change[peers])
        usual = float(np.median(change[peers]))
        far = (np.abs(z) > settings.step_z) & (np.abs(change - usual) >= np.log(settings.step_ratio))
        for j in np.flatnonzero(far).tolist():
            why = reason(
                "step",
                before=float(yearly.value[b[j]]),
                from_year=int(yearly.year[b[j]]),
                value=float(yearly.value[a[j]]),
                unit=yearly.units[a[j]],
                year=int(yearly.year[a[j]]),
                factor=float(np.exp(change[j])),
                peers=int(peers.sum()),
                usual=float(np.exp(usual)),
                z=abs(float(z[j])),
            )
            found.append(YearFinding(int(a[j]), why, float(z[j])))
    return found


def slips_in_time(yearly: Yearly, settings: QualitySettings) -> list[YearFinding]:
    """Values that are about 10, 100, 1000 or a million times the value before.

    Small counts (whole numbers below 20) are left alone: they reach ten times by chance.
    """
    before, after = successions(yearly, settings)
    found = []
    for b, a in zip(before.tolist(), after.tolist(), strict=True):
        first, second = float(yearly.value[b]), float(yearly.value[a])
        factor = slip_factor(second / first, settings.slip_tolerance_own, settings)
        small = min(first, second)
        if factor and not (small < 20 and small == int(small)):
            why = reason(
                "slip_own",
                value=second,
                unit=yearly.units[a],
                year=int(yearly.year[a]),
                ratio=second / first,
                before=first,
                from_year=int(yearly.year[b]),
                factor=factor,
            )
            found.append(YearFinding(a, why, float("nan")))
    return found


def steady_lows(
    yearly: Yearly, lows: list[YearFinding], changed: set[int], settings: QualitySettings
) -> list[YearFinding]:
    """Lows with the reason `low_steady` where a place was as low in several years without a step."""
    by_entity: Mapping[tuple[int, int], list[YearFinding]] = defaultdict(list)
    for low in lows:
        by_entity[int(yearly.quantity[low.at]), int(yearly.entity[low.at])].append(low)
    result = []
    for own in by_entity.values():
        years = len({int(yearly.year[low.at]) for low in own})
        stepped = any(low.at in changed for low in own)
        for low in own:
            if years < settings.steady_years or stepped:
                result.append(low)
                continue
            result.append(_steady(yearly, low, years))
    return result


def sudden_slips(yearly: Yearly, slips: list[YearFinding], settings: QualitySettings) -> list[YearFinding]:
    """Slips among peers without those of places whose other years are of the same level.

    A capital has ten times the people of its peers every year; a unit that was mistaken for another
    stands out from the place's own past, or has no past.
    """
    found = []
    for slip in slips:
        i = slip.at
        own = (yearly.quantity == yearly.quantity[i]) & (yearly.entity == yearly.entity[i])
        values = yearly.value[own & (yearly.value > 0)]
        alike = np.abs(np.log(values / yearly.value[i])) <= np.log(settings.steady_factor)
        if int(alike.sum()) < settings.steady_years:
            found.append(slip)
    return found


def _steady(yearly: Yearly, low: YearFinding, years: int) -> YearFinding:
    i = low.at
    cell = (yearly.quantity == yearly.quantity[i]) & (yearly.group == yearly.group[i])
    cell &= (yearly.year == yearly.year[i]) & yearly.peer & (yearly.value > 0)
    why = reason(
        "low_steady",
        value=float(yearly.value[i]),
        unit=yearly.units[i],
        year=int(yearly.year[i]),
        z=-low.z,
        median=float(np.median(yearly.value[cell])),
        peers=int(cell.sum()),
        years=years,
    )
    return YearFinding(i, why, low.z)
