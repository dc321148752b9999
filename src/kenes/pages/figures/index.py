"""Figures of an index: ranks with their intervals, what makes up a score, and what the ranks depend on.

Every figure has a title and a description, and uses shapes, positions and printed numbers beside colour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kenes.pages.figures import svg
from kenes.pages.figures.svg import ACCENT, ACCENT_WASH, CONTRAST, INK, PAPER, SERIES, SOFT
from kenes.pages.language import ENGLISH, Language
from kenes.vocabulary.errors import BadInput

ROW, WIDE, NARROW = 20.0, 820.0, 360.0


@dataclass(frozen=True, slots=True)
class RankBar:
    """A ranked place: its rank and the interval of its rank."""

    place: str
    rank: float
    low: float
    high: float


def rank_intervals(
    bars: Sequence[RankBar], say: Language = ENGLISH, *, highlight: Sequence[str] = (), ident: str = "ranks"
) -> Markup:
    """A line from the low to the high rank of each place, a dot at its rank; the best on top.

    Args:
        bars: ranked places only, in any order.
        say: the reader's language.
        highlight: places told apart by a bold name and another colour.
        ident: unique on the page.
    """
    ordered = sorted(bars, key=lambda b: (b.rank, b.place))
    most = max((b.high for b in ordered), default=1.0)
    left = min(svg.width_of(b.place for b in ordered) + 16, 240)
    width, height, top = WIDE, ROW * len(ordered) + 54, 40.0
    scale = (width - left - 80) / max(most - 1, 1)

    def at(rank: float) -> float:
        return left + 8 + (rank - 1) * scale

    grid = sorted({1.0, *(r for r in svg.ticks(0, most, 8) if r >= 1 and r.is_integer())})
    marks = [svg.text(left + 8, 14, say("Rank (1 = best)"), fill=SOFT)]
    marks += [svg.line(at(r), top - 8, at(r), height - 10) for r in grid]
    marks += [svg.text(at(r), top - 12, say.exact(r), anchor="middle", size=11, fill=SOFT) for r in grid]
    for number, b in enumerate(ordered):
        y, told = top + ROW * number + ROW / 2, b.place in highlight
        span = say("%(low)s to %(high)s", low=say.decimal(b.low, 0), high=say.decimal(b.high, 0))
        hint = f"{b.place}: {say.decimal(b.rank, 0)} ({span})"
        marks += [
            svg.text(left - 4, y + 4, svg.short(b.place, 32), anchor="end", bold=told),
            svg.line(at(b.low), y, at(b.high), y, "#f0c9a0" if told else ACCENT_WASH, width=7, cap="round"),
            svg.dot(at(b.rank), y, 4.5, CONTRAST if told else ACCENT, hint=hint),
            svg.text(at(b.high) + 10, y + 4, span, size=10.5, fill=SOFT),
        ]
    title = say("Rank of each place with its interval")
    return svg.figure(width, height, marks, ident=ident, title=title, description=_ranks_told(ordered, say))


def _ranks_told(ordered: Sequence[RankBar], say: Language) -> str:
    if not ordered:
        return say("No place is ranked.")
    first = ordered[0]
    return say.counted(
        "%(count)s place. %(first)s is first; its rank lies between %(low)s and %(high)s.",
        "%(count)s places. %(first)s is first; its rank lies between %(low)s and %(high)s.",
        len(ordered),
        first=first.place,
        low=say.decimal(first.low, 0),
        high=say.decimal(first.high, 0),
    )


def stacked_contributions(
    places: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    say: Language = ENGLISH,
    *,
    ident: str = "parts",
    width: float = WIDE,
) -> Markup:
    """Bars of what each node gives to each place's score; what takes away lies left of zero.

    Args:
        places: one bar each, in the order given.
        parts: for each node the points it gives to each place; NaN counts as nothing.
        say: the reader's language.
        ident: unique on the page.
        width: of the figure, in pixels.

    Raises:
        BadInput: a node has not one part for each place.
    """
    for node, values in parts.items():
        if len(values) != len(places):
            raise BadInput(f"node {node}", expected=f"{len(places)} parts", found=str(len(values)))
    table = {n: [v if math.isfinite(v) else 0.0 for v in values] for n, values in parts.items()}
    above = [sum(max(v[i], 0) for v in table.values()) for i in range(len(places))]
    below = [sum(min(v[i], 0) for v in table.values()) for i in range(len(places))]
    low, high = min([0.0, *below]), max([0.0, *above]) or 1.0
    left = min(svg.width_of(places) + 16, max(240, width * 0.36) if width >= WIDE else width * 0.36)
    legend, top = _legend(list(table), left if width >= WIDE else 8, width)
    top += 26
    height = top + ROW * len(places) + 12
    scale = (width - left - 60) / (high - low)
    zero = left - low * scale
    marks = [*legend, *_score_axis(low, high, zero, scale, (top, height), say, 6 if width >= WIDE else 4)]
    most, decimals = svg.fitting(left - 12), 1 if high - low > 8 else 2 if high - low > 2 else 3
    for i, place in enumerate(places):
        y, ends = top + ROW * i, [zero, zero]
        for n, (node, values) in enumerate(table.items()):
            length, side = abs(values[i]) * scale, int(values[i] < 0)
            start = ends[side] - length if side else ends[side]
            hint = f"{place}, {node}: {say.decimal(values[i], 2, least=2)}"
            marks.append(svg.rect(start, y + 2, length, ROW - 5, _series(n), stroke=PAPER, hint=hint))
            ends[side] += -length if side else length
        total = say.decimal(above[i] + below[i], decimals, least=decimals)
        marks += [
            svg.text(left - 8, y + 14, svg.short(place, most), anchor="end"),
            svg.text(ends[0] + 6, y + 14, total, size=11, fill=SOFT),
        ]
    marks.append(svg.line(zero, top - 4, zero, height - 8, SOFT))
    title = say("What makes up each score")
    told = say("%(count)s places, each score as a sum of: %(parts)s.", count=len(places), parts=", ".join(table) or "–")
    return svg.figure(width, height, marks, ident=ident, title=title, description=told)


def _score_axis(
    low: float, high: float, zero: float, scale: float, ends: tuple[float, float], say: Language, count: int
) -> list[Markup]:
    """Lines and numbers of a scale of scores, from its top to its bottom."""
    top, bottom = ends
    grid, decimals = svg.ticks(low, high, count), 0 if high - low > 8 else 2
    marks = [svg.line(zero + t * scale, top - 4, zero + t * scale, bottom - 8) for t in grid]
    for t in grid:
        label = say.decimal(t, decimals, least=decimals)
        marks.append(svg.text(zero + t * scale, top - 8, label, anchor="middle", size=11, fill=SOFT))
    return marks


def _series(number: int) -> str:
    return SERIES[number % len(SERIES)]


def _legend(names: Sequence[str], left: float, width: float) -> tuple[list[Markup], float]:
    """Boxes and names in lines from `left`, and the height they take."""
    shown = [svg.short(name, 40) for name in names]
    return boxed([(_series(n), name) for n, name in enumerate(shown)], left, width)


def boxed(pairs: Sequence[tuple[str, str]], left: float, width: float) -> tuple[list[Markup], float]:
    """A legend: boxes of a colour with a name, in lines from `left`; and the height they take."""
    marks, x, y = list[Markup](), left, 8.0
    for fill, name in pairs:
        room = svg.width_of([name]) + 34
        if x + room > width and x > left:
            x, y = left, y + 20
        marks += [svg.rect(x, y, 12, 12, fill), svg.text(x + 18, y + 10.5, name)]
        x += room
    return marks, y + 20


@dataclass(frozen=True, slots=True)
class FactorShare:
    """Shares of the variance that a factor has alone and with all interactions, with their intervals."""

    factor: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


def sobol_bars(
    shares: Sequence[FactorShare], say: Language = ENGLISH, *, ident: str = "sobol", width: float = WIDE
) -> Markup:
    """Two bars under the name of each factor, alone and with interactions, with whiskers; the largest on top."""
    ordered = sorted(shares, key=lambda s: (-s.total, s.factor))
    left, row = 14.0, 56.0
    legend, below = boxed([(ACCENT, say("alone")), (ACCENT_WASH, say("with all interactions"))], left, width)
    top = below + 40
    height, reach = top + row * len(ordered) + 6, width - left - 60
    most = max([1.0, *(s.total_high for s in ordered), *(s.first_high for s in ordered)])

    def at(share: float) -> float:
        return left + max(share, 0) / most * reach

    marks = [*legend, svg.text(left, below + 12, say("Share of the variance"), size=11, fill=SOFT)]
    for t in svg.ticks(0, most, 5):
        label = say.decimal(t, 1, least=1)
        marks += [
            svg.line(at(t), top - 8, at(t), height - 8),
            svg.text(at(t), top - 12, label, anchor="middle", size=11, fill=SOFT),
        ]
    for number, s in enumerate(ordered):
        y = top + row * number
        label = svg.short(s.factor, svg.fitting(width - left))
        marks += [svg.rect(left + 2, y + 2, reach + 60, 16, PAPER), svg.text(left + 4, y + 14, label)]
        bars = ((s.first, s.first_low, s.first_high, ACCENT), (s.total, s.total_low, s.total_high, ACCENT_WASH))
        for k, (value, low, high, fill) in enumerate(bars):
            middle, told = y + 26 + 15 * k, say.decimal(value, 2, least=2)
            marks += [
                svg.rect(left, middle - 6, at(value) - left, 12, fill),
                svg.line(at(low), middle, at(high), middle, INK, width=1.5),
                svg.text(at(max(value, high)) + 6, middle + 4, told, size=11, fill=SOFT),
            ]
    marks.append(svg.line(left, top - 8, left, height - 8, SOFT))
    first = ordered[0] if ordered else FactorShare("–", 0, 0, 0, 0, 0, 0)
    description = say(
        "%(factor)s has the largest share: %(share)s with its interactions.",
        factor=first.factor,
        share=say.share(min(first.total, 1.0)),
    )
    title = say("What the ranks depend on")
    return svg.figure(width, height, marks, ident=ident, title=title, description=description)
