"""Live: what consoles see, put into Valkey after it is committed.

Owns the connection to the cache and the order of publishing; not what is shown (`presence.py`).
The cache may be away for any time: storing goes on, the newest state of each worker is kept and
everything is shown again when it answers. Nobody ever waits for it.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from telemetry_ingest.counters import Counters
from telemetry_ingest.waiting import Backoff, WaitingRoom
from telemetry_ingest.wire.live import (
    HEARTBEAT_EVERY_S,
    HEARTBEAT_EXPIRES_S,
    INBOX_CHANNEL,
    LATEST_HASH,
    POSITIONS_CHANNEL,
    REFERENCE_CHANNEL,
    Flag,
    IngestHeartbeat,
    LivePosition,
    heartbeat_key,
)

TIMEOUT_S: Final = 5.0
_pack = msgspec.msgpack.Encoder().encode


class Scope(NamedTuple):
    """Workers by worker_id: those this process shows, and all that exist."""

    mine: frozenset[int]
    all: frozenset[int]


def connect(url: str) -> redis.Redis:
    """A client that fails at once instead of trying again by itself."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )


class LiveFeed(threading.Thread):
    """Publishes to Valkey from a thread of its own."""

    def __init__(
        self,
        url: str,
        room: WaitingRoom,
        counters: Counters,
        heartbeat: Callable[[], IngestHeartbeat],
        scope: Callable[[], Scope | None],
    ) -> None:
        super().__init__(name="live", daemon=True)
        self._client = connect(url)
        self._room = room
        self._backoff = Backoff(room, "live", "cache")
        self._counters = counters
        self._heartbeat, self._scope = heartbeat, scope
        self._wake = threading.Condition()
        self._newest: dict[int, LivePosition] = {}  # of every worker ever shown
        self._unsent: dict[int, LivePosition] = {}
        self._inbox_rang = False
        self._must_show_all = False
        self._beat_at = 0.0

    def show(self, positions: Sequence[LivePosition]) -> None:
        """Have these published; newer ones of the same worker replace what is not yet sent."""
        if not positions:
            return
        with self._wake:
            for position in positions:
                self._newest[position.worker_id] = self._unsent[position.worker_id] = position
            self._wake.notify()

    def ring(self) -> None:
        """Tell the control plane that its inbox has something new."""
        with self._wake:
            self._inbox_rang = True
            self._wake.notify()

    def show_all(self) -> None:
        """The cache may have lost what it had."""
        with self._wake:
            self._must_show_all = True
            self._wake.notify()

    def wake_up(self) -> None:
        """Notice at once that the process stops."""
        with self._wake:
            self._wake.notify()

    def run(self) -> None:
        """Publish until the process stops."""
        while not self._room.stopping.is_set():
            with self._wake:
                self._wake.wait_for(self._has_something, HEARTBEAT_EVERY_S)
            try:
                self._send()
            except redis.RedisError as error:
                self._must_show_all = True
                self._backoff.wait(type(error).__name__)
            else:
                self._backoff.succeeded()
        self._client.close()

    def _has_something(self) -> bool:
        return bool(self._unsent or self._inbox_rang or self._must_show_all)

    def _send(self) -> None:
        if time.monotonic() - self._beat_at >= HEARTBEAT_EVERY_S:
            self._beat()
        with self._wake:
            show_all, self._must_show_all = self._must_show_all, False
            unsent, self._unsent = self._unsent, {}
            rang, self._inbox_rang = self._inbox_rang, False
            if show_all:
                unsent = dict(self._newest)
        try:
            if show_all:
                self._forget_others()
            self._publish(list(unsent.values()), rang=rang)
        except redis.RedisError:
            with self._wake:
                self._inbox_rang |= rang
            raise
        self._measure(unsent.values())

    def _publish(self, positions: Sequence[LivePosition], *, rang: bool) -> None:
        if not positions and not rang:
            return
        batch = self._client.pipeline(transaction=False)
        if positions:
            batch.hset(LATEST_HASH, mapping={str(p.worker_id): _pack(p) for p in positions})
            batch.publish(POSITIONS_CHANNEL, _pack(positions))
        if rang:
            batch.publish(INBOX_CHANNEL, b"1")
        batch.execute()

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


class ReferenceListener(threading.Thread):
    """Hears when the control plane has changed what ingest knows by heart."""

    def __init__(
        self, url: str, room: WaitingRoom, changed: threading.Event, feed: LiveFeed
    ) -> None:
        super().__init__(name="reference", daemon=True)
        self._client = connect(url)
        self._room = room
        self._backoff = Backoff(room, "reference", "cache")
        self._changed, self._feed = changed, feed

    def run(self) -> None:
        """Listen until the process stops."""
        while not self._room.stopping.is_set():
            try:
                self._listen()
            except redis.RedisError as error:
                self._backoff.wait(type(error).__name__)
        self._client.close()

    def _listen(self) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(REFERENCE_CHANNEL)
            channel.get_message(timeout=TIMEOUT_S)
            self._backoff.succeeded()
            self._changed.set()  # what was said while nobody listened
            self._feed.show_all()  # a cache that has just come back may be empty
            while not self._room.stopping.is_set():
                if channel.get_message(timeout=0.5) is not None:
                    self._changed.set()
