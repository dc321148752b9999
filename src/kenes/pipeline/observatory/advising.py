"""What a place is advised, what it is not advised yet, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from kenes.catalogue import Catalogue
from kenes.pipeline.observatory.answers import AdviceAnswer, GapAnswer, PlainReason, PracticeAnswer
from kenes.pipeline.observatory.recommending import roots_of
from kenes.pipeline.observatory.run import open_edition
from kenes.store import Edition
from kenes.vocabulary.errors import BadInput
from kenes.vocabulary.reasons import Reason, read_reason, reason, together

Row = dict[str, Any]


def advise(folder: Path, place: str, themes: Sequence[str] = ()) -> AdviceAnswer:
    """Advice for a place in the pinned form.

    Args:
        folder: the observatory.
        place: our id or an external id.
        themes: only gaps in these groups (environment, energy, economy, society, governance).

    Returns:
        `place`, `period`, `edition`, `refused` (why there is no advice, as codes with values), `gaps`,
        `recommendations`, `not_recommended`, `bundle` (None: no budget is weighed).

    Raises:
        BadInput: an unknown place or theme, or a place that no profile holds.
    """
    edition, catalogue = open_edition(folder)
    found = catalogue.resolve(place)
    _check_themes(catalogue, themes)
    scores = [s for s in edition.table("scores", filter={"place": found.id}).to_pylist() if _is_root(catalogue, s)]
    if not scores:
        raise BadInput(f"{found.id} is in no profile", expected="a place of " + ", ".join(catalogue.profiles))
    gaps = [g for g in edition.table("gaps", filter={"place": found.id}).to_pylist() if _wanted(catalogue, g, themes)]
    chosen = {(g["index"], g["indicator"]) for g in gaps}
    rows = edition.table("recommendations", filter={"place": found.id}).to_pylist()
    rows = [row for row in rows if (row["index"], row["indicator"]) in chosen]
    told = {
        advised: [_practice(catalogue, row, gaps, scores) for row in rows if row["advised"] is advised]
        for advised in (True, False)
    }
    return {
        "place": found.id,
        "period": _years(edition, scores),
        "edition": edition.id,
        "refused": _plain(_refusal(edition, found.id, scores, rows)),
        "gaps": [cast("GapAnswer", {k: v for k, v in gap.items() if k != "place"}) for gap in gaps],
        "recommendations": told[True],
        "not_recommended": told[False],
        "bundle": None,
    }


def _check_themes(catalogue: Catalogue, themes: Sequence[str]) -> None:
    groups = sorted({definition.group for definition in catalogue.indicators.values()})
    for theme in themes:
        if theme not in groups:
            raise BadInput(f"theme {theme!r} is not known", expected=", ".join(groups))


def _is_root(catalogue: Catalogue, score: Row) -> bool:
    return bool(roots_of(catalogue).get(score["index"]) == score["node"])


def _wanted(catalogue: Catalogue, gap: Row, themes: Sequence[str]) -> bool:
    return not themes or catalogue.indicators[gap["indicator"]].group in themes


def _years(edition: Edition, scores: Sequence[Row]) -> dict[str, str]:
    """Data year of each indicator of the profiles that the place is in."""
    facts = edition.table("index_facts", filter={"index": [s["index"] for s in scores], "key": "year"}).to_pylist()
    return {fact["node"]: fact["value"] for fact in facts}


def _practice(catalogue: Catalogue, row: Row, gaps: Sequence[Row], scores: Sequence[Row]) -> PracticeAnswer:
    gap = next(g for g in gaps if (g["index"], g["indicator"]) == (row["index"], row["indicator"]))
    score = next(s for s in scores if s["index"] == row["index"])
    practice = catalogue.practices[row["practice"]]
    return {
        "id": row["recommendation"],
        "practice": practice.id,
        "title": practice.text("title"),
        "gap": {"index": row["index"], "indicator": row["indicator"], "points": gap["gap"]},
        "effect": {
            "low": row["effect_low"],
            "high": row["effect_high"],
            "unit": row["effect_unit"],
            "metric": row["metric"],
            "applied": row["applied"],
        },
        "score": {"before": score["score"]},
        "rank": {"before_low": score["rank_low"], "before_high": score["rank_high"]},
        "confidence": row["confidence"],
        "design": row["design"],
        "gates": [{"id": row["precondition"], "state": "unknown"}] if row["precondition"] else [],
        "cost": row["cost_class"],
        "reasons": _plain(read_reason(row["reason"], row["reason_values"])),
        "source": row["source"],
        "url": row["url"],
    }


def _refusal(edition: Edition, place: str, scores: Sequence[Row], rows: Sequence[Row]) -> Reason | None:
    """Why there is no advice: not ranked, with what to bring first; or no practice that fits."""
    if not any(score["ranked"] for score in scores):
        needs = edition.table("needs", filter={"place": place}).to_pylist()
        first = list(dict.fromkeys(need["indicator"] for need in needs))
        whys = [read_reason(score["reason"], score["reason_values"]) for score in scores]
        return together([why for why in whys if why] + [reason("not_ranked_bring", indicators=first)])
    return None if any(row["advised"] for row in rows) else reason("no_practice_fits")


def _plain(found: Reason | None) -> list[PlainReason]:
    return [{"code": each.code, "values": each.plain()} for each in found.all()] if found else []
