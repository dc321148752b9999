"""What is told where the libraries of an extra are missing."""

import subprocess
import sys

import pytest
from tests.sources.city.test_weather import epw, year

from kenes.pipeline.city.reading import load_city
from kenes.pipeline.city.request import SpaceRequest
from kenes.pipeline.extras import EXTRAS, MissingExtra, require_extra

HIDDEN = """
import sys
sys.modules["osmium"] = None
from kenes.cli import main
main(["space", "measure", "--osm", "none.pbf", "--out", "out"])
"""


@pytest.mark.parametrize(("extra", "module"), [(extra, name) for extra, names in EXTRAS.items() for name in names])
def test_a_missing_library_is_told_with_the_line_that_installs_it(monkeypatch, extra, module):
    require_extra(extra)
    monkeypatch.setitem(sys.modules, module, None)
    told = rf"^extra {extra}: expected .*{module}.*, found no {module}\. Run: pip install 'kenes\[{extra}\]'$"
    with pytest.raises(MissingExtra, match=told):
        require_extra(extra)


def test_every_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "h3", None)
    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(MissingExtra, match="found no shapely, no h3"):
        require_extra("space")


def test_nothing_of_a_city_is_imported_without_its_libraries(tmp_path):
    found = subprocess.run([sys.executable, "-c", HIDDEN], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 3, found.stderr
    assert "Run: pip install 'kenes[space]'" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_weather_file_asks_for_its_libraries_before_anything_is_read(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pvlib", None)
    request = SpaceRequest(osm=tmp_path / "none.pbf", weather=epw(tmp_path / "w.epw", year()))
    with pytest.raises(MissingExtra, match=r"Run: pip install 'kenes\[solar\]'"):
        load_city(request)
