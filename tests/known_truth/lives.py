"""Owns the lives that are judged: who walked where, and what the phone made of it.

Truth and phone are the simulators' own; here some of the people are given the ways in which a
record can mislead: a phone in a drawer, a faked place, hours without a fix, a walk along a border.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from console_server.attendance.border import border_of
from console_server.attendance.day import FIX_DTYPE, Checkpoint, DayInput, Fixes, OwnGround
from console_server.attendance.spans import Spans, in_us, union
from simulators.city import generate
from simulators.gnss import Surroundings
from simulators.movement import Pen, Walk
from simulators.noise import random_of
from simulators.people.beats import District
from simulators.people.duty import Spell, spells_of
from simulators.people.itinerary import Beat, Span, plan_walk
from simulators.people.persona import Habit, PhoneKind, make_personas
from simulators.people.roster import CHINA
from simulators.people.staff import Worker, employ
from simulators.people.terrain import Terrain
from simulators.phone.sensor import Rhythm, Sensor
from simulators.scenario import Scenario
from telemetry_ingest.wire.handset import Fix

OWN, OTHER = 1, 2
BORDER_WALK_M = 30.0
LOST_FROM, LOST_TO = 0.35, 0.75  # of a spell, in which a phone that is off tells nothing
EVER = (-(1 << 60), 1 << 60)


class Circumstance(StrEnum):
    """What is odd about somebody's days."""

    ORDINARY = "ordinary"
    DESK = "hours at a desk"
    BORDER = "walks along the border"
    SILENT = "hours without a fix"
    DRAWER = "phone in a drawer"
    FAKED = "faked place"


ODD = (Circumstance.BORDER, Circumstance.SILENT, Circumstance.DRAWER, Circumstance.FAKED)


@dataclass(frozen=True)
class Life:
    """One worker's day: what the engine is given, and where the worker truly was."""

    circumstance: Circumstance
    given: DayInput
    truth: Walk
    spells: tuple[Spell, ...]
    ground: BaseGeometry  # own grid, metres on the simulators' plane


class District59:
    """A seeded district and everybody in it."""

    def __init__(self, seed: int, workers: int) -> None:
        self.seed, self.city = seed, generate(seed)
        self.workers = employ(self.city.grids, workers, seed)
        self.scenario = Scenario()
        codes = [each.number for each in self.workers]
        self.personas = make_personas(codes, seed, usual_people(self.scenario))
        self.terrain = Terrain(self.city.network, self.city.plane)
        self.district = District(self.terrain, self._checkpoints, seed)

    @cached_property
    def _checkpoints(self) -> dict[str, list[tuple[float, float]]]:
        found = defaultdict(list)
        for each in self.city.checkpoints:
            found[each.grid_code].append(self.terrain.spot_of(each.lon, each.lat))
        return found

    def lives(self, first: date, days: int) -> Iterator[Life]:
        """Everybody's days; one worker in two is odd in one of four ways."""
        for place, worker in enumerate(self.workers):
            turn = place % (2 * len(ODD))
            circumstance = ODD[turn] if turn < len(ODD) else Circumstance.ORDINARY
            if circumstance is Circumstance.ORDINARY and self._is_slack(worker):
                circumstance = Circumstance.DESK
            own = _Own(self, worker, circumstance)
            for offset in range(days):
                yield own.day(first + timedelta(days=offset), place + 1)

    def _is_slack(self, worker: Worker) -> bool:
        """Who sits for hours with the phone on the desk, which looks like one left in a drawer."""
        return self.personas[worker.number].habit is Habit.SLACK


def usual_people(scenario: Scenario):  # noqa: ANN201 - the scenario's own type
    """The usual people; faked places and killed apps are dealt out here instead."""

    return msgspec.structs.replace(scenario.people, mock_phones=0, killed_apps=0)


