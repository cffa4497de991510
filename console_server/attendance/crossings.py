"""Where straight lines between two fixes cross the border of the own grids.

Owns the case of nearly all of them, for many lines at once: just one edge is crossed, and rounding
cannot matter. What is left goes the long way, through GEOS (`border.py`), and comes to the same
microsecond. Pure, vectorised.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

MOST_EDGES: Final = 128  # of a border; beyond, GEOS is as fast and takes less memory
CLEAR_M2: Final = 1e-3  # twice the triangle of an edge and a point that is surely beside it
ROUNDING_M2: Final = 1e-7  # what rounding can do to that, generously

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Edges:
    """Edges of several borders, one after the other, each with the inside on its left.

    `points`: `(n, 4)` from east, from north, to east, to north, metres. `cuts`: where those of
    each border begin, and where the last of them end.
    """

    points: Floats
    cuts: Ints

    @classmethod
    def of(cls, borders: list[Floats]) -> Self:
        """Those of these borders, by their indices."""
        cuts = np.cumsum([0, *map(len, borders)])
        return cls(np.concatenate([np.empty((0, 4)), *borders]), cuts)


@dataclass(frozen=True, eq=False, slots=True)
class Crossings:
    """Lines that cross one edge: which, where as microseconds, and whether they begin inside."""

    line: Ints
    at_us: Ints
    begins_inside: Bools


def edges_of(ground: BaseGeometry) -> Floats:
    """The edges of polygons as in `Edges`."""
    polygons = shapely.get_parts(shapely.get_parts(shapely.orient_polygons(ground)))
    rings = shapely.get_rings(polygons)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    edges: Floats = np.hstack([points[:-1], points[1:]])[ring[1:] == ring[:-1]]
    return edges


def plain_crossings(edges: Edges, which: Ints, lines: Floats, length_us: Ints) -> Crossings:
    """The lines that cross one edge of their border, once, beyond doubt.

    Args:
        edges: of all borders.
        which: border of each line.
        lines: `(n, 4)` from east, from north, to east, to north, metres.
        length_us: how long each line took.
    """
    line, edge = _pairs(edges.cuts, which)
    from_x, from_y, to_x, to_y = lines[line].T
    start_x, start_y, end_x, end_y = edges.points[edge].T
    edge_x, edge_y = end_x - start_x, end_y - start_y
    line_x, line_y = to_x - from_x, to_y - from_y
    away_x, away_y = from_x - start_x, from_y - start_y
    begin = edge_x * away_y - edge_y * away_x  # twice the triangle; positive on the left
    end = begin + edge_x * line_y - edge_y * line_x
    first = line_y * away_x - line_x * away_y
    last = first + line_x * edge_y - line_y * edge_x
    apart = _on_one_side(begin, end) | _on_one_side(first, last)
    crossed = ~apart & (begin * end < 0) & (first * last < 0)
    least = np.minimum(np.minimum(abs(begin), abs(end)), np.minimum(abs(first), abs(last)))
    once = np.bincount(line[~apart], minlength=len(lines)) == 1
    some = np.flatnonzero(crossed & (least > CLEAR_M2) & once[line])
    across = begin[some] - end[some]
    at_us = begin[some] / across * length_us[line[some]]
    doubt_us = ROUNDING_M2 / abs(across) * length_us[line[some]]
    sure = abs(at_us - np.rint(at_us)) + doubt_us < 0.5
    return Crossings(line[some][sure], np.rint(at_us[sure]).astype(np.int64), begin[some][sure] > 0)


def _on_one_side(one: Floats, other: Floats) -> Bools:
    both: Bools = ((one > CLEAR_M2) & (other > CLEAR_M2)) | (
        (one < -CLEAR_M2) & (other < -CLEAR_M2)
    )
    return both


def _pairs(cuts: Ints, which: Ints) -> tuple[Ints, Ints]:
    """Each line with each edge of its border, but for borders of very many edges."""
    count = np.diff(cuts)[which]
    count[count > MOST_EDGES] = 0
    line = np.repeat(np.arange(len(which)), count)
    begins = np.cumsum(count) - count
    return line, np.arange(len(line)) - begins[line] + cuts[which[line]]
