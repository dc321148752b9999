"""What a mapping says, as frozen records; `mappings` reads them from YAML."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from kenes.catalogue.words import Words
from kenes.vocabulary.errors import At, DefinitionError

Format = Literal["auto", "csv", "tsv", "eurostat_tsv", "xlsx", "json"]
Length = Literal["hour", "day", "month", "year"]
StampedEdge = Literal["start", "end"]
Action = Literal["void", "replace"]
Revision = Literal["replace", "add"]

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

YEAR_HEADING = r"(?P<time>[0-9]{4})"
EUROSTAT_PATTERN = r"(?P<value>:|[-+0-9.,]+)\s*(?P<flags>[a-z]+)?"


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Who issued a source, under which licence, and whether it ships.

    Issuer, licence, attribution and why may stand in several languages; the name of an issuer or a
    licence that is the same in all stands once.
    """

    id: str
    issuer: Words
    licence: Words
    url: str
    retrieved: dt.date
    title: Mapping[str, str]
    attribution: Words
    ships: bool
    why: Words


@dataclass(frozen=True, slots=True)
class FileForm:
    """Where the data file is and how it is written.

    Attributes:
        path: name beside the mapping; `""` where the file is named by hand.
        format: `auto` is a workbook where the bytes are one, else CSV.
        skip_rows: records above the header.
        header_rows: records of the header; the names of several are joined by ` / `, each upper
            one filled to the right. 0 takes the names from `header`.
        rename: other names for headings.
        split_column: a heading whose cells hold several keys, split at commas into `split_into`.
        records: path of keys to the list of records in a JSON file, dots between them.
    """

    path: str
    format: Format = "auto"
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
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """Which place a row speaks of: a column, one place for the whole file, or the headings (neither)."""

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
    """Which period a row speaks of: a column, one text for the whole file, or the headings (neither)."""

    column: str | None
    value: str | None
    format: str | None
    zone: str | None
    stamp: StampedEdge
    length: Length | None
    line: int


@dataclass(frozen=True, slots=True)
class ValueRule:
    """How flags stand beside a value in one cell, and marks that are taken off its ends."""

    flag_pattern: str | None = None
    flags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    strip: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of a variable: the texts of a column, or one value."""

    name: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class VariableRule:
    """Which variable a column holds, in which unit, and for which rows (`when`, but not `unless`).

    Attributes:
        units: our unit for each text of `unit_column`; empty where the texts are units themselves.
        column: the heading; None when `pattern` selects headings.
        pattern: regular expression of headings; its groups `time` and `place` stand for the row's own.
        time: the period rule of this variable, if it has its own.
    """

    column: str | None
    pattern: str | None
    variable: str
    unit: str | None
    unit_column: str | None
    units: Mapping[str, str]
    when: Mapping[str, frozenset[str]]
    unless: Mapping[str, frozenset[str]]
    dimensions: tuple[Dimension, ...]
    time: TimeRule | None
    line: int

    def gives(self, group: str) -> bool:
        """Whether the headings name the time or the place."""
        return self.pattern is not None and f"(?P<{group}>" in self.pattern


@dataclass(frozen=True, slots=True)
class Correction:
    """A known error of the source: where it stands, what stands there, and what is done."""

    locator: Mapping[str, str]
    column: str
    expect: str
    action: Action
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
        part: 1, or n for the n-th reading of the same file in one document.
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
    revision: Revision
    document: str
    folder: Path | None
    digest: str
    part: int = 1

    @property
    def label(self) -> str:
        """Name of the reading: the file's path, with the part where a file is read more than once."""
        return self.file.path if self.part == 1 else f"{self.file.path}#{self.part}"

    @property
    def data_path(self) -> Path:
        """Path of the data file beside the mapping.

        Raises:
            DefinitionError: the mapping names no file.
        """
        if not self.file.path:
            raise DefinitionError(
                "the mapping names no data file", where=At(self.document), mend="Add `file: {path: …}`."
            )
        return (self.folder or Path()) / self.file.path

    def where(self, line: int) -> At:
        """A line of the mapping's document."""
        return At(self.document, line)

    def columns(self) -> tuple[str, ...]:
        """Every heading that the mapping names (after renaming and splitting)."""
        named = [self.place.column, self.time.column, self.site_column, *self.keep, *self.drop]
        for rule in self.variables:
            named += [rule.column, rule.unit_column, *rule.when, *rule.unless, *(d.column for d in rule.dimensions)]
            named += [rule.time.column] if rule.time else []
        for correction in self.corrections:
            named += [correction.column, *correction.locator]
        return tuple(dict.fromkeys(c for c in named if c is not None))
