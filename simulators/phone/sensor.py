"""Owns what one phone reports of a walk: which instants, and the fixes as the wire has them.

It joins truth (`movement`), receiver (`gnss`) and phone (`persona`). The live fleet asks for one
instant, the back-fill for a whole spell: the same function, so both tell of the same world.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.geodesy import LocalPlane
from simulators.gnss import observe
from simulators.movement import STILL_BELOW_MPS, Walk, Whereabouts
from simulators.noise import Floats, normal
from simulators.people.duty import Spell
from simulators.people.persona import Persona, PhoneKind
from telemetry_ingest.wire.handset import Fix

Mask = NDArray[np.bool_]

SPEED_ERROR_MPS: Final = 0.12
COURSE_ERROR_DEG: Final = 8.0
MOCK_ACCURACY_M: Final = 1.0  # apps that fake a place state a perfect one
COARSE_FROM_M: Final = 35.0  # past this the phone says the fix came from masts and Wi-Fi


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Report intervals in seconds; a phone at rest reports at every few of its beats."""

    moving_s: float
    still_s: float

    def beats(self, stream: int, from_s: float, to_s: float) -> Floats:
        """This phone's beats in [from, to): every `moving_s`, at an offset of its own."""
        offset_s = stream % 1000 / 1000 * self.moving_s
        first = np.ceil((from_s - offset_s) / self.moving_s)
        last = np.ceil((to_s - offset_s) / self.moving_s)
        return np.asarray(np.arange(first, last) * self.moving_s + offset_s)

    def reported(self, beats_s: Floats, speed_mps: Floats) -> Mask:
        """Which beats bring a report: all while moving, else only every few."""
        every = max(round(self.still_s / self.moving_s), 1)
        number = np.floor(beats_s / self.moving_s).astype(np.int64)
        return np.asarray((speed_mps >= STILL_BELOW_MPS) | (number % every == 0))


@dataclass(frozen=True, slots=True)
class Sensor:
    """One worker's phone during one spell of duty."""

    persona: Persona
    spell: Spell
    plane: LocalPlane

    def fixes(self, times_s: Floats, true: Whereabouts) -> list[Fix]:
        """The fixes of those of these instants at which the phone runs and finds its place."""
        seen = observe(self.persona.stream, times_s, true.xy, true.surroundings)
        mock = self.persona.phone is PhoneKind.MOCK_LOCATION
        xy, accuracy = (
            (true.xy, np.full(len(times_s), MOCK_ACCURACY_M))
            if mock
            else (
                seen.xy,
                seen.accuracy_m,
            )
        )
        lonlat = self.plane.to_lonlat(xy).round(7).tolist()
        speed, course = self._motion(times_s, true)
        running = self._running(times_s) & (seen.has_fix | mock)
        return [
            Fix(
                at=round(at, 3),
                lon=lonlat[i][0],
                lat=lonlat[i][1],
                acc=round(float(accuracy[i]), 1),
                spd=round(float(speed[i]), 2),
                cog=round(float(course[i]), 1) if speed[i] >= STILL_BELOW_MPS else None,
                bat=round(self.persona.battery_percent(at - self.spell.on_s)),
                mock=mock,
                src="network" if accuracy[i] > COARSE_FROM_M else "gnss",
            )
            for i, at in enumerate(times_s.tolist())
            if running[i]
        ]

    def over(self, walk: Walk, rhythm: Rhythm, from_s: float, to_s: float) -> list[Fix]:
        """All fixes that the phone makes in [from, to), oldest first."""
        beats_s = rhythm.beats(self.persona.stream, from_s, to_s)
        true = walk.where(beats_s)
        chosen = rhythm.reported(beats_s, true.speed_mps)
        return self.fixes(beats_s[chosen], walk.where(beats_s[chosen]))

    def runs(self, at_s: float) -> bool:
        """Whether the app runs at this instant."""
        return self.persona.reports_at(at_s - self.spell.on_s, self.spell.off_s - self.spell.on_s)

    def _running(self, times_s: Floats) -> Mask:
        return np.array([self.runs(at) for at in times_s.tolist()], dtype=np.bool_)

    def _motion(self, times_s: Floats, true: Whereabouts) -> tuple[Floats, Floats]:
        instant = (times_s * 10).astype(np.int64)
        speed = true.speed_mps + SPEED_ERROR_MPS * normal(self.persona.stream + 7, instant)
        course = true.course_deg + COURSE_ERROR_DEG * normal(self.persona.stream + 8, instant)
        still = true.speed_mps < STILL_BELOW_MPS
        return np.where(still, 0.0, np.maximum(speed, 0.3)), np.asarray(course % 360.0)
