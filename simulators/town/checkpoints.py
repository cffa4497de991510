"""Owns the places a patrol must touch: 2 to 4 in each grid, a booth in each community.

They stand on the pavement, as far inside the grid as its streets allow. `roster` and the fleet
use them; nothing here knows who visits them.
"""

from collections import Counter
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from simulators.geodesy import LocalPlane
from simulators.town.areas import Area
from simulators.town.blocks import Block
from simulators.town.network import Network
from simulators.town.streets import RIVER, Streets

PER_GRID = (2, 4)
RADII_M = (20, 25, 30)
WELL_INSIDE_M = 32.0  # from the border, so that a visit is not taken for one next door
BOOTH = "大联勤治安岗亭"


@dataclass(frozen=True)
class Checkpoint:
    """One place; `code` is the grid's code with a two-digit serial."""

    code: str
    name: str
    grid_code: str
    lon: float
    lat: float
    radius_m: int

    @property
    def is_booth(self) -> bool:
        """Whether this is the community's police-and-patrol booth."""
        return self.name.endswith(BOOTH)


@dataclass(frozen=True)
class Surroundings:
    """What a checkpoint is named after: the town, and the face each network node lies on."""

    plane: LocalPlane
    streets: Streets
    blocks: tuple[Block, ...]
    faces: tuple[int, ...]


def place(
    areas: tuple[Area, ...], network: Network, around: Surroundings, rng: Random
) -> tuple[Checkpoint, ...]:
    """Place all checkpoints, grid by grid; the first of a community's first grid is the booth."""
    communities = {area.code: area for area in areas if area.kind == "community"}
    names = _Names(around, network)
    checkpoints: list[Checkpoint] = []
    for grid in (area for area in areas if area.kind == "grid"):
        nodes = _spread(_candidates(grid, network, around.plane), rng.randint(*PER_GRID), network)
        for serial, node in enumerate(nodes, 1):
            name = names.of(node)
            if serial == 1 and grid.code.endswith("001"):
                name = communities[grid.parent or ""].name + BOOTH
            lon, lat = network.lonlat[node].tolist()
            code = f"{grid.code}-{serial:02d}"
            radius_m = rng.choice(RADII_M)
            checkpoints.append(Checkpoint(code, name, grid.code, lon, lat, radius_m))
    return tuple(checkpoints)


def _candidates(grid: Area, network: Network, plane: LocalPlane) -> NDArray[np.intp]:
    """The grid's pavement nodes that are well inside, or the innermost third of them."""
    nodes = network.pavements(grid.code)
    flat = shapely.transform(grid.shape.boundary, plane.to_plane)
    depth = shapely.distance(shapely.points(plane.to_plane(network.lonlat[nodes])), flat)
    limit = min(WELL_INSIDE_M, float(np.quantile(depth, 0.67)))
    inside: NDArray[np.intp] = nodes[depth >= limit]
    return inside


def _spread(nodes: NDArray[np.intp], number: int, network: Network) -> list[int]:
    """The most central node, then always the one farthest from those chosen."""
    places = network.lonlat[nodes] * (0.85, 1.0)  # degrees of longitude are shorter
    chosen = [int(np.argmin(((places - places.mean(axis=0)) ** 2).sum(axis=1)))]
    while len(chosen) < min(number, len(nodes)):
        gaps = ((places[:, None] - places[None, chosen]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(np.argmax(gaps)))
    return [int(nodes[i]) for i in chosen]


class _Names:
    """Names a node after the known block it lies on, or after the two streets nearest to it."""

    def __init__(self, around: Surroundings, network: Network) -> None:
        self.around = around
        self.edges = [edge for edge in around.streets.edges if edge.rank != RIVER]
        self.tree = STRtree([edge.line for edge in self.edges])
        self.places = shapely.points(around.plane.to_plane(network.lonlat))
        self.used: Counter[str] = Counter()

    def of(self, node: int) -> str:
        block = self.around.blocks[self.around.faces[node]]
        name = f"{block.name}门前" if block.name else self._corner(node)
        self.used[name] += 1
        return name if self.used[name] == 1 else f"{name}({self.used[name]})"

    def _corner(self, node: int) -> str:
        spot = self.places[node]
        near = [self.edges[i] for i in self.tree.query(spot, "dwithin", 120).tolist()]
        near.sort(key=lambda edge: edge.line.distance(spot))
        first, *others = dict.fromkeys(edge.name for edge in near)
        if not others:
            return f"{first}巡更点"
        return f"{first}与{others[0]}" + ("口" if others[0].endswith("路") else "路口")
