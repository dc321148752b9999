"""Who looks at which page how: each kind once in `make test`, in every language and width in `make test-all`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import pytest

from kenes.vocabulary.languages import LANGUAGES

WIDTHS = (1280, 390)
"""Pixels of a desk and of a hand."""
Turn = tuple[str, str, int]


def turns(kinds: Iterable[str], languages: Sequence[str] = tuple(LANGUAGES)) -> list[Turn]:
    """Kind, language and width of the short set: the next language and the other width with each kind.

    >>> turns(["place", "index", "about"], ["tr", "en"])
    [('place', 'tr', 1280), ('index', 'en', 390), ('about', 'tr', 1280)]
    """
    return [
        (kind, languages[number % len(languages)], WIDTHS[number % len(WIDTHS)]) for number, kind in enumerate(kinds)
    ]


def rotated(kinds: Sequence[str], languages: Sequence[str] = tuple(LANGUAGES)) -> list[object]:
    """Parameters `kind, language, width`: all that there are, long but for those whose turn it is."""
    short = set(turns(kinds, languages))
    return [
        pytest.param(*each, id="-".join(map(str, each)), marks=() if each in short else pytest.mark.long)
        for each in product(kinds, languages, WIDTHS)
    ]


def readers(first: str, second: str) -> list[object]:
    """Parameters `code, width`: one reader at a desk, the other with a phone; long where they change places."""
    return [
        pytest.param(code, width, marks=() if (code == first) == (width == WIDTHS[0]) else pytest.mark.long)
        for code, width in product((first, second), WIDTHS)
    ]


def wide_or_narrow(short: int) -> list[object]:
    """Parameters `width`: both, of which one is in the short set."""
    return [pytest.param(width, marks=() if width == short else pytest.mark.long) for width in WIDTHS]
