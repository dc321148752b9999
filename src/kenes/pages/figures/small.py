"""Small figures that stand in lines and tables: a series, an interval, a bar, a mark of quality.

Colours come from classes in the style sheet; the policy of the pages allows no inline style.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from markupsafe import Markup

from kenes.pages.figures.index import NARROW, WIDE
from kenes.pages.figures.svg import element, joined

Point = tuple[float, float]
Draw = Callable[[float, str], Markup]
INHERITED = "currentColor"


def sparkline(points: Sequence[tuple[int, float | None]], *, label: str, width: int = 96, height: int = 26) -> Markup:
    """A line through yearly values; a missing year breaks it.

    Args:
        points: year and value, by year.
        label: what a screen reader says.
        width: in pixels.
        height: in pixels.
    """
    known = [(year, value) for year, value in points if value is not None]
    if len(known) < 2:
        return Markup("")
    years, values = [y for y, _ in known], [v for _, v in known]
    span, low = max(values) - min(values), min(values)
    reach = max(1, years[-1] - years[0])

    def at(year: int, value: float) -> Point:
        up = (value - low) / span if span else 0.5
        return round(3 + (year - years[0]) / reach * (width - 6), 1), round(height - 3 - up * (height - 6), 1)

    runs: list[list[Point]] = []
    before: int | None = None
    for year, value in known:
        if before is None or year - before > 1:
            runs.append([])
        runs[-1].append(at(year, value))
        before = year
    lines = [_line(run) for run in runs if len(run) > 1]
    alone = [_dot(run[0], 1.3) for run in runs if len(run) == 1]
    size = {"width": width, "height": height, "viewBox": f"0 0 {width} {height}"}
    named = {"class": "spark", "role": "img", "aria-label": label}
    return element("svg", {**named, **size}, *lines, *alone, _dot(at(*known[-1]), 2.4))


def _line(run: Sequence[Point]) -> Markup:
    points = " ".join(f"{x},{y}" for x, y in run)
    return element("polyline", {"points": points, "fill": "none", "stroke": INHERITED, "stroke-width": 1.6})


def _dot(at: Point, radius: float) -> Markup:
    return element("circle", {"cx": at[0], "cy": at[1], "r": radius, "fill": INHERITED})


def interval(
    value: float,
    low: float,
    high: float,
    *,
    least: float,
    most: float,
    label: str,
    width: int = 220,
    ends: tuple[str, str] | None = None,
) -> Markup:
    """A dot with its interval on a track from `least` to `most`.

    Args:
        value: where the dot stands.
        low: where the interval begins.
        high: where it ends.
        least: value at the left end of the track.
        most: value at the right end.
        label: what a screen reader says.
        width: in pixels.
        ends: texts under the two ends of the track.
    """
    span = (most - least) or 1
    start, middle, stop = (
        round(8 + (min(max(v, least), most) - least) / span * (width - 16), 1) for v in (low, value, high)
    )
    height = 34 if ends else 18
    marks = [
        element("line", {"class": "track", "x1": 8, "x2": width - 8, "y1": 9, "y2": 9}),
        element("line", {"class": "whisker", "x1": start, "x2": stop, "y1": 9, "y2": 9}),
        element("circle", {"class": "dot", "cx": middle, "cy": 9, "r": 5}),
    ]
    if ends:
        marks.append(element("text", {"x": 2, "y": 31}, ends[0]))
        marks.append(element("text", {"x": width - 2, "y": 31, "text-anchor": "end"}, ends[1]))
    return _small(width, height, {"role": "img", "aria-label": label}, marks)


def bar(value: float, *, least: float, most: float, width: int = 180, level: float | None = None) -> Markup:
    """A bar from zero (or from the least value when all lie on one side far from it).

    Args:
        value: how long the bar is.
        least: smallest value that has to have room.
        most: greatest value that has to have room.
        width: in pixels.
        level: a value that is marked by a line, such as a limit.
    """
    start = min(0.0, least)
    span = (max(most, 0.0, level or 0.0) - start) or 1

    def at(v: float) -> float:
        return round((v - start) / span * width, 1)

    left, right = sorted((at(0.0), at(value)))
    size = {"width": max(1.0, round(right - left, 1)), "height": 10, "rx": 2}
    marks = [element("rect", {"class": "bar", "x": left, "y": 2, **size})]
    if level is not None:
        marks.append(element("line", {"class": "level", "x1": at(level), "x2": at(level), "y1": 0, "y2": 14}))
    return _small(width, 14, {"aria-hidden": "true"}, marks)


def _small(width: int, height: int, told: Mapping[str, object], marks: Sequence[Markup]) -> Markup:
    size = {"width": width, "height": height, "viewBox": f"0 0 {width} {height}"}
    return element("svg", {"class": "figure", **told, **size}, *marks)


_SHAPES: Mapping[str, Markup] = MappingProxyType(
    {
        "good": element("circle", {"cx": 6, "cy": 6, "r": 5, "fill": INHERITED}),
        "fair": element("circle", {"cx": 6, "cy": 6, "r": 4, "fill": "none", "stroke": INHERITED, "stroke-width": 2}),
        "suspect": element("path", {"d": "M6 1 11.5 11H.5z", "fill": INHERITED}),
        "insufficient": element(
            "path", {"d": "M2 2l8 8M10 2l-8 8", "stroke": INHERITED, "stroke-width": 2, "fill": "none"}
        ),
    }
)


def quality_mark(quality: str | None, label: str) -> Markup:
    """A mark whose shape, not only its colour, tells how far a value may be used."""
    kind = quality if quality and quality in _SHAPES else "fair"
    size = {"width": 12, "height": 12, "viewBox": "0 0 12 12", "aria-hidden": "true"}
    return element("span", {"class": f"quality q-{kind}"}, element("svg", size, _SHAPES[kind]), label)


def both(draw: Draw) -> Markup:
    """A figure for wide windows beside one for narrow ones; the style sheet shows the one that fits.

    Args:
        draw: takes the width and the end of an id that must be unique on the page.
    """
    shown = (("wide-only", WIDE, "wide"), ("narrow-only", NARROW, "narrow"))
    return joined(element("div", {"class": f"drawing {name}"}, draw(width, end)) for name, width, end in shown)


def sideways(drawn: Markup, label: str) -> Markup:
    """A figure that scrolls sideways where the window is narrow; `label` says what it is."""
    frame = {"class": "sideways", "tabindex": 0, "role": "region", "aria-label": label}
    return element("div", frame, element("div", {"class": "drawing"}, drawn))
