"""All there is for one console at one moment.

Owns the order that makes deltas and snapshot fit together: the subscription exists already, then
the stream's last id is read, then the state. What the snapshot holds too much is told again and
ignored by its version; nothing can be missing.
"""

from dataclasses import dataclass
from datetime import timedelta

import msgspec
from redis.exceptions import ResponseError

from console_server.alerts.commands import read_running
from console_server.cache import Valkey
from console_server.incidents.summaries import read_current
from console_server.live.events import STREAM_START
from console_server.live.subscription import Subscription
from console_server.parts import Parts
from console_server.wire.live import Snapshot
from telemetry_ingest.wire.live import EVENTS_STREAM

CLOSED_KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Start:
    """What a console is sent first: the snapshot as JSON, and every position."""

    text: str
    frame: bytes


async def take_snapshot(parts: Parts, subscription: Subscription) -> Start:
    """Read the state and mark in the subscription from where on deltas are wanted."""
    seq = await last_seq(parts.valkey)
    now = parts.clock()
    async with parts.pool.connection() as connection:
        areas, group = subscription.interest.areas(), subscription.interest.sight.ordered_to
        incidents = await read_current(connection, areas, now - CLOSED_KEPT, ordered_to=group)
        alerts = await read_running(connection, areas) if group is None else []
    snapshot = Snapshot(seq, now, parts.hub.workers(subscription.interest), incidents, alerts)
    subscription.begin(seq)
    subscription.tell_local(parts.hub.health())  # what was told of it before may be lost
    frame = parts.hub.full_frame(subscription.interest, now.timestamp())
    return Start(msgspec.json.encode(snapshot).decode(), frame)


async def last_seq(valkey: Valkey) -> str:
    """The id of the newest event in the stream."""
    try:
        known = await valkey.xinfo_stream(EVENTS_STREAM)
    except ResponseError:  # no event was ever written
        return STREAM_START
    newest = known["last-generated-id"]
    return newest.decode() if isinstance(newest, bytes) else str(newest)
