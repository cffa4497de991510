"""How long people walk to one place: a bounded search from there, then a look at each of them.

Owns snapping to the network and Dijkstra's search over it; not the network (`network.py`) nor who
should go (`dispatches/recommendation.py`). Pure. The search runs against the direction of the ways
from where somebody is needed, so that one of it gives the times of everybody.
Source: Dijkstra (1959), in SciPy's `csgraph.dijkstra`.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from console_server.streets.network import Floats, StreetNetwork

SNAP_MAX_M: Final = 150.0  # farther from every way, the map has a gap there
WITHIN_S: Final = (600.0, 1_200.0, 3_600.0)  # looked no farther than needed, never beyond the last


class By(IntEnum):
    """How a walking time came about."""

    STREETS = 0
    STRAIGHT = 1  # the network does not reach there, or it is too far
    UNREACHABLE = 2  # the network has both ends but no way between them


@dataclass(frozen=True, eq=False, slots=True)
class Walks:
    """Columns of one length: seconds, NaN unless by streets; `by` as `By`."""

    travel_s: Floats
    by: NDArray[np.uint8]


@dataclass(frozen=True, eq=False, slots=True)
class _Snapped:
    """Where points stand on the network; `edge` -1: nowhere near it. Metres."""

    edge: NDArray[np.int64]
    off_m: Floats
    at_m: Floats  # along the edge


class Reach:
    """All walking times to one place."""

    def __init__(self, network: StreetNetwork, lon: float, lat: float) -> None:
        self._network = network
        self._place = _snap(network, np.array([lon]), np.array([lat]))
        self._within = 0
        self._junction_s = self._search() if self.on_network else np.empty(0)

    @property
    def on_network(self) -> bool:
        """Whether the place itself lies on the network."""
        return bool(self._place.edge[0] >= 0)

    def walks(self, lon: Floats, lat: Floats) -> Walks:
        """How long somebody walks from each place (degrees, no NaN) to this one."""
        travel_s = np.full(len(lon), np.nan)
        by = np.full(len(lon), By.STRAIGHT, dtype=np.uint8)
        if not self.on_network or len(lon) == 0:
            return Walks(travel_s, by)
        stands = _snap(self._network, lon, lat)
        near = np.flatnonzero(stands.edge >= 0)
        stands = _Snapped(stands.edge[near], stands.off_m[near], stands.at_m[near])
        pieces = self._network.piece
        apart = pieces[stands.edge] != pieces[self._place.edge[0]]
        found_s = self._from_edges(stands)
        # Beyond the bound a way that was found may be the longer one of two.
        while (found_s[~apart] > WITHIN_S[self._within]).any() and self._look_farther():
            found_s = self._from_edges(stands)
        found_s = found_s + self._off_s(stands.off_m + self._place.off_m[0])
        reached = np.isfinite(found_s)
        travel_s[near[reached]] = found_s[reached]
        by[near[reached]] = By.STREETS
        by[near[apart]] = By.UNREACHABLE
        return Walks(travel_s, by)

    def _from_edges(self, stands: _Snapped) -> Floats:
        """From points on edges: by either end of the edge, or along it when it is the same."""
        network, edge = self._network, stands.edge
        first, last = network.ends[edge, 0], network.ends[edge, 1]
        back_s, on_s = _parts_s(network, stands)
        found_s = np.minimum(
            np.where(np.isfinite(network.against_s[edge]), back_s, np.inf)
            + self._junction_s[first],
            np.where(np.isfinite(network.along_s[edge]), on_s, np.inf) + self._junction_s[last],
        )
        here, at_m = self._place.edge[0], self._place.at_m[0]
        cost_s = np.where(stands.at_m <= at_m, network.along_s[edge], network.against_s[edge])
        direct_s = np.abs(at_m - stands.at_m) * network.pace_s[edge]
        same = (edge == here) & np.isfinite(cost_s)
        return np.asarray(np.where(same, np.minimum(found_s, direct_s), found_s))

    def _look_farther(self) -> bool:
        if self._within + 1 == len(WITHIN_S):
            return False
        self._within += 1
        self._junction_s = self._search()
        return True

    def _search(self) -> Floats:
        """Seconds from every junction to the place; `inf` beyond the present bound."""
        network, arcs, edge = self._network, self._network.arcs, self._place.edge[0]
        back_s, on_s = _parts_s(network, self._place)
        ways = [
            (network.ends[edge, 0], back_s[0], network.along_s[edge]),
            (network.ends[edge, 1], on_s[0], network.against_s[edge]),
        ]
        ways = [(end, cost_s, whole_s) for end, cost_s, whole_s in ways if np.isfinite(whole_s)]
        if len(ways) > 1 and ways[0][0] == ways[1][0]:  # a loop: both ends are one junction
            ways = [min(ways, key=lambda way: float(way[1]))]
        source = len(arcs.row) - 1  # a junction of its own, where the place is
        graph = csr_array(
            (
                np.append(arcs.weight_s, [max(float(cost_s), 1e-9) for _, cost_s, _ in ways]),
                np.append(arcs.index, np.array([end for end, _, _ in ways], dtype=np.int32)),
                np.append(arcs.row, np.int32(arcs.row[-1] + len(ways))),
            ),
            shape=(source + 1, source + 1),
        )
        found = dijkstra(graph, directed=True, indices=source, limit=WITHIN_S[self._within])
        return np.asarray(found, dtype=np.float64)

    def _off_s(self, off_m: Floats) -> Floats:
        """To the nearest way and from it; across open ground at the network's best pace."""
        return np.asarray(off_m * float(self._network.pace_s.min()))


def _parts_s(network: StreetNetwork, stands: _Snapped) -> tuple[Floats, Floats]:
    """Walking times from each point to the beginning and to the end of its edge."""
    pace_s = network.pace_s[stands.edge]
    rest_m = shapely.length(network.shapes[stands.edge]) - stands.at_m
    return stands.at_m * pace_s, np.maximum(rest_m, 0) * pace_s


def _snap(network: StreetNetwork, lon: Floats, lat: Floats) -> _Snapped:
    """The nearest way of each point, within `SNAP_MAX_M`."""
    points = network.on_plane(lon, lat)
    edge = np.full(len(points), -1, dtype=np.int64)
    off_m, at_m = np.full(len(points), np.nan), np.full(len(points), np.nan)
    (which, nearest), distance_m = network.tree.query_nearest(
        points, max_distance=SNAP_MAX_M, return_distance=True, all_matches=False
    )
    edge[which], off_m[which] = nearest, distance_m
    at_m[which] = shapely.line_locate_point(network.shapes[nearest], points[which])
    return _Snapped(edge, off_m, at_m)
