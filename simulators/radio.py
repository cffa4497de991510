"""Owns when and where a phone has mobile data.

Outages come from the place (dead corners, houses), from the moment (one phone loses its data for a
minute or two), and from the town (a mast that is down). Pure; `handset` keeps the backlog.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.gnss import Surroundings
from simulators.noise import Floats, below_share, smooth_normal, uniform
from simulators.scenario import RadioPlan

DEAD_CELL_M: Final = 90.0  # a dead corner is about a block wide
MAST_CELL_M: Final = 1500.0  # a mast of a town covers about this much
OUTAGE_TAU_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Radio:
    """The town's mobile network for one scenario and seed."""

    stream: int
    plan: RadioPlan

    def has_data(
        self, handset: int, times_s: Floats, xy: Floats, surroundings: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        """Whether the phone of this stream has data at true places `(n, 2)` m, Unix seconds."""
        lost = self._dead_place(xy) | self._mast_down(times_s, xy)
        return np.asarray(~(lost | self._moment(handset, times_s, surroundings)))

    def _dead_place(self, xy: Floats) -> NDArray[np.bool_]:
        cell = _cell(xy, DEAD_CELL_M)
        return np.asarray(uniform(self.stream, cell) < self.plan.dead_place_share)

    def _mast_down(self, times_s: Floats, xy: Floats) -> NDArray[np.bool_]:
        """Each mast has its own turn within every period, so not all are down at once."""
        if self.plan.mast_outage_s <= 0:
            return np.zeros(len(times_s), dtype=np.bool_)
        period_s = self.plan.mast_outage_every_s
        turn_s = uniform(self.stream + 1, _cell(xy, MAST_CELL_M)) * period_s
        return np.asarray((times_s - turn_s) % period_s < self.plan.mast_outage_s)

    def _moment(
        self, handset: int, times_s: Floats, surroundings: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        outdoor, indoor = self.plan.outage_share, self.plan.indoor_outage_share
        levels = np.where(
            surroundings >= Surroundings.INDOOR, below_share(indoor), below_share(outdoor)
        )
        return np.asarray(smooth_normal(handset, times_s, OUTAGE_TAU_S) < levels)


def _cell(xy: Floats, size_m: float) -> NDArray[np.int64]:
    """A number for the square of the plane that each point lies in."""
    column = np.floor(xy[:, 0] / size_m).astype(np.int64)
    row = np.floor(xy[:, 1] / size_m).astype(np.int64)
    return np.asarray(column * 1_000_003 + row)
