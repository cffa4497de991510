"""Owns one simulated worker: on duty by the spells, walking the day, dropping it for orders.

Driven by `step(now)`, which does what is due and says when to come again; it opens no socket and
reads no clock. Its phone is anything with `send` and `set_network` (`handset` in the fleet).
"""

import time
from dataclasses import dataclass, field
from random import Random
from typing import Final, Protocol

import numpy as np

from simulators.gnss import Surroundings
from simulators.movement import Pen, Walk, Whereabouts
from simulators.noise import random_of
from simulators.people.duty import Spell
from simulators.people.errand import Errands
from simulators.people.itinerary import Beat, Span, Stroll, plan_walk
from simulators.people.persona import Persona, PhoneKind
from simulators.people.terrain import Spot, Terrain
from simulators.phone.outbox import Message
from simulators.phone.sensor import Rhythm, Sensor
from simulators.radio import Radio
from simulators.scenario import Scenario
from telemetry_ingest.wire.handset import Fix, OrderMessage, ProgressMessage, StatusMessage

HURRY: Final = 1.2  # on an order people walk this much faster
OVERTIME_MAX_S: Final = 2 * 3600  # past this an unfinished order keeps nobody on duty
IDLE_S: Final = 60.0  # look at the clock this often when nothing is due


class Phone(Protocol):
    """What a worker needs of a handset."""

    def send(self, item: Fix | Message) -> None:
        """Send in time, or keep it until there is a network."""

    def set_network(self, has_network: bool) -> None:  # noqa: FBT001
        """Give or take the mobile data."""


@dataclass(frozen=True, slots=True)
class World:
    """What all workers of a fleet share."""

    terrain: Terrain
    radio: Radio
    scenario: Scenario
    seed: int

    def random_at_start(self) -> Random:
        """Chance that differs from start to start: what comes up, not who people are."""
        return random_of(self.seed, "start", time.time_ns())


