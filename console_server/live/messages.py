"""The text messages of the live socket, as bytes.

Owns how hub state becomes `wire.live` values; not who gets them (`hub.py`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from console_server.live.events import Event
from console_server.live.roster import RosterRow
from console_server.wire.live import Behind, LiveWorker, SystemHealth, WorkerDelta
from telemetry_ingest.wire.presence import Presence, SilentCause

PresenceName = Literal["off_duty", "online", "stale", "silent"]
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Told:
    """What changes of a worker besides the place. `battery` share 0-1, NaN unknown."""

    cause: int
    battery: float


def event_delta(event: Event) -> bytes:
    """An `IncidentDelta` or an `AlertDelta` around a body that is JSON already."""
    kind = _encoder.encode(event.kind)
    head = b'{"type":' + kind + b',"seq":' + _encoder.encode(event.seq)
    return head + b"," + kind + b":" + event.body + b"}"


def worker_delta(seq: str, worker: LiveWorker) -> bytes:
    """A `WorkerDelta`."""
    return _encoder.encode(WorkerDelta(seq, worker))


def behind(skipped: int) -> bytes:
    """The word to a console that reads too slowly."""
    return _encoder.encode(Behind(skipped))


def health(failing: list[str]) -> bytes:
    """Which parts are not well; none: all are."""
    return _encoder.encode(SystemHealth(failing))


def live_worker(row: RosterRow, slot: int, area_codes: Mapping[int, str], told: Told) -> LiveWorker:
    """A row of the slot table."""
    return LiveWorker(
        slot=slot,
        worker_id=row.worker_id,
        code=row.code,
        name=row.name,
        kind=row.kind,
        grid_codes=[area_codes[grid] for grid in row.grid_ids if grid in area_codes],
        group_code=row.group_code,
        cause=cause_name(told.cause),
        battery=None if math.isnan(told.battery) else round(told.battery, 2),
    )


def cause_name(cause: int) -> str | None:
    """A cause of silence as the wire says it; None when there is nothing to explain."""
    known = SilentCause(cause)
    return None if known is SilentCause.NONE else known.name.lower()


def presence_name(presence: Presence) -> PresenceName:
    """A presence as the wire says it."""
    return _PRESENCE_NAMES[presence]


_PRESENCE_NAMES: Mapping[Presence, PresenceName] = {
    Presence.OFF_DUTY: "off_duty",
    Presence.ONLINE: "online",
    Presence.STALE: "stale",
    Presence.SILENT: "silent",
}
