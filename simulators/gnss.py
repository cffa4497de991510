"""Owns what a phone's receiver makes of a true place: error, stated accuracy, drop-outs.

It knows nothing of where the phone really goes (`movement`) nor how the fix travels (`radio`,
`handset`). Pure and vectorised: the live fleet asks for one instant, the back-fill for a shift.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.noise import Floats, below_share, smooth_normal


class Surroundings(IntEnum):
    """How much of the sky a phone sees."""

    OPEN = 0
    CANYON = 1
    INDOOR = 2
    DEEP = 3


@dataclass(frozen=True, slots=True)
class Sky:
    """Reception in one kind of surroundings: accuracy radius from best to worst, and lost share."""

    best_m: float
    worst_m: float
    lost_share: float


SKIES: Final = {
    Surroundings.OPEN: Sky(3.0, 6.0, 0.004),
    Surroundings.CANYON: Sky(8.0, 20.0, 0.02),
    Surroundings.INDOOR: Sky(20.0, 60.0, 0.25),
    Surroundings.DEEP: Sky(35.0, 60.0, 0.85),
}
RADIUS_PER_SIGMA: Final = 1.51  # 68 % of a round normal error lies within 1.51 sigma
DRIFT_TAU_S: Final = 45.0  # multipath wanders this slowly past a walker
SKY_TAU_S: Final = 120.0  # satellites and house fronts change over minutes
LOSS_TAU_S: Final = 150.0
DRIFT_SHARE: Final = 0.92  # of the error's standard deviation; the rest is white

_BEST_M = np.array([SKIES[s].best_m for s in Surroundings])
_WORST_M = np.array([SKIES[s].worst_m for s in Surroundings])
_LOST_LEVEL = np.array([below_share(SKIES[s].lost_share) for s in Surroundings])


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations at n instants: `(n, 2)` metres on the plane, accuracy m (68 %), and if any."""

    xy: Floats
    accuracy_m: Floats
    has_fix: NDArray[np.bool_]


def observe(stream: int, times_s: Floats, xy: Floats, surroundings: NDArray[np.uint8]) -> Observed:
    """What the receiver of this stream says at true places `(n, 2)` m and Unix seconds.

    The stated accuracy is honest: about 68 % of the errors are smaller.
    """
    accuracy_m = _accuracy(stream, times_s, surroundings)
    sigma_m = accuracy_m / RADIUS_PER_SIGMA
    error = np.stack((_axis(stream + 1, times_s), _axis(stream + 3, times_s)), axis=-1)
    has_fix = smooth_normal(stream + 5, times_s, LOSS_TAU_S) >= _LOST_LEVEL[surroundings]
    return Observed(xy + error * sigma_m[:, None], accuracy_m, has_fix)


def _accuracy(stream: int, times_s: Floats, surroundings: NDArray[np.uint8]) -> Floats:
    """Accuracy radius: slowly up and down between the best and the worst of the surroundings."""
    level = smooth_normal(stream, times_s, SKY_TAU_S)
    share = 1.0 / (1.0 + np.exp(-1.702 * level))  # the normal distribution function, near enough
    best, worst = _BEST_M[surroundings], _WORST_M[surroundings]
    return np.asarray(best + (worst - best) * share)


def _axis(stream: int, times_s: Floats) -> Floats:
    """Error along one axis in standard deviations: a slow drift and a little white noise."""
    drift = smooth_normal(stream, times_s, DRIFT_TAU_S)
    white = smooth_normal(stream + 1, times_s, 1.0)
    return np.asarray(DRIFT_SHARE * drift + np.sqrt(1.0 - DRIFT_SHARE**2) * white)
