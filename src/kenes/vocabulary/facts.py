"""Frozen records for what is known of places: places, periods, flags and origins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

PlaceKind = Literal["country", "group", "region", "province", "district", "city"]
Origin = Literal["reported", "computed", "modelled", "estimated", "imputed"]

RULES: tuple[str, ...] = (
    "out_of_range",
    "sentinel",
    "implausibly_low",
    "dead",
    "stuck",
    "spike",
    "step",
    "time_shift",
    "unit_slip",
    "conflict",
    "sum_mismatch",
    "boundary_change",
)
"""Every rule that judges data before it is scored."""

QUALITIES: tuple[str, ...] = ("good", "fair", "suspect", "insufficient")
"""How far a measurement may be used: `suspect` and `insufficient` ones are shown and never score."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its names, its parent, its validity and its identifiers in other systems.

    `external` maps a scheme (`iso`, `nuts`, `geonames`, `unlocode`, `wikidata`) to a code.
    """

    id: str
    kind: PlaceKind
    names: Mapping[str, str]
    parent: str | None = None
    country: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    longitude: float | None = None
    latitude: float | None = None
    timezone: str | None = None
    external: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    aliases: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def name(self, language: str) -> str:
        """The name in a language, else in English, else in any language, else the id."""
        return self.names.get(language) or self.names.get("en") or next(iter(self.names.values()), self.id)
