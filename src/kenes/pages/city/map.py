"""The map of a city with its choice of layers, its legend, and what its script reads out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from kenes.pages.figures.city_map import COLOURS, UNKNOWN, Picture, city_map, colour_swatch, swatches
from kenes.pages.figures.svg import round_step
from kenes.pages.language import Language, message
from kenes.pages.words import space

Floats = NDArray[np.float64]
Write = Callable[[float], str]
LEFT_BY_DISTRICT = "left_by_district"
_PERCENT = ("open_space_400m", LEFT_BY_DISTRICT)
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "kinds_on_foot": message("Kinds of essential places within 15 minutes on foot"),
        "mean_minutes_on_foot": message("Mean minutes on foot to essential places"),
        "open_space_400m": message("Residents with open space within 400 m (%)"),
        "walkability": message("Walkability (0 is the mean of the city)"),
        LEFT_BY_DISTRICT: message("Share left out, by district (%)"),
    }
)
"""Layers beside those of stops."""
_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "reach": message("Within straight-line reach of a stop"),
        "low": message("Stops of low capacity (bus, tram)"),
        "high": message("Stops of high capacity (rail, metro, ferry)"),
        "streets": message("Streets"),
        "edge": message("Edge of the study area"),
        "districts": message("District"),
    }
)
"""What is drawn whatever the layer."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Values of one layer, shape (area,), in the unit that is shown; `stops` names the stops drawn over it."""

    title: str
    values: Floats
    percent: bool
    stops: str


@dataclass(frozen=True, slots=True)
class Shades:
    """A layer as the script reads it: distinct values with text and colour, and which of them each area has.

    Args:
        title: of the layer.
        label: what a screen reader says of the map.
        stops: key of the stops drawn over it.
        fills: colour of each distinct value.
        texts: each distinct value as it is read out.
        at: position among the distinct values, of each area.
        key: colour and text of each class.
    """

    title: str
    label: str
    stops: str
    fills: Sequence[str]
    texts: Sequence[str]
    at: Sequence[int]
    key: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CityMap:
    """The map as its template shows it.

    Args:
        drawn: the map itself.
        widest: width over height of a tall picture, which is kept within the window; None of a wide one.
        scale_percent: length of the scale bar, of the width of the picture.
        scale: that length in words.
        layers: what can be chosen.
        key: swatch and text of each class of the first layer.
        signs: swatch and text of what never changes.
        data: what the script reads.
    """

    drawn: Markup
    widest: float | None
    scale_percent: float
    scale: str
    layers: Sequence[Shades]
    key: Sequence[tuple[Markup, str]]
    signs: Sequence[tuple[Markup, str]]
    data: Markup


def map_of(picture: Picture, place: str, say: Language) -> CityMap:
    """The map with its layers in words.

    Args:
        picture: the city in pixels, with its values.
        place: name of the place.
        say: the reader's language.
    """
    first = picture.stops[0].key if picture.stops else ""
    layers = [_shades(layer, place, say) for layer in _layers(picture, say, first)]
    label = layers[0].label if layers else _label(place, say("Spatial indicators"), say)
    fills = [layers[0].fills[k] for k in layers[0].at] if layers else [UNKNOWN] * len(picture.areas)
    metres = round_step(picture.width * picture.metres_per_pixel / 2, 3)
    length = (metres / 1000, "km") if metres >= 1000 else (metres, "m")
    return CityMap(
        drawn=city_map(picture, fills, label=label, stops=layers[0].stops if layers else first),
        widest=picture.width / picture.height if picture.height > picture.width * 0.7 else None,
        scale_percent=100 * metres / picture.metres_per_pixel / picture.width,
        scale=space.amount(say, *length, ""),
        layers=layers,
        key=[(colour_swatch(fill), text) for fill, text in (layers[0].key if layers else ())],
        signs=[(swatch, say(_SIGNS[name])) for name, swatch in swatches(picture).items()],
        data=_data(picture, layers, say),
    )


def _label(place: str, layer: str, say: Language) -> str:
    return say("Map of %(place)s: %(layer)s", place=place, layer=layer)


