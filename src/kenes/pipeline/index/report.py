"""A built index as a workbook (one sheet a step) and as one HTML page."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kenes.comparison.building import Profile
from kenes.comparison.draws.influence import Sensitivity
from kenes.comparison.draws.intervals import Intervals
from kenes.pages.figures.index import MOST_SPOKES
from kenes.pages.figures.profile import (
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
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#16262b}"
    "h2{margin-top:2.4rem}.soft{color:#4d5f65}"
    "table{border-collapse:collapse;width:100%;font-size:.94rem}th,td{padding:.3rem .6rem;text-align:right}"
    "th,td{border-bottom:1px solid #d9e1e2}thead th{color:#4d5f65;font-size:.82rem;vertical-align:bottom}"
    "th:first-child,td:first-child{text-align:left}td.why{text-align:left}"
    ".wide{overflow-x:auto}svg{display:block;max-width:100%;height:auto}summary{cursor:pointer;color:#0b5c6b}"
    "@media (max-width:40rem){.wide>svg{max-width:none}.wide>svg.drawn{width:auto}}"
)
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": {
        "told": "{ranked} of {places} places are ranked. Seed {seed}, {draws} draws; intervals hold {level} of them.",
        "hashes": "Specification {spec}, data {data}.", "ranks": "Ranks and their intervals",
        "parts": "What makes up each score", "first": "The first {most} of {count} places.",
        "depends": "What the ranks depend on", "together": "How the parts go together",
        "shape": "The shape of each place", "weights": "Weights", "sensitivity": "Sensitivity",
        "treatment": "Treatment", "correlations": "Correlations", "importance": "Weight and importance",
        "structure": "Reliability and components", "rank_sets": "Ranks that hold for all places together",
        "statistics": "Statistics of the indicators", "trends": "Trends",
        "rest": "The first {most} of {count} rows; the rest is in {name}.csv.",
        "place": "place", "rank": "rank", "interval": "interval", "score": "score", "coverage": "coverage",
        "why": "why not ranked", "to": "to", "figure": "Figure", "table": "Table", "mark": ".",
        "no_data": "no value at all", "few_data": "too few values",
    },
    "tr": {
        "told": "{places} yerden {ranked} tanesi sıralandı. Tohum {seed}, {draws} çekiliş; "
        "aralıklar bunların {level} kadarını içerir.",
        "hashes": "Tanım {spec}, veri {data}.", "ranks": "Sıralar ve aralıkları",
        "parts": "Puanları oluşturan katkılar", "first": "{count} yerin ilk {most} tanesi.",
        "depends": "Sıralar neye bağlı", "together": "Parçalar birbiriyle ne kadar uyumlu",
        "shape": "Her yerin biçimi", "weights": "Ağırlıklar", "sensitivity": "Duyarlılık",
        "treatment": "Aykırı değerlerin işlenmesi", "correlations": "Korelasyonlar", "importance": "Ağırlık ve önem",
        "structure": "Güvenilirlik ve bileşenler", "rank_sets": "Bütün yerler için birlikte geçerli sıralar",
        "statistics": "Gösterge istatistikleri", "trends": "Eğilimler",
        "rest": "{count} satırın ilk {most} tanesi; gerisi {name}.csv dosyasında.",
        "place": "yer", "rank": "sıra", "interval": "aralık", "score": "puan", "coverage": "veri payı",
        "why": "neden sıralanmadı", "to": "–", "figure": "Şekil", "table": "Tablo", "mark": ",",
        "no_data": "hiç değer yok", "few_data": "değer çok az",
    },
})  # fmt: skip
MOST_BARS, MOST_CELLS, MOST_ROWS = 100, 120, 200
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
    language: str = "en",
) -> str:
    """One page: what was built, the ranking with its intervals, figures, and each step's facts.

    Args:
        profile: the build.
        intervals: its intervals; None where none were asked for.
        tables: as written beside the page.
        result: as in `result.json`.
        influence: the shares of the mean rank shift, for their figure.
        language: of the page and its figures, `en` or `tr`.
    """
    spec, words = profile.spec, WORDS[language]
    title = html.escape(spec.name or spec.id)
    level = f"{result['level']:.0%}" if language == "en" else f"%{100 * result['level']:.0f}"
    told = words["told"].format(**{**result, "level": level})
    hashes = words["hashes"].format(spec=result["specification"][:12], data=result["data"][:12])
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1>",
        f'<p>{told}</p><p class="soft">{hashes}</p>',
    ]
    if intervals is not None:
        figure = rank_figure(profile, intervals, language=language)
        parts += [_head(words["ranks"]), _wide(figure, words["figure"]), _ranking(intervals, words)]
    parts += _figures(profile, influence, words, language)
    for name in ("weights", "importance", "structure", "rank_sets", "trends", "statistics", "sensitivity", "treatment"):
        if name in tables and tables[name][1]:
            columns, rows = tables[name]
            parts += [_head(words[name]), _html_table(columns, rows[:MOST_ROWS], words)]
            if len(rows) > MOST_ROWS:
                parts.append(f"<p>{words['rest'].format(most=MOST_ROWS, count=len(rows), name=name)}</p>")
    return "\n".join(parts) + "</html>\n"


def _head(text: str) -> str:
    return f"<h2>{html.escape(text)}</h2>"


def _wide(inner: str, label: str) -> str:
    """Something that scrolls sideways where the window is narrow."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{html.escape(label)}">{inner}</div>'


