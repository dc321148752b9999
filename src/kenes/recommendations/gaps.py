"""Where a place lies furthest behind its peers, and which data a place that is not ranked should bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from statistics import median
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from kenes.vocabulary.reasons import reason, reason_columns
from kenes.vocabulary.tables import GAPS, NEEDS

_NO_GAINS: Mapping[tuple[str, str, str], float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class GapSettings:
    """What counts as a gap.

    Args:
        most: gaps kept for a place.
        least: smallest gap, in points of the normalised scale (0-100).
        nearest: how many of the nearest peers that have a value make the median.
        peers: fewer peers with a value than this, and no gap is told.
        needs: data named for a place that is not ranked.
    """

    most: int = 5
    least: float = 5.0
    nearest: int = 5
    peers: int = 3
    needs: int = 5


_DEFAULT = GapSettings()


def _known(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and isfinite(value) else None


def _ranked(scores: pa.Table, roots: Mapping[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Root rows by index and place."""
    rows = scores.select(["index", "place", "node", "ranked", "coverage"]).to_pylist()
    return {(r["index"], r["place"]): r for r in rows if roots.get(r["index"]) == r["node"]}


def _peers(peers: pa.Table) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for row in peers.select(["index", "place", "position", "peer"]).to_pylist():
        found[row["index"], row["place"]].append((row["position"], row["peer"]))
    return {key: [peer for _, peer in sorted(own)] for key, own in found.items()}


def gaps_of(
    contributions: pa.Table,
    peers: pa.Table,
    scores: pa.Table,
    *,
    indicators: Collection[str],
    roots: Mapping[str, str],
    gains: Mapping[tuple[str, str, str], float] = _NO_GAINS,
    settings: GapSettings = _DEFAULT,
) -> pa.Table:
    """The largest gaps of every ranked place against the median of its peers.

    Args:
        contributions: rows of `CONTRIBUTIONS`; `normalised` on a scale of 0-100 on which more is
            better, `measure` in `measure_unit`.
        peers: rows of `PEERS`.
        scores: rows of `SCORES`.
        indicators: nodes that are indicators; all other nodes are left out.
        roots: root node of each index.
        gains: points of the index for one unit of the indicator in the better direction, by index,
            place and indicator; the gap's gain is that slope times the distance to the median.
        settings: how many, how large.

    Returns:
        Rows of `GAPS`, sorted by key. A place has no gap where it lacks the value, where fewer than
        `settings.peers` peers have one, or where it stands at the median or better.
    """
    roots_found = _ranked(scores, roots)
    cells: dict[tuple[str, str, str], dict[str, Any]] = {
        (r["index"], r["place"], r["node"]): r for r in contributions.to_pylist() if r["node"] in indicators
    }
    by_place: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    listed = _peers(peers)
    for (index, place, indicator), cell in cells.items():
        root = roots_found.get((index, place))
        if root is None or not root["ranked"]:
            continue
        others = {p: cells.get((index, p, indicator)) for p in listed.get((index, place), ()) if p != place}
        row = _gap(cell, {p: c for p, c in others.items() if c}, settings)
        if row:
            slope = gains.get((index, place, indicator))
            row["gain"] = None if slope is None else slope * abs(row["peers_median"] - row["value"])
            by_place[index, place].append({"index": index, "place": place, "indicator": indicator, **row})
    rows = []
    for own in by_place.values():
        own.sort(key=lambda r: (-r["gap"], r["indicator"]))
        rows += own[: settings.most]
    return _table(rows, GAPS.schema(), GAPS.key)


def _gap(
    cell: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]], settings: GapSettings
) -> dict[str, Any] | None:
    own, value = _known(cell["normalised"]), _known(cell["measure"])
    with_value = {
        place: (score, measure)
        for place, other in others.items()
        if (score := _known(other["normalised"])) is not None and (measure := _known(other["measure"])) is not None
    }
    with_value = dict(list(with_value.items())[: settings.nearest])
    if own is None or value is None or len(with_value) < settings.peers:
        return None
    gap = median(score for score, _ in with_value.values()) - own
    middle = median(measure for _, measure in with_value.values())
    if gap < settings.least:
        return None
    unit = cell["measure_unit"] or ""
    return {
        "gap": gap,
        "value": value,
        "peers_median": middle,
        "unit": cell["measure_unit"],
        "peers": " ".join(with_value),
        **reason_columns(
            reason("gap", value=value, unit=unit, median=middle, peers=len(with_value), gap=round(gap, 1))
        ),
    }


def needs_of(
    scores: pa.Table,
    contributions: pa.Table,
    weights: Mapping[str, Mapping[str, float]],
    *,
    roots: Mapping[str, str],
    settings: GapSettings = _DEFAULT,
) -> pa.Table:
    """The data that a place which is not ranked should bring first: its missing indicators by weight.

    Args:
        scores: rows of `SCORES`.
        contributions: rows of `CONTRIBUTIONS`; an indicator is present where `measure` is known.
        weights: effective weight (share of the whole, in [0, 1]) of each indicator, by index.
        roots: root node of each index.
        settings: how many.

    Returns:
        Rows of `NEEDS`, sorted by key.
    """
    present: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in contributions.select(["index", "place", "node", "measure"]).to_pylist():
        if _known(row["measure"]) is not None:
            present[row["index"], row["place"]].add(row["node"])
    rows = []
    for (index, place), root in _ranked(scores, roots).items():
        if root["ranked"]:
            continue
        own = weights.get(index, {})
        missing = [i for i in own if i not in present[index, place] and own[i] > 0]
        missing.sort(key=lambda i: (-own[i], i))
        covered = _known(root["coverage"]) or 0.0
        for position, indicator in enumerate(missing[: settings.needs], start=1):
            why = reason("need", weight=round(own[indicator], 3), coverage=round(covered, 3))
            rows.append(
                {
                    "index": index,
                    "place": place,
                    "position": position,
                    "indicator": indicator,
                    "weight": own[indicator],
                    **reason_columns(why),
                }
            )
    return _table(rows, NEEDS.schema(), NEEDS.key)


def _table(rows: list[dict[str, Any]], schema: pa.Schema, key: tuple[str, ...]) -> pa.Table:
    table = pa.Table.from_pylist(rows, schema=schema)
    return table.sort_by([(column, "ascending") for column in key])
