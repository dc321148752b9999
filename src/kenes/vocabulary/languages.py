"""The languages that Keneş speaks: the one list from which pages, commands and tools take them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "tr": "Türkçe",
        "en": "English",
        "az": "Azərbaycanca",
        "kk": "Қазақша",
        "ky": "Кыргызча",
        "uz": "Oʻzbekcha",
        "tk": "Türkmençe",
        "hu": "Magyar",
        "ru": "Русский",
    }
)
"""Every language by its ISO 639-1 code with its own name, in the order of menus."""

FALLBACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"az": ("tr", "en"), "tk": ("tr", "en"), "kk": ("ru", "en"), "ky": ("ru", "en")}
)
"""Where a text is missing: what a reader of the language most likely reads; English where none is named."""
