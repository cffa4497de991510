"""Owns the traffic of a fault run: enrolled handsets that talk, each on its own clock."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from console_server.wire.field import HandsetCredentials, NewShift, Worker
from simulators.centre import Centre
from simulators.faults.app_carrier import AppCarrier
from simulators.faults.book import Book
from simulators.faults.carrier import Carrier
from simulators.faults.district import grid_middles
from simulators.faults.installation import PASSWORD, Installation
from simulators.phone.enrolment import enrol_patiently
from simulators.phone.session import Session, keep_all_alive
from telemetry_ingest.wire.topics import Uplink

CONNECTED_AT_ONCE: Final = 16
CONNECT_WITHIN_S: Final = 180.0
QUIET_WITHIN_S: Final = 120.0
BACKLOG_FIXES: Final = (20, 500)
APP_EACH: Final = 10  # one worker in so many has a phone with the OwnTracks app instead
APP_INTERVAL_S: Final = 1.0  # at least: the app counts in whole seconds
SHIFT_H: Final = 11  # before and after now: by its shift the app is on duty


@dataclass(frozen=True, slots=True)
class Mix:
    """Chances of what a handset does beside its live fix, each time it reports."""

    backlog: float = 0.02
    repeat: float = 0.05
    nonsense: float = 0.06
    status: float = 0.02
    duress: float = 0.01
    report: float = 0.01


@dataclass(slots=True)
class Traffic:
    """The handsets of a run and the book they keep."""

    carriers: Sequence[Carrier]
    book: Book
    draw: random.Random
    mix: Mix = Mix()
    apps: Sequence[AppCarrier] = ()
    _running: list[asyncio.Task[None]] = field(default_factory=list)
    _talking: list[asyncio.Task[None]] = field(default_factory=list)

    async def connect(self) -> None:
        """Connect every handset, and go on duty."""
        connecting = asyncio.Semaphore(CONNECTED_AT_ONCE)
        sessions = self._sessions()
        self._running = [asyncio.create_task(each.run(connecting)) for each in sessions]
        self._running.append(asyncio.create_task(keep_all_alive(partial(iter, sessions))))
        async with asyncio.timeout(CONNECT_WITHIN_S):
            for session in sessions:
                await session.welcomed()
        for carrier in self.carriers:
            carrier.go_on_duty()
        await self.quiet()

    def talk(self, interval_s: float, silent: int = 0) -> None:
        """Have every handset but the first `silent` report once an interval, until `hush`."""
        self.hush()
        speakers = self.carriers[silent:]
        saying: list[tuple[Callable[[], None], float]] = [
            (partial(self._say, carrier), interval_s) for carrier in speakers
        ]
        saying += [(app.live, max(interval_s, APP_INTERVAL_S)) for app in self.apps]
        self._talking = [asyncio.create_task(self._repeat(*each)) for each in saying]

    def hush(self) -> None:
        """Have no handset say anything more."""
        for task in self._talking:
            task.cancel()

    async def quiet(self) -> bool:
        """Wait until everything said is acknowledged; false when that takes too long."""
        ends_at = time.monotonic() + QUIET_WITHIN_S
        while not self._is_quiet():
            if time.monotonic() > ends_at:
                return False
            await asyncio.sleep(0.05)
        return True

    async def leave(self) -> None:
        """Disconnect."""
        self.hush()
        for task in self._running:
            task.cancel()
        for session in self._sessions():
            session.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                for session in self._sessions():
                    await session.gone()

    def _sessions(self) -> list[Session]:
        handsets = [carrier.handset.session for carrier in self.carriers]
        return [*handsets, *(app.phone.session for app in self.apps)]

    def _is_quiet(self) -> bool:
        handsets = all(_is_quiet(carrier) for carrier in self.carriers)
        return handsets and all(app.phone.is_quiet for app in self.apps)

    async def _repeat(self, say: Callable[[], None], interval_s: float) -> None:
        await asyncio.sleep(self.draw.random() * interval_s)
        due_s = time.monotonic()
        while True:
            say()
            due_s += interval_s
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))

    def _say(self, carrier: Carrier) -> None:
        carrier.live()
        chance, mix = self.draw.random, self.mix
        if chance() < mix.backlog:
            carrier.backlog(self.draw.randint(*BACKLOG_FIXES))
        if chance() < mix.repeat:
            carrier.repeat()
        if chance() < mix.nonsense:
            carrier.nonsense()
        if chance() < mix.status:
            carrier.say_health()
        if chance() < mix.duress:
            carrier.call(Uplink.DURESS)
        if chance() < mix.report:
            carrier.call(Uplink.REPORT)


async def enrolled(installation: Installation, seed: int) -> Traffic:
    """A handset for every worker, with real credentials, through the handsets' link."""
    book, draw, spots = Book(), random.Random(seed), grid_middles()
    carriers, apps = [], []
    async with Centre(installation.http_url, "admin", PASSWORD) as centre:
        workers = await centre.workers()
        with_app = workers[APP_EACH - 1 :: APP_EACH]
        native = [who for who in workers if who not in with_app]
        found = await asyncio.gather(*(enrol_patiently(centre, who) for who in native))
        for who in with_app:
            own = random.Random(f"{seed}-app-{who.code}")
            spot = spots[who.grid_codes[0]]
            apps.append(AppCarrier(await _with_app(centre, who), spot, book, own))
    for who, credentials in zip(native, found, strict=True):
        spot = spots[who.grid_codes[0]]
        own = random.Random(f"{seed}-{who.code}")
        carriers.append(Carrier(who, credentials, spot, book, own))
    return Traffic(carriers, book, draw, apps=apps)


async def _with_app(centre: Centre, who: Worker) -> HandsetCredentials:
    now, reach = datetime.now(UTC), timedelta(hours=SHIFT_H)
    await centre.plan(NewShift(who.worker_id, now - reach, now + reach))
    return await centre.enrol(who.worker_id, "owntracks")


def _is_quiet(carrier: Carrier) -> bool:
    return carrier.handset.session.in_flight == 0 and not carrier.handset.outbox
