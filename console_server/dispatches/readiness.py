"""Who has just come from an order, and whose shift is about to end.

Owns these two looks into the store, each bounded to the few minutes that matter; what they are
worth is `circumstances.py`. Every other column comes from the hub's memory.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from console_server.database import Connection
from console_server.dispatches.circumstances import SHIFT_NEEDED_S


async def rests_left_s(connection: Connection, now: datetime, rest_s: float) -> Mapping[int, float]:
    """By worker: what is left of the rest after their last order, in seconds."""
    cursor = await connection.execute(
        """SELECT worker_id, extract(epoch FROM max(cleared_at) - %(since)s)::float8
           FROM dispatches WHERE status = 'cleared' AND cleared_at > %(since)s
           GROUP BY worker_id""",
        {"since": now - timedelta(seconds=rest_s)},
        binary=True,
    )
    return dict(await cursor.fetchall())


async def shifts_left_s(connection: Connection, now: datetime) -> Mapping[int, float]:
    """By worker: how long their shift still lasts, in seconds, of those that end soon.

    One that another shift goes on from does not end.
    """
    cursor = await connection.execute(
        """SELECT s.worker_id, extract(epoch FROM s.ends_at - %(now)s)::float8 FROM shifts s
           WHERE s.ends_at > %(now)s AND s.ends_at <= %(soon)s AND s.starts_at <= %(now)s
             AND NOT EXISTS (SELECT FROM shifts n
                             WHERE n.worker_id = s.worker_id AND n.starts_at <= s.ends_at
                               AND n.ends_at > s.ends_at)""",
        {"now": now, "soon": now + timedelta(seconds=SHIFT_NEEDED_S)},
        binary=True,
    )
    return dict(await cursor.fetchall())
