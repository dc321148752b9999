"""A city that was read: a value, of which what follows is computed when it is asked for."""

from dataclasses import FrozenInstanceError, fields

import pytest
from tests.cli.test_space import MONACO, buses, people

from kenes.pipeline.city.city import City
from kenes.pipeline.city.reading import load_city
from kenes.pipeline.city.request import SpaceRequest


@pytest.fixture(scope="module")
def monaco(tmp_path_factory):
    folder = tmp_path_factory.mktemp("city")
    return load_city(
        SpaceRequest(
            osm=MONACO / "monaco.osm.pbf", gtfs=(buses(folder / "g.zip"),), population=people(folder / "p.csv")
        )
    )


@pytest.mark.parametrize("name", [field.name for field in fields(City)])
def test_nothing_of_a_city_changes_after_it_was_read(monaco, name):
    with pytest.raises(FrozenInstanceError):
        setattr(monaco, name, None)


def test_what_follows_from_a_city_is_computed_once(monaco):
    assert monaco.quality is monaco.quality
    assert monaco.finder is monaco.finder
    assert monaco.quality["map"]["street_nodes"] == monaco.graph.nodes
    assert monaco.quality["timetables"] == {"g.zip": {"stops": 2, "calls": 2}}
    assert monaco.quality["population"]["cells"] == len(monaco.cells) == 96
