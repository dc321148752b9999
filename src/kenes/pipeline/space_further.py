"""The other spatial indicators."""

from __future__ import annotations

from typing import Any


def further_measures(city: Any) -> tuple[list[Any], dict[str, Any]]:
    """Nothing yet."""
    return [], {}
