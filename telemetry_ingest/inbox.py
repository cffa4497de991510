"""Inbox messages: reports, progress and calls for help, made ready for the control plane.

Owns their decoding and checking; not what follows from them, nor duty: a worker who reports or
calls for help does so on purpose. Repeats are the control plane's to recognise, by the client's id.
"""

import math
from collections.abc import Mapping
from typing import Final

import msgspec

from telemetry_ingest.coordinates import point_to_wgs84
from telemetry_ingest.decoding import (
    DETAIL_MAX_CHARS,
    KEPT_PAYLOAD_BYTES,
    UNREADABLE,
    reason_of,
)
from telemetry_ingest.fix import Reason, instant_us
from telemetry_ingest.message import InboxEntry, Message, Reject, Route
from telemetry_ingest.wire.handset import Datum, DuressMessage, ProgressMessage, ReportMessage
from telemetry_ingest.wire.topics import Uplink

PAYLOAD_MAX_BYTES: Final = 64 * 1024
IDENTIFIER_MAX_CHARS: Final = 100
Said = ReportMessage | ProgressMessage | DuressMessage
_DECODERS: Final[Mapping[Uplink, msgspec.json.Decoder[Said]]] = {
    Uplink.REPORT: msgspec.json.Decoder(ReportMessage),
    Uplink.PROGRESS: msgspec.json.Decoder(ProgressMessage),
    Uplink.DURESS: msgspec.json.Decoder(DuressMessage),
}


def read_inbox(message: Message, route: Route, revoked_us: int) -> InboxEntry | Reject:
    """The entry that a message makes, or why it makes none."""
    if route.reason is not None or route.kind is None:
        return _refused(message, route, route.reason or Reason.UNKNOWN_TOPIC)
    if len(message.payload) > PAYLOAD_MAX_BYTES:
        return _refused(message, route, Reason.TOO_LARGE, f"{len(message.payload)} bytes")
    try:
        said = _without_nul(_DECODERS[route.kind].decode(message.payload))
    except UNREADABLE as error:
        return _refused(message, route, reason_of(error), str(error))
    ready = _checked(said, revoked_us)
    if isinstance(ready, Reason):
        return _refused(message, route, ready)
    body = msgspec.json.encode(ready)
    return InboxEntry(route.handset, route.kind, instant_us(message.received_at), body)


def _checked(said: Said, revoked_us: int) -> Said | Reason:
    """The message in WGS-84, or why it is refused."""
    if instant_us(said.at) >= revoked_us:
        return Reason.REVOKED
    if not 0 < len(_identifier(said)) <= IDENTIFIER_MAX_CHARS:
        return Reason.INVALID
    return _in_wgs84(said) or Reason.OUT_OF_RANGE


def _identifier(said: Said) -> str:
    return said.dispatch if isinstance(said, ProgressMessage) else said.id


def _in_wgs84(said: Said) -> Said | None:
    """The message with its place converted; None for a report from nowhere.

    A call for help counts without a place too, so an impossible one is left out.
    """
    if isinstance(said, ProgressMessage):
        return said
    placed = said.lon is not None and said.lat is not None and _is_place(said.lon, said.lat)
    if placed:
        lon, lat = point_to_wgs84(said.lon or 0.0, said.lat or 0.0, said.datum)
        return msgspec.structs.replace(said, lon=lon, lat=lat, datum=Datum.WGS84)
    if isinstance(said, ReportMessage):
        return None
    return msgspec.structs.replace(said, lon=None, lat=None, datum=Datum.WGS84)


def _is_place(lon: float, lat: float) -> bool:
    return (
        math.isfinite(lon)
        and math.isfinite(lat)
        and abs(lon) <= 180
        and abs(lat) <= 90
        and not (abs(lon) < 1e-3 and abs(lat) < 1e-3)
    )


def _without_nul(said: Said) -> Said:
    """PostgreSQL has no text with U+0000; nobody means it."""
    clean = {
        name: value.replace("\0", "")
        for name in said.__struct_fields__
        if isinstance(value := getattr(said, name), str) and "\0" in value
    }
    return msgspec.structs.replace(said, **clean) if clean else said


def _refused(message: Message, route: Route, reason: Reason, detail: str | None = None) -> Reject:
    return Reject(
        reason,
        instant_us(message.received_at),
        route.handset,
        message.topic,
        detail=detail[:DETAIL_MAX_CHARS] if detail else None,
        payload=message.payload[:KEPT_PAYLOAD_BYTES],
        again=message.again,
    )
