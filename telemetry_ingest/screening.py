"""Screening: which fixes are refused, and which measured values are not believed.

Owns the rules that look at one fix at a time; each takes all fixes of a batch and answers for
each. Not duty (`duty.py`), nor what needs the fix before (`movement.py`).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from telemetry_ingest.fix import FOREVER_US, US_PER_S, Fixes, Floats, Ints, Mask

AHEAD_MAX_US: Final = 300 * US_PER_S  # a handset's clock may be this far ahead
NULL_ISLAND_DEG: Final = 1e-3  # 0/0 to within 100 m: no receiver there, only failures
COARSE_FROM_M: Final = 50.0  # wider than a block of flats: not good enough to judge by
ACCURACY_BELIEVED_MAX_M: Final = 1e6
SPEED_BELIEVED_MAX_MPS: Final = 1000.0
REGION_MARGIN_DEG: Final = 1.0  # how far outside of all grids a handset may well be


@dataclass(frozen=True, slots=True)
class Region:
    """The rectangle of all grids, in degrees WGS-84."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, lon: Floats, lat: Floats, margin: float) -> Mask:
        """Whether each place lies inside, `margin` degrees allowed."""
        return (
            (lon >= self.west - margin)
            & (lon <= self.east + margin)
            & (lat >= self.south - margin)
            & (lat <= self.north + margin)
        )


def is_revoked(fixes: Fixes, revoked_us: Ints) -> Mask:
    """Recorded when the enrolment had ended; what came before is still owed to the worker."""
    end_us = revoked_us[fixes.handset]
    return np.asarray((end_us != FOREVER_US) & (fixes.at_us >= end_us))


def is_not_finite(fixes: Fixes) -> Mask:
    """Without a number for the place."""
    return np.asarray(~(np.isfinite(fixes.lon) & np.isfinite(fixes.lat)))


def is_out_of_range(fixes: Fixes) -> Mask:
    """No place on Earth."""
    return (np.abs(fixes.lon) > 180.0) | (np.abs(fixes.lat) > 90.0)


def is_null_island(fixes: Fixes) -> Mask:
    """At 0/0, where receivers put what they do not know."""
    return (np.abs(fixes.lon) < NULL_ISLAND_DEG) & (np.abs(fixes.lat) < NULL_ISLAND_DEG)


def is_swapped(fixes: Fixes, region: Region | None) -> Mask:
    """Far away as given, at home with latitude and longitude exchanged."""
    if region is None:
        return np.zeros(len(fixes), dtype=bool)
    at_home = region.contains(fixes.lon, fixes.lat, REGION_MARGIN_DEG)
    return ~at_home & region.contains(fixes.lat, fixes.lon, REGION_MARGIN_DEG)


def is_future(fixes: Fixes) -> Mask:
    """More than five minutes ahead of this machine's clock."""
    return fixes.at_us > fixes.received_us + AHEAD_MAX_US


def is_too_old(fixes: Fixes, oldest_us: int) -> Mask:
    """Older than what is kept."""
    return fixes.at_us < oldest_us


def is_repeated(fixes: Fixes) -> Mask:
    """Seen earlier in this batch, from the same handset at the same instant."""
    order = np.lexsort((fixes.at_us, fixes.handset))  # stable: the first to arrive stays first
    same = (np.diff(fixes.at_us[order]) == 0) & (np.diff(fixes.handset[order]) == 0)
    repeated = np.zeros(len(fixes), dtype=bool)
    repeated[order[1:]] = same
    return repeated


def is_mock(fixes: Fixes) -> Mask:
    """The phone said that its location was simulated."""
    return fixes.mock


def is_coarse(fixes: Fixes) -> Mask:
    """Accuracy worse than 50 m, or unknown."""
    return ~(fixes.accuracy_m <= COARSE_FROM_M)


def without_impossible_values(fixes: Fixes) -> Fixes:
    """Optional values that cannot be: unknown. Phones write -1, and 0 m, for "not known"."""
    accuracy = np.where(
        (fixes.accuracy_m > 0) & (fixes.accuracy_m < ACCURACY_BELIEVED_MAX_M),
        fixes.accuracy_m,
        np.nan,
    )
    speed = np.where(
        (fixes.speed_mps >= 0) & (fixes.speed_mps < SPEED_BELIEVED_MAX_MPS),
        fixes.speed_mps,
        np.nan,
    )
    course = np.where((fixes.course_deg >= 0) & (fixes.course_deg <= 360), fixes.course_deg, np.nan)
    battery = np.where((fixes.battery >= 0) & (fixes.battery <= 1), fixes.battery, np.nan)
    return replace(
        fixes,
        accuracy_m=accuracy,
        speed_mps=speed,
        course_deg=np.where(course == 360, 0.0, course),
        battery=battery,
    )
