"""Owns the question whether a new street would run too close beside an older one.

Only streets of nearly the same direction count: a crossing street is no neighbour.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from math import floor, hypot

from shapely import LineString

SAMPLE_M = 24  # streets are remembered by a place every so far
PARALLEL_COS = 0.72  # directions within 44° count as the same family

Place = tuple[float, float]
Heading = tuple[float, float]


@dataclass
class Neighbours:
    """The streets so far, sampled into square cells of `cell_m`."""

    cell_m: float
    cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = field(
        default_factory=dict
    )

    def add(self, line: LineString) -> None:
        """Remember a street."""
        spots = [line.interpolate(at) for at in range(0, int(line.length), SAMPLE_M)]
        for a, b in pairwise(spots):
            length = hypot(b.x - a.x, b.y - a.y) or 1.0
            key = (floor(a.x / self.cell_m), floor(a.y / self.cell_m))
            heading = ((b.x - a.x) / length, (b.y - a.y) / length)
            self.cells.setdefault(key, []).append((a.x, a.y, *heading))

    def too_close(self, at: Place, heading: Heading, distance_m: float) -> bool:
        """Whether a near-parallel street is nearer than `distance_m`, at most one cell."""
        (px, py), (hx, hy), limit = at, heading, distance_m * distance_m
        i, j = floor(px / self.cell_m), floor(py / self.cell_m)
        for key in ((i + di, j + dj) for di in (-1, 0, 1) for dj in (-1, 0, 1)):
            for x, y, ux, uy in self.cells.get(key, ()):
                dx, dy = x - px, y - py
                if dx * dx + dy * dy < limit and abs(ux * hx + uy * hy) > PARALLEL_COS:
                    return True
        return False
