"""COINr's two tables, iData and iMeta, as a specification and data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kenes.comparison.declared.plain import from_plain
from kenes.comparison.declared.specification import Json, Plain
from kenes.comparison.table import Columns, columns_of
from kenes.vocabulary.errors import DefinitionError

NEEDED = ("iCode", "Parent", "Type", "Direction")
TYPES = ("Indicator", "Aggregate", "Group", "Denominator", "Other")
EMPTY = (None, "", "NA", "NaN")
NAMES = ("uCode", "uName", "Time")
"""Columns of names, in which NA is a name (of Namibia) and no gap."""


@dataclass(frozen=True, slots=True)
class CoinRow:
    """A row of iMeta; None where a cell is empty."""

    code: str
    kind: str
    parent: str | None
    name: str | None
    unit: str | None
    denominator: str | None
    level: float | None
    direction: float | None
    weight: float | None
    target: float | None


def from_coin(idata: object, imeta: object, *, steps: Sequence[Json] | None = None) -> tuple[Plain, Columns]:
    """Turn iData and iMeta into the plain form of a specification and its data, codes kept.

    Args:
        idata: a table with uCode and a column for each indicator, group and denominator.
        imeta: a table with a row for each column code: iCode, Parent, Type, Direction, Weight.
        steps: the steps; by default denominate (where there are denominators), min-max 0-100 and arithmetic
            means, as COINr does unless told otherwise.

    Returns:
        The plain form, already checked, and the data with empty cells as None.

    Raises:
        DefinitionError: a column is missing, or the tree is no tree; names code and mend.
    """
    meta, data = columns_of(imeta), columns_of(idata)
    missing = [n for n in NEEDED if n not in meta]
    if missing or "uCode" not in data:
        raise DefinitionError(
            "COINr tables",
            expected="iCode, Parent, Type and Direction in iMeta, uCode in iData",
            found="no " + ", ".join(missing or ["uCode"]),
            mend="Export both tables with their headers.",
        )
    rows = [_row(dict(zip(meta, cells, strict=True))) for cells in zip(*meta.values(), strict=True)]
    _check_rows(rows)
    absent = [row.code for row in rows if row.kind == "Indicator" and row.code not in data]
    if absent:
        raise DefinitionError("iData", expected="a column for each indicator", found="no " + ", ".join(absent))
    nodes = [row for row in rows if row.kind in ("Indicator", "Aggregate")]
    usual: list[Json] = [{"denominate": {}}] if any(row.denominator is not None for row in nodes) else []
    usual += [{"normalise": {"method": "min_max", "low": 0, "high": 100}}, {"aggregate": {"method": "arithmetic"}}]
    plain: Plain = {
        "id": next((row.code for row in nodes if row.parent is None), "index"),
        "place_column": "uCode",
        "groups": [row.code for row in rows if row.kind == "Group"],
        "nodes": [_node(row) for row in nodes],
        "steps": list(steps) if steps is not None else usual,
    }
    if "Time" in data and len(set(data["Time"])) > 1:
        plain["time_column"] = "Time"
    from_plain(plain)
    return plain, {
        name: [None if v in EMPTY and not (v == "NA" and name in NAMES) else v for v in values]
        for name, values in data.items()
    }


def _row(cells: Mapping[str, object]) -> CoinRow:
    """A row of iMeta, read."""

    def text(column: str) -> str | None:
        value = cells.get(column)
        return None if value in EMPTY else str(value)

    def number(column: str) -> float | None:
        found = text(column)
        try:
            return None if found is None else float(found)
        except ValueError:
            raise DefinitionError(
                f"iMeta {cells['iCode']}",
                expected=f"a number in {column}",
                found=repr(cells[column]),
                mend="Correct the cell.",
            ) from None

    return CoinRow(
        code=str(cells["iCode"]),
        kind=str(cells["Type"]),
        parent=text("Parent"),
        name=text("iName"),
        unit=text("Unit"),
        denominator=text("Denominator"),
        level=number("Level"),
        direction=number("Direction"),
        weight=number("Weight"),
        target=number("Target"),
    )


def _check_rows(rows: Sequence[CoinRow]) -> None:
    """Types that COINr knows, directions of indicators, and levels that go up from child to parent."""
    levels = {row.code: row.level for row in rows}
    for row in rows:
        if row.kind not in TYPES:
            raise DefinitionError(
                f"iMeta {row.code}",
                expected=f"a Type of {', '.join(TYPES)}",
                found=row.kind,
                mend="Correct the Type.",
            )
        if row.kind == "Indicator" and row.direction not in (-1.0, 1.0):
            raise DefinitionError(
                f"iMeta {row.code}",
                expected="a Direction of 1 or -1",
                found=f"{row.direction}",
                mend="Correct the Direction.",
            )
        own, above = row.level, levels.get(row.parent or "")
        if row.kind in ("Indicator", "Aggregate") and own is not None and above is not None and above <= own:
            raise DefinitionError(
                f"iMeta {row.code}",
                expected=f"a Level below {above:g}, that of its parent {row.parent}",
                found=f"{own:g}",
                mend="Correct the Level or the Parent.",
            )


def _node(row: CoinRow) -> Plain:
    """One node; what is empty is left out."""
    indicator = row.kind == "Indicator"
    node: Plain = {
        "id": row.code,
        "name": row.name,
        "parent": row.parent,
        "unit": row.unit,
        "denominator": row.denominator,
        "weight": row.weight,
        "target": row.target if indicator else None,
        "direction": int(row.direction) if indicator and row.direction is not None else None,
    }
    return {key: value for key, value in node.items() if value is not None}
