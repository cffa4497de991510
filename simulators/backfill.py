"""Owns what the fleet tells of the time before it started: late data of whole spells of duty.

It is what the same phones would have sent, by the same truth and noise, over the same sessions:
duty on, fixes by up to 500, duty off. A second start tells only what is missing. It gives way to
live fixes: few messages are under way at once, and the pace is bounded.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from simulators.handset import Handset
from simulators.people.duty import Spell
from simulators.phone.enrolment import write_private
from simulators.phone.outbox import Parcel, fix_parcel, message_parcel
from simulators.phone.sensor import Rhythm, Sensor
from simulators.scenario import BackfillPlan
from simulators.worker import FieldWorker
from telemetry_ingest.wire.handset import FIXES_PER_MESSAGE_MAX, Fix, StatusMessage

AT_ONCE: Final = 3  # workers whose past is under way at the same time
SHORTEST_GAP_S: Final = 90.0
RETRY_S: Final = 1.0
DELIVERY_LIMIT_S: Final = 20.0


@dataclass(slots=True)
class Told:
    """What was told already: by worker code and start of spell (Unix s), told up to."""

    path: Path
    _until_s: dict[str, dict[str, float]] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> "Told":
        """Read the record; an absent one is empty."""
        if not path.exists():
            return cls(path)
        return cls(path, msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, float]]))

    def until_s(self, worker_code: str, spell: Spell) -> float | None:
        """Up to when this spell was told; None: nothing of it."""
        return self._until_s.get(worker_code, {}).get(str(int(spell.on_s)))

    def note(self, worker_code: str, spell: Spell, until_s: float) -> None:
        """This spell is told up to that instant."""
        self._until_s.setdefault(worker_code, {})[str(int(spell.on_s))] = until_s

    def forget(self, worker_code: str) -> None:
        """A new handset starts from nothing."""
        self._until_s.pop(worker_code, None)

    def save(self) -> None:
        """Write the record."""
        write_private(self.path, msgspec.json.encode(self._until_s))


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a spell that the centre does not know, Unix seconds."""

    spell: Spell
    from_s: float
    to_s: float

    @property
    def opens(self) -> bool:
        """Whether nothing of the spell was told, duty-on included."""
        return self.from_s <= self.spell.on_s

    @property
    def closes(self) -> bool:
        """Whether the spell is over with it."""
        return self.to_s >= self.spell.off_s


def gaps_of(
    worker: FieldWorker, told: Told, newest_s: float | None, since_s: float, now_s: float
) -> list[Gap]:
    """What is to be told of a worker's past; `newest_s` is the newest fix that the centre has."""
    found = []
    for spell in worker.spells:
        if spell.off_s <= since_s or spell.on_s >= now_s:
            continue
        from_s, known_s = spell.on_s, told.until_s(worker.persona.code, spell)
        if known_s is not None:
            live_s = newest_s if newest_s is not None and spell.holds(newest_s) else known_s
            from_s = max(known_s, live_s)
        gap = Gap(spell, from_s, min(spell.off_s, now_s))
        if gap.to_s - gap.from_s > SHORTEST_GAP_S or (gap.closes and known_s != spell.off_s):
            found.append(gap)
    return found


def parcels_of(worker: FieldWorker, gap: Gap, plan: BackfillPlan, now_s: float) -> Iterator[Parcel]:
    """The messages that tell a gap, in the order in which a handset sends them."""
    sensor = Sensor(worker.persona, gap.spell, worker.world.terrain.plane)
    rhythm = Rhythm(plan.moving_every_s, plan.still_every_s)
    if gap.opens:
        yield message_parcel(StatusMessage(at=gap.spell.on_s, duty=True))
    fixes = sensor.over(worker.planned(gap.spell), rhythm, gap.from_s, gap.to_s)
    for part in _parts(fixes):
        yield fix_parcel(part, now_s)
    if gap.closes:
        yield message_parcel(StatusMessage(at=gap.spell.off_s, duty=False))


@dataclass(slots=True)
class Progress:
    """How far the back-fill is."""

    workers: int = 0
    workers_done: int = 0
    fixes: int = 0


@dataclass(slots=True)
class Past:
    """One worker's untold past and the handset to tell it with."""

    worker: FieldWorker
    handset: Handset
    gaps: list[Gap]


async def tell_all(
    past: Iterable[Past], told: Told, plan: BackfillPlan, progress: Progress, now_s: float
) -> None:
    """Tell everybody's gaps, a few workers at a time; who has no network comes again later."""
    turns = deque(past)
    progress.workers = len(turns)

    async def tell_next() -> None:
        while turns:
            one = turns.popleft()
            while one.gaps and await _tell(one, plan, progress, now_s):
                gap = one.gaps.pop(0)
                told.note(one.worker.persona.code, gap.spell, gap.to_s)
            if one.gaps:
                turns.append(one)
                await asyncio.sleep(RETRY_S)
            else:
                progress.workers_done += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(tell_next())
    told.save()


async def _tell(one: Past, plan: BackfillPlan, progress: Progress, now_s: float) -> bool:
    """Tell the first gap whole; false without a network, and then some of it comes twice."""
    if not one.handset.session.connected:
        return False
    for parcel in parcels_of(one.worker, one.gaps[0], plan, now_s):
        try:
            async with asyncio.timeout(DELIVERY_LIMIT_S):
                await one.handset.send_late(parcel)
        except (ConnectionError, TimeoutError):
            return False
        progress.fixes += parcel.fix_count
        await asyncio.sleep(AT_ONCE * parcel.fix_count / plan.fixes_per_s)
    return True


def _parts(fixes: list[Fix]) -> Iterator[list[Fix]]:
    for first in range(0, len(fixes), FIXES_PER_MESSAGE_MAX):
        yield fixes[first : first + FIXES_PER_MESSAGE_MAX]
