"""Which worker days must be judged now, beside those that were marked dirty.

Owns three questions to the store: who is on a shift now, which running verdicts are over, and
which past shifts nobody has judged yet. Used by the loop in `recompute.py`.
"""

from collections.abc import Collection
from datetime import date, datetime

from console_server.database import Connection

LOOK_BACK_DAYS = 35  # a month and its export; older shifts are judged when somebody asks


async def on_shift(connection: Connection, now: datetime, zone: str) -> set[tuple[int, date]]:
    """Workers whose shift runs now, with the day on which it began."""
    cursor = await connection.execute(
        """
        SELECT DISTINCT worker_id, (starts_at AT TIME ZONE %(zone)s)::date
        FROM shifts
        WHERE starts_at <= %(now)s AND ends_at > %(now)s
          AND starts_at > %(now)s::timestamptz - interval '36 hours'
        """,
        {"now": now, "zone": zone},
    )
    return {(row[0], row[1]) for row in await cursor.fetchall()}


async def unfinished(connection: Connection, today: date, now: datetime) -> set[tuple[int, date]]:
    """Days before today whose verdict is still a running one, or may become final now."""
    cursor = await connection.execute(
        """
        SELECT worker_id, day FROM attendance_days
        WHERE NOT final AND day < %(today)s AND settles_at <= %(now)s
        """,
        {"today": today, "now": now},
    )
    return {(row[0], row[1]) for row in await cursor.fetchall()}


async def never_judged(
    connection: Connection, first: datetime, today: datetime, zone: str
) -> set[tuple[int, date]]:
    """Days with a shift that began in `[first, today)` and without any verdict."""
    cursor = await connection.execute(
        """
        SELECT DISTINCT s.worker_id, (s.starts_at AT TIME ZONE %(zone)s)::date
        FROM shifts s
        LEFT JOIN attendance_days d ON d.worker_id = s.worker_id
            AND d.day = (s.starts_at AT TIME ZONE %(zone)s)::date
        WHERE s.starts_at >= %(first)s AND s.starts_at < %(today)s AND d.worker_id IS NULL
        """,
        {"first": first, "today": today, "zone": zone},
    )
    return {(row[0], row[1]) for row in await cursor.fetchall()}


async def spilling(
    connection: Connection, days: Collection[tuple[int, date]], zone: str
) -> set[tuple[int, date]]:
    """The day before each of these, where a shift of it reaches into the day."""
    cursor = await connection.execute(
        """
        SELECT DISTINCT s.worker_id, (s.starts_at AT TIME ZONE %(zone)s)::date
        FROM unnest(%(workers)s::integer[], %(days)s::date[]) AS m (worker_id, day)
        JOIN shifts s ON s.worker_id = m.worker_id
            AND s.starts_at < m.day::timestamp AT TIME ZONE %(zone)s
            AND s.starts_at > (m.day::timestamp AT TIME ZONE %(zone)s) - interval '36 hours'
            AND s.ends_at > m.day::timestamp AT TIME ZONE %(zone)s
        """,
        {"workers": [w for w, _ in days], "days": [d for _, d in days], "zone": zone},
    )
    return {(row[0], row[1]) for row in await cursor.fetchall()}
