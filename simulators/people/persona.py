"""Owns what kind of worker somebody is: habits, pace, phone. Fixed by seed and worker code.

It decides nothing about a given day (`itinerary`) or order (`errand`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from simulators.noise import random_of, stream_of
from simulators.scenario import PeoplePlan

FLAT_BELOW_PERCENT: Final = 2.0  # the phone switches off


class Habit(StrEnum):
    """How somebody spends a shift."""

    DILIGENT = "diligent"
    SLACK = "slack"
    STRAYING = "straying"


class PhoneKind(StrEnum):
    """What is odd about a phone."""

    SOUND = "sound"
    WEAK_BATTERY = "weak_battery"
    MOCK_LOCATION = "mock_location"
    APP_KILLED = "app_killed"


@dataclass(frozen=True, slots=True)
class Persona:
    """One simulated worker. `stream` names their receiver's noise; speeds in m/s."""

    code: str
    stream: int
    habit: Habit
    phone: PhoneKind
    pace_mps: float
    charge_percent: float
    drain_percent_per_h: float

    def battery_percent(self, since_on_s: float) -> float:
        """Charge that long after duty began, never below 0."""
        used = max(since_on_s, 0.0) / 3600.0 * self.drain_percent_per_h
        return max(self.charge_percent - used, 0.0)

    def reports_at(self, since_on_s: float, duty_s: float) -> bool:
        """Whether the app runs: a flat phone does not, a killed app stops for a third of duty."""
        if self.battery_percent(since_on_s) < FLAT_BELOW_PERCENT:
            return False
        if self.phone is PhoneKind.APP_KILLED:
            return not 0.25 * duty_s < since_on_s < 0.6 * duty_s
        return True


def make_personas(codes: Sequence[str], seed: int, plan: PeoplePlan) -> dict[str, Persona]:
    """Personas of all workers by code: shares by chance, odd phones by count."""
    ranked = sorted(codes, key=lambda code: stream_of(seed, "odd phone", code))
    mocks = set(ranked[: plan.mock_phones])
    killed = set(ranked[plan.mock_phones : plan.mock_phones + plan.killed_apps])
    odd = dict.fromkeys(mocks, PhoneKind.MOCK_LOCATION)
    odd |= dict.fromkeys(killed, PhoneKind.APP_KILLED)
    return {code: _persona(code, seed, plan, odd.get(code)) for code in codes}


def _persona(code: str, seed: int, plan: PeoplePlan, odd: PhoneKind | None) -> Persona:
    draw = random_of(seed, "persona", code)
    kind, weak = draw.random(), draw.random() < plan.weak_battery_share
    habit = Habit.DILIGENT
    if kind < plan.slack_share:
        habit = Habit.SLACK
    elif kind < plan.slack_share + plan.straying_share:
        habit = Habit.STRAYING
    phone = odd or (PhoneKind.WEAK_BATTERY if weak else PhoneKind.SOUND)
    low = phone is PhoneKind.WEAK_BATTERY
    return Persona(
        code=code,
        stream=stream_of(seed, "gnss", code),
        habit=habit,
        phone=phone,
        pace_mps=draw.uniform(1.0, 1.35),
        charge_percent=draw.uniform(38, 55) if low else draw.uniform(78, 100),
        drain_percent_per_h=draw.uniform(9, 13) if low else draw.uniform(3.5, 6.5),
    )
