"""Files that lie beside the modules of this package: catalogues of messages, style sheets, scripts."""

from __future__ import annotations

from importlib.resources import files


def resource(*parts: str) -> bytes:
    """The content of a file of the package, by the parts of its path.

    >>> resource("locale", "tr", "LC_MESSAGES", "kenes.po")[:5]
    b'msgid'
    """
    return files("kenes.pages").joinpath(*parts).read_bytes()
