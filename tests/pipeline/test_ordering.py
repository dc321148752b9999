"""Names stand in the order of the reader's alphabet."""

from __future__ import annotations

import pytest

from kenes.pipeline import ordering
from kenes.pipeline.ordering import positions


def test_turkish_names_are_sorted_as_in_turkish():
    names = [
        "Çanakkale",
        "Cizre",
        "Iğdır",
        "İzmir",
        "Isparta",
        "Ordu",
        "Ömerli",
        "Uşak",
        "Ünye",
        "Şırnak",
        "Sinop",
        "Zonguldak",
    ]
    order = positions(((n, n) for n in reversed(names)), "tr")
    expected = [
        "Cizre",
        "Çanakkale",
        "Iğdır",
        "Isparta",
        "İzmir",
        "Ordu",
        "Ömerli",
        "Sinop",
        "Şırnak",
        "Uşak",
        "Ünye",
        "Zonguldak",
    ]
    assert sorted(names, key=order.__getitem__) == expected


def test_kazakh_names_are_sorted_as_in_kazakh():
    names = ["Атырау", "Әулиекөл", "Баянауыл", "Қарағанды", "Көкшетау", "Ұлытау", "Үржар", "Шымкент"]
    order = positions(((n, n) for n in reversed(names)), "kk")
    assert sorted(names, key=order.__getitem__).index("Әулиекөл") == 1
    assert order["Көкшетау"] < order["Қарағанды"] < order["Ұлытау"] < order["Шымкент"]


def test_a_language_without_an_order_of_its_own_takes_that_of_its_readers(monkeypatch):
    monkeypatch.setattr(ordering, "LANGUAGES", {"tt": "Татарча", "ba": "Башҡортса"})
    monkeypatch.setattr(ordering, "FALLBACKS", {"tt": ("kk", "en")})
    names = ["Әгерҗе", "Азнакай", "Буа"]
    assert sorted(names, key=positions(((n, n) for n in names), "tt").__getitem__) == ["Азнакай", "Әгерҗе", "Буа"]
    assert positions([("b", "Beta"), ("a", "Alpha")], "ba") == {"a": 0, "b": 1}


def test_nothing_is_in_order_and_an_unknown_language_is_refused():
    assert positions([], "tr") == {}
    with pytest.raises(KeyError):
        positions([("a", "a")], "xx; drop table t")
