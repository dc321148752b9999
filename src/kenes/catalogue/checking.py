"""What is wrong with a catalogue whose files could be read: one function for each kind of definition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kenes.catalogue.catalogue import Catalogue
from kenes.catalogue.definitions import IndicatorDefinition, ProfileDefinition, Variable, unit_of
from kenes.catalogue.mappings import SourceMapping, check_mapping
from kenes.vocabulary.errors import DefinitionError, Finding, UnitMismatch
from kenes.vocabulary.units import factor, scale


def catalogue_findings(catalogue: Catalogue) -> list[Finding]:
    """Where definitions contradict each other or name what is not declared, with file and line."""
    found: list[Finding] = []
    for variable in catalogue.variables.values():
        found += _of_variable(variable)
    for definition in catalogue.indicators.values():
        found += _of_indicator(definition, catalogue)
    for profile in catalogue.profiles.values():
        found += _of_profile(profile, catalogue)
    units = {variable.id: variable.unit for variable in catalogue.variables.values()}
    for mapping in catalogue.mappings:
        found += _of_mapping(mapping, catalogue.folder, units)
    return found


def _of_variable(variable: Variable) -> Iterator[Finding]:
    """A unit that is not known."""
    try:
        scale(variable.unit)
    except UnitMismatch as error:
        yield Finding.at(variable.where, error.code, f"variable {variable.id!r}: {error}")


def _of_indicator(definition: IndicatorDefinition, catalogue: Catalogue) -> Iterator[Finding]:
    """Missing names, unknown inputs, a unit that the formula does not give, goalposts that cannot be."""
    what, where = f"indicator {definition.id!r}", definition.where
    for language in catalogue.languages:
        if language in ("en", "tr") and not (definition.texts.get(language) or {}).get("name"):
            yield Finding.at(where, "missing_language", f"{what} has no name in {language!r}")
    unknown = [i for i in definition.inputs.values() if i.variable not in catalogue.variables]
    for each in unknown:
        message = f"{what}: input {each.name!r} names unknown variable {each.variable!r}"
        yield Finding.at(where, "unknown_input", message)
    loose = [name for name in definition.formula.names if name not in definition.inputs]
    for name in loose:
        yield Finding.at(where, "unknown_input", f"{what}: formula names {name!r}, which is no input")
    if not unknown and not loose:
        yield from _of_units(definition, catalogue)
    yield from _of_goalposts(definition)


def _of_units(definition: IndicatorDefinition, catalogue: Catalogue) -> Iterator[Finding]:
    """A unit of a formula that is not the declared one; a variable's unknown unit is its own finding."""
    units = {name: unit_of(i, catalogue.variables[i.variable]) for name, i in definition.inputs.items()}
    if not all(map(_known_unit, units.values())):
        return
    try:
        factor(definition.formula.unit(units), definition.unit)
    except UnitMismatch as error:
        yield Finding.at(definition.where, error.code, f"indicator {definition.id!r}: {error}")


def _known_unit(unit: str) -> bool:
    try:
        scale(unit)
    except UnitMismatch:
        return False
    return True


def _of_goalposts(definition: IndicatorDefinition) -> Iterator[Finding]:
    """Goalposts outside the plausible range, or against the direction."""
    what, posts, better = f"indicator {definition.id!r}", definition.goalposts, definition.better
    if posts is None:
        return
    for name, value in (("worst", posts.worst), ("best", posts.best)):
        if not definition.plausible.holds(value):
            span = f"{definition.plausible.low} to {definition.plausible.high}"
            message = f"{what}: goalpost {name} {value} lies outside the plausible range {span}"
            yield Finding.at(definition.where, "goalpost_range", message)
    rising = posts.best > posts.worst
    if (better == "more" and not rising) or (better == "less" and rising):
        yield Finding.at(definition.where, "goalpost_direction", f"{what}: goalposts run against better: {better}")


def _of_profile(profile: ProfileDefinition, catalogue: Catalogue) -> Iterator[Finding]:
    """Nodes, peers, sets and countries that are not declared; places of several states without a basis."""
    what, where = f"profile {profile.id!r}", profile.where
    ids = {str(node.get("id")) for node in profile.nodes}
    parents = {str(node.get("parent")) for node in profile.nodes}
    for node in profile.nodes:
        id_ = str(node.get("id"))
        if id_ not in parents and id_ not in catalogue.indicators:
            yield Finding.at(node.where("id"), "unknown_input", f"{what}: node {id_!r} is no indicator")
    for name in profile.required:
        if name not in ids:
            yield Finding.at(where, "unknown_input", f"{what}: requires {name!r}, which is no node")
    for country in profile.countries:
        if country not in catalogue.places:
            yield Finding.at(where, "unknown_place", f"{what}: unknown place {country!r}")
    for peer in profile.peers:
        if peer.indicator not in catalogue.indicators:
            yield Finding.at(where, "unknown_input", f"{what}: peers by {peer.indicator!r}, which is no indicator")
    if profile.set and profile.set not in catalogue.sets:
        yield Finding.at(where, "unknown_place", f"{what}: unknown set {profile.set!r}")
        return
    yield from _of_states(profile, catalogue)


def _of_states(profile: ProfileDefinition, catalogue: Catalogue) -> Iterator[Finding]:
    """Places of several states that are ranked without saying on what that rests."""
    if profile.rests_on or not all(place in catalogue.places for place in catalogue.sets.get(profile.set, ())):
        return
    states = sorted({str(place.country) for place in catalogue.places_of(profile)})
    if len(states) > 1:
        message = (
            f"profile {profile.id!r} ranks places of several states ({', '.join(states)}) and does not say on what "
            "that rests: add across_states: {rests_on: {en: ...}}"
        )
        yield Finding.at(profile.where, "across_states", message)


def _of_mapping(mapping: SourceMapping, folder: Path, units: dict[str, str]) -> Iterator[Finding]:
    """A data file outside the observatory, an undeclared variable, a unit that does not fit."""
    if mapping.file.path and not mapping.data_path.resolve().is_relative_to(folder.resolve()):
        message = f"source {mapping.source.id!r}: its file {mapping.file.path!r} lies outside the observatory"
        yield Finding("outside", message, mapping.document)
    try:
        check_mapping(mapping, units)
    except DefinitionError as error:
        yield Finding.of(error)
