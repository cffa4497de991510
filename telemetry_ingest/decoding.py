"""Decoding: payloads of handsets to columns of fixes and to statuses.

Owns what is done with every malformed, oversized or half-broken payload: nothing that a handset
sends raises out of here. Whose the message is has been decided by its `Route`; duty, place and
clock are judged later (`pipeline.py`).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from telemetry_ingest.coordinates import DATUMS
from telemetry_ingest.fix import Fixes, Reason, floats, instant_us, to_us
from telemetry_ingest.message import Handling, Message, Reject, Route, Status
from telemetry_ingest.osmand import read_osmand
from telemetry_ingest.owntracks import read_owntracks
from telemetry_ingest.settings import ALL_AREAS
from telemetry_ingest.wire.handset import (
    FIXES_PER_MESSAGE_MAX,
    Datum,
    Fix,
    FixMessage,
    StatusMessage,
)

PAYLOAD_MAX_BYTES: Final = 256 * 1024  # 500 fixes with every optional value are 70 KiB
KEPT_PAYLOAD_BYTES: Final = 4096
DETAIL_MAX_CHARS: Final = 200
MARK_CHARS: Final = 8
# A number by itself, and every fraction; the digits of a name stay.
_NUMBER: Final = re.compile(rb"(?<![\w-])-?\d[\d.]*|\.\d+")
_BLOTS: Final = bytes.maketrans(b"0123456789", b"#" * 10)
_DATUM_CODE: Final = {datum: code for code, datum in enumerate(DATUMS)}
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _LooseFixMessage(msgspec.Struct):
    """A fix message whose fixes are looked at one by one, because not all of them are right."""

    fixes: list[msgspec.Raw]
    datum: Datum = Datum.WGS84
    sent: msgspec.Raw = msgspec.Raw(b"null")


_fix_message = msgspec.json.Decoder(FixMessage)
_loose_fix_message = msgspec.json.Decoder(_LooseFixMessage)
_fix = msgspec.json.Decoder(Fix)
_status_message = msgspec.json.Decoder(StatusMessage)
_number: Final[msgspec.json.Decoder[float | None]] = msgspec.json.Decoder(float | None)


@dataclass(slots=True)
class Decoded:
    """What the messages of one batch hold."""

    messages: Sequence[Message]
    reports: list[Fix] = field(default_factory=list)  # by row
    counts: list[int] = field(default_factory=list)  # fixes of each entry below
    origins: list[int] = field(default_factory=list)  # index of the message
    handsets: list[int] = field(default_factory=list)
    sent_at: list[float | None] = field(default_factory=list)
    datums: list[int] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    loopback_at: float | None = None  # Unix s

    def add_fixes(
        self, origin: int, handset: int, fixes: Sequence[Fix], sent: float | None, datum: Datum
    ) -> None:
        """Take over the fixes of one message."""
        self.reports.extend(fixes)
        self.counts.append(len(fixes))
        self.origins.append(origin)
        self.handsets.append(handset)
        self.sent_at.append(sent)
        self.datums.append(_DATUM_CODE[datum])

    def refuse(
        self, reason: Reason, origin: int, handset: int, detail: str | None, payload: bytes
    ) -> None:
        """Keep the shape of a payload, or of a part of one, as a dead letter."""
        message = self.messages[origin]
        self.rejects.append(
            Reject(
                reason,
                instant_us(message.received_at),
                handset,
                message.topic,
                detail=detail[:DETAIL_MAX_CHARS] if detail else None,
                payload=blotted(payload),
                again=message.again,
            )
        )

    def fixes(self) -> Fixes:
        """The columns; from here on nothing looks at fixes one by one."""
        counts = np.array(self.counts, dtype=np.int64)
        received = floats([self.messages[origin].received_at for origin in self.origins])
        reports = self.reports
        return Fixes(
            row=np.arange(len(reports)),
            handset=np.repeat(np.array(self.handsets, dtype=np.int64), counts),
            at_us=to_us(floats([fix.at for fix in reports])),
            received_us=np.repeat(to_us(received), counts),
            sent_us=np.repeat(to_us(floats(self.sent_at)), counts),
            lon=floats([fix.lon for fix in reports]),
            lat=floats([fix.lat for fix in reports]),
            accuracy_m=floats([fix.acc for fix in reports]),
            speed_mps=floats([fix.spd for fix in reports]),
            course_deg=floats([fix.cog for fix in reports]),
            battery=floats([fix.bat for fix in reports]) / 100.0,
            mock=np.array([fix.mock for fix in reports], dtype=bool),
            datum=np.repeat(np.array(self.datums, dtype=np.int64), counts),
        )

    def origin_of_rows(self) -> "np.ndarray":
        """Index of the message that each row came in."""
        return np.repeat(np.array(self.origins, dtype=np.int64), np.array(self.counts, np.int64))


def decode(messages: Sequence[Message], route_of: Callable[[str], Route]) -> Decoded:
    """Decode the messages of a batch, each by the route of its topic."""
    decoded = Decoded(messages)
    for origin, message in enumerate(messages):
        route = route_of(message.topic)
        if route.handling is Handling.REFUSE:
            reason = route.reason or Reason.UNKNOWN_TOPIC
            decoded.refuse(reason, origin, route.handset, None, message.payload)
        elif route.handling in (Handling.IGNORE, Handling.ELSEWHERE):
            decoded.ignored[route.handling] += 1
        elif route.area and message.area not in (ALL_AREAS, route.area):
            decoded.ignored[Handling.ELSEWHERE] += 1
        elif len(message.payload) > PAYLOAD_MAX_BYTES:
            detail = f"{len(message.payload)} bytes"
            decoded.refuse(Reason.TOO_LARGE, origin, route.handset, detail, message.payload)
        else:
            _READERS[route.handling](decoded, origin, route.handset, message)
    return decoded


def _read_fixes(decoded: Decoded, origin: int, handset: int, message: Message) -> None:
    try:
        said = _fix_message.decode(message.payload)
    except UNREADABLE as error:
        _read_fixes_one_by_one(decoded, origin, handset, message, error)
        return
    if len(said.fixes) > FIXES_PER_MESSAGE_MAX:
        detail = f"{len(said.fixes)} fixes"
        decoded.refuse(Reason.TOO_MANY_FIXES, origin, handset, detail, message.payload)
        return
    decoded.add_fixes(origin, handset, said.fixes, said.sent, said.datum)


def _read_fixes_one_by_one(
    decoded: Decoded, origin: int, handset: int, message: Message, error: Exception
) -> None:
    """Not all is well with a message: find what is."""
    try:
        said = _loose_fix_message.decode(message.payload)
    except UNREADABLE:
        decoded.refuse(reason_of(error), origin, handset, str(error), message.payload)
        return
    if len(said.fixes) > FIXES_PER_MESSAGE_MAX:
        detail = f"{len(said.fixes)} fixes"
        decoded.refuse(Reason.TOO_MANY_FIXES, origin, handset, detail, message.payload)
        return
    good = []
    for raw in said.fixes:
        try:
            good.append(_fix.decode(raw))
        except UNREADABLE as fault:
            decoded.refuse(reason_of(fault), origin, handset, str(fault), bytes(raw))
    decoded.add_fixes(origin, handset, good, _sent_at(said.sent), said.datum)


def _sent_at(raw: msgspec.Raw) -> float | None:
    try:
        return _number.decode(raw)
    except UNREADABLE:
        return None


def _read_loopback(decoded: Decoded, origin: int, handset: int, message: Message) -> None:
    try:
        for fix in _fix_message.decode(message.payload).fixes:
            decoded.loopback_at = max(fix.at, decoded.loopback_at or 0.0)
    except UNREADABLE as error:
        decoded.refuse(reason_of(error), origin, handset, str(error), message.payload)


def _read_status(decoded: Decoded, origin: int, handset: int, message: Message) -> None:
    try:
        said = _status_message.decode(message.payload)
    except UNREADABLE as error:
        decoded.refuse(reason_of(error), origin, handset, str(error), message.payload)
        return
    decoded.statuses.append(Status(handset, instant_us(message.received_at), said))


def _read_owntracks(decoded: Decoded, origin: int, handset: int, message: Message) -> None:
    try:
        said = read_owntracks(message.payload)
    except UNREADABLE as error:
        decoded.refuse(reason_of(error), origin, handset, str(error), message.payload)
        return
    if said is None:
        decoded.ignored[Handling.IGNORE] += 1
        return
    fix, status, sent = said
    if fix is not None:
        decoded.add_fixes(origin, handset, [fix], sent, Datum.WGS84)
    if status is not None:
        decoded.statuses.append(Status(handset, instant_us(message.received_at), status))


def _read_osmand(decoded: Decoded, origin: int, handset: int, message: Message) -> None:
    try:
        fixes = read_osmand(message.payload, message.received_at)
    except UNREADABLE as error:
        decoded.refuse(reason_of(error), origin, handset, str(error), message.payload)
        return
    if len(fixes) > FIXES_PER_MESSAGE_MAX:
        detail = f"{len(fixes)} fixes"
        decoded.refuse(Reason.TOO_MANY_FIXES, origin, handset, detail, message.payload)
        return
    if not fixes:
        decoded.ignored[Handling.IGNORE] += 1
        return
    decoded.add_fixes(origin, handset, fixes, None, Datum.WGS84)
    newest = max(fixes, key=lambda fix: fix.at)
    status = StatusMessage(bat=newest.bat)
    decoded.statuses.append(Status(handset, instant_us(message.received_at), status))


def blotted(payload: bytes) -> bytes:
    """A payload without its numbers, after a mark by which two can be told apart.

    Whether it holds a place of a time off duty cannot be known of what cannot be read; without
    numbers it holds none.
    """
    mark = hashlib.sha256(payload).hexdigest()[:MARK_CHARS].encode()
    start = payload[: KEPT_PAYLOAD_BYTES - MARK_CHARS - 1]
    return mark + b" " + _NUMBER.sub(lambda found: found[0].translate(_BLOTS), start)


def reason_of(error: Exception) -> Reason:
    """Why a payload could not be read."""
    return Reason.INVALID if isinstance(error, msgspec.ValidationError) else Reason.MALFORMED


_READERS: Final = {
    Handling.FIX: _read_fixes,
    Handling.STATUS: _read_status,
    Handling.OWNTRACKS: _read_owntracks,
    Handling.OSMAND: _read_osmand,
    Handling.LOOPBACK: _read_loopback,
}
