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
from kenes.indicators.space.measurements import MeasurementContext
from kenes.pipeline.city.city import City
from kenes.pipeline.city.land import land_years
from kenes.pipeline.city.reading import load_city
from kenes.pipeline.city.request import SpaceRequest, provenance_of
from kenes.pipeline.city.transport import transport_measurements
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
    from kenes.pipeline.city.further import further_measurements  # noqa: PLC0415 the rest of the indicators
    from kenes.pipeline.city.into_observatory import add_to_observatory, require_place  # noqa: PLC0415 only with one
    from kenes.pipeline.city.outputs import write_folder  # noqa: PLC0415 writing comes last

    tell = progress or Silent()
    known_as = require_place(observatory, request.place) if observatory else ""
    if observatory:
        request = replace(request, names=read_places(observatory / "places")[0][known_as].names)
    city = load_city(request, tell)
    tell.stage("measuring", 2)
    tell.step("public transport")
    measurements, shown = transport_measurements(city)
    tell.step("access, open space, streets")
    more, more_shown = further_measurements(city)
    measurements += more
    shown |= more_shown
    context, provenance = context_of(city)
    tell.step("writing")
    write_folder(out, city, measurements, context, shown, provenance)
    added = (
        add_to_observatory(observatory, known_as, measurements, context, request.attribution) if observatory else None
    )
    return {
        "out": str(out),
        "measurements": len(measurements),
        "place": context.place,
        "service_day": str(city.day) if city.day else None,
        "map_date": city.extract.date or None,
        "sdg_11_2_1": {
            f"{m.source}_{m.distance}" + (f"_{m.headway_min:g}" if m.headway_min else ""): m.value
            for m in measurements
            if m.indicator == "sdg_11_2_1" and m.origin_model == "cell_centre" and not m.district and not m.dimensions
        },
        "indicators": described({m.indicator for m in measurements}),
        "observatory": added.plain() if added else None,
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


def context_of(city: City) -> tuple[MeasurementContext, dict[str, object]]:
    """What the measurements of a city share, and the record of what they stand on."""
    request = city.request
    parameters = {
        "service_day": str(city.day) if city.day else None,
        "window": "07:00-19:00",
        "reach_m": dict(city.reach_m),
        "tables": dict(city.tables.digests),
        "study_area": city.area_kind,
    }
    record = provenance_of(request).plain() | {"parameters": parameters}
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    identity = hashlib.sha256(text.encode()).hexdigest()[:16]
    named = request.boundary or request.osm or request.stops[0][1]
    stem = named.name.split(".")[0]
    day = city.extract.date or (str(request.date) if request.date and request.osm is None else "")
    context = MeasurementContext(
        edition=EDITION,
        place=request.place or stem,
        provenance=identity,
        periods={
            "osm": _day_period(dt.date.fromisoformat(day)) if day else None,
            "gtfs": _day_period(city.day) if city.day else None,
            "table": _span(*land_years(request.land)) if request.land else None,
        },
    )
    return context, {"provenance": identity} | record


def _span(first: float, last: float) -> tuple[str, str]:
    """From the first day of one year to the end of another."""
    return f"{int(first):04d}-01-01T00:00:00Z", f"{int(last) + 1:04d}-01-01T00:00:00Z"


def _day_period(day: dt.date) -> tuple[str, str]:
    return f"{day}T00:00:00Z", f"{day + dt.timedelta(days=1)}T00:00:00Z"
