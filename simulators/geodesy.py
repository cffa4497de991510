"""Owns the simulators' own geodesy: a tangent plane on the WGS-84 ellipsoid, in metres.

It shares nothing with the geometry of the product, so that an error in one cannot hide behind
the same error in the other. The city is drawn on this plane and the fleet walks on it.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)

Points = NDArray[np.float64]


@dataclass(frozen=True)
class LocalPlane:
    """The plane that touches the ellipsoid at one point: x metres east, y metres north.

    Lengths within 5 km of the origin are true to less than a millimetre in a kilometre
    (the plane is an orthographic view: short by d³ / 6R², 0.5 mm at 5 km).

    Source: WGS-84 constants, NGA.STND.0036; topocentric coordinates as in EPSG method 9837.
    """

    lon_deg: float
    lat_deg: float

    def to_plane(self, lonlat: ArrayLike) -> Points:
        """Turn `(n, 2)` lon, lat degrees into `(n, 2)` x, y metres."""
        degrees = np.asarray(lonlat, dtype=float)
        offset = _on_ellipsoid(degrees) - self._origin()
        east, north, _ = self._axes()
        return np.stack((offset @ east, offset @ north), axis=-1)

    def to_lonlat(self, metres: ArrayLike) -> Points:
        """Turn `(n, 2)` x, y metres into `(n, 2)` lon, lat degrees; exact inverse of `to_plane`."""
        xy = np.asarray(metres, dtype=float)
        east, north, up = self._axes()
        flat = self._origin() + xy[..., :1] * east + xy[..., 1:] * north
        point = flat + _height_to_surface(flat, up)[..., None] * up
        horizontal = np.hypot(point[..., 0], point[..., 1])
        lat = np.arctan2(point[..., 2], (1 - ECCENTRICITY_2) * horizontal)
        lon = np.arctan2(point[..., 1], point[..., 0])
        degrees: Points = np.degrees(np.stack((lon, lat), axis=-1))
        return degrees

    def _origin(self) -> Points:
        return _on_ellipsoid(np.array([self.lon_deg, self.lat_deg]))

    def _axes(self) -> tuple[Points, Points, Points]:
        lon, lat = radians(self.lon_deg), radians(self.lat_deg)
        east = np.array([-sin(lon), cos(lon), 0.0])
        north = np.array([-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)])
        up = np.array([cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)])
        return east, north, up


def _on_ellipsoid(degrees: Points) -> Points:
    """Earth-centred x, y, z metres of points on the ellipsoid's surface."""
    lon, lat = np.radians(degrees[..., 0]), np.radians(degrees[..., 1])
    normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_2 * np.sin(lat) ** 2)
    axial = normal * np.cos(lat)
    return np.stack(
        (axial * np.cos(lon), axial * np.sin(lon), (1 - ECCENTRICITY_2) * normal * np.sin(lat)),
        axis=-1,
    )


def _height_to_surface(flat: Points, up: Points) -> Points:
    """How far along `up` the ellipsoid lies from points of the plane: a quadratic's near root."""
    stretch = np.array([1.0, 1.0, 1 / (1 - ECCENTRICITY_2)])
    a = float(up @ (stretch * up))
    b = flat @ (stretch * up)
    c = np.sum(stretch * flat * flat, axis=-1) - SEMI_MAJOR_M**2
    root: Points = -c / (b + np.sqrt(b * b - a * c))
    return root
