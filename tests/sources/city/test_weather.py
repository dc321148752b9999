"""Weather files of three kinds, written hour by hour, and the sun they put on a plane."""

import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kenes.indicators.space.solar import plane_irradiation, to_the_equator
from kenes.sources.city.weather import read_weather
from kenes.vocabulary.errors import BadInput, SourceError

START = dt.datetime(2021, 1, 1)
HOURS = [START + dt.timedelta(hours=k) for k in range(8760)]
LATITUDE, LONGITUDE, ZONE = 41.0, 29.0, 3.0


def sun(middle, latitude=LATITUDE, longitude=LONGITUDE):
    """Sine of the height and azimuth from north by the series of Spencer (1971), without a library.

    Args:
        middle: UTC, shape (hour,).
    """
    day = np.array([t.timetuple().tm_yday + (t.hour - 12) / 24 for t in middle])
    g = 2 * np.pi * (day - 1) / 365
    declination = (
        0.006918
        - 0.399912 * np.cos(g)
        + 0.070257 * np.sin(g)
        - 0.006758 * np.cos(2 * g)
        + 0.000907 * np.sin(2 * g)
        - 0.002697 * np.cos(3 * g)
        + 0.00148 * np.sin(3 * g)
    )
    minutes = 229.18 * (
        0.000075 + 0.001868 * np.cos(g) - 0.032077 * np.sin(g) - 0.014615 * np.cos(2 * g) - 0.040849 * np.sin(2 * g)
    )
    hour = np.array([t.hour + t.minute / 60 for t in middle]) + longitude / 15 + minutes / 60
    angle, phi = np.radians(15 * (hour - 12)), np.radians(latitude)
    up = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(angle)
    east = -np.cos(declination) * np.sin(angle)
    north = np.cos(phi) * np.sin(declination) - np.sin(phi) * np.cos(declination) * np.cos(angle)
    return up, np.arctan2(east, north)


def middles():
    """The middle of each hour that begins at HOURS in the zone, in UTC."""
    return [t - dt.timedelta(hours=ZONE) + dt.timedelta(minutes=30) for t in HOURS]


@cache
def year():
    """(ghi, dni, dhi) of each hour under a clear sky: the beam weakens with the air it passes."""
    up, _ = sun(middles())
    up = np.maximum(up, 0)
    dni, dhi = 950 * np.exp(-0.15 / np.maximum(up, 1e-3)), 110 * up
    return dni * up + dhi, dni, dhi


def epw(path, values, hours=HOURS, head="LOCATION,Diyarbak\xfdr,-,TUR,made,0,41.0,29.0,3.0,40.0"):
    lines = [head, *(f"HEADER {k}" for k in range(7))]
    for t, ghi, dni, dhi in zip(hours, *values, strict=True):
        numbers = [0] * 29
        numbers[7:10] = ghi, dni, dhi
        lines.append(f"{t.year},{t.month},{t.day},{t.hour + 1},60,?," + ",".join(str(float(n)) for n in numbers))
    path.write_bytes("\n".join(lines).encode("latin-1"))
    return path


def tmy3(path, values, hours=HOURS, ending=True):
    lines = ['1,"Made",TR,3.0,41.0,29.0,40', "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2),DHI (W/m^2)"]
    for t, *numbers in zip(hours, *values, strict=True):
        clock = t.hour + 1 if ending else t.hour
        lines.append(f"{t:%m/%d/%Y},{clock:02}:00," + ",".join(map(str, numbers)))
    path.write_text("\n".join(lines))
    return path


def pvgis(path, values, hours=HOURS, offset=0.5):
    lines = ["Latitude (decimal degrees): 41.000", "Longitude (decimal degrees): 29.000", "Elevation (m): 40"]
    lines += [f"Irradiance Time Offset (h): {offset}", "month,year", *(f"{m},2021" for m in range(1, 13))]
    lines.append("time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP")
    for t, ghi, dni, dhi in zip(hours, *values, strict=True):
        lines.append(f"{t:%Y%m%d:%H%M},0,0,{ghi},{dni},{dhi},0,0,0,0")
    path.write_text("\r\n".join([*lines, "T2m: 2-m air temperature"]))
    return path


