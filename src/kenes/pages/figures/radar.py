"""A place against its peers on spokes, as SVG text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kenes.pages.figures import svg
from kenes.pages.figures.svg import ACCENT, CONTRAST, LINE, SOFT
from kenes.pages.language import ENGLISH, Language
from kenes.vocabulary.errors import BadInput

MOST_SPOKES = 24


@dataclass(frozen=True, slots=True)
class _Wheel:
    """Where values lie: a rim around a centre, with so many spokes from `low` at the centre to `high` at the rim."""

    centre: tuple[float, float]
    radius: float
    count: int
    low: float
    high: float

    def at(self, spoke: int, value: float) -> tuple[float, float]:
        share = min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)
        angle = self.angle(spoke)
        x, y = self.centre
        return x + self.radius * share * math.cos(angle), y + self.radius * share * math.sin(angle)

    def angle(self, spoke: int) -> float:
        return 2 * math.pi * spoke / self.count - math.pi / 2

    def line(self, values: Sequence[float]) -> list[tuple[float, float]]:
        return [self.at(i, value) for i, value in enumerate(values) if math.isfinite(value)]

    def web(self) -> list[Markup]:
        levels = (self.low + (self.high - self.low) * k / 4 for k in range(1, 5))
        rings = [svg.polygon((self.at(i, level) for i in range(self.count)), LINE) for level in levels]
        return rings + [svg.line(*self.centre, *self.at(i, self.high)) for i in range(self.count)]


def radar(
    place: str,
    axes: Sequence[str],
    own: Sequence[float],
    peers: Sequence[float],
    say: Language = ENGLISH,
    *,
    low: float = 0.0,
    high: float = 100.0,
    ident: str = "radar",
    radius: float = 150.0,
    letters: int = 28,
) -> Markup:
    """A place's values on spokes, full line and dots, against those of its peers, broken line.

    Args:
        place: its name.
        axes: names of the spokes, at least 3.
        own: the place's values; where one is NaN, the line passes its spoke by.
        peers: values to compare with, such as the median of the peers.
        say: the reader's language.
        low: value at the centre; what lies below is drawn there.
        high: value at the rim.
        ident: unique on the page.
        radius: of the rim, in pixels.
        letters: most in a line of a label, which has two.

    Raises:
        BadInput: fewer than 3 spokes or more than 24, or not one value for each.
    """
    count = len(axes)
    if not 3 <= count <= MOST_SPOKES or {len(own), len(peers)} != {count}:
        found = f"{count} axes, {len(own)} and {len(peers)} values"
        expected = f"3 to {MOST_SPOKES} axes with a value each"
        raise BadInput("radar", expected=expected, found=found, mend="Draw bars instead.")
    told = [f"{_told(o, say)} | {_told(p, say)}" for o, p in zip(own, peers, strict=True)]
    names, median = [svg.lines_of(a, letters) for a in axes], say("Median of the peers")
    labels = svg.width_of((line for name in names for line in name), 11.5), svg.width_of(told, 10.5)
    side = max(*labels, svg.width_of([place, median]) / 2 - radius + 30) + 16
    width, height = 2 * (radius + side), 2 * radius + 172
    wheel = _Wheel((width / 2, radius + 112), radius, count, low, high)
    marks = [
        *wheel.web(),
        svg.polygon(wheel.line(peers), CONTRAST, dash="6 4"),
        svg.polygon(wheel.line(own), ACCENT, fill=ACCENT),
    ]
    for i, (axis, value) in enumerate(zip(axes, own, strict=True)):
        if math.isfinite(value):
            marks.append(svg.dot(*wheel.at(i, value), 4, ACCENT, hint=f"{axis}: {told[i]}"))
        marks += _spoke_label(wheel, i, names[i], told[i])
    marks += [
        svg.line(12, 16, 40, 16, ACCENT, width=3),
        svg.text(46, 20, place, bold=True),
        svg.line(12, 36, 40, 36, CONTRAST, width=2, dash="6 4"),
        svg.text(46, 40, median),
    ]
    title, description = say("%(place)s against its peers", place=place), _described(place, axes, own, peers, say)
    return svg.figure(width, height, marks, ident=ident, title=title, description=description)


def _told(value: float, say: Language) -> str:
    return say.decimal(value, 1, least=1) if math.isfinite(value) else say("no value")


def _described(place: str, axes: Sequence[str], own: Sequence[float], peers: Sequence[float], say: Language) -> str:
    """In how many a place is ahead, and where it is furthest behind."""
    gaps = {a: o - p for a, o, p in zip(axes, own, peers, strict=True) if math.isfinite(o) and math.isfinite(p)}
    ahead, worst = sum(gap > 0 for gap in gaps.values()), min(gaps, key=lambda a: gaps[a], default="")
    told = say("%(place)s is ahead of its peers in %(ahead)s of %(count)s.", place=place, ahead=ahead, count=len(gaps))
    behind = worst and gaps[worst] < 0
    return f"{told} {say('Furthest behind in: %(part)s.', part=worst)}" if behind else told


def _spoke_label(wheel: _Wheel, spoke: int, name: Sequence[str], values: str) -> list[Markup]:
    angle = wheel.angle(spoke)
    right, down = math.cos(angle), math.sin(angle)
    x, y = wheel.centre[0] + (wheel.radius + 12) * right, wheel.centre[1] + (wheel.radius + 16) * down
    anchor = "middle" if abs(right) < 0.15 else "start" if right > 0 else "end"
    lift = -12 - 13 * (len(name) - 1) if down < -0.5 else 2 if down > 0.5 else 2 - 6.5 * len(name)
    marks = [svg.text(x, y + lift + 13 * k, line, anchor=anchor, size=11.5) for k, line in enumerate(name)]
    return [*marks, svg.text(x, y + lift + 13 * len(name), values, anchor=anchor, size=10.5, fill=SOFT)]
