"""What the quality rules are told: thresholds, facts of variables and places, and what they answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from kenes.vocabulary.reasons import Reason

Severity = Literal["withhold", "suspect", "note"]
"""`withhold`: the observation is left out of measuring; `suspect`: the value does not score; `note`: only shown."""
Kind = Literal["mean", "stock", "flow"]


@dataclass(frozen=True, slots=True)
class VariableRange:
    """What the rules need to know of one variable.

    Args:
        low: least plausible value in the unit of the observations; None means not declared.
        high: greatest plausible value; None means not declared.
        kind: `mean` (a level that may be averaged: concentration, rate, share), `stock` or `flow`.
        additive: values of the parts of a territory add up to the value of the whole.
        zero_is_natural: long runs of zero are no fault (rain, new cases).
    """

    low: float | None = None
    high: float | None = None
    kind: Kind = "mean"
    additive: bool = False
    zero_is_natural: bool = False


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What the rules need to know of one place.

    Args:
        group: places with the same text are peers, for example `tr/province`.
        parent: id of the place that it is a part of.
        changed: dates on which its territory changed.
    """

    group: str
    parent: str | None = None
    changed: tuple[dt.date, ...] = ()


def _counts(**lengths: int) -> Mapping[str, int]:
    return MappingProxyType(lengths)


@dataclass(frozen=True, slots=True)
class QualitySettings:
    """Every threshold of the quality rules; the defaults are those of the observatory.

    Args:
        sentinels: numbers that sources write for "no value".
        sentinel_repeats: an extreme that stands this often, apart from the rest, is a sentinel.
        sentinel_apart: how many times the next value such an extreme must be.
        stuck: number of equal values in a row, by period, from which a series counts as stuck.
        run_gap: a hole of more than this many periods ends a run.
        spike_factor: a spike is at least this many times the greatest of its four neighbours.
        spike_deviations: and at least this many robust standard deviations above them.
        peers_least: fewer peers than this, and nothing is compared with them.
        peer_coverage: share of the year that a sensor needs to serve as a peer.
        values_least: by period, fewer values than this in a year, and a sensor is not judged as a whole.
        low_z: a value below this robust z among its peers (logs) is implausibly low; the limit of
            3.5 is that of Iglewicz and Hoaglin (1993), How to detect and handle outliers, p. 11.
        low_share: and at most this share of the peers' median.
        spread_share: a spread within a year is too small below `low_z` and this share of the median.
        step_z: a change that lies further than this from the peers' changes is a step.
        step_ratio: and differs from their median change at least by this factor.
        step_years: years between the two values at most.
        slip_factors: factors that come from a unit taken for another.
        slip_tolerance_peers: how far a value may lie from such a factor, in log10, among peers.
        slip_tolerance_own: the same against the place's own earlier value.
        conflict_share: two sources that differ by more than this share are in conflict.
        conflict_suspect: from this share on neither is scored.
        copy_share: share of equal values from which two places' series are copies of one another.
        copy_values: least number of equal values for that.
        sum_tolerance: share by which the sum of the parts may differ from the whole.
        shift_hours: greatest shift of the clock that is looked for.
        shift_gain: least rise of the correlation with the peers when the clock is moved.
        shift_correlation: least correlation with the peers after moving it.
        steady_years: a value that was as low (or as high) in this many years is a trait of the place.
        steady_factor: yearly values of a place within this factor of each other are of one level.
    """

    sentinels: tuple[float, ...] = (
        -99.0,
        -99.9,
        -999.0,
        -999.9,
        -9999.0,
        -99999.0,
        999.0,
        999.9,
        9999.0,
        99999.0,
        999999.0,
    )
    sentinel_repeats: int = 3
    sentinel_apart: float = 1.5
    stuck: Mapping[str, int] = field(default_factory=lambda: _counts(hour=12, day=5))
    run_gap: int = 3
    spike_factor: float = 8.0
    spike_deviations: float = 20.0
    peers_least: int = 8
    peer_coverage: float = 0.75
    values_least: Mapping[str, int] = field(default_factory=lambda: _counts(hour=720, day=60, month=6, year=1))
    low_z: float = -3.5
    low_share: float = 0.5
    spread_share: float = 0.4
    step_z: float = 3.5
    step_ratio: float = 1.8
    step_years: int = 3
    slip_factors: tuple[float, ...] = (10.0, 100.0, 1000.0, 1e6)
    slip_tolerance_peers: float = 0.15
    slip_tolerance_own: float = 0.03
    conflict_share: float = 0.05
    conflict_suspect: float = 0.25
    copy_share: float = 0.5
    copy_values: int = 30
    sum_tolerance: float = 0.01
    shift_hours: int = 6
    shift_gain: float = 0.1
    shift_correlation: float = 0.6
    steady_years: int = 3
    steady_factor: float = 3.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of one measurement; `suspect` keeps it from scoring, `note` is only shown."""

    indicator: str
    place: str
    start: dt.datetime
    rule: str
    reason: Reason
    severity: Severity
