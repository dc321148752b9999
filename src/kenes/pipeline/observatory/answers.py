"""Shapes of what a question about one place is answered with: plain data, as `--json` prints it."""

from __future__ import annotations

from typing import TypedDict

PlainValue = str | int | float | bool | None


class Named(TypedDict):
    """A place with its English name."""

    id: str
    name: str


class PlainReason(TypedDict):
    """A reason as plain data."""

    code: str
    values: dict[str, object]


class MeasurementAnswer(TypedDict):
    """A measurement; columns of the export."""

    indicator: str
    edition: str
    place: str
    start: str
    end: str
    value: float | None
    unit: str
    uncertainty: float | None
    uncertainty_kind: str
    coverage: float
    origin: str
    quality: str
    flags: str
    reason: str | None
    reason_values: str | None
    provenance: str


class DefinitionAnswer(TypedDict):
    """What was measured."""

    id: str
    edition: str
    name: str
    formula: str
    unit: str
    citations: list[str]


class ObservationAnswer(TypedDict):
    """A row of a source."""

    observation: str
    locator: str
    text: str
    value: float | None
    unit: str
    start: str


class SeriesAnswer(TypedDict):
    """One series of a source that an input was joined from, with its first observations."""

    source: str
    site: str
    dimensions: str
    count: int
    year: int
    share: float
    first: str
    snapshot: str
    observations: list[ObservationAnswer]


class InputAnswer(TypedDict):
    """One input of a formula."""

    input: str
    variable: str
    value: float | None
    unit: str
    aggregate: str
    series: list[SeriesAnswer]


class SourceAnswer(TypedDict):
    """A source file with its rights."""

    id: str
    file: str
    issuer: str
    licence: str
    url: str
    retrieved: str
    snapshot: str
    attribution: str


class FlagAnswer(TypedDict):
    """What a rule says of an input or of the number."""

    rule: str
    reason: str
    reason_values: str


class ScoreAnswer(TypedDict):
    """Where the number went."""

    index: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None


class Explanation(TypedDict):
    """The whole way from a number to its rows."""

    edition: str
    place: Named
    measurement: MeasurementAnswer
    definition: DefinitionAnswer
    inputs: list[InputAnswer]
    sources: list[SourceAnswer]
    flags: list[FlagAnswer]
    scores: list[ScoreAnswer]


class GapAnswer(TypedDict):
    """How far a place lies behind its peers."""

    index: str
    indicator: str
    gap: float
    value: float
    peers_median: float
    unit: str | None
    gain: float | None
    peers: str
    reason: str
    reason_values: str


class GapAnswered(TypedDict):
    """The gap that a practice would narrow."""

    index: str
    indicator: str
    points: float


class EffectAnswer(TypedDict):
    """What a practice may do; `applied` where the ends are changes of the indicator itself."""

    low: float | None
    high: float | None
    unit: str | None
    metric: str
    applied: bool


class PracticeAnswer(TypedDict):
    """A practice for a gap, advised or not yet."""

    id: str
    practice: str
    title: str
    gap: GapAnswered
    effect: EffectAnswer
    score: dict[str, float | None]
    rank: dict[str, int | None]
    confidence: str
    design: str
    gates: list[dict[str, str]]
    cost: str | None
    reasons: list[PlainReason]
    source: str | None
    url: str | None


class AdviceAnswer(TypedDict):
    """Advice for a place; `bundle` is None: no budget is weighed."""

    place: str
    period: dict[str, str]
    edition: str
    refused: list[PlainReason]
    gaps: list[GapAnswer]
    recommendations: list[PracticeAnswer]
    not_recommended: list[PracticeAnswer]
    bundle: None
