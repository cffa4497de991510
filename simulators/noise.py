"""Owns randomness that is a pure function of a stream and a moment.

A value depends only on its stream and its time, never on what was asked before. So the live fleet,
the back-fill and a second start all see the same world, in whatever order they look at it.
Used by `gnss`, `radio` and whatever else must not remember.
"""

from hashlib import blake2b
from random import Random
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def stream_of(*names: str | int) -> int:
    """Name a stream of randomness; equal names give the same stream on every machine."""
    text = "/".join(str(name) for name in names)
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "little")


def random_of(*names: str | int) -> Random:
    """An ordinary generator of the stream, for plans that are made once from start to end."""
    return Random(stream_of(*names))


def uniform(stream: int, index: Counts) -> Floats:
    """Independent uniform numbers in [0, 1), one for each index.

    Source: the finaliser of splitmix64, Steele, Lea and Flood (2014).
    """
    offset = np.array([stream], dtype=np.uint64)
    word = (index.astype(np.uint64) + np.uint64(1)) * _GOLDEN + offset
    word = (word ^ (word >> np.uint64(30))) * _MIX_1
    word = (word ^ (word >> np.uint64(27))) * _MIX_2
    word = word ^ (word >> np.uint64(31))
    return (word >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(stream: int, index: Counts) -> Floats:
    """Independent standard normal numbers, one for each index (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform(stream, 2 * index)))
    angle = 2.0 * np.pi * uniform(stream, 2 * index + 1)
    return np.asarray(radius * np.cos(angle))


def smooth_normal(stream: int, times_s: Floats, tau_s: float) -> Floats:
    """Standard normal noise that varies smoothly: instants `tau_s` apart are almost independent.

    Neighbouring lattice values are blended and scaled so that the variance is 1 at every instant.
    """
    position = times_s / tau_s
    left = np.floor(position)
    share = position - left
    index = left.astype(np.int64)
    blend = (1.0 - share) * normal(stream, index) + share * normal(stream, index + 1)
    return np.asarray(blend / np.hypot(1.0 - share, share))


def below_share(share: float) -> float:
    """The level that standard normal noise stays below for that share of the time."""
    return NormalDist().inv_cdf(min(max(share, 1e-9), 1.0 - 1e-9))
