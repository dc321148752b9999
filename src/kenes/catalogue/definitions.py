"""Declared variables, indicators and profiles: frozen values read from YAML.

The YAML forms are described in `docs/reference/catalogue.md`. Every finding names file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Never, TypeVar, cast

from kenes.catalogue.documents import LinedDict, LinedList
from kenes.catalogue.entries import (
    choice,
    count,
    is_list,
    is_mapping,
    names,
    needed,
    number,
    only,
    part,
    parts,
    text,
    words,
)
from kenes.catalogue.formulas import Formula, parse_formula
from kenes.catalogue.words import Words
from kenes.vocabulary.errors import NOWHERE, At, DefinitionError

Texts = Mapping[str, Mapping[str, str]]
Aggregate = Literal["mean", "sum", "last", "max", "coverage", "count"]
AGGREGATES: tuple[str, ...] = ("mean", "sum", "last", "max", "coverage", "count")
GROUPS: tuple[str, ...] = ("environment", "energy", "economy", "society", "governance")
BETTER: tuple[str, ...] = ("more", "less", "target", "context")
_NOTHING: Mapping[str, Never] = MappingProxyType({})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Range:
    """A low and a high end, either open (None)."""

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Variable:
    """What a source counts or measures, with its unit and plausible range."""

    id: str
    unit: str
    period: str = "year"
    plausible: Range = Range()
    stock: str = "mean"
    additive: bool = False
    zero_is_natural: bool = False
    texts: Texts = field(default_factory=lambda: _NOTHING)
    where: At = NOWHERE


@dataclass(frozen=True, slots=True)
class SourcedGoalposts:
    """The values that score 0 and 100, and who set them."""

    worst: float
    best: float
    source: Words


@dataclass(frozen=True, slots=True)
class InputDefinition:
    """One input of a formula: which observations, how brought to the indicator's period.

    `aggregate` brings finer periods to the indicator's; `coverage` is the least share of expected
    finer periods with a value; `sites` says how stations of a place are joined; `max_age` lets an
    older value stand in, in years; `year_offset` takes the value of so many years later (-5: five years before).
    """

    name: str
    variable: str
    dimensions: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    sources: tuple[str, ...] = ()
    aggregate: Aggregate | None = None
    coverage: float = 0.75
    sites: str = "mean"
    year_offset: int = 0
    max_age: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause of a framework that an indicator meets, fully or in part."""

    framework: str
    number: str
    fit: str = "partial"
    note: Words = field(default_factory=Words)


@dataclass(frozen=True, slots=True)
class NamedLevel:
    """A named level of the indicator, such as a guideline value."""

    value: float
    label: Words


@dataclass(frozen=True, slots=True)
class IndicatorDefinition:
    """A measured quantity: formula over inputs, unit, direction, goalposts, ranges and citations."""

    id: str
    edition: str
    group: str
    texts: Texts
    unit: str
    formula: Formula
    inputs: Mapping[str, InputDefinition]
    period: str = "year"
    better: str = "context"
    goalposts: SourcedGoalposts | None = None
    plausible: Range = Range()
    levels: tuple[NamedLevel, ...] = ()
    origin: str = "computed"
    places: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    comparable: Words = field(default_factory=Words)
    status: str = "active"
    where: At = NOWHERE

    def text(self, language: str, kind: str = "name") -> str:
        """A text in a language, else in English, else empty."""
        return (self.texts.get(language) or {}).get(kind) or (self.texts.get("en") or {}).get(kind) or ""


@dataclass(frozen=True, slots=True)
class Structure:
    """One declared structural characteristic for choosing peers."""

    indicator: str
    log: bool = False


@dataclass(frozen=True, slots=True)
class ProfileDefinition:
    """A composite view of comparable places: which places, which years, which specification.

    A place without any usable value below a `required` node is not ranked, however much else it has. `rests_on`
    says by language on what a comparison of places of several states rests; empty where it stays in one state.
    """

    id: str
    texts: Texts
    countries: tuple[str, ...]
    kinds: tuple[str, ...]
    set: str
    required: tuple[str, ...]
    years: Mapping[str, Any]
    peers: tuple[Structure, ...]
    peer_count: int
    specification: Mapping[str, Any]
    rests_on: Mapping[str, str] = field(default_factory=dict)
    where: At = NOWHERE

    @property
    def nodes(self) -> tuple[LinedDict, ...]:
        """The nodes of the specification, as far as they are mappings."""
        given: object = self.specification.get("nodes")
        return tuple(node for node in given if isinstance(node, LinedDict)) if is_list(given) else ()

    def text(self, language: str, kind: str = "name") -> str:
        """A text in a language, else in English, else empty."""
        return (self.texts.get(language) or {}).get(kind) or (self.texts.get("en") or {}).get(kind) or ""


