"""What keeps the hub up to date: positions from ingest, events from the relay, and the clock.

Owns the connections to Valkey that the hub lives on. Every fault, gap and change of who works
where ends the same way: read everything anew, and every console gets a new snapshot.
"""

import asyncio
from typing import Any

import msgspec
from prometheus_client import Counter, Gauge

from console_server.background import keep_running
from console_server.cache import Valkey
from console_server.ending import first_to_end
from console_server.errors import Unavailable
from console_server.incidents.summaries import read_current
from console_server.live.events import read_entry, seq_key
from console_server.live.hub import LiveState
from console_server.live.roster import read_roster
from console_server.live.snapshot import last_seq
from console_server.parts import Parts
from telemetry_ingest.wire.live import (
    EVENTS_STREAM,
    LATEST_HASH,
    POSITIONS_CHANNEL,
    REFERENCE_CHANNEL,
    LivePosition,
)

TICK_S = 0.25
LISTEN_AT_MOST_S = 1.0
SETTLE_S = 0.3  # an import says many times that something changed: read once after it
READ_AT_MOST = 500

CONSOLES = Gauge("gridbeat_live_consoles", "Open live sockets")
BAD_MESSAGES = Counter("gridbeat_live_bad_messages_total", "Live messages that do not decode")
_positions = msgspec.msgpack.Decoder(list[LivePosition])
_position = msgspec.msgpack.Decoder(LivePosition)


async def run(parts: Parts) -> None:
    """Tick for ever, with Valkey or without it: ages must be true on every screen."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_tick(parts))
        group.create_task(keep_running("live", _follow, parts))


async def _tick(parts: Parts) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        parts.hub.tick(parts.clock().timestamp())
        CONSOLES.set(parts.hub.consoles)
        due = max(due + TICK_S, loop.time())
        await asyncio.sleep(due - loop.time())


async def _follow(parts: Parts) -> None:
    """Read everything and follow what changes, again and again; raises when Valkey fails."""
    while True:
        await _follow_once(parts)


async def _follow_once(parts: Parts) -> None:
    async with parts.valkey.pubsub() as channel:
        await channel.subscribe(POSITIONS_CHANNEL, REFERENCE_CHANNEL)
        state = await read_state(parts)
        parts.hub.reset(state, parts.clock().timestamp())
        changed = asyncio.Event()
        await first_to_end(
            _follow_channel(parts, channel, changed),
            _follow_stream(parts, state.seq),
            _until_roster_changes(parts, changed),
        )


async def read_state(parts: Parts) -> LiveState:
    """All that a hub starts from, the stream's last id first."""
    seq = await last_seq(parts.valkey)
    async with parts.pool.connection() as connection:
        roster = await read_roster(connection)
        incidents = await read_current(connection, None, parts.clock())
    latest: Any = await parts.valkey.hgetall(LATEST_HASH)
    positions = [_position.decode(value) for value in latest.values()]
    return LiveState(roster, positions, [msgspec.json.encode(each) for each in incidents], seq)


async def _follow_channel(parts: Parts, channel: Any, changed: asyncio.Event) -> None:  # noqa: ANN401 - redis-py's PubSub is generic over its own client
    while True:
        message = await channel.get_message(
            ignore_subscribe_messages=True, timeout=LISTEN_AT_MOST_S
        )
        if message is None:
            continue
        if message["channel"] == REFERENCE_CHANNEL.encode():
            changed.set()
        else:
            _take_positions(parts, message["data"])


def _take_positions(parts: Parts, payload: bytes) -> None:
    try:
        parts.hub.apply_positions(_positions.decode(payload))
    except msgspec.MsgspecError:
        BAD_MESSAGES.inc()


async def _until_roster_changes(parts: Parts, changed: asyncio.Event) -> None:
    while True:
        await changed.wait()
        await asyncio.sleep(SETTLE_S)
        changed.clear()
        async with parts.pool.connection() as connection:
            roster = await read_roster(connection)
        if not parts.hub.change_roster(roster):
            return


async def _follow_stream(parts: Parts, seq: str) -> None:
    while True:
        found = await _read_after(parts.valkey, seq)
        if len(found) == READ_AT_MOST:
            await _expect_no_gap(parts.valkey, seq)
        for entry_id, fields in found:
            parts.hub.apply_event(read_entry(entry_id, fields))
            seq = entry_id.decode()


async def _read_after(valkey: Valkey, seq: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
    found: Any = await valkey.xread(
        {EVENTS_STREAM: seq}, count=READ_AT_MOST, block=int(LISTEN_AT_MOST_S * 1000)
    )
    if not found:
        return []
    streams = found.items() if isinstance(found, dict) else found
    _, entries = next(iter(streams))
    return list(entries)


async def _expect_no_gap(valkey: Valkey, seq: str) -> None:
    """Make sure that nothing between `seq` and what was read fell off the stream's end.

    Raises:
        Unavailable: something may have.
    """
    oldest: Any = await valkey.xrange(EVENTS_STREAM, count=1)
    if oldest and seq_key(oldest[0][0].decode()) > seq_key(seq):
        raise Unavailable("The live events ran ahead of this server.")
