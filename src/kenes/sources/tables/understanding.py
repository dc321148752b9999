"""What each row of a batch speaks of: its place, period, unit, site and dimensions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from kenes.catalogue.mapping_records import PlaceRule, SourceMapping, TimeRule
from kenes.catalogue.places import PlaceIndex
from kenes.sources.tables.columns import Codes, Mask, among
from kenes.sources.tables.lookups import Coded, CodedTexts, Lookup
from kenes.sources.tables.periods import Period, period_reader
from kenes.sources.tables.plans import Plan, Spot
from kenes.sources.tables.records import Batch
from kenes.vocabulary.errors import UnitMismatch
from kenes.vocabulary.reasons import Reason, reason
from kenes.vocabulary.units import factor

PlaceAnswer = str | Reason | None
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Subjects:
    """What the rows speak of, shape (row,) each.

    Attributes:
        chosen: rows that this plan reads.
        refused: rows of which something cannot be understood.
        reasons: of place, period and unit, None where understood; the first that applies counts.
        spans: start, end, civil start, civil end in microseconds, shape (row, 4).
    """

    chosen: Mask
    refused: Mask
    reasons: tuple[Coded[Reason], ...]
    place: CodedTexts
    spans: npt.NDArray[np.int64]
    unit: CodedTexts
    site: CodedTexts
    dimensions: CodedTexts

    def reason(self, row: int) -> Reason | None:
        """Why a row is refused, None if it is not."""
        return next((found for coded in self.reasons if (found := coded.of(row))), None)


class Understanding:
    """Understands the texts of one file; remembers every text it has met."""

    def __init__(self, mapping: SourceMapping, places: PlaceIndex, variables: Mapping[str, str]) -> None:
        self._mapping, self._variables = mapping, variables
        self._places: Lookup[PlaceAnswer] = Lookup(place_reader(mapping.place, places))
        self._times: dict[TimeRule, Lookup[Period | Reason]] = {}
        self._units: dict[int, Lookup[str | Reason]] = {}
        self._trimmed: dict[str, Lookup[str | None]] = {}

    def kept(self, batch: Batch) -> Mask:
        """Rows that `keep` and `drop` leave."""
        mask: Mask = np.ones(len(batch.rows), dtype=bool)
        for column, texts in self._mapping.keep.items():
            mask &= among(batch.columns[column], texts)
        for column, texts in self._mapping.drop.items():
            mask &= ~among(batch.columns[column], texts)
        return mask

    def chosen(self, batch: Batch, plan: Plan, kept: Mask) -> Mask:
        """Rows among those kept that a plan reads, by its `when` and `unless`."""
        chosen = kept.copy()
        for column, texts in plan.rule.when.items():
            chosen &= among(batch.columns[column], texts)
        for column, texts in plan.rule.unless.items():
            chosen &= ~among(batch.columns[column], texts)
        return chosen

    def subjects(self, batch: Batch, plan: Plan, chosen: Mask) -> Subjects:
        """What the chosen rows of a batch, at least one, speak of under one plan."""
        place_at = _codes(batch, plan.place, self._places, chosen)
        ignored = np.array([answer is None for answer in self._places.answers], dtype=bool)
        times = self._times.setdefault(plan.time_rule, Lookup(period_reader(plan.time_rule)))
        time_at = _codes(batch, plan.time, times, chosen)
        units = self._units.setdefault(plan.rule.line, Lookup(_unit_reader(plan, self._variables)))
        unit_at = _codes(batch, plan.unit, units, chosen)
        reasons = (
            _reasons(self._places.answers, place_at),
            _reasons(times.answers, time_at),
            _reasons(units.answers, unit_at),
        )
        spans = [answer if isinstance(answer, Period) else (0, 0, 0, 0) for answer in times.answers]
        return Subjects(
            chosen=chosen & ~ignored[place_at],
            refused=reasons[0].present() | reasons[1].present() | reasons[2].present(),
            reasons=reasons,
            place=_texts(self._places.answers, place_at),
            spans=np.array(spans, dtype=np.int64).reshape(-1, 4)[time_at],
            unit=_texts(units.answers, unit_at),
            site=self._text(batch, self._mapping.site_column, chosen),
            dimensions=self._dimensions(batch, plan, chosen),
        )

    def _text(self, batch: Batch, column: str | None, chosen: Mask) -> CodedTexts:
        if column is None:
            return CodedTexts((None,), np.zeros(len(batch.rows), dtype=np.int64))
        lookup = self._trimmed.setdefault(column, Lookup(lambda text: text.strip() or None))
        at = lookup.codes(batch.columns[column], chosen)
        return CodedTexts(tuple(lookup.answers), at)

    def _dimensions(self, batch: Batch, plan: Plan, chosen: Mask) -> CodedTexts:
        """Dimensions as JSON with sorted keys, None when a variable has none."""
        fixed = {d.name: d.value for d in plan.rule.dimensions if d.column is None}
        columns = {d.name: d.column for d in plan.rule.dimensions if d.column is not None}
        named = {name: self._text(batch, column, chosen) for name, column in columns.items()}
        if not named:
            text = _json(fixed) if fixed else None
            return CodedTexts((text,), np.zeros(len(batch.rows), dtype=np.int64))
        combined = np.zeros(len(batch.rows), dtype=np.int64)
        for coded in named.values():
            combined = combined * len(coded.answers) + coded.at
        _, first, at = np.unique(combined, return_index=True, return_inverse=True)
        texts = [_json({**fixed, **{name: coded.of(row) for name, coded in named.items()}}) for row in first.tolist()]
        return CodedTexts(texts, at.astype(np.int64).reshape(-1))


def place_reader(rule: PlaceRule, places: PlaceIndex) -> Callable[[str], PlaceAnswer]:
    """A function from a text to a place's id, a refusal, or None for a text to be ignored."""

    def find(text: str) -> PlaceAnswer:
        text = text.strip()
        if text in rule.ignore:
            return None
        if not text:
            return reason("no_place")
        found = places.look_up(text, scheme=rule.scheme, within=rule.within, kinds=rule.kinds, aliases=rule.aliases)
        return found if isinstance(found, Reason) else found.id

    return find


