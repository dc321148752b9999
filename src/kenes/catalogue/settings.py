"""The settings of an observatory, `kenes.toml`: what they may say, and what is wrong with them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kenes.vocabulary.errors import At, DefinitionError, Finding

FILE = "kenes.toml"


def read_settings(path: Path) -> tuple[Mapping[str, Any], list[Finding]]:
    """The settings as plain data, and what is wrong with them; nothing where the file is not TOML."""
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [Finding("settings", f"not readable as TOML: {error}", FILE, 1)]
    found = []
    if not isinstance(across := _across(settings), bool):
        found.append(Finding("settings", f"[comparison] across_states is true or false, found {across!r}", FILE))
    try:
        executor_in(settings)
    except DefinitionError as error:
        found.append(Finding("settings", str(error), FILE))
    return settings, found


def across_states(settings: Mapping[str, Any]) -> bool:
    """Whether places of several states may be ranked together: `across_states` of `[comparison]`, off by default."""
    return _across(settings) is True


def _across(settings: Mapping[str, Any]) -> object:
    block: object = settings.get("comparison", {})
    return block.get("across_states", False) if isinstance(block, dict) else block


def executor_in(settings: Mapping[str, Any]) -> str | None:
    """Who measures many cities: `executor` of `[space]`; None where not said.

    Raises:
        DefinitionError: the block holds anything else.
    """
    block: object = settings.get("space", {})
    if isinstance(block, dict) and not set(block) - {"executor"}:
        executor: object = block.get("executor")
        if executor is None or isinstance(executor, str):
            return executor
    raise DefinitionError("[space]", expected='executor = "ADDRESS"', found=repr(block), where=At(FILE))