def _layers(picture: Picture, say: Language, first: str) -> list[Layer]:
    """Who has no stop in reach, who has one, then what else is known of each area."""
    left, served, other = list[Layer](), list[Layer](), list[Layer]()
    persons = np.array([area.persons or 0.0 for area in picture.areas])
    for name, values in picture.values.items():
        if name.startswith("served_"):
            _, source, *rest = name.split("_")
            headway = float(rest[0]) if rest else None
            of = space.known(say, space.STOPS, source)
            of += f", {space.at_least_every(say, headway)}" if headway is not None else ""
            key = source if headway is None else f"{source}_{headway:g}"
            title = say("Residents with a stop in reach (%)")
            served.append(Layer(f"{title}: {of}", 100 * values, True, key))
            title = say("Residents without a stop in reach")
            left.append(Layer(f"{title}: {of}", persons * (1 - values), False, key))
        elif name in _TITLES:
            percent = name in _PERCENT
            other.append(Layer(say(_TITLES[name]), 100 * values if percent else values, percent, first))
    left.sort(key=lambda layer: layer.stops != "gtfs")
    return left + served + other


def _shades(layer: Layer, place: str, say: Language) -> Shades:
    rounded = np.round(layer.values, 0 if layer.percent else 1)
    distinct, at = np.unique(np.where(np.isfinite(rounded), rounded, np.nan), return_inverse=True)
    known = distinct[np.isfinite(distinct)]
    edges = np.array([20.0, 40.0, 60.0, 80.0]) if layer.percent else class_edges(layer.values)
    ends = [0.0, *edges.tolist(), 100.0] if layer.percent else _ends(known, edges)
    step = (len(COLOURS) - 1) / max(len(ends) - 2, 1)
    colours = [COLOURS[round(k * step)] for k in range(len(ends) - 1)]
    classes = np.minimum(np.searchsorted(edges, distinct, side="right"), len(colours) - 1).tolist()
    fills = [colours[k] if known_ else UNKNOWN for k, known_ in zip(classes, np.isfinite(distinct), strict=True)]

    def text(value: float) -> str:
        if not np.isfinite(value):
            return say("not known")
        return say.share(value / 100) if layer.percent else say.brief(value)

    key = [(colour, _span(ends[k], ends[k + 1], text, say)) for k, colour in enumerate(colours)]
    gaps = [(UNKNOWN, say("not known"))] if known.size < distinct.size else []
    texts = [text(value) for value in distinct.tolist()]
    label = _label(place, layer.title, say)
    return Shades(layer.title, label, layer.stops, fills, texts, at.tolist(), [*key, *gaps])


def _span(low: float, high: float, text: Write, say: Language) -> str:
    if low == 0 and high <= 1e-9:
        return say("none")
    return text(low) if text(low) == text(high) else say("%(low)s to %(high)s", low=text(low), high=text(high))


def _ends(known: Floats, edges: Floats) -> list[float]:
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    return [low, *edges.tolist(), high]


def class_edges(values: Floats) -> Floats:
    """Borders of five classes with as many areas each, in round numbers; where many are zero, zero is a class."""
    known = values[np.isfinite(values)]
    if not known.size:
        return np.array([])
    above = known[known > 0]
    if above.size and above.size < 0.8 * known.size and known.min() >= 0:
        return np.unique(np.r_[min(1.0, float(above.min())), _round(np.quantile(above, [0.25, 0.5, 0.75]))])
    edges = np.unique(_round(np.quantile(known, [0.2, 0.4, 0.6, 0.8])))
    inside: Floats = edges[(edges > known.min()) & (edges < known.max())]
    return inside


def _round(values: Floats) -> Floats:
    size = np.maximum(np.abs(values), 1e-9)
    step = 10.0 ** (np.floor(np.log10(size)) - 1)
    return np.round(values / step) * step


def _data(picture: Picture, layers: Sequence[Shades], say: Language) -> Markup:
    """What the script reads, as JSON that ends no element."""
    told = [
        {
            "fills": layer.fills,
            "texts": layer.texts,
            "at": layer.at,
            "key": layer.key,
            "title": layer.title,
            "label": layer.label,
            "stops": layer.stops,
        }
        for layer in layers
    ]
    middle = [area.middle for area in picture.areas]
    data = {
        "layers": told,
        "names": [_named(area.name, area.persons, say) for area in picture.areas],
        "middle": middle,
        "first": _first(middle, picture.width, picture.height),
    }
    return Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))


def _named(name: str, persons: float | None, say: Language) -> str:
    if persons is None:
        return name
    here = say("%(persons)s residents", persons=say.decimal(persons, 0))
    return f"{say('Cell %(name)s', name=name)}, {here}"


def _first(middle: Sequence[tuple[float, float]], width: float, height: float) -> int:
    """The area nearest to the middle of the picture, where the keyboard starts."""
    away = [(x - width / 2) ** 2 + (y - height / 2) ** 2 for x, y in middle]
    return away.index(min(away)) if away else -1
