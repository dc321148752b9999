"""Which rule a reason belongs to, and what its flags mean for the data: left out, kept from scoring, or shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kenes.indicators.quality.settings import QualitySettings, Severity

WITHHOLDING: frozenset[str] = frozenset({"sentinel", "out_of_range", "dead", "stuck"})
"""Rules whose observations are left out of measuring; the others are shown."""

SUSPECTING: frozenset[str] = frozenset({"implausibly_low", "step", "unit_slip", "dead", "conflict", "time_shift"})
"""Rules on a whole year that keep a value from scoring (conflicts between sources: beyond a limit)."""

RULE_OF: Mapping[str, str] = MappingProxyType(
    {
        "out_of_range_low": "out_of_range",
        "out_of_range_high": "out_of_range",
        "sentinel_code": "sentinel",
        "sentinel_extreme": "sentinel",
        "stuck": "stuck",
        "dead_zero": "dead",
        "dead_constant": "dead",
        "spike": "spike",
        "low_mean": "implausibly_low",
        "low_spread": "implausibly_low",
        "low_value": "implausibly_low",
        "low_steady": "implausibly_low",
        "step": "step",
        "slip_peers": "unit_slip",
        "slip_own": "unit_slip",
        "slip_segment": "unit_slip",
        "conflict_sources": "conflict",
        "conflict_cell": "conflict",
        "conflict_copy": "conflict",
        "conflict_copy_within": "conflict",
        "sum_above": "sum_mismatch",
        "sum_below": "sum_mismatch",
        "boundary_change": "boundary_change",
        "time_shift": "time_shift",
    }
)
"""The rule that each reason belongs to."""


def severity_of(code: str, share: float | None, settings: QualitySettings) -> Severity:
    """What a flag with this reason means for its data.

    Args:
        code: code of the reason.
        share: how far two sources differ, as a share of the greater; None where the rule knows none.
        settings: `conflict_suspect`, from which on sources that differ keep a value from scoring.
    """
    rule = RULE_OF[code]
    if rule in WITHHOLDING:
        return "withhold"
    if rule not in SUSPECTING or code == "low_steady":
        return "note"
    if code == "conflict_sources":
        return "suspect" if share is not None and share >= settings.conflict_suspect else "note"
    return "suspect"
