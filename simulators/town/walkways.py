"""Owns the making of the walking network from streets, blocks and houses.

Pavements run round every block, footpaths from pavement to pavement along the rows of houses,
doors open onto the paths, crossings and bridges join the pavements at junctions.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from math import atan2, hypot

import numpy as np
import shapely
from shapely import LineString, Point, STRtree

from simulators.town.blocks import Block
from simulators.town.network import DOOR, PATH, PAVEMENT, RANKS
from simulators.town.streets import RIVER, Streets

REACH_M = 45.0  # longest stretch of pavement between two nodes
TOUCHES_M = 0.6  # places nearer to each other than this are one
LONGEST_CROSSING_M = 140.0  # over the widest bridge
ALONG_STREET_M = 26.0  # pavements farther from every street are riverside or park paths
MIDDLE_CROSSING_M = 90.0  # longer stretches of lane are crossed half-way as well

Place = tuple[float, float]


@dataclass
class Walkways:
    """Nodes and ways under construction, in metres. `face` says where a node lies."""

    places: list[Place] = field(default_factory=list)
    face: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    floors: list[int] = field(default_factory=list)
    ways: dict[tuple[int, int], int] = field(default_factory=dict)

    def node(self, at: Place, face: int, kind: int, floors: int = 0) -> int:
        """Add a place and return its index."""
        self.places.append(at)
        self.face.append(face)
        self.kind.append(kind)
        self.floors.append(floors)
        return len(self.places) - 1

    def way(self, one: int, other: int, rank: str) -> None:
        """Join two places, once."""
        if one != other:
            self.ways.setdefault((min(one, other), max(one, other)), RANKS.index(rank))


def lay(streets: Streets, blocks: tuple[Block, ...]) -> Walkways:
    """Build the network and keep the part of it that hangs together."""
    walks = Walkways()
    rings: dict[int, list[int]] = {}
    for block in blocks:
        if not block.ground.is_empty:
            rings[block.face] = _block(walks, block)
    _rank_pavements(walks, streets)
    _crossings(walks, streets, rings)
    return _largest(walks)


def _block(walks: Walkways, block: Block) -> list[int]:
    """Pavement round a block, paths and doors within; returns the pavement's nodes in order."""
    ring = block.ground.exterior
    corners = [ring.project(Point(at)) for at in ring.coords[:-1]]
    gates = [ring.project(Point(end)) for p in block.filling.paths for end in _ends(p)]
    stops = _closer(_apart_on_ring([*corners, *gates], ring.length), ring.length)
    spots = [ring.interpolate(at) for at in stops]
    nodes = [walks.node((spot.x, spot.y), block.face, PAVEMENT) for spot in spots]
    for one, other in pairwise([*nodes, nodes[0]]):
        walks.way(one, other, "path")
    for number, path in enumerate(block.filling.paths):
        _path(walks, block, (number, path), nodes)
    return nodes


def _apart_on_ring(stops: list[float], length_m: float) -> list[float]:
    """The stops in order, without those that nearly coincide."""
    kept: list[float] = []
    for at in sorted(stops):
        if at < length_m - TOUCHES_M and (not kept or at - kept[-1] > TOUCHES_M):
            kept.append(at)
    return kept


