"""Practices that fit a gap, with effect, confidence and the reasons for both; or why not yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from kenes.catalogue.practices import Applies, IndicatorLink, Level, Practice
from kenes.vocabulary.reasons import Reason, reason, reason_columns, together
from kenes.vocabulary.tables import RECOMMENDATIONS
from kenes.vocabulary.units import normal

ORDER: tuple[Level, ...] = ("low", "medium", "high")
_STRONGEST: Mapping[str, Level] = MappingProxyType({"strong": "high", "moderate": "medium", "weak": "low"})
_NONE: Mapping[str, Collection[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Effect:
    """What a practice may do to a place's own number; `low` is the algebraically smaller end.

    `applied` tells whether the ends are changes of the indicator in its own unit; else they are the
    numbers of the study.
    """

    low: float | None
    high: float | None
    unit: str
    metric: str
    applied: bool
    reasons: tuple[Reason, ...]


def fits(practice: Practice, indicator: str, u4ssc: Collection[str], *, declared: bool) -> IndicatorLink | None:
    """How a practice is tied to an indicator.

    Args:
        practice: a practice of the catalogue.
        indicator: id of the indicator.
        u4ssc: numbers of the U4SSC KPIs that the indicator cites.
        declared: whether the catalogue ties any practice to this indicator by its id; if it does,
            only those ties count, since a KPI such as air pollution is wider than one pollutant.
    """
    for link in practice.indicators:
        if link.indicator == indicator:
            return link
    if not declared and set(u4ssc) & set(practice.u4ssc):
        return IndicatorLink(indicator, "partial", "shared U4SSC KPI")
    return None


def confidence_of(practice: Practice, applies: Applies) -> tuple[Level, tuple[Reason, ...]]:
    """How far the practice's evidence may be relied on for an indicator, and why.

    The study design sets the highest level: strong designs (trials, reviews, quasi-experiments) allow
    `high`, moderate ones (before-after, panels, measurements) `medium`, weak ones `low`. The level is
    then no higher than the collection's own rating; no higher than `medium` while the address leads
    only to a site; and one level lower where the study measured something else than the indicator.

    Returns:
        The level, and the reasons for it.
    """
    level = ORDER.index(_STRONGEST.get(practice.strength, "low"))
    lowered = []
    if ORDER.index(practice.confidence) < level:
        level = ORDER.index(practice.confidence)
        lowered.append(reason("lowered_source", level=practice.confidence))
    if practice.url_status != "exact" and level > 1:
        level = 1
        lowered.append(reason("lowered_site"))
    if applies != "direct" and level > 0:
        level -= 1
        lowered.append(reason("lowered_indirect"))
    first = reason("confidence", level=ORDER[level], strength=practice.strength)
    return ORDER[level], (first, *lowered)


def effect_of(practice: Practice, applies: Applies, *, value: float | None, unit: str) -> Effect:
    """The effect of a practice on a place's own value, always as a range.

    Per cent changes and changes in the indicator's own unit are applied to the value where the study
    measured this very indicator; a fall stops at zero, a rise of a percentage at 100. A single number
    becomes a range that starts at no effect. Everything else is shown as the study gives it and not computed.

    Args:
        practice: a practice of the catalogue.
        applies: `direct` or `partial`.
        value: the place's own value in `unit`; None if not known.
        unit: unit of the indicator.
    """
    metric = practice.text("metric")
    if practice.low is None or practice.high is None:
        words = reason("evidence_words", design=practice.design, metric=practice.id)
        return Effect(None, None, practice.unit, metric, False, (words, *_indirect(applies)))
    low, high = practice.low, practice.high
    single = low == high
    ends = {"high": high} if single else {"low": low, "high": high}
    told = reason(
        "evidence_point" if single else "evidence_range",
        design=practice.design,
        metric=practice.id,
        unit=practice.unit,
        **ends,
    )
    reasons = [told]
    if single:
        low, high = min(low, 0.0), max(high, 0.0)
        reasons.append(reason("from_nothing"))
    changes = _changes(practice, (low, high), value, unit) if applies == "direct" else None
    if changes is None or value is None:
        return Effect(low, high, practice.unit, metric, False, (*reasons, *_indirect(applies)))
    reasons.append(reason("applied", value=value, unit=unit, low=changes[0], high=changes[1]))
    return Effect(changes[0], changes[1], unit, metric, True, tuple(reasons))


def _indirect(applies: Applies) -> tuple[Reason, ...]:
    return () if applies == "direct" else (reason("indirect"),)


def _changes(
    practice: Practice, effect: tuple[float, float], value: float | None, unit: str
) -> tuple[float, float] | None:
    """Change of a value in its own unit, or None where the effect does not apply to it."""
    if value is None or value < 0:
        return None
    same_unit = practice.effect_kind == "absolute" and normal(practice.unit) == normal(unit)
    percent = unit in ("percent", "%")
    if practice.effect_kind == "relative":
        ends = tuple(value * end / 100 for end in effect)
    elif same_unit or (practice.effect_kind == "points" and percent):
        ends = effect
    else:
        return None
    ceiling = max(100 - value, 0.0) if percent else float("inf")
    low, high = (min(max(end, -value), ceiling) for end in ends)
    return low, high


def refusal_of(practice: Practice) -> Reason | None:
    """Why a practice is not recommended yet; None if it may be."""
    if practice.strength == "unmeasured":
        return reason("unmeasured", design=practice.design)
    if practice.strength == "weak" and practice.low is None:
        return reason("effect_unnumbered", design=practice.design)
    return None


def recommend(
    gaps: pa.Table,
    practices: Mapping[str, Practice],
    *,
    citations: Mapping[str, Collection[str]] = _NONE,
) -> pa.Table:
    """The practices that fit each gap, the best founded first, then those not recommended yet.

    Args:
        gaps: rows of `GAPS`.
        practices: practices of the catalogue by id.
        citations: numbers of the U4SSC KPIs that each indicator cites, by indicator.

    Returns:
        Rows of `RECOMMENDATIONS`, sorted by key. Where a study measured the indicator itself the
        effect is a range of changes in the indicator's unit, else the study's own numbers.
    """
    declared = {link.indicator for practice in practices.values() for link in practice.indicators}
    rows: list[dict[str, Any]] = []
    for gap in gaps.to_pylist():
        indicator = gap["indicator"]
        options = []
        for practice in practices.values():
            link = fits(practice, indicator, citations.get(indicator, ()), declared=indicator in declared)
            if link:
                options.append(_option(gap, practice, link))
        rows += _placed(options)
    table = pa.Table.from_pylist(rows, schema=RECOMMENDATIONS.schema())
    return table.sort_by([(column, "ascending") for column in RECOMMENDATIONS.key])


def _option(gap: Mapping[str, Any], practice: Practice, link: IndicatorLink) -> dict[str, Any]:
    refusal = refusal_of(practice)
    applies: Applies = "partial" if refusal else link.applies
    effect = effect_of(practice, applies, value=gap["value"], unit=gap["unit"] or "")
    level, because = confidence_of(practice, applies)
    key = "|".join((gap["index"], gap["place"], gap["indicator"], practice.id))
    return {
        "recommendation": sha256(key.encode()).hexdigest()[:12],
        "index": gap["index"],
        "place": gap["place"],
        "indicator": gap["indicator"],
        "practice": practice.id,
        "advised": refusal is None,
        "effect_low": effect.low,
        "effect_high": effect.high,
        "effect_unit": effect.unit or None,
        "applied": effect.applied,
        "metric": effect.metric,
        "design": practice.design,
        "confidence": "low" if refusal else level,
        "evidence": ", ".join(text for text in (practice.evidence, practice.year) if text),
        "cost_class": practice.cost_class or None,
        "precondition": practice.text("precondition") or None,
        "source": practice.evidence or None,
        "url": practice.urls[0] if practice.urls else None,
        **reason_columns(together((refusal,) if refusal else (*effect.reasons, *because))),
        "direct": link.applies == "direct",
    }


def _placed(options: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options in order: advised, confidence, measured on the indicator itself, practice; with positions."""
    ordered = sorted(
        options,
        key=lambda o: (
            not o["advised"],
            -ORDER.index(o["confidence"]),
            not o["direct"],
            o["practice"],
        ),
    )
    return [
        {**{k: v for k, v in option.items() if k != "direct"}, "position": position}
        for position, option in enumerate(ordered, start=1)
    ]


def refusals(gaps: pa.Table, recommendations: pa.Table) -> dict[tuple[str, str, str], Reason]:
    """For each gap (index, place, indicator) without an advised practice: why there is none."""
    tied: dict[tuple[str, str, str], list[bool]] = {}
    for row in recommendations.select(["index", "place", "indicator", "advised"]).to_pylist():
        tied.setdefault((row["index"], row["place"], row["indicator"]), []).append(row["advised"])
    found = {}
    for row in gaps.select(["index", "place", "indicator"]).to_pylist():
        key = (row["index"], row["place"], row["indicator"])
        advised = tied.get(key, [])
        if not advised:
            found[key] = reason("no_practice")
        elif not any(advised):
            found[key] = reason("none_advised", count=len(advised))
    return found
