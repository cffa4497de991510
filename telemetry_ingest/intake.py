"""Intake: messages between the network and the store, bounded.

Owns the queue of one lane. Many sessions put, one recorder takes. What is in here has not been
acknowledged, so it may be lost at any time without harm.
"""

import threading
from collections import deque
from typing import Final

from telemetry_ingest.message import Message

WAITING_MAX_BYTES: Final = 64 * 1024 * 1024
WAITING_MAX_MESSAGES: Final = 100_000
BATCH_MAX_BYTES: Final = 6 * 1024 * 1024  # some 60,000 fixes: a commit well below a second
BATCH_MAX_MESSAGES: Final = 10_000
OVERHEAD_BYTES: Final = 300  # of one message in memory, besides its payload


class Intake:
    """A queue bounded in bytes."""

    def __init__(self, max_bytes: int = WAITING_MAX_BYTES) -> None:
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._closed = False

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message, patience_s: float) -> bool:
        """Add a message; false when there was no room for it in time."""
        with self._lock:
            if not self._has_room() and not self._room.wait_for(self._has_room, patience_s):
                return False
            self._messages.append(message)
            self._bytes += len(message.payload) + OVERHEAD_BYTES
            self._arrived.notify()
        return True

    def take(self, patience_s: float) -> list[Message]:
        """What has come meanwhile, up to one batch; waits for a first message, but not for long."""
        with self._lock:
            self._arrived.wait_for(lambda: self._messages or self._closed, patience_s)
            taken: list[Message] = []
            size = 0
            while self._messages and size < BATCH_MAX_BYTES and len(taken) < BATCH_MAX_MESSAGES:
                message = self._messages.popleft()
                size += len(message.payload) + OVERHEAD_BYTES
                taken.append(message)
            self._bytes -= size
            self._room.notify_all()
        return taken

    def wait_for_room(self, patience_s: float) -> bool:
        """Wait until at least half of the room is free."""
        with self._lock:
            return self._room.wait_for(
                lambda: self._closed or self._bytes < self._max_bytes / 2, patience_s
            )

    def close(self) -> None:
        """Wake whoever waits; the process stops."""
        with self._lock:
            self._closed = True
            self._arrived.notify_all()
            self._room.notify_all()

    def _has_room(self) -> bool:
        within = self._bytes < self._max_bytes and len(self._messages) < WAITING_MAX_MESSAGES
        return self._closed or within
