"""GTFS feeds as they come: blank times, frequencies, exceptions only, odd rows."""

# ruff: noqa: E501  (markup and rows of files read better whole)

import datetime as dt
import zipfile

import numpy as np
import pytest

from kenes.sources.city.gtfs import Feed, service_day
from kenes.vocabulary.errors import SourceError

DAY = dt.date(2024, 3, 6)
BASIC = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon\na,A,41.0,29.0\nb,B,41.01,29.0\nc,C,41.02,29.0\n",
    "routes": "route_id,route_type\nr,3\nm,1\n",
    "trips": "route_id,service_id,trip_id\nr,week,t1\nm,week,t2\nr,sunday,t3\n",
    "calendar": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "week,1,1,1,1,1,0,0,20240101,20241231\nsunday,0,0,0,0,0,0,1,20240101,20241231\n"
    ),
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,08:00:00,08:00:00,a,1\nt1,,,b,2\nt1,08:20:00,08:20:00,c,3\n"
        "t2,25:10:00,25:10:00,a,1\nt3,09:00:00,09:00:00,c,1\n"
    ),
}


def feed(tmp_path, **changes):
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**BASIC, **changes}.items():
            if text is not None:
                archive.writestr(f"{name}.txt", text)
    return Feed(path)


def test_only_the_services_of_the_day_run(tmp_path):
    table = feed(tmp_path).timetable(DAY)
    assert [table.stop[k] for k in table.call_stop] == ["a", "b", "c", "a"]
    assert table.call_route_type.tolist() == [3, 3, 3, 1]


def test_blank_times_lie_evenly_between_time_points(tmp_path):
    table = feed(tmp_path).timetable(DAY)
    assert table.call_seconds.tolist() == [28800.0, 29400.0, 30000.0, 90600.0]
    assert table.findings["times_blank"] == 1


def test_what_is_odd_is_counted_once_however_often_a_day_is_asked_for(tmp_path):
    odd = feed(
        tmp_path,
        routes="route_id,route_type\nr,bus\nm,1\n",
        stops=BASIC["stops"] + "d,D,0,0\na,A,41.0,29.0\n",
        stop_times=BASIC["stop_times"] + "t1,08:30:00,08:30:00,x,4\nt1,08:40:00\n",
        frequencies="trip_id,start_time,end_time,headway_secs\nt2,06:00:00,07:00:00,0\n",
    )
    expected = {
        "rows_of_other_length": 1,
        "stops_without_place": 1,
        "stops_twice": 1,
        "routes_without_type": 1,
        "times_blank": 1,
        "calls_without_stop": 2,
        "frequencies_refused": 1,
    }
    assert odd.timetable(DAY).findings == odd.timetable(DAY).findings == expected


def test_a_call_without_any_time_point_after_it_still_serves_its_stop(tmp_path):
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt1,08:00:00,08:00:00,a,1\nt1,,,b,2\n"
    table = feed(tmp_path, stop_times=times).timetable(DAY)
    assert len(table.call_stop) == 2
    assert np.isnan(table.call_seconds[1])
    assert table.findings["times_unknown"] == 1


def test_the_order_of_rows_does_not_matter(tmp_path):
    head, *rows = BASIC["stop_times"].strip().split("\n")
    (tmp_path / "x").mkdir()
    mixed = feed(tmp_path / "x", stop_times="\n".join([head, *rows[::-1]])).timetable(DAY)
    assert sorted(mixed.call_seconds) == sorted(feed(tmp_path).timetable(DAY).call_seconds)


def test_a_feed_with_exceptions_only_is_read(tmp_path):
    only = feed(tmp_path, calendar=None, calendar_dates="service_id,date,exception_type\nweek,20240306,1\n")
    assert only.trips_by_day() == {DAY: 2}
    assert service_day([only]) == DAY


def test_an_exception_takes_a_service_off(tmp_path):
    off = feed(tmp_path, calendar_dates="service_id,date,exception_type\nweek,20240306,2\n")
    assert off.services_on(DAY) == set()
    assert off.services_on(dt.date(2024, 3, 7)) == {"week"}


def test_frequencies_repeat_a_trip_and_keep_the_time_between_its_stops(tmp_path):
    often = feed(tmp_path, frequencies="trip_id,start_time,end_time,headway_secs\nt1,06:00:00,07:00:00,600\n")
    table = often.timetable(DAY)
    mine = table.repeat_s > 0
    assert table.call_seconds[mine].tolist() == [21600.0, 22200.0, 22800.0]
    assert table.repeat_until_s[mine].tolist() == [25200.0, 25800.0, 26400.0]
    assert (~mine).sum() == 1


def test_a_call_without_boarding_is_left_out(tmp_path):
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type\nt1,08:00:00,08:00:00,a,1,0\nt1,08:10:00,08:10:00,b,2,1\n"
    table = feed(tmp_path, stop_times=times).timetable(DAY)
    assert [table.stop[k] for k in table.call_stop] == ["a"]


