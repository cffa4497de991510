"""Who should be sent: every worker who could go, ranked, with reasons and honest doubt.

Owns the ranking; not where its columns come from (`candidates.py`). Pure. A rank is the walk in
seconds plus what each circumstance is worth in seconds; nothing but unreachability excludes
anybody. Nobody walks a shorter way than the straight line, so only those are looked for on the
street network who could come among the first by it; the result is the same as looking for all.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from console_server.dispatches.circumstances import (
    able_to_go,
    circumstances_s,
    doubt_m,
    leaves_hole,
)
from console_server.dispatches.field import Bools, Field, Floats, Place, Why, distances_m
from console_server.dispatches.reasons import Seen, reasons_of, why_nobody
from console_server.packs.rules import WalkingRules
from console_server.streets.walking import By, Walks

CANDIDATES_LIMIT_MAX: Final = 20  # more than a dispatcher reads; the map offers everybody else
UNREACHABLE_S: Final = 3_600.0  # no way on the map: after everybody for whom there is one
STRAIGHTEST: Final = 0.99  # the plane of the network and the sphere differ by less than a per cent
LOOKED_FOR_AT_FIRST: Final = 60  # on the network; some 15 microseconds each


class Reach(Protocol):
    """Walking times to the place on a street network (`streets/walking.py`)."""

    def walks(self, lon: Floats, lat: Floats) -> Walks:
        """From each of these places."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One worker who could go, by row. `travel_max_s`: if they went on from their last fix."""

    row: int
    distance_m: float
    travel_s: float
    travel_max_s: float
    doubt_m: float
    by: By
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best first; when there is nobody, `none` says why."""

    choices: tuple[Choice, ...]
    none: Why | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. `reach` None: there is no street network. `within_s`: of walking."""

    limit: int = CANDIDATES_LIMIT_MAX
    walking: WalkingRules = field(default_factory=WalkingRules)
    reach: Reach | None = None
    within_s: float = float("inf")


@dataclass(frozen=True, eq=False, slots=True)
class _Costs:
    """Of the rows that were looked at. `cost_s` ranks, `inf` for who is left out."""

    rows: NDArray[np.intp]
    cost_s: Floats
    travel_s: Floats
    by: NDArray[np.uint8]


def rank(workers: Field, place: Place, ask: Ask) -> Ranking:
    """The best workers to send to the place, with every reason of each."""
    able = np.flatnonzero(able_to_go(workers) & workers.wanted)
    if not len(able):
        return Ranking((), why_nobody(workers))
    hole = leaves_hole(workers, place)
    distance_m = distances_m(workers.lon, workers.lat, place)
    circumstances = circumstances_s(workers, hole, ask.walking.speed_mps)
    costs = _looked_at(workers, able, distance_m, circumstances, ask)
    best = np.lexsort((costs.rows, costs.cost_s))[: ask.limit]
    best = best[np.isfinite(costs.cost_s[best])]
    if not len(best):
        return Ranking((), Why("nobody_so_near", {"withinS": round(ask.within_s)}))
    return Ranking(_choices(workers, costs, best, _Known(distance_m, hole, place.skill), ask))


def _looked_at(
    workers: Field, able: NDArray[np.intp], distance_m: Floats, circumstances: Floats, ask: Ask
) -> _Costs:
    """Costs of enough of the able that the first `limit` of all are among them."""
    least_s = distance_m[able] * STRAIGHTEST / ask.walking.speed_mps + circumstances[able]
    count = len(able) if ask.reach is None else LOOKED_FOR_AT_FIRST + ask.limit
    while True:
        count = min(count, len(able))
        order = np.argpartition(least_s, count - 1)
        rows = able[order[:count]]
        travel_s, by = _travel(workers, rows, distance_m[rows], ask)
        cost_s = travel_s + circumstances[rows] + (by == By.UNREACHABLE) * UNREACHABLE_S
        cost_s = np.where(travel_s <= ask.within_s, cost_s, np.inf)
        if count == len(able):
            return _Costs(rows, cost_s, travel_s, by)
        others_s = least_s[order[count:]].min()
        if np.partition(cost_s, ask.limit - 1)[ask.limit - 1] <= others_s:
            return _Costs(rows, cost_s, travel_s, by)
        count *= 4


def _travel(
    workers: Field, rows: NDArray[np.intp], distance_m: Floats, ask: Ask
) -> tuple[Floats, NDArray[np.uint8]]:
    """Walking times, by streets where the network knows, else by the straight line."""
    straight_s = distance_m * ask.walking.detour_factor / ask.walking.speed_mps
    if ask.reach is None:
        return straight_s, np.full(len(rows), By.STRAIGHT, dtype=np.uint8)
    walks = ask.reach.walks(workers.lon[rows], workers.lat[rows])
    return np.where(walks.by == By.STREETS, walks.travel_s, straight_s), walks.by


@dataclass(frozen=True, eq=False, slots=True)
class _Known:
    distance_m: Floats
    hole: Bools
    skill: str | None


def _choices(
    workers: Field, costs: _Costs, best: NDArray[np.intp], known: _Known, ask: Ask
) -> tuple[Choice, ...]:
    doubts = doubt_m(workers, ask.walking.speed_mps)
    closest = int(costs.rows[best[np.argmin(costs.travel_s[best])]])
    per_m_s = ask.walking.detour_factor / ask.walking.speed_mps
    found = []
    for at in best:
        row, by = int(costs.rows[at]), By(costs.by[at])
        distance_m, doubt = float(known.distance_m[row]), float(doubts[row])
        seen = Seen(distance_m, doubt, by, row == closest, bool(known.hole[row]))
        found.append(
            Choice(
                row=row,
                distance_m=distance_m,
                travel_s=float(costs.travel_s[at]),
                travel_max_s=float(costs.travel_s[at]) + doubt * per_m_s,
                doubt_m=doubt,
                by=by,
                reasons=reasons_of(workers, row, seen, known.skill),
            )
        )
    return tuple(found)
