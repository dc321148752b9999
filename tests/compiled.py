"""Compiles the loops of numba before the first test, and not within one; numba keeps them beside their modules."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.shared import once

import kenes

ROOT = Path(kenes.__file__).parent
MONACO = Path(__file__).parent / "data/osm/monaco/monaco.osm.pbf"


def is_compiled(module: Path) -> bool:
    """Whether numba kept what it compiled from a module since the module was written."""
    kept = (module.parent / "__pycache__").glob(f"{module.stem}.*.nbi")
    return max((file.stat().st_mtime for file in kept), default=0.0) >= module.stat().st_mtime


def draws(_: Path) -> None:
    """Draws with an error in every cell, over gaps."""
    from tests.comparison.worlds import asem, asem_steps

    from kenes.comparison import build, from_coin, uncertainty

    plain, data = from_coin(*asem(), steps=asem_steps())
    uncertainty(build(plain, data), 4, factors=[{"kind": "errors", "share": 0.1}, {"kind": "gaps"}])


def frontier(_: Path) -> None:
    """Weights of the best light for each place."""
    from tests.comparison.worlds import flat, table

    from kenes.comparison import build

    build(flat(2, [{"aggregate": "bod"}]), table([[1.0, 2], [2, 1], [3, 3]]))


def city(folder: Path) -> None:
    """Streets, stops and cells of a small city."""
    from kenes.pipeline.city.measuring import measure_space
    from kenes.pipeline.city.request import SpaceRequest

    people = folder / "people.csv"
    people.write_text("id,lon,lat,population\na,7.42,43.735,100\nb,7.428,43.74,200\n", encoding="utf-8")
    measure_space(SpaceRequest(osm=MONACO, population=people), folder / "out")


BY_MODULE: dict[str, Callable[[Path], None]] = {
    "comparison/draws/kernels.py": draws,
    "comparison/steps/simplex.py": frontier,
    "indicators/space/kernels.py": city,
}


def compile_all() -> None:
    """Use what was not compiled since it was written; of two processes each begins at another end."""
    last_first = os.environ.get("PYTEST_XDIST_WORKER") == "gw1"
    for module, use in reversed(BY_MODULE.items()) if last_first else BY_MODULE.items():
        if not is_compiled(ROOT / module):
            once(use.__name__, use)
