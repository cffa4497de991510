"""Owns building footprints: rows of houses that fill one block, and the footpaths between rows.

Rows run as the block's streets run, nearest to east–west, since houses here face south and are
entered from the north. It does not decide what a block is used for; `blocks` does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress
from math import degrees
from random import Random

import numpy as np
import shapely
from shapely import GeometryCollection, LineString, Point, Polygon
from shapely.affinity import rotate

MARGIN_M = 5.0  # between pavement and house
TRIES = 3  # layouts drawn for one block, of which the fullest stands
PATH_GAP_M = 3.5  # footpath's distance from the row it serves


@dataclass(frozen=True)
class Pattern:
    """How houses of one kind stand: lengths in metres, each drawn once a block from its range."""

    use: str
    long_m: tuple[float, float]
    deep_m: float
    gap_m: tuple[float, float]
    pitch_m: tuple[float, float]
    floors: tuple[int, int]
    left_out: float = 0.05
    m2_per_household: float = 0.0


@dataclass(frozen=True)
class Building:
    """A house: its door lies on its north wall, in front of it the footpath."""

    shape: Polygon
    use: str
    floors: int
    door: tuple[float, float]
    path: int
    households: float


@dataclass(frozen=True)
class Filling:
    """What stands in one block; `Building.path` counts in `paths`."""

    buildings: tuple[Building, ...]
    paths: tuple[LineString, ...]


SLABS = Pattern("residential", (34, 58), 12.5, (9, 15), (30, 38), (4, 6), 0.05, 150)
TOWERS = Pattern("residential", (24, 34), 17, (26, 42), (58, 70), (15, 24), 0.08, 215)
VILLAS = Pattern("residential", (18, 24), 11, (8, 12), (27, 34), (3, 3), 0.05, 230)
COTTAGES = Pattern("residential", (10, 14), 9.5, (6, 12), (26, 34), (2, 3), 0.3, 160)
OLD_HOUSES = Pattern("residential", (16, 28), 10, (3, 6), (19, 24), (2, 3), 0.08, 160)
SHOPS = Pattern("commercial", (24, 50), 19, (6, 10), (34, 44), (3, 6))
STALLS = Pattern("commercial", (14, 26), 11, (4, 8), (22, 28), (2, 3))
SHEDS = Pattern("industrial", (24, 40), 16, (8, 12), (28, 34), (1, 2))
OFFICES = Pattern("office", (30, 46), 24, (16, 26), (50, 62), (8, 22), 0.1)
WORKS = Pattern("industrial", (56, 105), 32, (12, 20), (48, 60), (1, 3), 0.08)
HALLS = Pattern("public", (44, 66), 15, (12, 18), (38, 48), (3, 6), 0.1)


def fill(rng: Random, ground: Polygon, angle: float, pattern: Pattern) -> Filling:
    """Fill a block's ground with rows of houses that run at `angle` radians from the east."""
    middle = ground.centroid
    level = rotate(ground, -degrees(angle), origin=middle)
    inner = level.buffer(-MARGIN_M)
    boxes, rows = max((_boxes(rng, inner, pattern) for _ in range(TRIES)), key=_covered)
    paths = [_path(level, y) for y in _row_tops(rows)]
    floors = rng.randint(*pattern.floors)
    houses = [
        _house(rng, pattern, floors, box, row)
        for box, (row, _) in zip(boxes, rows, strict=True)
        if rng.random() >= pattern.left_out and paths[row] is not None
    ]
    return _turned(_tidy(houses, paths), degrees(angle), middle)


Layout = tuple[list[Polygon], list[tuple[int, float]]]


def _covered(layout: Layout) -> float:
    return float(shapely.area(layout[0]).sum())