def _figures(profile: Profile, influence: Sensitivity | None, words: Mapping[str, str], language: str) -> list[str]:
    """Contributions, sensitivity, structure, and the shape of each place folded away."""
    ranked, leaves = last_rows(profile), profile.spec.tree.leaves
    if not ranked:
        return []
    few = words["first"].format(most=MOST_BARS, count=len(ranked))
    drawn = contribution_figure(profile, most=MOST_BARS, language=language)
    parts = [_head(words["parts"]), _wide(drawn, words["figure"]), "" if len(ranked) <= MOST_BARS else f"<p>{few}</p>"]
    if influence is not None:
        drawn = sensitivity_figure(influence, language=language)
        parts += [_head(words["depends"]), _wide(drawn, words["figure"])]
    if leaves <= MOST_CELLS and len(profile.places) >= 3:
        pair = tree_figure(profile, language=language), map_figure(profile, language=language)
        parts += [_head(words["together"]), *(_wide(drawn, words["figure"]) for drawn in pair)]
    if 3 <= len(branches(profile, MOST_SPOKES)) <= MOST_SPOKES and 2 <= len(ranked) <= MOST_BARS:
        parts.append(_head(words["shape"]))
        for number, row in enumerate(ranked):
            place = profile.places[row]
            shape = radar_figure(profile, place, ident=f"radar-{number}", language=language)
            folded = f"<summary>{html.escape(place)}</summary>{_wide(shape, place)}"
            parts.append(f"<details>{folded}</details>")
    return parts


def _ranking(intervals: Intervals, words: Mapping[str, str]) -> str:
    records = [r for r in intervals.rows() if r["node"] == intervals.nodes[-1]]
    records.sort(key=lambda r: (r["rank"] is None, r["rank"] or 0, r["place"]))
    reasons = {None: "", "no_data": words["no_data"], "coverage": words["few_data"]}
    between = words["to"] if words["to"] == "–" else f" {words['to']} "
    rows = [
        [r["place"], r["rank"], f"{_text(r['rank_low'])}{between}{_text(r['rank_high'])}" if r["ranked"] else "",
         r["score"], r["coverage"], reasons.get(r["reason"], r["reason"])]
        for r in records
    ]  # fmt: skip
    columns = [words[c] for c in ("place", "rank", "interval", "score", "coverage", "why")]
    if all(r["ranked"] for r in records):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return _html_table(columns, rows, words)


def _text(value: Any, mark: str = ".") -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e9 else f"{value:.3f}".replace(".", mark)
    return html.escape(str(value))


def _html_table(columns: Sequence[str], rows: Sequence[Row], words: Mapping[str, str]) -> str:
    head = "".join(f'<th scope="col">{html.escape(c.replace("_", " "))}</th>' for c in columns)
    body = "".join("<tr>" + "".join(f"<td>{_text(v, words['mark'])}</td>" for v in row) + "</tr>" for row in rows)
    return _wide(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", words["table"])
