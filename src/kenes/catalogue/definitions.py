"""Declared variables, indicators and profiles: frozen values read from YAML.

The YAML forms are described in `docs/reference/catalogue.md`. Every finding names file and line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast

from kenes.catalogue.documents import LinedDict, LinedList
from kenes.catalogue.formulas import Formula, parse_formula
from kenes.catalogue.words import Words, read_words
from kenes.vocabulary.errors import NOWHERE, At, DefinitionError

Texts = Mapping[str, Mapping[str, str]]
Aggregate = Literal["mean", "sum", "last", "max", "coverage", "count"]
AGGREGATES: tuple[str, ...] = ("mean", "sum", "last", "max", "coverage", "count")
GROUPS: tuple[str, ...] = ("environment", "energy", "economy", "society", "governance")
BETTER: tuple[str, ...] = ("more", "less", "target", "context")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
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
class Input:
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
    inputs: Mapping[str, Input]
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

    def text(self, language: str, kind: str = "name") -> str:
        """A text in a language, else in English, else empty."""
        return (self.texts.get(language) or {}).get(kind) or (self.texts.get("en") or {}).get(kind) or ""


def unit_of(wanted: Input, variable: Variable) -> str:
    """Unit of an input as it enters the formula: `coverage` is a share and `count` a number of values."""
    return "1" if wanted.aggregate in ("coverage", "count") else variable.unit


def _need(entry: LinedDict, key: str, what: str) -> Any:
    if entry.get(key) in (None, ""):
        raise DefinitionError(f"{what} has no {key!r}", where=entry.where(), mend=f"Add `{key}:`.")
    return entry[key]


def _allowed(entry: LinedDict, keys: str, what: str) -> None:
    extra = [key for key in entry if key not in keys.split()]
    if extra:
        raise DefinitionError(
            f"{what} has an unknown key {extra[0]!r}",
            expected=", ".join(keys.split()),
            where=entry.where(extra[0]),
        )


def _number(entry: LinedDict, key: str, what: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(f"{key} of {what} is no number", found=repr(value), where=entry.where(key))
    return float(value)


def _range(entry: LinedDict | None, what: str) -> Range:
    if not entry:
        return Range()
    low, high = _number(entry, "low", what), _number(entry, "high", what)
    if low is not None and high is not None and low >= high:
        raise DefinitionError(f"plausible range of {what} is empty", found=f"{low} to {high}", where=entry.where())
    return Range(low, high)


def frozen_texts(entry: Any) -> Texts:
    """Texts by language and kind; a bare string becomes the name."""
    return MappingProxyType(
        {
            language: MappingProxyType(
                {str(k): str(v).strip() for k, v in texts.items()} if isinstance(texts, dict) else {"name": str(texts)}
            )
            for language, texts in (entry or {}).items()
        }
    )


def read_variable(entry: LinedDict) -> Variable:
    """One variable from its YAML entry."""
    what = f"variable {entry.get('id')!r}"
    _allowed(entry, "id unit period plausible stock additive zero_is_natural texts note", what)
    return Variable(
        id=str(_need(entry, "id", "variable")),
        unit=str(_need(entry, "unit", what)),
        period=str(entry.get("period", "year")),
        plausible=_range(entry.get("plausible"), what),
        stock=_choice(entry, "stock", ("flow", "stock", "mean"), what, "mean"),
        additive=bool(entry.get("additive", False)),
        zero_is_natural=bool(entry.get("zero_is_natural", False)),
        texts=frozen_texts(entry.get("texts")),
        where=entry.where(),
    )


def _input(name: str, entry: LinedDict, what: str) -> Input:
    _allowed(
        entry,
        "variable dimensions sources aggregate period coverage longest_gap_days sites year_offset max_age",
        f"input {name!r} of {what}",
    )
    sources = entry.get("sources", ())
    return Input(
        name=name,
        variable=str(_need(entry, "variable", f"input {name!r} of {what}")),
        dimensions=MappingProxyType({str(k): str(v) for k, v in (entry.get("dimensions") or {}).items()}),
        sources=tuple([sources] if isinstance(sources, str) else sources),
        aggregate=cast(Aggregate, _choice(entry, "aggregate", AGGREGATES, what)) if "aggregate" in entry else None,
        coverage=float(entry.get("coverage", 0.75)),
        sites=str(entry.get("sites", "mean")),
        year_offset=int(entry.get("year_offset", 0)),
        max_age=int(entry.get("max_age", 0)),
    )


def _choice(entry: LinedDict, key: str, allowed: tuple[str, ...], what: str, default: str = "") -> str:
    value = str(entry.get(key, default))
    if value not in allowed:
        raise DefinitionError(f"{key} of {what}", expected=" or ".join(allowed), found=value, where=entry.where(key))
    return value


def _goalposts(entry: LinedDict | None, what: str) -> SourcedGoalposts | None:
    if not entry:
        return None
    worst, best = _number(entry, "worst", what), _number(entry, "best", what)
    if worst is None or best is None or worst == best:
        raise DefinitionError(
            f"goalposts of {what}", expected="two different numbers worst and best", where=entry.where()
        )
    _need(entry, "source", f"goalposts of {what}")
    return SourcedGoalposts(worst, best, _words(entry, "source", f"goalposts of {what}"))


def read_indicator(entry: LinedDict) -> IndicatorDefinition:
    """One indicator from its YAML entry.

    Raises:
        DefinitionError: a key is missing, unknown or contradicts another.
    """
    what = f"indicator {entry.get('id')!r}"
    _allowed(
        entry,
        "id edition group texts unit formula inputs period better goalposts plausible levels kind places "
        "status citations comparable practice_concepts",
        what,
    )
    formula = parse_formula(_need(entry, "formula", what), where=entry.where("formula"))
    inputs = {name: _input(name, value, what) for name, value in _need(entry, "inputs", what).items()}
    return IndicatorDefinition(
        id=str(_need(entry, "id", "indicator")),
        edition=str(_need(entry, "edition", what)),
        group=_choice(entry, "group", GROUPS, what),
        texts=frozen_texts(entry.get("texts")),
        unit=str(_need(entry, "unit", what)),
        formula=formula,
        inputs=MappingProxyType(inputs),
        period=_choice(entry, "period", ("year",), what, "year"),
        better=_choice(entry, "better", BETTER, what, "context"),
        goalposts=_goalposts(entry.get("goalposts"), what),
        plausible=_range(entry.get("plausible"), what),
        levels=tuple(_level(level, what) for level in entry.get("levels") or ()),
        origin=_choice(entry, "kind", ("reported", "computed", "modelled", "estimated"), what, "computed"),
        places=tuple(entry.get("places") or ()),
        citations=tuple(_citation(c, what) for c in entry.get("citations") or ()),
        comparable=_words(entry, "comparable", what),
        status=str(entry.get("status", "active")),
        where=entry.where(),
    )


def _citation(entry: LinedDict, what: str) -> Citation:
    return Citation(
        str(_need(entry, "framework", f"citation of {what}")),
        str(entry.get("number") or ""),
        str(entry.get("fit", "partial")),
        _words(entry, "note", f"citation of {what}"),
    )


def _level(entry: LinedDict, what: str) -> NamedLevel:
    _allowed(entry, "value label", f"level of {what}")
    value = _number(entry, "value", f"level of {what}")
    if value is None:
        raise DefinitionError(f"level of {what} has no 'value'", where=entry.where(), mend="Add `value:`.")
    _need(entry, "label", f"level of {what}")
    return NamedLevel(value, _words(entry, "label", f"level of {what}"))


def _words(entry: LinedDict, key: str, what: str) -> Words:
    return read_words(entry.get(key), f"{key} of {what}", entry.where(key))


def read_profile(entry: LinedDict) -> ProfileDefinition:
    """One profile from its YAML document."""
    what = f"profile {entry.get('id')!r}"
    _allowed(entry, "id texts places years require peers across_states spec", what)
    places, peers = _need(entry, "places", what), entry.get("peers") or LinedDict()
    country = places.get("country", ())
    return ProfileDefinition(
        id=str(_need(entry, "id", "profile")),
        texts=frozen_texts(entry.get("texts")),
        countries=tuple([country] if isinstance(country, str) else country),
        kinds=tuple(places.get("kinds", ())),
        set=str(places.get("set") or ""),
        required=tuple(entry.get("require") or ()),
        years=MappingProxyType(dict(entry.get("years") or {})),
        peers=tuple(
            Structure(str(p.get("indicator") or p.get("variable")), bool(p.get("log", False)))
            for p in peers.get("by", ())
        ),
        peer_count=int(peers.get("k", 5)),
        specification=MappingProxyType(dict(_need(entry, "spec", what))),
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


def read_each(document: Any, read: Callable[[LinedDict], T], faults: list[DefinitionError]) -> list[T]:
    """Read every entry of a list or a single document, keeping the faults of those that fail."""
    entries = document if isinstance(document, LinedList) else [document] if document else []
    found: list[T] = []
    for entry in entries:
        try:
            found.append(read(entry))
        except DefinitionError as error:
            faults.append(error)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            where = entry.where() if isinstance(entry, LinedDict) else NOWHERE
            faults.append(DefinitionError("entry has the wrong shape", found=str(error), where=where))
    return found