def _closer(stops: list[float], length_m: float) -> list[float]:
    """Add stops so that no two neighbours are farther apart than `REACH_M`."""
    dense: list[float] = []
    for at, following in pairwise([*stops, stops[0] + length_m]):
        parts = int((following - at) // REACH_M) + 1
        dense += [at + (following - at) * i / parts for i in range(parts)]
    return dense


def _path(walks: Walkways, block: Block, path: tuple[int, LineString], ring: list[int]) -> None:
    """A footpath with its doors, joined to the pavement at both ends."""
    number, line = path
    houses = [house for house in block.filling.buildings if house.path == number]
    feet = sorted((line.project(Point(h.door)), h.door, h.floors) for h in houses)
    first, last = (_gate(walks, block.face, end, ring) for end in _ends(line))
    before = first
    for at, door, floors in feet:
        spot = line.interpolate(at)
        foot = _nearest(walks, [before, last], (spot.x, spot.y))
        if _apart(walks.places[foot], (spot.x, spot.y)) > TOUCHES_M:
            foot = walks.node((spot.x, spot.y), block.face, PATH)
        walks.way(before, foot, "path")
        walks.way(foot, walks.node(door, block.face, DOOR, floors), "path")
        before = foot
    walks.way(before, last, "path")


def _gate(walks: Walkways, face: int, end: Place, ring: list[int]) -> int:
    nearest = _nearest(walks, ring, end)
    if _apart(walks.places[nearest], end) < TOUCHES_M:
        return nearest
    node = walks.node(end, face, PATH)
    walks.way(node, nearest, "path")
    return node


def _nearest(walks: Walkways, nodes: list[int], at: Place) -> int:
    return min(nodes, key=lambda node: _apart(walks.places[node], at))


def _apart(one: Place, other: Place) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _ends(line: LineString) -> tuple[Place, Place]:
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    return (x0, y0), (x1, y1)


def _rank_pavements(walks: Walkways, streets: Streets) -> None:
    """Give each stretch of pavement the rank of the street it runs along."""
    roads = [edge for edge in streets.edges if edge.rank != RIVER]
    tree = STRtree([road.line for road in roads])
    ways = [way for way in walks.ways if walks.kind[way[0]] == walks.kind[way[1]] == PAVEMENT]
    ends = np.array([[walks.places[node] for node in way] for way in ways])
    middles = shapely.points(ends.mean(axis=1))
    found = tree.query_nearest(middles, max_distance=ALONG_STREET_M, all_matches=False)
    for way, road in zip(*found, strict=True):
        walks.ways[ways[way]] = RANKS.index(roads[road].rank)


def _crossings(walks: Walkways, streets: Streets, rings: dict[int, list[int]]) -> None:
    """Join the corners of neighbouring blocks round every junction, and along lanes half-way."""
    around: dict[Place, list[int]] = {}
    for number, face in enumerate(streets.faces):
        for x, y in face.exterior.coords[:-1]:
            around.setdefault((x, y), []).append(number)
    meeting = Counter(end for edge in streets.edges for end in _ends(edge.line))
    for junction, number in meeting.items():
        if number > 2:
            _cross(walks, junction, [rings[f] for f in around.get(junction, []) if f in rings])
    tree = STRtree(streets.faces)
    for edge in streets.edges:
        if edge.rank == "lane" and edge.line.length > MIDDLE_CROSSING_M:
            spot = edge.line.interpolate(0.5, normalized=True)
            beside = [int(f) for f in tree.query(spot, "dwithin", 0.1) if int(f) in rings]
            _cross(walks, (spot.x, spot.y), [rings[face] for face in sorted(beside)])


def _cross(walks: Walkways, at: Place, rings: list[list[int]]) -> None:
    corners = [_nearest(walks, ring, at) for ring in rings]
    places = walks.places
    corners.sort(key=lambda n: atan2(places[n][1] - at[1], places[n][0] - at[0]))
    pairs = pairwise([*corners, corners[0]] if len(corners) > 2 else corners)
    for one, other in pairs:
        if _apart(places[one], places[other]) < LONGEST_CROSSING_M:
            walks.way(one, other, "crossing")


def _largest(walks: Walkways) -> Walkways:
    """Leave out what cannot be reached on foot from most of the town."""
    beside: list[list[int]] = [[] for _ in walks.places]
    for one, other in walks.ways:
        beside[one].append(other)
        beside[other].append(one)
    piece = max(_pieces(beside), key=len)
    renumbered = {node: i for i, node in enumerate(sorted(piece))}
    kept = sorted(piece)
    return Walkways(
        [walks.places[i] for i in kept],
        [walks.face[i] for i in kept],
        [walks.kind[i] for i in kept],
        [walks.floors[i] for i in kept],
        {(renumbered[a], renumbered[b]): r for (a, b), r in walks.ways.items() if a in piece},
    )


def _pieces(beside: list[list[int]]) -> list[set[int]]:
    seen, pieces = [False] * len(beside), list[set[int]]()
    for start in range(len(beside)):
        if seen[start]:
            continue
        seen[start], piece, waiting = True, {start}, [start]
        while waiting:
            for node in beside[waiting.pop()]:
                if not seen[node]:
                    seen[node] = True
                    piece.add(node)
                    waiting.append(node)
        pieces.append(piece)
    return pieces
