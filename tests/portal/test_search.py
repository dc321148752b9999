"""A place is found however it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.portal.search import Search


@pytest.fixture(scope="module")
def search(shown):
    return Search(shown[1].places.values())


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("izmir", "tr-izmir"),
        ("İZMİR", "tr-izmir"),
        ("IZMIR", "tr-izmir"),
        ("ızmir", "tr-izmir"),
        ("измир", "tr-izmir"),
        ("sirnak", "tr-sirnak"),
        ("ŞIRNAK", "tr-sirnak"),
        ("igdir", "tr-igdir"),
        ("Çimkent", "kz-shymkent"),
        ("шымк", "kz-shymkent"),
        ("Almaty", "kz-almaty"),
        ("алматы", "kz-almaty"),
        ("canakale", "tr-canakkale"),
        ("kazakistan", "kz"),
    ],
)
def test_a_place_is_found_however_it_is_typed(search, typed, place):
    assert search.find(typed)[:1] == [place]


def test_a_search_for_nothing_finds_nothing(search):
    assert search.find("") == search.find("   ") == search.find("qqqqqq") == []


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text):
    assert Search(()).find(text) == []
