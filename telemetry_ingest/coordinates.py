"""Coordinate systems: what a handset reports to WGS-84 degrees, and back.

Owns GCJ-02 (the obfuscated system of China's map providers) and BD-09 (Baidu's, on top of it).
The forward formulas are those in public use since 2010; the inverse has no closed form and is
found by iteration to far better than a centimetre.

Source: https://github.com/googollee/eviltransform (GCJ-02 forward),
https://lbsyun.baidu.com coordinate conversion as published in coordtransform (BD-09 forward).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from telemetry_ingest.fix import Fixes, Floats, Mask
from telemetry_ingest.wire.handset import Datum

DATUMS: Final = tuple(Datum)
_SEMI_MAJOR_M: Final = 6378245.0  # Krasovsky 1940, as the obfuscation uses it
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_BD_ANGLE: Final = np.pi * 3000.0 / 180.0
_ITERATIONS_MAX: Final = 30
_CLOSE_ENOUGH_DEG: Final = 1e-10  # 0.01 mm

Lonlat = tuple[Floats, Floats]


def to_wgs84(fixes: Fixes) -> Fixes:
    """All fixes in WGS-84; those that already were keep their bits."""
    lon, lat = fixes.lon, fixes.lat
    for code, inverse in enumerate((None, gcj02_to_wgs84, bd09_to_wgs84)):
        rows = fixes.datum == code
        if inverse is None or not rows.any():
            continue
        lon, lat = lon.copy(), lat.copy()
        lon[rows], lat[rows] = inverse(lon[rows], lat[rows])
    return replace(fixes, lon=lon, lat=lat, datum=np.zeros_like(fixes.datum))


def point_to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """One place in degrees; not a number stays what it is."""
    if datum is Datum.WGS84:
        return lon, lat
    inverse = gcj02_to_wgs84 if datum is Datum.GCJ02 else bd09_to_wgs84
    found = inverse(np.array([lon]), np.array([lat]))
    return float(found[0][0]), float(found[1][0])


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> Lonlat:
    """Degrees to degrees; outside of China the two systems are the same."""
    inside = _in_china(lon, lat)
    x, y = np.where(inside, lon - 105.0, 0.0), np.where(inside, lat - 35.0, 0.0)
    phi = np.radians(np.where(inside, lat, 0.0))
    magic = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    metres_per_radian_lat = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    metres_per_radian_lon = _SEMI_MAJOR_M / np.sqrt(magic) * np.cos(phi)
    east = np.degrees(_shift_east(x, y) / metres_per_radian_lon)
    north = np.degrees(_shift_north(x, y) / metres_per_radian_lat)
    return lon + np.where(inside, east, 0.0), lat + np.where(inside, north, 0.0)


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> Lonlat:
    """Degrees to degrees, the inverse of `wgs84_to_gcj02`."""
    return _inverted(wgs84_to_gcj02, lon, lat)


def wgs84_to_bd09(lon: Floats, lat: Floats) -> Lonlat:
    """Degrees to degrees, by way of GCJ-02."""
    x, y = wgs84_to_gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_ANGLE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_wgs84(lon: Floats, lat: Floats) -> Lonlat:
    """Degrees to degrees, the inverse of `wgs84_to_bd09`."""
    return _inverted(wgs84_to_bd09, lon, lat)


def _inverted(forward: Callable[[Floats, Floats], Lonlat], lon: Floats, lat: Floats) -> Lonlat:
    """Fixed point of `guess - (forward(guess) - target)`; the shift hardly varies with place."""
    usable = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 360) & (np.abs(lat) <= 180)
    x, y = np.where(usable, lon, 0.0), np.where(usable, lat, 0.0)
    goal_x, goal_y = x.copy(), y.copy()
    for _ in range(_ITERATIONS_MAX):
        there_x, there_y = forward(x, y)
        step_x, step_y = there_x - goal_x, there_y - goal_y
        x, y = x - step_x, y - step_y
        if max(np.abs(step_x).max(initial=0), np.abs(step_y).max(initial=0)) < _CLOSE_ENOUGH_DEG:
            break
    return np.where(usable, x, lon), np.where(usable, y, lat)


def _in_china(lon: Floats, lat: Floats) -> Mask:
    """The rectangle that map providers use; not a border."""
    return (lon > 72.004) & (lon < 137.8347) & (lat > 0.8293) & (lat < 55.8271)


def _shift_north(x: Floats, y: Floats) -> Floats:
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    shift += (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    shift += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    shift += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    return np.asarray(shift, dtype=np.float64)


def _shift_east(x: Floats, y: Floats) -> Floats:
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    shift += (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    shift += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    shift += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    return np.asarray(shift, dtype=np.float64)
