"""Turns time for which something changed (an order, leave, grids, borders, a ruling) into days.

Owns the table `reopened_spans`, which triggers of the store fill; a fix or a shift marks its day
itself. Called by the loop in `recompute.py` before it looks for marks.
"""

from datetime import date

from console_server.database import Connection


async def mark_reopened(connection: Connection, zone: str, oldest: date) -> None:
    """Mark the judged days from `oldest` on that these spans touch, and remove the spans.

    The day before counts too: a shift that began on it may reach into the span.
    """
    await connection.execute(
        """
        WITH taken AS (DELETE FROM reopened_spans RETURNING worker_id, from_at, to_at)
        INSERT INTO dirty_days (worker_id, day, marked_at)
        SELECT d.worker_id, d.day, clock_timestamp()
        FROM taken t JOIN attendance_days d ON d.worker_id = t.worker_id
            AND d.day >= %(oldest)s
            AND d.day >= (greatest(t.from_at, '2000-01-01Z') AT TIME ZONE %(zone)s)::date - 1
            AND d.day <= (t.to_at AT TIME ZONE %(zone)s)::date
        GROUP BY d.worker_id, d.day
        ON CONFLICT (worker_id, day) DO UPDATE SET marked_at = clock_timestamp()
        """,
        {"zone": zone, "oldest": oldest},
    )


async def forget_older(connection: Connection, oldest: date) -> None:
    """Remove marks of days whose fixes are no longer kept: their verdicts stand."""
    await connection.execute("DELETE FROM dirty_days WHERE day < %(oldest)s", {"oldest": oldest})
