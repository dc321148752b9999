"""The tables of a built index in the pinned form.

CSV is UTF-8 with comma and line feed, empty where missing; floats read back equal; rows are sorted by key.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kenes.comparison.building import Profile
from kenes.comparison.draws.influence import Sensitivity, sensitivity
from kenes.comparison.draws.intervals import IntervalRow, Intervals
from kenes.comparison.readings.explanation import contributions
from kenes.comparison.readings.structure import correlations, effective_weights
from kenes.store.exports import cell as text_cell
from kenes.vocabulary.reasons import reason

Floats = NDArray[np.float64]
Key = tuple[object, ...]
Row = Sequence[object]
Table = tuple[list[str], list[Row]]
Tables = dict[str, Table]
MOST_PAIRED = 150
WIDE = ("denominated", "imputed", "treated", "normalised")
_SHARES = ("first", "first_low", "first_high", "total", "total_low", "total_high")


def cell(value: object) -> str:
    """One cell of a pinned CSV: floats by repr, empty for what is missing, no text that a spreadsheet would run."""
    if isinstance(value, np.generic):
        return cell(value.item())
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


def keys_of(profile: Profile) -> tuple[list[str], list[Key]]:
    """Names of the key columns, place and perhaps time, and the key of each row."""
    if profile.inputs.times is None:
        return ["place"], [(p,) for p in profile.places]
    return ["place", "time"], list(zip(profile.places, profile.inputs.times, strict=True))


def whole_numbers(ranks: Floats) -> list[list[int | None]]:
    """Ranks as whole numbers, None where there is none."""
    lines: list[list[float]] = ranks.tolist()
    return [[None if math.isnan(v) else int(v) for v in line] for line in lines]


def _treatment(profile: Profile, key: list[str], keys: list[Key]) -> Table:
    leaves = profile.spec.indicators
    rows: list[Row] = [[*keys[c.row], leaves[c.column], c.before, c.after, c.step] for c in profile.changes]
    rows.sort(key=lambda r: tuple(map(str, r[: len(key) + 1])))
    return [*key, "node", "before", "after", "step"], rows


def _contributions(profile: Profile, key: list[str], keys: list[Key]) -> Table:
    given, leaves = contributions(profile), profile.spec.indicators
    rows: list[Row] = [[*keys[i], leaf, given[i, j]] for i in range(len(keys)) for j, leaf in enumerate(leaves)]
    rows.sort(key=lambda r: tuple(map(str, r[:-1])))
    return [*key, "node", "value"], rows


def _correlations(profile: Profile) -> Table:
    """Pearson and Spearman for every pair of nodes, up to so many; Kendall for siblings and ancestors."""
    pairs = "all" if len(profile.spec.tree.ids) <= MOST_PAIRED else "related"
    found = [c for m in ("pearson", "spearman") for c in correlations(profile, method=m, pairs=pairs)]
    found += correlations(profile, method="kendall")
    found.sort(key=lambda c: (c.a, c.b, c.method))
    return ["a", "b", "method", "r", "p"], [[c.a, c.b, c.method, c.r, c.p] for c in found]


def interval_table(profile: Profile, intervals: Intervals) -> Table:
    """Intervals in the columns of the pinned scores, with the time before the node where there is one."""
    times = profile.inputs.times
    columns = ["index", *IntervalRow.__annotations__, "reason_values"]
    if times is not None:
        columns.insert(2, "time")
    rows: list[Row] = []
    for number, record in enumerate(intervals.rows()):
        full: dict[str, object] = {
            **record,
            "index": profile.spec.id,
            "rank": _whole(record["rank"]),
            "rank_low": _whole(record["rank_low"]),
            "rank_high": _whole(record["rank_high"]),
            "reason_values": reason(record["reason"]).text if record["reason"] else None,
            "time": None if times is None else times[number // len(intervals.nodes)],
        }
        rows.append([full[c] for c in columns])
    width = columns.index("node") + 1
    return columns, sorted(rows, key=lambda r: tuple(map(str, r[:width])))


def _whole(rank: float | None) -> int | None:
    return None if rank is None else int(rank)


def influence(profile: Profile, draws: int, workers: int) -> list[Sensitivity]:
    """Variance shares of the mean rank shift and, in a table without time, of each place's rank."""
    base = int(min(512, max(64, 2 ** math.floor(math.log2(max(draws, 64))))))
    single = profile.inputs.times is None
    ranked = [p for p, ok in zip(profile.places, profile.ranked, strict=True) if ok] if single else []
    return sensitivity(profile, base=base, workers=workers, places=ranked)


def sensitivity_table(found: Sequence[Sensitivity]) -> Table:
    """Variance shares, a row for each factor and output."""
    rows: list[Row] = []
    for s in sorted(found, key=lambda s: (s.output, s.method)):
        columns = np.column_stack([s.first, s.first_low, s.first_high, s.total, s.total_low, s.total_high])
        shares: list[list[float]] = columns.tolist()
        rows += [[f, s.output, *line, s.method] for f, line in zip(s.factors, shares, strict=True)]
    rows.sort(key=lambda r: str(r[0]))
    return ["factor", "output", *_SHARES, "method"], rows
