"""Search, classes and figures."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.portal.figures import bar, interval, sparkline
from kenes.portal.scales import quantile_scale
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


@given(st.dictionaries(st.text(max_size=4), st.floats(-1e6, 1e6), max_size=40), st.integers(1, 7))
def test_classes_follow_the_values(values, count):
    scale = quantile_scale(values, count)
    assert len(scale.classes) <= count
    assert sum(c.count for c in scale.classes) == len(values)
    ordered = sorted(values, key=values.__getitem__)
    tints = [scale.of[key] for key in ordered]
    assert tints == sorted(tints)
    for one, other in pairwise(ordered):
        assert values[one] != values[other] or scale.of[one] == scale.of[other]


def test_equal_values_share_one_class():
    assert len(quantile_scale({"a": 3.0, "b": 3.0, "c": 3.0}).classes) == 1


def test_a_missing_year_breaks_the_line():
    points = [(2015, 1.0), (2016, 2.0), (2018, 3.0), (2019, 4.0)]
    assert sparkline(points, label="x").count("<polyline") == 2
    assert sparkline([(2015, None), (2016, 2.0)], label="x") == ""


def test_a_label_in_a_figure_is_escaped():
    assert "&lt;b&gt;" in sparkline([(2015, 1.0), (2016, 2.0)], label="<b>")
    assert "<b>" not in interval(2, 1, 3, least=1, most=9, label="<b>")


def test_bars_of_two_signs_start_at_the_same_zero():
    negative, positive = bar(-1, least=-1, most=1, width=100), bar(1, least=-1, most=1, width=100)
    assert 'x="0.0" y="2" width="50.0"' in negative
    assert 'x="50.0" y="2" width="50.0"' in positive
