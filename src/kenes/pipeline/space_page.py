"""One page with the map, the main values and who is left out; no other file, no other host."""

# ruff: noqa: E501  (markup and rows of files read better whole)

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import shapely

from kenes.catalogue.space import citation_of, space_definitions
from kenes.indicators.space.geodesy import metres_per_degree, unwrapped

_SIZE = 900.0
_MAP_CREDIT = "Map data © OpenStreetMap contributors, Open Database Licence 1.0."
_COLOURS = ("#fde9b8", "#f2bd75", "#d98a5e", "#a85a62", "#5c3a5e")
_TITLES = {
    "served_osm": "Share of residents with a stop in reach (map)",
    "served_layer": "Share of residents with a stop in reach (the city's own layer)",
    "served_gtfs": "Share of residents with a stop in reach (timetable)",
    "served_gtfs_20": "Share of residents with a stop every 20 minutes in reach (timetable)",
    "kinds_on_foot": "Kinds of essential places within 15 minutes on foot",
    "mean_minutes_on_foot": "Mean minutes on foot to essential places",
    "open_space_400m": "Share of residents with open space within 400 m",
    "walkability": "Walkability (sum of z-scores)",
}
_STYLE = """
:root{color-scheme:light}body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1180px;padding:1.2rem;color:#1c2430;background:#fff}
h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:1.6rem 0 .5rem}.lead{color:#46505e;margin:0 0 1rem}
figure{margin:0}svg{width:100%;height:auto;max-height:80vh;background:#eef2f4;border-radius:6px}
.cell{stroke:#fff;stroke-width:.4;fill-opacity:.8}.street{fill:none;stroke:#8a97a3;stroke-width:.5;pointer-events:none}.edge{fill:none;stroke:#1c2430;stroke-width:1.6}.stop{fill:#fff;stroke:#10324a;stroke-width:.6}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.92rem}th,td{padding:.25rem .8rem .25rem 0;text-align:left;border-bottom:1px solid #dde3e8}
td.n{text-align:right;font-variant-numeric:tabular-nums}select{font:inherit;padding:.2rem .4rem}
.key{display:flex;flex-wrap:wrap;gap:.9rem;margin:.5rem 0;font-size:.9rem}.key i{display:inline-block;width:1.1rem;height:.9rem;margin-right:.35rem;vertical-align:-.1rem}
footer{margin-top:2rem;color:#46505e;font-size:.88rem}
"""
_SCRIPT = """
const data=JSON.parse(document.getElementById('layers').textContent),cells=document.querySelectorAll('.cell'),key=document.getElementById('key');
function show(name){const l=data.layers[name];cells.forEach((c,i)=>{const b=l.bins[i];c.setAttribute('fill',b<0?'#c9d0d6':data.colours[b]);
c.firstElementChild.textContent=data.ids[i]+': '+(l.values[i]===null?'not known':l.values[i])});
key.replaceChildren(...l.key.map(([colour,text])=>{const s=document.createElement('span'),b=document.createElement('i');b.style.background=colour;s.append(b,text);return s}));}
const choice=document.getElementById('choice');choice.addEventListener('change',()=>show(choice.value));show(choice.value);
"""


def page(city: Any, rows: Sequence[Mapping[str, Any]], shown: Mapping[str, Any]) -> str:
    """The page as HTML.

    Args:
        city: what was read (`kenes.pipeline.space_city.City`).
        rows: measurements.
        shown: values by cell, shape (cell,) each.
    """
    place = str(rows[0]["place"]) if rows else "city"
    layers = _layers(city, shown)
    body = [
        f"<h1>{escape(place)}: spatial indicators</h1>",
        f'<p class="lead">{escape(_sentence(city))}</p>',
        _map(city, layers),
        "<h2>Convenient access to public transport (SDG 11.2.1)</h2>",
        _transport_table(rows),
        _districts_table(rows),
        "<h2>Other indicators</h2>",
        _other_table(rows),
        "<h2>What is measured</h2>",
        _legend(rows),
        "<h2>How complete the inputs are</h2>",
        _quality_table(city.quality),
        "<footer>"
        + ("Stops under the terms of their layer." if city.request.osm is None else _MAP_CREDIT)
        + " Shares count people without a street "
        "in reach as not served. The spread is half the range over origin models and ways of snapping.</footer>",
    ]
    script = ""
    if layers:
        text = json.dumps(layers, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        script = f'<script type="application/json" id="layers">{text}</script><script>{_SCRIPT}</script>'
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(place)}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{"".join(body)}{script}</body></html>\n'


