"""Results in words for a terminal; reasons become sentences in the language that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kenes.catalogue import load
from kenes.pages.language import language
from kenes.pages.words.names import Names
from kenes.pages.words.reasons import told, told_row
from kenes.pipeline.observatory.answers import AdviceAnswer, Explanation, InputAnswer, PlainReason
from kenes.vocabulary.reason_codes import DECLARED
from kenes.vocabulary.reasons import read_plain, read_reason

MOST_REFUSALS = 20


def names_in(folder: Path, code: str) -> Names:
    """Names of an observatory's places, indicators and sources in a language."""
    return Names(load(folder), language(code))


def refusal_lines(ingested: Sequence[Mapping[str, Any]], folder: Path, code: str) -> Iterator[str]:
    """The first refused cells of each file, and files that could not be read."""
    if not any(row["refusals"] or "error" in row for row in ingested):
        return
    names = names_in(folder, code)
    for row in ingested:
        if "error" in row:
            yield f"refused: {row['source']} {row['file']}: {row['error']}"
        for refusal in row["refusals"][:MOST_REFUSALS]:
            why = told_row(refusal["reason"], refusal["reason_values"], names)
            yield f"refused: {row['source']} {refusal['locator']}: {why}"
        if len(row["refusals"]) > MOST_REFUSALS:
            yield f"refused: {row['source']}: and {row['refused'] - MOST_REFUSALS} more; --json lists them"


def explanation_text(found: Explanation, names: Names) -> str:
    """The way from a number down to its rows, as `explaining.explain` gives it."""
    m, lines = found["measurement"], list[str]()
    value = "not known" if m["value"] is None else f"{m['value']:.6g} {m['unit']}"
    error = f" ± {m['uncertainty']:.2g} ({m['uncertainty_kind']})" if m["uncertainty"] is not None else ""
    lines.append(f"{found['place']['name']} ({found['place']['id']}), {found['definition']['name']}, {m['start'][:4]}")
    lines.append(f"  = {value}{error}; coverage {m['coverage']:.2f}; quality {m['quality']}; origin {m['origin']}")
    if m["reason"]:
        lines.append(f"  because {told_row(m['reason'], m['reason_values'], names)}")
    lines.append(
        f"  formula {found['definition']['formula']} [{m['indicator']}@{m['edition']}], provenance {m['provenance']}"
    )
    for each in found["inputs"]:
        lines += _input_lines(each)
    for source in found["sources"]:
        lines.append(
            f"  source {source['id']}: {source['issuer']}, {source['licence']}, retrieved {source['retrieved']}"
        )
        lines.append(f"    {source['file']} sha256 {source['snapshot']}")
        lines.append(f"    {source['url']}")
    for flag in found["flags"]:
        lines.append(f"  flag {flag['rule']}: {told_row(flag['reason'], flag['reason_values'], names)}")
    for score in found["scores"]:
        rank = f"rank {score['rank']} ({score['rank_low']} to {score['rank_high']})" if score["rank"] else "not ranked"
        lines.append(f"  in {score['index']}: {rank}")
    return "\n".join(lines)


def not_ranked_text(found: Mapping[str, Any], folder: Path, code: str) -> str:
    """Why a place of an index is not ranked; `folder` is asked for names only where the reason holds any."""
    why = read_reason(found["reason"], found.get("reason_values"))
    if why is None or not why.pairs:
        text = language(code)(DECLARED[why.code].message) if why else ""
    else:
        text = told(why, names_in(folder, code))
    return f"{found['place']} is not ranked: {text}"


def _input_lines(each: InputAnswer) -> list[str]:
    value = each.get("value")
    lines = [
        f"  input {each['input']} = {each['variable']}"
        + (f" = {value:.6g} {each['unit']}" if value is not None else "")
    ]
    for series in each["series"]:
        site = f", site {series['site']}" if series["site"] else ""
        many = f"{each['aggregate']} of {series['count']} values" if series["count"] > 1 else "one value"
        lines.append(f"    {series['source']}{site}: {many}, {series['share']:.0%} of {series['year']}")
        for row in series["observations"]:
            lines.append(
                f"      {row['locator']}: {row['text']!r} = {row['value']} {row['unit']} [{row['observation']}]"
            )
        if series["count"] > len(series["observations"]):
            lines.append(f"      … and {series['count'] - len(series['observations'])} more")
    return lines


def advice_text(found: AdviceAnswer, names: Names) -> str:
    """Advice for a place, as `advising.advise` gives it."""
    lines = [f"{names.place(found['place'])} ({found['place']}), edition {found['edition'][:12]}"]
    lines += [f"No recommendation: {_plain_text(each, names)}" for each in found["refused"]]
    for gap in found["gaps"]:
        lines.append(f"gap in {gap['indicator']}: {told_row(gap['reason'], gap['reason_values'], names)}")
    for title, rows in (("recommended", found["recommendations"]), ("not recommended yet", found["not_recommended"])):
        for row in rows:
            effect = json.dumps(row["effect"], ensure_ascii=False)
            lines.append(
                f"{title}: {row['title']} [{row['practice']}] for {row['gap']['indicator']}; {row['confidence']}"
            )
            why = " ".join(_plain_text(each, names) for each in row["reasons"])
            lines += [f"    effect {effect}", f"    {why}", f"    {row['source']} {row['url'] or ''}"]
    return "\n".join(lines)


def _plain_text(reason: PlainReason, names: Names) -> str:
    return told(read_plain(reason["code"], reason["values"]), names)
