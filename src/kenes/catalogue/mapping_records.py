"""What a mapping says, as frozen records; `mappings` reads them from YAML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Format = Literal["csv", "tsv", "eurostat_tsv", "xlsx", "json"]
Length = Literal["hour", "day", "month", "year"]

EUROSTAT_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "b": "break",
        "c": "confidential",
        "d": "definition_differs",
        "e": "estimated",
        "f": "forecast",
        "i": "imputed",
        "n": "not_significant",
        "p": "provisional",
        "r": "revised",
        "s": "estimated",
        "u": "unreliable",
        "z": "not_applicable",
    }
)
"""Flag letters of Eurostat's tables (Eurostat, explanatory texts, "Statistical symbols and flags")."""

EUROSTAT_PATTERN = r"(?P<value>:|[-+0-9.,]+)\s*(?P<flags>[a-z]+)?"


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Who issued a source, under which licence, and whether it ships."""

    id: str
    issuer: str
    licence: str
    url: str
    retrieved: dt.date
    title: Mapping[str, str]
    attribution: str
    ships: bool
    why: str
    expires: dt.date | None


@dataclass(frozen=True, slots=True)
class FileForm:
    """Where the data file is and how it is written; `skip_rows` stand above the header."""

    path: str
    format: Format = "csv"
    sha256: str | None = None
    bytes: int | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    skip_rows: int = 0
    header_rows: int = 1
    decimal: str = "."
    thousands: str = ""
    rename: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    split_column: str | None = None
    split_into: tuple[str, ...] = ()
    records: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """Which place a row speaks of: a column, or one place for the whole file."""

    column: str | None
    value: str | None
    scheme: str | None
    within: tuple[str, ...]
    kinds: tuple[str, ...]
    aliases: Mapping[str, str]
    ignore: frozenset[str]
    line: int


@dataclass(frozen=True, slots=True)
class TimeRule:
    """Which period a row or a column speaks of; `years` means that column headings are years."""

    column: str | None
    value: str | None
    years: bool
    format: str | None
    zone: str | None
    stamp: Literal["start", "end"]
    length: Length | None
    line: int


@dataclass(frozen=True, slots=True)
class ValueRule:
    """How flags stand beside a value in one cell."""

    flag_pattern: str | None = None
    flags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of a variable: the texts of a column, or one value."""

    name: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class VariableRule:
    """Which variable a column holds, in which unit, and for which rows (`when`)."""

    column: str
    variable: str
    unit: str | None
    unit_column: str | None
    units: Mapping[str, str]
    when: Mapping[str, frozenset[str]]
    dimensions: tuple[Dimension, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A known error of the source: where it stands, what stands there, and what is done."""

    locator: Mapping[str, str]
    column: str
    expect: str
    action: Literal["void", "replace"]
    value: str | None
    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """One data file of one source, with all that is needed to read it.

    Attributes:
        document: name of the mapping's file, for messages.
        folder: folder of the mapping's file, in which `file.path` is looked up; None if unknown.
        digest: SHA-256 of the mapping's content.
    """

    source: SourceFacts
    file: FileForm
    missing: frozenset[str]
    keep: Mapping[str, frozenset[str]]
    drop: Mapping[str, frozenset[str]]
    place: PlaceRule
    site_column: str | None
    time: TimeRule
    values: ValueRule
    variables: tuple[VariableRule, ...]
    corrections: tuple[Correction, ...]
    revision: Literal["replace", "add"]
    document: str
    folder: Path | None
    digest: str

    @property
    def data_path(self) -> Path:
        """Path of the data file beside the mapping."""
        return (self.folder or Path()) / self.file.path

    def where(self, line: int) -> str:
        """`file:line` in the mapping's document."""
        return f"{self.document}:{line}"

    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping names (after renaming and splitting), without `*`."""
        named = [self.place.column, self.time.column, self.site_column, *self.keep, *self.drop]
        for rule in self.variables:
            named += [rule.column, rule.unit_column, *rule.when, *(d.column for d in rule.dimensions)]
        for correction in self.corrections:
            named += [correction.column, *correction.locator]
        return tuple(dict.fromkeys(c for c in named if c and c != "*"))
