"""Profiles: which number of which year enters, the index with its intervals, peers by structure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kenes.catalogue import Catalogue
from kenes.catalogue.definitions import ProfileDefinition
from kenes.comparison import (
    Intervals,
    Specification,
    build,
    contributions,
    correlations,
    from_plain,
    marginal_gains,
    peers_of,
    sensitivity,
    uncertainty,
)
from kenes.comparison import Profile as Built
from kenes.comparison.draws.factors import name_of
from kenes.comparison.draws.intervals import factors_of
from kenes.pipeline.progress import Progress
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.reasons import Reason, read_reason, reason, reason_columns
from kenes.vocabulary.tables import CONTRIBUTIONS, CORRELATIONS, INDEX_FACTS, PEERS, SCORES, SENSITIVITY

Floats = NDArray[np.float64]
Row = dict[str, Any]
UNUSABLE = ("suspect", "insufficient")
SCALE = (0.0, 100.0)
LEAST_SHARE = 0.6
"""A year is taken for an indicator when at least this share of the places that ever have one has it."""
LEAST_RANKED = 3
SOBOL_BASE = 256
SHARES = ("first", "first_low", "first_high", "total", "total_low", "total_high")
SPARE = 4
"""So many times the declared number of peers are kept, for gaps in numbers that the nearest do not have."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The numbers that enter an index: one year an indicator, the same for all places.

    `values` and `errors` have shape (place, indicator); NaN where missing or unusable.
    """

    places: tuple[str, ...]
    indicators: tuple[str, ...]
    years: tuple[int | None, ...]
    values: Floats
    errors: Floats
    units: tuple[str, ...]
    barred: Mapping[tuple[str, str], Reason]
    lacking: Mapping[str, str]
    """Places without any usable value below a required node, with that node."""

    def why_not_ranked(self, place: str) -> Reason:
        """Why a place that is not ranked is not."""
        if place in self.lacking:
            return reason("required", node=self.lacking[place])
        missing = sum((place, indicator) in self.barred for indicator in self.indicators)
        return reason("coverage_missing", missing=missing, all=len(self.indicators))

    def entering(self) -> Floats:
        """The values that are compared, shape (place, indicator): none of a place that lacks what is required."""
        out = np.array([place in self.lacking for place in self.places], dtype=bool)
        return np.where(out[:, None], np.nan, self.values)


class Numbers:
    """Measurements by indicator, place and year."""

    def __init__(self, measurements: pa.Table) -> None:
        self._rows: dict[str, dict[tuple[str, int], Row]] = defaultdict(dict)
        columns = [
            "indicator",
            "place",
            "start",
            "value",
            "uncertainty",
            "unit",
            "quality",
            "flags",
            "reason",
            "reason_values",
        ]
        for row in measurements.select(columns).to_pylist():
            self._rows[row["indicator"]][row["place"], row["start"].year] = row

    def of(self, indicator: str, place: str, year: int) -> Row | None:
        """One measurement, or None."""
        return self._rows[indicator].get((place, year))

    def usable(self, indicator: str, place: str, year: int) -> Row | None:
        """One measurement that may be used in a comparison, or None."""
        row = self.of(indicator, place, year)
        return row if row and row["value"] is not None and row["quality"] not in UNUSABLE else None

    def year(self, indicator: str, places: Sequence[str], years: Mapping[str, Any]) -> int | None:
        """The newest year with a usable value for enough of the places that ever have one."""
        wanted, by_year = set(places), defaultdict(set)
        for (place, year), row in self._rows[indicator].items():
            allowed = (years.get("from") or year) <= year <= (years.get("to") or year)
            if place in wanted and allowed and row["value"] is not None and row["quality"] not in UNUSABLE:
                by_year[year].add(place)
        if not by_year:
            return None
        most = max(map(len, by_year.values()))
        return max(year for year, found in by_year.items() if len(found) >= LEAST_SHARE * most)


def choose(profile: ProfileDefinition, specification: Specification, catalogue: Catalogue, numbers: Numbers) -> Chosen:
    """The numbers that enter a profile, and why others do not."""
    places = tuple(sorted(place.id for place in catalogue.places_of(profile)))
    indicators = specification.indicators
    given = profile.years.get("by_indicator") or {}
    years = tuple(given.get(i) or numbers.year(i, places, profile.years) for i in indicators)
    values, errors = np.full((len(places), len(indicators)), np.nan), np.zeros((len(places), len(indicators)))
    barred: dict[tuple[str, str], Reason] = {}
    for column, (indicator, year) in enumerate(zip(indicators, years, strict=True)):
        for line, place in enumerate(places):
            row = numbers.usable(indicator, place, year) if year else None
            if row is None:
                barred[place, indicator] = _why(numbers.of(indicator, place, year) if year else None)
                continue
            values[line, column] = row["value"]
            errors[line, column] = row["uncertainty"] or 0.0
    units = tuple(catalogue.indicators[i].unit for i in indicators)
    return Chosen(
        places, indicators, years, values, errors, units, barred, _lacking(profile, specification, places, values)
    )


def _lacking(
    profile: ProfileDefinition, specification: Specification, places: Sequence[str], values: Floats
) -> dict[str, str]:
    """Places that have no value below a node that the profile requires."""
    tree, found = specification.tree, dict[str, str]()
    for node in profile.required:
        below = list(tree.leaves_below(tree.ids.index(node)))
        known_at_all = [bool(np.isfinite(row).any()) for row in values[:, below]]
        for place, known in zip(places, known_at_all, strict=True):
            if not known:
                found.setdefault(place, node)
    return found


def _why(row: Row | None) -> Reason:
    none = reason("no_value")
    if row is None:
        return none
    if row["value"] is None:
        return read_reason(row["reason"], row["reason_values"]) or none
    return reason("judged", quality=row["quality"], rules=row["flags"].split())


def specification_of(profile: ProfileDefinition, catalogue: Catalogue) -> Specification:
    """The profile's specification, its goalposts and directions filled in from the indicators."""
    plain = json.loads(json.dumps(dict(profile.specification), default=str))
    plain.setdefault("id", profile.id)
    parents = {node.get("parent") for node in plain["nodes"]}
    for node in plain["nodes"]:
        if node["id"] in parents:
            continue
        definition = catalogue.indicators[node["id"]]
        node.setdefault("unit", definition.unit)
        node.setdefault("direction", {"more": 1, "less": -1, "target": "target"}.get(definition.better))
        if definition.goalposts and "goalposts" not in node:
            node["goalposts"] = {"worst": definition.goalposts.worst, "best": definition.goalposts.best}
    return from_plain(plain)


