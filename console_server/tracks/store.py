"""Tracks and the record of every look at one, in the store.

Owns reading accepted fixes as a track, and the append-only table `track_looks`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from console_server.database import Connection


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One accepted fix. `at_s` Unix seconds."""

    at_s: float
    lon: float
    lat: float
    accuracy_m: float | None
    flags: int
    grid_code: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at somebody's track, or at those of many at once.

    Of many, `worker_id` and the names are those of the worker who was asked about, or None; and
    `area_code` is the area of the replay, None: everywhere.
    """

    look_id: int
    looked_at: datetime
    username: str
    worker_id: int | None
    worker_code: str | None
    worker_name: str | None
    from_at: datetime
    to_at: datetime
    via: str
    workers: int
    area_code: str | None


async def read_track(
    connection: Connection, worker_id: int, from_at: datetime, to_at: datetime
) -> Sequence[TrackPoint]:
    """Accepted fixes in `[from_at, to_at)`, in order of time."""
    async with connection.cursor(row_factory=class_row(TrackPoint)) as cursor:
        await cursor.execute(
            """
            SELECT extract(epoch FROM p.fixed_at)::float8 AS at_s, p.lon, p.lat, p.accuracy_m,
                   p.flags, a.code AS grid_code
            FROM positions p LEFT JOIN areas a ON a.area_id = p.grid_id
            WHERE p.worker_id = %(worker)s
              AND p.fixed_at >= %(from_at)s AND p.fixed_at < %(to_at)s
            ORDER BY p.fixed_at, p.handset_id
            """,
            {"worker": worker_id, "from_at": from_at, "to_at": to_at},
        )
        return await cursor.fetchall()


async def record_look(  # noqa: PLR0913, PLR0917 - who, whom, which time, by which way
    connection: Connection,
    account_id: int,
    worker_id: int,
    from_at: datetime,
    to_at: datetime,
    via: str,
) -> None:
    """Write down a look, in the transaction of the look itself."""
    await connection.execute(
        """
        INSERT INTO track_looks (account_id, worker_id, from_at, to_at, via)
        VALUES (%(account)s, %(worker)s, %(from_at)s, %(to_at)s, %(via)s)
        """,
        {
            "account": account_id,
            "worker": worker_id,
            "from_at": from_at,
            "to_at": to_at,
            "via": via,
        },
    )


async def worker_is_visible(
    connection: Connection, worker_id: int, visible: Collection[int] | None
) -> bool:
    """Whether there is such a worker in these areas or grids; None: in any."""
    cursor = await connection.execute(
        """
        SELECT EXISTS (
            SELECT FROM workers w WHERE w.worker_id = %(worker)s
            AND (%(visible)s::integer[] IS NULL OR w.area_id = ANY(%(visible)s)
                 OR EXISTS (SELECT FROM worker_grids g WHERE g.worker_id = w.worker_id
                            AND g.valid_to IS NULL AND g.area_id = ANY(%(visible)s))))
        """,
        {"worker": worker_id, "visible": None if visible is None else list(visible)},
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def read_looks(
    connection: Connection,
    visible: Collection[int] | None,
    worker_id: int | None,
    before: datetime | None,
    limit: int,
) -> Sequence[Look]:
    """The latest looks at workers of these areas or grids, newest first.

    A replay of many is one look; it is found by each of its workers.
    """
    async with connection.cursor(row_factory=class_row(Look)) as cursor:
        await cursor.execute(
            """
            SELECT l.look_id, l.looked_at, a.username, w.worker_id, w.code AS worker_code,
                   w.name AS worker_name, l.from_at, l.to_at, l.via,
                   coalesce(cardinality(l.worker_ids), 1) AS workers, o.code AS area_code
            FROM track_looks l JOIN accounts a USING (account_id)
            LEFT JOIN areas o ON o.area_id = l.area_id
            LEFT JOIN workers w ON w.worker_id = coalesce(l.worker_id, %(worker)s::integer)
            WHERE (%(worker)s::integer IS NULL OR l.worker_id = %(worker)s
                   OR l.worker_ids @> ARRAY[%(worker)s::integer])
              AND (%(before)s::timestamptz IS NULL OR l.looked_at < %(before)s)
              AND (%(visible)s::integer[] IS NULL OR EXISTS (
                  SELECT FROM workers s
                  WHERE (s.worker_id = l.worker_id OR s.worker_id = ANY(l.worker_ids))
                    AND (s.area_id = ANY(%(visible)s)
                         OR EXISTS (SELECT FROM worker_grids g WHERE g.worker_id = s.worker_id
                                    AND g.valid_to IS NULL AND g.area_id = ANY(%(visible)s)))
                    AND (%(worker)s::integer IS NULL OR s.worker_id = %(worker)s)))
            ORDER BY l.looked_at DESC, l.look_id DESC LIMIT %(limit)s
            """,
            {
                "worker": worker_id,
                "before": before,
                "limit": limit,
                "visible": None if visible is None else list(visible),
            },
        )
        return await cursor.fetchall()
