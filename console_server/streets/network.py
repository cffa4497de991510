"""The street network as a graph: junctions, the ways between them, and what each costs to walk.

Owns building it from lines; searching it is `walking.py`. Pure. Lines hang together where they
share a vertex, as in OpenStreetMap: a bridge over a street shares none with it.
"""

from dataclasses import dataclass, field
from math import cos, radians
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from console_server.packs.rules import WalkingRules
from console_server.streets.ways import Kind

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG
PRECISION_DEG: Final = 1e-7  # about a centimetre: nearer vertices are one
PIECE_MIN_M: Final = 300.0  # shorter pieces that hang nowhere are slips of the map, not islands
SHORTEST_S: Final = 1e-3  # no way costs nothing: a graph has no arcs of weight 0

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Ways as they are stored, one row each: LineStrings in lon/lat degrees WGS-84.

    `kind` is a `Kind`; `forward`, `backward`: whether they may be walked along and against.
    """

    shapes: NDArray[np.object_]
    kind: NDArray[np.uint8]
    forward: Bools
    backward: Bools


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """Edges between junctions. Costs in seconds, `inf` where a way may not be walked.

    `shapes` (m,) LineStrings in metres on the plane of `latitude_deg`; `ends` (m, 2) junctions;
    `along_s`, `against_s` (m,) of the whole edge; `pace_s` (m,) seconds a metre; `piece` (m,) which
    connected piece of the network; `arcs` weights from each junction to those from which one may
    come (the network against its direction, for a search from where somebody is needed).
    """

    latitude_deg: float
    shapes: NDArray[np.object_]
    ends: Ints
    along_s: Floats
    against_s: Floats
    pace_s: Floats
    piece: Ints
    arcs: "Arcs"
    tree: shapely.STRtree = field(repr=False)

    def on_plane(self, lon: Floats, lat: Floats) -> NDArray[np.object_]:
        """Points in metres on the plane of the network."""
        return np.asarray(shapely.points(_metres(lon, lat, self.latitude_deg)))


@dataclass(frozen=True, eq=False, slots=True)
class Arcs:
    """Compressed sparse rows: `index[row[i]:row[i + 1]]` are the neighbours of junction i."""

    row: Ints
    index: Ints
    weight_s: Floats


def build(lines: Lines, rules: WalkingRules) -> StreetNetwork | None:
    """The network of these ways at a pack's walking speed; None when nothing is left of them."""
    if len(lines.shapes) == 0:
        return None
    latitude_deg = float(np.mean(shapely.get_coordinates(lines.shapes)[:, 1]))
    shapes, ends, way = _cut_at_junctions(lines.shapes, latitude_deg)
    length_m = shapely.length(shapes)
    piece = _pieces(ends, length_m)
    kept = piece >= 0
    shapes, ends, way, length_m = shapes[kept], ends[kept], way[kept], length_m[kept]
    kind = lines.kind[way]
    pace_s = np.where(kind == Kind.STEPS, 1 / rules.steps_share, 1.0) / rules.speed_mps
    cost_s = length_m * pace_s + (kind == Kind.CROSSING) * rules.crossing_wait_s
    cost_s = np.maximum(cost_s, SHORTEST_S)
    along_s = np.where(lines.forward[way], cost_s, np.inf)
    against_s = np.where(lines.backward[way], cost_s, np.inf)
    return StreetNetwork(
        latitude_deg=latitude_deg,
        shapes=shapes,
        ends=ends,
        along_s=along_s,
        against_s=against_s,
        pace_s=pace_s,
        piece=piece[kept],
        arcs=_arcs(ends, along_s, against_s),
        tree=shapely.STRtree(shapes),
    )


def _metres(lon: Floats, lat: Floats, latitude_deg: float) -> Floats:
    """(n, 2) x, y metres, equirectangular: a city wide it is true to a quarter of a per cent."""
    degree_m = radians(1) * EARTH_RADIUS_M
    return np.column_stack([lon * degree_m * cos(radians(latitude_deg)), lat * degree_m])


def _cut_at_junctions(
    shapes: NDArray[np.object_], latitude_deg: float
) -> tuple[NDArray[np.object_], Ints, NDArray[np.int64]]:
    """Edges in metres, their (m, 2) junctions, and the line that each is a part of."""
    degrees, line = shapely.get_coordinates(shapes, return_index=True)
    keys = np.round(degrees / PRECISION_DEG).astype(np.int64)
    _, vertex, meets = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    vertex = vertex.reshape(-1)
    starts = np.append(True, line[1:] != line[:-1])
    stops = np.append(starts[1:], True)
    cut = starts | stops | (meets[vertex] > 1)
    edge, taken = _runs(cut, stops)
    metres = _metres(degrees[:, 0], degrees[:, 1], latitude_deg)[taken]
    first = np.flatnonzero(np.append(True, edge[1:] != edge[:-1]))
    last = np.append(first[1:], len(edge)) - 1
    whole = shapely.linestrings(metres, indices=edge)
    junctions, ends = np.unique(
        vertex[np.column_stack([taken[first], taken[last]])], return_inverse=True
    )
    del junctions
    return np.asarray(whole), ends.reshape(-1, 2).astype(np.int32), line[taken[first]]


def _runs(cut: Bools, stops: Bools) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From vertex to edge: a vertex where a line is cut ends one edge and begins the next.

    Two columns of one length, in order: the edge's number, the vertex's index.
    """
    begins = cut & ~stops
    number = np.cumsum(begins) - 1  # of the edge that goes on from each vertex
    ending = cut & ~np.append(True, stops[:-1])  # not the first vertex of its line
    onward = np.flatnonzero(~stops)
    closing = np.flatnonzero(ending)
    edge = np.concatenate([number[onward], number[closing - 1]])
    vertex = np.concatenate([onward, closing])
    order = np.lexsort((vertex, edge))
    return edge[order], vertex[order]


def _pieces(ends: Ints, length_m: Floats) -> Ints:
    """The connected piece of each edge; -1 of those too small to be anything."""
    count = int(ends.max()) + 1
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    piece = np.asarray(label[ends[:, 0]], dtype=np.int32)
    total_m = np.bincount(piece, weights=length_m)
    small = total_m < min(PIECE_MIN_M, total_m.max())
    return np.where(small[piece], -1, piece).astype(np.int32)


def _arcs(ends: Ints, along_s: Floats, against_s: Floats) -> Arcs:
    """Of several ways between two junctions the shortest counts."""
    to = np.concatenate([ends[:, 1], ends[:, 0]])
    from_ = np.concatenate([ends[:, 0], ends[:, 1]])
    weight_s = np.concatenate([along_s, against_s])
    used = np.isfinite(weight_s) & (to != from_)
    to, from_, weight_s = to[used], from_[used], weight_s[used]
    order = np.lexsort((weight_s, from_, to))
    to, from_, weight_s = to[order], from_[order], weight_s[order]
    best = np.append(True, (to[1:] != to[:-1]) | (from_[1:] != from_[:-1]))[: len(to)]
    count = int(ends.max()) + 1
    row = np.concatenate([[0], np.cumsum(np.bincount(to[best], minlength=count))])
    return Arcs(row.astype(np.int32), from_[best].astype(np.int32), weight_s[best])
