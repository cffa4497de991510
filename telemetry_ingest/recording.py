"""Recording: one batch of fixes and statuses, from messages to committed rows.

Owns the order of work around the rules (`pipeline.py`): what is read before, what is written in
the one transaction, what is taken over in memory once it is committed. Acknowledging is the
caller's, and may follow only on a return without exception.
"""

import time
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from psycopg import Connection

from telemetry_ingest import store
from telemetry_ingest.counters import Counters
from telemetry_ingest.decoding import blotted, decode
from telemetry_ingest.fix import US_PER_S, Reason, instant_us
from telemetry_ingest.memory import Memory
from telemetry_ingest.message import Handling, Message, Reject
from telemetry_ingest.pipeline import judge
from telemetry_ingest.planning import (
    dead_letters,
    messages_to_hold,
    plan_duty,
    plan_health,
)
from telemetry_ingest.reference_keeper import ReferenceKeeper
from telemetry_ingest.settings import Settings
from telemetry_ingest.wire.live import Flag, LivePosition
from telemetry_ingest.writing import Batch, write_batch

HELD_MAX: Final = 5000  # more messages than these do not wait: the broker's window must not fill
LOOK_AT_ALL_EVERY_S: Final = 5.0


class Audience(Protocol):
    """Who is told what has been committed; never makes the recorder wait."""

    def show(self, positions: Sequence[LivePosition]) -> None:
        """These workers have changed."""

    def answer_loopback(self, fixed_at: float) -> None:
        """The control plane's own fix of this time (Unix s) is committed."""


class FixRecorder:
    """Records batches one after another, on a connection of its own. Used by one thread."""

    def __init__(
        self,
        settings: Settings,
        keeper: ReferenceKeeper,
        counters: Counters,
        audience: Audience,
    ) -> None:
        self.memory = Memory(settings.retention_days)
        self._zone = settings.zone
        self._keeper = keeper
        self._counters = counters
        self._audience = audience
        self._store = store.Store(settings.database_url)
        self._held: list[Message] = []
        self._looked_at_all_at = 0.0

    @property
    def held(self) -> int:
        """Messages that wait for a status."""
        return len(self._held)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def prepare(self) -> None:
        """Read everything that recording needs.

        Raises:
            StoreUnavailable: try again later.
        """
        with self._store.transaction() as connection:
            self._keeper.refresh(connection)
            self.memory.adopt(connection, self._keeper.router, instant_us(time.time()))
        self.look_around()

    def due(self, arrived: Sequence[Message]) -> list[Message]:
        """Held messages whose time has come: a status of their handset is here, or none came."""
        if not self._held:
            return []
        now = time.time()
        route = self.memory.router.route
        routes = [route(message.topic) for message in arrived]
        spoke = {found.handset for found in routes if found.handling is Handling.STATUS}
        return [m for m in self._held if m.settle_at <= now or route(m.topic).handset in spoke]

    def record(self, messages: Sequence[Message]) -> list[Message]:
        """Store a batch; the messages that may be acknowledged.

        Raises:
            StoreUnavailable: nothing of it is stored; try again later.
            UnstorableBatch: nothing of it is stored; try smaller batches.
        """
        now = time.time()
        with self._store.transaction() as connection:
            self._stay_current(connection, now)
            batch = self._plan(connection, messages, now)
            held = messages_to_hold(self.memory, batch.decoded, batch.judged, now)
            if len(self._held) + len(held) > HELD_MAX:
                held = set()
            settled = [m for index, m in enumerate(messages) if index not in held]
            if held:
                batch = self._plan(connection, settled, now)
            write_batch(connection, batch, self.memory, self._zone)
        waiting = [m for index, m in enumerate(messages) if index in held]
        gone = {id(message) for message in messages}
        self._held = [m for m in self._held if id(m) not in gone] + waiting
        self._take_over(batch)
        return settled

    def refuse(self, message: Message, detail: str) -> None:
        """Keep a message that the store refuses as it is, as a dead letter.

        Raises:
            StoreUnavailable: try again later.
        """
        received_us = instant_us(message.received_at)
        payload = blotted(message.payload)
        reject = Reject(
            Reason.UNSTORABLE, received_us, 0, message.topic, detail=detail, payload=payload
        )
        with self._store.transaction() as connection:
            store.write_rejects(connection, [reject])
        self._held = [m for m in self._held if m is not message]
        self._counters.rejected[Reason.UNSTORABLE] += 1

    def look_around(self) -> None:
        """Between batches: newer reference data, shifts that began or ended, who fell silent.

        Raises:
            StoreUnavailable: try again later.
        """
        now = time.time()
        if self._keeper.is_due(now) or self._keeper.router is not self.memory.router:
            with self._store.transaction() as connection:
                self._stay_current(connection, now)
        if now - self._looked_at_all_at >= LOOK_AT_ALL_EVERY_S:
            self._looked_at_all_at = now
            self._audience.show(self.memory.live.update(self.memory.workers, instant_us(now)))

    def _stay_current(self, connection: Connection, now: float) -> None:
        if self._keeper.is_due(now):
            self._keeper.refresh(connection)
        if self._keeper.router is not self.memory.router:
            self.memory.adopt(connection, self._keeper.router, instant_us(now))
            self._looked_at_all_at = 0.0

    def _plan(self, connection: Connection, messages: Sequence[Message], now: float) -> Batch:
        decoded = decode(messages, self.memory.router.route)
        if strange := [r.topic for r in decoded.rejects if r.reason is Reason.UNKNOWN_HANDSET]:
            self._keeper.learn(connection, [topic for topic in strange if topic is not None])
            if self._keeper.router is not self.memory.router:
                self._stay_current(connection, now)
                decoded = decode(messages, self.memory.router.route)
        now_us = instant_us(now)
        fixes = decoded.fixes()
        duty = plan_duty(connection, self.memory, decoded, fixes, now_us)
        judged = judge(fixes, self.memory.world(duty.after, now_us))
        rejects = decoded.rejects + duty.rejects + dead_letters(decoded, judged)
        health = plan_health(self.memory, decoded.statuses)
        return Batch(decoded, judged, duty, health, rejects)

    def _take_over(self, batch: Batch) -> None:
        """Bring memory and consoles in step with what is now committed."""
        memory = self.memory
        changed = set(batch.duty.changed())
        memory.book.replace_some({h: rows for h, rows in batch.duty.after.items() if h in changed})
        for worker, sighting in batch.newest.items():
            memory.see_again(worker, sighting)
        concerned = set(batch.newest) | set(memory.workers_of(changed))
        concerned.update(memory.take_health(batch.health))
        concerned.update(memory.see(batch.judged.positions))
        now = time.time()
        self._audience.show(memory.live.update(concerned & memory.workers, instant_us(now)))
        if batch.decoded.loopback_at is not None:
            self._audience.answer_loopback(batch.decoded.loopback_at)
        self._count(batch, now)

    def _count(self, batch: Batch, now: float) -> None:
        counters, positions = self._counters, batch.judged.positions
        counters.messages += len(batch.decoded.messages)
        counters.received += len(batch.decoded.reports)
        counters.committed += batch.stored
        counters.duplicate += batch.judged.repeats + len(positions) - batch.stored
        counters.removed += batch.removed
        counters.rejected.update(reject.reason.value for reject in batch.rejects)
        counters.ignored.update(batch.decoded.ignored)
        counters.last_commit_at = now
        counters.batch_fixes.observe(np.array([len(batch.decoded.reports)], dtype=np.float64))
        live = positions.flags & Flag.LATE == 0
        counters.to_commit_s.observe(now - positions.fixes.at_us[live] / US_PER_S)
