"""Mappings: how one source file says places, times, values and units, in YAML.

A mapping is a frozen record. Everything that is wrong in its document is a `DefinitionError` with
file and line; whether the data file fits the mapping is judged by `kenes.sources`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import cast

from kenes.catalogue.documents import LinedDict, read_document
from kenes.catalogue.fields import Fields
from kenes.catalogue.mapping_records import (
    EUROSTAT_FLAGS,
    EUROSTAT_PATTERN,
    YEAR_HEADING,
    Action,
    Correction,
    Dimension,
    FileForm,
    Format,
    Length,
    PlaceRule,
    Revision,
    SourceFacts,
    SourceMapping,
    StampedEdge,
    TimeRule,
    ValueRule,
    VariableRule,
)
from kenes.vocabulary.errors import At, DefinitionError, UnitMismatch
from kenes.vocabulary.units import factor, scale


def read_mappings(path: Path, *, name: str | None = None) -> tuple[SourceMapping, ...]:
    """Read the mappings of one YAML document: one a data file.

    Args:
        path: the document.
        name: how messages call it; default its path.

    Raises:
        DefinitionError: with file and line.
    """
    return parse_mappings(read_document(path, name=name), folder=path.parent, name=name or str(path))


def parse_mappings(document: object, *, folder: Path | None = None, name: str = "mapping") -> tuple[SourceMapping, ...]:
    """Build the mappings of a parsed document; see `read_mappings`."""
    if not isinstance(document, LinedDict):
        raise DefinitionError("a mapping document is a YAML mapping", found=type(document).__name__, where=At(name))
    Fields(document).only(f"{_BLOCKS} file files")
    digest = hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()
    read, parts = [], Counter[str]()
    for top, form in _forms(Fields(document)):
        parts[form.path] += 1
        mapping = _mapping(top, form, document=document.file or name, folder=folder, digest=digest)
        read.append(replace(mapping, part=parts[form.path]))
    return tuple(read)


_BLOCKS = "source missing keep drop place site time values variables corrections revision"


def _mapping(top: Fields, form: FileForm, *, document: str, folder: Path | None, digest: str) -> SourceMapping:
    rules = tuple(_variable(item) for item in top.items("variables", required=True))
    mapping = SourceMapping(
        source=_source(top.sub("source", required=True)),
        file=form,
        missing=frozenset({"", *top.texts("missing")}),
        keep=_sets(top.sub("keep")),
        drop=_sets(top.sub("drop")),
        place=_place(top.sub("place")),
        site_column=_site(top.sub("site")),
        time=_time(top.sub("time"), by_year=any(rule.gives("time") for rule in rules)),
        values=_values(top.sub("values"), eurostat=form.format == "eurostat_tsv"),
        variables=rules,
        corrections=tuple(_correction(item) for item in top.items("corrections")),
        revision=cast("Revision", top.choice("revision", ("replace", "add"), "replace")),
        document=document,
        folder=folder,
        digest=digest,
    )
    _check_complete(mapping)
    return mapping


def check_mapping(mapping: SourceMapping, variables: Mapping[str, str]) -> None:
    """Check a mapping against the declared variables and the known units.

    Args:
        mapping: the mapping.
        variables: unit text of each variable by id.

    Raises:
        DefinitionError: an unknown variable or unit, or a unit of another dimension than the
            variable's, with file and line.
    """
    for rule in mapping.variables:
        where = mapping.where(rule.line)
        if rule.variable not in variables:
            raise DefinitionError(
                f"variable {rule.variable!r} is not declared",
                where=where,
                mend="Add it to variables.yaml.",
                code="unknown_input",
            )
        for unit in (rule.unit, *rule.units.values()):
            if unit is None:
                continue
            try:
                scale(unit)
                factor(unit, variables[rule.variable], where=where)
            except UnitMismatch as error:
                raise UnitMismatch(
                    f"{rule.variable}: {error.what}",
                    expected=error.expected or f"a unit like {variables[rule.variable]}",
                    found=error.found,
                    where=where,
                    mend=error.mend or "Correct the mapping's unit.",
                    code=error.code,
                ) from error


def _check_complete(mapping: SourceMapping) -> None:
    """Each variable has its time and its place from exactly one spot."""
    for rule in mapping.variables:
        own = rule.time or mapping.time
        given = {"time": (own.column, own.value), "place": (mapping.place.column, mapping.place.value)}
        for block, pair in given.items():
            if rule.gives(block) == any(part is not None for part in pair):
                raise DefinitionError(
                    f"{rule.variable}: {block}",
                    expected="one spot that gives it",
                    found="two: the headings and the row" if rule.gives(block) else "none",
                    where=mapping.where(rule.line),
                    mend=f"Give `{block}: {{column: …}}` or `columns` with (?P<{block}>…).",
                )
    voids = {rule.column for rule in mapping.variables}
    for correction in mapping.corrections:
        if correction.action == "void" and correction.column not in voids and None not in voids:
            raise DefinitionError(
                f"correction voids column {correction.column!r}, which holds no variable",
                where=mapping.where(correction.line),
                mend="Void a column of values, or replace the text.",
            )


def _source(fields: Fields) -> SourceFacts:
    fields.only("id issuer licence url retrieved title attribution ships why")
    source = fields.text("id", required=True)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", source):
        raise fields.error("id", "source id", expected="letters, digits, hyphens, dots and underscores", found=source)
    issuer = fields.words("issuer", required=True)
    title = fields.value("title")
    titles = {"en": str(title)} if isinstance(title, str) else fields.sub("title").text_map() if title else {}
    return SourceFacts(
        id=source,
        issuer=issuer,
        licence=fields.words("licence", required=True),
        url=fields.text("url"),
        retrieved=cast(dt.date, fields.date("retrieved", required=True)),
        title=MappingProxyType(titles or {"en": source}),
        attribution=fields.words("attribution") or issuer,
        ships=fields.yes_no("ships", default=True),
        why=fields.words("why"),
    )


def _forms(top: Fields) -> list[tuple[Fields, FileForm]]:
    """The blocks and the form of each file: an item of `files` overrides what all of them share."""
    if "files" not in top:
        return [(top, _form(top.sub("file")))]
    common = top.sub("file")
    found = []
    for item in top.items("files", required=True):
        blocks, rest = item.part(_BLOCKS)
        found.append((blocks.with_defaults(top), _form(rest.with_defaults(common))))
    return found


def _form(fields: Fields) -> FileForm:
    fields.only(
        "path sha256 bytes encoding delimiter format sheet skip_rows header_rows decimal thousands "
        "rename split records header"
    )
    suffix = fields.text("path").rpartition(".")[2].lower()
    likely = "xlsx" if "sheet" in fields else {"": "auto"}.get(suffix, suffix)
    formats = ("csv", "tsv", "eurostat_tsv", "xlsx", "json")
    format_ = fields.choice("format", formats, likely if likely in (*formats, "auto") else "csv")
    tabbed = format_ in ("tsv", "eurostat_tsv")
    split = fields.sub("split")
    split.only("column into")
    form = FileForm(
        path=fields.text("path"),
        format=cast(Format, format_),
        sha256=fields.optional("sha256"),
        bytes=fields.count("bytes"),
        encoding=fields.encoding("encoding", "utf-8"),
        delimiter=fields.text("delimiter", strip=False) or ("\t" if tabbed else ","),
        sheet=fields.optional("sheet"),
        skip_rows=fields.count("skip_rows") or 0,
        header_rows=_or(fields.count("header_rows"), 1),
        decimal=fields.text("decimal", strip=False) or ".",
        thousands=fields.text("thousands", strip=False),
        rename=MappingProxyType(fields.sub("rename").text_map()),
        split_column=split.optional("column"),
        split_into=split.texts("into"),
        records=fields.optional("records"),
        header=fields.texts("header"),
    )
    if form.sha256 and not re.fullmatch(r"[0-9a-f]{64}", form.sha256):
        raise fields.error("sha256", "sha256", expected="64 small hexadecimal digits", found=form.sha256)
    if len(form.delimiter) != 1:
        raise fields.error("delimiter", "delimiter", expected="one character", found=repr(form.delimiter))
    if bool(form.header) != (form.header_rows == 0):
        raise fields.error("header", "header", expected="a list of names exactly when header_rows is 0")
    if form.decimal == form.thousands:
        raise fields.error("thousands", "decimal and thousands marks are the same", found=form.decimal)
    return form


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _sets(fields: Fields) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({key: frozenset(fields.texts(key)) for key in fields})


def _site(fields: Fields) -> str | None:
    fields.only("column")
    return fields.optional("column")


def _place(fields: Fields) -> PlaceRule:
    fields.only("column value scheme within kinds aliases ignore")
    fields.at_most_one("column", "value")
    return PlaceRule(
        column=fields.optional("column"),
        value=fields.optional("value"),
        scheme=fields.optional("scheme"),
        within=fields.texts("within"),
        kinds=fields.texts("kinds"),
        aliases=MappingProxyType(fields.sub("aliases").text_map()),
        ignore=frozenset(fields.texts("ignore")),
        line=fields.line,
    )


def _time(fields: Fields, *, by_year: bool = False) -> TimeRule:
    fields.only("column value columns format zone stamp length")
    fields.at_most_one("column", "value", "columns")
    fields.choice("columns", ("years",), None)
    default = "year" if by_year and "format" not in fields else None
    return TimeRule(
        column=fields.optional("column"),
        value=fields.optional("value"),
        format=fields.optional("format"),
        zone=fields.zone("zone"),
        stamp=cast("StampedEdge", fields.choice("stamp", ("start", "end"), "start")),
        length=cast("Length | None", fields.choice("length", ("hour", "day", "month", "year"), default)),
        line=fields.line,
    )


def _values(fields: Fields, *, eurostat: bool) -> ValueRule:
    fields.only("flag_pattern flags strip")
    pattern = fields.pattern("flag_pattern", {"value", "flags"}) or (EUROSTAT_PATTERN if eurostat else None)
    flags = fields.sub("flags").text_map() or (dict(EUROSTAT_FLAGS) if eurostat else {})
    return ValueRule(pattern, MappingProxyType(flags), fields.text("strip"))


def _variable(fields: Fields) -> VariableRule:
    fields.only("column columns variable unit unit_column units when unless dimensions time")
    fields.exactly_one("column", "columns")
    fields.exactly_one("unit", "unit_column")
    units = fields.sub("units").text_map()
    column = fields.optional("column")
    return VariableRule(
        column=None if column == "*" else column,
        pattern=YEAR_HEADING if column == "*" else fields.pattern("columns", {"time", "place"}),
        variable=fields.text("variable", required=True),
        unit=fields.optional("unit"),
        unit_column=fields.optional("unit_column"),
        units=MappingProxyType(units),
        when=_sets(fields.sub("when")),
        unless=_sets(fields.sub("unless")),
        dimensions=_dimensions(fields),
        time=_time(fields.sub("time")) if "time" in fields else None,
        line=fields.line,
    )


def _dimensions(variable: Fields) -> tuple[Dimension, ...]:
    """Dimensions in the order of their names; a list names columns that are called like them."""
    if isinstance(variable.value("dimensions"), list):
        return tuple(Dimension(name, column=name) for name in sorted(variable.texts("dimensions")))
    fields = variable.sub("dimensions")
    found = []
    for name in sorted(fields):
        if isinstance(fields.value(name), LinedDict):
            inner = fields.sub(name)
            inner.only("value")
            found.append(Dimension(name, value=inner.text("value", required=True)))
        else:
            found.append(Dimension(name, column=fields.text(name, required=True)))
    return tuple(found)


def _correction(fields: Fields) -> Correction:
    fields.only("locator column expect action value reason")
    action = fields.choice("action", ("void", "replace"), None, required=True)
    locator = fields.sub("locator", required=True).text_map()
    if not locator:
        raise fields.error("locator", "locator is empty", expected="at least one column and its text")
    return Correction(
        locator=MappingProxyType(locator),
        column=fields.text("column", required=True),
        expect=fields.text("expect", required=True, empty=True),
        action=cast("Action", action),
        value=fields.text("value", required=True) if action == "replace" else None,
        reason=fields.text("reason", required=True),
        line=fields.line,
    )


__all__ = [
    "Correction",
    "Dimension",
    "FileForm",
    "PlaceRule",
    "SourceFacts",
    "SourceMapping",
    "TimeRule",
    "ValueRule",
    "VariableRule",
    "check_mapping",
    "parse_mappings",
    "read_mappings",
]