def blank(batch: Batch) -> Mask:
    """Rows without a text in any column that is read."""
    found: Mask = np.ones(len(batch.rows), dtype=bool)
    for column in sorted(batch.columns.values(), key=lambda column: len(column.dictionary)):
        if not found.any():
            break
        found &= among(column, frozenset({""}))
    return found


def _unit_reader(plan: Plan, variables: Mapping[str, str]) -> Callable[[str], str | Reason]:
    def find(text: str) -> str | Reason:
        text = text.strip()
        if plan.unit.column is None:
            return text
        if plan.rule.units:
            return plan.rule.units.get(text) or reason("unit_undeclared", unit=text)
        return _written_unit(text, variables[plan.rule.variable])

    return find


def _written_unit(text: str, wanted: str) -> str | Reason:
    """A unit as sources write it, such as `UG/M3`, if it has the dimension that is wanted."""
    raised = re.sub(r"([A-Za-z])([23])(?![0-9])", r"\1^\2", text)
    for spelling in (text, raised, raised.lower()):
        try:
            factor(spelling, wanted)
        except UnitMismatch:
            continue
        return spelling
    return reason("unit_unfit", unit=text, wanted=wanted)


def _codes(batch: Batch, spot: Spot, lookup: Lookup[A], chosen: Mask) -> Codes:
    if spot.column is None:
        return np.full(len(batch.rows), lookup.code(spot.text), dtype=np.int64)
    return lookup.codes(batch.columns[spot.column], chosen)


def _reasons(answers: Sequence[object], at: Codes) -> Coded[Reason]:
    return Coded(tuple(answer if isinstance(answer, Reason) else None for answer in answers), at)


def _texts(answers: Sequence[object], at: Codes) -> CodedTexts:
    return CodedTexts(tuple(answer if isinstance(answer, str) else None for answer in answers), at)


def _json(pairs: dict[str, str | None]) -> str:
    return json.dumps(pairs, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
