"""Who is a peer, how characteristics weigh, and what a place that lacks some is compared on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.comparison import peers_of
from kenes.comparison.readings.peers import bands
from kenes.vocabulary.errors import BadInput

PLACES = ["own", "a", "b", "c"]


def _names(found):
    return [peer.place for peer in found]


def test_distance_is_the_root_of_the_weighted_mean_square_of_standardised_differences():
    table = {"place": PLACES, "x": [0.0, 1.0, 2.0, 5.0], "y": [0.0, 6.0, 3.0, 3.0]}
    sd = [np.std(table[n], ddof=1) for n in ("x", "y")]
    for weights, (p, q) in (({}, (1, 1)), ({"x": 3.0}, (3, 1)), ({"x": 0.5, "y": 2.0}, (0.5, 2.0))):
        expected = {
            place: math.sqrt((p * (x / sd[0]) ** 2 + q * (y / sd[1]) ** 2) / (p + q))
            for place, x, y in zip(PLACES[1:], table["x"][1:], table["y"][1:], strict=True)
        }
        found = peers_of(table, "own", weights=weights)
        assert {peer.place: peer.distance for peer in found} == pytest.approx(expected)
        assert _names(found) == sorted(expected, key=expected.__getitem__)


def test_a_place_is_compared_that_has_exactly_half_of_the_weight_and_not_one_with_less():
    table = {"place": PLACES, "x": [1.0, 2.0, 3.0, None], "y": [1.0, None, 2.0, 4.0]}
    assert set(_names(peers_of(table, "own"))) == {"a", "b", "c"}
    assert set(_names(peers_of(table, "own", weights={"x": 1.001}))) == {"a", "b"}
    assert set(_names(peers_of(table, "own", weights={"y": 1.001}))) == {"b", "c"}
    three = {**table, "z": [1.0, None, 1.0, None]}
    assert _names(peers_of(three, "own")) == ["b"]
    assert set(_names(peers_of(three, "own", weights={"z": 0.0}))) == {"a", "b", "c"}


def test_what_the_place_itself_lacks_counts_against_all_others():
    table = {"place": PLACES, "x": [1.0, 2.0, 3.0, 4.0], "y": [None, 1.0, 2.0, 3.0]}
    assert _names(peers_of(table, "own")) == ["a", "b", "c"]
    assert peers_of({**table, "z": [None, 1.0, 2.0, 3.0]}, "own") == ()


def test_a_place_that_lacks_a_characteristic_is_measured_on_the_others_alone():
    table = {"place": PLACES, "x": [0.0, 2.0, 2.0, -2.0], "y": [0.0, None, 5.0, -5.0]}
    found = {peer.place: peer.distance for peer in peers_of(table, "own")}
    assert found["a"] == pytest.approx(2 / np.std([0, 2, 2, -2], ddof=1))
    assert found["b"] > 0


def test_only_the_characteristics_that_are_named_count_and_else_every_column_of_numbers():
    table = {"place": PLACES, "x": [0.0, 1.0, 5.0, 9.0], "y": [0.0, 9.0, 5.0, 1.0]}
    assert _names(peers_of(table, "own", 1, characteristics=["x"])) == ["a"]
    assert _names(peers_of(table, "own", 1, characteristics=["y"])) == ["c"]
    more = {**table, "text": ["p", "q", "r", "s"], "nothing": [None] * 4, "zone": [1, 1, 2, 1]}
    found = {peer.place: peer.distance for peer in peers_of(more, "own", within={"zone": None})}
    expected = {peer.place: peer.distance for peer in peers_of(table, "own") if peer.place != "b"}
    assert found == pytest.approx(expected)
    for wrong in ({"characteristics": ["z"]}, {"characteristics": ["text"]}, {"place_column": "name"}):
        with pytest.raises(BadInput):
            peers_of(more, "own", **wrong)
    with pytest.raises(BadInput):
        peers_of(table, "nobody")
    with pytest.raises(BadInput):
        peers_of({"place": PLACES, "text": ["p", "q", "r", "s"]}, "own")


def test_no_place_is_its_own_peer_and_equal_distances_are_in_the_order_of_ids():
    table = {"place": ["m", "z", "b", "k"], "x": [5.0, 6.0, 4.0, 6.0]}
    assert _names(peers_of(table, "m", 10)) == ["b", "k", "z"]
    assert _names(peers_of(table, "m", 2)) == ["b", "k"]
    assert peers_of(table, "m", 0) == ()


def test_a_characteristic_that_is_the_same_everywhere_parts_nobody():
    table = {"place": PLACES, "x": [1.0, 2.0, 4.0, 8.0], "same": [7.0, 7.0, 7.0, 7.0]}
    alone = {peer.place: peer.distance for peer in peers_of(table, "own", characteristics=["x"])}
    both = {peer.place: peer.distance for peer in peers_of(table, "own")}
    assert both == pytest.approx({place: far / math.sqrt(2) for place, far in alone.items()})


def test_a_logarithm_is_taken_of_what_is_named_and_refused_at_zero():
    table = {"place": PLACES, "size": [10.0, 100.0, 1.0, 1000.0]}
    found = {peer.place: peer.distance for peer in peers_of(table, "own", log=["size"])}
    assert found["a"] == pytest.approx(found["b"])
    plain = {peer.place: peer.distance for peer in peers_of(table, "own")}
    assert plain["b"] < plain["a"]
    with pytest.raises(BadInput):
        peers_of({"place": PLACES, "size": [10.0, 0.0, 1.0, 2.0]}, "own", log=["size"])


def test_peers_lie_within_the_same_group_or_the_one_that_is_named():
    table = {"place": PLACES, "x": [1.0, 2.0, 3.0, 4.0], "state": ["p", "q", "p", "q"]}
    assert _names(peers_of(table, "own", characteristics=["x"], within={"state": None})) == ["b"]
    assert _names(peers_of(table, "own", characteristics=["x"], within={"state": "q"})) == ["a", "c"]
    assert _names(peers_of(table, "own", within={"state": None})) == ["b"]


def test_a_place_without_any_characteristic_has_no_peers():
    table = {"place": PLACES, "x": [None, 2.0, 3.0, 4.0]}
    with pytest.raises(BadInput):
        peers_of(table, "own")
    assert _names(peers_of({"place": PLACES, "x": [1.0, None, 3.0, None]}, "own")) == ["b"]


@given(st.lists(st.integers(-100, 100), min_size=4, max_size=8, unique=True), st.floats(0.01, 1000), st.floats(-50, 50))
def test_another_unit_leaves_distances_as_they_are(values, factor, shift):
    places = [f"p{i}" for i in range(len(values))]
    table, other = ({"place": places, "x": v} for v in (values, [v * factor + shift for v in values]))
    first = {peer.place: peer.distance for peer in peers_of(table, "p0", 9)}
    second = {peer.place: peer.distance for peer in peers_of(other, "p0", 9)}
    assert second == pytest.approx(first, rel=1e-6, abs=1e-6)


def test_a_value_on_an_edge_belongs_to_the_band_above_it():
    assert bands([99_999.0, 1e5, 1e6, None], [1e5, 1e6], ["small", "middle", "large"]) == [
        "small",
        "middle",
        "large",
        None,
    ]
    with pytest.raises(BadInput):
        bands([1.0], [1.0], ["only"])
