"""Lane: the loop that turns what has arrived into committed rows and acknowledgements.

Owns group commit (the next batch is what came while the last one was being committed; nothing
lingers), retrying while the store is away, and taking apart a batch that the store refuses.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from telemetry_ingest.decoding import DETAIL_MAX_CHARS
from telemetry_ingest.errors import StoreUnavailable, UnstorableBatch
from telemetry_ingest.intake import Intake
from telemetry_ingest.message import Message
from telemetry_ingest.mqtt import acknowledge
from telemetry_ingest.waiting import Backoff, WaitingRoom

IDLE_S: Final = 0.5  # how often a lane without messages looks around
# A message that the store refuses, or that a rule stumbles over, must not stop the others.
POISON: Final = (UnstorableBatch, ArithmeticError, LookupError, TypeError, ValueError)
_log = structlog.get_logger(__name__)


class Recorder(Protocol):
    """What a lane does with its messages."""

    @property
    def held(self) -> int:
        """Messages it keeps back, unacknowledged."""

    def prepare(self) -> None:
        """Read what recording needs."""

    def due(self, arrived: Sequence[Message]) -> list[Message]:
        """Messages kept back whose time has come."""

    def record(self, messages: Sequence[Message]) -> list[Message]:
        """Store a batch; what may be acknowledged."""

    def refuse(self, message: Message, detail: str) -> None:
        """Keep one message as a dead letter."""

    def look_around(self) -> None:
        """Do what is due between batches."""

    def close(self) -> None:
        """Let go of connections."""


class Lane(threading.Thread):
    """One recorder with its queue."""

    def __init__(self, name: str, intake: Intake, recorder: Recorder, room: WaitingRoom) -> None:
        super().__init__(name=name, daemon=True)
        self.ready = threading.Event()  # prepared; messages may come
        self._intake = intake
        self._recorder = recorder
        self._room = room
        self._backoff = Backoff(room, name, "store")
        self._recording = 0
        self._is_finishing = False

    @property
    def backlog(self) -> int:
        """Messages received and not yet committed."""
        return len(self._intake) + self._recorder.held + self._recording

    def run(self) -> None:
        """Record until the process stops; what is not committed then stays at the broker."""
        self._insist(self._recorder.prepare)
        if not self._room.stopping.is_set():
            self.ready.set()
        while not self._room.stopping.is_set():
            arrived = self._intake.take(IDLE_S)
            if self._is_finishing and not arrived:
                break
            batch = arrived + self._recorder.due(arrived)
            if batch:
                self._recording = len(batch)
                self._settle(batch)
                self._recording = 0
            self._insist(self._recorder.look_around)
        self._recorder.close()

    def finish(self) -> None:
        """End once all that has arrived is recorded; no session puts anything more."""
        self._is_finishing = True
        self._intake.close()

    def _settle(self, batch: Sequence[Message]) -> None:
        """Have a batch stored, in parts if need be, and acknowledge it."""
        try:
            self._insist(lambda: acknowledge(self._recorder.record(batch)))
        except POISON as error:
            if len(batch) > 1:
                middle = len(batch) // 2
                self._settle(batch[:middle])
                self._settle(batch[middle:])
                return
            detail = f"{type(error).__name__}: {error}"[:DETAIL_MAX_CHARS]
            _log.warning("unstorable", topic=batch[0].topic, reason=detail)
            self._insist(lambda: self._refuse(batch[0], detail))

    def _refuse(self, message: Message, detail: str) -> None:
        self._recorder.refuse(message, detail)
        acknowledge([message])

    def _insist(self, act: Callable[[], None]) -> None:
        """Do it as soon as the store can; given up only when the process stops."""
        while not self._room.stopping.is_set():
            try:
                act()
            except StoreUnavailable as error:
                self._backoff.wait(str(error))
            else:
                self._backoff.succeeded()
                return
