"""Small figures as SVG, drawn on the server so that they need no script.

Colours come from classes in the style sheet; the policy of the pages allows no inline style.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape


def sparkline(points: Sequence[tuple[int, float | None]], *, label: str, width: int = 96, height: int = 26) -> Markup:
    """A line through yearly values; a missing year breaks it.

    Args:
        points: year and value, by year.
        label: what a screen reader says.
    """
    known = [(year, value) for year, value in points if value is not None]
    if len(known) < 2:
        return Markup("")
    years, values = [y for y, _ in known], [v for _, v in known]
    span, low = max(values) - min(values), min(values)
    reach = max(1, years[-1] - years[0])

    def at(year: int, value: float) -> tuple[float, float]:
        up = (value - low) / span if span else 0.5
        return round(3 + (year - years[0]) / reach * (width - 6), 1), round(height - 3 - up * (height - 6), 1)

    runs: list[list[tuple[float, float]]] = []
    before: int | None = None
    for year, value in known:
        if before is None or year - before > 1:
            runs.append([])
        runs[-1].append(at(year, value))
        before = year
    lines = Markup("").join(
        Markup('<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.6"/>').format(
            " ".join(f"{x},{y}" for x, y in run)
        )
        for run in runs
        if len(run) > 1
    )
    x, y = at(*known[-1])
    dots = Markup("").join(
        Markup('<circle cx="{}" cy="{}" r="1.3" fill="currentColor"/>').format(*run[0]) for run in runs if len(run) == 1
    )
    return Markup(
        '<svg class="spark" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">{}{}'
        '<circle cx="{}" cy="{}" r="2.4" fill="currentColor"/></svg>'
    ).format(label, width, height, width, height, lines, dots, x, y)


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
        ends: texts under the two ends of the track.
    """
    span = (most - least) or 1
    x = [round(8 + (min(max(v, least), most) - least) / span * (width - 16), 1) for v in (low, value, high)]
    height = 34 if ends else 18
    below = (
        Markup('<text x="2" y="31">{}</text><text x="{}" y="31" text-anchor="end">{}</text>').format(
            ends[0], width - 2, ends[1]
        )
        if ends
        else Markup("")
    )
    return Markup(
        '<svg class="figure" role="img" aria-label="{label}" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
        '<line class="track" x1="8" x2="{end}" y1="9" y2="9"/><line class="whisker" x1="{a}" x2="{b}" y1="9" y2="9"/>'
        '<circle class="dot" cx="{m}" cy="9" r="5"/>{below}</svg>'
    ).format(label=label, w=width, h=height, end=width - 8, a=x[0], b=x[2], m=x[1], below=below)


def bar(value: float, *, least: float, most: float, width: int = 180, level: float | None = None) -> Markup:
    """A bar from zero (or from the least value when all lie on one side far from it)."""
    start = min(0.0, least)
    span = (max(most, 0.0, level or 0.0) - start) or 1

    def at(v: float) -> float:
        return round((v - start) / span * width, 1)

    left, right = sorted((at(0.0), at(value)))
    line = (
        Markup('<line class="level" x1="{x}" x2="{x}" y1="0" y2="14"/>').format(x=at(level))
        if level is not None
        else Markup("")
    )
    return Markup(
        '<svg class="figure" aria-hidden="true" width="{w}" height="14" viewBox="0 0 {w} 14">'
        '<rect class="bar" x="{x}" y="2" width="{b}" height="10" rx="2"/>{line}</svg>'
    ).format(w=width, x=left, b=max(1.0, round(right - left, 1)), line=line)


def quality_mark(quality: str | None, label: str) -> Markup:
    """A mark whose shape, not only its colour, tells how far a value may be used."""
    shapes = {
        "good": '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
        "fair": '<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="2"/>',
        "suspect": '<path d="M6 1 11.5 11H.5z" fill="currentColor"/>',
        "insufficient": '<path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" stroke-width="2" fill="none"/>',
    }
    shape = Markup(shapes.get(quality or "", shapes["fair"]))
    kind = quality if quality in shapes else "fair"
    return Markup(
        '<span class="quality q-{}"><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">{}</svg>'
        "{}</span>"
    ).format(escape(kind), shape, label)
