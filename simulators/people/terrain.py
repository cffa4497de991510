"""Owns how the fleet looks at the walking network: in metres, with the sky above each way.

The network is `network`'s and its search `route`'s; who walks where is `itinerary`'s. Nothing here
knows a person or a time.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Final

import numpy as np
import shapely

from simulators.geodesy import LocalPlane
from simulators.gnss import Surroundings
from simulators.route import Router
from simulators.town.network import RANKS, Network

Spot = tuple[float, float]

SKY_BY_RANK: Final = {
    "trunk": Surroundings.OPEN,
    "secondary": Surroundings.OPEN,
    "crossing": Surroundings.OPEN,
    "lane": Surroundings.CANYON,
    "path": Surroundings.CANYON,
}


@dataclass(frozen=True, slots=True)
class Way:
    """A straight stretch from one node to another, as seen from where somebody stands."""

    number: int
    to: int
    length_m: float
    around: Surroundings


class Terrain:
    """The walkable district on its plane, metres."""

    def __init__(self, network: Network, plane: LocalPlane) -> None:
        self.network, self.plane = network, plane
        self.spots: list[Spot] = [(x, y) for x, y in plane.to_plane(network.lonlat).tolist()]
        self.ways_at: list[dict[int, Way]] = [{} for _ in self.spots]
        self._router = Router(network, plane)
        self._index = shapely.STRtree(shapely.points(np.array(self.spots)))
        ranks = [SKY_BY_RANK[rank] for rank in RANKS]
        for number, (one, other) in enumerate(network.ends.tolist()):
            length_m, around = float(network.length_m[number]), ranks[network.rank[number]]
            self.ways_at[one][other] = Way(number, other, length_m, around)
            self.ways_at[other][one] = Way(number, one, length_m, around)

    def nearest(self, spot: Spot) -> int:
        """The node nearest to a place."""
        return int(self._index.nearest(shapely.Point(spot)))

    def route(self, start: int, goal: int) -> list[Way]:
        """The shortest way from node to node; empty when they are one."""
        nodes = self._router.find(start, goal).nodes.tolist()
        return [self.ways_at[a][b] for a, b in pairwise(nodes)]

    def spot_of(self, lon: float, lat: float) -> Spot:
        """A place of the world on the plane."""
        x, y = self.plane.to_plane(np.array([[lon, lat]]))[0]
        return float(x), float(y)


def apart_m(one: Spot, other: Spot) -> float:
    """Distance of two places on the plane."""
    return hypot(one[0] - other[0], one[1] - other[1])
