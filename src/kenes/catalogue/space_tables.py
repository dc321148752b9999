"""Tables of tags and modes: which ways are streets, which things stops, essential places and open space.

Those shipped are this project's reading of the cited works; a city may bring its own of any of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from kenes.catalogue.documents import LinedDict, parse_document, read_text
from kenes.catalogue.fields import Fields
from kenes.vocabulary.errors import DefinitionError

TABLES = ("streets", "stops", "destinations", "open_space")
_SHIPPED = Path(__file__).parent / "shipped" / "space"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Match = Mapping[str, tuple[str, ...]]
"""Tags that a thing has: values by key, any of them; `*` stands for any value, an empty text for an absent key."""


@dataclass(frozen=True)
class StreetTable:
    """Which ways count as what.

    Attributes:
        not_walkable: values by key; a way with any of them is no way for people on foot.
        not_cyclable: likewise for people on bicycles.
        pedestrian_ways: what counts as pedestrian infrastructure.
        cycle_ways: what counts as cycle infrastructure.
    """

    not_walkable: Match
    not_cyclable: Match
    pedestrian_ways: tuple[Match, ...]
    cycle_ways: tuple[Match, ...]


@dataclass(frozen=True)
class StopRule:
    """Capacity (`low`, `high` or `none`) and kind of what has certain tags."""

    capacity: str
    kind: str
    match: Match


@dataclass(frozen=True)
class RouteTypes:
    """Capacity by the route types of GTFS.

    Attributes:
        codes: capacity of a code.
        ranges: first and last code, both included, and their capacity.
        otherwise: capacity of any other code.
    """

    codes: Mapping[int, str]
    ranges: tuple[tuple[int, int, str], ...]
    otherwise: str

    def capacity_of(self, code: int) -> str:
        """Capacity of one code."""
        if code in self.codes:
            return self.codes[code]
        return next((capacity for low, high, capacity in self.ranges if low <= code <= high), self.otherwise)


@dataclass(frozen=True)
class LayerModes:
    """How the features of a city's own layer of stops tell their capacity.

    Attributes:
        columns: the first of these that a layer has tells the mode.
        words: modes by capacity.
        otherwise: capacity of any other mode, or without such a column.
    """

    columns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    otherwise: str


@dataclass(frozen=True)
class StopTable:
    """Stops of public transport.

    Attributes:
        reach_m: walking distance by capacity, metres.
        rules: of tags; the first that fits decides.
        gtfs: route types of timetables.
        layer: modes of a city's own layers.
    """

    reach_m: Mapping[str, float]
    rules: tuple[StopRule, ...]
    gtfs: RouteTypes
    layer: LayerModes


@dataclass(frozen=True)
class PlaceTable:
    """Essential places by kind: those of the fifteen-minute city, and the daily living destinations."""

    fifteen_minutes: Mapping[str, tuple[Match, ...]]
    daily_living: Mapping[str, tuple[Match, ...]]


@dataclass(frozen=True)
class OpenSpaceTable:
    """Open public space.

    Attributes:
        include: what is open space.
        exclude: what is none although it is included.
        reach_m: walking distance to an entrance.
        entrance_every_m: metres between the points of a border that may be entrances.
        entrance_street_m: metres from an entrance to a street, at most.
        large_ha: from how many hectares on an open space is large.
        street_width_m: by class of street, where the width is not tagged.
    """

    include: tuple[Match, ...]
    exclude: tuple[Match, ...]
    reach_m: float
    entrance_every_m: float
    entrance_street_m: float
    large_ha: float
    street_width_m: Mapping[str, float]


@dataclass(frozen=True)
class SpaceTables:
    """All tables, and a digest of the content of each by its name."""

    streets: StreetTable
    stops: StopTable
    destinations: PlaceTable
    open_space: OpenSpaceTable
    digests: Mapping[str, str]


def read_space_tables(folder: Path | None = None) -> SpaceTables:
    """The tables shipped, each replaced by a file of the user's folder.

    Args:
        folder: with any of `streets.yaml`, `stops.yaml`, `destinations.yaml`, `open_space.yaml`.

    Raises:
        DefinitionError: the folder holds no table, or a table is none, with file and line.
    """
    paths = {name: _SHIPPED / f"{name}.yaml" for name in TABLES}
    if folder is not None:
        own = {name: folder / f"{name}.yaml" for name in TABLES if (folder / f"{name}.yaml").is_file()}
        if not own:
            raise DefinitionError(
                f"tables in {folder}", expected=" or ".join(f"{name}.yaml" for name in TABLES), found="none"
            )
        paths |= own
    read = {name: _fields(path) for name, path in paths.items()}
    return SpaceTables(
        _street_table(read["streets"]),
        _stop_table(read["stops"]),
        PlaceTable(
            _kinds(read["destinations"], "fifteen_minutes"),
            _kinds(read["destinations"], "daily_living"),
        ),
        _open_space_table(read["open_space"]),
        {name: _digest(path) for name, path in paths.items()},
    )


def _fields(path: Path) -> Fields:
    document = parse_document(read_text(path), str(path))
    if not isinstance(document, LinedDict):
        raise DefinitionError(f"table {path.stem}", expected="a mapping", where=str(path))
    return Fields(document)


def _digest(path: Path) -> str:
    """Of what the table says, whatever its comments and its layout."""
    content: object = yaml.load(read_text(path), _LOADER)
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def _street_table(table: Fields) -> StreetTable:
    return StreetTable(
        _match(table.sub("walking", required=True).sub("exclude", required=True)),
        _match(table.sub("cycling", required=True).sub("exclude", required=True)),
        _matches(table, "pedestrian_ways"),
        _matches(table, "cycle_ways"),
    )


def _stop_table(table: Fields) -> StopTable:
    shipped = table if "layer" in table else _fields(_SHIPPED / "stops.yaml")
    layer = shipped.sub("layer", required=True)
    words = layer.sub("words", required=True)
    return StopTable(
        _numbers(table.sub("reach_m", required=True)),
        tuple(
            StopRule(rule.text("capacity", required=True), rule.text("kind"), _match(rule.sub("match", required=True)))
            for rule in table.items("openstreetmap", required=True)
        ),
        _route_types(table.sub("gtfs", required=True)),
        LayerModes(
            layer.texts("columns"),
            {capacity: words.texts(capacity) for capacity in words},
            layer.text("otherwise", required=True),
        ),
    )


def _route_types(table: Fields) -> RouteTypes:
    codes = table.sub("codes", required=True)
    ranges = []
    given = table.value("ranges")
    for entry in given if isinstance(given, list) else ():
        try:
            low, high, capacity = entry
            ranges.append((int(low), int(high), str(capacity)))
        except (TypeError, ValueError):
            raise table.error("ranges", "a range", expected="first, last and capacity", found=str(entry)) from None
    return RouteTypes(
        {_code(codes, text): codes.text(text) for text in codes}, tuple(ranges), table.text("otherwise", required=True)
    )


def _code(table: Fields, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise table.error(text, "a route type", expected="a whole number", found=text) from None


def _kinds(table: Fields, key: str) -> dict[str, tuple[Match, ...]]:
    kinds = table.sub(key, required=True)
    return {kind: _matches(kinds, kind) for kind in kinds}


def _open_space_table(table: Fields) -> OpenSpaceTable:
    return OpenSpaceTable(
        _matches(table, "include"),
        _matches(table, "exclude"),
        _number(table, "reach_m"),
        _number(table, "entrance_every_m"),
        _number(table, "entrance_street_m"),
        _number(table, "large_ha"),
        _numbers(table.sub("street_width_m", required=True)),
    )


def _matches(table: Fields, key: str) -> tuple[Match, ...]:
    return tuple(_match(entry) for entry in table.items(key))


def _match(table: Fields) -> Match:
    return {key: table.texts(key) for key in table}


def _numbers(table: Fields) -> dict[str, float]:
    return {key: _number(table, key) for key in table}


def _number(table: Fields, key: str) -> float:
    text = table.text(key, required=True)
    try:
        return float(text)
    except ValueError:
        raise table.error(key, f"{key!r}", expected="a number", found=text) from None
