"""Reads OpenStreetMap extracts into arrays: streets, stops, essential places, open space, buildings.

Any file that osmium reads will do (`.osm.pbf`, `.osm`, `.osm.bz2`), clipped ones too: where a way
refers to a node that is not in the file, the way is cut there and the cut is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import shapely
import yaml

from kenes.vocabulary.errors import DefinitionError, SourceError

Tags = Mapping[str, str]
Match = Mapping[str, Any]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NOWHERE = osmium.osm.Location().x
TABLES = ("streets", "stops", "destinations", "open_space")
_SHIPPED = Path(__file__).parents[2] / "catalogue" / "shipped" / "space"


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
    open_space: npt.NDArray[Any]
    buildings: npt.NDArray[Any]
    date: str
    signs: Mapping[str, int]


def load_tables(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """The tables of tags and modes: those shipped, each replaced by a file of the user's folder.

    Args:
        folder: with any of `streets.yaml`, `stops.yaml`, `destinations.yaml`, `open_space.yaml`.

    Raises:
        DefinitionError: a table is no mapping, or the folder holds no table.
    """
    paths = {name: _SHIPPED / f"{name}.yaml" for name in TABLES}
    if folder is not None:
        own = {name: folder / f"{name}.yaml" for name in TABLES if (folder / f"{name}.yaml").is_file()}
        if not own:
            raise DefinitionError(
                f"tables in {folder}", expected=" or ".join(f"{t}.yaml" for t in TABLES), found="none"
            )
        paths |= own
    tables = {}
    for name, path in paths.items():
        try:
            tables[name] = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as fault:
            raise DefinitionError(f"table {name}", expected="YAML", found=str(fault), where=str(path)) from None
        if not isinstance(tables[name], dict):
            raise DefinitionError(f"table {name}", expected="a mapping", where=str(path))
    return tables


def fits(tags: Tags, match: Match) -> bool:
    """Whether tags have every key of a match with one of its values.

    `*` stands for any value, an empty text for a key that is absent.

    >>> fits({"amenity": "school"}, {"amenity": ["school", "college"]})
    True
    >>> fits({"amenity": "school", "access": "private"}, {"amenity": "*", "access": ["", "yes"]})
    False
    """
    for key, values in match.items():
        value = tags.get(key, "")
        if values == "*":
            if not value:
                return False
        elif value not in values:
            return False
    return True


class Rules:
    """Several matches, found by the first key and value of each.

    Args:
        rows: label and match, in order; a label may come several times.
    """

    def __init__(self, rows: Iterable[tuple[Any, Match]]) -> None:
        self._by_tag: dict[tuple[str, str], list[tuple[int, Any, Match]]] = {}
        for order, (label, match) in enumerate(rows):
            key, values = next(iter(match.items()))
            for value in values:
                self._by_tag.setdefault((key, value), []).append((order, label, match))
        self.pairs = frozenset(self._by_tag)
        self.keys = frozenset(key for key, _ in self._by_tag)

    def labels(self, tags: Tags) -> list[Any]:
        """Labels of the matches that tags fit, in order, each once."""
        found = []
        for key in self.keys & tags.keys():
            for value in (tags[key], "*"):
                found += [entry for entry in self._by_tag.get((key, value), ()) if fits(tags, entry[2])]
        return list(dict.fromkeys(entry[1] for entry in sorted(found, key=lambda entry: entry[0])))


def fits_any(tags: Tags, matches: Iterable[Match]) -> bool:
    """Whether tags fit at least one of several matches."""
    return any(fits(tags, match) for match in matches)


def _walks(tags: Tags, exclude: Match) -> bool:
    for key, values in exclude.items():  # noqa: SIM110  (half the time of a generator, for every street)
        if tags.get(key) in values:
            return False
    return True


def read_extract(path: Path, tables: Mapping[str, Any] | None = None, *, buildings: bool = False) -> Extract:
    """Read everything the spatial indicators need from one extract.

    Args:
        path: an OpenStreetMap file.
        tables: as `load_tables` gives them; None takes those shipped.
        buildings: whether to read the outlines of buildings too.

    Raises:
        SourceError: the file is missing or is not OpenStreetMap data.
    """
    if not path.is_file():
        raise SourceError("map extract", expected="a file", found="none", where=str(path))
    reading = _Reading(tables or load_tables(), buildings)
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


def empty_extract(tables: Mapping[str, Any]) -> Extract:
    """An extract with nothing in it, for a city whose streets nobody gave."""
    return _Reading(tables, buildings=False).extract()


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

    def __init__(self, tables: Mapping[str, Any], buildings: bool) -> None:
        self.walk = tables["streets"]["walking"]["exclude"]
        self.ride = tables["streets"]["cycling"]["exclude"]
        self.pedestrian = tables["streets"]["pedestrian_ways"]
        self.cycle = tables["streets"]["cycle_ways"]
        matches = (self.walk, self.ride, *self.pedestrian, *self.cycle)
        self.street_keys = sorted({key for match in matches for key in match})
        self.street_kinds: dict[tuple[str | None, ...], tuple[bool, bool, bool, bool]] = {}
        self.kinds = {**tables["destinations"]["fifteen_minutes"], **tables["destinations"]["daily_living"]}
        rows = tables["stops"]["openstreetmap"]
        self.stop_rules = Rules(((row["capacity"], row.get("kind", "")), row["match"]) for row in rows)
        self.place_rules = Rules((kind, match) for kind, matches in self.kinds.items() for match in matches)
        self.open_rules = Rules((True, match) for match in tables["open_space"]["include"])
        self.closed_rules = tables["open_space"]["exclude"]
        self.with_buildings = buildings
        self.stops = {"low": _Points(), "high": _Points()}
        self.places = {kind: _Points() for kind in self.kinds}
        self.nodes: list[tuple[int, int, int]] = []
        self.way_sizes: list[int] = []
        self.ways: list[tuple[Any, ...]] = []
        self.spaces: list[Any] = []
        self.houses: list[str] = []
        self.newest, self.date = 0.0, ""
        self.signs = {"ways_cut": 0, "nodes_missing": 0, "areas_broken": 0}

    def read(self, path: Path) -> None:
        """Go over the file once for nodes and ways, and once before for relations of areas."""
        with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
            self.date = reader.header().get("osmosis_replication_timestamp", "")[:10]
        osm = osmium.osm
        extra = ["building"] if self.with_buildings else []
        areas = self._place_filter(set(), extra)
        processor = osmium.FileProcessor(str(path)).with_areas(self._place_filter(set(), extra))
        processor = processor.with_filter(osmium.filter.EntityFilter(osm.NODE | osm.WAY | osm.AREA))
        processor = processor.with_filter(self._place_filter(set(), []).enable_for(osm.NODE))
        lines = {key for key, value in self.stop_rules.pairs if key != "stop" and value}
        processor = processor.with_filter(osmium.filter.KeyFilter("highway", *sorted(lines)).enable_for(osm.WAY))
        processor = processor.with_filter(areas.enable_for(osm.AREA))
        self._wkb = osmium.geom.WKBFactory()
        for thing in processor:
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

    def _place_filter(self, pairs: set[tuple[str, str]], keys: list[str]) -> Any:
        """A filter by tags where every rule names its values, otherwise by keys."""
        wanted = pairs | self.stop_rules.pairs | self.place_rules.pairs | self.open_rules.pairs
        wanted = {pair for pair in wanted if pair[0] != "stop"}
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

    def _line(self, way: Any, tags: dict[str, str]) -> None:
        """A stop that is mapped as a line, such as a platform, stands at the middle of its nodes."""
        if self.stop_rules.labels(tags):
            known = [node.location for node in way.nodes if node.location.valid()]
            if known:
                middle = known[len(known) // 2]
                self._point(tags, middle.lon, middle.lat, f"way/{way.id}")

    def _street(self, way: Any, tags: dict[str, str]) -> None:
        nodes = [(node.ref, at.x, at.y) for node in way.nodes for at in (node.location,)]
        self.nodes.extend(nodes)
        self.way_sizes.append(len(nodes))
        if not self.date:
            self.newest = max(self.newest, way.timestamp.timestamp())
        told = tuple(map(tags.get, self.street_keys))
        kinds = self.street_kinds.get(told)
        if kinds is None:
            kinds = self.street_kinds[told] = (
                _walks(tags, self.walk),
                _walks(tags, self.ride),
                fits_any(tags, self.pedestrian),
                fits_any(tags, self.cycle),
            )
        self.ways.append((way.id, tags["highway"], *kinds, _metres(tags.get("width", ""))))

    def _area(self, area: Any, tags: dict[str, str]) -> None:
        try:
            shape = self._wkb.create_multipolygon(area)
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
        spaces = shapely.from_wkb(np.array(self.spaces, dtype=object)) if self.spaces else np.empty(0, object)
        houses = shapely.from_wkb(np.array(self.houses, dtype=object)) if self.houses else np.empty(0, object)
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
        known = table[:, 1] != _NOWHERE
        self.signs["nodes_missing"] = int((~known).sum())
        self.signs["ways_cut"] = len(np.unique(rows[~known]))
        real = np.flatnonzero(known)
        _, first, number = np.unique(table[real, 0], return_index=True, return_inverse=True)
        x, y = table[real, 1] / 1e7, table[real, 2] / 1e7
        index = np.full(len(table), -1, np.int64)
        index[real] = number
        joined = np.flatnonzero((rows[1:] == rows[:-1]) & known[1:] & known[:-1])
        columns: list[Sequence[Any]] = list(zip(*self.ways, strict=True)) if self.ways else [()] * 7
        return Streets(
            x[first],
            y[first],
            index[joined],
            index[joined + 1],
            rows[joined],
            np.array(columns[0], np.int64),
            np.array(columns[1], dtype=np.str_),
            np.array(columns[2], bool),
            np.array(columns[3], bool),
            np.array(columns[4], bool),
            np.array(columns[5], bool),
            np.array(columns[6], float),
        )


def _metres(text: str) -> float:
    if not text:
        return float("nan")
    number = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:m|metres?)?\s*", text)
    return float(number[1]) if number else float("nan")
