"""Figures of an index as SVG text, for reports and pages alike.

Every figure has a title and a description, uses shapes, positions and printed numbers beside colour, and takes
its words in English or Turkish, or by `words` in any language.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kenes.pages.figures import svg
from kenes.pages.figures.svg import ACCENT, ACCENT_WASH, CONTRAST, INK, LINE, PAPER, SERIES, SOFT
from kenes.vocabulary.errors import BadInput

Words = Mapping[str, str]
ROW, WIDE, NARROW = 20.0, 820.0, 360.0
MOST_SPOKES = 24
WORDS: Mapping[str, Words] = MappingProxyType({
    "en": {
        "ranks": "Rank of each place with its interval", "rank": "Rank (1 = best)", "to": "to",
        "ranks_told": "{count} places. {first} is first; its rank lies between {low} and {high}.",
        "parts": "What makes up each score", "score": "Score",
        "parts_told": "{count} places, each score as a sum of {series}.",
        "sobol": "What the ranks depend on", "first": "alone", "total": "with all interactions",
        "share": "Share of the variance",
        "sobol_told": "{factor} has the largest share: {total} percent with its interactions.",
        "tree": "How each part goes with the whole",
        "tree_told": "Correlation of each node with its parent. Weakest: {node} with {parent}, {r}.",
        "map": "Correlations between the indicators",
        "map_told": "{count} indicators, framed by branch. Strongest: {a} and {b}, {r}.",
        "radar": "{place} against its peers", "peers": "median of the peers",
        "radar_told": "{place} is ahead of its peers in {ahead} of {count}; furthest behind in {worst}.",
        "none": "nothing", "missing": "no value",
    },
    "tr": {
        "ranks": "Yerlerin sıraları ve sıra aralıkları", "rank": "Sıra (1 = en iyi)", "to": "–",
        "ranks_told": "{count} yer. Birinci: {first}; sırası {low} ile {high} arasında.",
        "parts": "Puanları oluşturan katkılar", "score": "Puan",
        "parts_told": "{count} yer; her puan şunların toplamıdır: {series}.",
        "sobol": "Sıralar neye bağlı", "first": "tek başına", "total": "tüm etkileşimlerle",
        "share": "Varyans payı",
        "sobol_told": "En büyük pay: {factor}, etkileşimleriyle birlikte yüzde {total}.",
        "tree": "Parçalar bütünle ne kadar uyumlu",
        "tree_told": "Her düğümün üst düğümüyle korelasyonu. En zayıf: {node} ile {parent}, {r}.",
        "map": "Göstergeler arasındaki korelasyonlar",
        "map_told": "{count} gösterge, dallarına göre çerçeveli. En güçlü: {a} ile {b}, {r}.",
        "radar": "{place} ve benzer yerler", "peers": "benzer yerlerin medyanı",
        "radar_told": "{place}, {count} konudan {ahead} tanesinde benzerlerinden önde; en geride kaldığı: {worst}.",
        "none": "hiçbiri", "missing": "değer yok",
    },
})  # fmt: skip


def words_of(language: str, words: Words | None = None) -> Words:
    """Words of a language; `words` fills or replaces any of them.

    Raises:
        BadInput: a language without words, and none given.
    """
    if language not in WORDS and words is None:
        raise BadInput("figure", expected=f"a language of {', '.join(WORDS)}", found=language, mend="Hand in words.")
    return {**WORDS.get(language, WORDS["en"]), **(words or {})}


@dataclass(frozen=True, slots=True)
class RankBar:
    """A ranked place: its rank and the interval of its rank."""

    place: str
    rank: float
    low: float
    high: float


def rank_intervals(
    bars: Sequence[RankBar], *, language: str = "en", words: Words | None = None, highlight: Sequence[str] = (),
    ident: str = "ranks",
) -> str:  # fmt: skip
    """A line from the low to the high rank of each place, a dot at its rank; the best on top.

    Args:
        bars: ranked places only, in any order.
        language: of the words and numbers.
        words: instead of ours.
        highlight: places told apart by a bold name and another colour.
        ident: unique on the page.
    """
    w = words_of(language, words)
    ordered = sorted(bars, key=lambda b: (b.rank, b.place))
    most = max((b.high for b in ordered), default=1.0)
    left = min(svg.width_of(b.place for b in ordered) + 16, 240)
    width, height, top = 820.0, ROW * len(ordered) + 54, 40.0
    scale = (width - left - 80) / max(most - 1, 1)

    def at(rank: float) -> float:
        return left + 8 + (rank - 1) * scale

    grid = sorted({1.0, *(r for r in svg.ticks(0, most, 8) if r >= 1 and r.is_integer())})
    marks = [svg.text(left + 8, 14, w["rank"], fill=SOFT)]
    marks += [svg.line(at(r), top - 8, at(r), height - 10) for r in grid]
    marks += [svg.text(at(r), top - 12, f"{r:.0f}", anchor="middle", size=11, fill=SOFT) for r in grid]
    for number, b in enumerate(ordered):
        y, told = top + ROW * number + ROW / 2, b.place in highlight
        span = f"{b.low:.0f} {w['to']} {b.high:.0f}"
        marks += [
            svg.text(left - 4, y + 4, svg.short(b.place, 32), anchor="end", bold=told),
            svg.line(at(b.low), y, at(b.high), y, "#f0c9a0" if told else ACCENT_WASH, width=7, cap="round"),
            svg.dot(at(b.rank), y, 4.5, CONTRAST if told else ACCENT, hint=f"{b.place}: {b.rank:.0f} ({span})"),
            svg.text(at(b.high) + 10, y + 4, span, size=10.5, fill=SOFT),
        ]
    told_of = {"count": len(ordered), "first": w["none"], "low": "", "high": ""}
    if ordered:
        told_of |= {"first": ordered[0].place, "low": f"{ordered[0].low:.0f}", "high": f"{ordered[0].high:.0f}"}
    return svg.figure(
        width, height, marks, ident=ident, title=w["ranks"], description=w["ranks_told"].format(**told_of)
    )


def stacked_contributions(
    places: Sequence[str], parts: Mapping[str, Sequence[float]], *, language: str = "en", words: Words | None = None,
    ident: str = "parts", width: float = WIDE,
) -> str:  # fmt: skip
    """Bars of what each node gives to each place's score; what takes away lies left of zero.

    Args:
        places: one bar each, in the order given.
        parts: for each node the points it gives to each place; NaN counts as nothing.
        language: of the words and numbers.
        words: instead of ours.
        ident: unique on the page.
        width: of the figure, in pixels.

    Raises:
        BadInput: a node has not one part for each place.
    """
    w = words_of(language, words)
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
    grid = svg.ticks(low, high, 6 if width >= WIDE else 4)
    marks, most = [*legend], svg.fitting(left - 12)
    marks += [svg.line(zero + t * scale, top - 4, zero + t * scale, height - 8) for t in grid]
    decimals = 0 if high - low > 8 else 2
    marks += [
        svg.text(zero + t * scale, top - 8, svg.number(t, decimals, language), anchor="middle", size=11, fill=SOFT)
        for t in grid
    ]
    for i, place in enumerate(places):
        y, ends = top + ROW * i, [zero, zero]
        for n, (node, values) in enumerate(table.items()):
            length, side = abs(values[i]) * scale, int(values[i] < 0)
            start = ends[side] - length if side else ends[side]
            hint = f"{place}, {node}: {svg.number(values[i], 2, language)}"
            marks.append(svg.rect(start, y + 2, length, ROW - 5, _series(n), stroke=PAPER, hint=hint))
            ends[side] += -length if side else length
        total = svg.number(above[i] + below[i], 1 if high - low > 8 else 2 if high - low > 2 else 3, language)
        marks += [
            svg.text(left - 8, y + 14, svg.short(place, most), anchor="end"),
            svg.text(ends[0] + 6, y + 14, total, size=11, fill=SOFT),
        ]
    marks.append(svg.line(zero, top - 4, zero, height - 8, SOFT))
    description = w["parts_told"].format(count=len(places), series=", ".join(table) or w["none"])
    return svg.figure(width, height, marks, ident=ident, title=w["parts"], description=description)


def _series(number: int) -> str:
    return SERIES[number % len(SERIES)]


def _legend(names: Sequence[str], left: float, width: float) -> tuple[list[str], float]:
    """Boxes and names in lines from `left`, and the height they take."""
    marks, x, y = list[str](), left, 8.0
    for n, name in enumerate(names):
        room = svg.width_of([svg.short(name, 40)]) + 34
        if x + room > width and x > left:
            x, y = left, y + 20
        marks += [svg.rect(x, y, 12, 12, _series(n)), svg.text(x + 18, y + 10.5, svg.short(name, 40))]
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
    shares: Sequence[FactorShare], *, language: str = "en", words: Words | None = None, ident: str = "sobol",
    width: float = WIDE,
) -> str:  # fmt: skip
    """Two bars under the name of each factor, alone and with interactions, with whiskers; the largest on top."""
    w = words_of(language, words)
    ordered = sorted(shares, key=lambda s: (-s.total, s.factor))
    left, row = 14.0, 56.0
    legend, below = _sobol_legend(w, left, width)
    top = below + 40
    height, reach = top + row * len(ordered) + 6, width - left - 60
    most = max([1.0, *(s.total_high for s in ordered), *(s.first_high for s in ordered)])

    def at(share: float) -> float:
        return left + max(share, 0) / most * reach

    marks = [*legend, svg.text(left, below + 12, w["share"], size=11, fill=SOFT)]
    for t in svg.ticks(0, most, 5):
        marks += [
            svg.line(at(t), top - 8, at(t), height - 8),
            svg.text(at(t), top - 12, svg.number(t, 1, language), anchor="middle", size=11, fill=SOFT),
        ]
    for number, s in enumerate(ordered):
        y = top + row * number
        label = svg.short(s.factor, svg.fitting(width - left))
        marks += [svg.rect(left + 2, y + 2, reach + 60, 16, PAPER), svg.text(left + 4, y + 14, label)]
        bars = ((s.first, s.first_low, s.first_high, ACCENT), (s.total, s.total_low, s.total_high, ACCENT_WASH))
        for k, (value, low, high, fill) in enumerate(bars):
            middle = y + 26 + 15 * k
            marks += [
                svg.rect(left, middle - 6, at(value) - left, 12, fill),
                svg.line(at(low), middle, at(high), middle, INK, width=1.5),
                svg.text(at(max(value, high)) + 6, middle + 4, svg.number(value, 2, language), size=11, fill=SOFT),
            ]
    marks.append(svg.line(left, top - 8, left, height - 8, SOFT))
    first = ordered[0] if ordered else FactorShare(w["none"], 0, 0, 0, 0, 0, 0)
    description = w["sobol_told"].format(factor=first.factor, total=f"{first.total * 100:.0f}")
    return svg.figure(width, height, marks, ident=ident, title=w["sobol"], description=description)


def _sobol_legend(words: Words, left: float, width: float) -> tuple[list[str], float]:
    """What the two bars stand for, below each other where they have no room side by side."""
    marks, x, y = list[str](), left, 8.0
    for fill, key in ((ACCENT, "first"), (ACCENT_WASH, "total")):
        room = svg.width_of([words[key]]) + 34
        if x > left and x + room > width:
            x, y = left, y + 20
        marks += [svg.rect(x, y, 12, 12, fill), svg.text(x + 18, y + 10.5, words[key])]
        x += room
    return marks, y + 20


def radar(
    place: str, axes: Sequence[str], own: Sequence[float], peers: Sequence[float], *, low: float = 0.0,
    high: float = 100.0, language: str = "en", words: Words | None = None, ident: str = "radar", radius: float = 150.0,
    letters: int = 28,
) -> str:  # fmt: skip
    """A place's values on spokes, full line and dots, against those of its peers, broken line.

    Args:
        place: its name.
        axes: names of the spokes, at least 3.
        own: the place's values; where one is NaN, the line passes its spoke by.
        peers: values to compare with, such as the median of the peers.
        low: value at the centre; what lies below is drawn there.
        high: value at the rim.
        language: of the words and numbers.
        words: instead of ours.
        ident: unique on the page.
        radius: of the rim, in pixels.
        letters: most in a line of a label, which has two.

    Raises:
        BadInput: fewer than 3 spokes or more than 24, or not one value for each.
    """
    w = words_of(language, words)
    count = len(axes)
    if not 3 <= count <= MOST_SPOKES or {len(own), len(peers)} != {count}:
        found = f"{count} axes, {len(own)} and {len(peers)} values"
        raise BadInput(
            "radar", expected=f"3 to {MOST_SPOKES} axes with a value each", found=found, mend="Draw bars instead."
        )
    told = [f"{_told(o, w, language)} | {_told(p, w, language)}" for o, p in zip(own, peers, strict=True)]
    names = [svg.lines_of(a, letters) for a in axes]
    labels = svg.width_of((line for name in names for line in name), 11.5), svg.width_of(told, 10.5)
    side = max(*labels, svg.width_of([place, w["peers"]]) / 2 - radius + 30) + 16
    middle_y = radius + 112
    width, height = 2 * (radius + side), 2 * radius + 172
    centre = (width / 2, middle_y)

    def at(i: int, value: float) -> tuple[float, float]:
        share = min(max((value - low) / (high - low), 0.0), 1.0)
        angle = 2 * math.pi * i / count - math.pi / 2
        return centre[0] + radius * share * math.cos(angle), centre[1] + radius * share * math.sin(angle)

    marks = [svg.polygon((at(i, low + (high - low) * k / 4) for i in range(count)), LINE) for k in range(1, 5)]
    marks += [svg.line(*centre, *at(i, high)) for i in range(count)]
    marks += [
        svg.polygon((at(i, v) for i, v in enumerate(peers) if math.isfinite(v)), CONTRAST, dash="6 4"),
        svg.polygon((at(i, v) for i, v in enumerate(own) if math.isfinite(v)), ACCENT, fill=ACCENT),
    ]
    for i, (axis, value) in enumerate(zip(axes, own, strict=True)):
        if math.isfinite(value):
            marks.append(svg.dot(*at(i, value), 4, ACCENT, hint=f"{axis}: {told[i]}"))
        marks += _spoke_label(centre, radius, i, count, names[i], told[i])
    marks += [
        svg.line(12, 16, 40, 16, ACCENT, width=3), svg.text(46, 20, place, bold=True),
        svg.line(12, 36, 40, 36, CONTRAST, width=2, dash="6 4"), svg.text(46, 40, w["peers"]),
    ]  # fmt: skip
    gaps = {a: o - p for a, o, p in zip(axes, own, peers, strict=True) if math.isfinite(o) and math.isfinite(p)}
    behind = min(gaps, key=lambda a: gaps[a], default=None)
    worst = behind if behind is not None and gaps[behind] < 0 else w["none"]
    ahead = sum(g > 0 for g in gaps.values())
    description = w["radar_told"].format(place=place, ahead=ahead, count=len(gaps), worst=worst)
    return svg.figure(width, height, marks, ident=ident, title=w["radar"].format(place=place), description=description)


def _told(value: float, words: Words, language: str) -> str:
    return svg.number(value, 1, language) if math.isfinite(value) else words["missing"]


def _spoke_label(
    centre: tuple[float, float], radius: float, i: int, count: int, name: Sequence[str], values: str
) -> list[str]:
    angle = 2 * math.pi * i / count - math.pi / 2
    x, y = centre[0] + (radius + 12) * math.cos(angle), centre[1] + (radius + 16) * math.sin(angle)
    anchor = "middle" if abs(math.cos(angle)) < 0.15 else "start" if math.cos(angle) > 0 else "end"
    lift = -12 - 13 * (len(name) - 1) if math.sin(angle) < -0.5 else 2 if math.sin(angle) > 0.5 else 2 - 6.5 * len(name)
    marks = [svg.text(x, y + lift + 13 * k, line, anchor=anchor, size=11.5) for k, line in enumerate(name)]
    return [*marks, svg.text(x, y + lift + 13 * len(name), values, anchor=anchor, size=10.5, fill=SOFT)]


__all__ = [
    "NARROW", "WIDE", "WORDS", "FactorShare", "RankBar", "radar", "rank_intervals", "sobol_bars",
    "stacked_contributions", "words_of",
]  # fmt: skip
