"""The border of a worker's own grids, in metres, and what a fix or a line says of it.

Owns the geometry that attendance needs: distance to the border, and where a straight line between
two fixes lies inside. Which grid a fix is in was settled when it was accepted. Pure, vectorised.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius (IUGG)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Border:
    """The outline of the own grids together, in metres east and north of an origin in degrees.

    `digest` names the content: two borders of one digest are the same.
    """

    origin_lon: float
    origin_lat: float
    ground: BaseGeometry
    outline: BaseGeometry
    digest: str

    def to_metres(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """East and north of the origin; an error below 0.1 % within 20 km."""
        east = np.radians(lon - self.origin_lon) * np.cos(np.radians(self.origin_lat))
        return east * EARTH_RADIUS_M, np.radians(lat - self.origin_lat) * EARTH_RADIUS_M

    def within_reach(self, lon: Floats, lat: Floats, reach_m: Floats) -> Bools:
        """Whether the outline lies within `reach_m` of each point."""
        points = shapely.points(*self.to_metres(lon, lat))
        near: Bools = shapely.dwithin(self.outline, points, reach_m)
        return near

    def inside_shares(
        self, lon: tuple[Floats, Floats], lat: tuple[Floats, Floats]
    ) -> tuple[Ints, Floats, Floats]:
        """Which parts of straight lines lie inside.

        Returns:
            For each part: index of its line, and where it begins and ends as shares 0-1 of it.
        """
        from_x, from_y = self.to_metres(lon[0], lat[0])
        to_x, to_y = self.to_metres(lon[1], lat[1])
        ends = np.stack([np.column_stack([from_x, from_y]), np.column_stack([to_x, to_y])], axis=1)
        shared = shapely.intersection(self.ground, shapely.linestrings(ends))
        parts, line = shapely.get_parts(shared, return_index=True)
        coordinates, part = shapely.get_coordinates(parts, return_index=True)
        if not len(part):
            return np.empty(0, np.int64), np.empty(0), np.empty(0)
        begins = ends[line[part], 0]
        along = ends[line[part], 1] - begins
        share = np.sum((coordinates - begins) * along, axis=1) / np.sum(along**2, axis=1)
        share = np.clip(share, 0.0, 1.0)
        heads = np.flatnonzero(np.diff(part, prepend=-1))
        begin, end = np.minimum.reduceat(share, heads), np.maximum.reduceat(share, heads)
        return line[part[heads]], begin, end


@lru_cache(maxsize=4096)
def border_of(outlines: tuple[bytes, ...]) -> Border | None:
    """The border of grids given as WKB (lon/lat degrees) in a settled order; None for none."""
    if not outlines:
        return None
    ground = shapely.union_all(shapely.from_wkb(list(outlines)))
    west, south, east, north = ground.bounds
    digest = sha256(b"".join(sha256(each).digest() for each in outlines)).hexdigest()
    border = Border((west + east) / 2, (south + north) / 2, ground, ground, digest)

    def project(lon_lat: Floats) -> Floats:
        return np.column_stack(border.to_metres(lon_lat[:, 0], lon_lat[:, 1]))

    metres = shapely.transform(ground, project)
    outline = shapely.boundary(metres)
    shapely.prepare(metres)
    shapely.prepare(outline)
    return Border(border.origin_lon, border.origin_lat, metres, outline, digest)
