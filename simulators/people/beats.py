"""Owns where each worker of a fleet belongs: streets, doors, checkpoints and office of their grids.

Built once from the walking network; what is done there is `itinerary`'s.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Final

import numpy as np

from simulators.noise import random_of
from simulators.people.itinerary import Beat
from simulators.people.terrain import Spot, Terrain, apart_m
from simulators.town.network import DOOR, PATH, PAVEMENT

COMMUNITY_CODE_LENGTH: Final = 12  # 6 county, 3 street, 3 community; a grid's code goes on
HOUSES: Final = 24  # doors that one worker calls at
STRAYS_M: Final = (600.0, 2600.0)
STRAY_PLACES: Final = 6


class District:
    """The network by grid. `checkpoints` by grid code, on the plane."""

    def __init__(
        self, terrain: Terrain, checkpoints: Mapping[str, Sequence[Spot]], seed: int
    ) -> None:
        self.terrain, self.seed = terrain, seed
        self._checkpoints = checkpoints

    def beat_of(self, worker_code: str, grid_codes: Sequence[str]) -> Beat | None:
        """Where this worker belongs; None when the network has none of the grids."""
        known = [code for code in grid_codes if code in self._by_grid]
        nodes = frozenset(n for code in known for n in self._by_grid[code][0])
        if not nodes:
            return None
        draw = random_of(self.seed, "beat", worker_code)
        doors = sorted(n for code in known for n in self._by_grid[code][1])
        chosen = draw.sample(doors, min(HOUSES, len(doors)))
        return Beat(
            nodes=nodes,
            checkpoints=tuple(s for code in known for s in self._checkpoints.get(code, ())),
            houses=tuple(self.terrain.spots[door] for door in chosen),
            office=self._office(known[0]),
            elsewhere=self._elsewhere(min(nodes), draw),
        )

    @cached_property
    def _by_grid(self) -> dict[str, tuple[list[int], list[int]]]:
        """Nodes outdoors and doors of every grid."""
        network = self.terrain.network
        outdoors = np.isin(network.kind, (PAVEMENT, PATH))
        by_grid = {}
        for number, code in enumerate(network.grid_codes):
            inside = network.grid == number
            doors = inside & (network.kind == DOOR)
            by_grid[code] = (
                np.flatnonzero(inside & outdoors).tolist(),
                np.flatnonzero(doors).tolist(),
            )
        return by_grid

    @cached_property
    def _offices(self) -> dict[str, Spot]:
        """One door of each community, the same for all its workers."""
        doors: dict[str, list[int]] = defaultdict(list)
        for code, (outdoors, houses) in self._by_grid.items():
            doors[code[:COMMUNITY_CODE_LENGTH]] += houses or outdoors
        return {
            code: self.terrain.spots[random_of(self.seed, "office", code).choice(nodes)]
            for code, nodes in doors.items()
        }

    def _office(self, grid_code: str) -> Spot:
        return self._offices[grid_code[:COMMUNITY_CODE_LENGTH]]

    def _elsewhere(self, home: int, draw: Random) -> tuple[int, ...]:
        spots = self.terrain.spots
        found: list[int] = []
        while len(found) < STRAY_PLACES:
            node = draw.randrange(len(spots))
            away_m = apart_m(spots[node], spots[home])
            if STRAYS_M[0] < away_m < STRAYS_M[1]:
                found.append(node)
        return tuple(found)
