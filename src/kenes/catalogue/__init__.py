"""What is declared: reads and checks YAML and CSV, hands out definitions.

`load(folder)` gives the `Catalogue` of an observatory. Names are imported when first used, so that
`import kenes.catalogue` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kenes.catalogue.catalogue import Catalogue, load

__all__ = ["Catalogue", "load"]


def __getattr__(name: str) -> Any:
    """Import the catalogue on first use."""
    if name in __all__:
        from kenes.catalogue import catalogue  # noqa: PLC0415

        return getattr(catalogue, name)
    raise AttributeError(name)