def unit_of(wanted: InputDefinition, variable: Variable) -> str:
    """Unit of an input as it enters the formula: `coverage` is a share and `count` a number of values."""
    return "1" if wanted.aggregate in ("coverage", "count") else variable.unit


def _range(entry: LinedDict, key: str, what: str) -> Range:
    span = part(entry, key, what)
    if span is None:
        return Range()
    low, high = number(span, "low", what), number(span, "high", what)
    if low is not None and high is not None and low >= high:
        raise DefinitionError(f"plausible range of {what} is empty", found=f"{low} to {high}", where=span.where())
    return Range(low, high)


def frozen_texts(given: object, where: At = NOWHERE) -> Texts:
    """Texts by language and kind; a bare string becomes the name.

    Raises:
        DefinitionError: they do not stand by language.
    """
    if not given:
        return _NOTHING
    if not is_mapping(given):
        raise DefinitionError("texts", expected="texts by language", found=repr(given), where=where)
    return MappingProxyType(
        {
            str(language): MappingProxyType(
                {str(k): str(v).strip() for k, v in texts.items()} if is_mapping(texts) else {"name": str(texts)}
            )
            for language, texts in given.items()
        }
    )


def _texts(entry: LinedDict) -> Texts:
    return frozen_texts(entry.get("texts"), entry.where("texts"))


def read_variable(entry: LinedDict) -> Variable:
    """One variable from its YAML entry."""
    what = f"variable {entry.get('id')!r}"
    only(entry, "id unit period plausible stock additive zero_is_natural texts note", what)
    return Variable(
        id=str(needed(entry, "id", "variable")),
        unit=str(needed(entry, "unit", what)),
        period=text(entry, "period", "year"),
        plausible=_range(entry, "plausible", what),
        stock=choice(entry, "stock", ("flow", "stock", "mean"), what, "mean"),
        additive=bool(entry.get("additive", False)),
        zero_is_natural=bool(entry.get("zero_is_natural", False)),
        texts=_texts(entry),
        where=entry.where(),
    )


def _inputs(entry: LinedDict, what: str) -> Mapping[str, InputDefinition]:
    needed(entry, "inputs", what)
    given = part(entry, "inputs", what) or LinedDict()
    return MappingProxyType({name: _input(name, part(given, name, what) or LinedDict(), what) for name in given})


def _input(name: str, entry: LinedDict, indicator: str) -> InputDefinition:
    what = f"input {name!r} of {indicator}"
    only(
        entry,
        "variable dimensions sources aggregate period coverage longest_gap_days sites year_offset max_age",
        what,
    )
    dimensions = part(entry, "dimensions", what) or LinedDict()
    coverage = number(entry, "coverage", what)
    aggregate = choice(entry, "aggregate", AGGREGATES, indicator) if "aggregate" in entry else None
    return InputDefinition(
        name=name,
        variable=str(needed(entry, "variable", what)),
        dimensions=MappingProxyType({key: str(value) for key, value in dimensions.items()}),
        sources=names(entry, "sources"),
        aggregate=cast("Aggregate | None", aggregate),
        coverage=0.75 if coverage is None else coverage,
        sites=text(entry, "sites", "mean"),
        year_offset=count(entry, "year_offset", what, 0),
        max_age=count(entry, "max_age", what, 0),
    )


def _goalposts(entry: LinedDict, indicator: str) -> SourcedGoalposts | None:
    posts, what = part(entry, "goalposts", indicator), f"goalposts of {indicator}"
    if posts is None:
        return None
    worst, best = number(posts, "worst", indicator), number(posts, "best", indicator)
    if worst is None or best is None or worst == best:
        raise DefinitionError(what, expected="two different numbers worst and best", where=posts.where())
    needed(posts, "source", what)
    return SourcedGoalposts(worst, best, words(posts, "source", what))


