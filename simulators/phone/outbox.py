"""Owns what a handset still has to say: first in, first out, kept while there is no network.

It knows no broker; `handset` empties it. Consecutive fixes leave together, as a real handset sends
its backlog: at most 500 a message, oldest first, and never past a message of another kind, so that
a duty-off does not overtake the fixes before it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from telemetry_ingest.wire.handset import (
    FIXES_PER_MESSAGE_MAX,
    Datum,
    DuressMessage,
    Fix,
    FixMessage,
    ProgressMessage,
    ReportMessage,
    StatusMessage,
)
from telemetry_ingest.wire.topics import Uplink

Message = StatusMessage | ReportMessage | ProgressMessage | DuressMessage

_encode = msgspec.json.Encoder().encode
_KINDS: dict[type[Message], Uplink] = {
    StatusMessage: Uplink.STATUS,
    ReportMessage: Uplink.REPORT,
    ProgressMessage: Uplink.PROGRESS,
    DuressMessage: Uplink.DURESS,
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message ready for the broker, and the instants of the fixes it holds (Unix s)."""

    kind: Uplink
    payload: bytes
    fixed_at_s: tuple[float, ...] = ()

    @property
    def fix_count(self) -> int:
        """How many fixes it holds."""
        return len(self.fixed_at_s)


@dataclass(slots=True)
class Outbox:
    """The backlog of one handset."""

    datum: Datum = Datum.WGS84
    _waiting: deque[Fix | Message] = field(default_factory=deque)

    def put(self, item: Fix | Message) -> None:
        """Add something to say, after all that waits already."""
        self._waiting.append(item)

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, sent_at_s: float) -> Parcel | None:
        """Take the next message out; None when nothing waits."""
        if not self._waiting:
            return None
        if not isinstance(self._waiting[0], Fix):
            return message_parcel(self._waiting.popleft())  # type: ignore[arg-type]
        fixes = list(islice(self._leading_fixes(), FIXES_PER_MESSAGE_MAX))
        for _ in fixes:
            self._waiting.popleft()
        return fix_parcel(fixes, sent_at_s, self.datum)

    def _leading_fixes(self) -> Iterator[Fix]:
        for item in self._waiting:
            if not isinstance(item, Fix):
                return
            yield item


def fix_parcel(fixes: list[Fix], sent_at_s: float, datum: Datum = Datum.WGS84) -> Parcel:
    """Pack fixes, oldest first, into one message."""
    payload = _encode(FixMessage(fixes, datum=datum, sent=round(sent_at_s, 3)))
    return Parcel(Uplink.FIX, payload, tuple(fix.at for fix in fixes))


def message_parcel(message: Message) -> Parcel:
    """Pack a message of another kind."""
    return Parcel(_KINDS[type(message)], _encode(message))
