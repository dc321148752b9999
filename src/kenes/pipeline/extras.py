"""Extras of Keneş: libraries that only some work needs, and the line that installs what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from kenes.vocabulary.errors import BadInput

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "space": ("shapely", "pyproj", "pyogrio", "osmium", "exactextract", "h3"),
    "solar": ("pvlib",),
    "dask": ("distributed",),
    "spark": ("pyspark", "grpc"),
}
"""Modules that each extra brings and that work with it imports."""


class MissingExtra(BadInput):
    """Libraries that this work needs are not installed; the same call works once they are."""


def require_extra(extra: str) -> None:
    """Raise where a library of an extra is not installed; called before anything of it is imported.

    Nothing is imported here, so that asking costs next to nothing.

    Args:
        extra: one of `EXTRAS`.

    Raises:
        MissingExtra: with the libraries that are missing and the line to run.
    """
    missing = [name for name in EXTRAS[extra] if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"extra {extra}",
            expected=", ".join(EXTRAS[extra]),
            found=f"no {', no '.join(missing)}",
            mend=f"Run: pip install 'kenes[{extra}]'",
        )
