"""What to measure of one city from which files, and what its results stand on."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import kenes
from kenes.indicators.space.snapping import SNAP_LIMIT_M
from kenes.vocabulary.errors import BadInput, SourceError

STEP = "space"


@dataclass(frozen=True)
class SpaceRequest:
    """What to measure from which files.

    Attributes:
        osm: map extract; None where there is none, then `stops` are measured along straight lines only.
        gtfs: timetables.
        date: service day; None chooses an ordinary weekday.
        population: grid, points or layer of inhabitants.
        boundary: outline of the city; None takes the union of the cells.
        urban: outline of the built-up city; the boundary is cut by it.
        built_up: outlines or raster of what is built up, over which open space and streets are shared out;
            None takes the study area.
        districts: layer of districts.
        district_column: attribute that names a district.
        place: id of the place.
        tables: folder with tables of tags and modes that replace those shipped.
        parks: a layer of open space to use instead of the map's.
        stops: capacity (empty: by the layer's own columns) and file of stops to use instead of the map's.
        facilities: kind of place and file of places to use instead of the map's.
        where: attribute and value that features of stops and facilities must have, where they have such.
        headways: longest headways that count, minutes.
        snap_m: metres within which a place finds its street.
        crs: plane for areas; None takes geodesic areas.
        solar: settings of the rooftop estimate (`irradiation_kwh_m2`, or `tilt_deg` and `azimuth_deg` of
            the plane that `weather` shines on; `consumption_kwh`); None leaves it out.
        weather: a typical year, from which the irradiation is reckoned.
        land: two years with built-up areas and inhabitants for 11.3.1; None leaves it out.
        language: of the page, one of `kenes.vocabulary.languages.LANGUAGES`.
        attribution: owners and licences of the files, as they are to be named on the page.
        names: of the place by language, for the page; where there are none, the shipped places are asked.
    """

    osm: Path | None
    gtfs: Sequence[Path] = ()
    date: dt.date | None = None
    population: Path | None = None
    boundary: Path | None = None
    urban: Path | None = None
    built_up: Path | None = None
    districts: Path | None = None
    district_column: str | None = None
    place: str | None = None
    tables: Path | None = None
    parks: Path | None = None
    stops: Sequence[tuple[str, Path]] = ()
    facilities: Sequence[tuple[str, Path]] = ()
    where: Sequence[tuple[str, str]] = ()
    headways: Sequence[float] = (20.0,)
    snap_m: float = SNAP_LIMIT_M
    crs: str | None = None
    solar: Mapping[str, float | None] | None = None
    weather: Path | None = None
    land: Path | None = None
    language: str = "en"
    attribution: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def require_one_sun(request: SpaceRequest) -> None:
    """Raise BadInput where irradiation has two sources, or a plane has none."""
    asked = {name for name, value in (request.solar or {}).items() if value is not None}
    mend = "Give --irradiation, or --weather with --tilt and --azimuth."
    if request.weather is not None and "irradiation_kwh_m2" in asked:
        raise BadInput("rooftop solar", expected="one irradiation", found="a number and a weather file", mend=mend)
    if request.weather is None and asked and "irradiation_kwh_m2" not in asked:
        raise BadInput("rooftop solar", expected="an irradiation", found=", ".join(sorted(asked)), mend=mend)


@dataclass(frozen=True)
class SpaceProvenance:
    """What the measurements of a request stand on.

    Attributes:
        version: of Keneş.
        inputs: hash of each file, by its role and name.
        request: what was asked for; language and attribution are in it only where they were given, so that
            older results stay known.
    """

    version: str
    inputs: Mapping[str, str]
    request: Mapping[str, object]

    def plain(self) -> dict[str, object]:
        """As JSON."""
        return {
            "step": STEP,
            "version": self.version,
            "inputs": dict(self.inputs),
            "request": dict(self.request),
        }


def provenance_of(request: SpaceRequest) -> SpaceProvenance:
    """What a request stands on.

    Raises:
        SourceError: a file is not there.
    """
    roles = ("osm", "population", "boundary", "urban", "built_up", "districts", "parks", "land", "tables", "weather")
    files = {role: getattr(request, role) for role in roles if getattr(request, role) is not None}
    for role, layers in (("stops", request.stops), ("facilities", request.facilities)):
        files |= {f"{role}{k}{':' if name else ''}{name}": path for k, (name, path) in enumerate(layers, 1)}
    files |= {f"gtfs{k}": feed for k, feed in enumerate(request.gtfs, 1)}
    for role, path in files.items():
        if not path.exists():
            raise SourceError(role, expected="a file", found="none", where=str(path))
    asked: dict[str, object] = {
        "date": str(request.date) if request.date else None,
        "place": request.place,
        "district_column": request.district_column,
        "headways_min": [float(h) for h in request.headways],
        "snap_m": float(request.snap_m),
        "crs": request.crs,
        "where": [list(pair) for pair in request.where],
        "solar": dict(request.solar) if request.solar else None,
    }
    if request.language != "en":
        asked["language"] = request.language
    if request.attribution:
        asked["attribution"] = list(request.attribution)
    inputs = {f"{role}/{path.name}": _digest(path) for role, path in sorted(files.items())}
    return SpaceProvenance(kenes.__version__, inputs, asked)


def _digest(path: Path) -> str:
    if path.is_dir():
        return hashlib.sha256(b"".join(_digest(p).encode() for p in sorted(path.iterdir()) if p.is_file())).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
