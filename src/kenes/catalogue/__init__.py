"""What is declared: reads and checks YAML and CSV, hands out definitions.

`load(folder)` gives the `Catalogue` of an observatory. Names are imported when first used, so that
`import kenes.catalogue` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kenes.catalogue.catalogue import Catalogue
    from kenes.catalogue.loading import load

__all__ = ["Catalogue", "load"]
_MODULES = {"Catalogue": "kenes.catalogue.catalogue", "load": "kenes.catalogue.loading"}


def __getattr__(name: str) -> object:
    """Import a name on first use."""
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(name)
