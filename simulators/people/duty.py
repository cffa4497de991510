"""Owns when a worker really is on duty: planned shifts, come late and left early as people do.

Fixed by seed, worker and shift. What happens on duty is `itinerary`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from console_server.wire.field import Shift
from simulators.noise import random_of
from simulators.people.persona import Habit, Persona

MERGED_WITHIN_S: Final = 20 * 60  # shifts with no longer a break between are one spell of duty
COMES_S: Final = {  # against the planned start; late is positive
    Habit.DILIGENT: (-480, 180),
    Habit.SLACK: (-60, 1500),
    Habit.STRAYING: (-300, 600),
}
LEAVES_S: Final = {
    Habit.DILIGENT: (-60, 480),
    Habit.SLACK: (-1200, 60),
    Habit.STRAYING: (-600, 300),
}


@dataclass(frozen=True, slots=True, order=True)
class Spell:
    """Duty-on to duty-off as the handset says it, Unix seconds."""

    on_s: float
    off_s: float

    def holds(self, at_s: float) -> bool:
        """Whether an instant lies in it."""
        return self.on_s <= at_s < self.off_s


def spells_of(shifts: Iterable[Shift], persona: Persona, seed: int) -> list[Spell]:
    """The spells of duty that come of one worker's planned shifts, in time order."""
    return [_lived(spell, persona, seed) for spell in _merged(shifts)]


def _merged(shifts: Iterable[Shift]) -> list[Spell]:
    merged: list[Spell] = []
    for shift in sorted(shifts, key=lambda each: each.starts_at):
        planned = Spell(shift.starts_at.timestamp(), shift.ends_at.timestamp())
        if merged and planned.on_s - merged[-1].off_s < MERGED_WITHIN_S:
            last = merged.pop()
            planned = Spell(last.on_s, max(last.off_s, planned.off_s))
        merged.append(planned)
    return merged


def _lived(planned: Spell, persona: Persona, seed: int) -> Spell:
    draw = random_of(seed, "duty", persona.code, int(planned.on_s))
    comes = draw.uniform(*COMES_S[persona.habit])
    leaves = draw.uniform(*LEAVES_S[persona.habit])
    on_s = round(planned.on_s + comes)
    return Spell(on_s, max(round(planned.off_s + leaves), on_s + 60))