def _sentence(city: Any) -> str:
    quality = city.quality
    if city.request.osm is None:
        counts = " and ".join(f"{quality['stops'][c]:,} of {c} capacity" for c in city.reach_m)
        return f"Partial: no street network was given, so distances are straight lines. Stops of the city's own layer: {counts}."
    parts = [f"{quality['map']['street_km']:,.0f} km of walkable streets"]
    if "population" in quality:
        parts.append(f"{quality['population']['persons']:,.0f} residents in {quality['population']['cells']:,} cells")
    if city.day:
        parts.append(f"timetables of {city.day:%A} {city.day}")
    return (
        f"{', '.join(parts)}; map of {city.extract.date or 'unknown date'}; area: {city.area_kind.replace('_', ' ')}."
    )


def _layers(city: Any, shown: Mapping[str, Any]) -> dict[str, Any]:
    cells = city.cells
    if cells is None or not len(cells) or not shown:
        return {}
    layers = {}
    for name, values in shown.items():
        layers[_TITLES.get(name, name.replace("_", " "))] = _layer(np.asarray(values, float), _is_share(name))
        if name.startswith("served"):
            left = cells.population * (1 - np.asarray(values, float))
            layers[f"Residents left out: {_TITLES.get(name, name)}"] = _layer(left, False)
    return {"colours": list(_COLOURS), "ids": list(cells.id), "layers": layers}


def _is_share(name: str) -> bool:
    return name.startswith("served") or name.endswith("400m")


def _layer(values: Any, share: bool) -> dict[str, Any]:
    known = values[np.isfinite(values)]
    edges = np.array([0.2, 0.4, 0.6, 0.8]) if share else _edges(known)
    bins = np.where(np.isfinite(values), np.searchsorted(edges, values, side="right"), -1)
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    ends = [0.0, *edges.tolist(), 1.0] if share else [low, *edges.tolist(), high]
    key = [[_COLOURS[k], _span(ends[k], ends[k + 1])] for k in range(len(ends) - 1)]
    texts = [round(float(v), 3) if np.isfinite(v) else None for v in values]
    return {"bins": bins.tolist(), "values": texts, "key": [*key, ["#c9d0d6", "not known"]]}


def _span(low: float, high: float) -> str:
    low_text, high_text = (f"{v:,.0f}" if abs(v) >= 100 else f"{v:.3g}" for v in (low, high))
    return f"{low_text} to {high_text}"


def _edges(known: Any) -> Any:
    """Borders of five classes with as many cells each; where many cells are zero, zero is a class."""
    if not known.size:
        return np.array([])
    above = known[known > 0]
    if above.size and above.size < 0.8 * known.size and known.min() >= 0:
        return np.unique([above.min(), *np.quantile(above, [0.25, 0.5, 0.75])])
    return np.unique(np.quantile(known, [0.2, 0.4, 0.6, 0.8]))


def _map(city: Any, layers: Mapping[str, Any]) -> str:
    if city.area.is_empty:
        return ""
    project, width, height = _projection(city)
    drawn = []
    if layers:
        drawn += [f'<path class="cell" d="{project(shape)}"><title></title></path>' for shape in _shapes(city.cells)]
    drawn.append(f'<path class="street" d="{_streets(city, project)}"/>')
    drawn.append(f'<path class="edge" d="{project(city.area.simplify(1e-4))}"/>')
    for stops in city.extract.stops.values():
        for x, y in zip(stops.longitude, stops.latitude, strict=True):
            at = project(shapely.Point(x, y))
            if at is not None:
                drawn.append(f'<circle class="stop" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="1.2"/>')
    options = "".join(f'<option value="{escape(name)}">{escape(name)}</option>' for name in layers.get("layers", {}))
    choose = (
        f'<p><label>Show <select id="choice">{options}</select></label></p><div class="key" id="key"></div>'
        if layers
        else ""
    )
    svg = f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="Map of the study area; dots are stops of the map">{"".join(drawn)}</svg>'
    return f"{choose}<figure>{svg}</figure>"


def _streets(city: Any, project: Any) -> str:
    """Streets as one path on whole pixels, each drawn once, those out of the picture left out."""
    graph = city.graph
    if not graph.segments:
        return ""
    at = np.rint(project(np.column_stack([graph.longitude, graph.latitude]))).astype(np.int64)
    lines = np.column_stack([at[graph.start], at[graph.end]])
    lines = np.unique(lines[(lines[:, :2] != lines[:, 2:]).any(axis=1) & (lines >= 0).all(axis=1)], axis=0)
    lines = lines[(lines <= _SIZE + 20).all(axis=1)]
    return "".join(f"M{a} {b}L{c} {d}" for a, b, c, d in lines.tolist())


def _shapes(cells: Any) -> Any:
    if cells.polygon is not None:
        return cells.polygon
    return shapely.buffer(shapely.points(cells.longitude, cells.latitude), 0.0008, quad_segs=4)


