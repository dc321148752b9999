"""A built index as a workbook (one sheet a step) and as one HTML page."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kenes.comparison.building import Profile
from kenes.comparison.figures import MOST_SPOKES
from kenes.comparison.influence import Sensitivity
from kenes.comparison.intervals import Intervals
from kenes.comparison.profile_figures import (
    branches,
    contribution_figure,
    last_rows,
    map_figure,
    radar_figure,
    rank_figure,
    sensitivity_figure,
    tree_figure,
)

Row = Sequence[Any]
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.25rem .5rem;text-align:right}"
    "th,td{border-bottom:1px solid #ccc}"
    "th:first-child,td:first-child{text-align:left}svg{max-width:100%;height:auto}"
)
MOST_BARS, MOST_CELLS = 100, 120
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(path: Path, tables: Mapping[str, tuple[list[str], list[Row]]]) -> None:
    """One sheet for each table; text that a spreadsheet would run as a formula is written as text."""
    import xlsxwriter  # noqa: PLC0415 - only for workbooks

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        bold = book.add_format({"bold": True})
        for name, (columns, rows) in tables.items():
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, columns, bold)
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    _write_cell(sheet, number, column, value)


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, float(value))
    else:
        text = str(value)
        sheet.write_string(row, column, f"'{text}" if text.startswith(FORMULA) else text)


def report(
    profile: Profile,
    intervals: Intervals | None,
    tables: Mapping[str, tuple[list[str], list[Row]]],
    result: Mapping[str, Any],
    influence: Sensitivity | None = None,
) -> str:
    """One page: what was built, the ranking with its intervals, figures, and each step's facts.

    Args:
        profile: the build.
        intervals: its intervals; None where none were asked for.
        tables: as written beside the page.
        result: as in `result.json`.
        influence: the shares of the mean rank shift, for their figure.
    """
    spec = profile.spec
    title = html.escape(spec.name or spec.id)
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>",
        f"<h1>{title}</h1>",
        f"<p>{result['ranked']} of {result['places']} places are ranked. Seed {result['seed']}, {result['draws']} "
        f"draws, "
        f"intervals hold {result['level']:.0%} of them. Specification {result['specification'][:12]}, data "
        f"{result['data'][:12]}.</p>",
    ]
    if intervals is not None:
        parts += ["<h2>Ranks and their intervals</h2>", rank_figure(profile, intervals), _ranking(intervals)]
    parts += _figures(profile, influence)
    for name in ("weights", "sensitivity", "treatment", "correlations"):
        if name in tables and tables[name][1]:
            columns, rows = tables[name]
            parts += [f"<h2>{name.capitalize()}</h2>", _html_table(columns, rows[:200])]
            if len(rows) > 200:
                parts.append(f"<p>The first 200 of {len(rows)} rows; the rest is in {name}.csv.</p>")
    return "\n".join(parts) + "</html>\n"


def _figures(profile: Profile, influence: Sensitivity | None) -> list[str]:
    """Contributions, sensitivity, structure, and the shape of each place folded away."""
    ranked, leaves = last_rows(profile), profile.spec.tree.leaves
    if not ranked:
        return []
    told = "" if len(ranked) <= MOST_BARS else f"<p>The first {MOST_BARS} of {len(ranked)} places.</p>"
    parts = ["<h2>What makes up each score</h2>", contribution_figure(profile, most=MOST_BARS), told]
    if influence is not None:
        parts += ["<h2>What the ranks depend on</h2>", sensitivity_figure(influence)]
    if leaves <= MOST_CELLS and len(profile.places) >= 3:
        parts += ["<h2>How the parts go together</h2>", tree_figure(profile), map_figure(profile)]
    if 3 <= len(branches(profile, MOST_SPOKES)) <= MOST_SPOKES and 2 <= len(ranked) <= MOST_BARS:
        parts.append("<h2>The shape of each place</h2>")
        for number, row in enumerate(ranked):
            place = profile.places[row]
            shape = radar_figure(profile, place, ident=f"radar-{number}")
            parts.append(f"<details><summary>{html.escape(place)}</summary>{shape}</details>")
    return parts


def _ranking(intervals: Intervals) -> str:
    records = [r for r in intervals.rows() if r["node"] == intervals.nodes[-1]]
    records.sort(key=lambda r: (r["rank"] is None, r["rank"] or 0, r["place"]))
    rows = [
        [r["place"], r["rank"], f"{_text(r['rank_low'])} to {_text(r['rank_high'])}" if r["ranked"] else "", r["score"],
         r["coverage"], r["reason"] or ""]
        for r in records
    ]  # fmt: skip
    return _html_table(["place", "rank", "interval", "score", "coverage", "why not ranked"], rows)


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e9 else f"{value:.3f}"
    return html.escape(str(value))


def _html_table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f"<th scope=col>{html.escape(c)}</th>" for c in columns)
    body = "".join("<tr>" + "".join(f"<td>{_text(v)}</td>" for v in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
