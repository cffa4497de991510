"""Movement: a fix against the fix before it of the same worker.

Owns what "the last accepted fix" is and the two judgements made with it. Both hold whatever the
order of arrival: late fixes are compared where they belong in time.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from telemetry_ingest.fix import NEVER_US, US_PER_S, Fixes, Floats, Ints, Mask

# 180 km/h: no worker's vehicle, on any road of a district.
SPEED_MAX_MPS: Final = 50.0
# Receivers jitter within their accuracy; more than this must not excuse a jump.
JITTER_MAX_M: Final = 50.0
INTERVAL_MIN_S: Final = 1.0  # two fixes within one second say nothing of speed
EARTH_RADIUS_M: Final = 6371008.8  # IUGG mean radius


@dataclass(slots=True, eq=False)
class LastFixes:
    """The newest accepted fix of each worker: columns indexed by worker_id."""

    at_us: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    lon: Floats = field(default_factory=lambda: np.zeros(0))
    lat: Floats = field(default_factory=lambda: np.zeros(0))
    accuracy_m: Floats = field(default_factory=lambda: np.zeros(0))

    def make_room(self, highest_worker: int) -> None:
        """Have a row for every worker up to this id."""
        missing = highest_worker + 1 - len(self.at_us)
        if missing > 0:
            missing += len(self.at_us) // 2
            self.at_us = np.append(self.at_us, np.full(missing, NEVER_US))
            self.lon = np.append(self.lon, np.full(missing, np.nan))
            self.lat = np.append(self.lat, np.full(missing, np.nan))
            self.accuracy_m = np.append(self.accuracy_m, np.full(missing, np.nan))

    def forget(self, worker: int) -> None:
        """This worker has no fix, as far as is known."""
        self.make_room(worker)
        self.at_us[worker] = NEVER_US

    def set_newest(
        self, worker: int, at_us: int, lon: float, lat: float, accuracy_m: float | None
    ) -> None:
        """This worker's newest fix is known from elsewhere."""
        self.make_room(worker)
        self.at_us[worker], self.lon[worker], self.lat[worker] = at_us, lon, lat
        self.accuracy_m[worker] = np.nan if accuracy_m is None else accuracy_m

    def advance(self, fixes: Fixes, worker: Ints) -> Ints:
        """Take over the fixes that are newer than what is known; returns their rows."""
        order = np.lexsort((fixes.at_us, worker))
        last = order[np.append(np.diff(worker[order]) != 0, True)] if len(order) else order
        rows = last[fixes.at_us[last] > self.at_us[worker[last]]]
        whom = worker[rows]
        self.at_us[whom] = fixes.at_us[rows]
        self.lon[whom], self.lat[whom] = fixes.lon[rows], fixes.lat[rows]
        self.accuracy_m[whom] = fixes.accuracy_m[rows]
        return np.asarray(rows, dtype=np.int64)


def is_late(fixes: Fixes, worker: Ints, last: LastFixes) -> Mask:
    """Older than a fix of that worker which was accepted before."""
    if not len(fixes):
        return np.zeros(0, dtype=bool)
    order = np.argsort(worker, kind="stable")  # by worker, then by arrival
    whose = worker[order]
    known = last.at_us[whose]
    # Ranks make "largest so far, worker by worker" one running maximum over whole numbers.
    at_rank = np.unique(np.append(fixes.at_us[order], known), return_inverse=True)[1]
    rank, known_rank = at_rank[: len(fixes)], at_rank[len(fixes) :]
    group = np.append(0, np.cumsum(np.diff(whose) != 0)) * (2 * len(fixes) + 1)
    newest = np.maximum.accumulate(np.maximum(rank, known_rank) + group) - group
    late = np.zeros(len(fixes), dtype=bool)
    late[order] = rank < newest
    return late


def is_implausibly_fast(fixes: Fixes, worker: Ints, last: LastFixes) -> Mask:
    """Too far from the fix before it in time, even if both are as wrong as they admit."""
    count = len(fixes)
    known = np.unique(worker)
    known = known[last.at_us[known] != NEVER_US]
    whose = np.append(worker, known)
    at_us = np.append(fixes.at_us, last.at_us[known])
    lon = np.append(fixes.lon, last.lon[known])
    lat = np.append(fixes.lat, last.lat[known])
    jitter = np.append(fixes.accuracy_m, last.accuracy_m[known])
    order = np.lexsort((at_us, whose))
    before, after = order[:-1], order[1:]
    jitter = np.minimum(np.nan_to_num(jitter, nan=0.0), JITTER_MAX_M)
    travelled = distance_m(lon[before], lat[before], lon[after], lat[after])
    travelled -= jitter[before] + jitter[after]
    interval = np.maximum((at_us[after] - at_us[before]) / US_PER_S, INTERVAL_MIN_S)
    fast = np.zeros(len(order), dtype=bool)
    fast[after] = (whose[before] == whose[after]) & (travelled / interval > SPEED_MAX_MPS)
    return fast[:count]


def distance_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Metres between places in degrees. Source: haversine formula on the mean sphere."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half = (
        np.sin((phi_b - phi_a) / 2) ** 2
        + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))))
