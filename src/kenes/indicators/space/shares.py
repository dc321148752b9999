"""Shares of people by city, district and group, from shares of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kenes.indicators.space.geodesy import Bools, Floats
from kenes.indicators.space.measurements import SpatialMeasurement

MOST_WITHOUT_NODES = 0.02
SPARSE = "cells_without_street_nodes"
SpreadKey = tuple[str, str, str | None, float | None, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class People:
    """Who lives in which cell, and which cells belong together.

    Attributes:
        population: persons, shape (cell,).
        groups: persons by group, shape (cell,) each.
        districts: which cells belong to a district, by its name.
    """

    population: Floats
    groups: Mapping[str, Floats]
    districts: Mapping[str, Bools]


def share_of(people: Floats, share: Floats) -> float | None:
    """Share of people, each cell with its own share; None where nobody lives.

    >>> share_of(np.array([30.0, 10.0]), np.array([1.0, 0.0]))
    0.75
    """
    total = float(people.sum())
    return float((people * share).sum() / total) if total > 0 else None


def population_shares(
    people: People, share: Floats, unsnapped: Floats, like: SpatialMeasurement, *, by_group: bool = False
) -> list[SpatialMeasurement]:
    """An indicator for the city, each district, and each group of inhabitants.

    People without a street in reach stay in the denominator and count as not served; where nobody has one,
    nothing is known of them and there is no value.

    Args:
        people: who lives where.
        share: share of each cell that is served, shape (cell,).
        unsnapped: share of each cell without a street in reach, shape (cell,).
        like: what all of them have in common: indicator, unit, source and the like.
        by_group: whether to give groups of inhabitants too.
    """

    def one(weights: Floats, district: str = "", group: str | None = None) -> SpatialMeasurement:
        total = float(weights.sum())
        lost = float((weights * unsnapped).sum())
        nobody = total > 0 and lost >= total * (1 - 1e-12)
        return replace(
            like,
            value=None if nobody else share_of(weights, share),
            district=district,
            dimensions=like.dimensions if group is None else {**like.dimensions, "group": group},
            population=total,
            unsnapped=lost,
            coverage=1 - lost / total if total > 0 else None,
            reason="no_street_in_reach" if nobody else None if total > 0 else "no_population",
        )

    found = [one(people.population)]
    found += [one(np.where(cells, people.population, 0.0), name) for name, cells in people.districts.items()]
    if by_group:
        found += [one(np.nan_to_num(persons), group=group) for group, persons in people.groups.items()]
    return found


def with_spread(
    measurements: Sequence[SpatialMeasurement], further: Mapping[SpreadKey, Sequence[float]]
) -> list[SpatialMeasurement]:
    """Each value with half the range over origin models and ways of snapping.

    Where cells are so small that many people live in one without a street node, the model of nodes says
    more of the grid than of the city: its value is flagged and does not widen the range.

    Args:
        measurements: of one or several indicators.
        further: values under other ways of snapping, by `spread_key`.
    """
    flagged = [_with_sparse_nodes(measurement) for measurement in measurements]
    values: dict[SpreadKey, list[float]] = {}
    for measurement in flagged:
        if measurement.value is not None and measurement.origin_model and SPARSE not in measurement.flags:
            values.setdefault(spread_key(measurement), []).append(measurement.value)
    result = []
    for measurement in flagged:
        key = spread_key(measurement)
        known = [*values.get(key, ()), *further.get(key, ())]
        if measurement.value is None or not measurement.origin_model or len(known) < 2:
            result.append(measurement)
            continue
        half = (max(known) - min(known)) / 2
        result.append(
            replace(measurement, uncertainty=half, uncertainty_kind="half_range_of_origin_models_and_snapping")
        )
    return result


def _with_sparse_nodes(measurement: SpatialMeasurement) -> SpatialMeasurement:
    lost, people = measurement.unsnapped or 0.0, measurement.population or 0.0
    sparse = measurement.origin_model == "street_nodes" and lost > MOST_WITHOUT_NODES * people
    return replace(measurement, flags=(*measurement.flags, SPARSE)) if sparse else measurement


def spread_key(measurement: SpatialMeasurement) -> SpreadKey:
    """What must be equal for two values to differ only in origin model or snapping."""
    return (
        measurement.indicator,
        measurement.source,
        measurement.distance,
        measurement.headway_min,
        measurement.district,
        tuple(sorted(measurement.dimensions.items())),
    )
