"""Words for codes: one table for each set of codes, in English as translators see them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kenes.pages.language import Language, message

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "quality": {
            "good": message("good"),
            "fair": message("fair"),
            "suspect": message("suspect"),
            "insufficient": message("too little data"),
            "": message("not judged"),
        },
        "place_kind": {
            "country": message("country"),
            "group": message("statistical region"),
            "region": message("region"),
            "province": message("province"),
            "district": message("district"),
            "city": message("city"),
        },
        "group": {
            "environment": message("Environment"),
            "energy": message("Energy"),
            "economy": message("Economy"),
            "society": message("People and society"),
            "governance": message("Governance and infrastructure"),
        },
        "factor": {
            "weights": message("weights of the indicators"),
            "normalisation": message("how values become scores"),
            "normalisation and aggregation": message("how values become scores and how scores are joined"),
            "normalise": message("how values become scores"),
            "aggregation": message("how scores are joined"),
            "aggregate": message("how scores are joined"),
            "leave_one_out": message("one indicator left out"),
            "error": message("measurement error, where it is known"),
            "errors": message("measurement error, where it is known"),
            "gaps": message("values that are missing"),
        },
        "rule": {
            "out_of_range": message("outside the plausible range"),
            "sentinel": message("a code for missing stands as a number"),
            "implausibly_low": message("implausibly low"),
            "dead": message("sensor seems dead"),
            "stuck": message("same value for too long"),
            "spike": message("sudden spike"),
            "step": message("sudden step against peers"),
            "time_shift": message("shifted in time"),
            "unit_slip": message("unit seems wrong"),
            "conflict": message("sources disagree"),
            "sum_mismatch": message("parts do not add up"),
            "boundary_change": message("boundaries changed"),
        },
        "level": {
            "low": message("low"),
            "medium": message("medium"),
            "high": message("high"),
            "very_high": message("very high"),
        },
        "strength": {
            "strong": message("strong"),
            "moderate": message("of moderate strength"),
            "weak": message("weak"),
            "unmeasured": message("not a measurement"),
        },
        "origin": {
            "reported": message("reported"),
            "computed": message("computed"),
            "modelled": message("modelled"),
            "estimated": message("estimated"),
            "imputed": message("imputed"),
        },
        "status": {
            "valid": message("valid"),
            "missing": message("missing"),
            "corrected": message("corrected"),
        },
        "study_unit": {
            "pp": message("percentage points"),
            "% relative": message("% relative"),
            "% (almost half)": message("%, almost half"),
        },
    }
)
"""Words by set and code; a code that has none is shown with blanks for its underscores."""


def word(language: Language, set_: str, code: str | None) -> str:
    """The word for a code in a language; a dash for none, unless the set has a word for that."""
    known = WORDS[set_]
    text = known.get(code or "")
    if text is not None:
        return language(text)
    return code.replace("_", " ") if code else "–"
