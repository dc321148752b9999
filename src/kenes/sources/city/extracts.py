"""Cuts one city out of the map of a country, with room around it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from shapely.affinity import translate

from kenes.sources.city.arrays import Shape
from kenes.sources.city.things import Thing
from kenes.vocabulary.errors import SourceError

MARGIN_M = 2000.0
_METRES_PER_DEGREE = 111_000.0


def cut_extract(source: Path, boundary: Shape, target: Path, *, margin_m: float = MARGIN_M) -> int:
    """Write what lies within a boundary and a margin around it; ways and areas stay whole.

    Only things with tags are looked at one by one; the nodes that they need are added by osmium,
    so that a country is cut in one pass of its tagged things.

    Args:
        source: map of a country or region.
        boundary: shapely geometry in degrees.
        target: `.osm.pbf` to write; it appears whole or not at all.
        margin_m: metres around the boundary.

    Returns:
        Number of tagged things written.

    Raises:
        SourceError: the map cannot be read, or nothing of it lies there.
    """
    window = _window(boundary, margin_m)
    shapely.prepare(window)
    made = target.with_name(f".{target.name.removesuffix('.osm.pbf')}-{os.getpid()}.osm.pbf")
    made.unlink(missing_ok=True)
    count = 0
    collected = osmium.BackReferenceWriter(str(made), ref_src=str(source), remove_tags=False)
    try:
        with collected as writer:
            things = osmium.FileProcessor(str(source), osmium.osm.NODE | osmium.osm.WAY).with_locations()
            for thing in things.with_filter(osmium.filter.EmptyTagFilter()):
                if _touches(thing, window):
                    writer.add(thing)
                    count += 1
    except RuntimeError as fault:
        collected.tmpdir.cleanup()  # the writer itself tidies up only after success
        made.unlink(missing_ok=True)
        raise SourceError("map extract", expected="OpenStreetMap data", found=str(fault), where=str(source)) from None
    if not count:
        made.unlink(missing_ok=True)
        raise SourceError(
            "map extract",
            expected="something within the boundary",
            found="nothing",
            where=str(source),
            mend="Check that map and boundary belong together.",
        )
    os.replace(made, target)
    return count


def _window(boundary: Shape, margin_m: float) -> Shape:
    """The boundary with at least the margin around it, in degrees; on both sides of the map where it passes an end."""
    south, north = boundary.bounds[1], boundary.bounds[3]
    narrow = max(0.05, float(np.cos(np.radians(min(85.0, max(abs(south), abs(north)))))))

    def stretched(factor: float) -> Any:
        return lambda xy: np.column_stack([xy[:, 0] * factor, xy[:, 1]])

    flat = shapely.transform(boundary, stretched(narrow)).buffer(margin_m / _METRES_PER_DEGREE, quad_segs=8)
    window = shapely.transform(flat, stretched(1 / narrow))
    west, _, east, _ = window.bounds
    turns = [turn for turn, beyond in ((-360, east > 180), (360, west < -180)) if beyond]
    return shapely.union_all([window, *(translate(window, turn) for turn in turns)])


def _touches(thing: Thing, window: Shape) -> bool:
    if thing.is_node():
        at = thing.location
        return bool(at.valid() and shapely.contains_xy(window, at.lon, at.lat))
    places = [(node.lon, node.lat) for node in thing.nodes if node.location.valid()]
    if not places:
        return False
    west, south, east, north = window.bounds
    near = [(x, y) for x, y in places if west <= x <= east and south <= y <= north]
    if near and bool(shapely.contains_xy(window, np.array(near)).any()):
        return True
    return len(places) > 1 and bool(window.intersects(shapely.LineString(places)))
