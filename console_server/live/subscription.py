"""One console's place in the hub: what it still has to be told.

Owns the queue between the hub, which never waits, and the console's own sender, which does. What
changed in an incident or a worker is never dropped; position ticks are, and made up for later. A
console that stays behind is told so, then closed; none slows the others.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from console_server.live.events import STREAM_START, Event, seq_key
from console_server.live.frame import Bools
from console_server.live.interest import Interest

QUEUE_MAX = 2_000  # deltas; a console further behind gets a new snapshot instead
BEHIND_AFTER_TICKS = 8  # two seconds
CLOSE_AFTER_TICKS = 80  # twenty seconds without taking one frame: nobody is reading there


@dataclass(frozen=True, slots=True)
class Delta:
    """A text message. `key` is its place in the stream, None for what only this hub knows."""

    key: tuple[int, int] | None
    text: bytes


class Subscription:
    """What waits for one console. The hub fills it, `socket.py` empties it."""

    def __init__(self, interest: Interest) -> None:
        self.interest = interest
        self.wake = asyncio.Event()
        self.closing = asyncio.Event()
        self.sending = False  # the sender waits for the transport's write buffer to drain
        self.deltas: deque[Delta] = deque()
        self.frame: bytes | None = None
        self.missed: Bools | None = None  # slots of the ticks that were skipped
        self.skipped = 0
        self.after = seq_key(STREAM_START)
        self.live = False  # a snapshot was sent and what came after it is wanted

    def begin(self, seq: str) -> None:
        """A snapshot up to `seq` goes out: only what is newer is still to be told."""
        self.after = seq_key(seq)
        self.deltas = deque(
            delta for delta in self.deltas if delta.key is not None and delta.key > self.after
        )
        self.frame, self.missed, self.live = None, None, True
        self.wake.set()

    def start_over(self) -> None:
        """Forget what waits: a new snapshot will hold it."""
        self.deltas.clear()
        self.frame, self.missed, self.live = None, None, False
        self.wake.set()

    def tell_event(self, event: Event, text: bytes) -> None:
        """Queue an event of the stream, unless the snapshot held it."""
        key = seq_key(event.seq)
        if not self.live or key > self.after:
            self._queue(Delta(key, text))

    def tell_local(self, text: bytes) -> None:
        """Queue what is not in the stream."""
        self._queue(Delta(None, text))

    def blocked(self) -> bool:
        """Whether the last frame is still on its way to this console."""
        return self.sending or self.frame is not None

    def offer(self, frame: bytes) -> None:
        """Have a frame sent next."""
        self.frame, self.missed = frame, None
        self.wake.set()

    def skip(self, changed: Bools) -> None:
        """Leave a tick out; the slots are made up for with the next frame that fits."""
        self.missed = changed.copy() if self.missed is None else _either(self.missed, changed)
        self.skipped += 1
        if self.skipped >= CLOSE_AFTER_TICKS:
            self.closing.set()

    def take_behind(self) -> int:
        """How many ticks were left out, once they are worth a word; 0 otherwise."""
        skipped, self.skipped = self.skipped, 0
        return skipped if skipped >= BEHIND_AFTER_TICKS else 0

    def _queue(self, delta: Delta) -> None:
        if len(self.deltas) >= QUEUE_MAX:
            self.start_over()
            return
        self.deltas.append(delta)
        self.wake.set()


def _either(one: Bools, other: Bools) -> Bools:
    merged = other.copy()
    merged[: len(one)] |= one
    return merged
