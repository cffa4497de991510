"""One instance does it, whichever is alive: work that must not run in two servers at once.

Owns the advisory lock and the waiting for it. The lock goes with its connection: when the holder
dies, another server has it within a second or so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum

from psycopg import AsyncConnection

from console_server.database import Connection
from console_server.parts import Parts

TRY_EVERY_S = 1.0


class Duty(IntEnum):
    """What only one instance does; the values are keys of PostgreSQL's advisory locks."""

    RELAY = 0x67620101
    COURIER = 0x67620102
    TIMERS = 0x67620103
    ALERTS = 0x67620104


@asynccontextmanager
async def on_duty(parts: Parts, duty: Duty) -> AsyncIterator[Connection]:
    """Wait until this instance has the duty; the connection carries the lock and can LISTEN."""
    connection = await AsyncConnection.connect(
        parts.settings.database_url,
        autocommit=True,
        application_name=f"gridbeat-{duty.name.lower()}",
    )
    async with connection:
        while not await _try_lock(connection, duty):  # noqa: ASYNC110 - no event says "free"
            await asyncio.sleep(TRY_EVERY_S)
        yield connection


async def wait_for_word(connection: Connection, at_most_s: float) -> None:
    """Until a notification comes on the channels that the connection listens to."""
    async for _ in connection.notifies(timeout=at_most_s, stop_after=1):
        pass


async def _try_lock(connection: Connection, duty: Duty) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%(key)s)", {"key": duty.value})
    row = await cursor.fetchone()
    return bool(row and row[0])
