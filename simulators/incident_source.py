"""Owns incidents coming up in a fleet's district: who reports one, or that a resident calls.

What it is about and when is `reports`' to say. Nothing comes up while too many are open.
"""

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import Final

import httpx
import structlog

from simulators.centre import Centre, CentreError
from simulators.fleet import Fleet, Member
from simulators.gnss import Surroundings
from simulators.people.terrain import Spot
from simulators.reports import Desk, Pace

LOOKS_EVERY_S: Final = 1.0
QUEUE_LOOK_S: Final = 8.0
RETRY_S: Final = 5.0
OUTDOORS: Final = {Surroundings.OPEN, Surroundings.CANYON}

log = structlog.get_logger()


@dataclass(slots=True)
class IncidentSource:
    """Brings incidents up. `draw` chooses who and where."""

    fleet: Fleet
    centre: Centre
    desk: Desk
    pace: Pace
    draw: Random

    async def run(self) -> None:
        """Bring incidents up at the scenario's pace; never returns."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            if time.time() < self.pace.next_s:
                continue
            try:
                open_count = len(await self.centre.open_incidents())
                if self.pace.is_due(time.time(), open_count):
                    await self._one()
                else:
                    await asyncio.sleep(QUEUE_LOOK_S)
            except (CentreError, httpx.TransportError) as error:
                log.warning("incident.failed", error=str(error))
                await asyncio.sleep(RETRY_S)

    async def _one(self) -> None:
        if self.pace.by_hotline():
            lon, lat = self._lonlat(self.draw.choice(self.fleet.world.terrain.spots))
            await self.centre.open_incident(self.desk.hotline(lon, lat))
            log.info("incident.hotline")
        elif (found := self._reporter()) is not None:
            member, place = found
            member.handset.send(self.desk.report(time.time(), *self._lonlat(place)))
            log.info("incident.reported", worker=member.who.code)

    def _reporter(self) -> tuple[Member, Spot] | None:
        """Somebody out in the streets with a network and no order in hand, and where."""
        now_s, found = time.time(), []
        for member in self.fleet.members.values():
            true = member.field_worker.whereabouts(now_s)
            if true is None or not member.handset.session.connected:
                continue
            if int(true.surroundings[0]) in OUTDOORS and not member.field_worker.errands.busy:
                found.append((member, (float(true.xy[0, 0]), float(true.xy[0, 1]))))
        return self.draw.choice(found) if found else None

    def _lonlat(self, spot: Spot) -> tuple[float, float]:
        lon, lat = self.fleet.world.terrain.plane.to_lonlat([[*spot]])[0]
        return float(lon), float(lat)
