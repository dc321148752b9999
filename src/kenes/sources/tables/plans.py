"""Which cells of a table are read as which variable: the mapping laid over the headings of a file."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from kenes.catalogue.mapping_records import SourceMapping, TimeRule, VariableRule
from kenes.sources.tables.records import Records
from kenes.vocabulary.errors import SourceError


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a text comes from: a column, or the same text for all rows."""

    column: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One variable in one column, with the spots of its place, time and unit."""

    rule: VariableRule
    place: Spot
    time: Spot
    time_rule: TimeRule
    unit: Spot


@dataclass(frozen=True, slots=True)
class CellPlan:
    """One column of values and the variables that it may hold.

    Attributes:
        position: position of the column in the file, from 1.
    """

    column: str
    position: int
    plans: tuple[Plan, ...]


def plan_cells(mapping: SourceMapping, records: Records) -> tuple[CellPlan, ...]:
    """Lay a mapping over the headings of a file, in the order of the file.

    Raises:
        SourceError: a pattern that fits no heading.
    """
    found: dict[str, list[Plan]] = defaultdict(list)
    for rule in mapping.variables:
        if rule.column is not None:
            found[rule.column].append(_plan(mapping, rule, {}))
            continue
        matches = [(h, m) for h in records.header if (m := re.fullmatch(rule.pattern or "", h))]
        if not matches:
            raise SourceError(
                f"no heading fits {rule.pattern!r}",
                found=", ".join(records.header)[:400],
                where=mapping.where(rule.line),
                code="column_missing",
            )
        for heading, match in matches:
            found[heading].append(_plan(mapping, rule, match.groupdict()))
    cells = [CellPlan(column, records.position(column), tuple(plans)) for column, plans in found.items()]
    return tuple(sorted(cells, key=lambda cell: cell.position))


def _plan(mapping: SourceMapping, rule: VariableRule, groups: dict[str, str | None]) -> Plan:
    time_rule = rule.time or mapping.time
    place = Spot(mapping.place.column, mapping.place.value or "")
    time = Spot(time_rule.column, time_rule.value or "")
    return Plan(
        rule=rule,
        place=Spot(None, groups["place"] or "") if "place" in groups else place,
        time=Spot(None, groups["time"] or "") if "time" in groups else time,
        time_rule=time_rule,
        unit=Spot(rule.unit_column, rule.unit or ""),
    )


def needed_columns(mapping: SourceMapping, cells: tuple[CellPlan, ...], records: Records) -> tuple[str, ...]:
    """Columns to read from the file."""
    named = [column for column in mapping.columns() if column != "row" or column in records.names]
    return tuple(dict.fromkeys([*named, *(cell.column for cell in cells)]))
