"""Verdicts by the month in the store, and the days that they are made from.

Owns the tables `attendance_months` and `attendance_month_changes`; what a month makes of its days
is `months.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from console_server.attendance.calls import TOUR, Call
from console_server.attendance.months import DayCalls, MonthVerdict, PlaceVerdict
from console_server.database import Connection

MONTHS_A_ROUND: Final = 500


@dataclass(frozen=True, slots=True)
class MonthDays:
    """A worker's stored days of a month: since when they stand, and whether all are final."""

    worker_id: int
    month: date
    days_at: datetime
    all_final: bool


@dataclass(frozen=True, slots=True)
class StoredMonth:
    """A stored verdict of a month; `body` is parsed JSON."""

    worker_id: int
    month: date
    days_at: datetime
    computed_at: datetime
    pack_code: str
    pack_version: str
    input_hash: str
    final: bool
    body: Any


async def due_months(
    connection: Connection, first: date, today: date, pack: tuple[str, str]
) -> list[MonthDays]:
    """Worker months from `first` on whose days are not what the stored verdict was made from.

    A month is final once it is over and all of its days are; one that is not follows the pack in
    force.
    """
    async with connection.cursor(row_factory=class_row(MonthDays)) as cursor:
        await cursor.execute(
            """
            SELECT d.worker_id, d.month, d.days_at, d.all_final
            FROM (SELECT worker_id, date_trunc('month', day)::date AS month,
                         max(computed_at) AS days_at, bool_and(final) AS all_final
                  FROM attendance_days WHERE day >= %(first)s GROUP BY 1, 2) AS d
            LEFT JOIN attendance_months m USING (worker_id, month)
            WHERE m.days_at IS DISTINCT FROM d.days_at
               OR m.final <> (d.all_final AND d.month + interval '1 month' <= %(today)s)
               OR (NOT m.final AND (m.pack_code, m.pack_version) <> (%(code)s, %(version)s))
            ORDER BY d.month DESC, d.worker_id LIMIT %(limit)s
            """,
            {
                "first": first,
                "today": today,
                "code": pack[0],
                "version": pack[1],
                "limit": MONTHS_A_ROUND,
            },
        )
        return await cursor.fetchall()


async def days_of_month(
    connection: Connection, first: date, last: date, worker_ids: Collection[int]
) -> Mapping[int, Sequence[DayCalls]]:
    """What the stored days say of the places, by worker, by day."""
    cursor = await connection.execute(
        """
        SELECT worker_id, day, input_hash, body -> 'calls'
        FROM attendance_days
        WHERE day BETWEEN %(first)s AND %(last)s AND worker_id = ANY(%(workers)s::integer[])
        ORDER BY worker_id, day
        """,
        {"first": first, "last": last, "workers": list(worker_ids)},
    )
    found: dict[int, list[DayCalls]] = defaultdict(list)
    for worker_id, day, input_hash, calls in await cursor.fetchall():
        read = msgspec.convert(calls or [], tuple[Call, ...])
        found[worker_id].append(DayCalls(day, input_hash, read))
    return found


async def stored_months(
    connection: Connection, first: date, last: date, worker_ids: Collection[int] | None = None
) -> list[StoredMonth]:
    """What is stored of the months that begin in `[first, last]`; None: of everybody."""
    async with connection.cursor(row_factory=class_row(StoredMonth)) as cursor:
        await cursor.execute(
            """
            SELECT worker_id, month, days_at, computed_at, pack_code, pack_version, input_hash,
                   final, body
            FROM attendance_months
            WHERE month BETWEEN %(first)s AND %(last)s
              AND (%(workers)s::integer[] IS NULL OR worker_id = ANY(%(workers)s))
            ORDER BY month, worker_id
            """,
            {
                "first": first,
                "last": last,
                "workers": None if worker_ids is None else list(worker_ids),
            },
        )
        return await cursor.fetchall()


async def put_month(
    connection: Connection, verdict: MonthVerdict, days: MonthDays, now: datetime
) -> None:
    """Store a verdict in place of the one before."""
    await connection.execute(
        """
        INSERT INTO attendance_months (worker_id, month, computed_at, days_at, pack_code,
                                       pack_version, input_hash, final, body)
        VALUES (%(worker)s, %(month)s, %(now)s, %(days_at)s, %(code)s, %(version)s, %(hash)s,
                %(final)s, %(body)s::jsonb)
        ON CONFLICT (worker_id, month) DO UPDATE SET computed_at = excluded.computed_at,
            days_at = excluded.days_at, pack_code = excluded.pack_code,
            pack_version = excluded.pack_version, input_hash = excluded.input_hash,
            final = excluded.final, body = excluded.body
        """,
        {
            "worker": verdict.worker_id,
            "month": verdict.month,
            "now": now,
            "days_at": days.days_at,
            "code": verdict.pack_code,
            "version": verdict.pack_version,
            "hash": verdict.input_hash,
            "final": not verdict.provisional,
            "body": msgspec.json.encode(verdict).decode(),
        },
    )


async def record_month_change(
    connection: Connection, before: MonthVerdict, after: MonthVerdict, now: datetime
) -> None:
    """Keep what a final verdict was before."""
    await connection.execute(
        """
        INSERT INTO attendance_month_changes (worker_id, month, changed_at, before, after)
        VALUES (%(worker)s, %(month)s, %(now)s, %(before)s, %(after)s)
        """,
        {
            "worker": after.worker_id,
            "month": after.month,
            "now": now,
            "before": Jsonb(msgspec.to_builtins(before.rules)),
            "after": Jsonb(msgspec.to_builtins(after.rules)),
        },
    )


async def places_named(
    connection: Connection, places: Iterable[PlaceVerdict]
) -> Mapping[tuple[bool, int], tuple[str, str]]:
    """Code and name of each place, by whether it is a grid, and its number."""
    wanted = {(each.list_code == TOUR, each.place_id) for each in places}
    cursor = await connection.execute(
        """
        SELECT true, area_id, code, name FROM areas WHERE area_id = ANY(%(grids)s::integer[])
        UNION ALL
        SELECT false, checkpoint_id, code, name FROM checkpoints
        WHERE checkpoint_id = ANY(%(points)s::integer[])
        """,
        {
            "grids": [place for is_grid, place in wanted if is_grid],
            "points": [place for is_grid, place in wanted if not is_grid],
        },
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in await cursor.fetchall()}
