"""Judge, measure, judge again: observations in the store become measurements with their flags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from kenes.catalogue import Catalogue
from kenes.indicators.measure import Measured, measure
from kenes.indicators.quality import (
    Judgement,
    QualitySettings,
    VariableRange,
    judge_measurements,
    judge_observations,
)
from kenes.indicators.yearly import yearly
from kenes.store import BatchRecord, Store
from kenes.vocabulary.tables import FLAGS, MEASUREMENTS

VOIDING = frozenset({"sentinel", "out_of_range", "dead", "unit_slip"})
"""Rules after which a single value does not count; all others leave it in and are shown."""


def ranges(catalogue: Catalogue) -> dict[str, VariableRange]:
    """Plausible range, unit and kind of each declared variable."""
    return {
        v.id: VariableRange(low=v.plausible.low, high=v.plausible.high, unit=v.unit, kind=v.stock)
        for v in catalogue.variables.values()
    }


def judge_and_measure(
    store: Store, catalogue: Catalogue, batches: Sequence[BatchRecord], indicators: Sequence[str] = ()
) -> dict[str, pa.Table]:
    """Flags, measurements and provenance of the given batches.

    Returns:
        Tables by kind: `flags`, `measurements`, `provenance`.
    """
    keys = [record.batch for record in batches]
    settings = QualitySettings()
    found = judge_observations(store.observations(keys), ranges(catalogue), settings)
    flags = pa.concat_tables([store.source_flags([r.snapshot for r in batches]), found.cast(FLAGS.schema())])
    void = pa.table({"observation": _voided(flags)}, schema=pa.schema([("observation", pa.string())]))
    series = store.run(yearly(), keys, void=void)
    definitions = [d for d in catalogue.indicators.values() if not indicators or d.id in indicators]
    kinds = {place.id: place.kind for place in catalogue.places.values()}
    licences = {m.source.id: m.source.licence for m in catalogue.mappings}
    measured = measure(definitions, catalogue.variables, series, kinds, licences)
    measured, judged = _judged(measured, catalogue, settings)
    return {
        "flags": pa.concat_tables([flags, judged]),
        "measurements": measured.measurements,
        "provenance": measured.provenance,
    }


def _voided(flags: pa.Table) -> list[str]:
    rules, ids = flags["rule"].to_pylist(), flags["observation"].to_pylist()
    return sorted({i for rule, i in zip(rules, ids, strict=True) if i and rule in VOIDING})


def _judged(measured: Measured, catalogue: Catalogue, settings: QualitySettings) -> tuple[Measured, pa.Table]:
    """Measurements with the judgements on them as flags and quality, and the judgements as flags."""
    groups = {p.id: f"{p.country}/{p.kind}" for p in catalogue.places.values()}
    judgements = judge_measurements(measured.measurements, places=groups, settings=settings)
    by_key: dict[tuple[Any, ...], list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        by_key[judgement.indicator, judgement.place, judgement.start].append(judgement)
    rows = measured.measurements.to_pylist()
    flagged = []
    for row in rows:
        for judgement in by_key.get((row["indicator"], row["place"], row["start"]), ()):
            _mark(row, judgement)
            flagged.append(_flag(row, judgement))
    table = pa.Table.from_pylist(rows, schema=MEASUREMENTS.schema())
    return Measured(table, measured.provenance), pa.Table.from_pylist(flagged, schema=FLAGS.schema())


def _mark(row: dict[str, Any], judgement: Judgement) -> None:
    row["flags"] = " ".join(sorted({*row["flags"].split(), judgement.rule}))
    if judgement.severity == "suspect" and row["value"] is not None:
        row["quality"] = "suspect"


def _flag(row: Mapping[str, Any], judgement: Judgement) -> dict[str, Any]:
    return {
        "observation": "",
        "variable": row["indicator"],
        "place": row["place"],
        "site": "",
        "start": row["start"],
        "end": row["end"],
        "rule": judgement.rule,
        "reason": judgement.reason,
        "snapshot": "",
        "locator": f"provenance {row['provenance']}",
    }