def compare_profiles(
    catalogue: Catalogue, measurements: pa.Table, progress: Progress, seed: int | None = None
) -> dict[str, pa.Table]:
    """Scores, contributions, peers, facts, sensitivity and correlations of every profile."""
    numbers = Numbers(measurements)
    kinds = {k.name: k for k in (SCORES, CONTRIBUTIONS, PEERS, INDEX_FACTS, SENSITIVITY, CORRELATIONS)}
    rows: dict[str, list[Row]] = {name: [] for name in kinds}
    progress.stage("compare", len(catalogue.profiles))
    for profile in catalogue.profiles.values():
        progress.step(profile.id)
        _compare_one(profile, catalogue, numbers, seed, rows)
    return {name: pa.Table.from_pylist(rows[name], schema=kind.schema()) for name, kind in kinds.items()}


def _compare_one(
    profile: ProfileDefinition, catalogue: Catalogue, numbers: Numbers, seed: int | None, rows: dict[str, list[Row]]
) -> None:
    built, chosen = build_profile(profile, catalogue, numbers)
    found = uncertainty(built, seed=seed)
    weights = dict(zip(chosen.indicators, _leaf_weights(built).tolist(), strict=True))
    root = built.spec.tree.ids[-1]
    rows["scores"] += [_score(profile.id, row, chosen, weights if row["node"] == root else {}) for row in found.rows()]
    rows["contributions"] += _contributions(profile.id, built, chosen)
    rows["peers"] += _peers(profile, chosen.places, numbers)
    rows["index_facts"] += _facts(profile.id, built, chosen, found, seed)
    rows["sensitivity"] += _sensitivity(profile.id, built, found, seed)
    rows["correlations"] += [
        {
            "index": profile.id,
            "a": c.a,
            "b": c.b,
            "method": c.method,
            "r": _finite(c.r),
            "p": _finite(c.p),
            "flag": c.flag,
        }
        for c in correlations(built)
    ]


def build_profile(profile: ProfileDefinition, catalogue: Catalogue, numbers: Numbers) -> tuple[Built, Chosen]:
    """A profile of the observatory as an index, and the numbers that entered it."""
    specification = specification_of(profile, catalogue)
    chosen = choose(profile, specification, catalogue, numbers)
    table = {"place": list(chosen.places)} | {
        indicator: column.tolist() for indicator, column in zip(chosen.indicators, chosen.entering().T, strict=True)
    }
    return build(specification, table, errors=chosen.errors), chosen