@dataclass(slots=True)
class FieldWorker:
    """One worker. `spells` in time order; `walk` is the truth while on duty."""

    persona: Persona
    beat: Beat
    spells: list[Spell]
    world: World
    phone: Phone
    spell: Spell | None = None
    walk: Walk | None = None
    errands: Errands = field(init=False)
    _next_beat_s: float = 0.0
    _turns: int = 0

    def __post_init__(self) -> None:
        draw = random_of(self.world.seed, "orders", self.persona.code)
        self.errands = Errands(self.world.scenario.orders, draw, self, self._tell)

    @property
    def on_duty(self) -> bool:
        """Whether the worker is on duty."""
        return self.spell is not None

    def planned(self, spell: Spell) -> Walk:
        """The walk of a spell as it goes without any order."""
        draw = random_of(self.world.seed, "shift", self.persona.code, int(spell.on_s))
        span = Span(spell.on_s, spell.off_s)
        return plan_walk(self.world.terrain, self.beat, self.persona, span, draw)

    def step(self, now_s: float) -> float:
        """Do what is due; returns when to come again (Unix seconds)."""
        self._come_or_go(now_s)
        self.errands.step(now_s)
        if self.spell is None:
            return min(self._next_on_s(now_s), self.errands.due_s, now_s + IDLE_S)
        if now_s >= self._next_beat_s:
            self._report(now_s)
        return min(self._next_beat_s, self.errands.due_s)

    def receive(self, order: OrderMessage, now_s: float) -> None:
        """An order came in."""
        self.errands.receive(order, now_s, on_duty=self.on_duty)

    def health(self, now_s: float) -> StatusMessage:
        """What the phone says of itself, without a word on duty."""
        since_on_s = now_s - self.spell.on_s if self.spell else 0.0
        return StatusMessage(
            at=round(now_s, 3),
            bat=round(self.persona.battery_percent(since_on_s)),
            net="4g",
            permission=True,
            optimised=self.persona.phone is PhoneKind.APP_KILLED,
        )

    def place(self, now_s: float) -> Spot | None:
        """The true place; None off duty."""
        return self.walk.place_at(now_s) if self.walk is not None else None

    def whereabouts(self, now_s: float) -> Whereabouts | None:
        """The true whereabouts; None off duty."""
        return self.walk.where(np.array([now_s])) if self.walk is not None else None

    def continue_from(self, spot: Spot, seen_s: float, now_s: float) -> None:
        """Start this spell from where the worker was seen last instead of from the plan."""
        if self.spell is not None and self.walk is not None and self.spell.holds(seen_s):
            self.walk = self.walk.followed_by(self._onward(self.spell, spot, now_s))

    def set_out(self, order: OrderMessage, at_s: float) -> float:
        """Walk to an order's place by the shortest route; returns the arrival."""
        if order.lon is None or order.lat is None or self.walk is None:
            return at_s + IDLE_S
        pen = Pen(at_s, self.walk.place_at(at_s))
        draw = random_of(self.world.seed, "way", order.dispatch)
        stroll = Stroll(self.world.terrain, draw, self.persona.pace_mps, pen, hurry=HURRY)
        stroll.to_spot(self.world.terrain.spot_of(order.lon, order.lat))
        arrives_s = pen.at_s
        pen.stay(OVERTIME_MAX_S, Surroundings.CANYON)
        self.walk = self.walk.followed_by(pen.walk())
        return arrives_s

    def turn_back(self, at_s: float) -> None:
        """Take the day up again from where the worker stands."""
        if self.spell is not None and self.walk is not None:
            onward = self._onward(self.spell, self.walk.place_at(at_s), at_s)
            self.walk = self.walk.followed_by(onward)

    def _onward(self, spell: Spell, spot: Spot, at_s: float) -> Walk:
        self._turns += 1
        draw = random_of(self.world.seed, "onward", self.persona.code, int(spell.on_s), self._turns)
        span = Span(at_s, max(spell.off_s, at_s + IDLE_S), spot)
        return plan_walk(self.world.terrain, self.beat, self.persona, span, draw)

    def _come_or_go(self, now_s: float) -> None:
        if self.spell is not None and self._goes_home(self.spell, now_s):
            off_s = max(self.spell.off_s, self._last_s())
            self.phone.set_network(True)
            self.phone.send(StatusMessage(at=off_s, duty=False))
            self.spell = self.walk = None
        if self.spell is None:
            self.spell = next((each for each in self.spells if each.holds(now_s)), None)
            if self.spell is not None:
                self._begin(self.spell, now_s)

    def _goes_home(self, spell: Spell, now_s: float) -> bool:
        if now_s < spell.off_s:
            return False
        return not self.errands.busy or now_s > spell.off_s + OVERTIME_MAX_S

    def _begin(self, spell: Spell, now_s: float) -> None:
        self.walk = self.planned(spell)
        battery = round(self.persona.battery_percent(now_s - spell.on_s))
        self.phone.send(StatusMessage(at=spell.on_s, duty=True, bat=battery, permission=True))
        self._next_beat_s = now_s

    def _last_s(self) -> float:
        return self._next_beat_s - self.world.scenario.fixes.moving_every_s

    def _report(self, now_s: float) -> None:
        """One beat of the phone: is there a network, and is there something to report."""
        if self.spell is None or self.walk is None:
            return
        plan = self.world.scenario.fixes
        rhythm = Rhythm(plan.moving_every_s, plan.still_every_s)
        sensor = Sensor(self.persona, self.spell, self.world.terrain.plane)
        times_s = np.array([now_s])
        true = self.walk.where(times_s)
        has_data = self.world.radio.has_data(
            self.persona.stream, times_s, true.xy, true.surroundings
        )
        self.phone.set_network(bool(has_data[0]) and sensor.runs(now_s))
        if self._next_beat_s == now_s or rhythm.reported(times_s, true.speed_mps)[0]:
            for fix in sensor.fixes(times_s, true):
                self.phone.send(fix)
        beats_s = rhythm.beats(self.persona.stream, now_s + 0.5, now_s + 2 * plan.moving_every_s)
        self._next_beat_s = float(beats_s[0])

    def _next_on_s(self, now_s: float) -> float:
        return min((each.on_s for each in self.spells if each.on_s > now_s), default=now_s + IDLE_S)

    def _tell(self, message: ProgressMessage) -> None:
        self.phone.send(message)
