"""COINr's two tables, iData and iMeta, as a specification and data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kenes.comparison.declared.plain import from_plain
from kenes.comparison.declared.specification import Plain
from kenes.comparison.steps.table import Columns, columns_of
from kenes.vocabulary.errors import DefinitionError

NEEDED = ("iCode", "Parent", "Type", "Direction")
TYPES = ("Indicator", "Aggregate", "Group", "Denominator", "Other")
EMPTY = (None, "", "NA", "NaN")


def from_coin(idata: Any, imeta: Any, *, steps: Sequence[Any] | None = None) -> tuple[Plain, Columns]:
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
    rows = [dict(zip(meta, cells, strict=True)) for cells in zip(*meta.values(), strict=True)]
    _check_rows(rows)
    nodes = [_node(r) for r in rows if r["Type"] in ("Indicator", "Aggregate")]
    absent = [
        n["id"] for r, n in zip(_nodes(rows), nodes, strict=True) if r["Type"] == "Indicator" and n["id"] not in data
    ]
    if absent:
        raise DefinitionError("iData", expected="a column for each indicator", found="no " + ", ".join(absent))
    denominated = any("denominator" in n for n in nodes)
    usual: list[Any] = [{"denominate": {}}] if denominated else []
    usual += [{"normalise": {"method": "min_max", "low": 0, "high": 100}}, {"aggregate": {"method": "arithmetic"}}]
    plain: Plain = {
        "id": next((n["id"] for n in nodes if "parent" not in n), "index"),
        "place_column": "uCode",
        "groups": [str(r["iCode"]) for r in rows if r["Type"] == "Group"],
        "nodes": nodes,
        "steps": list(steps) if steps is not None else usual,
    }
    if "Time" in data and len(set(data["Time"])) > 1:
        plain["time_column"] = "Time"
    from_plain(plain)
    names = ("uCode", "uName", "Time")
    return plain, {
        name: [None if v in EMPTY and not (v == "NA" and name in names) else v for v in values]
        for name, values in data.items()
    }


def _check_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Types that COINr knows, numbers where numbers belong, and levels that go up from child to parent."""
    levels = {r["iCode"]: _number(r, "Level") for r in rows}
    for row in rows:
        if row["Type"] not in TYPES:
            raise DefinitionError(
                f"iMeta {row['iCode']}",
                expected=f"a Type of {', '.join(TYPES)}",
                found=str(row["Type"]),
                mend="Correct the Type.",
            )
        for column in ("Direction", "Weight", "Target"):
            _number(row, column)
        if row["Type"] == "Indicator" and _number(row, "Direction") not in (-1.0, 1.0):
            raise DefinitionError(
                f"iMeta {row['iCode']}",
                expected="a Direction of 1 or -1",
                found=str(row.get("Direction")),
                mend="Correct the Direction.",
            )
        own, above = levels.get(row["iCode"]), levels.get(row.get("Parent"))
        if row["Type"] in ("Indicator", "Aggregate") and own is not None and above is not None and above <= own:
            raise DefinitionError(
                f"iMeta {row['iCode']}",
                expected=f"a Level below {above:g}, that of its parent {row['Parent']}",
                found=f"{own:g}",
                mend="Correct the Level or the Parent.",
            )


def _number(row: Mapping[str, Any], column: str) -> float | None:
    """A cell as a number, None where it is empty."""
    value = row.get(column)
    if value in EMPTY:
        return None
    try:
        return float(str(value))
    except ValueError:
        raise DefinitionError(
            f"iMeta {row['iCode']}", expected=f"a number in {column}", found=repr(value), mend="Correct the cell."
        ) from None


def _nodes(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [r for r in rows if r["Type"] in ("Indicator", "Aggregate")]


def _node(row: Mapping[str, Any]) -> Plain:
    """One node; empty cells are left out."""
    node: Plain = {"id": str(row["iCode"])}
    for key, column in (("name", "iName"), ("parent", "Parent"), ("unit", "Unit"), ("denominator", "Denominator")):
        if row.get(column) not in EMPTY:
            node[key] = str(row[column])
    for key, column in (("weight", "Weight"), ("target", "Target")):
        if row.get(column) not in EMPTY:
            node[key] = float(row[column])
    if row["Type"] == "Indicator":
        node["direction"] = int(float(str(row["Direction"])))
    if row["Type"] == "Aggregate":
        node.pop("target", None)
    return node
