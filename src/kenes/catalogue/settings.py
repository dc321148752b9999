"""The settings of an observatory, `kenes.toml`: what they may say, and what is wrong with them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from kenes.catalogue.definitions import Texts, frozen_texts
from kenes.catalogue.entries import is_list, is_mapping
from kenes.vocabulary.errors import At, DefinitionError, Finding

FILE = "kenes.toml"


def read_settings(path: Path) -> tuple[Mapping[str, object], list[Finding]]:
    """The settings as plain data, and what is wrong with them; nothing where the file is not TOML."""
    try:
        settings: Mapping[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [Finding("settings", f"not readable as TOML: {error}", FILE, 1)]
    found = []
    if not isinstance(across := _across(settings), bool):
        found.append(Finding("settings", f"[comparison] across_states is true or false, found {across!r}", FILE))
    if not is_list(given := settings.get("languages", [])):
        found.append(Finding("settings", f"languages is a list of language codes, found {given!r}", FILE))
    if not is_mapping(texts := settings.get("texts", {})):
        found.append(Finding("settings", f"[texts] holds texts by language, found {texts!r}", FILE))
    try:
        executor_in(settings)
    except DefinitionError as error:
        found.append(Finding("settings", str(error), FILE))
    return settings, found


def languages_in(settings: Mapping[str, object]) -> tuple[str, ...]:
    """The languages in which an observatory declares its texts: `languages`; English and Turkish where not said."""
    given = settings.get("languages")
    return tuple(map(str, given)) if is_list(given) else ("en", "tr")


def texts_in(settings: Mapping[str, object]) -> Texts:
    """Name and note of an observatory by language: `[texts]`."""
    given = settings.get("texts")
    return frozen_texts(given if is_mapping(given) else {})


def across_states(settings: Mapping[str, object]) -> bool:
    """Whether places of several states may be ranked together: `across_states` of `[comparison]`, off by default."""
    return _across(settings) is True


def _across(settings: Mapping[str, object]) -> object:
    block = settings.get("comparison", {})
    return block.get("across_states", False) if is_mapping(block) else block


def executor_in(settings: Mapping[str, object]) -> str | None:
    """Who measures many cities: `executor` of `[space]`; None where not said.

    Raises:
        DefinitionError: the block holds anything else.
    """
    block = settings.get("space", {})
    if is_mapping(block) and not set(block) - {"executor"}:
        executor = block.get("executor")
        if executor is None or isinstance(executor, str):
            return executor
    raise DefinitionError("[space]", expected='executor = "ADDRESS"', found=repr(block), where=At(FILE))
