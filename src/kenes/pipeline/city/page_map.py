"""The map of a measured city: cells or districts, streets, stops, legend and scale, as SVG in the page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import shapely

from kenes.catalogue.space_words import SpaceWords
from kenes.indicators.space.geodesy import metres_per_degree, middle_of, turned_near
from kenes.pages.figures.svg import INK, PAPER, SOFT, round_step
from kenes.pipeline.city.page_style import COLOURS, SCRIPT, UNKNOWN
from kenes.pipeline.city.transport import stop_sets

_SIZE = 900.0
_ROOM = 10.0
_PERCENT = ("served", "open_space_400m")
_WORDS = {
    "kinds_on_foot": "layer_kinds",
    "mean_minutes_on_foot": "layer_minutes",
    "open_space_400m": "layer_open_space",
    "walkability": "layer_walkability",
}


@dataclass(frozen=True)
class _Layer:
    """Values of one layer, shape (shape,), in the unit that is shown; `stops` names the stops drawn over it."""

    title: str
    values: Any
    percent: bool
    stops: str


def map_figure(
    city: Any, shown: Mapping[str, Any], left_by_district: Mapping[str, float], words: SpaceWords, place: str
) -> str:
    """The map with its choice, legend, scale bar and what reads it out; empty without an area.

    Args:
        city: what was read.
        shown: values by cell, shape (cell,) each.
        left_by_district: share left out, for a map of districts where there are no cells.
        words: of the page.
        place: name of the place.
    """
    if city.area.is_empty:
        return ""
    frame = _Frame(city.area)
    sets = {_stops_key(*key): stops for key, stops in stop_sets(city).items()}
    layers, shapes, names, middle = _layers(city, shown, left_by_district, words, frame, next(iter(sets), ""))
    label = words("map_label", place=place, layer=layers[0].title if layers else words("kicker"))
    plain = [_plain(layer, words, place) for layer in layers]
    drawn = []
    if layers:
        fills = [plain[0]["fills"][k] for k in plain[0]["at"]]
        drawn += [f'<path class="cell" fill="{f}" d="{frame.path(s)}"/>' for s, f in zip(shapes, fills, strict=True)]
    elif city.area_kind == "reach_of_stops":
        drawn.append(f'<path class="reach" fill-rule="evenodd" d="{frame.path(city.area.simplify(2e-4))}"/>')
    drawn.append(f'<path class="street" d="{_streets(city, frame)}"/>')
    if city.districts is not None:
        drawn += [f'<path class="district" d="{frame.path(s.simplify(1e-4))}"/>' for s in city.districts.geometry]
    if city.area_kind != "reach_of_stops":
        drawn.append(f'<path class="edge" d="{frame.path(city.area.simplify(1e-4))}"/>')
    first = layers[0].stops if layers else next(iter(sets), "")
    for name, stops in sets.items():
        hidden = "" if name == first else ' style="display:none"'
        drawn.append(f'<g data-stops="{escape(name)}"{hidden}>{_stops(stops, frame)}</g>')
    svg = (
        f'<svg id="map" class="drawn" viewBox="0 0 {frame.width:.0f} {frame.height:.0f}" role="img" tabindex="0" '
        f'aria-label="{escape(label)}">{"".join(drawn)}</svg>'
    )
    widest = f"max-width:calc({frame.width / frame.height:.3f} * 86vh)" if frame.height > frame.width * 0.7 else ""
    wide = "" if widest else ' class="wide"'
    drawing = f'<div class="drawing" style="{widest}">{svg}{frame.scale_bar(words)}</div>'
    if not plain:
        return f"<figure{wide}>{drawing}<figcaption>{_key(city, plain, words)}</figcaption></figure>"
    options = "".join(f'<option value="{k}">{escape(layer.title)}</option>' for k, layer in enumerate(layers))
    title = f'<p class="title" id="title">{escape(layers[0].title)}</p>'
    data = {"layers": plain, "names": names, "middle": middle, "first": _first(middle, frame)}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<p class="choose"><label>{escape(words("show"))}<select id="choice">{options}</select></label></p>'
        f'<figure{wide}>{drawing}<figcaption>{title}<p class="read" id="read" aria-live="polite">'
        f"{escape(words('point_at'))} {escape(words('keyboard'))}</p>{_key(city, plain, words)}</figcaption></figure>"
        f'<script type="application/json" id="layers">{text}</script><script>{SCRIPT}</script>'
    )


def _layers(
    city: Any, shown: Mapping[str, Any], left: Mapping[str, float], words: SpaceWords, frame: _Frame, stops: str
) -> tuple[list[_Layer], Any, list[str], list[list[float]]]:
    """Layers with their shapes, the names of these, and where their middles lie in the picture."""
    cells = city.cells
    if cells is not None and len(cells) and shown:
        shapes = _shapes(cells)
        persons = [words("residents_here", persons=words.number(float(p), 0)) for p in cells.population]
        names = [f"{words('cell', name=i)}, {p}" for i, p in zip(cells.id, persons, strict=True)]
        at = np.column_stack([cells.longitude, cells.latitude])
        return _of_cells(shown, cells.population, words, stops), shapes, names, frame.xy(at).round(1).tolist()
    if city.districts is None or not left:
        return [], [], [], []
    pairs = [(n, s.intersection(city.area)) for n, s in zip(city.districts.name, city.districts.geometry, strict=True)]
    pairs = [(n, s) for n, s in pairs if n in left and not s.is_empty]
    values = np.array([100 * left[name] for name, _ in pairs], float)
    points = shapely.point_on_surface(np.array([s for _, s in pairs], dtype=object))
    at = frame.xy(np.column_stack([shapely.get_x(points), shapely.get_y(points)])) if pairs else np.zeros((0, 2))
    layer = _Layer(words("layer_district"), values, True, stops)
    return [layer], [s for _, s in pairs], [n for n, _ in pairs], at.round(1).tolist()


def _of_cells(shown: Mapping[str, Any], population: Any, words: SpaceWords, stops: str) -> list[_Layer]:
    left, served, other = [], [], []
    for name, raw in shown.items():
        values = np.asarray(raw, float)
        if name.startswith("served_"):
            _, source, *headway = name.split("_")
            key = _stops_key(source, float(headway[0]) if headway else None)
            of = words.known(source, "sources")
            if headway:
                of += ", " + words("at_least_every", minutes=words.number(float(headway[0])))
            served.append(_Layer(f"{words('layer_served')}: {of}", 100 * values, True, key))
            left.append(_Layer(f"{words('layer_left')}: {of}", population * (1 - values), False, key))
        elif name in _WORDS:
            percent = name in _PERCENT
            other.append(_Layer(words(_WORDS[name]), 100 * values if percent else values, percent, stops))
    left.sort(key=lambda layer: layer.stops != "gtfs")
    return left + served + other


def _stops_key(source: str, headway: float | None) -> str:
    return source if headway is None else f"{source}_{headway:g}"


def _plain(layer: _Layer, words: SpaceWords, place: str) -> dict[str, Any]:
    """A layer as the script reads it: distinct values with text and colour, and which of them each shape has."""
    rounded = np.round(layer.values, 0 if layer.percent else 1)
    distinct, at = np.unique(np.where(np.isfinite(rounded), rounded, np.nan), return_inverse=True)
    known = distinct[np.isfinite(distinct)]
    edges = np.array([20.0, 40.0, 60.0, 80.0]) if layer.percent else _edges(layer.values)
    ends = [0.0, *edges.tolist(), 100.0] if layer.percent else _ends(known, edges)
    step = (len(COLOURS) - 1) / max(len(ends) - 2, 1)
    colours = [COLOURS[round(k * step)] for k in range(len(ends) - 1)]
    fills = [
        colours[min(int(np.searchsorted(edges, v, side="right")), len(colours) - 1)] if np.isfinite(v) else UNKNOWN
        for v in distinct
    ]

    def text(value: float) -> str:
        if not np.isfinite(value):
            return words("not_known")
        return words.percent(value / 100, 0) if layer.percent else words.number(float(value))

    key = [[colour, _span(ends[k], ends[k + 1], text, words)] for k, colour in enumerate(colours)]
    gaps = [[UNKNOWN, words("not_known")]] if known.size < distinct.size else []
    return {
        "fills": fills, "texts": [text(float(v)) for v in distinct], "at": at.tolist(), "key": [*key, *gaps],
        "title": layer.title, "label": words("map_label", place=place, layer=layer.title), "stops": layer.stops,
    }  # fmt: skip


def _span(low: float, high: float, text: Any, words: SpaceWords) -> str:
    if low == 0 and high <= 1e-9:
        return words("zero")
    return str(text(low)) if text(low) == text(high) else words("from_to", low=text(low), high=text(high))


def _ends(known: Any, edges: Any) -> list[float]:
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    return [low, *edges.tolist(), high]


def _edges(values: Any) -> Any:
    """Borders of five classes with as many shapes each, in round numbers; where many are zero, zero is a class."""
    known = values[np.isfinite(values)]
    if not known.size:
        return np.array([])
    above = known[known > 0]
    if above.size and above.size < 0.8 * known.size and known.min() >= 0:
        return np.unique(np.r_[min(1.0, above.min()), _round(np.quantile(above, [0.25, 0.5, 0.75]))])
    edges = np.unique(_round(np.quantile(known, [0.2, 0.4, 0.6, 0.8])))
    return edges[(edges > known.min()) & (edges < known.max())]


def _round(values: Any) -> Any:
    size = np.maximum(np.abs(values), 1e-9)
    step = 10.0 ** (np.floor(np.log10(size)) - 1)
    return np.round(values / step) * step


def _key(city: Any, plain: Sequence[Mapping[str, Any]], words: SpaceWords) -> str:
    """The legend: colours of the first layer (the script changes them), then what never changes."""
    colours = "".join(
        f"<li>{_swatch(f'<rect width=18 height=14 fill={colour} stroke={SOFT} />')}{escape(text)}</li>"
        for colour, text in (plain[0]["key"] if plain else ())
    )
    low = f"<circle cx=9 cy=7 r=2.2 fill={INK} stroke={PAPER} />"
    high = f"<circle cx=9 cy=7 r=5 fill={INK} stroke={PAPER} />"
    signs = [(low, words("stops_low")), (high, words("stops_high"))]
    if city.graph.segments:
        signs.append((f"<path d='M0 7h18' stroke={SOFT} />", words("streets")))
    if city.area_kind == "reach_of_stops":
        signs.insert(0, ("<rect width=18 height=14 class=reach />", words("reach")))
    else:
        signs.append((f"<path d='M0 7h18' stroke={INK} stroke-width=2 />", words("edge")))
    if city.districts is not None:
        signs.append((f"<path d='M0 7h18' stroke={INK} stroke-dasharray='4 3' />", words("district")))
    fixed = "".join(f"<li>{_swatch(mark)}{escape(text)}</li>" for mark, text in signs)
    return f'<ul class="key" id="key">{colours}</ul><ul class="key">{fixed}</ul>'


def _swatch(mark: str) -> str:
    return f'<svg width="18" height="14" aria-hidden="true">{mark}</svg>'


def _first(middle: Sequence[Sequence[float]], frame: _Frame) -> int:
    """The shape nearest to the middle of the picture, where the keyboard starts."""
    away = [(x - frame.width / 2) ** 2 + (y - frame.height / 2) ** 2 for x, y in middle]
    return away.index(min(away)) if away else -1


def _stops(stops: Any, frame: _Frame) -> str:
    """Stops as dots with a pale rim: two paths for each capacity, whatever their number."""
    marks = []
    for capacity, kind in (("low", "l"), ("high", "h")):
        if capacity not in stops.longitude:
            continue
        at = np.rint(frame.xy(np.column_stack([stops.longitude[capacity], stops.latitude[capacity]])))
        at = at[(at >= 0).all(axis=1) & (at[:, 0] <= frame.width) & (at[:, 1] <= frame.height)]
        dots = "".join(f"M{x} {y}h0" for x, y in np.unique(at.astype(int), axis=0).tolist())
        many = " many" if len(at) > (2000 if capacity == "low" else 60) else ""
        marks.append(f'<path class="halo {kind}{many}" d="{dots}"/><path class="{capacity}{many}" d="{dots}"/>')
    return "".join(marks)


def _streets(city: Any, frame: _Frame) -> str:
    """Streets as one path on whole pixels, each drawn once, those out of the picture left out."""
    graph = city.graph
    if not graph.segments:
        return ""
    at = np.rint(frame.xy(np.column_stack([graph.longitude, graph.latitude]))).astype(np.int64)
    lines = np.column_stack([at[graph.start], at[graph.end]])
    lines = np.unique(lines[(lines[:, :2] != lines[:, 2:]).any(axis=1) & (lines >= 0).all(axis=1)], axis=0)
    lines = lines[(lines <= _SIZE + 2 * _ROOM).all(axis=1)]
    return "".join(f"M{a} {b}L{c} {d}" for a, b, c, d in lines.tolist())


def _shapes(cells: Any) -> Any:
    if cells.polygon is not None:
        return cells.polygon
    narrow = float(np.cos(np.radians(np.mean(cells.latitude))))
    round_ones = shapely.buffer(shapely.points(cells.longitude * narrow, cells.latitude), 0.0008, quad_segs=4)
    return shapely.transform(round_ones, lambda xy: xy / np.array([narrow, 1.0]))


class _Frame:
    """A flat picture of an area, one unit a pixel, north at the top."""

    def __init__(self, area: Any) -> None:
        self._west, south, east, self._north = area.bounds
        self._middle = middle_of(area)
        self._x_m, self._y_m = (float(v) for v in metres_per_degree(np.asarray((south + self._north) / 2)))
        wide, high = max((east - self._west) * self._x_m, 1.0), max((self._north - south) * self._y_m, 1.0)
        self.scale = _SIZE / max(wide, high)
        self.width, self.height = wide * self.scale + 2 * _ROOM, high * self.scale + 2 * _ROOM

    def xy(self, points: Any) -> Any:
        """Pixels of longitudes and latitudes, shape (point, 2)."""
        x = (turned_near(points[:, 0], self._middle) - self._west) * self._x_m * self.scale + _ROOM
        return np.column_stack([x, (self._north - points[:, 1]) * self._y_m * self.scale + _ROOM])

    def path(self, shape: Any) -> str:
        """Rings and lines of a shape as the path of an SVG."""
        path = []
        for part in shapely.get_parts(shape):
            for ring in [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]:
                path.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in self.xy(shapely.get_coordinates(ring))))
        return "".join(path)

    def scale_bar(self, words: SpaceWords) -> str:
        """A bar of a round length, as wide as that length is on the map, whatever the width of the page."""
        metres = round_step(self.width / self.scale / 2, 3)
        text = words.amount(*((metres / 1000, "km") if metres >= 1000 else (metres, "m")), "")
        return (
            f'<div class="scale" style="width:{100 * metres * self.scale / self.width:.2f}%"></div><span>{text}</span>'
        )
