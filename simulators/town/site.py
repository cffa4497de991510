"""Owns the lie of the land before a town stands on it: outline, river, lake, old main road.

It places no street; `streamlines` grows the streets along the orientation field made here.
Everything is in metres on the city's plane, the town's middle at (0, 0).
"""

from cmath import phase
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, pi, sin
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

HALF_WIDTH_M, HALF_HEIGHT_M = 2450.0, 1950.0  # the town proper is about 5 by 4 km
LAND_HALF_WIDTH_M, LAND_HALF_HEIGHT_M = 4200.0, 2900.0  # what the map shows around it
CELL_M = 50.0  # raster of the orientation field; streets bend over hundreds of metres

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Site:
    """One town's ground. `turn` is the field's raster, rows from the south: exp(4i × angle)."""

    outline: Polygon
    river: LineString
    water: Polygon
    lake: Polygon
    lake_park: Polygon
    main_road: LineString
    core: tuple[float, float]
    turn: tuple[tuple[complex, ...], ...]

    def angle(self, x: float, y: float) -> float:
        """Direction of one of the four streets that would meet at this place, in radians."""
        across = min(max((x + LAND_HALF_WIDTH_M) / CELL_M - 0.5, 0), len(self.turn[0]) - 1.001)
        along = min(max((y + LAND_HALF_HEIGHT_M) / CELL_M - 0.5, 0), len(self.turn) - 1.001)
        column, row = int(across), int(along)
        u, v = across - column, along - row
        below, above = self.turn[row], self.turn[row + 1]
        south = below[column] * (1 - u) + below[column + 1] * u
        north = above[column] * (1 - u) + above[column + 1] * u
        return phase(south * (1 - v) + north * v) / 4

    def urbanity(self, x: float, y: float) -> float:
        """Share 0–1: 1 in the old middle of the town, falling off towards the fields."""
        distance = hypot(x - self.core[0], y - self.core[1])
        return float(np.exp(-((distance / 1500) ** 2)))


def lay_out(rng: Random) -> Site:
    """Draw the ground of one town."""
    outline, river = _outline(rng), _river(rng)
    main_road = _main_road(rng)
    return Site(
        outline=outline,
        river=river,
        water=_river_surface(rng, river),
        lake=Polygon(),
        lake_park=Polygon(),
        main_road=main_road,
        core=(rng.uniform(-500, -150), rng.uniform(-150, 250)),
        turn=_field(rng, (outline.exterior, river, main_road)),
    )


def with_lake(site: Site, rng: Random, roads: Sequence[LineString]) -> Site:
    """Add the lake and its park where they keep clear of river, town edge and wide roads."""
    busy = shapely.union_all([site.river, site.outline.exterior, *roads])
    spots = [(rng.uniform(-1700, 1900), rng.uniform(-1400, 1400)) for _ in range(120)]
    inside = [spot for spot in spots if site.outline.contains(Point(spot))]
    middle = max(inside, key=lambda spot: min(Point(spot).distance(busy), 330))
    lake = blob(rng, middle, 105, 0.22)
    return replace(site, lake=lake, lake_park=lake.buffer(95))


def smooth(points: list[tuple[float, float]], step: int = 24) -> LineString:
    """A Catmull–Rom curve through all points but the first and the last."""
    p = np.array(points)
    t = np.linspace(0, 1, step, endpoint=False)[:, None]
    spans = [_span(p[i : i + 4], t) for i in range(len(p) - 3)]
    return LineString(np.vstack([*spans, p[-2:-1]]))


def _span(p: Floats, t: Floats) -> Floats:
    linear, square = p[2] - p[0], 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
    cubic = -p[0] + 3 * p[1] - 3 * p[2] + p[3]
    curve: Floats = 0.5 * (2 * p[1] + linear * t + square * t**2 + cubic * t**3)
    return curve


def _outline(rng: Random) -> Polygon:
    """A rounded, slightly irregular rectangle: the ring road's course."""
    waves = [(k, rng.uniform(0, 2 * pi), rng.uniform(0.012, 0.035)) for k in (2, 3, 5)]
    corners = []
    for i in range(40):
        angle = 2 * pi * i / 40
        c, s = cos(angle), sin(angle)
        radius = (abs(c) ** 3.4 + abs(s) ** 3.4) ** (-1 / 3.4)
        radius *= 0.96 + sum(a * sin(k * angle + phase) for k, phase, a in waves)
        corners.append((HALF_WIDTH_M * radius * c, HALF_HEIGHT_M * radius * s))
    return Polygon(smooth([*corners, *corners[:3]], 6).coords).simplify(0.5)


