"""Every declared method of normalisation keeps the promises of its declaration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.comparison.worlds import flat, table

from kenes.comparison import build
from kenes.comparison.declared.normalisations import NORMALISATIONS
from kenes.comparison.declared.specification import Goalposts, Node
from kenes.comparison.readings.explanation import scale_slopes
from kenes.comparison.steps.normalisation import normalise_column
from kenes.vocabulary.errors import DefinitionError

NODE = Node("i0", direction=1, goalposts=Goalposts(0, 50), target=40)
SETTINGS: dict[str, Any] = {"categories": {str(v): v for v in (10, 20, 30, 40)}, "spread": [0, 45, 46, 50]}
"""For methods that need a setting, such values that more is better up to 45."""
VALUES = np.array([20.0, np.nan, 10.0, 40.0, 30.0, np.nan])
CHOSEN = pytest.mark.parametrize("method", NORMALISATIONS)


def scored(method: str, values: np.ndarray = VALUES, **changes: Any) -> np.ndarray:
    place = 0 if NORMALISATIONS[method].setting == "reference" else None
    return normalise_column(values, replace(NODE, **changes), {"method": method, **SETTINGS}, reference_row=place)


def declared(method: str, lacking: str = "") -> dict[str, Any]:
    """An index of one indicator under a method, with all that the method needs but one thing."""
    node = {"goalposts": {"worst": 0, "best": 50}, "target": 40}
    needed = NORMALISATIONS[method].setting
    settings = {needed: {"reference": "c0000", **SETTINGS}[needed]} if needed else {}
    step = {"method": method, **{k: v for k, v in settings.items() if k != lacking}}
    fields = {k: v for k, v in node.items() if k != lacking}
    return flat(1, [{"normalise": step}, "aggregate"], nodes={"i0": fields})


@CHOSEN
def test_a_gap_stays_a_gap_and_more_scores_more(method: str) -> None:
    found = scored(method)
    assert np.isnan(found).tolist() == np.isnan(VALUES).tolist()
    known = found[[2, 0, 4, 3]]
    assert (np.diff(known) > 0).all()


@CHOSEN
def test_a_scale_that_reaches_zero_says_so(method: str) -> None:
    assert np.nanmin(scored(method)) <= 0 or not NORMALISATIONS[method].reaches_zero({})


@CHOSEN
def test_scores_lie_on_a_line_where_the_method_says_so(method: str) -> None:
    found = scored(method, np.array([20.0, 10, 40, 30]))
    steps = np.diff(found[[1, 0, 3, 2]])
    straight = NORMALISATIONS[method].straight
    assert not straight or steps == pytest.approx(steps[0])
    slopes = scale_slopes(build(declared(method), table([[20.0], [10], [40], [30]])))
    assert slopes[:, 0] == pytest.approx(steps[0] / 10 if straight else np.nan, nan_ok=True)


@CHOSEN
def test_what_a_method_needs_is_asked_for(method: str) -> None:
    assert build(declared(method), table([[20.0], [10], [40]])).ranked.all()
    for name in filter(None, (NORMALISATIONS[method].node, NORMALISATIONS[method].setting)):
        with pytest.raises(DefinitionError, match=f"node i0: expected {name} for {method}, found none"):
            build(declared(method, lacking=name), table([[20.0], [10], [40]]))


@CHOSEN
def test_a_frozen_time_holds_for_the_others_where_the_method_says_so(method: str) -> None:
    if not NORMALISATIONS[method].freezes:
        return
    data = {"place": list("ababab"), "time": [1, 1, 2, 2, 3, 3], "i0": [10.0, 30, 0, 20, 10, 90]}
    plain = flat(1, [{"normalise": {"method": method, "reference": 1}}, "aggregate"], time_column="time")
    found = build(plain, data).index
    alone = build(plain, {name: cells[:4] for name, cells in data.items()}).index
    assert found[:4] == pytest.approx(alone)