def on_plane(path, tilt, azimuth):
    w = read_weather(path)
    about = {"latitude": w.latitude, "longitude": w.longitude, "tilt_deg": tilt, "azimuth_deg": azimuth}
    return plane_irradiation(w.time, w.ghi, w.dni, w.dhi, **about)


def by_hand(values, tilt, azimuth):
    """Hay and Davies written out over the sun of Spencer."""
    up, towards = sun(middles())
    ghi, dni, dhi = values
    beta = np.radians(tilt)
    along = np.sqrt(np.maximum(1 - up**2, 0)) * np.cos(towards - np.radians(azimuth))
    facing = np.maximum(up * np.cos(beta) + along * np.sin(beta), 0)
    day = np.array([t.timetuple().tm_yday for t in middles()])
    bright = dni / (1366.1 * (1 + 0.033 * np.cos(2 * np.pi * day / 365)))
    ratio = facing / np.maximum(up, np.cos(np.radians(89)))
    sky = dhi * (bright * ratio + (1 - bright) * (1 + np.cos(beta)) / 2)
    return float((dni * facing + sky + ghi * 0.2 * (1 - np.cos(beta)) / 2).sum() / 1000)


@pytest.mark.parametrize(("tilt", "azimuth"), [(0, 180), (10, 180), (35, 180), (35, 90), (90, 270), (20, 0)])
def test_the_yearly_sum_is_that_of_a_calculation_by_hand(tmp_path, tilt, azimuth):
    values = year()
    assert on_plane(epw(tmp_path / "w.epw", values), tilt, azimuth) == pytest.approx(
        by_hand(values, tilt, azimuth), rel=1e-3
    )


def test_the_yearly_sum_is_that_of_pvlib(tmp_path):
    import pandas as pd
    import pvlib

    ghi, dni, dhi = year()
    times = pd.date_range("2020-12-31 21:30", periods=8760, freq="h", tz="UTC")
    where = pvlib.location.Location(LATITUDE, LONGITUDE, altitude=0)
    sky = where.get_solarposition(times)
    expected = pvlib.irradiance.get_total_irradiance(
        30,
        200,
        sky.apparent_zenith,
        sky.azimuth,
        dni,
        ghi,
        dhi,
        dni_extra=pvlib.irradiance.get_extra_radiation(times.day_of_year.to_numpy()),
        albedo=0.2,
        model="haydavies",
    )["poa_global"].sum()
    assert on_plane(epw(tmp_path / "w.epw", (ghi, dni, dhi)), 30, 200) == pytest.approx(expected / 1000, rel=1e-9)


def test_in_a_real_year_the_parts_of_the_sun_add_up_to_the_whole():
    """TMY3 of Greensboro, which pvlib brings: beam and sky on a flat plane are the global sum, at no other minute."""
    import pvlib

    w = read_weather(Path(pvlib.__file__).parent / "data" / "723170TYA.CSV")
    about = {"latitude": w.latitude, "longitude": w.longitude, "tilt_deg": 0.0, "azimuth_deg": 180.0}
    shifted = {
        minutes: plane_irradiation(w.time + np.timedelta64(minutes, "m"), w.ghi, w.dni, w.dhi, **about)
        for minutes in (-30, 0, 30)
    }
    assert shifted[0] == pytest.approx(1566.203, rel=5e-4)
    assert w.ghi.sum() / 1000 == pytest.approx(1566.203, abs=1e-3)
    assert max(shifted[-30], shifted[30]) < shifted[0] - 5


def test_an_overcast_year_has_the_closed_form_of_an_even_sky():
    hours = np.datetime64("2021-01-01") + np.arange(8760) * np.timedelta64(1, "h")
    even, none = np.full(8760, 100.0), np.zeros(8760)
    about = {"latitude": 41.0, "longitude": 29.0, "azimuth_deg": 180.0}
    for tilt in (0.0, 10.0, 60.0):
        cosine = np.cos(np.radians(tilt))
        wanted = 876 * ((1 + cosine) / 2 + 0.2 * (1 - cosine) / 2)
        found = plane_irradiation(hours, even, none, even, tilt_deg=tilt, **about)
        assert found == pytest.approx(wanted, rel=1e-9)


