"""Live: what consoles see, put into Valkey after it is committed.

Owns the connection to the cache and the order of publishing; not what is shown (`presence.py`).
The cache may be away for any time: storing goes on, the newest state of each worker is kept and
everything is shown again when it answers. Nobody ever waits for it.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec
import numpy as np
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from telemetry_ingest.counters import Counters
from telemetry_ingest.settings import Settings
from telemetry_ingest.waiting import Backoff, WaitingRoom
from telemetry_ingest.wire.live import (
    HEARTBEAT_EVERY_S,
    HEARTBEAT_EXPIRES_S,
    INBOX_CHANNEL,
    LATEST_HASH,
    POSITIONS_CHANNEL,
    Flag,
    IngestHeartbeat,
    LivePosition,
    heartbeat_key,
)
from telemetry_ingest.wire.loopback import LOOPBACK_CHANNEL, LoopbackFix

TIMEOUT_S: Final = 5.0
_pack = msgspec.msgpack.Encoder().encode


class Scope(NamedTuple):
    """Workers by worker_id: those this process shows, and all that exist."""

    mine: frozenset[int]
    all: frozenset[int]


@dataclass(slots=True)
class _Unsent:
    """What is to be published next."""

    positions: dict[int, LivePosition] = field(default_factory=dict)  # by worker_id
    inbox_rang: bool = False
    loopback_at: float | None = None
    everything: bool = False  # all newest states, not only the changed ones


def connect(url: str) -> redis.Redis:
    """A client that fails at once instead of trying again by itself."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 0),
    )


class LiveFeed(threading.Thread):
    """Publishes to Valkey from a thread of its own."""

    def __init__(
        self,
        settings: Settings,
        room: WaitingRoom,
        counters: Counters,
        heartbeat: Callable[[], IngestHeartbeat],
        scope: Callable[[], Scope | None],
    ) -> None:
        super().__init__(name="live", daemon=True)
        self._client = connect(settings.valkey_url)
        self._areas = list(settings.areas)
        self._room = room
        self._backoff = Backoff(room, "live", "cache")
        self._counters = counters
        self._heartbeat, self._scope = heartbeat, scope
        self._wake = threading.Condition()
        self._newest: dict[int, LivePosition] = {}  # of every worker ever shown
        self._unsent = _Unsent()
        self._beat_at = 0.0

    def show(self, positions: Sequence[LivePosition]) -> None:
        """Have these published; newer ones of the same worker replace what is not yet sent."""
        if not positions:
            return
        with self._wake:
            for position in positions:
                worker = position.worker_id
                self._newest[worker] = self._unsent.positions[worker] = position
            self._wake.notify()

    def ring(self) -> None:
        """Tell the control plane that its inbox has something new."""
        with self._wake:
            self._unsent.inbox_rang = True
            self._wake.notify()

    def answer_loopback(self, fixed_at: float) -> None:
        """Tell the control plane that its own fix of this time (Unix s) is committed."""
        with self._wake:
            self._unsent.loopback_at = fixed_at
            self._wake.notify()

    def show_all(self) -> None:
        """The cache may have lost what it had."""
        with self._wake:
            self._unsent.everything = True
            self._wake.notify()

    def wake_up(self) -> None:
        """Notice at once that the process stops."""
        with self._wake:
            self._wake.notify()

    def run(self) -> None:
        """Publish until the process stops."""
        while not self._room.stopping.is_set():
            with self._wake:
                self._wake.wait_for(self._is_wanted, HEARTBEAT_EVERY_S)
                unsent, self._unsent = self._unsent, _Unsent()
                everything = list(self._newest.values()) if unsent.everything else None
            try:
                self._send(unsent, everything)
            except redis.RedisError as error:
                with self._wake:
                    self._unsent.everything = True
                    self._unsent.inbox_rang |= unsent.inbox_rang
                self._backoff.wait(type(error).__name__)
            else:
                self._backoff.succeeded()
        self._client.close()

    def _is_wanted(self) -> bool:
        return self._unsent != _Unsent() or self._room.stopping.is_set()

    def _send(self, unsent: "_Unsent", everything: list[LivePosition] | None) -> None:
        if time.monotonic() - self._beat_at >= HEARTBEAT_EVERY_S:
            self._beat()
        if everything is not None:
            self._forget_others()
        positions = list(unsent.positions.values()) if everything is None else everything
        batch = self._client.pipeline(transaction=False)
        if positions:
            batch.hset(LATEST_HASH, mapping={str(p.worker_id): _pack(p) for p in positions})
            batch.publish(POSITIONS_CHANNEL, _pack(positions))
        if unsent.inbox_rang:
            batch.publish(INBOX_CHANNEL, b"1")
        if unsent.loopback_at is not None:
            batch.publish(LOOPBACK_CHANNEL, _pack(LoopbackFix(unsent.loopback_at, self._areas)))
        batch.execute()
        self._measure(unsent.positions.values())

    def _forget_others(self) -> None:
        """Drop from the cache whom neither we nor any other process shows any more."""
        scope = self._scope()
        if scope is None:
            return
        kept = {int(key) for key in self._client.hkeys(LATEST_HASH) if key.isdigit()}
        ours = (kept - scope.all) | (kept & scope.mine)
        if gone := ours - set(self._newest):
            self._client.hdel(LATEST_HASH, *(str(worker) for worker in gone))
            self._client.publish(
                POSITIONS_CHANNEL, _pack([LivePosition(worker, on_duty=False) for worker in gone])
            )

    def _beat(self) -> None:
        heartbeat = self._heartbeat()
        self._client.set(
            heartbeat_key(heartbeat.areas), msgspec.json.encode(heartbeat), ex=HEARTBEAT_EXPIRES_S
        )
        self._beat_at = time.monotonic()

    def _measure(self, sent: Iterable[LivePosition]) -> None:
        now = time.time()
        fresh = [p.fixed_at for p in sent if p.fixed_at is not None and not p.flags & Flag.LATE]
        self._counters.live_frames += 1 if fresh else 0
        self._counters.to_live_s.observe(now - np.array(fresh, dtype=np.float64))