def test_stops_without_place_take_that_of_their_station_or_are_counted(tmp_path):
    stops = "stop_id,stop_name,stop_lat,stop_lon,parent_station\na,A,,,s\nb,B,0,0,\nc,C,x,y,\ns,S,41,29,\ns,S,41,29,\n"
    table = feed(tmp_path, stops=stops).timetable(DAY)
    assert table.stop == ["a", "s"]
    assert table.longitude.tolist() == [29.0, 29.0]
    assert (table.findings["stops_without_place"], table.findings["stops_twice"]) == (2, 1)
    assert table.findings["calls_without_stop"] == 2


def test_the_day_chosen_is_an_ordinary_weekday_near_the_map(tmp_path):
    assert service_day([feed(tmp_path)], near=dt.date(2024, 6, 1)) == dt.date(2024, 5, 31)


def test_a_day_outside_the_validity_is_refused_with_the_span(tmp_path):
    with pytest.raises(SourceError, match=r"2025-01-01: .*feed.zip: 2024-01-01 to 2024-12-31"):
        service_day([feed(tmp_path)], dt.date(2025, 1, 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trips": None}, r"GTFS feed: expected trips.txt, found none \(feed.zip\)"),
        ({"calendar": None}, "expected calendar.txt or calendar_dates.txt, found neither"),
        ({"routes": "route_id\nr\n"}, "routes.txt: expected columns route_type, found route_id"),
        ({"calendar": BASIC["calendar"].replace("20240101", "1/1/24")}, "expected YYYYMMDD, found '1/1/24'"),
    ],
)
def test_what_is_missing_is_told(tmp_path, changes, message):
    with pytest.raises(SourceError, match=message):
        feed(tmp_path, **changes).trips_by_day()


def test_a_file_that_is_no_zip_is_told(tmp_path):
    path = tmp_path / "x.zip"
    path.write_text("hello")
    with pytest.raises(SourceError, match="expected a zip file, found something else"):
        Feed(path)
    with pytest.raises(SourceError, match="expected a file, found none"):
        Feed(tmp_path / "none.zip")


def test_a_calendar_of_a_century_is_searched_around_the_day_that_matters(tmp_path):
    long = BASIC["calendar"].replace("20240101,20241231", "19000101,20991231")
    century = feed(tmp_path, calendar=long)
    assert service_day([century], dt.date(2024, 5, 6)) == dt.date(2024, 5, 6)
    assert abs((service_day([century], near=dt.date(2023, 2, 21)) - dt.date(2023, 2, 21)).days) <= 3
    assert service_day([century], near=dt.date(2150, 1, 1)) == dt.date(2099, 12, 31)
    assert service_day([century]) == dt.date(1900, 1, 1)


def test_blanks_around_cells_and_rows_that_are_too_short_lose_no_call(tmp_path):
    times = "trip_id, arrival_time, departure_time, stop_id, stop_sequence, pickup_type\n" + "".join(
        f"{row.replace(',', ', ')} \n" for row in BASIC["stop_times"].strip().split("\n")[1:]
    )
    table = feed(tmp_path, stop_times=times).timetable(DAY)
    assert [table.stop[k] for k in table.call_stop] == ["a", "b", "c", "a"]
    assert table.call_seconds.tolist() == [28800.0, 29400.0, 30000.0, 90600.0]
    assert table.findings["rows_of_other_length"] == 5
    (tmp_path / "y").mkdir()
    too_long = BASIC["stop_times"] + "t1,08:30:00,08:30:00,a,4,surplus\n"
    assert feed(tmp_path / "y", stop_times=too_long).timetable(DAY).findings["rows_refused"] == 1


def test_a_call_that_is_told_twice_is_one_call(tmp_path):
    head, *rows = BASIC["stop_times"].strip().split("\n")
    table = feed(tmp_path, stop_times="\n".join([head, *rows, *rows])).timetable(DAY)
    assert table.call_seconds.tolist() == [28800.0, 29400.0, 30000.0, 90600.0]
    assert table.findings["calls_twice"] == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"},
        {"stop_times": BASIC["stop_times"].replace(",a,", ",x,").replace(",b,", ",y,").replace(",c,", ",z,")},
        {"stops": "stop_id,stop_name,stop_lat,stop_lon\na,A,,\nb,B,,\nc,C,,\n"},
    ],
)
def test_trips_without_any_call_are_no_service_of_zero(tmp_path, changes):
    with pytest.raises(SourceError, match=r"stop_times\.txt: expected calls of the 2 trips of 2024-03-06"):
        feed(tmp_path, **changes).timetable(DAY)


def test_routes_of_no_known_kind_are_counted(tmp_path):
    table = feed(tmp_path, routes="route_id,route_type\nr,bus\nm,1\n").timetable(DAY)
    assert table.findings["routes_without_type"] == 1


def test_a_damaged_archive_is_told(tmp_path):
    feed(tmp_path)
    path = tmp_path / "feed.zip"
    data = bytearray(path.read_bytes())
    at = data.find(b"t1,08:00:00")
    data[at : at + 4] = b"zzzz"
    path.write_bytes(bytes(data))
    with pytest.raises(SourceError, match=r"stop_times\.txt: expected a readable file.*Fetch the feed again"):
        Feed(path).timetable(DAY)
