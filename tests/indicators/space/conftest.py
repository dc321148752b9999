"""Loops are compiled before the first test that needs them, so that no test is blamed for the time it takes."""

from __future__ import annotations

import numpy as np
import pytest

from kenes.indicators.space.graph import build_graph
from kenes.indicators.space.reach import distances_to, neighbourhood_sums
from kenes.indicators.space.snapping import StreetFinder


@pytest.fixture(scope="package", autouse=True)
def compiled() -> None:
    """One street, looked at in every compiled way."""
    graph = build_graph(np.array([0.0, 0.001]), np.zeros(2), np.array([0]), np.array([1]))
    at = StreetFinder(graph).snap(np.zeros(1), np.zeros(1))
    distances_to(graph, at, 100.0).at(at)
    ones = np.ones((2, 1))
    neighbourhood_sums(graph, np.arange(2), 100.0, junction_values=ones, places=at, place_values=ones[:1])