def _boxes(rng: Random, inner: Polygon, pattern: Pattern) -> Layout:
    """Footprints that fit, in the level frame; for each its row's number and upper edge."""
    boxes, rows = list[Polygon](), list[tuple[int, float]]()
    if inner.is_empty:
        return boxes, rows
    long_m, pitch_m = rng.uniform(*pattern.long_m), rng.uniform(*pattern.pitch_m)
    left, bottom, right, top = inner.bounds
    spare = min(max(top - bottom - pattern.deep_m, 0), pitch_m)
    first = bottom + rng.uniform(0, spare)
    for row, y in enumerate(np.arange(first, top - pattern.deep_m, pitch_m).tolist()):
        for x0, x1 in _free_spans(inner, (left, right), (y, y + pattern.deep_m)):
            for a, b in _plots(rng, (x0, x1), long_m, pattern.gap_m):
                boxes.append(shapely.box(a, y, b, y + pattern.deep_m))
                rows.append((row, y + pattern.deep_m))
    keep = shapely.contains(inner, boxes) if boxes else []
    return list(compress(boxes, keep)), list(compress(rows, keep))


def _free_spans(
    inner: Polygon, across: tuple[float, float], between: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    """Where a strip of ground is free over its whole depth."""
    cuts = [LineString([(across[0], y), (across[1], y)]).intersection(inner) for y in between]
    for low in shapely.get_parts(cuts[0]):
        for high in shapely.get_parts(cuts[1]):
            x0, x1 = max(low.bounds[0], high.bounds[0]), min(low.bounds[2], high.bounds[2])
            if x1 > x0:
                yield x0, x1


def _plots(
    rng: Random, span: tuple[float, float], long_m: float, gap_m: tuple[float, float]
) -> Iterator[tuple[float, float]]:
    """Divide a free span evenly into houses of about one length."""
    gap = rng.uniform(*gap_m)
    number = int((span[1] - span[0] + gap) // (long_m + gap))
    if number == 0 and span[1] - span[0] > 0.62 * long_m:
        number, long_m = 1, span[1] - span[0]
    if number:
        slack = (span[1] - span[0] - number * long_m - (number - 1) * gap) / number
        wide = min(long_m + slack, 1.25 * long_m)
        pitch = wide + gap
        start = span[0] + (span[1] - span[0] - number * pitch + gap) / 2
        yield from ((start + i * pitch, start + i * pitch + wide) for i in range(number))


def _row_tops(rows: list[tuple[int, float]]) -> list[float]:
    tops = dict(rows)
    return [tops.get(row, 0.0) for row in range(max(tops, default=-1) + 1)]


def _path(level: Polygon, top: float) -> LineString | None:
    """The footpath along a row's north side, from pavement to pavement."""
    left, _, right, _ = level.bounds
    y = top + PATH_GAP_M
    parts = shapely.get_parts(LineString([(left - 1, y), (right + 1, y)]).intersection(level))
    lines = [part for part in parts if part.geom_type == "LineString"]
    return max(lines, key=lambda line: line.length, default=None)


def _house(rng: Random, pattern: Pattern, floors: int, box: Polygon, row: int) -> Building:
    """A house in the level frame, its door in the middle of its north wall."""
    left, bottom, right, top = box.bounds
    if pattern is COTTAGES:  # village houses stand less straight and differ in height
        box = rotate(box, rng.uniform(-5, 5))
        floors = rng.randint(*pattern.floors)
    floor_m2 = (right - left) * (top - bottom) * floors
    homes = floor_m2 / pattern.m2_per_household if pattern.m2_per_household else 0.0
    return Building(box, pattern.use, floors, ((left + right) / 2, top), row, homes)


def _tidy(houses: list[Building], paths: list[LineString | None]) -> Filling:
    """Drop the paths that serve no house."""
    served = sorted({house.path for house in houses})
    renumbered = {row: i for i, row in enumerate(served)}
    return Filling(
        tuple(
            Building(h.shape, h.use, h.floors, h.door, renumbered[h.path], h.households)
            for h in houses
        ),
        tuple(path for row in served if (path := paths[row]) is not None),
    )


def _turned(level: Filling, angle_deg: float, middle: Point) -> Filling:
    """The filling turned from the level frame to where it stands; all shapes in one go."""
    houses = level.buildings
    doors = [Point(house.door) for house in houses]
    flat = GeometryCollection([*level.paths, *doors, *(house.shape for house in houses)])
    placed = list(rotate(flat, angle_deg, origin=middle).geoms)
    first, second = len(level.paths), len(level.paths) + len(doors)
    return Filling(
        tuple(
            replace(house, door=(door.x, door.y), shape=shape)
            for house, door, shape in zip(
                houses, placed[first:second], placed[second:], strict=True
            )
        ),
        tuple(placed[:first]),
    )