def _river(rng: Random) -> LineString:
    """A winding river from the north-west of the map to its south-east."""
    bends = [(-5200, 2500), (-4300, 2150), (-2900, 1500), (-1750, 750), (-1150, -350), (-250, -950)]
    bends += [(650, -760), (1500, -1150), (2450, -1250), (3500, -1950), (4800, -2500)]
    spread = 170
    points = [
        (x + rng.uniform(-spread, spread), y + rng.uniform(-spread, spread)) for x, y in bends
    ]
    return smooth(points, 16).simplify(0.3)


def _river_surface(rng: Random, river: LineString) -> Polygon:
    """The river between its banks, 36 to 64 m wide."""
    phase = rng.uniform(0, 2 * pi)
    along = np.linspace(0, river.length, 160)
    half_m = 25 + 5 * np.sin(along / 520 + phase) + 2 * np.sin(along / 170)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(river, along))
    tangent = np.gradient(middle, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1)[:, None]
    normal = np.stack((-tangent[:, 1], tangent[:, 0]), axis=1) * half_m[:, None]
    return Polygon(np.vstack((middle + normal, (middle - normal)[::-1]))).buffer(0)


def _main_road(rng: Random) -> LineString:
    """The old through road: comes in from the west, bends in the town, leaves to the north-east."""
    jitter = [rng.uniform(-130, 130) for _ in range(5)]
    points = [(-5600.0, -900.0), (-4500.0, -700.0), (-2500.0, -250.0 + jitter[0])]
    points += [(-1200.0, 60.0 + jitter[1]), (-150.0, 80.0 + jitter[2]), (900.0, 420.0 + jitter[3])]
    points += [(1900.0, 1250.0 + jitter[4]), (2900.0, 2050.0), (4500.0, 3300.0), (5200.0, 3900.0)]
    return smooth(points)


def blob(rng: Random, middle: tuple[float, float], radius_m: float, ragged: float) -> Polygon:
    """A closed smooth shape; `ragged` is the share by which the radius varies."""
    corners = []
    for i in range(11):
        reach = radius_m * (1 + rng.uniform(-ragged, ragged))
        angle = 2 * pi * i / 11
        corners.append(
            (middle[0] + 1.25 * reach * cos(angle), middle[1] + 0.9 * reach * sin(angle))
        )
    return Polygon(smooth([*corners, *corners[:3]], 5).coords)


def _field(rng: Random, guides: tuple[LineString, ...]) -> tuple[tuple[complex, ...], ...]:
    """Blend the town's two street grids with the pull of ring, river and main road."""
    x = np.arange(-LAND_HALF_WIDTH_M, LAND_HALF_WIDTH_M, CELL_M) + CELL_M / 2
    y = np.arange(-LAND_HALF_HEIGHT_M, LAND_HALF_HEIGHT_M, CELL_M) + CELL_M / 2
    gx, gy = np.meshgrid(x, y)
    sway = 0.10 * np.sin(gx / 900 + rng.uniform(0, 6)) + 0.10 * np.sin(gy / 750 + rng.uniform(0, 6))
    side = 1 / (1 + np.exp(-(gx - gy * 0.4 - 500) / 250))  # the newer east lies at another angle
    old, new = rng.uniform(0.0, 0.10), rng.uniform(-0.24, -0.16)
    turn = np.exp(4j * (old * (1 - side) + new * side + sway))
    places = shapely.points(gx, gy)
    for guide, pull, reach_m in zip(guides, (2.2, 3.0, 1.6), (260, 330, 300), strict=True):
        weight = pull * np.exp(-((shapely.distance(places, guide) / reach_m) ** 2))
        turn = turn + weight * np.exp(4j * _tangent(guide.simplify(3.0), places))
    return tuple(tuple(row) for row in (turn / np.abs(turn)).tolist())


def _tangent(guide: LineString, places: NDArray[np.object_]) -> Floats:
    """Angle of the guide at its point nearest to each place."""
    at = shapely.line_locate_point(guide, places)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(guide, at + 20))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(guide, np.maximum(at - 20, 0)))
    delta = ahead - behind
    angle: Floats = np.arctan2(delta[:, 1], delta[:, 0]).reshape(places.shape)
    return angle
