"""Owns what the rules would say if every second of the truth were known.

Deliberately simple, on samples a few seconds apart; it shares no code with the engine but the
windows of the day and the raster of cells.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from console_server.attendance.twice_daily import windows_on
from console_server.packs.pack import RulePack
from known_truth.lives import Life
from simulators.city import CENTRE as PLANE

STEP_S = 5.0
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Reality:
    """The true share of planned time in the own grid, and whether each rule was truly met."""

    share: float
    in_grid: bool
    patrols: bool
    twice_daily: bool


def reality_of(life: Life, pack: RulePack) -> Reality:
    """What was."""
    planned = [(low / 1e6, high / 1e6) for low, high in life.given.planned]
    first = min(planned[0][0], life.spells[0].on_s)
    last = max(planned[-1][1], life.spells[-1].off_s)
    at_s = np.arange(first, last, STEP_S)
    xy = life.truth.where(at_s).xy
    on_duty = _within(at_s, [(each.on_s, each.off_s) for each in life.spells])
    inside = shapely.contains_xy(life.ground, xy[:, 0], xy[:, 1]) & on_duty
    work = _within(at_s, planned)
    share = float((inside & work).sum() / work.sum())
    assert pack.share is not None
    assert pack.patrol is not None
    assert pack.twice_daily is not None
    windows = [
        (low / 1e6, high / 1e6)
        for low, high in windows_on(life.given.day, pack.twice_daily.windows, pack.zone)
    ]
    asked = [
        (at_s >= low) & (at_s < high)
        for low, high in windows
        if sum(max(0, min(b, high) - max(a, low)) for a, b in planned) >= pack.patrol.min_work_s
    ]
    found = _Patrols(life, pack, at_s, xy, inside)
    return Reality(
        share=share,
        in_grid=share >= float(pack.share.min_share),
        patrols=found.count(np.ones_like(inside)) >= pack.patrol.per_day,
        twice_daily=all(found.count(window) >= 1 for window in asked),
    )


@dataclass(frozen=True)
class _Patrols:
    life: Life
    pack: RulePack
    at_s: NDArray[np.float64]
    xy: NDArray[np.float64]
    inside: Bools

    def count(self, window: Bools) -> int:
        """How many patrols there truly were in a window."""
        return sum(self._covers(run) for run in self._runs(self.inside & window))

    def _runs(self, present: Bools) -> list[NDArray[np.int64]]:
        rules = self.pack.patrol
        assert rules
        at = np.flatnonzero(present)
        if not len(at):
            return []
        apart = np.flatnonzero(np.diff(at) > rules.brief_exit_s / STEP_S + 1)
        runs = np.split(at, apart + 1)
        return [run for run in runs if len(run) * STEP_S >= rules.min_duration_s]

    def _covers(self, run: NDArray[np.int64]) -> bool:
        rules = self.pack.patrol
        assert rules
        border = self.life.given.grounds[0].border
        assert border
        lonlat = PLANE.to_lonlat(self.xy[run])
        east, north = border.to_metres(lonlat[:, 0], lonlat[:, 1])
        cells = set(
            zip((east // rules.cell_m).tolist(), (north // rules.cell_m).tolist(), strict=True)
        )
        if rules.min_cells is not None and len(cells) >= rules.min_cells:
            return True
        return rules.min_checkpoints is not None and self._touched(run) >= rules.min_checkpoints

    def _touched(self, run: NDArray[np.int64]) -> int:
        low, high = run[0], run[-1] + 1
        touched = 0
        for point in self.life.given.checkpoints:
            spot = PLANE.to_plane(np.array([[point.lon, point.lat]]))[0]
            apart = np.hypot(*(self.xy[low:high] - spot).T)
            touched += bool((apart <= point.radius_m).any())
        return touched


def _within(at_s: NDArray[np.float64], spans: list[tuple[float, float]]) -> Bools:
    found = np.zeros(len(at_s), np.bool_)
    for low, high in spans:
        found |= (at_s >= low) & (at_s < high)
    return found
