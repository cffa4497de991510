"""Service: the one place where the parts of ingest are put together, started and stopped."""

import math
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Final

import structlog

from telemetry_ingest import metrics
from telemetry_ingest.counters import Counters
from telemetry_ingest.http import HttpListener
from telemetry_ingest.inbox_recording import InboxRecorder
from telemetry_ingest.intake import Intake
from telemetry_ingest.lane import Lane
from telemetry_ingest.live import LiveFeed, Scope
from telemetry_ingest.mqtt import Session
from telemetry_ingest.recent import Recent
from telemetry_ingest.recording import FixRecorder
from telemetry_ingest.reference import ReferenceReader
from telemetry_ingest.reference_keeper import ReferenceKeeper
from telemetry_ingest.reference_listener import ReferenceListener
from telemetry_ingest.regridding import Regridder
from telemetry_ingest.settings import Settings
from telemetry_ingest.subscriptions import Subscription, fix_subscriptions, urgent_subscriptions
from telemetry_ingest.waiting import WaitingRoom
from telemetry_ingest.wire.live import IngestHeartbeat

LEAVE_WITHIN_S: Final = 1.0  # for the broker to be heard out
ABANDON_S: Final = 0.5  # for threads to notice that the process stops
STOP_WITHIN_S: Final = 2.5  # then whatever still runs is abandoned: nothing of it is acknowledged
_log = structlog.get_logger(__name__)


class Service:
    """One ingest process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._started_at = time.time()
        self._room = WaitingRoom(threading.Event())
        self._counters = Counters()
        self._recent = Recent(self._counters)
        keeper = ReferenceKeeper(
            ReferenceReader(settings.zone, settings.retention_days), settings.areas
        )
        self._feed = LiveFeed(settings, self._room, self._counters, self.heartbeat, self._scope)
        self._listener = ReferenceListener(
            settings.valkey_url, self._room, keeper.changed, self._feed
        )
        self._regridder = Regridder(settings, self._room)
        self._fixes = FixRecorder(settings, keeper, self._counters, self._feed)
        inbox = InboxRecorder(settings, keeper, self._counters, self._feed.ring)
        self._intakes = [Intake(), Intake()]
        self._lanes = [
            Lane("fixes", self._intakes[0], self._fixes, self._room),
            Lane("urgent", self._intakes[1], inbox, self._room),
        ]
        self._http = (
            [
                HttpListener(
                    (settings.http_host, settings.http_port), self._intakes[0], keeper, self._room
                )
            ]
            if settings.http_port
            else []
        )
        self._sessions = [
            *self._sessions_of(fix_subscriptions(settings.areas), self._intakes[0]),
            *self._sessions_of(urgent_subscriptions(settings.areas), self._intakes[1]),
        ]

    def run(self, stop: threading.Event) -> bool:
        """Serve until `stop`; false when a part died that should not have."""
        with ExitStack() as cleanup:
            if self._settings.metrics_port:
                collector = metrics.IngestCollector(self._counters, self._room, self._backlog)
                cleanup.callback(metrics.serve(self._settings.metrics_port, collector))
            cleanup.callback(self._stop)
            _log.info("starting", areas=self._settings.areas)
            for thread in (*self._lanes, self._feed):
                thread.start()
            self._start_when_ready(stop)
            while not stop.wait(0.5):
                if dead := [thread.name for thread in self._threads() if not thread.is_alive()]:
                    _log.error("part_died", parts=dead)
                    return False
        return True

    def heartbeat(self) -> IngestHeartbeat:
        """How this process fares."""
        counters = self._counters
        self._recent.look()
        return IngestHeartbeat(
            areas=list(self._settings.areas),
            at=time.time(),
            started_at=self._started_at,
            waiting_for=self._room.names(),
            received=counters.received,
            committed=counters.committed,
            duplicate=counters.duplicate,
            ignored=sum(dict(counters.ignored).values()),
            rejected=dict(counters.rejected),
            backlog=self._backlog(),
            last_commit_at=counters.last_commit_at,
            committed_per_s=self._recent.committed_per_s,
            lag_half_s=_finite(self._recent.lag_s(0.5)),
            lag_most_s=_finite(self._recent.lag_s(0.99)),
            inbox=counters.inbox,
            redelivered=counters.redelivered,
            removed=counters.removed,
        )

    def _sessions_of(self, subscriptions: list[Subscription], intake: Intake) -> list[Session]:
        return [
            Session(subscription, self._settings, intake, self._room, self._counters)
            for subscription in subscriptions
        ]

    def _start_when_ready(self, stop: threading.Event) -> None:
        """Messages are fetched, and the cache is put right, only when all that is known is read."""
        while not all(lane.ready.wait(0.1) for lane in self._lanes):
            if stop.is_set():
                return
        self._feed.show_all()
        for thread in (self._listener, self._regridder, *self._sessions, *self._http):
            thread.start()

    def _threads(self) -> list[threading.Thread]:
        heard = (self._listener, self._regridder)
        return [*self._lanes, self._feed, *heard, *self._sessions, *self._http]

    def _backlog(self) -> int:
        return sum(lane.backlog for lane in self._lanes)

    def _scope(self) -> Scope | None:
        if not self._lanes[0].ready.is_set():
            return None
        memory = self._fixes.memory
        return Scope(frozenset(memory.workers), frozenset(memory.reference.of_worker))

    def _stop(self) -> None:
        _log.info("stopping", backlog=self._backlog())
        deadline = time.monotonic() + STOP_WITHIN_S
        for listener in self._http:
            listener.stop()
        for session in self._sessions:
            session.leave()
        _join(self._sessions, deadline - STOP_WITHIN_S + LEAVE_WITHIN_S)
        for lane in self._lanes:
            lane.finish()
        _join(self._lanes, deadline - ABANDON_S)
        self._room.stopping.set()
        for session in self._sessions:
            session.stop()
        self._feed.wake_up()
        _join(self._threads(), deadline)


def _finite(value: float | None) -> float | None:
    """JSON has no infinity; beyond the last bound is a day at least."""
    return 86_400.0 if value is not None and math.isinf(value) else value


def _join(threads: Iterable[threading.Thread], deadline: float) -> None:
    for thread in threads:
        if thread.is_alive():
            thread.join(max(0.0, deadline - time.monotonic()))
