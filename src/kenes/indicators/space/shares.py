"""Shares of people by city, district and group, from shares of cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kenes.indicators.space.geodesy import Bools, Floats
from kenes.indicators.space.measures import Measure

MOST_WITHOUT_NODES = 0.02
SPARSE = "cells_without_street_nodes"


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
    people: People,
    share: Floats,
    unsnapped: Floats,
    indicator: str,
    *,
    by_group: bool = False,
    dimensions: Mapping[str, str] | None = None,
    **about: Any,
) -> list[Measure]:
    """An indicator for the city, each district, and each group of inhabitants.

    People without a street in reach stay in the denominator and count as not served; where nobody has one,
    nothing is known of them and there is no value.

    Args:
        people: who lives where.
        share: share of each cell that is served, shape (cell,).
        unsnapped: share of each cell without a street in reach, shape (cell,).
        indicator: its id.
        by_group: whether to give groups of inhabitants too.
        dimensions: of every measure.
        about: further fields of the measure.
    """

    base = dict(dimensions or {})

    def one(weights: Floats, district: str, more: Mapping[str, str]) -> Measure:
        total = float(weights.sum())
        lost = float((weights * unsnapped).sum())
        nobody = total > 0 and lost >= total * (1 - 1e-12)
        return Measure(
            indicator, None if nobody else share_of(weights, share), "1", district=district,
            dimensions=base | dict(more), population=total,
            unsnapped=lost, coverage=1 - lost / total if total > 0 else None,
            reason="no_street_in_reach" if nobody else None if total > 0 else "no_population", **about,
        )  # fmt: skip

    rows = [one(people.population, "", {})]
    rows += [one(np.where(cells, people.population, 0.0), name, {}) for name, cells in people.districts.items()]
    if by_group:
        rows += [one(np.nan_to_num(persons), "", {"group": group}) for group, persons in people.groups.items()]
    return rows


def with_spread(measures: list[Measure], further: Mapping[tuple[object, ...], list[float]]) -> list[Measure]:
    """Each value with half the range over origin models and ways of snapping.

    Where cells are so small that many people live in one without a street node, the model of nodes says
    more of the grid than of the city: its value is flagged and does not widen the range.

    Args:
        measures: of one or several indicators.
        further: values under other ways of snapping, by `spread_key`.
    """
    measures = [_with_sparse_nodes(measure) for measure in measures]
    values: dict[tuple[object, ...], list[float]] = {}
    for measure in measures:
        if measure.value is not None and measure.origin_model and SPARSE not in measure.flags:
            values.setdefault(spread_key(measure), []).append(measure.value)
    result = []
    for measure in measures:
        known = values.get(spread_key(measure), []) + further.get(spread_key(measure), [])
        if measure.value is None or not measure.origin_model or len(known) < 2:
            result.append(measure)
            continue
        half = (max(known) - min(known)) / 2
        result.append(replace(measure, uncertainty=half, uncertainty_kind="half_range_of_origin_models_and_snapping"))
    return result


def _with_sparse_nodes(measure: Measure) -> Measure:
    lost, people = measure.unsnapped or 0.0, measure.population or 0.0
    sparse = measure.origin_model == "street_nodes" and lost > MOST_WITHOUT_NODES * people
    return replace(measure, flags=(*measure.flags, SPARSE)) if sparse else measure


def spread_key(measure: Measure) -> tuple[object, ...]:
    """What must be equal for two values to differ only in origin model or snapping."""
    return (
        measure.indicator, measure.source, measure.distance, measure.headway_min, measure.district,
        tuple(sorted(measure.dimensions.items())),
    )  # fmt: skip
