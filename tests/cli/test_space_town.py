"""A small town of known size: densities, frequent stops, bicycles; and the same town across the 180th meridian."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from kenes.cli.space import space
from kenes.indicators.space.geodesy import metres_per_degree

STEP_M, SIDE = 100.0, 5
LATITUDE = 0.01
EAST_M, NORTH_M = (float(v) for v in metres_per_degree(np.array(LATITUDE)))


def in_degrees(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


class Town:
    """Streets like a chessboard, 100 m apart; places by metres from its south-western crossing."""

    def __init__(self, folder: Path, longitude: float = 30.0) -> None:
        self.folder, self.longitude = folder, longitude
        folder.mkdir(parents=True, exist_ok=True)

    def at(self, x_m: float, y_m: float, *, file: bool = True) -> tuple[float, float]:
        """Longitude and latitude; in files from -180 to 180, in outlines going on."""
        lon = self.longitude + x_m / EAST_M
        return (in_degrees(lon) if file else lon), LATITUDE + y_m / NORTH_M

    def map(self, places: str = "", first_row: str = "cycleway", size: int = SIDE) -> Path:
        """An OpenStreetMap file; `places` are further nodes and ways, the southernmost street is of a class."""
        lines = [
            '<node id="{}" version="1" lon="{:.9f}" lat="{:.9f}"/>'.format(
                1 + row * size + column, *self.at(column * STEP_M, row * STEP_M)
            )
            for row in range(size)
            for column in range(size)
        ]
        rows = [[1 + row * size + column for column in range(size)] for row in range(size)]
        streets = [*rows, *([row[column] for row in rows] for column in range(size))]
        for number, nodes in enumerate(streets, 1):
            kind = first_row if number == 1 else "residential"
            inner = "".join(f'<nd ref="{node}"/>' for node in nodes)
            lines.append(f'<way id="{number}" version="1">{inner}<tag k="highway" v="{kind}"/></way>')
        path = self.folder / "town.osm"
        path.write_text(f'<osm version="0.6">{places}{"".join(lines)}</osm>', encoding="utf-8")
        return path

    def place(self, number: int, x_m: float, y_m: float, **tags: str) -> str:
        lon, lat = self.at(x_m, y_m)
        inner = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        return f'<node id="{number}" version="1" lon="{lon:.9f}" lat="{lat:.9f}">{inner}</node>'

    def boundary(self, low_m: float = -50.0, high_m: float = 450.0) -> Path:
        corners = [(low_m, low_m), (high_m, low_m), (high_m, high_m), (low_m, high_m), (low_m, low_m)]
        ring = [list(self.at(x, y, file=False)) for x, y in corners]
        path = self.folder / "boundary.geojson"
        feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        return path

    def people(self, persons: float = 40.0) -> Path:
        """A point in the middle of every street block, 100 m from one to the next."""
        lines = ["id,lon,lat,population"]
        for row in range(SIDE):
            for column in range(SIDE):
                lon, lat = self.at(column * STEP_M, row * STEP_M + 10)
                lines.append(f"{row}_{column},{lon:.9f},{lat:.9f},{persons}")
        path = self.folder / "people.csv"
        path.write_text("\n".join(lines) + "\n")
        return path

    def timetable(self, calls: dict[str, int]) -> Path:
        """A feed with so many calls from 7:00 on at each stop, which lie along the northernmost street."""
        stops, trips, times = ["stop_id,stop_lat,stop_lon"], ["route_id,service_id,trip_id"], []
        for number, (stop, count) in enumerate(calls.items()):
            lon, lat = self.at(number * 4 * STEP_M, 4 * STEP_M)
            stops.append(f"{stop},{lat:.9f},{lon:.9f}")
            trips += [f"r,s,{stop}{k}" for k in range(count)]
            times += [f"{stop}{k},07:{k:02d}:00,07:{k:02d}:00,{stop},1" for k in range(count)]
        path = self.folder / "feed.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("stops.txt", "\n".join(stops) + "\n")
            archive.writestr("routes.txt", "route_id,route_type\nr,3\n")
            archive.writestr("trips.txt", "\n".join(trips) + "\n")
            archive.writestr("calendar_dates.txt", "service_id,date,exception_type\ns,20240305,1\n")
            head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
            archive.writestr("stop_times.txt", head + "\n".join(times) + "\n")
        return path

    def measured(self, *arguments: str | Path) -> list[dict[str, str]]:
        """What `kenes space measure` writes of the town."""
        out = self.folder / "out"
        result = CliRunner().invoke(space, ["measure", *map(str, arguments), "--out", str(out)])
        assert result.exit_code == 0, result.output
        with (out / "measurements.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def value(rows: list[dict[str, str]], indicator: str, **wanted: str) -> float:
    found = [row for row in rows if row["indicator"] == indicator and all(row[k] == v for k, v in wanted.items())]
    assert len(found) == 1, [dict(row) for row in found]
    return float(found[0]["value"])


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    town = Town(tmp_path_factory.mktemp("town"))
    places = town.place(901, 200, 0, shop="supermarket") + town.place(902, 0, 200, highway="bus_stop")
    arguments = ["--osm", town.map(places), "--boundary", town.boundary(), "--population", town.people()]
    return town.measured(*arguments, "--gtfs", town.timetable({"often": 36, "seldom": 35}))


def test_densities_are_counts_and_kilometres_over_a_quarter_of_a_square_kilometre(measured: Any) -> None:
    assert value(measured, "study_area") == pytest.approx(0.25, rel=1e-3)
    assert value(measured, "intersection_density") == pytest.approx(21 / 0.25, rel=1e-3)  # all but the four corners
    assert value(measured, "street_density") == pytest.approx(4.0 / 0.25, rel=1e-3)
    assert value(measured, "dead_end_share") == 0
    assert value(measured, "block_length_mean") == pytest.approx(4000 / 36, rel=1e-3)
    assert value(measured, "circuity") == pytest.approx(4000 / (32 * 100 + 4 * 100 * np.sqrt(2)), rel=1e-3)


def test_ways_for_bicycles_are_kilometres_and_those_for_every_hundred_thousand_persons(measured: Any) -> None:
    assert value(measured, "cycle_ways_length") == pytest.approx(0.4, rel=1e-3)
    assert value(measured, "cycle_ways_per_100k_persons") == pytest.approx(0.4 / 1000 * 100_000, rel=1e-3)
    assert value(measured, "pedestrian_ways_length") == 0


def test_a_stop_is_frequent_from_three_departures_an_hour_on_average_on(measured: Any) -> None:
    access = {"distance": "network", "origin_model": "cell_centre", "source": "gtfs"}
    every = value(measured, "sdg_11_2_1", **access, headway_min="", dimensions="")
    often = value(measured, "sdg_11_2_1", **access, headway_min="20.0", dimensions="")
    # people live 10 m up the streets that lead north: a stop five streets away is 490 m away; with 35 calls it is none
    reach_one = [(row, column) for row in range(5) for column in range(5) if 100 * (4 - row + column) - 10 <= 500]
    reach_two = [(row, 4 - column) for row, column in reach_one]
    assert often == pytest.approx(len(reach_one) / 25)
    assert every == pytest.approx(len({*reach_one, *reach_two}) / 25)


@pytest.mark.parametrize(("side", "places", "few"), [(5, 0, True), (5, 1, False), (6, 1, True), (6, 2, False)])
def test_a_map_holds_few_places_below_one_for_five_kilometres_of_streets(
    tmp_path: Path, side: int, places: int, few: bool
) -> None:
    town = Town(tmp_path / "town")  # 4 km of streets with five to a side, 6 km with six
    shops = "".join(town.place(900 + k, 100 * k, 0, shop="bakery") for k in range(places))
    town.measured("--osm", town.map(shops, size=side), "--boundary", town.boundary())
    quality = json.loads((town.folder / "out" / "quality.json").read_text(encoding="utf-8"))
    assert quality["few_places_mapped"] is few


@pytest.mark.parametrize(
    ("kind", "cycles"), [("residential", True), ("steps", False), ("footway", True), ("motorway", False)]
)
def test_a_bicycle_goes_where_it_may(tmp_path: Path, kind: str, cycles: bool) -> None:
    town = Town(tmp_path / "town")
    places = town.place(901, 400, 0, shop="supermarket")
    only = f'<way id="1" version="1"><nd ref="1"/><nd ref="5"/><tag k="highway" v="{kind}"/></way>'
    nodes = town.place(1, 0, 0) + town.place(5, 400, 0)
    (tmp_path / "one.osm").write_text(f'<osm version="0.6">{places}{nodes}{only}</osm>', encoding="utf-8")
    rows = town.measured("--osm", tmp_path / "one.osm", "--boundary", town.boundary(), "--population", town.people())
    found = {row["indicator"] for row in rows if row["value"]}
    assert ("access_15min_cycle_mean_kinds" in found) is cycles


def test_a_town_across_the_180th_meridian_is_measured_as_the_same_town_elsewhere(
    measured: list[dict[str, str]], tmp_path: Path
) -> None:
    town = Town(tmp_path / "line", longitude=180 - 200 / EAST_M)
    places = town.place(901, 200, 0, shop="supermarket") + town.place(902, 0, 200, highway="bus_stop")
    arguments = ["--osm", town.map(places), "--boundary", town.boundary(), "--population", town.people()]
    rows = town.measured(*arguments, "--gtfs", town.timetable({"often": 36, "seldom": 35}))
    left_out = {"value", "uncertainty", "provenance", "population", "unsnapped", "coverage"}

    def told(lines: list[dict[str, str]]) -> list[tuple[str, ...]]:
        return [tuple(text for name, text in row.items() if name not in left_out) for row in lines]

    assert told(rows) == told(measured)
    for mine, home in zip(rows, measured, strict=True):
        for name in ("value", "uncertainty", "population", "unsnapped", "coverage"):
            expected = pytest.approx(float(home[name]), rel=1e-4, abs=1e-6) if home[name] else ""
            assert (float(mine[name]) if mine[name] else "") == expected, (home["indicator"], name)
