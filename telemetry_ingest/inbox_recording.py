"""Recording reports, progress and calls for help: from messages to committed rows.

Owns the transaction of the urgent lane, which has its own connection so that a call for help never
waits for fixes. Acknowledging is the caller's, and may follow only on a return without exception.
"""

from collections.abc import Callable, Sequence

from telemetry_ingest import dead_letters, handset_store, store
from telemetry_ingest.counters import Counters
from telemetry_ingest.decoding import KEPT_PAYLOAD_BYTES
from telemetry_ingest.fix import Reason, instant_us
from telemetry_ingest.inbox import read_inbox
from telemetry_ingest.message import InboxEntry, Message, Reject
from telemetry_ingest.reference_keeper import ReferenceKeeper
from telemetry_ingest.settings import Settings


class InboxRecorder:
    """Records batches one after another. Used by one thread."""

    held = 0

    def __init__(
        self,
        settings: Settings,
        keeper: ReferenceKeeper,
        counters: Counters,
        ring: Callable[[], None],
    ) -> None:
        self._keeper = keeper
        self._counters = counters
        self._ring = ring
        self._store = store.Store(settings.database_url)

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

    def due(self, _arrived: Sequence[Message]) -> list[Message]:
        """Nothing is ever held back here."""
        return []

    def look_around(self) -> None:
        """There is nothing to do between batches."""

    def record(self, messages: Sequence[Message]) -> list[Message]:
        """Store a batch; the messages that may be acknowledged.

        Raises:
            StoreUnavailable: nothing of it is stored; try again later.
            UnstorableBatch: nothing of it is stored; try smaller batches.
        """
        with self._store.transaction() as connection:
            self._keeper.learn(connection, [message.topic for message in messages])
            read = [self._read(message) for message in messages]
            entries = [entry for entry in read if isinstance(entry, InboxEntry)]
            rejects = [reject for reject in read if isinstance(reject, Reject)]
            written = handset_store.write_inbox(connection, entries)
            dead_letters.write(connection, rejects)
        self._counters.inbox += written
        self._counters.rejected.update(reject.reason.value for reject in rejects)
        if written:
            self._ring()
        return list(messages)

    def refuse(self, message: Message, detail: str) -> None:
        """Keep a message that the store refuses as it is, as a dead letter.

        Raises:
            StoreUnavailable: try again later.
        """
        received_us = instant_us(message.received_at)
        payload = message.payload[:KEPT_PAYLOAD_BYTES]
        reject = Reject(
            Reason.UNSTORABLE, received_us, 0, message.topic, detail=detail, payload=payload
        )
        with self._store.transaction() as connection:
            store.write_rejects(connection, [reject])
        self._counters.rejected[Reason.UNSTORABLE] += 1

    def _read(self, message: Message) -> InboxEntry | Reject:
        router = self._keeper.router
        route = router.route(message.topic)
        return read_inbox(message, route, int(router.reference.revoked_us[route.handset]))