def _projection(city: Any) -> tuple[Any, float, float]:
    """A flat frame over the area, one unit a pixel."""
    west, south, east, north = city.area.bounds
    x_m, y_m = (float(v) for v in metres_per_degree(np.asarray((south + north) / 2)))
    wide, high = max((east - west) * x_m, 1.0), max((north - south) * y_m, 1.0)
    scale = _SIZE / max(wide, high)

    def xy(points: Any) -> Any:
        lon = unwrapped(points[:, 0])
        return np.column_stack([(lon - west) * x_m * scale + 10, (north - points[:, 1]) * y_m * scale + 10])

    def project(shape: Any) -> Any:
        if isinstance(shape, np.ndarray):
            return xy(shape)
        if shape.geom_type == "Point":
            inside = west <= shape.x <= east and south <= shape.y <= north
            return xy(np.array([[shape.x, shape.y]]))[0] if inside else None
        path = []
        for part in shapely.get_parts(shape):
            rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            for ring in rings:
                at = xy(shapely.get_coordinates(ring))
                path.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at))
        return "".join(path)

    return project, wide * scale + 20, high * scale + 20


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int] = frozenset()) -> str:
    if not rows:
        return "<p>Nothing to show.</p>"
    top = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    lines = "".join(
        "<tr>"
        + "".join(f"<td{' class=n' if k in numbers else ''}>{escape(c)}</td>" for k, c in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'


def _percent(value: object) -> str:
    return "" if value is None else f"{100 * float(str(value)):.1f} %"


def _transport_table(rows: Sequence[Mapping[str, Any]]) -> str:
    mine = [r for r in rows if r["indicator"] == "sdg_11_2_1" and not r["district"] and not r["dimensions"]]
    lines = [
        [
            {"osm": "map", "gtfs": "timetable", "layer": "the city's own layer"}.get(r["source"], r["source"]),
            "any" if r["headway_min"] is None else f"at most {r['headway_min']:g} min",
            f"{r['distance'] or ''}",
            (r["origin_model"] or "").replace("_", " "),
            _percent(r["value"]) or f"not known: {r['reason']}",
            f"± {_percent(r['uncertainty'])}" if r["uncertainty"] is not None else "",
            f"{r['unsnapped']:,.0f}" if r["unsnapped"] is not None else "",
        ]
        for r in mine
    ]
    head = ("Stops from", "Headway", "Distance", "Origin", "Served", "Spread", "Residents without a street")
    return _table(head, lines, frozenset({4, 5, 6}))


def _districts_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Who is left out, district by district, the least served first."""
    given = {r["source"] for r in rows if r["district"]}
    source = next((name for name in ("gtfs", "layer") if name in given), "osm")
    mine = [
        r
        for r in rows
        if r["indicator"] == "sdg_11_2_1" and r["district"] and r["source"] == source and r["headway_min"] is None
        and r["distance"] == "network" and r["origin_model"] == "cell_centre"
    ]  # fmt: skip
    if not mine:
        return ""
    mine.sort(key=lambda r: (r["value"] is None, r["value"] or 0))
    lines = [
        [
            r["district"],
            f"{r['population']:,.0f}",
            _percent(r["value"]) or f"not known: {r['reason']}",
            "" if r["value"] is None else f"{r['population'] * (1 - r['value']):,.0f}",
        ]
        for r in mine
    ]
    return "<h2>Who is left out, by district</h2>" + _table(
        ("District", "Residents", "Served", "Left out"), lines, frozenset({1, 2, 3})
    )


def _other_table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for r in rows:
        if r["indicator"] == "sdg_11_2_1" or r["district"]:
            continue
        about = r["dimensions"] or ""
        value = "" if r["value"] is None else f"{r['value']:.4g}"
        lines.append(
            [
                _name(r["indicator"]),
                about,
                value,
                _unit(r["unit"]),
                r["flags"] or r["reason"] or "",
            ]
        )
    return _table(("Indicator", "Of", "Value", "Unit", "Remarks"), lines, frozenset({2}))


def _unit(text: str) -> str:
    """A unit as people write it.

    >>> _unit("km/(100000*person)"), _unit("1/km^2")
    ('km/(100 000 person)', '1/km²')
    """
    return "" if text == "1" else text.replace("^2", "²").replace("100000*", "100 000 ")


def _name(indicator: str) -> str:
    definition = space_definitions().get(indicator)
    return definition.text("en") if definition else indicator.replace("_", " ")


def _legend(rows: Sequence[Mapping[str, Any]]) -> str:
    """Meaning and source of every indicator of the page."""
    shown = {r["indicator"] for r in rows}
    lines = [
        [d.text("en"), d.text("en", "definition"), _unit(d.unit), citation_of(d)]
        for d in space_definitions().values()
        if d.id in shown
    ]
    return _table(("Indicator", "Meaning", "Unit", "Source"), lines)


def _quality_table(quality: Mapping[str, Any]) -> str:
    lines = []
    for part, content in quality.items():
        for name, value in content.items() if isinstance(content, dict) else (("", content),):
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else f"{value}"
            lines.append([part.replace("_", " "), name.replace("_", " "), text])
    return _table(("Input", "Sign", "Value"), lines)
