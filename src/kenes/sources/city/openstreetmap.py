"""Reads OpenStreetMap extracts into arrays: streets, stops, essential places, open space, buildings.

Any file that osmium reads will do (`.osm.pbf`, `.osm`, `.osm.bz2`), clipped ones too: where a way
refers to a node that is not in the file, the way is cut there and the cut is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import osmium
import shapely

from kenes.catalogue.space_tables import Match, SpaceTables, read_space_tables
from kenes.sources.city.arrays import Bools, Floats, Ints, Shapes
from kenes.sources.city.tags import Rules, Tags, fits_any
from kenes.sources.city.things import PolygonWriter, Thing
from kenes.vocabulary.errors import SourceError

_NOWHERE: int = osmium.osm.Location().x


@dataclass(frozen=True)
class Features:
    """Point-like things of one kind.

    Attributes:
        longitude: degrees, shape (feature,).
        latitude: degrees.
        kind: name of the kind, such as `bus` or `school`.
        name: as on the map, empty where it has none.
        reference: such as `node/240109189`.
    """

    longitude: Floats
    latitude: Floats
    kind: Sequence[str]
    name: Sequence[str]
    reference: Sequence[str]

    def __len__(self) -> int:
        """Number of features."""
        return len(self.longitude)


@dataclass(frozen=True)
class Streets:
    """Ways with a `highway` tag, cut where nodes are missing.

    Attributes:
        longitude: of each node, degrees, shape (node,).
        latitude: degrees.
        start: node index of each straight segment, shape (segment,).
        end: node index.
        way: index of the way, shape (segment,).
        way_id: identity of each way, shape (way,).
        highway: class of each way.
        walkable: ways a person may walk on.
        cyclable: ways a person may cycle on.
        pedestrian: ways that are pedestrian infrastructure.
        cycle: ways that are cycle infrastructure.
        width_m: as tagged, NaN where not.
    """

    longitude: Floats
    latitude: Floats
    start: Ints
    end: Ints
    way: Ints
    way_id: Ints
    highway: npt.NDArray[np.str_]
    walkable: Bools
    cyclable: Bools
    pedestrian: Bools
    cycle: Bools
    width_m: Floats


@dataclass(frozen=True)
class Extract:
    """What one file holds, and the signs of how complete it is.

    Attributes:
        streets: the street network.
        stops: by capacity, `low` and `high`.
        destinations: by kind, of the fifteen-minute and the daily-living sets.
        open_space: polygons in degrees, shape (polygon,).
        buildings: polygons in degrees; empty unless asked for.
        date: day of the data (`YYYY-MM-DD`), empty where the file does not say.
        signs: counts that tell how complete the file is.
    """

    streets: Streets
    stops: Mapping[str, Features]
    destinations: Mapping[str, Features]
    open_space: Shapes
    buildings: Shapes
    date: str
    signs: Mapping[str, int]


def _lacks(tags: Tags, exclude: Match) -> bool:
    """Whether tags have none of the values that are excluded."""
    for key, values in exclude.items():  # noqa: SIM110  (half the time of a generator, for every street)
        if tags.get(key) in values:
            return False
    return True


def read_extract(path: Path, tables: SpaceTables | None = None, *, buildings: bool = False) -> Extract:
    """Read everything the spatial indicators need from one extract.

    Args:
        path: an OpenStreetMap file.
        tables: of tags; None takes those shipped.
        buildings: whether to read the outlines of buildings too.

    Raises:
        SourceError: the file is missing or is not OpenStreetMap data.
    """
    if not path.is_file():
        raise SourceError("map extract", expected="a file", found="none", where=str(path))
    reading = _Reading(tables or read_space_tables(), buildings)
    try:
        reading.read(path)
    except (RuntimeError, osmium.InvalidLocationError) as fault:
        raise SourceError(
            "map extract",
            expected="OpenStreetMap data (.osm.pbf or .osm)",
            found=str(fault),
            where=str(path),
            mend="Check that the download is complete.",
        ) from None
    return reading.extract()


def empty_extract(tables: SpaceTables) -> Extract:
    """An extract with nothing in it, for a city whose streets nobody gave."""
    return _Reading(tables, buildings=False).extract()


class _Way(NamedTuple):
    """What is kept of a street; there are many, and a tuple is made fastest."""

    id: int
    highway: str
    walkable: bool
    cyclable: bool
    pedestrian: bool
    cycle: bool
    width_m: float


@dataclass
class _Points:
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    reference: list[str] = field(default_factory=list)

    def add(self, lon: float, lat: float, kind: str, name: str, reference: str) -> None:
        self.lon.append(lon)
        self.lat.append(lat)
        self.kind.append(kind)
        self.name.append(name)
        self.reference.append(reference)

    def features(self) -> Features:
        return Features(np.array(self.lon, float), np.array(self.lat, float), self.kind, self.name, self.reference)


class _Reading:
    """One pass over a file, collecting into lists."""

    def __init__(self, tables: SpaceTables, buildings: bool) -> None:
        self.ways_of = tables.streets
        matches = (
            self.ways_of.not_walkable,
            self.ways_of.not_cyclable,
            *self.ways_of.pedestrian_ways,
            *self.ways_of.cycle_ways,
        )
        self.street_keys = sorted({key for match in matches for key in match})
        self.street_kinds: dict[tuple[str | None, ...], tuple[bool, bool, bool, bool]] = {}
        kinds = {**tables.destinations.fifteen_minutes, **tables.destinations.daily_living}
        self.stop_rules = Rules(((rule.capacity, rule.kind), rule.match) for rule in tables.stops.rules)
        self.place_rules = Rules((kind, match) for kind, matches in kinds.items() for match in matches)
        self.open_rules = Rules((True, match) for match in tables.open_space.include)
        self.closed_rules = tables.open_space.exclude
        self.with_buildings = buildings
        self.stops = {"low": _Points(), "high": _Points()}
        self.places = {kind: _Points() for kind in kinds}
        self.nodes: list[tuple[int, int, int]] = []
        self.way_sizes: list[int] = []
        self.ways: list[_Way] = []
        self.spaces: list[str] = []
        self.houses: list[str] = []
        self.newest, self.date = 0.0, ""
        self.signs = {"ways_cut": 0, "nodes_missing": 0, "areas_broken": 0}
        self.polygons: PolygonWriter = osmium.geom.WKBFactory()

    def read(self, path: Path) -> None:
        """Go over the file once for nodes and ways, and once before for relations of areas."""
        with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
            stamp: str = reader.header().get("osmosis_replication_timestamp", "")
        self.date = stamp[:10]
        for thing in self._things(path):
            tags = dict(thing.tags)
            if thing.is_node():
                if thing.location.valid():
                    self._point(tags, thing.location.lon, thing.location.lat, f"node/{thing.id}")
            elif thing.is_way():
                if "highway" in tags:
                    self._street(thing, tags)
                if not thing.is_closed():  # closed ones come again as areas
                    self._line(thing, tags)
            else:
                self._area(thing, tags)

    def _things(self, path: Path) -> Iterable[Thing]:
        """Nodes, ways and areas that any rule may want."""
        osm = osmium.osm
        extra = ["building"] if self.with_buildings else []
        areas = self._place_filter(extra)
        processor = osmium.FileProcessor(str(path)).with_areas(self._place_filter(extra))
        processor = processor.with_filter(osmium.filter.EntityFilter(osm.NODE | osm.WAY | osm.AREA))
        processor = processor.with_filter(self._place_filter().enable_for(osm.NODE))
        lines = {key for key, value in self.stop_rules.pairs if key != "stop" and value}
        processor = processor.with_filter(osmium.filter.KeyFilter("highway", *sorted(lines)).enable_for(osm.WAY))
        things: Iterable[Thing] = processor.with_filter(areas.enable_for(osm.AREA))
        return things

    def _place_filter(self, keys: Sequence[str] = ()) -> Any:
        """A filter by tags where every rule names its values, otherwise by keys."""
        every = self.stop_rules.pairs | self.place_rules.pairs | self.open_rules.pairs
        wanted = {pair for pair in every if pair[0] != "stop"}
        if keys or any(value == "*" for _, value in wanted):
            return osmium.filter.KeyFilter(*keys, *sorted({key for key, _ in wanted}))
        return osmium.filter.TagFilter(*sorted(wanted))

    def _point(self, tags: dict[str, str], lon: float, lat: float, reference: str) -> None:
        name = tags.get("name", "")
        for capacity, kind in self.stop_rules.labels(tags)[:1]:
            if capacity in self.stops:
                self.stops[capacity].add(lon, lat, kind, name, reference)
                tags = {**tags, "stop": kind}
        for kind in self.place_rules.labels(tags):
            self.places[kind].add(lon, lat, kind, name, reference)

    def _line(self, way: Thing, tags: dict[str, str]) -> None:
        """A stop that is mapped as a line, such as a platform, stands at the middle of its nodes."""
        if self.stop_rules.labels(tags):
            known = [node.location for node in way.nodes if node.location.valid()]
            if known:
                middle = known[len(known) // 2]
                self._point(tags, middle.lon, middle.lat, f"way/{way.id}")

    def _street(self, way: Thing, tags: dict[str, str]) -> None:
        nodes = [(node.ref, at.x, at.y) for node in way.nodes for at in (node.location,)]
        self.nodes.extend(nodes)
        self.way_sizes.append(len(nodes))
        if not self.date:
            self.newest = max(self.newest, way.timestamp.timestamp())
        told = tuple(map(tags.get, self.street_keys))
        kinds = self.street_kinds.get(told)
        if kinds is None:
            kinds = self.street_kinds[told] = (
                _lacks(tags, self.ways_of.not_walkable),
                _lacks(tags, self.ways_of.not_cyclable),
                fits_any(tags, self.ways_of.pedestrian_ways),
                fits_any(tags, self.ways_of.cycle_ways),
            )
        self.ways.append(_Way(way.id, tags["highway"], *kinds, _metres(tags.get("width", ""))))

    def _area(self, area: Thing, tags: dict[str, str]) -> None:
        try:
            shape = self.polygons.create_multipolygon(area)
        except RuntimeError:
            self.signs["areas_broken"] += 1
            return
        reference = f"{'way' if area.from_way() else 'relation'}/{area.orig_id()}"
        if self.with_buildings and "building" in tags and tags["building"] != "no":
            self.houses.append(shape)
        if self.open_rules.labels(tags) and not fits_any(tags, self.closed_rules):
            self.spaces.append(shape)
        if self.stop_rules.labels(tags) or self.place_rules.labels(tags):
            polygon = shapely.from_wkb(shape)
            middle = polygon.point_on_surface() if polygon.is_valid else polygon.representative_point()
            if not middle.is_empty:
                self._point(tags, middle.x, middle.y, reference)

    def extract(self) -> Extract:
        """What was collected, as arrays."""
        date = self.date
        if not date and self.newest > 0:
            date = str(np.datetime64(int(self.newest), "s"))[:10]
        streets = self._streets()
        spaces, houses = _polygons(self.spaces), _polygons(self.houses)
        signs = self.signs | {
            "ways": len(self.ways),
            "stops_low": len(self.stops["low"].lon),
            "stops_high": len(self.stops["high"].lon),
            "open_spaces": len(spaces),
            "buildings": len(houses),
        }
        return Extract(
            streets,
            {capacity: points.features() for capacity, points in self.stops.items()},
            {kind: points.features() for kind, points in self.places.items()},
            spaces,
            houses,
            date,
            signs,
        )

    def _streets(self) -> Streets:
        table = np.array(self.nodes, np.int64).reshape(-1, 3)
        rows = np.repeat(np.arange(len(self.ways)), self.way_sizes).astype(np.int64)
        known: Bools = table[:, 1] != _NOWHERE
        self.signs["nodes_missing"] = int((~known).sum())
        self.signs["ways_cut"] = len(np.unique(rows[~known]))
        real = np.flatnonzero(known)
        _, first, number = np.unique(table[real, 0], return_index=True, return_inverse=True)
        degrees: Floats = table[real, 1:] / 1e7
        index = np.full(len(table), -1, np.int64)
        index[real] = number
        joined = np.flatnonzero((rows[1:] == rows[:-1]) & known[1:] & known[:-1])
        return Streets(
            longitude=degrees[first, 0],
            latitude=degrees[first, 1],
            start=index[joined],
            end=index[joined + 1],
            way=rows[joined],
            way_id=np.array([way.id for way in self.ways], np.int64),
            highway=np.array([way.highway for way in self.ways], np.str_),
            walkable=np.array([way.walkable for way in self.ways], bool),
            cyclable=np.array([way.cyclable for way in self.ways], bool),
            pedestrian=np.array([way.pedestrian for way in self.ways], bool),
            cycle=np.array([way.cycle for way in self.ways], bool),
            width_m=np.array([way.width_m for way in self.ways], float),
        )


def _polygons(texts: Sequence[str]) -> Shapes:
    return shapely.from_wkb(np.array(texts, dtype=object)) if texts else np.empty(0, object)


def _metres(text: str) -> float:
    if not text:
        return float("nan")
    number = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:m|metres?)?\s*", text)
    return float(number[1]) if number else float("nan")
