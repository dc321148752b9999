"""The catalogue of an observatory: everything declared, read once and checked together."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from kenes.catalogue.definitions import (
    IndicatorDefinition,
    Profile,
    Texts,
    Variable,
    frozen_texts,
    read_each,
    read_indicator,
    read_profile,
    read_variable,
    unit_of,
)
from kenes.catalogue.documents import LinedDict, read_document, read_table
from kenes.catalogue.mappings import SourceMapping, check_mapping, read_mappings
from kenes.catalogue.places import PlaceIndex, read_places
from kenes.catalogue.practices import Practice, read_practices
from kenes.catalogue.translations import Translated, Translations
from kenes.vocabulary.errors import (
    BadInput,
    CatalogueFaults,
    DefinitionError,
    Finding,
    KenesError,
    UnitMismatch,
)
from kenes.vocabulary.facts import Place
from kenes.vocabulary.units import factor, scale

SHIPPED = Path(__file__).parent / "shipped"
T = TypeVar("T")


@dataclass(frozen=True)
class Catalogue:
    """What an observatory declares; `findings` lists what is wrong with it."""

    folder: Path
    texts: Texts
    languages: tuple[str, ...]
    places: PlaceIndex
    sets: Mapping[str, tuple[str, ...]]
    boundary_changes: tuple[tuple[str, dt.date], ...]
    variables: Mapping[str, Variable]
    indicators: Mapping[str, IndicatorDefinition]
    profiles: Mapping[str, Profile]
    mappings: tuple[SourceMapping, ...]
    practices: Mapping[str, Practice]
    findings: tuple[Finding, ...]
    held: tuple[str, ...] = ()
    """Profiles across states, which the settings do not allow."""

    def resolve(self, text: str) -> Place:
        """The place that an id, an external id or a name means."""
        return self.places.resolve(text)

    def indicator(self, id_: str) -> IndicatorDefinition:
        """An indicator by id.

        Raises:
            BadInput: there is none of that id.
        """
        if id_ not in self.indicators:
            raise BadInput(f"indicator {id_!r} is not declared", mend="See `kenes export measurements` for the ids.")
        return self.indicators[id_]

    def places_of(self, profile: Profile) -> list[Place]:
        """The places that a profile compares: its set, or all of its kinds in its countries."""
        if profile.set:
            return [self.places[place] for place in self.sets[profile.set]]
        return [
            place
            for place in self.places.values()
            if place.kind in profile.kinds and place.country in profile.countries and place.valid_to is None
        ]

    def require_sound(self) -> Catalogue:
        """Itself, when nothing is wrong.

        Raises:
            CatalogueFaults: every finding, with file and line.
        """
        if self.findings:
            raise CatalogueFaults(list(self.findings))
        return self

    def translated(self, own: Mapping[str, str], key: str) -> Mapping[str, str]:
        """A declared text by language, with the languages that `locale` holds of it.

        Args:
            own: the text by language as declared.
            key: what it is: `indicator.<id>.name`, `profile.<id>.note`, `variable.<id>.name`, `source.<id>.title`.
        """
        return Translated(own, key, self._translations)

    @cached_property
    def _translations(self) -> Translations:
        return Translations(self.folder)

    @cached_property
    def reading_digest(self) -> str:
        """A hash over what decides how a text becomes a place or a unit."""
        places = [(p.id, p.kind, p.parent, dict(p.names), p.aliases, dict(p.external)) for p in self.places.values()]
        units = sorted((v.id, v.unit) for v in self.variables.values())
        return hashlib.sha256(repr((places, units)).encode()).hexdigest()

    def digest(self) -> str:
        """A hash over every declaring file, which changes when any declaration does."""
        return declared_digest(self.folder)


def declared_files(folder: Path) -> list[Path]:
    """The files that declare an observatory, in a stable order."""
    patterns = (
        "kenes.toml",
        "variables.yaml",
        "places/*.csv",
        "indicators/*.yaml",
        "profiles/*.yaml",
        "sources/*/*.yaml",
    )
    return [path for pattern in patterns for path in sorted(folder.glob(pattern))]


def declared_digest(folder: Path) -> str:
    """SHA-256 over the declaring files' names and bytes, and over what the package ships."""
    digest = hashlib.sha256()
    shipped = sorted(path for path in SHIPPED.rglob("*") if path.suffix in (".yaml", ".csv"))
    for path in [*declared_files(folder), *shipped]:
        name = path.name if path.is_relative_to(SHIPPED) else str(path.relative_to(folder))
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class _Reader:
    """Collects what is read and what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else path.name

    def fault(self, error: KenesError, code: str = "definition") -> None:
        file, _, line = error.where.partition(" ")[0].rpartition(":")
        if not file:
            file, line = error.where, ""
        where, error.where = (file, int(line) if line.isdigit() else None), ""
        kind = "unknown_unit" if isinstance(error, UnitMismatch) and "not known" in error.what else code
        self.findings.append(Finding(kind, error.__str__(), *where))

    def all(self, pattern: str, read: Callable[[LinedDict], T]) -> list[T]:
        """Everything of one kind in the files that fit a pattern."""
        found: list[T] = []
        for path in sorted(self.folder.glob(pattern)):
            faults: list[DefinitionError] = []
            try:
                found += read_each(read_document(path, name=self.name(path)), read, faults)
            except DefinitionError as error:
                faults.append(error)
            for fault in faults:
                self.fault(fault)
        return found

    def unique(self, items: Iterable[Any], what: str) -> dict[str, Any]:
        """Items by id; the second of an id is a finding."""
        found: dict[str, Any] = {}
        for item in items:
            if item.id in found:
                file, _, line = item.where.rpartition(":")
                message = f"{what} {item.id!r} stands twice; first at {found[item.id].where}"
                self.findings.append(Finding("duplicate_id", message, file, int(line)))
            else:
                found[item.id] = item
        return found


def load(folder: Path) -> Catalogue:
    """Read and check the catalogue of an observatory.

    Args:
        folder: the observatory, which holds `kenes.toml`.

    Returns:
        The catalogue with all its findings; `require_sound` refuses an unsound one.

    Raises:
        BadInput: the folder is no observatory.
    """
    if not (folder / "kenes.toml").is_file():
        raise BadInput(
            f"{folder} is no observatory",
            expected="a folder with kenes.toml",
            mend="Run `kenes init DIR` or name another with --observatory.",
        )
    reader = _Reader(folder)
    declared = _toml(folder / "kenes.toml", reader)
    places, findings = _places(folder, reader)
    reader.findings += findings
    variables = reader.unique(reader.all("variables.yaml", read_variable), "variable")
    indicators = reader.unique(reader.all("indicators/*.yaml", read_indicator), "indicator")
    profiles = reader.unique(reader.all("profiles/*.yaml", read_profile), "profile")
    mappings = _mappings(folder, reader)
    across = _across_states(declared, reader)
    try:
        executor_in(declared)
    except DefinitionError as error:
        reader.findings.append(Finding("settings", str(error), "kenes.toml", None))
    languages = tuple(declared.get("languages", ("en", "tr")))
    catalogue = Catalogue(
        folder,
        frozen_texts(declared.get("texts")),
        languages,
        places,
        MappingProxyType(_sets(folder, places, reader)),
        _boundary_changes(folder, reader),
        MappingProxyType(variables),
        MappingProxyType(indicators),
        MappingProxyType(profiles),
        mappings,
        MappingProxyType({practice.id: practice for practice in read_practices(SHIPPED / "practices")}),
        (),
    )
    _check(catalogue, reader)
    ordered = sorted(reader.findings, key=lambda f: (f.file, f.line or 0, f.message))
    compared = {k: p for k, p in catalogue.profiles.items() if across or not p.rests_on}
    held = tuple(k for k in catalogue.profiles if k not in compared)
    return replace(catalogue, profiles=MappingProxyType(compared), held=held, findings=tuple(ordered))


def executor_in(settings: Mapping[str, Any]) -> str | None:
    """Who measures many cities: `executor` of `[space]` in the settings of an observatory; None where not said.

    Raises:
        DefinitionError: the block holds anything else.
    """
    block = settings.get("space", {})
    if not isinstance(block, dict) or set(block) - {"executor"} or not isinstance(block.get("executor", ""), str):
        raise DefinitionError("[space]", expected='executor = "ADDRESS"', found=repr(block), where="kenes.toml")
    return block.get("executor")


def _across_states(declared: Mapping[str, Any], reader: _Reader) -> bool:
    """Whether places of several states may be ranked together: `across_states` of `[comparison]`, off by default."""
    given = declared.get("comparison", {})
    value = given.get("across_states", False) if isinstance(given, dict) else given
    if not isinstance(value, bool):
        message = f"[comparison] across_states is true or false, found {value!r}"
        reader.findings.append(Finding("settings", message, "kenes.toml", None))
    return value is True


def _toml(path: Path, reader: _Reader) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  (only here)

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reader.findings.append(Finding("settings", f"not readable as TOML: {error}", reader.name(path), 1))
        return {}


def _places(folder: Path, reader: _Reader) -> tuple[PlaceIndex, list[Finding]]:
    try:
        return read_places(folder / "places", root=folder)
    except DefinitionError as error:
        reader.fault(error)
    except FileNotFoundError:
        reader.findings.append(Finding("places", "places/places.csv is missing", "places/places.csv", None))
    return PlaceIndex(()), []


def _mappings(folder: Path, reader: _Reader) -> tuple[SourceMapping, ...]:
    found: list[SourceMapping] = []
    for path in sorted(folder.glob("sources/*/*.yaml")):
        try:
            found += read_mappings(path, name=reader.name(path))
        except DefinitionError as error:
            reader.fault(error)
    return tuple(found)


def _finding(where: str, code: str, message: str) -> Finding:
    file, _, line = where.rpartition(":")
    return Finding(code, message, file, int(line) if line.isdigit() else None)


def _check(catalogue: Catalogue, reader: _Reader) -> None:
    for variable in catalogue.variables.values():
        _check_unit(variable.unit, f"variable {variable.id!r}", variable.where, reader)
    for definition in catalogue.indicators.values():
        reader.findings += _indicator_findings(definition, catalogue)
    for profile in catalogue.profiles.values():
        reader.findings += _profile_findings(profile, catalogue)
    units = {variable.id: variable.unit for variable in catalogue.variables.values()}
    for mapping in catalogue.mappings:
        if mapping.file.path and not mapping.data_path.resolve().is_relative_to(catalogue.folder.resolve()):
            message = f"source {mapping.source.id!r}: its file {mapping.file.path!r} lies outside the observatory"
            reader.findings.append(Finding("outside", message, mapping.document, None))
        try:
            check_mapping(mapping, units)
        except DefinitionError as error:
            reader.fault(error, "unknown_input" if "not declared" in error.what else "unit_mismatch")


def _check_unit(unit: str, what: str, where: str, reader: _Reader) -> None:
    try:
        scale(unit)
    except UnitMismatch as error:
        reader.findings.append(_finding(where, "unknown_unit", f"{what}: {error}"))


def _indicator_findings(definition: IndicatorDefinition, catalogue: Catalogue) -> list[Finding]:
    what, where, found = f"indicator {definition.id!r}", definition.where, []
    for language in catalogue.languages:
        if language in ("en", "tr") and not (definition.texts.get(language) or {}).get("name"):
            found.append(_finding(where, "missing_language", f"{what} has no name in {language!r}"))
    unknown = [i for i in definition.inputs.values() if i.variable not in catalogue.variables]
    found += [
        _finding(where, "unknown_input", f"{what}: input {i.name!r} names unknown variable {i.variable!r}")
        for i in unknown
    ]
    loose = [name for name in definition.formula.names if name not in definition.inputs]
    found += [_finding(where, "unknown_input", f"{what}: formula names {name!r}, which is no input") for name in loose]
    if not unknown and not loose:
        found += _unit_findings(definition, catalogue)
    return found + _goalpost_findings(definition)


def _unit_findings(definition: IndicatorDefinition, catalogue: Catalogue) -> list[Finding]:
    units = {name: unit_of(i, catalogue.variables[i.variable]) for name, i in definition.inputs.items()}
    if not all(map(_known_unit, units.values())):
        return []  # the variable's own finding says it
    try:
        factor(definition.formula.unit(units), definition.unit)
    except UnitMismatch as error:
        code = "unknown_unit" if "not known" in error.what else "unit_mismatch"
        return [_finding(definition.where, code, f"indicator {definition.id!r}: {error}")]
    return []


def _known_unit(unit: str) -> bool:
    try:
        scale(unit)
    except UnitMismatch:
        return False
    return True


def _goalpost_findings(definition: IndicatorDefinition) -> list[Finding]:
    what, posts, where = f"indicator {definition.id!r}", definition.goalposts, definition.where
    if posts is None:
        return []
    found = []
    for name, value in (("worst", posts.worst), ("best", posts.best)):
        if not definition.plausible.holds(value):
            span = f"{definition.plausible.low} to {definition.plausible.high}"
            found.append(
                _finding(
                    where,
                    "goalpost_range",
                    f"{what}: goalpost {name} {value} lies outside the plausible range {span}",
                )
            )
    if (definition.better == "more" and posts.best < posts.worst) or (
        definition.better == "less" and posts.best > posts.worst
    ):
        found.append(
            _finding(where, "goalpost_direction", f"{what}: goalposts run against better: {definition.better}")
        )
    return found


def _profile_findings(profile: Profile, catalogue: Catalogue) -> list[Finding]:
    nodes = profile.specification.get("nodes") or []
    parents, what = {node.get("parent") for node in nodes}, f"profile {profile.id!r}"
    leaves = [node for node in nodes if node["id"] not in parents and node["id"] not in catalogue.indicators]
    found = [
        _finding(node.where("id"), "unknown_input", f"{what}: node {node['id']!r} is no indicator") for node in leaves
    ]
    lost = [node for node in profile.required if node not in {each["id"] for each in nodes}]
    found += [_finding(profile.where, "unknown_input", f"{what}: requires {name!r}, which is no node") for name in lost]
    strange = [country for country in profile.countries if country not in catalogue.places]
    found += [_finding(profile.where, "unknown_place", f"{what}: unknown place {place!r}") for place in strange]
    peers = [each.indicator for each in profile.peers if each.indicator not in catalogue.indicators]
    found += [
        _finding(profile.where, "unknown_input", f"{what}: peers by {name!r}, which is no indicator") for name in peers
    ]
    if profile.set and profile.set not in catalogue.sets:
        found.append(_finding(profile.where, "unknown_place", f"{what}: unknown set {profile.set!r}"))
        return found
    known = all(place in catalogue.places for place in catalogue.sets.get(profile.set, ()))
    states = sorted({str(place.country) for place in catalogue.places_of(profile)}) if known else []
    if len(states) > 1 and not profile.rests_on:
        message = (
            f"{what} ranks places of several states ({', '.join(states)}) and does not say on what that rests: "
            "add across_states: {rests_on: {en: ...}}"
        )
        found.append(_finding(profile.where, "across_states", message))
    return found


def _sets(folder: Path, places: PlaceIndex, reader: _Reader) -> dict[str, tuple[str, ...]]:
    """Named sets of places, in the order of the table."""
    path, found = folder / "places" / "sets.csv", dict[str, list[str]]()
    for row in read_table(path, columns=("set", "place"), name=reader.name(path)) if path.exists() else ():
        if row["place"] not in places:
            message = f"set {row['set']!r} names unknown place {row['place']!r}"
            reader.findings.append(Finding("unknown_place", message, row.file, row.line))
        found.setdefault(row["set"], []).append(row["place"])
    return {name: tuple(members) for name, members in found.items()}


def _boundary_changes(folder: Path, reader: _Reader) -> tuple[tuple[str, dt.date], ...]:
    """Places whose territory changed, with the date."""
    path = folder / "places" / "boundary_changes.csv"
    rows = read_table(path, columns=("place", "date", "what"), name=reader.name(path)) if path.exists() else []
    return tuple((row["place"], dt.date.fromisoformat(row["date"])) for row in rows)
