"""What of a catalogue can be translated, and what is wrong with the translations that there are."""

from __future__ import annotations

from collections.abc import Mapping

from kenes.catalogue.catalogue import Catalogue
from kenes.catalogue.definitions import Texts
from kenes.catalogue.translations import FOLDER, Entry, read_entries
from kenes.vocabulary.errors import DefinitionError, Finding

KINDS = ("name", "short", "definition", "note")


def translatable(catalogue: Catalogue) -> dict[str, Mapping[str, str]]:
    """Every text that translations may hold: what is declared of it by language, by its key."""
    found = _kinds("observatory", catalogue.texts)
    for indicator in catalogue.indicators.values():
        found |= _kinds(f"indicator.{indicator.id}", indicator.texts)
    for profile in catalogue.profiles.values():
        found |= _kinds(f"profile.{profile.id}", profile.texts)
    for variable in catalogue.variables.values():
        found |= _kinds(f"variable.{variable.id}", variable.texts)
    for mapping in catalogue.mappings:
        found.setdefault(f"source.{mapping.source.id}.title", mapping.source.title)
    return found


def _kinds(owner: str, texts: Texts) -> dict[str, Mapping[str, str]]:
    by_kind = {kind: {language: each[kind] for language, each in texts.items() if each.get(kind)} for kind in KINDS}
    return {f"{owner}.{kind}": found for kind, found in by_kind.items() if found.get("en")}


def translation_findings(catalogue: Catalogue) -> list[Finding]:
    """What is wrong with the translations: stale, unknown and doubled entries, with file and line.

    Translations change no number, so a build does not ask.
    """
    known, found = translatable(catalogue), list[Finding]()
    for path in sorted((catalogue.folder / FOLDER).glob("*.po")):
        name, language = f"{FOLDER}/{path.name}", path.stem
        if language not in catalogue.languages:
            message = f"language {language!r} is not among the languages of kenes.toml"
            found.append(Finding("unknown_language", message, name, 1))
        try:
            entries = read_entries(path)
        except DefinitionError as error:
            found.append(Finding(error.code, error.statement, name, error.line))
            continue
        found += _entry_findings(entries, name, language, known)
    return found


def _entry_findings(
    entries: list[Entry], name: str, language: str, known: Mapping[str, Mapping[str, str]]
) -> list[Finding]:
    found, first = list[Finding](), dict[str, int]()
    for entry in entries:
        key, declared = entry.key, known.get(entry.key, {})
        if not key:
            code, message = "unknown_text", f"no msgctxt says what {entry.english!r} belongs to"
        elif key in first:
            code, message = "duplicate_id", f"{key!r} stands twice; first on line {first[key]}"
        elif key not in known:
            code, message = "unknown_text", f"nothing is declared as {key!r}"
        elif entry.fuzzy:
            code, message = "stale_translation", f"{key!r} is marked fuzzy: read it again and take the mark away"
        elif entry.english != declared["en"]:
            code = "stale_translation"
            message = f"{key!r} translates {entry.english!r}, but English is now {declared['en']!r}"
        elif declared.get(language):
            code, message = "duplicate_id", f"{key!r} is declared in {language!r} already, in its YAML"
        else:
            code, message = "", ""
        first.setdefault(key, entry.line)
        if code:
            found.append(Finding(code, message, name, entry.line))
    return found
