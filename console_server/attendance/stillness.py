"""Finds phones that lay still for so long that they say nothing of the one they belong to.

Owns when a phone counts as lying still: by the scatter of its fixes in pieces of 20 minutes, and by
how far it got from one piece to the next, both against the accuracy that it states. Pure.
"""

from typing import Final

import numpy as np

from console_server.attendance.border import EARTH_RADIUS_M, Bools, Floats, Ints
from console_server.attendance.columns import FixColumns, distance_m
from console_server.attendance.spans import SECOND_US

PIECE_S: Final = 1200  # long against the wandering of a signal, short against a spell of duty
SCATTER_OF_ACCURACY: Final = 1.5  # lying still, fixes scatter by 0.94 of the stated 68 % radius
SHIFT_OF_ACCURACY: Final = 2.0  # and the middle of a piece moves by less than half of it
DEGREE_M: Final = EARTH_RADIUS_M * np.pi / 180
LEAST_M: Final = 25.0  # phones that state a better accuracy than they have


def lay_still(fixes: FixColumns, max_still_s: float | None) -> Bools:
    """Which fixes belong to a stretch of at least this long in which the phone never moved."""
    if max_still_s is None or not len(fixes.key):
        return np.zeros(len(fixes.key), np.bool_)
    piece = fixes.at_us // (PIECE_S * SECOND_US)
    fresh = (np.diff(piece, prepend=-1) != 0) | (np.diff(fixes.row, prepend=-1) != 0)
    heads = np.flatnonzero(fresh)
    count = np.diff(np.append(heads, len(piece)))
    lon, scatter_east = _middle(fixes.lon, heads, count)
    lat, scatter_north = _middle(fixes.lat, heads, count)
    accuracy_m = np.add.reduceat(fixes.accuracy_m, heads) / count
    scatter_m2 = (scatter_east * np.cos(np.radians(lat)) ** 2 + scatter_north) * DEGREE_M**2
    lies = scatter_m2 <= np.maximum(LEAST_M, SCATTER_OF_ACCURACY * accuracy_m) ** 2
    reach_m = np.maximum(LEAST_M, SHIFT_OF_ACCURACY * accuracy_m)
    stays = distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:]) <= np.maximum(
        reach_m[:-1], reach_m[1:]
    )
    row = fixes.row[heads]
    linked = lies[:-1] & lies[1:] & stays & (row[:-1] == row[1:])
    run = np.cumsum(np.concatenate([[True], ~linked])) - 1
    first, last = heads, np.append(heads[1:], len(piece)) - 1
    begins = np.flatnonzero(np.diff(run, prepend=-1))
    ends = np.append(begins[1:], len(run)) - 1
    lasted_us = fixes.at_us[last[ends]] - fixes.at_us[first[begins]]
    long = (lasted_us >= max_still_s * SECOND_US)[run] & lies
    return np.repeat(long, count)


def _middle(degrees: Floats, heads: Ints, count: Ints) -> tuple[Floats, Floats]:
    """Mean and variance of each piece."""
    mean = np.add.reduceat(degrees, heads) / count
    return mean, np.add.reduceat((degrees - np.repeat(mean, count)) ** 2, heads) / count
