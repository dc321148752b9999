"""What `make test` leaves out of the journeys is little and known, and `make test-all` leaves out nothing."""

from __future__ import annotations

import re

import pytest
from tests.journeys.rotation import WIDTHS, rotated, turns
from tests.journeys.test_pages import KINDS
from tests.portal.serving import ROOT

from kenes.vocabulary.languages import LANGUAGES


def test_every_kind_of_page_has_one_turn_and_every_language_and_width_occurs() -> None:
    short = turns(KINDS)
    assert [kind for kind, _, _ in short] == list(KINDS)
    assert {language for _, language, _ in short} == set(LANGUAGES)
    assert {width for _, _, width in short} == set(WIDTHS)


def test_the_long_set_is_every_kind_in_every_language_and_width() -> None:
    params = rotated(list(KINDS))
    assert len({param.values for param in params}) == len(KINDS) * len(LANGUAGES) * len(WIDTHS)
    short = [param.values for param in params if pytest.mark.long not in param.marks]
    assert sorted(short) == sorted(turns(KINDS))


def test_every_page_of_the_portal_is_a_kind() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "src/kenes/portal/routes").glob("*.py"))]
    routes = [each for text in texts for each in re.findall(r'@routes\.get\("/\{code\}([^"]*)"', text)]
    assert len(routes) >= 13
    paths = [path.partition("?")[0] for path in KINDS.values()]
    wanted = {route: re.compile(re.sub(r"\{[^}]*\}", "[^/]+", route)) for route in routes}
    assert [route for route, form in wanted.items() if not any(map(form.fullmatch, paths))] == []
