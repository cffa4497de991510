"""Owns the street graph: courses cut at their crossings, dead stubs removed, every street named.

It also cuts the town into faces, the pieces of ground that street centre lines and the middle
of the river enclose. It puts nothing on the faces; `blocks` does.
"""

from collections import Counter
from dataclasses import dataclass
from math import atan2, degrees
from random import Random

import shapely
from shapely import LineString, Polygon

from simulators.town.names import street_namer
from simulators.town.site import Site
from simulators.town.streamlines import Course

GRID_M = 0.01  # coordinates are snapped to centimetres, so that shared corners are equal
ALLEY_M = (45.0, 130.0)  # dead ends of this length stay, as blind alleys
ALLEY_CLEAR_M = 34.0  # from its end to the next street or park: houses must fit between
RIVER = "river"
HALF_WIDTH_M = {"trunk": 19.0, "secondary": 12.0, "lane": 5.5, RIVER: 0.0}  # kerb and pavement in


@dataclass(frozen=True)
class Edge:
    """A stretch of street between two junctions; rank `river` is the middle of the river."""

    line: LineString
    rank: str
    name: str


@dataclass(frozen=True)
class Streets:
    """The cut street graph and the faces between the edges."""

    edges: tuple[Edge, ...]
    faces: tuple[Polygon, ...]


def cut(site: Site, rng: Random, courses: list[Course]) -> Streets:
    """Cut courses into named edges, and the town into faces."""
    names = _names(rng, courses)
    lines = [*(course.line for course in courses), site.river]
    ranks = [*(course.rank.name for course in courses), RIVER]
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M))
    parents = _parents(lines, list(pieces))
    edges = [
        Edge(piece, ranks[parent], [*names, ""][parent])
        for piece, parent in zip(pieces, parents, strict=True)
    ]
    kept = _without_stubs(site, edges)
    ground = shapely.get_parts(shapely.polygonize([edge.line for edge in kept]))
    town = site.outline.buffer(1.0)
    faces = tuple(face for face in ground if town.contains(face.representative_point()))
    return Streets(tuple(kept), faces)


def _parents(lines: list[LineString], pieces: list[LineString]) -> list[int]:
    """The first course on which each piece lies."""
    middles = [piece.interpolate(0.5, normalized=True) for piece in pieces]
    tree = shapely.STRtree(lines)
    found: dict[int, int] = {}
    for piece, line in zip(*tree.query(middles, "dwithin", 0.05), strict=True):
        found[int(piece)] = min(int(line), found.get(int(piece), len(lines)))
    return [found[i] for i in range(len(pieces))]


def _without_stubs(site: Site, edges: list[Edge]) -> list[Edge]:
    """Remove dead ends inside the town until only blind alleys of a fair length are left."""
    near_town = site.outline.buffer(120)
    while True:
        ends = Counter(end for edge in edges for end in _ends(edge))
        lines = shapely.STRtree([*(edge.line for edge in edges), site.lake_park.buffer(100)])
        kept = [edge for edge in edges if not _is_stub(edge, ends, near_town, lines)]
        if len(kept) == len(edges):
            return kept
        edges = kept


def _is_stub(
    edge: Edge, ends: Counter[tuple[float, float]], town: Polygon, lines: shapely.STRtree
) -> bool:
    loose = [shapely.Point(end) for end in _ends(edge) if ends[end] == 1]
    if not loose or len(set(_ends(edge))) == 1:
        return False
    if edge.rank == "lane" and len(loose) == 1 and ALLEY_M[0] < edge.line.length < ALLEY_M[1]:
        return len(lines.query(loose[0], "dwithin", ALLEY_CLEAR_M)) > 1  # itself is one
    return edge.rank == RIVER or any(town.contains(end) for end in loose)


def _ends(edge: Edge) -> tuple[tuple[float, float], tuple[float, float]]:
    return edge.line.coords[0][:2], edge.line.coords[-1][:2]


def _names(rng: Random, courses: list[Course]) -> list[str]:
    """One name for the whole of each course; the first four are the town's known roads."""
    namer = street_namer(rng)
    known = ["星甸大街", "环镇路", "滨河北路", "滨河南路"]
    return known + [
        namer(course.rank.name, _is_eastward(course.line), course.line.length)
        for course in courses[len(known) :]
    ]


def _is_eastward(line: LineString) -> bool:
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    return not 45 < abs(degrees(atan2(y1 - y0, x1 - x0))) < 135