def read_indicator(entry: LinedDict) -> IndicatorDefinition:
    """One indicator from its YAML entry.

    Raises:
        DefinitionError: a key is missing, unknown or contradicts another.
    """
    what = f"indicator {entry.get('id')!r}"
    only(
        entry,
        "id edition group texts unit formula inputs period better goalposts plausible levels kind places "
        "status citations comparable practice_concepts",
        what,
    )
    formula = parse_formula(str(needed(entry, "formula", what)), where=entry.where("formula"))
    return IndicatorDefinition(
        id=str(needed(entry, "id", "indicator")),
        edition=str(needed(entry, "edition", what)),
        group=choice(entry, "group", GROUPS, what),
        texts=_texts(entry),
        unit=str(needed(entry, "unit", what)),
        formula=formula,
        inputs=_inputs(entry, what),
        period=choice(entry, "period", ("year",), what, "year"),
        better=choice(entry, "better", BETTER, what, "context"),
        goalposts=_goalposts(entry, what),
        plausible=_range(entry, "plausible", what),
        levels=tuple(_level(level, what) for level in parts(entry, "levels", what)),
        origin=choice(entry, "kind", ("reported", "computed", "modelled", "estimated"), what, "computed"),
        places=names(entry, "places"),
        citations=tuple(_citation(each, what) for each in parts(entry, "citations", what)),
        comparable=words(entry, "comparable", what),
        status=text(entry, "status", "active"),
        where=entry.where(),
    )


def _citation(entry: LinedDict, indicator: str) -> Citation:
    what = f"citation of {indicator}"
    return Citation(
        framework=str(needed(entry, "framework", what)),
        number=str(entry.get("number") or ""),
        fit=text(entry, "fit", "partial"),
        note=words(entry, "note", what),
    )


def _level(entry: LinedDict, indicator: str) -> NamedLevel:
    what = f"level of {indicator}"
    only(entry, "value label", what)
    value = number(entry, "value", what)
    if value is None:
        raise DefinitionError(f"{what} has no 'value'", where=entry.where(), mend="Add `value:`.")
    needed(entry, "label", what)
    return NamedLevel(value, words(entry, "label", what))


def read_profile(entry: LinedDict) -> ProfileDefinition:
    """One profile from its YAML document."""
    what = f"profile {entry.get('id')!r}"
    only(entry, "id texts places years require peers across_states spec", what)
    needed(entry, "places", what)
    needed(entry, "spec", what)
    places, peers = part(entry, "places", what) or LinedDict(), part(entry, "peers", what) or LinedDict()
    return ProfileDefinition(
        id=str(needed(entry, "id", "profile")),
        texts=_texts(entry),
        countries=names(places, "country"),
        kinds=names(places, "kinds"),
        set=str(places.get("set") or ""),
        required=names(entry, "require"),
        years=MappingProxyType(dict(part(entry, "years", what) or {})),
        peers=tuple(
            Structure(str(each.get("indicator") or each.get("variable")), bool(each.get("log", False)))
            for each in parts(peers, "by", f"peers of {what}")
        ),
        peer_count=count(peers, "k", f"peers of {what}", 5),
        specification=MappingProxyType(dict(part(entry, "spec", what) or {})),
        rests_on=_basis(entry, what),
        where=entry.where(),
    )


def _basis(entry: LinedDict, what: str) -> Mapping[str, str]:
    """On what a comparison across states rests, by language; empty where there is none.

    Raises:
        DefinitionError: it does not say so in English.
    """
    given = entry.get("across_states")
    if given is None:
        return MappingProxyType({})
    texts = given.get("rests_on") if isinstance(given, LinedDict) else None
    if not isinstance(texts, LinedDict) or not str(texts.get("en") or "").strip():
        raise DefinitionError(
            f"{what} compares places of several states",
            expected="across_states: {rests_on: {en: ...}}",
            found=repr(given),
            where=entry.where("across_states"),
            mend="Say in a sentence why the numbers of these states may be compared.",
        )
    return MappingProxyType({str(language): str(text) for language, text in texts.items()})


def read_each(document: object, read: Callable[[LinedDict], T], faults: list[DefinitionError]) -> list[T]:
    """Read every entry of a list or a single document, keeping the faults of those that fail."""
    found: list[T] = []
    for entry in document if isinstance(document, LinedList) else [document] if document else []:
        try:
            if not isinstance(entry, LinedDict):
                where = At(document.file, document.line) if isinstance(document, LinedList) else NOWHERE
                raise DefinitionError("entry has the wrong shape", expected="a mapping", found=repr(entry), where=where)
            found.append(read(entry))
        except DefinitionError as error:
            faults.append(error)
    return found
