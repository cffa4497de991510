"""Owns the walking network as the fleet uses it: arrays of places and of the ways between them.

It is built by `walkways` and searched by `route`. Every place lies in exactly one grid, since
people walk on the pavements, not on the street centre lines that the borders follow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RANKS = ("trunk", "secondary", "lane", "path", "crossing")
PAVEMENT, PATH, DOOR = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Network:
    """Places (nodes) and ways (edges, both directions walkable).

    `lonlat` (n, 2) degrees WGS-84; `grid` (n,) index into `grid_codes`; `kind` (n,) one of
    PAVEMENT, PATH, DOOR; `floors` (n,) of the building behind a door, else 0. `ends` (m, 2) node
    indices; `rank` (m,) index into RANKS, the street along or over which the way leads;
    `length_m` (m,).
    """

    grid_codes: tuple[str, ...]
    lonlat: NDArray[np.float64]
    grid: NDArray[np.int16]
    kind: NDArray[np.uint8]
    floors: NDArray[np.uint8]
    ends: NDArray[np.int32]
    rank: NDArray[np.uint8]
    length_m: NDArray[np.float64]

    def pavements(self, grid_code: str) -> NDArray[np.intp]:
        """Nodes beside a street within a grid."""
        return self._nodes(grid_code, PAVEMENT)

    def doors(self, grid_code: str) -> NDArray[np.intp]:
        """Nodes at building entrances within a grid; `floors` tells how high one may climb."""
        return self._nodes(grid_code, DOOR)

    def nearest(self, lon: float, lat: float) -> int:
        """The node nearest to a place, by local flat distance."""
        shrink = np.cos(np.radians(lat))
        offset = (self.lonlat - (lon, lat)) * (shrink, 1.0)
        return int(np.argmin((offset**2).sum(axis=1)))

    def _nodes(self, grid_code: str, kind: int) -> NDArray[np.intp]:
        index = self.grid_codes.index(grid_code)
        return np.flatnonzero((self.grid == index) & (self.kind == kind))
