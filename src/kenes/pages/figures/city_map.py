"""The map of a measured city as SVG: shapes with values, streets, districts, the edge, stops, and its scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from kenes.pages.figures.svg import ACCENT, INK, PAPER, SOFT, element, mixed

Pixels = NDArray[np.float64]
"""Positions in the picture, shape (point, 2)."""
Lines = Sequence[Pixels]
"""The rings or lines of a shape."""
UNKNOWN = "#d5d5d5"
COLOURS = (*(mixed(PAPER, ACCENT, share) for share in (0.1, 0.32, 0.56, 0.8)), "#073c47")
"""From the class of the smallest values to that of the greatest."""
MANY = {"low": 2000, "high": 60}
"""From so many stops of a capacity on their dots are smaller."""


@dataclass(frozen=True, slots=True)
class Area:
    """A cell or district of the picture.

    Args:
        name: id of the cell or name of the district.
        persons: who live there; None for a district.
        outline: its rings.
        middle: a point in it.
    """

    name: str
    persons: float | None
    outline: Lines
    middle: tuple[float, float]


@dataclass(frozen=True, slots=True)
class StopDots:
    """Stops of one source and headway by capacity: whole pixels, shape (stop, 2), those in the picture."""

    source: str
    headway_min: float | None
    at: Mapping[str, NDArray[np.int64]]

    @property
    def key(self) -> str:
        """A name for the group of marks."""
        return self.source if self.headway_min is None else f"{self.source}_{self.headway_min:g}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A flat picture of a city, one unit a pixel, north at the top.

    Args:
        width: in pixels.
        height: in pixels.
        metres_per_pixel: on the ground.
        areas: cells with inhabitants; districts where there are none.
        values: of each area by layer, shape (area,); NaN where not known.
        streets: from and to, whole pixels, shape (street, 4).
        districts: rings of all districts; None where there are none.
        edge: rings of the study area; empty where that is the reach of stops.
        reach: rings of the reach of stops; empty where there is a study area.
        stops: in the order in which they are offered.
    """

    width: float
    height: float
    metres_per_pixel: float
    areas: Sequence[Area]
    values: Mapping[str, NDArray[np.float64]]
    streets: NDArray[np.int64]
    districts: Sequence[Lines] | None
    edge: Lines
    reach: Lines
    stops: Sequence[StopDots]


def city_map(picture: Picture, fills: Sequence[str], *, label: str, stops: str) -> Markup:
    """The map with its shapes in their colours.

    Args:
        picture: what is drawn.
        fills: colour of each area.
        label: what a screen reader says.
        stops: key of the stops that are shown; a script shows the others.
    """
    marks = [
        element("path", {"class": "cell", "fill": fill, "d": path(area.outline)})
        for area, fill in zip(picture.areas, fills, strict=True)
    ]
    if picture.reach and not picture.areas:
        marks.append(element("path", {"class": "reach", "fill-rule": "evenodd", "d": path(picture.reach)}))
    marks.append(element("path", {"class": "street", "d": _streets(picture.streets)}))
    marks += [element("path", {"class": "district", "d": path(lines)}) for lines in picture.districts or ()]
    if picture.edge:
        marks.append(element("path", {"class": "edge", "d": path(picture.edge)}))
    marks += [_stops(dots, shown=dots.key == stops) for dots in picture.stops]
    view = f"0 0 {picture.width:.0f} {picture.height:.0f}"
    named = {"role": "img", "tabindex": 0, "aria-label": label}
    return element("svg", {"id": "map", "class": "drawn", "viewBox": view, **named}, *marks)


def path(lines: Lines) -> str:
    """Rings or lines as the path of an SVG.

    >>> path([np.array([[0.0, 1.0], [2.25, 3.0]])])
    'M0.0 1.0L2.2 3.0'
    """
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line.tolist()) for line in lines)


def _streets(streets: NDArray[np.int64]) -> str:
    return "".join(f"M{a} {b}L{c} {d}" for a, b, c, d in streets.tolist())


def _stops(dots: StopDots, *, shown: bool) -> Markup:
    """Stops as dots with a pale rim: two paths for each capacity, whatever their number."""
    marks = list[Markup]()
    for capacity, at in dots.at.items():
        many = " many" if len(at) > MANY[capacity] else ""
        drawn = "".join(f"M{x} {y}h0" for x, y in np.unique(at, axis=0).tolist())
        for kind in (f"halo {capacity[0]}", capacity):
            marks.append(element("path", {"class": f"{kind}{many}", "d": drawn}))
    return element("g", {"data-stops": dots.key, "style": None if shown else "display:none"}, *marks)


def swatches(picture: Picture) -> dict[str, Markup]:
    """Small samples of what is drawn whatever the layer, in the order of the legend."""
    low = {"cx": 9, "cy": 7, "r": 2.2, "fill": INK, "stroke": PAPER}
    found = {}
    if picture.reach:
        found["reach"] = element("rect", {"width": 18, "height": 14, "class": "reach"})
    found |= {"low": element("circle", low), "high": element("circle", {**low, "r": 5})}
    if len(picture.streets):
        found["streets"] = _line({"stroke": SOFT})
    if picture.edge:
        found["edge"] = _line({"stroke": INK, "stroke-width": 2})
    if picture.districts is not None:
        found["districts"] = _line({"stroke": INK, "stroke-dasharray": "4 3"})
    return {name: _swatch(mark) for name, mark in found.items()}


def colour_swatch(fill: str) -> Markup:
    """A sample of the colour of a class."""
    return _swatch(element("rect", {"width": 18, "height": 14, "fill": fill, "stroke": SOFT}))


def _line(drawn: Mapping[str, object]) -> Markup:
    return element("path", {"d": "M0 7h18", **drawn})


def _swatch(mark: Markup) -> Markup:
    return element("svg", {"width": 18, "height": 14, "aria-hidden": "true"}, mark)
