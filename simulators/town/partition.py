"""Owns the splitting of a map of touching cells into compact, contiguous zones of equal load.

Pure: cells are numbers, borders are lengths. `districting` uses it twice, for communities and
for the grids within each.
"""

from dataclasses import dataclass
from math import exp
from random import Random

import numpy as np
from numpy.typing import NDArray

SWEEPS = 110
COOL_AT = 100  # sweeps after which only improvements are made
START_HEAT = 0.12  # in units of the cost below: a border as long as a zone is wide costs about 1
BALANCE_WEIGHT = 90.0  # a load wrong by a tenth costs 0.9


@dataclass(frozen=True)
class Cells:
    """Cells with their loads, middles `(n, 2)` m, and the cost of a border between neighbours."""

    loads: tuple[float, ...]
    middles: NDArray[np.float64]
    borders: dict[int, dict[int, float]]


def split(cells: Cells, members: list[int], targets: list[float], rng: Random) -> dict[int, int]:
    """Give every member the number of a zone, so that zone i's load is near `targets[i]`.

    The members must hang together. Zones do too, and none is empty.
    """
    zones = _grow(cells, members, targets, _spread(cells, members, len(targets), rng))
    _Annealing(cells, zones, targets).run(rng)
    return zones


def _spread(cells: Cells, members: list[int], number: int, rng: Random) -> list[int]:
    """Members in the middle of `number` clusters of about equal load (Lloyd's iterations)."""
    places = cells.middles[members]
    loads = np.array([cells.loads[i] for i in members]) + 1e-6
    seeds = places[rng.sample(range(len(members)), number)]
    for _ in range(40):
        nearest = np.argmin(((places[:, None] - seeds[None]) ** 2).sum(axis=2), axis=1)
        for zone in range(number):
            own = nearest == zone
            if own.any():
                seeds[zone] = np.average(places[own], axis=0, weights=loads[own])
    chosen: list[int] = []
    for seed in seeds:
        order = np.argsort(((places - seed) ** 2).sum(axis=1))
        chosen.append(next(members[i] for i in order if members[i] not in chosen))
    return chosen


def _grow(
    cells: Cells, members: list[int], targets: list[float], seeds: list[int]
) -> dict[int, int]:
    """Let the zone that lacks most take its nearest free neighbour, until none is free."""
    zones = {seed: zone for zone, seed in enumerate(seeds)}
    loads = [cells.loads[seed] for seed in seeds]
    allowed = set(members)
    fringe: list[set[int]] = [set(cells.borders[seed]) & allowed for seed in seeds]
    while len(zones) < len(members):
        for free in fringe:
            free.difference_update(zones)
        open_zones = [zone for zone, free in enumerate(fringe) if free]
        zone = min(open_zones, key=lambda z: loads[z] / targets[z])
        middle = cells.middles[seeds[zone]]
        cell = min(
            sorted(fringe[zone]), key=lambda c: float(((cells.middles[c] - middle) ** 2).sum())
        )
        zones[cell] = zone
        loads[zone] += cells.loads[cell]
        fringe[zone] |= set(cells.borders[cell]) & allowed
    return zones


class _Annealing:
    """Moves cells over zone borders where that lowers the cost, at first also where it does not."""

    def __init__(self, cells: Cells, zones: dict[int, int], targets: list[float]) -> None:
        self.cells, self.zones, self.targets = cells, zones, targets
        self.loads = [0.0] * len(targets)
        for cell, zone in zones.items():
            self.loads[zone] += cells.loads[cell]
        lengths = sum(sum(cells.borders[cell].values()) for cell in zones)
        self.scale = 0.022 * lengths / len(targets) + 1e-9

    def run(self, rng: Random) -> None:
        order = sorted(self.zones)
        for sweep in range(SWEEPS):
            heat = START_HEAT * (1 - sweep / COOL_AT) if sweep < COOL_AT else 0.0
            rng.shuffle(order)
            for cell in order:
                self._consider(cell, heat, rng)

    def _consider(self, cell: int, heat: float, rng: Random) -> None:
        own = self.zones[cell]
        others = {self.zones[n] for n in self.cells.borders[cell] if n in self.zones} - {own}
        if not others:
            return
        gain, zone = min((self._change(cell, zone), zone) for zone in others)
        taken = gain < 0 or (heat > 0 and rng.random() < exp(-gain / heat))
        if taken and self._holds_without(cell, own):
            self.zones[cell] = zone
            self.loads[own] -= self.cells.loads[cell]
            self.loads[zone] += self.cells.loads[cell]

    def _change(self, cell: int, zone: int) -> float:
        """What the cost changes by if the cell moves to that zone."""
        own, load = self.zones[cell], self.cells.loads[cell]
        border = 0.0
        for neighbour, length in self.cells.borders[cell].items():
            at = self.zones.get(neighbour)
            border += length * ((at == own) - (at == zone))
        before = self._imbalance(own, 0) + self._imbalance(zone, 0)
        after = self._imbalance(own, -load) + self._imbalance(zone, load)
        return border / self.scale + BALANCE_WEIGHT * (after - before)

    def _imbalance(self, zone: int, change: float) -> float:
        share = (self.loads[zone] + change) / self.targets[zone] - 1
        return share * share

    def _holds_without(self, cell: int, zone: int) -> bool:
        """Whether the zone stays in one piece when the cell leaves it."""
        beside = [n for n in self.cells.borders[cell] if self.zones.get(n) == zone]
        if not beside:
            return False
        reached, waiting = {beside[0]}, [beside[0]]
        while waiting:
            for n in self.cells.borders[waiting.pop()]:
                if n != cell and n not in reached and self.zones.get(n) == zone:
                    reached.add(n)
                    waiting.append(n)
        return reached.issuperset(beside)
