"""Owns a running fleet: every worker with their handset, stepped in time on one asyncio loop.

It gets workers and credentials as they come; who they are and what else runs beside them is
`runner`'s. One failing handset never stops the others.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Final

import structlog

from console_server.wire.field import HandsetCredentials, Worker
from simulators.handset import Handset, Inbox
from simulators.people.beats import District
from simulators.people.duty import Spell
from simulators.people.persona import Persona
from simulators.phone.outbox import Parcel
from simulators.phone.session import RefusedError, Session, keep_all_alive
from simulators.worker import FieldWorker, World
from telemetry_ingest.wire.handset import OrderMessage, StatusMessage

CONNECTED_AT_ONCE: Final = 16
LONGEST_SLEEP_S: Final = 0.25
LEAVE_LIMIT_S: Final = 1.0

log = structlog.get_logger()

Reenrol = Callable[[Worker], Awaitable[HandsetCredentials]]


@dataclass(slots=True, eq=False)
class Member:
    """One worker of the fleet. `due_s` is when the next step is due."""

    who: Worker
    field_worker: FieldWorker
    handset: Handset
    due_s: float = 0.0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    connection: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Counters:
    """What the fleet has done so far."""

    acked: int = 0
    fixes: int = 0
    slowest_ack_s: float = 0.0
    orders: int = 0


class Fleet:
    """All simulated workers of this process."""

    def __init__(self, world: World, district: District, reenrol: Reenrol) -> None:
        self.world, self.district = world, district
        self.members: dict[int, Member] = {}
        self.counters = Counters()
        self._reenrol = reenrol
        self._due: list[tuple[float, int, Member]] = []
        self._order = count()
        self._connecting = asyncio.Semaphore(CONNECTED_AT_ONCE)

    def add(
        self, who: Worker, persona: Persona, spells: list[Spell], credentials: HandsetCredentials
    ) -> Member | None:
        """Let a worker begin; None when the district has no place for them."""
        beat = self.district.beat_of(who.code, who.grid_codes)
        if beat is None:
            return None
        handset = Handset(credentials)
        worker = FieldWorker(persona, beat, spells, self.world, handset)
        member = self.members[who.worker_id] = Member(who, worker, handset)
        self._wear(member, handset)
        self._schedule(member, time.time())
        return member

    async def run(self) -> None:
        """Step everybody when due; never returns."""
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_all_alive(self._sessions))
            group.create_task(self._step_all())

    async def leave(self) -> None:
        """Disconnect everybody in order, within a second; duty stays as it is."""
        for member in self.members.values():
            if member.connection is not None:
                member.connection.cancel()
            member.handset.session.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_LIMIT_S):
                for session in self._sessions():
                    await session.gone()

    def take_up(self, member: Member, order: OrderMessage, *, acknowledged: bool) -> None:
        """Hand a member an order from before the fleet was restarted."""
        member.field_worker.errands.take_up(order, time.time(), acknowledged=acknowledged)
        self._schedule(member, time.time())

    async def all_stepped(self) -> None:
        """Wait until everybody has begun the day."""
        for member in self.members.values():
            await member.begun.wait()

    def state(self) -> dict[str, int | float]:
        """How the fleet does, for a log line; the slowest acknowledgement starts anew."""
        members, slowest_s = self.members.values(), self.counters.slowest_ack_s
        self.counters.slowest_ack_s = 0.0
        return {
            "workers": len(members),
            "on_duty": sum(each.field_worker.on_duty for each in members),
            "connected": sum(each.handset.session.connected for each in members),
            "fixes": self.counters.fixes,
            "orders": self.counters.orders,
            "waiting": sum(len(each.handset.outbox) for each in members),
            "slowest_ack_s": round(slowest_s, 3),
        }

    def _sessions(self) -> Iterator[Session]:
        return (member.handset.session for member in self.members.values())

    async def _step_all(self) -> None:
        while True:
            now_s = time.time()
            while self._due and self._due[0][0] <= now_s:
                due_s, _, member = heappop(self._due)
                if due_s == member.due_s:  # else a later entry has taken its place
                    self._schedule(member, member.field_worker.step(now_s))
                    member.begun.set()
                    await asyncio.sleep(0)
            wait_s = self._due[0][0] - time.time() if self._due else LONGEST_SLEEP_S
            await asyncio.sleep(min(max(wait_s, 0.0), LONGEST_SLEEP_S))

    def _schedule(self, member: Member, due_s: float) -> None:
        member.due_s = due_s
        heappush(self._due, (due_s, next(self._order), member))

    def _wear(self, member: Member, handset: Handset) -> None:
        """Join a handset and its worker, and keep it connected."""

        def on_order(order: OrderMessage) -> None:
            self.counters.orders += 1
            member.field_worker.receive(order, time.time())
            self._schedule(member, time.time())

        def health() -> StatusMessage:
            return member.field_worker.health(time.time())

        handset.inbox = Inbox(order=on_order, acknowledged=self._acknowledged, health=health)
        member.handset = member.field_worker.phone = handset
        member.connection = asyncio.create_task(self._keep_connected(member))

    async def _keep_connected(self, member: Member) -> None:
        """Stay connected. Kept credentials that were never taken are replaced, backlog and all.

        A handset that was refused after it had been welcome was revoked on purpose: it stays out.
        """
        session = member.handset.session
        try:
            await session.run(self._connecting)
        except RefusedError:
            log.warning("handset.refused", worker=member.who.code, revoked=session.was_welcome)
            if not session.was_welcome:
                fresh = Handset(await self._reenrol(member.who))
                fresh.outbox = member.handset.outbox
                self._wear(member, fresh)

    def _acknowledged(self, parcel: Parcel, after_s: float) -> None:
        self.counters.acked += 1
        self.counters.fixes += parcel.fix_count
        self.counters.slowest_ack_s = max(self.counters.slowest_ack_s, after_s)
