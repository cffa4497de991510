"""The border of a worker's own grids, in metres, and what a fix or a line says of it.

Owns the geometry that attendance needs: distance to the border, and where a straight line between
two fixes lies inside. Which grid a fix is in was settled when it was accepted. Pure, vectorised
over many fixes under many borders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Final, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from console_server.attendance.crossings import (
    Bools,
    Edges,
    Floats,
    Ints,
    edges_of,
    plain_crossings,
)

__all__ = ["Bools", "Border", "BorderColumns", "Floats", "Ints", "border_of"]

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius (IUGG)
RADIANS: Final = np.pi / 180  # a degree; the product is what `np.radians` gives, many times sooner
SLACK_M: Final = 0.001  # by which rounding is outdone

Geometries = NDArray[np.object_]


@dataclass(frozen=True, eq=False, slots=True)
class Border:
    """The outline of the own grids together, in metres east and north of an origin in degrees.

    `narrowing`: a degree of longitude at the origin as a share of one at the equator. `heart`: a
    place, and how far the outline is from it, all in metres. `edges`: as in `Edges`. `digest`
    names the content: two borders of one digest are the same.
    """

    origin_lon: float
    origin_lat: float
    narrowing: float
    ground: BaseGeometry
    outline: BaseGeometry
    heart: tuple[float, float, float]
    edges: Floats
    digest: str

    def to_metres(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """East and north of the origin; an error below 0.1 % within 20 km."""
        east = (lon - self.origin_lon) * RADIANS * self.narrowing
        return east * EARTH_RADIUS_M, (lat - self.origin_lat) * RADIANS * EARTH_RADIUS_M


@dataclass(frozen=True, eq=False, slots=True)
class BorderColumns:
    """Several borders, each known by its index; what lies under none is never asked about."""

    origin_lon: Floats
    origin_lat: Floats
    narrowing: Floats
    ground: Geometries
    outline: Geometries
    heart: Floats
    edges: Edges

    @classmethod
    def of(cls, borders: Sequence[Border | None]) -> Self:
        """Columns of these, by their indices."""
        nowhere = float("nan")
        return cls(
            np.array([each.origin_lon if each else nowhere for each in borders]),
            np.array([each.origin_lat if each else nowhere for each in borders]),
            np.array([each.narrowing if each else nowhere for each in borders]),
            np.array([each.ground if each else None for each in borders], dtype=np.object_),
            np.array([each.outline if each else None for each in borders], dtype=np.object_),
            np.array([each.heart if each else (nowhere,) * 3 for each in borders]).reshape(-1, 3),
            Edges.of([each.edges if each else np.empty((0, 4)) for each in borders]),
        )

    def to_metres(self, which: Ints, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """As `Border.to_metres`, each place under a border of its own."""
        east = (lon - self.origin_lon[which]) * RADIANS * self.narrowing[which]
        return east * EARTH_RADIUS_M, (lat - self.origin_lat[which]) * RADIANS * EARTH_RADIUS_M

    def within_reach(self, which: Ints, lon: Floats, lat: Floats, reach_m: Floats) -> Bools:
        """Whether the outline lies within `reach_m` of each place.

        Who is nearer to the heart than the outline is by more than that, is not asked further.
        """
        east, north = self.to_metres(which, lon, lat)
        heart_east, heart_north, free_m = self.heart[which].T
        near: Bools = np.hypot(east - heart_east, north - heart_north) + reach_m > free_m - SLACK_M
        some = np.flatnonzero(near)
        points = shapely.points(east[some], north[some])
        near[some] = shapely.dwithin(self.outline[which[some]], points, reach_m[some])
        return near

    def inside_parts(
        self,
        which: Ints,
        lon: tuple[Floats, Floats],
        lat: tuple[Floats, Floats],
        length_us: Ints,
    ) -> tuple[Ints, Ints, Ints]:
        """Which parts of straight lines lie inside.

        Returns:
            For each part: index of its line, and when it begins and ends, microseconds of
            `length_us`, which is how long each line took.
        """
        from_x, from_y = self.to_metres(which, lon[0], lat[0])
        to_x, to_y = self.to_metres(which, lon[1], lat[1])
        lines = np.column_stack([from_x, from_y, to_x, to_y])
        plain = plain_crossings(self.edges, which, lines, length_us)
        others = np.ones(len(lines), np.bool_)
        others[plain.line] = False
        rest = np.flatnonzero(others)
        part, begin, end = self._shares(which[rest], lines[rest].reshape(-1, 2, 2))
        length = length_us[rest[part]]
        begins_us = np.where(plain.begins_inside, 0, plain.at_us)
        ends_us = np.where(plain.begins_inside, plain.at_us, length_us[plain.line])
        return (
            np.append(plain.line, rest[part]),
            np.append(begins_us, np.rint(begin * length).astype(np.int64)),
            np.append(ends_us, np.rint(end * length).astype(np.int64)),
        )

    def _shares(self, which: Ints, ends: Floats) -> tuple[Ints, Floats, Floats]:
        """Parts inside as index of the line and shares 0-1 of it, of any lines `(n, 2, 2)`."""
        shared = shapely.intersection(self.ground[which], shapely.linestrings(ends))
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
    middle = (south + north) / 2
    narrowing = float(np.cos(np.radians(middle)))
    digest = sha256(b"".join(sha256(each).digest() for each in outlines)).hexdigest()
    empty = np.empty((0, 4))
    border = Border((west + east) / 2, middle, narrowing, ground, ground, (0, 0, 0), empty, digest)

    def project(lon_lat: Floats) -> Floats:
        return np.column_stack(border.to_metres(lon_lat[:, 0], lon_lat[:, 1]))

    metres = shapely.transform(ground, project)
    outline = shapely.boundary(metres)
    shapely.prepare(metres)
    shapely.prepare(outline)
    heart = shapely.centroid(metres)
    free_m = float(shapely.distance(heart, outline))
    return replace(
        border,
        ground=metres,
        outline=outline,
        heart=(heart.x, heart.y, free_m),
        edges=edges_of(metres),
    )
