"""Owns the search for the shortest way on foot through the walking network.

It walks nowhere itself: `movement` moves people along the polylines found here.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from simulators.geodesy import LocalPlane
from simulators.town.network import Network


@dataclass(frozen=True, eq=False)
class Route:
    """A way from one node to another.

    `nodes` (k,); `lonlat` (k, 2) degrees; `at_m` (k,) metres walked when each node is reached.
    """

    nodes: NDArray[np.int32]
    lonlat: NDArray[np.float64]
    at_m: NDArray[np.float64]

    @property
    def length_m(self) -> float:
        """Metres from the first node to the last."""
        return float(self.at_m[-1])


class Router:
    """Shortest ways by A*: a way is never shorter than the straight line, so the bound holds.

    Measured at some milliseconds for a walk across the town, a tenth of that within a grid.
    """

    def __init__(self, network: Network, plane: LocalPlane) -> None:
        self.network = network
        self._places: list[tuple[float, float]] = [
            (x, y) for x, y in plane.to_plane(network.lonlat).tolist()
        ]
        self._beside: list[list[tuple[int, float]]] = [[] for _ in self._places]
        ends, lengths = network.ends.tolist(), network.length_m.tolist()
        for (one, other), length_m in zip(ends, lengths, strict=True):
            self._beside[one].append((other, length_m))
            self._beside[other].append((one, length_m))

    def find(self, start: int, goal: int) -> Route:
        """Return the shortest way; the network hangs together, so there always is one."""
        came, walked = self._search(start, goal)
        nodes = [goal]
        while nodes[-1] != start:
            nodes.append(came[nodes[-1]])
        order = np.array(nodes[::-1], dtype=np.int32)
        at_m = np.array([walked[node] for node in order.tolist()])
        return Route(order, self.network.lonlat[order], at_m)

    def _search(self, start: int, goal: int) -> tuple[dict[int, int], dict[int, float]]:
        gx, gy = self._places[goal]
        came, walked = {start: start}, {start: 0.0}
        done = set[int]()
        waiting = [(0.0, start)]
        while waiting:
            _, node = heappop(waiting)
            if node == goal:
                break
            if node in done:
                continue
            done.add(node)
            for other, length_m in self._beside[node]:
                total_m = walked[node] + length_m
                if total_m < walked.get(other, np.inf):
                    x, y = self._places[other]
                    walked[other], came[other] = total_m, node
                    left_m = ((x - gx) ** 2 + (y - gy) ** 2) ** 0.5
                    heappush(waiting, (total_m + 0.999 * left_m, other))
        return came, walked
