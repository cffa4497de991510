"""Owns the cutting of the town into 14 communities and 59 grids along streets and the river.

It decides which faces belong together and how many households live there. Codes and names of
the areas are `areas`' matter.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import tanh
from random import Random

import numpy as np
import shapely
from shapely import Polygon

from simulators.town.blocks import Block
from simulators.town.partition import Cells, split
from simulators.town.streets import RIVER, Streets

COMMUNITIES, GRIDS = 14, 59
SMALLEST_COMMUNITY, LARGEST_COMMUNITY = 4, 5  # grids
HOUSEHOLDS_PER_GRID = 400  # the middle of the 300–500 that the subdistrict aims at
AREA_SHARE = 0.35  # how much a grid's ground counts beside its households when grids are balanced
# What a border costs by the street it follows: people know wide streets as borders.
BORDER_COST = {RIVER: 0.1, "trunk": 0.3, "secondary": 0.55, "lane": 1.0}


@dataclass(frozen=True)
class Zone:
    """One grid to be: its faces' union, the community it falls to, its households."""

    community: int
    shape: Polygon
    faces: tuple[int, ...]
    households: int


def divide(streets: Streets, blocks: tuple[Block, ...], rng: Random) -> tuple[Zone, ...]:
    """Cut the town; zones come community by community."""
    cells, homes = _cells(streets, blocks)
    zones: list[Zone] = []
    community = 0
    banks = _banks(cells)
    for bank, sizes in zip(banks, _shares(cells, banks, rng), strict=True):
        load = sum(cells.loads[i] for i in bank)
        wanted = [load * size / sum(sizes) for size in sizes]
        homes_of = split(cells, bank, wanted, rng)
        for part, size in enumerate(sizes):
            members = [i for i in bank if homes_of[i] == part]
            zones += _grids(streets, cells, homes, (community, members, size), rng)
            community += 1
    return tuple(zones)


def _grids(
    streets: Streets,
    cells: Cells,
    homes: list[float],
    community: tuple[int, list[int], int],
    rng: Random,
) -> list[Zone]:
    number, members, size = community
    load = sum(cells.loads[i] for i in members)
    grid_of = split(cells, members, [load / size] * size, rng)
    zones = []
    for grid in range(size):
        faces = tuple(i for i in members if grid_of[i] == grid)
        shape = shapely.coverage_union_all([streets.faces[i] for i in faces])
        zones.append(Zone(number, shape, faces, _rounded(sum(homes[i] for i in faces))))
    return zones


def _rounded(homes: float) -> int:
    """Households as the register has them: homes stand empty where there are many of them."""
    return round(HOUSEHOLDS_PER_GRID + 98 * tanh((homes - HOUSEHOLDS_PER_GRID) / 120))


def _cells(streets: Streets, blocks: tuple[Block, ...]) -> tuple[Cells, list[float]]:
    """The faces as cells to be split, and the households of each."""
    raw = [block.households for block in blocks]
    scale = GRIDS * HOUSEHOLDS_PER_GRID / sum(raw)
    homes = [scale * home for home in raw]
    ground = [face.area for face in streets.faces]
    per_m2 = GRIDS * HOUSEHOLDS_PER_GRID / sum(ground)
    loads = tuple(
        (1 - AREA_SHARE) * home + AREA_SHARE * per_m2 * area
        for home, area in zip(homes, ground, strict=True)
    )
    middles = shapely.get_coordinates(shapely.centroid(streets.faces))
    return Cells(loads, np.asarray(middles), _borders(streets)), homes


def _borders(streets: Streets) -> dict[int, dict[int, float]]:
    """For each face its neighbours over streets; the river is no neighbourhood."""
    beside: dict[frozenset[tuple[float, ...]], list[int]] = {}
    for i, face in enumerate(streets.faces):
        corners = list(face.exterior.coords)
        for a, b in pairwise(corners):
            beside.setdefault(frozenset((a, b)), []).append(i)
    borders: dict[int, dict[int, float]] = {i: {} for i in range(len(streets.faces))}
    for edge in streets.edges:
        faces = beside.get(frozenset(edge.line.coords[:2]), [])
        if len(faces) == 2 and edge.rank != RIVER:
            cost = edge.line.length * BORDER_COST[edge.rank]
            for one, other in (faces, faces[::-1]):
                borders[one][other] = borders[one].get(other, 0.0) + cost
    return borders


def _banks(cells: Cells) -> list[list[int]]:
    """The faces on either side of the river, the side with more households first."""
    free, banks = set(range(len(cells.loads))), list[list[int]]()
    while free:
        waiting = [min(free)]
        bank = set(waiting)
        while waiting:
            for neighbour in cells.borders[waiting.pop()].keys() - bank:
                bank.add(neighbour)
                waiting.append(neighbour)
        banks.append(sorted(bank))
        free -= bank
    return sorted(banks, key=lambda bank: -sum(cells.loads[i] for i in bank))


def _shares(cells: Cells, banks: list[list[int]], rng: Random) -> list[list[int]]:
    """For each bank the grids of its communities: 4 or 5 each, 59 in all, by load."""
    first, second = banks
    loads = [sum(cells.loads[i] for i in bank) for bank in (first, second)]
    wanted = GRIDS * loads[0] / sum(loads)
    options = [
        (abs(grids - wanted), communities, grids)
        for communities in range(1, COMMUNITIES)
        for grids in range(SMALLEST_COMMUNITY * communities, LARGEST_COMMUNITY * communities + 1)
        if _fits(GRIDS - grids, COMMUNITIES - communities)
    ]
    _, communities, grids = min(options)
    return [
        _sizes(grids, communities, rng),
        _sizes(GRIDS - grids, COMMUNITIES - communities, rng),
    ]


def _fits(grids: int, communities: int) -> bool:
    return SMALLEST_COMMUNITY * communities <= grids <= LARGEST_COMMUNITY * communities


def _sizes(grids: int, communities: int, rng: Random) -> list[int]:
    large = grids - SMALLEST_COMMUNITY * communities
    sizes = [LARGEST_COMMUNITY] * large + [SMALLEST_COMMUNITY] * (communities - large)
    return rng.sample(sizes, communities)
