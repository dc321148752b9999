"""Marks of a figure as SVG text: presentation attributes only, no style, script or outside reference.

Every mark is built by `element`, which escapes what stands in it; a template may take it as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from html import escape
from unicodedata import category

from markupsafe import Markup

INK, SOFT, LINE, WASH, PAPER = "#16262b", "#4d5f65", "#d9e1e2", "#f4f7f7", "#ffffff"
ACCENT, ACCENT_WASH, CONTRAST = "#0b5c6b", "#9cc7cc", "#b35300"
SERIES = ("#0b5c6b", "#e69f00", "#6a4c93", "#56b4e9", "#a4243b", "#8ea604", "#2b59c3", "#d8b48a", "#c77dba", "#4d5f65")
FONT = "Inter, system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif"
_BLANK = "Zs"
"""Unicode's category of blanks, such as the narrow one that groups digits."""


def clean(content: object) -> str:
    """Text that may stand in XML: escaped, without control characters; what is marked up already stays.

    >>> clean("a & <b>\\x00"), clean(Markup("<b>"))
    ('a &amp; &lt;b&gt;', '<b>')
    """
    if isinstance(content, Markup):
        return str(content)
    return escape("".join(c for c in str(content) if c.isprintable() or category(c) == _BLANK), quote=True)


def element(name: str, attributes: Mapping[str, object], *inside: object) -> Markup:
    """An element with its attributes and what stands in it; what is not marked up is escaped.

    Args:
        name: of the element.
        attributes: value by name, in their order; one that is None is left out.
        inside: texts and marks, in order.

    >>> element("text", {"x": 1, "dx": None}, "a < b")
    Markup('<text x="1">a &lt; b</text>')
    """
    told = "".join(f' {key}="{clean(value)}"' for key, value in attributes.items() if value is not None)
    content = "".join(clean(each) for each in inside)
    return Markup(f"<{name}{told}>{content}</{name}>" if inside else f"<{name}{told}/>")


def joined(marks: Iterable[Markup]) -> Markup:
    """Marks one after the other."""
    return Markup("").join(marks)


def short(content: str, most: int) -> str:
    """A label of at most so many characters."""
    return content if len(content) <= most else content[: most - 1].rstrip() + "…"


def fitting(room: float, size: float = 12) -> int:
    """How many characters surely fit into so many pixels, by the guess of `width_of`."""
    return max(int(room / (size * 0.66)), 4)


def lines_of(content: str, most: int, count: int = 2) -> list[str]:
    """A label broken at blanks into lines of at most so many characters, the last one cut if need be."""
    lines = [""]
    for word in content.split():
        joined_to = f"{lines[-1]} {word}".strip()
        if len(joined_to) <= most or not lines[-1] or len(lines) == count:
            lines[-1] = joined_to
        else:
            lines.append(word)
    return [short(line, most) for line in lines]


def width_of(labels: Iterable[str], size: float = 12) -> float:
    """Room that the longest label needs, in pixels; a careful guess, as no font is measured."""
    return max((len(label) for label in labels), default=0) * size * 0.66


def text(
    x: float, y: float, content: object, *, anchor: str = "start", size: float = 12, fill: str = INK, bold: bool = False
) -> Markup:
    """One line of text; `y` is its base line."""
    where = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-size": f"{size:g}", "fill": fill}
    return element("text", {**where, "font-weight": "650" if bold else None}, content)


def rect(x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "none", hint: str = "") -> Markup:
    """A box; `hint` is told when it is pointed at."""
    size = {"width": f"{max(width, 0):.1f}", "height": f"{max(height, 0):.1f}"}
    return element("rect", {"x": f"{x:.1f}", "y": f"{y:.1f}", **size, "fill": fill, "stroke": stroke}, *_told(hint))


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    stroke: str = LINE,
    *,
    width: float = 1,
    dash: str | None = None,
    cap: str = "butt",
) -> Markup:
    """A straight line."""
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    drawn = {"stroke": stroke, "stroke-width": f"{width:g}", "stroke-linecap": cap, "stroke-dasharray": dash}
    return element("line", {**ends, **drawn})


def dot(x: float, y: float, radius: float, fill: str, *, stroke: str = PAPER, hint: str = "") -> Markup:
    """A filled circle with a thin rim."""
    where = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": f"{radius:g}"}
    return element("circle", {**where, "fill": fill, "stroke": stroke}, *_told(hint))


def polygon(
    points: Iterable[tuple[float, float]], stroke: str, *, fill: str = "none", dash: str | None = None
) -> Markup:
    """A closed line, its inside lightly filled where a fill is given."""
    where = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    edge = {"stroke": stroke, "stroke-width": 2, "stroke-linejoin": "round", "stroke-dasharray": dash}
    return element("polygon", {"points": where, "fill": fill, "fill-opacity": 0.14, **edge})


def _told(hint: str) -> tuple[Markup, ...]:
    return (element("title", {}, hint),) if hint else ()


def figure(width: float, height: float, marks: Iterable[Markup], *, ident: str, title: str, description: str) -> Markup:
    """The whole figure: named and described for a reader who does not see it.

    Args:
        width: in pixels.
        height: in pixels.
        marks: what is drawn, in order.
        ident: unique on its page.
        title: what is shown.
        description: what there is to see.
    """
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": "drawn",
        "viewBox": f"0 0 {width:.0f} {height:.0f}",
        "width": f"{width:.0f}",
        "height": f"{height:.0f}",
        "role": "img",
        "aria-labelledby": f"{ident}-title {ident}-desc",
        "font-family": FONT,
    }
    named = element("title", {"id": f"{ident}-title"}, title), element("desc", {"id": f"{ident}-desc"}, description)
    return element("svg", attributes, *named, *marks)


def round_step(span: float, parts: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts a span into about so many parts."""
    rough = max(span, 1e-12) / max(parts, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * f for f in (1, 2, 5, 10) if power * f >= rough * 0.999)


def ticks(low: float, high: float, parts: int = 5) -> list[float]:
    """Round numbers from `low` to `high`."""
    step = round_step(high - low, parts)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on a colour; the contrast is 4.5 or more on any."""
    return "#000000" if luminance(fill) > 0.179 else PAPER


def luminance(colour: str) -> float:
    """Relative luminance of a colour written #rrggbb.

    Source:
        W3C, Web Content Accessibility Guidelines 2.2, definition of relative luminance.
    """
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(first: str, second: str, share: float) -> str:
    """A colour between two; share 0 is the first."""
    pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
