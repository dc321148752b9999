"""Judge, measure, judge again: observations in the store become measurements with their flags."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kenes.catalogue import Catalogue
from kenes.catalogue.definitions import IndicatorDefinition, Variable
from kenes.indicators.measure import MeasuredTables, measure
from kenes.indicators.quality import (
    Judgement,
    PlaceFacts,
    QualitySettings,
    VariableRange,
    judge_measurements,
    judge_observations,
    judgements_of_flags,
    withheld,
)
from kenes.indicators.yearly import yearly
from kenes.store import BatchRecord, Store
from kenes.vocabulary.locators import provenance_locator
from kenes.vocabulary.reasons import reason_columns
from kenes.vocabulary.tables import FLAGS, MEASUREMENTS
from kenes.vocabulary.units import factor

POSITIVE_ONLY = frozenset({"implausibly_low", "step", "unit_slip"})
"""Rules that compare logarithms; they say little of a quantity that may be negative."""


def ranges(catalogue: Catalogue) -> dict[str, VariableRange]:
    """Plausible range and kind of each declared variable."""
    return {
        v.id: VariableRange(v.plausible.low, v.plausible.high, cast(Any, v.stock), v.additive, v.zero_is_natural)
        for v in catalogue.variables.values()
    }


def place_facts(catalogue: Catalogue) -> dict[str, PlaceFacts]:
    """Peer group, parent and changes of territory of each place."""
    changed: dict[str, list[dt.date]] = defaultdict(list)
    for place, date in catalogue.boundary_changes:
        changed[place].append(date)
    return {
        p.id: PlaceFacts(f"{p.country}/{p.kind}", p.parent, tuple(changed.get(p.id, ())))
        for p in catalogue.places.values()
    }


def judge_and_measure(
    store: Store, catalogue: Catalogue, batches: Sequence[BatchRecord], indicators: Collection[str] = ()
) -> dict[str, pa.Table]:
    """Flags, measurements and provenance of the given batches.

    Returns:
        Tables by kind: `flags`, `measurements`, `provenance`.
    """
    keys = [record.batch for record in batches]
    settings, places = QualitySettings(), place_facts(catalogue)
    observations = _in_own_units(store.observations(keys), catalogue)
    found = judge_observations(observations, ranges(catalogue), settings, places=places)
    flags = pa.concat_tables([store.source_flags([r.snapshot for r in batches]), found.cast(FLAGS.schema())])
    left_out = observations.filter(withheld(observations, flags))
    series = store.run(yearly(), keys, void=pa.table({"observation": left_out["observation"]}))
    definitions = [d for d in catalogue.indicators.values() if not indicators or d.id in indicators]
    kinds = {place.id: place.kind for place in catalogue.places.values()}
    licences = {m.source.id: m.source.licence.text("en") for m in catalogue.mappings}
    measured = measure(definitions, catalogue.variables, series, kinds, licences)
    of_flags = judgements_of_flags(flags, _uses(definitions))
    of_values = judge_measurements(measured.measurements, places=places, settings=settings)
    measured, judged = _judged(measured, catalogue, of_flags, of_values)
    return {
        "flags": pa.concat_tables([flags, judged]),
        "measurements": measured.measurements,
        "provenance": measured.provenance,
    }


def _in_own_units(observations: pa.Table, catalogue: Catalogue) -> pa.Table:
    """Values in the unit of their variable, so that ranges and comparisons between sources mean the same."""
    value = observations["value"].to_numpy(zero_copy_only=False).astype(float)
    pairs = pa.table({"v": observations["variable"], "u": observations["unit"]}).group_by(["v", "u"]).aggregate([])
    for variable, unit in zip(pairs["v"].to_pylist(), pairs["u"].to_pylist(), strict=True):
        known = catalogue.variables.get(variable or "")
        scale = factor(unit, known.unit) if known and unit else 1.0
        if scale != 1.0:
            same = pc.and_(
                pc.equal(observations["variable"], pa.scalar(str(variable))),
                pc.equal(observations["unit"], pa.scalar(str(unit))),
            )
            value = np.where(same.to_numpy(zero_copy_only=False), value * scale, value)
    column = observations.schema.get_field_index("value")
    return observations.set_column(column, "value", pa.array(value, pa.float64(), from_pandas=True))


def _uses(definitions: Sequence[IndicatorDefinition]) -> dict[str, set[str]]:
    """Indicators that are computed from each variable."""
    uses: dict[str, set[str]] = defaultdict(set)
    for definition in definitions:
        for each in definition.inputs.values():
            if each.aggregate not in ("coverage", "count"):
                uses[each.variable].add(definition.id)
    return uses


def _judged(
    measured: MeasuredTables, catalogue: Catalogue, of_flags: Sequence[Judgement], of_values: Sequence[Judgement]
) -> tuple[MeasuredTables, pa.Table]:
    """Measurements with the judgements on them, and as new flags those that no observation's flag says already."""
    by_key: dict[tuple[Any, ...], list[Judgement]] = defaultdict(list)
    told = {(j.indicator, j.place, j.start, j.rule) for j in of_flags}
    for judgement in (*of_flags, *of_values):
        by_key[judgement.indicator, judgement.place, judgement.start].append(judgement)
    rows, flagged = measured.measurements.to_pylist(), []
    for row in rows:
        for judgement in by_key.get((row["indicator"], row["place"], row["start"]), ()):
            _mark(row, judgement, catalogue.indicators[row["indicator"]], catalogue.variables)
            if (judgement.indicator, judgement.place, judgement.start, judgement.rule) not in told:
                flagged.append(_flag(row, judgement))
    table = pa.Table.from_pylist(rows, schema=MEASUREMENTS.schema())
    return MeasuredTables(table, measured.provenance), pa.Table.from_pylist(flagged, schema=FLAGS.schema())


def _mark(
    row: dict[str, Any], judgement: Judgement, definition: IndicatorDefinition, variables: Mapping[str, Variable]
) -> None:
    row["flags"] = " ".join(sorted({*row["flags"].split(), judgement.rule}))
    if judgement.severity == "suspect" and row["value"] is not None and not _exempt(judgement, definition, variables):
        row["quality"] = "suspect"


def _exempt(judgement: Judgement, definition: IndicatorDefinition, variables: Mapping[str, Variable]) -> bool:
    """Whether a rule on ratios says nothing here: a quantity that may be negative, a coverage, or a total.

    Totals of small and large places differ by nature, so that a small one is no fault.
    """
    single = [each.variable for each in definition.inputs.values() if definition.formula.text.strip() == each.name]
    total = any(variables[name].stock != "mean" for name in single) and "/" not in definition.unit
    low = definition.plausible.low
    of_presence = all(each.aggregate in ("coverage", "count") for each in definition.inputs.values())
    return judgement.rule in POSITIVE_ONLY and (low is None or low < 0 or of_presence or total)


def _flag(row: Mapping[str, Any], judgement: Judgement) -> dict[str, Any]:
    return {
        "observation": None,
        "variable": row["indicator"],
        "place": row["place"],
        "site": None,
        "start": row["start"],
        "end": row["end"],
        "rule": judgement.rule,
        "snapshot": None,
        "locator": provenance_locator(row["provenance"]),
        "share": None,
        "severity": judgement.severity,
        **reason_columns(judgement.reason),
    }
