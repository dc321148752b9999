"""Measures the spatial indicators of one city: the order of the steps, and nothing of their method."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from kenes.catalogue.places import read_places
from kenes.catalogue.space import citation_of, space_definitions
from kenes.pipeline.city.city import City
from kenes.pipeline.city.land import land_years
from kenes.pipeline.city.reading import load_city
from kenes.pipeline.city.request import SpaceRequest, provenance_of
from kenes.pipeline.city.transport import transport_measures
from kenes.pipeline.progress import Progress, Silent

EDITION = "2026"


def measure_space(
    request: SpaceRequest, out: Path, progress: Progress | None = None, observatory: Path | None = None
) -> dict[str, Any]:
    """Measure one city and write its folder whole or not at all.

    Args:
        request: what to measure from which files.
        out: folder to make.
        progress: who wants to know.
        observatory: folder of an observatory that is given the city-wide values too.

    Returns:
        What was written, and the main values.

    Raises:
        kenes.vocabulary.errors.BadInput: an input cannot be used; `out` is then as it was.
    """
    from kenes.pipeline.city.further import further_measures  # noqa: PLC0415 the rest of the indicators
    from kenes.pipeline.city.into_observatory import add_to_observatory, require_place  # noqa: PLC0415 only with one
    from kenes.pipeline.city.outputs import write_folder  # noqa: PLC0415 writing comes last

    tell = progress or Silent()
    known_as = require_place(observatory, request.place) if observatory else ""
    if observatory:
        request = replace(request, names=read_places(observatory / "places")[0][known_as].names)
    city = load_city(request, tell)
    tell.stage("measuring", 2)
    tell.step("public transport")
    measures, shown = transport_measures(city)
    tell.step("access, open space, streets")
    more, more_shown = further_measures(city)
    measures += more
    shown |= more_shown
    context, provenance = _context(city)
    rows = [measure.row(context) for measure in measures]
    tell.step("writing")
    write_folder(out, city, rows, shown, provenance)
    added = add_to_observatory(observatory, known_as, rows, request.attribution).plain() if observatory else None
    return {
        "out": str(out),
        "measurements": len(rows),
        "place": context["place"],
        "service_day": str(city.day) if city.day else None,
        "map_date": city.extract.date or None,
        "sdg_11_2_1": {
            f"{m.source}_{m.distance}" + (f"_{m.headway_min:g}" if m.headway_min else ""): m.value
            for m in measures
            if m.indicator == "sdg_11_2_1" and m.origin_model == "cell_centre" and not m.district and not m.dimensions
        },
        "indicators": described({m.indicator for m in measures}),
        "observatory": added,
        "feeds_without_service": city.idle_feeds,
        "layers_without_column": list(city.whole_layers),
        "districts_numbered": city.districts_numbered,
    }


def described(indicators: Collection[str]) -> list[dict[str, str]]:
    """Name, meaning, unit and citation of measured indicators, in the order of their definitions."""
    return [
        {
            "id": definition.id,
            **{
                f"{kind}_{language}": definition.text(language, kind)
                for kind in ("name", "definition")
                for language in ("en", "tr")
            },
            "unit": definition.unit,
            "citation": citation_of(definition),
        }
        for definition in space_definitions().values()
        if definition.id in indicators
    ]


def _context(city: City) -> tuple[dict[str, str], dict[str, Any]]:
    """Edition, place, periods and provenance of all rows."""
    request = city.request
    parameters = {
        "service_day": str(city.day) if city.day else None,
        "window": "07:00-19:00",
        "reach_m": dict(city.reach_m),
        "tables": {n: hashlib.sha256(repr(t).encode()).hexdigest()[:16] for n, t in city.tables.items()},
        "study_area": city.area_kind,
    }
    record = provenance_of(request) | {"parameters": parameters}
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    identity = hashlib.sha256(text.encode()).hexdigest()[:16]
    named = request.boundary or request.osm or request.stops[0][1]
    stem = named.name.split(".")[0]
    day = city.extract.date or (str(request.date) if request.date and request.osm is None else "")
    context = {
        "edition": EDITION,
        "place": request.place or stem,
        "provenance": identity,
        "osm": _day_period(day),
        "gtfs": _day_period(str(city.day) if city.day else ""),
        "table": _span(*land_years(request.land)) if request.land else "",
    }
    return context, {"provenance": identity} | record


def _span(first: float, last: float) -> str:
    """From the first day of one year to the end of another."""
    return f"{int(first):04d}-01-01T00:00:00Z/{int(last) + 1:04d}-01-01T00:00:00Z"


def _day_period(day: str) -> str:
    if not day:
        return ""
    after = dt.date.fromisoformat(day) + dt.timedelta(days=1)
    return f"{day}T00:00:00Z/{after}T00:00:00Z"
