"""The tables of a built index in the pinned form.

CSV is UTF-8 with comma and line feed, empty where missing; floats read back equal; rows are sorted by key.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kenes.comparison.building import Profile
from kenes.comparison.draws.influence import Sensitivity, sensitivity
from kenes.comparison.draws.intervals import Intervals
from kenes.comparison.readings.explanation import contributions
from kenes.comparison.readings.structure import correlations, effective_weights
from kenes.store.exports import cell as text_cell
from kenes.vocabulary.reasons import reason

Row = Sequence[Any]
Tables = dict[str, tuple[list[str], list[Row]]]
MOST_PAIRED = 150
WIDE = {"denominated": "denominated", "imputed": "imputed", "treated": "treated", "normalised": "normalised"}
SCORES = (
    "index",
    "place",
    "node",
    "score",
    "score_low",
    "score_high",
    "rank",
    "rank_low",
    "rank_high",
    "level",
    "draws",
    "coverage",
    "ranked",
    "reason",
    "reason_values",
)
_SHARES = ("first", "first_low", "first_high", "total", "total_low", "total_high")


def cell(value: Any) -> str:
    """One cell of a pinned CSV: floats by repr, empty for what is missing, no text that a spreadsheet would run."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value + 0.0)
    return text_cell(value)


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A table in the pinned CSV form."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(v) for v in row] for row in rows)
    return text.getvalue().encode()


def profile_tables(profile: Profile, intervals: Intervals | None) -> Tables:
    """Every table of a build, sorted by key."""
    spec, tables = profile.spec, Tables()
    key, keys = keys_of(profile)
    order = sorted(range(len(keys)), key=lambda i: tuple(map(str, keys[i])))
    for name in WIDE:
        if name in profile.stages:
            values = profile.stages[name]
            tables[name] = ([*key, *spec.indicators], [[*keys[i], *values[i]] for i in order])
    names = [spec.tree.ids[p] for p in reversed(spec.tree.aggregates)] + list(spec.indicators)
    columns = [profile.position(n) for n in names]
    ranks = whole_numbers(profile.ranks)
    tables["scores"] = ([*key, *names], [[*keys[i], *profile.scores[i, columns]] for i in order])
    tables["ranks"] = ([*key, *names], [[*keys[i], *(ranks[i][c] for c in columns)] for i in order])
    tables["treatment"] = _treatment(profile, key, keys)
    tables["contributions"] = _contributions(profile, key, keys)
    effective, nominal = effective_weights(profile), spec.weights()
    weights: list[Row] = [[n, float(nominal[p]), float(effective[p])] for p, n in enumerate(spec.tree.ids)]
    tables["weights"] = (["node", "nominal", "effective"], sorted(weights, key=lambda r: str(r[0])))
    tables["correlations"] = _correlations(profile)
    if intervals is not None:
        tables["intervals"] = interval_table(profile, intervals)
    return tables


def keys_of(profile: Profile) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names of the key columns, place and perhaps time, and the key of each row."""
    if profile.inputs.times is None:
        return ["place"], [(p,) for p in profile.places]
    return ["place", "time"], list(zip(profile.places, profile.inputs.times, strict=True))


def whole_numbers(ranks: Any) -> list[list[int | None]]:
    """Ranks as whole numbers, None where there is none."""
    return [[None if np.isnan(v) else int(v) for v in row] for row in ranks]


def _treatment(profile: Profile, key: list[str], keys: list[tuple[Any, ...]]) -> tuple[list[str], list[Row]]:
    leaves = profile.spec.indicators
    rows = [[*keys[c.row], leaves[c.column], c.before, c.after, c.step] for c in profile.changes]
    rows.sort(key=lambda r: tuple(map(str, r[: len(key) + 1])))
    return [*key, "node", "before", "after", "step"], list(rows)


def _contributions(profile: Profile, key: list[str], keys: list[tuple[Any, ...]]) -> tuple[list[str], list[Row]]:
    given, leaves = contributions(profile), profile.spec.indicators
    rows = [[*keys[i], leaf, given[i, j]] for i in range(len(keys)) for j, leaf in enumerate(leaves)]
    rows.sort(key=lambda r: tuple(map(str, r[:-1])))
    return [*key, "node", "value"], list(rows)


def _correlations(profile: Profile) -> tuple[list[str], list[Row]]:
    """Pearson and Spearman for every pair of nodes, up to so many; Kendall for siblings and ancestors."""
    pairs = "all" if len(profile.spec.tree.ids) <= MOST_PAIRED else "related"
    found = [c for m in ("pearson", "spearman") for c in correlations(profile, method=m, pairs=pairs)]
    found += correlations(profile, method="kendall")
    rows: list[Row] = [[c.a, c.b, c.method, c.r, c.p] for c in found]
    return ["a", "b", "method", "r", "p"], sorted(rows, key=lambda r: (r[0], r[1], r[2]))


def interval_table(profile: Profile, intervals: Intervals) -> tuple[list[str], list[Row]]:
    """Intervals in the columns of the pinned scores, with the time before the node where there is one."""
    times = profile.inputs.times
    columns = list(SCORES)
    if times is not None:
        columns.insert(2, "time")
    rows = []
    for number, record in enumerate(intervals.rows()):
        whole = {k: None if record[k] is None else int(record[k]) for k in ("rank", "rank_low", "rank_high")}
        why = reason(record["reason"]).text if record["reason"] else None
        full = {"index": profile.spec.id, **record, **whole, "reason_values": why}
        if times is not None:
            full["time"] = times[number // len(intervals.nodes)]
        rows.append([full[c] for c in columns])
    width = columns.index("node") + 1
    return columns, sorted(rows, key=lambda r: tuple(map(str, r[:width])))


def influence(profile: Profile, draws: int, workers: int) -> list[Sensitivity]:
    """Variance shares of the mean rank shift and, in a table without time, of each place's rank."""
    base = int(min(512, max(64, 2 ** math.floor(math.log2(max(draws, 64))))))
    single = profile.inputs.times is None
    ranked = [p for p, ok in zip(profile.places, profile.ranked, strict=True) if ok] if single else []
    return sensitivity(profile, base=base, workers=workers, places=ranked)


def sensitivity_table(found: Sequence[Sensitivity]) -> tuple[list[str], list[Row]]:
    """Variance shares, a row for each factor and output."""
    rows = [
        [f, s.output, *(float(getattr(s, c)[i]) for c in _SHARES), s.method]
        for s in found
        for i, f in enumerate(s.factors)
    ]
    return ["factor", "output", *_SHARES, "method"], sorted(rows, key=lambda r: (r[0], r[1], r[-1]))
