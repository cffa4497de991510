"""Hearing that the control plane has changed something: handsets, areas, shifts, workers.

Owns the subscription in Valkey; reading is the recorder's, in its own time.
"""

import threading

import redis

from telemetry_ingest.live import TIMEOUT_S, LiveFeed, connect
from telemetry_ingest.waiting import Backoff, WaitingRoom
from telemetry_ingest.wire.live import REFERENCE_CHANNEL


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