class _Own:
    """One worker with the own grid in the simulators' metres and in degrees."""

    def __init__(self, district: District59, worker: Worker, circumstance: Circumstance) -> None:
        self.home, self.worker, self.circumstance = district, worker, circumstance
        area = next(each for each in district.city.grids if each.code == worker.grid_codes[0])
        self.shape = area.shape
        self.ground = shapely.transform(self.shape, district.city.plane.to_plane)
        shapely.prepare(self.shape)
        shapely.prepare(self.ground)
        self.border = border_of((shapely.to_wkb(self.shape),))
        persona = district.personas[worker.number]
        if circumstance is Circumstance.FAKED:
            persona = replace(persona, phone=PhoneKind.MOCK_LOCATION)
        if circumstance is Circumstance.BORDER:
            persona = replace(persona, habit=Habit.DILIGENT)
        self.persona = persona
        self.beat = self._beat()

    def _beat(self) -> Beat:
        beat = self.home.district.beat_of(self.worker.number, self.worker.grid_codes)
        assert beat is not None
        if self.circumstance is not Circumstance.BORDER:
            return beat
        spots = shapely.points(np.array(self.home.terrain.spots))
        near = shapely.dwithin(shapely.boundary(self.ground), spots, BORDER_WALK_M)
        return replace(beat, nodes=frozenset(np.flatnonzero(near).tolist()), houses=())

    def day(self, on: date, worker_id: int) -> Life:
        shifts = self._shifts(on)
        spells = tuple(spells_of(shifts, self.persona, self.home.seed))
        walks = [self._walk(spell) for spell in spells]
        fixes = [fix for spell, walk in zip(spells, walks, strict=True)
                 for fix in self._phone(spell, walk)]  # fmt: skip
        truth = walks[0] if len(walks) == 1 else _joined(walks)
        given = DayInput(
            worker_id=worker_id,
            day=on,
            fixes=self._fixes(fixes),
            grounds=(OwnGround(*EVER, (OWN,), self.border),),
            planned=union((in_us(s.starts_at), in_us(s.ends_at)) for s in shifts),
            duty=_duty(spells),
            checkpoints=self._points(),
        )
        return Life(self.circumstance, given, truth, spells, self.ground)

    def _shifts(self, on: date) -> list["_Planned"]:
        draw = random_of(self.home.seed, "truth shift", self.worker.number, on.toordinal())
        morning = datetime(on.year, on.month, on.day, 7, tzinfo=CHINA)
        start = morning + timedelta(minutes=15 * draw.randrange(0, 9))
        if draw.random() < 0.5:
            noon = start + timedelta(hours=4)
            return [
                _Planned(start, noon),
                _Planned(noon + timedelta(minutes=90), noon + timedelta(hours=5.5)),
            ]
        return [_Planned(start, start + timedelta(hours=draw.uniform(5, 9)))]

    def _walk(self, spell: Spell) -> Walk:
        draw = random_of(self.home.seed, "shift", self.persona.code, int(spell.on_s))
        if self.circumstance is Circumstance.DRAWER:
            away = self.home.terrain.spots[self.beat.elsewhere[0]]
            return _standing(spell, away, Surroundings.OPEN)
        span = Span(spell.on_s, spell.off_s)
        return plan_walk(self.home.terrain, self.beat, self.persona, span, draw)

    def _phone(self, spell: Spell, walk: Walk) -> list[Fix]:
        sensor = Sensor(self.persona, spell, self.home.city.plane)
        plan = self.home.scenario.fixes
        rhythm = Rhythm(plan.moving_every_s, plan.still_every_s)
        if self.circumstance is Circumstance.DRAWER:
            spot = (self.beat.houses or (self.beat.office,))[0]
            walk = _standing(spell, spot, Surroundings.INDOOR)
        fixes = sensor.over(walk, rhythm, spell.on_s, spell.off_s)
        if self.circumstance is not Circumstance.SILENT:
            return fixes
        low, high = (
            spell.on_s + share * (spell.off_s - spell.on_s) for share in (LOST_FROM, LOST_TO)
        )
        return [fix for fix in fixes if not low < fix.at < high]

    def _fixes(self, fixes: list[Fix]) -> Fixes:
        rows = np.zeros(len(fixes), FIX_DTYPE)
        rows["at_us"] = [round(fix.at * 1e6) for fix in fixes]
        rows["lon"] = [fix.lon for fix in fixes]
        rows["lat"] = [fix.lat for fix in fixes]
        rows["accuracy_m"] = [fix.acc for fix in fixes]
        rows["mock"] = [bool(fix.mock) for fix in fixes]
        rows["handset_id"] = 1
        inside = shapely.contains_xy(self.shape, rows["lon"], rows["lat"])
        rows["grid_id"] = np.where(inside, OWN, OTHER)
        return rows

    def _points(self) -> tuple[Checkpoint, ...]:
        return tuple(
            Checkpoint(number, each.lon, each.lat, float(each.radius_m))
            for number, each in enumerate(self.home.city.checkpoints, 1)
            if each.grid_code in self.worker.grid_codes
        )


@dataclass(frozen=True)
class _Planned:
    """A shift as `spells_of` reads it."""

    starts_at: datetime
    ends_at: datetime


def _standing(spell: Spell, spot: tuple[float, float], around: Surroundings) -> Walk:
    pen = Pen(spell.on_s, spot)
    pen.stay(spell.off_s - spell.on_s, around)
    return pen.walk()


def _joined(walks: list[Walk]) -> Walk:
    return Walk(
        np.concatenate([walk.at_s for walk in walks]),
        np.concatenate([walk.xy for walk in walks]),
        np.concatenate([walk.surroundings for walk in walks]),
    )


def _duty(spells: tuple[Spell, ...]) -> Spans:
    return union((round(each.on_s * 1e6), round(each.off_s * 1e6)) for each in spells)
