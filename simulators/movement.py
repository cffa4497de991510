"""Owns the truth of one walk: where somebody is at every instant, known exactly.

A walk is a polyline in time. `itinerary` and `errand` draw walks with a `Pen`; `gnss` blurs what
is read off them. Metres on the district's plane, Unix seconds.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from simulators.gnss import Surroundings
from simulators.noise import Floats

STILL_BELOW_MPS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """True places at n instants: `(n, 2)` m, speed, course from north, and surroundings."""

    xy: Floats
    speed_mps: Floats
    course_deg: Floats
    surroundings: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Walk:
    """Breakpoints in ascending time; `surroundings[i]` holds from breakpoint i to the next."""

    at_s: Floats
    xy: Floats
    surroundings: NDArray[np.uint8]

    def where(self, times_s: Floats) -> Whereabouts:
        """True places at these instants; before the start and after the end the ends stand."""
        x = np.interp(times_s, self.at_s, self.xy[:, 0])
        y = np.interp(times_s, self.at_s, self.xy[:, 1])
        leg = np.searchsorted(self.at_s, times_s, side="right") - 1
        leg = np.clip(leg, 0, max(len(self.at_s) - 2, 0))
        step, lasts_s = self._legs(leg)
        running = (times_s >= self.at_s[0]) & (times_s < self.at_s[-1]) & (lasts_s > 0)
        speed = np.where(running, np.hypot(step[:, 0], step[:, 1]) / np.maximum(lasts_s, 1e-9), 0.0)
        course = np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0
        return Whereabouts(np.stack((x, y), axis=-1), speed, course, self.surroundings[leg])

    def _legs(self, leg: NDArray[np.int64]) -> tuple[Floats, Floats]:
        after = np.minimum(leg + 1, len(self.at_s) - 1)
        return self.xy[after] - self.xy[leg], self.at_s[after] - self.at_s[leg]

    def place_at(self, at_s: float) -> tuple[float, float]:
        """The true place at one instant."""
        x, y = self.where(np.array([at_s])).xy[0]
        return float(x), float(y)

    def followed_by(self, later: Self) -> Self:
        """This walk until the later one begins, and that one from there."""
        until_s = float(later.at_s[0])
        kept = self.at_s < until_s
        last = self.where(np.array([until_s]))
        return type(self)(
            np.concatenate((self.at_s[kept], [until_s], later.at_s)),
            np.concatenate((self.xy[kept], last.xy, later.xy)),
            np.concatenate((self.surroundings[kept], last.surroundings, later.surroundings)),
        )


@dataclass(slots=True)
class Pen:
    """Draws a walk from one place and instant on."""

    at_s: float
    xy: tuple[float, float]
    _at: list[float] = field(default_factory=list)
    _xy: list[tuple[float, float]] = field(default_factory=list)
    _around: list[int] = field(default_factory=list)

    def go(
        self, to: tuple[float, float], speed_mps: float, around: Surroundings = Surroundings.CANYON
    ) -> None:
        """Walk straight to a place."""
        dx, dy = to[0] - self.xy[0], to[1] - self.xy[1]
        self._mark(around)
        self.at_s += (dx * dx + dy * dy) ** 0.5 / speed_mps
        self.xy = to

    def stay(self, lasts_s: float, around: Surroundings) -> None:
        """Stand where the pen is."""
        self._mark(around)
        self.at_s += lasts_s

    def walk(self) -> Walk:
        """What was drawn so far."""
        return Walk(
            np.array([*self._at, self.at_s]),
            np.array([*self._xy, self.xy]),
            np.array([*self._around, self._around[-1] if self._around else 0], dtype=np.uint8),
        )

    def _mark(self, around: Surroundings) -> None:
        self._at.append(self.at_s)
        self._xy.append(self.xy)
        self._around.append(int(around))


def standing(at_s: float, xy: tuple[float, float], around: Surroundings) -> Walk:
    """A walk of somebody who has stood at one place since `at_s`."""
    pen = Pen(at_s, xy)
    pen.stay(1.0, around)
    return pen.walk()
