"""Owns who takes part in a fleet: the installation's workers with persona and spells of duty.

Read through the public API; planned shifts are read again while the fleet runs.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from console_server.wire.field import Shift, Worker
from console_server.wire.packs import Pack
from simulators.centre import Centre
from simulators.people.duty import Spell, spells_of
from simulators.people.persona import Persona, make_personas
from simulators.scenario import Scenario


@dataclass(slots=True)
class Crew:
    """The workers of one fleet, those on duty at its start first."""

    pack: Pack
    seed: int
    days_back: int
    workers: list[Worker]
    personas: dict[str, Persona]
    _spells: dict[int, list[Spell]] = field(default_factory=dict)

    @classmethod
    async def muster(cls, centre: Centre, scenario: Scenario, seed: int, limit: int) -> Self:
        """Read everybody and choose up to `limit`."""
        workers = await centre.workers()
        personas = make_personas([who.code for who in workers], seed, scenario.people)
        pack = await centre.pack()
        crew = cls(pack, seed, max(scenario.backfill.days, 1), workers, personas)
        await crew.read_shifts(centre)
        now_s = time.time()

        def rank(who: Worker) -> tuple[bool, str]:
            return not any(spell.holds(now_s) for spell in crew.spells(who)), who.code

        crew.workers = sorted(workers, key=rank)[:limit]
        return crew

    @property
    def midnight(self) -> datetime:
        """When today began in the pack's time zone."""
        now = datetime.now(ZoneInfo(self.pack.time_zone))
        return now.replace(hour=0, minute=0, second=0, microsecond=0)

    def spells(self, who: Worker) -> list[Spell]:
        """A worker's spells of duty from the days before to tomorrow, in time order."""
        return self._spells.get(who.worker_id, [])

    def persona(self, who: Worker) -> Persona:
        """What kind of worker this is."""
        return self.personas[who.code]

    async def read_shifts(self, centre: Centre) -> None:
        """Read the plan from the centre."""
        found: dict[int, dict[int, Shift]] = defaultdict(dict)
        for day in range(-self.days_back, 2):
            for shift in await centre.shifts((self.midnight + timedelta(days=day)).date()):
                found[shift.worker_id][shift.shift_id] = shift
        for who in self.workers:
            shifts = found[who.worker_id].values()
            self._spells[who.worker_id] = spells_of(shifts, self.personas[who.code], self.seed)
