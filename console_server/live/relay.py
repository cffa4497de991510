"""From the outbox to the consoles: rows of the channel `live` go into the stream `gb:events`.

Owns this way alone, in one instance at a time; orders have their own (`courier.py`), so that a
broker which is down holds up no console. At least once: a value may come twice, with one version.
"""

import asyncio

from console_server.background import keep_running
from console_server.live import courier
from console_server.live.events import STREAM_LENGTH, entry_fields
from console_server.live.outbox import OUTBOX_CHANNEL
from console_server.live.single import Duty, on_duty, wait_for_word
from console_server.parts import Parts
from telemetry_ingest.wire.live import EVENTS_STREAM

AT_ONCE = 200
LOOK_EVERY_S = 1.0  # should a notification get lost
DONE_KEPT_H = 24
PURGE_EVERY_ROUNDS = 600


async def run(parts: Parts) -> None:
    """Relay to consoles and to handsets; neither way waits for a fault of the other."""
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_running("stream", _relay, parts))
        group.create_task(keep_running("courier", courier.run, parts))


async def _relay(parts: Parts) -> None:
    async with on_duty(parts, Duty.RELAY) as connection:
        await connection.execute(f"LISTEN {OUTBOX_CHANNEL}")
        while True:
            for _ in range(PURGE_EVERY_ROUNDS):
                while await relay_waiting(parts) == AT_ONCE:
                    pass
                await wait_for_word(connection, LOOK_EVERY_S)
            await _purge(parts)


async def relay_waiting(parts: Parts) -> int:
    """Move what waits, oldest first: how many rows it was."""
    async with parts.pool.connection() as connection:
        cursor = await connection.execute(
            """SELECT outbox_id, target, area_id, body::text FROM outbox
               WHERE done_at IS NULL AND channel = 'live' ORDER BY outbox_id LIMIT %(limit)s""",
            {"limit": AT_ONCE},
        )
        rows = await cursor.fetchall()
        if not rows:
            return 0
        async with parts.valkey.pipeline(transaction=False) as pipe:
            for _, kind, area_id, body in rows:
                fields = entry_fields(kind, area_id, body.encode())
                pipe.xadd(EVENTS_STREAM, fields, maxlen=STREAM_LENGTH, approximate=True)
            await pipe.execute()
        await connection.execute(
            "UPDATE outbox SET done_at = now() WHERE outbox_id = ANY(%(ids)s)",
            {"ids": [row[0] for row in rows]},
        )
    return len(rows)


async def _purge(parts: Parts) -> None:
    async with parts.pool.connection() as connection:
        await connection.execute(
            "DELETE FROM outbox WHERE done_at < now() - make_interval(hours => %(hours)s)",
            {"hours": DONE_KEPT_H},
        )