def _score(index: str, row: Mapping[str, Any], chosen: Chosen, weights: Mapping[str, float]) -> Row:
    """A row of `scores`; a place that is not ranked still shows the share of the weight that it has."""
    known: Row = {"index": index, **{name: row.get(name) for name in SCORES.schema().names if name != "index"}}
    known |= reason_columns(reason(row["reason"]) if row["reason"] else None)
    for end in ("score_low", "score_high"):  # other normalisations reach beyond the scale, a score does not
        if known[end] is not None:
            known[end] = min(max(known[end], SCALE[0]), SCALE[1])
    if row["ranked"] or not weights:
        return known
    missing = [i for i in chosen.indicators if (row["place"], i) in chosen.barred]
    known["coverage"] = sum(weight for i, weight in weights.items() if i not in missing)
    known |= reason_columns(chosen.why_not_ranked(row["place"]))
    return known


def _contributions(index: str, built: Built, chosen: Chosen) -> list[Row]:
    parts, weights = contributions(built), _leaf_weights(built)
    gains = marginal_gains(built)
    found = []
    for line, place in enumerate(built.places):
        for column, indicator in enumerate(chosen.indicators):
            found.append(
                {
                    "index": index,
                    "place": place,
                    "node": indicator,
                    "value": _finite(parts[line, column]),
                    "measure": _finite(chosen.values[line, column]),
                    "measure_unit": chosen.units[column],
                    "normalised": _finite(built.normalised[line, column]),
                    "weight": float(weights[column]),
                    "gain": _finite(gains[line, column]),
                    "year": chosen.years[column],
                    **reason_columns(chosen.barred.get((place, indicator))),
                }
            )
    return found


def _sensitivity(index: str, built: Built, found: Intervals, seed: int | None) -> list[Row]:
    """Which of the things that the draws vary moves the ranks, overall (no place) and for each ranked place."""
    if len(found.drawn_rows) < LEAST_RANKED:
        return []
    ranked = [built.places[row] for row in found.drawn_rows]
    chosen = [f for f in factors_of(built) if name_of(f) in _drawn_factors(found, built)]
    rows: list[Row] = []
    for shares in sensitivity(built, base=SOBOL_BASE, seed=seed, factors=chosen, places=ranked, methods=("sobol",)):
        place = shares.output.partition(":")[2] or None
        for i, factor in enumerate(shares.factors):
            ends = {name: _finite(getattr(shares, name)[i]) for name in SHARES}
            rows.append({"index": index, "place": place, "factor": factor, **ends, "method": shares.method})
    return rows


def _drawn_factors(found: Intervals, built: Built) -> set[str]:
    """Factors that can move anything: errors only where a value has one, gaps only where a ranked place has one."""
    errors = built.inputs.errors is not None and bool((built.inputs.errors > 0).any())
    gaps = bool(np.isnan(built.inputs.values[found.drawn_rows]).any())
    idle = {name for name, able in (("errors", errors), ("gaps", gaps)) if not able}
    return set(found.factors) - idle


def _leaf_weights(built: Built) -> Floats:
    """Share of each indicator in the whole, shape (indicator,)."""
    tree, share = built.spec.tree, built.weights()
    whole = np.ones(len(tree.ids))
    for position in sorted(tree.aggregates, reverse=True):
        for child in tree.children[position]:
            whole[child] = whole[position] * share[child]
    return whole[: tree.leaves]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _peers(profile: ProfileDefinition, places: Sequence[str], numbers: Numbers) -> list[Row]:
    structure: dict[str, list[Any]] = {"place": list(places)}
    names = []
    for each in profile.peers:
        year = numbers.year(each.indicator, places, profile.years)
        rows = [numbers.usable(each.indicator, place, year) if year else None for place in places]
        if any(rows):
            names.append(each.indicator)
            structure[each.indicator] = [row["value"] if row else None for row in rows]
    log = [each.indicator for each in profile.peers if each.log and each.indicator in names]
    found: list[Row] = []
    for place in places if names else ():
        try:
            peers = peers_of(structure, place, profile.peer_count * SPARE, characteristics=names, log=log)
        except BadInput:
            continue
        found += [
            {"index": profile.id, "place": place, "position": n, "peer": peer.place, "distance": peer.distance}
            for n, peer in enumerate(peers, start=1)
        ]
    return found


def _facts(index: str, built: Built, chosen: Chosen, found: Intervals, seed: int | None) -> list[Row]:
    root = built.spec.tree.ids[-1]
    facts: list[tuple[str, str, Any]] = [
        (root, "factors", json.dumps([f for f in found.factors if f in _drawn_factors(found, built)])),
        (root, "draws", found.draws),
        (root, "level", found.level),
        (root, "seed", built.spec.seed if seed is None else seed),
        (root, "places", len(chosen.places)),
        (root, "ranked", int(built.ranked.sum())),
    ]
    for column, indicator in enumerate(chosen.indicators):
        present = int(np.isfinite(chosen.values[:, column]).sum())
        facts += [(indicator, "year", chosen.years[column]), (indicator, "present", present)]
    return [{"index": index, "node": node, "key": key, "value": str(value)} for node, key, value in facts]
