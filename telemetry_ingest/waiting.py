"""Waiting: for what does not answer, with growing, jittered pauses, and saying so.

Owns the pauses and the one place where health and heartbeat read what ingest waits for.
"""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import structlog

PAUSE_FIRST_S: Final = 0.2
PAUSE_MAX_S: Final = 5.0
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class WaitingRoom:
    """What does not answer now, by name (`broker`, `store`, `cache`)."""

    stopping: threading.Event
    failures: Counter[str] = field(default_factory=Counter)
    _absent: dict[str, str] = field(default_factory=dict)  # by who waits
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def names(self) -> list[str]:
        """What does not answer, each once."""
        with self._lock:
            return sorted(set(self._absent.values()))

    def enter(self, who: str, what: str, reason: str, pause_s: float) -> None:
        """Somebody begins or goes on waiting."""
        self.failures[what] += 1
        with self._lock:
            first = who not in self._absent
            self._absent[who] = what
        log = _log.warning if first else _log.debug
        log("waiting", who=who, waiting_for=what, reason=reason, pause_s=round(pause_s, 2))

    def leave(self, who: str) -> None:
        """It answers again."""
        with self._lock:
            what = self._absent.pop(who, None)
        if what is not None:
            _log.info("answers_again", who=who, waited_for=what)


@dataclass(slots=True)
class Backoff:
    """The pauses of one waiter for one part."""

    room: WaitingRoom
    who: str
    what: str
    _pause_s: float = PAUSE_FIRST_S

    def wait(self, reason: str) -> None:
        """Pause; longer each time until `succeeded`. Ends early when the process stops."""
        pause_s = self._pause_s * random.uniform(0.5, 1.5)  # noqa: S311  # spreads reconnects
        self.room.enter(self.who, self.what, reason, pause_s)
        self.room.stopping.wait(pause_s)
        self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S)

    def succeeded(self) -> None:
        """It answers; the next failure starts with a short pause again."""
        self._pause_s = PAUSE_FIRST_S
        self.room.leave(self.who)
