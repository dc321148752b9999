"""A built index as a workbook (one sheet a step) and as one HTML page."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kenes.comparison.building import Profile
from kenes.comparison.intervals import Intervals

Row = Sequence[Any]
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.25rem .5rem;text-align:right}"
    "th,td{border-bottom:1px solid #ccc}"
    "th:first-child,td:first-child{text-align:left}svg{max-width:100%;height:auto}"
)
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
) -> str:
    """One page: what was built, the ranking with its intervals, and each step's facts."""
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
        parts += ["<h2>Ranks and their intervals</h2>", rank_figure(intervals), _ranking(intervals)]
    for name in ("weights", "sensitivity", "treatment", "correlations"):
        if name in tables and tables[name][1]:
            columns, rows = tables[name]
            parts += [f"<h2>{name.capitalize()}</h2>", _html_table(columns, rows[:200])]
            if len(rows) > 200:
                parts.append(f"<p>The first 200 of {len(rows)} rows; the rest is in {name}.csv.</p>")
    return "\n".join(parts) + "</html>\n"


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


def rank_figure(intervals: Intervals) -> str:
    """Rank intervals as an SVG: a bar from low to high, a dot at the rank."""
    records = [r for r in intervals.rows() if r["node"] == intervals.nodes[-1] and r["ranked"]]
    records.sort(key=lambda r: (r["rank"], r["place"]))
    count = max(len(records), 1)
    height, left, width = 14 * count + 30, 170, 800
    scale = (width - left - 20) / max(count - 1, 1)
    marks = []
    for number, r in enumerate(records):
        y = 14 * number + 20
        x = [left + (r[k] - 1) * scale for k in ("rank_low", "rank", "rank_high")]
        marks.append(
            f"<text x={left - 8} y={y + 4} text-anchor=end font-size=11>{html.escape(r['place'])}</text>"
            f"<line x1={x[0]:.1f} x2={x[2]:.1f} y1={y} y2={y} stroke=#1f6f78 "
            "stroke-width=5 stroke-linecap=round opacity=.45 />"
            f"<circle cx={x[1]:.1f} cy={y} r=4 fill=#0b3c49 />"
        )
    return (
        f"<svg viewBox='0 0 {width} {height}' role=img aria-label='Rank of each place with its interval'>"
        + "".join(marks)
        + "</svg>"
    )
