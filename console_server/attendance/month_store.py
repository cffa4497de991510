"""Verdicts by the month in the store, and the days that they are made from.

Owns the table `attendance_months`; what a month makes of its days is `months.py`, and what changed
afterwards `month_changes.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec
from psycopg.rows import class_row

from console_server.attendance.calls import TOUR, Call
from console_server.attendance.months import DayCalls, MonthVerdict, PlaceVerdict
from console_server.attendance.spans import from_us
from console_server.checkpoints.visit import ScannedFrom, counts_at
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
    connection: Connection, first: date, today: date, pack: tuple[str, str], *, shared: bool
) -> list[MonthDays]:
    """Worker months from `first` on whose days are not what the stored verdict was made from.

    A month is final once it is over and all of its days are; one that is not follows the pack in
    force. `shared`: the days of whoever has a grid in common count too.
    """
    async with connection.cursor(row_factory=class_row(MonthDays)) as cursor:
        await cursor.execute(
            """
            WITH own AS (
                SELECT worker_id, date_trunc('month', day)::date AS month,
                       max(computed_at) AS days_at, bool_and(final) AS all_final
                FROM attendance_days WHERE day >= %(first)s GROUP BY 1, 2
            ), peers AS (
                SELECT DISTINCT a.worker_id, b.worker_id AS peer_id
                FROM worker_grids a JOIN worker_grids b USING (area_id)
                WHERE %(shared)s AND a.worker_id <> b.worker_id
                  AND coalesce(a.valid_to, 'infinity') > %(first)s
                  AND coalesce(b.valid_to, 'infinity') > %(first)s
            ), d AS (
                SELECT own.worker_id, own.month,
                       greatest(own.days_at, max(theirs.days_at)) AS days_at,
                       own.all_final AND coalesce(bool_and(theirs.all_final), true) AS all_final
                FROM own
                LEFT JOIN peers USING (worker_id)
                LEFT JOIN own theirs
                    ON theirs.worker_id = peers.peer_id AND theirs.month = own.month
                GROUP BY own.worker_id, own.month, own.days_at, own.all_final
            )
            SELECT d.worker_id, d.month, d.days_at, d.all_final
            FROM d LEFT JOIN attendance_months m USING (worker_id, month)
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
                "shared": shared,
                "limit": MONTHS_A_ROUND,
            },
        )
        return await cursor.fetchall()


async def peers_in_month(
    connection: Connection, first: date, last: date, worker_ids: Collection[int]
) -> Mapping[int, Sequence[int]]:
    """Who else had one of each worker's grids within a month; at its edges one too many may do."""
    cursor = await connection.execute(
        """
        SELECT DISTINCT a.worker_id, b.worker_id
        FROM worker_grids a JOIN worker_grids b USING (area_id)
        WHERE a.worker_id = ANY(%(workers)s::integer[]) AND a.worker_id <> b.worker_id
          AND a.valid_from < %(last)s::date + 2 AND b.valid_from < %(last)s::date + 2
          AND coalesce(a.valid_to, 'infinity') > %(first)s::date - 2
          AND coalesce(b.valid_to, 'infinity') > %(first)s::date - 2
        ORDER BY 1, 2
        """,
        {"workers": list(worker_ids), "first": first, "last": last},
    )
    found: dict[int, list[int]] = defaultdict(list)
    for worker_id, peer_id in await cursor.fetchall():
        found[worker_id].append(peer_id)
    return found


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


async def scans_of(
    connection: Connection, verdict: MonthVerdict
) -> Mapping[tuple[int, int], Sequence[int]]:
    """When labels of the places of a month were scanned that count, by worker and place.

    Microseconds since 1970 UTC.
    """
    visits = [(place.place_id, visit) for place in verdict.places for visit in place.visits]
    if not visits:
        return {}
    cursor = await connection.execute(
        """
        SELECT s.worker_id, s.checkpoint_id,
               (extract(epoch FROM s.visited_at) * 1000000)::bigint,
               v.lon, v.lat, v.radius_m, s.counts, s.lon, s.lat, s.accuracy_m
        FROM checkpoint_visits s
        JOIN checkpoint_versions v ON v.checkpoint_id = s.checkpoint_id
            AND v.valid_from <= s.visited_at AND (v.valid_to IS NULL OR v.valid_to > s.visited_at)
        WHERE s.worker_id = ANY(%(workers)s::integer[])
          AND s.checkpoint_id = ANY(%(places)s::integer[])
          AND s.visited_at BETWEEN %(first)s AND %(last)s
        """,
        {
            "workers": sorted({visit.by or verdict.worker_id for _, visit in visits}),
            "places": sorted({place_id for place_id, _ in visits}),
            "first": from_us(min(visit.from_us for _, visit in visits)),
            "last": from_us(max(visit.to_us for _, visit in visits)),
        },
    )
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for worker_id, place_id, at_us, lon, lat, radius_m, *scanned in await cursor.fetchall():
        if counts_at(ScannedFrom(*scanned), lon, lat, radius_m):
            found[worker_id, place_id].append(at_us)
    return found