def test_three_kinds_of_files_give_the_same_sun(tmp_path):
    values = year()
    first = on_plane(epw(tmp_path / "w.epw", values), 35, 120)
    assert on_plane(tmy3(tmp_path / "end.csv", values), 35, 120) == pytest.approx(first, rel=1e-5)
    assert on_plane(tmy3(tmp_path / "start.csv", values, ending=False), 35, 120) == pytest.approx(first, rel=1e-5)
    # PVGIS counts in UTC, so the same hours stand three rows earlier
    earlier = [np.roll(column, -3) for column in year()]
    assert on_plane(pvgis(tmp_path / "p.csv", earlier), 35, 120) == pytest.approx(first, rel=1e-3)
    assert {read_weather(tmp_path / n).kind for n in ("w.epw", "end.csv", "p.csv")} == {"epw", "tmy3", "pvgis"}


def test_the_sun_stands_where_it_is_in_the_middle_of_the_hour(tmp_path):
    values = year()
    assert read_weather(epw(tmp_path / "w.epw", values)).time[0] == np.datetime64("2020-12-31T21:30:00")
    assert read_weather(tmy3(tmp_path / "t.csv", values)).time[0] == np.datetime64("2020-12-31T21:30:00")
    assert read_weather(pvgis(tmp_path / "p.csv", values, offset=0.25)).time[0] == np.datetime64("2021-01-01T00:15:00")


def test_east_and_west_have_the_same_sun_when_the_weather_is_the_same(tmp_path):
    values = year()
    path = epw(tmp_path / "w.epw", values)
    assert on_plane(path, 30, 90) == pytest.approx(on_plane(path, 30, 270), rel=0.01)
    assert on_plane(path, 30, 180) > on_plane(path, 10, 180) > on_plane(path, 0, 180) > on_plane(path, 30, 0)
    assert (to_the_equator(41), to_the_equator(-8)) == (180, 0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p, "expected a file, found"),
        (lambda p: p.write_text("id,lon,lat\n1,2,3\n"), "expected EPW, TMY3, or the TMY table of PVGIS"),
        (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n\0\0"), "expected EPW, TMY3, or the TMY table of PVGIS"),
        (lambda p: epw(p, year(), head="LOCATION,Somewhere"), "expected a whole epw file"),
        (lambda p: epw(p, [c[:-1] for c in year()], HOURS[:-1]), "expected 8760 hours .* found 8759 hours"),
        (lambda p: epw(p, year(), [*HOURS[:-1], HOURS[0]]), "found 8759 hours in 8760 rows"),
        (lambda p: tmy3(p, [c[:-9] for c in year()], HOURS[:-9]), "found 8751 hours"),
        (lambda p: pvgis(p, [c[:-1] for c in year()], HOURS[:-1]), "found 8759 hours"),
        (lambda p: epw(p, [np.where(year()[0] > 700, 9999, c) for c in year()]), r"ghi from 0 to 2000 W/m² .* hours"),
        (lambda p: epw(p, [-c for c in year()]), "ghi from 0 to 2000"),
        (lambda p: tmy3(p, [*year()[:2], np.full(8760, np.nan)]), "dhi from 0 to 2000 .* found 8760 hours"),
    ],
)
def test_what_is_no_whole_year_of_weather_is_told_in_words(tmp_path, make, message):
    make(tmp_path / "w.csv")
    with pytest.raises(SourceError, match=message):
        read_weather(tmp_path / "w.csv")


def test_a_plane_that_cannot_be_is_refused():
    none = np.zeros(1)
    with pytest.raises(BadInput, match=r"a tilt in \[0, 90\].* found 91 and 0"):
        plane_irradiation(
            np.array(["2021-01-01"], "M8[s]"), none, none, none, latitude=0, longitude=0, tilt_deg=91, azimuth_deg=0
        )
