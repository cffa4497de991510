"""The reference data in use: which snapshot is current, and when it must be read again.

Owns the moment of reading; what is read is in `reference.py`. Shared by both lanes.
"""

import threading
from collections.abc import Sequence
from typing import Final

from psycopg import Connection

from telemetry_ingest.reference import ReferenceReader, is_any_known
from telemetry_ingest.routing import Router, prefixes_and_usernames

REFRESH_EVERY_S: Final = 30.0


class ReferenceKeeper:
    """The current snapshot, as a router. Call `refresh` before the first use."""

    def __init__(self, reader: ReferenceReader, areas: Sequence[str]) -> None:
        self.router: Router
        self.changed = threading.Event()  # somebody said that the store holds something new
        self._reader = reader
        self._areas = areas
        self._lock = threading.Lock()

    def is_due(self, now: float) -> bool:
        """Whether it is time to read again."""
        return self.changed.is_set() or now - self.router.reference.loaded_at > REFRESH_EVERY_S

    def refresh(self, connection: Connection) -> Router:
        """Read the store again.

        Raises:
            psycopg.Error: the store does not answer; the old snapshot stays.
        """
        with self._lock:
            self.changed.clear()
            self.router = Router(self._reader.read(connection), self._areas)
            return self.router

    def learn(self, connection: Connection, topics: Sequence[str]) -> Router:
        """The router to use for topics that looked strange.

        A handset may have been enrolled a moment ago. One small question a batch tells, so
        strangers cannot make ingest read everything again and again.
        """
        strange = [topic for topic in topics if self.router.is_strange(topic)]
        if strange and is_any_known(connection, *prefixes_and_usernames(strange)):
            return self.refresh(connection)
        return self.router
