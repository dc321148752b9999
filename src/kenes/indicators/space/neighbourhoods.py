"""The walkable neighbourhood around each cell: density, crossings and a walkability score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kenes.indicators.space.geodesy import Floats
from kenes.indicators.space.graph import Positions, StreetGraph
from kenes.indicators.space.reach import neighbourhood_sums
from kenes.indicators.space.structure import Crossings

NEIGHBOURHOOD_M = 1000.0


@dataclass(frozen=True)
class Neighbourhoods:
    """What lies within 1,000 m along the streets of each cell.

    Attributes:
        persons_per_km2: over the cells in reach, shape (cell,); NaN where unknown.
        crossings_per_km2: over the cells in reach.
    """

    persons_per_km2: Floats
    crossings_per_km2: Floats


def neighbourhoods_of(
    graph: StreetGraph,
    cells: Positions,
    persons: Floats,
    area_km2: Floats,
    met: Crossings,
    limit_m: float = NEIGHBOURHOOD_M,
) -> Neighbourhoods:
    """Sums around the junction nearest to each cell.

    Args:
        graph: the network.
        cells: positions of the centres, shape (cell,).
        persons: shape (cell,).
        area_km2: shape (cell,); NaN where a cell has no area.
        met: crossings of the network; each counts once, split over its junctions.
        limit_m: metres.

    Source:
        The local neighbourhoods of Boeing et al., Using open data and open-source software to
        develop spatial indicators of urban design and transport features, The Lancet Global
        Health 10 (2022).
    """
    n = len(graph.junction)
    size = np.bincount(met.cluster[met.cluster >= 0], minlength=max(1, len(met.longitude)))
    crossing = np.zeros((n, 1))
    real = met.cluster >= 0
    crossing[real, 0] = 1 / size[met.cluster[real]]
    chain = np.maximum(cells.chain, 0)
    to_first = cells.offset_m <= graph.chain_length_m[chain] / 2
    junction = np.where(to_first, graph.chain_first[chain], graph.chain_last[chain])
    origins, place = np.unique(junction, return_inverse=True)
    sums = neighbourhood_sums(
        graph,
        origins,
        limit_m,
        junction_values=crossing,
        places=cells.on_the_street(),
        place_values=np.column_stack([persons, area_km2]),
    )
    area = sums.at_places[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(area > 0, sums.at_places[:, 0] / area, np.nan)[place]
        met_density = np.where(area > 0, sums.at_junctions[:, 0] / area, np.nan)[place]
    unknown = ~cells.found
    return Neighbourhoods(
        np.where(unknown, np.nan, density),
        np.where(unknown, np.nan, met_density),
    )


def walkability(around: Neighbourhoods, daily_living: Floats, persons: Floats) -> Floats:
    """Sum of the z-scores of density, crossings and daily living within the city.

    Args:
        around: neighbourhoods, shape (cell,).
        daily_living: number of daily living destinations in reach, shape (cell,).
        persons: cells without inhabitants do not shape mean and deviation.

    Returns:
        shape (cell,); NaN where a part is unknown; a part that is everywhere alike counts 0.
    """
    total = np.zeros(len(persons))
    lived = persons > 0
    for part in (around.persons_per_km2, around.crossings_per_km2, daily_living):
        known = lived & np.isfinite(part)
        deviation = float(part[known].std(ddof=1)) if known.sum() > 1 else 0.0
        middle = float(part[known].mean()) if known.any() else 0.0
        total += (part - middle) / deviation if deviation > 0 else np.where(np.isfinite(part), 0.0, np.nan)
    return total
