"""Keeps on record when the way of a fix was broken: what is missing then is nobody's fault.

Owns the tables `outages` and `last_well`; what counts as well is `watch.py`'s. A failure is written
down when it is over, because the store may be what failed. If nothing ran at all, the next start
finds out from the last time that all was well.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout

from console_server.database import Connection, Pool
from console_server.wire.live import Health

SHORTEST: Final = timedelta(seconds=20)  # a handset sends again by itself; nothing is missing
NOTED_EVERY: Final = timedelta(seconds=15)


@dataclass(slots=True)
class OutageRecord:
    """What this server knows of the present failure; `since` None: there is none."""

    last_well_at: datetime | None = None
    noted_at: datetime | None = None
    since: datetime | None = None
    parts: set[str] = field(default_factory=set)

    async def note(self, pool: Pool, answer: Health, now: datetime) -> None:
        """Take down one answer of the health watch; a store that is away is told later."""
        if not answer.ready:
            self.since = self.since or self.last_well_at
            self.parts |= {part for part, state in answer.parts.items() if state != "ok"}
            return
        if self.noted_at is not None and self.since is None and now - self.noted_at < NOTED_EVERY:
            self.last_well_at = now
            return
        try:
            async with pool.connection(timeout=2.0) as connection:
                await self._write(connection, now)
        except (psycopg.Error, PoolTimeout):
            return  # the next answer tells it
        self.last_well_at = self.noted_at = now
        self.since = None
        self.parts.clear()

    async def _write(self, connection: Connection, now: datetime) -> None:
        if self.last_well_at is None:
            await write_down_time_off(connection, now)
        elif self.since is not None and now - self.since >= SHORTEST:
            await write_outage(connection, self.since, now, sorted(self.parts))
        await connection.execute(
            """
            INSERT INTO last_well (at) VALUES (%(now)s)
            ON CONFLICT (only_row) DO UPDATE SET at = greatest(last_well.at, excluded.at)
            """,
            {"now": now},
        )


async def write_outage(
    connection: Connection, started_at: datetime, ended_at: datetime, parts: list[str]
) -> None:
    """Keep one failure; several servers may each tell of the same."""
    await connection.execute(
        """
        INSERT INTO outages (started_at, ended_at, parts)
        VALUES (%(started_at)s, %(ended_at)s, %(parts)s)
        """,
        {"started_at": started_at, "ended_at": ended_at, "parts": parts},
    )


async def write_down_time_off(connection: Connection, now: datetime) -> None:
    """Since all was last well, nothing ran, unless fixes were received: then from the last of them.

    An installation that was never well, or was off for longer than a week, tells nothing.
    """
    cursor = await connection.execute(
        """
        SELECT greatest(w.at, (
            SELECT max(received_at) FROM positions
            WHERE fixed_at > w.at - interval '1 day' AND received_at < %(now)s
        ))
        FROM last_well w WHERE w.at > %(now)s::timestamptz - interval '7 days'
        """,
        {"now": now},
    )
    row = await cursor.fetchone()
    if row is not None and now - row[0] >= SHORTEST:
        await write_outage(connection, row[0], now, ["all"])
