"""What is not known of single cells: measurement errors, and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.declared.settings import Factor
from kenes.comparison.declared.specification import Specification
from kenes.comparison.steps.fitting import guesses
from kenes.comparison.steps.imputation import fill_spread
from kenes.comparison.steps.inputs import Inputs

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CellErrors:
    """Cells to draw from; arrays of shape (row, indicator).

    `gaps` tells where the data have none; `values` are the data, with a guess in each gap that no imputation fills;
    `raw` the standard errors of these; `low` and `high` bound the draws of guesses. `filled` are the deviations of
    cells that imputation fills, in the unit of what it fills, and `floor` and `ceiling` the observed range.
    """

    gaps: NDArray[np.bool_]
    values: Floats
    raw: Floats
    filled: Floats
    low: Floats
    high: Floats
    floor: Floats
    ceiling: Floats
    order: NDArray[np.intp]
    """Row of each place and time in the order of their names: draws do not depend on the order of rows."""

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """Cells that get a normal number, by position in the table turned to (indicator, row)."""
        drawn = ((self.raw > 0) & np.isfinite(self.values) | (self.filled > 0)).T
        positions = np.arange(drawn.size).reshape(drawn.shape)[:, self.order]
        return positions[drawn[:, self.order]]

    @cached_property
    def gap(self) -> NDArray[np.bool_]:
        """Which of `cells` are gaps, filled or guessed; shape of `cells`."""
        return self.gaps.T.ravel()[self.cells]


def cell_errors(profile: Profile, spec: Specification, factors: Sequence[Factor]) -> CellErrors:
    """Errors and gaps of a build's cells under the factors `errors` and `gaps`, for one variant of its steps."""
    inputs = profile.inputs
    values, raw, filled = inputs.values, np.zeros_like(inputs.values), np.zeros_like(inputs.values)
    low, high = np.full(values.shape, -np.inf), np.full(values.shape, np.inf)
    floor, ceiling = low, high
    for factor in factors:
        if factor["kind"] == "errors":
            raw = inputs.errors.copy() if inputs.errors is not None else raw
            raw = np.maximum(raw, np.abs(np.nan_to_num(inputs.values)) * float(factor.get("share", 0.0)))
            for leaf, sd in (factor.get("sd") or {}).items():
                raw[:, profile.position(leaf)] = sd
    if any(factor["kind"] == "gaps" for factor in factors):
        method = spec.step("impute").get("method", "none")
        if method == "none":
            values, spread, low, high = _guessed(profile, spec)
            raw = np.where(np.isnan(inputs.values), spread, raw)
        elif method != "value":
            filled, floor, ceiling = _fills(profile, spec)
    keys = [inputs.places, *([] if inputs.times is None else [[str(t) for t in inputs.times]])]
    order = np.lexsort([np.array(k) for k in reversed(keys)])
    return CellErrors(np.isnan(inputs.values), values, raw, filled, low, high, floor, ceiling, order)


def _fills(profile: Profile, spec: Specification) -> tuple[Floats, Floats, Floats]:
    """How uncertain each fill is, and the range of its indicator among the places of the same time that count."""
    settings, workshop, tree = spec.step("impute"), profile.workshop, spec.tree
    last = [step.kind for step in spec.steps].index("impute")
    before, after = (workshop.prepared(replace(spec, steps=spec.steps[: last + n])).values for n in (0, 1))
    parts = [np.arange(tree.leaves)]
    if settings.get("by") == "branch":
        leaves = [[c for c in tree.children[p] if c < tree.leaves] for p in tree.aggregates]
        parts = [np.array(columns) for columns in leaves if columns]
    spread, floor, ceiling = (np.zeros_like(before) for _ in range(3))
    rng = np.random.default_rng(spec.seed)
    for rows in workshop.blocks:
        floor[rows], ceiling[rows] = _ranges(before[rows])
        for columns in parts:
            part = np.ix_(rows, columns)
            spread[part] = fill_spread(before[part], settings, rng)
    return np.where(np.isnan(before) & np.isfinite(after), spread, 0.0), floor, ceiling


def _guessed(profile: Profile, spec: Specification) -> tuple[Floats, Floats, Floats, Floats]:
    """The data with guesses in the gaps of ranked places, their deviations, and the range they stay in.

    A place that is not ranked keeps its gaps: nobody is measured against what it might have been.
    """
    values = profile.inputs.values
    scale = denomination(spec, profile.inputs)
    measured = values * scale
    guess, spread = np.full(values.shape, np.nan), np.zeros(values.shape)
    for rows in profile.workshop.blocks:
        guess[rows], spread[rows] = guesses(measured[rows])
    open_cell = np.isnan(values) & profile.ranked[:, None] & np.isfinite(guess) & np.isfinite(scale)
    low, high = (np.broadcast_to(ends, values.shape) / scale for ends in _ranges(measured))
    low, high = np.minimum(low, high), np.maximum(low, high)
    guess, spread = guess / scale, np.abs(spread / scale)
    return (
        np.where(open_cell, np.clip(guess, low, high), values),
        np.where(open_cell, spread, 0.0),
        np.where(open_cell, low, -np.inf),
        np.where(open_cell, high, np.inf),
    )


def denomination(spec: Specification, inputs: Inputs) -> Floats:
    """What denomination multiplies each cell by, shape (row, indicator); ones without that step."""
    scale = np.ones_like(inputs.values)
    for column, leaf in enumerate(spec.indicators):
        name = spec.by_id[leaf].denominator if spec.has("denominate") else None
        if name:
            with np.errstate(divide="ignore"):
                scale[:, column] = float(spec.step("denominate").get("scale", 1)) / inputs.denominators[name]
    return scale


def _ranges(values: Floats) -> tuple[Floats, Floats]:
    """Least and greatest value of each indicator, NaN where it has none; shape (indicator,) each."""
    known = np.isfinite(values)
    low: Floats = np.where(known, values, np.inf).min(axis=0)
    high: Floats = np.where(known, values, -np.inf).max(axis=0)
    some = known.any(axis=0)
    return np.where(some, low, np.nan), np.where(some, high, np.nan)
