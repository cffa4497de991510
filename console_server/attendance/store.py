"""Verdicts, dirty days and changes of verdicts in the store.

Owns the tables `attendance_days`, `attendance_changes` and `dirty_days`; what goes into a verdict
is read by `inputs.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec
from psycopg.rows import args_row, class_row
from psycopg.types.json import Jsonb

from console_server.attendance.wire_form import Person
from console_server.database import Connection
from console_server.wire.attendance import Sign

SETTLED_S: Final = 1.0  # a backlog comes in several messages: judge it once


@dataclass(frozen=True, slots=True)
class StoredDay:
    """A stored verdict without its evidence; `summary` is JSON as text, read by `summary_from`."""

    worker_id: int
    day: date
    computed_at: datetime
    pack_code: str
    pack_version: str
    input_hash: str
    final: bool
    settles_at: datetime
    summary: Any


@dataclass(frozen=True, slots=True)
class BoardLine(Person):
    """One worker on the board of a day; `summary` as of `StoredDay`, None: nothing is stored."""

    final: bool
    summary: Any


@dataclass(frozen=True, slots=True)
class DirtyDay:
    """A worker's day that must be judged anew, and the mark that said so."""

    worker_id: int
    day: date
    marked_at: datetime


@dataclass(frozen=True, slots=True)
class NewDay(StoredDay):
    """A verdict to be stored, with its evidence."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """A final verdict that came out otherwise."""

    worker_id: int
    day: date
    changed_at: datetime
    cause: str
    before: Any
    after: Any


async def stored_days(
    connection: Connection, day: date, worker_ids: Collection[int]
) -> dict[int, StoredDay]:
    """What is stored of a day, by worker."""
    async with connection.cursor(row_factory=class_row(StoredDay)) as cursor:
        await cursor.execute(
            """
            SELECT worker_id, day, computed_at, pack_code, pack_version, input_hash, final,
                   settles_at, summary::text AS summary
            FROM attendance_days
            WHERE day = %(day)s AND worker_id = ANY(%(workers)s::integer[])
            """,
            {"day": day, "workers": list(worker_ids)},
        )
        return {row.worker_id: row for row in await cursor.fetchall()}


async def stored_month(
    connection: Connection, first: date, last: date, worker_ids: Collection[int]
) -> list[StoredDay]:
    """What is stored of the days from first to last, by day and worker."""
    async with connection.cursor(row_factory=class_row(StoredDay)) as cursor:
        await cursor.execute(
            """
            SELECT worker_id, day, computed_at, pack_code, pack_version, input_hash, final,
                   settles_at, summary::text AS summary
            FROM attendance_days
            WHERE day BETWEEN %(first)s AND %(last)s AND worker_id = ANY(%(workers)s::integer[])
            ORDER BY day, worker_id
            """,
            {"first": first, "last": last, "workers": list(worker_ids)},
        )
        return await cursor.fetchall()


async def settled_body(
    connection: Connection, worker_id: int, day: date
) -> tuple[Any, datetime] | None:
    """A final verdict's body and when it was made; None where there is none or it is in doubt."""
    cursor = await connection.execute(
        """
        SELECT body, computed_at FROM attendance_days d
        WHERE worker_id = %(worker)s AND day = %(day)s AND final
          AND NOT EXISTS (SELECT FROM dirty_days m
                          WHERE m.worker_id = d.worker_id AND m.day = d.day)
        """,
        {"worker": worker_id, "day": day},
    )
    row = await cursor.fetchone()
    return (row[0], row[1]) if row else None


async def put_days(connection: Connection, days: Sequence[NewDay]) -> None:
    """Store verdicts, each in place of the one before."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO attendance_days (worker_id, day, computed_at, pack_code, pack_version,
                                         input_hash, body, final, settles_at, summary)
            VALUES (%(worker_id)s, %(day)s, %(computed_at)s, %(pack_code)s, %(pack_version)s,
                    %(input_hash)s, %(body)s::jsonb, %(final)s, %(settles_at)s,
                    %(summary)s::jsonb)
            ON CONFLICT (worker_id, day) DO UPDATE SET computed_at = excluded.computed_at,
                pack_code = excluded.pack_code, pack_version = excluded.pack_version,
                input_hash = excluded.input_hash, body = excluded.body, final = excluded.final,
                settles_at = excluded.settles_at, summary = excluded.summary
            """,
            [
                {
                    "worker_id": each.worker_id,
                    "day": each.day,
                    "computed_at": each.computed_at,
                    "pack_code": each.pack_code,
                    "pack_version": each.pack_version,
                    "input_hash": each.input_hash,
                    "body": each.body.decode(),
                    "final": each.final,
                    "settles_at": each.settles_at,
                    "summary": msgspec.json.encode(each.summary).decode(),
                }
                for each in days
            ],
        )


async def excused_since(connection: Connection, days: Collection[StoredDay]) -> set[int]:
    """Whose appeal against one of these verdicts was granted after it was made."""
    cursor = await connection.execute(
        """
        SELECT a.worker_id FROM appeals a
        JOIN unnest(%(workers)s::integer[], %(days)s::date[], %(made)s::timestamptz[])
            AS v (worker_id, day, made_at) USING (worker_id, day)
        WHERE a.ruling = 'granted' AND a.ruled_at > v.made_at
        """,
        {
            "workers": [each.worker_id for each in days],
            "days": [each.day for each in days],
            "made": [each.computed_at for each in days],
        },
    )
    return {row[0] for row in await cursor.fetchall()}


async def heard_since(
    connection: Connection, days: Collection[StoredDay], from_at: datetime, to_at: datetime
) -> set[int]:
    """Of whom a fix or a scan of `[from_at, to_at)` was received after one of these verdicts.

    What was received just before may have been stored just after: it counts.
    """
    cursor = await connection.execute(
        """
        SELECT v.worker_id
        FROM unnest(%(workers)s::integer[], %(made)s::timestamptz[]) AS v (worker_id, made_at)
        WHERE EXISTS (SELECT FROM positions p WHERE p.worker_id = v.worker_id
                      AND p.fixed_at >= %(from_at)s AND p.fixed_at < %(to_at)s
                      AND p.received_at > v.made_at - interval '1 minute')
           OR EXISTS (SELECT FROM checkpoint_visits c WHERE c.worker_id = v.worker_id
                      AND c.visited_at >= %(from_at)s AND c.visited_at < %(to_at)s
                      AND c.received_at > v.made_at - interval '1 minute')
        """,
        {
            "workers": [each.worker_id for each in days],
            "made": [each.computed_at for each in days],
            "from_at": from_at,
            "to_at": to_at,
        },
    )
    return {row[0] for row in await cursor.fetchall()}


async def notable_workers(
    connection: Connection, day: date, only: int | None = None
) -> Mapping[int, Sequence[Sign]]:
    """Whose verdict of this day changed, is under appeal, or who was told that something lacks.

    `only`: of this worker.
    """
    cursor = await connection.execute(
        """
        SELECT worker_id, 'changed' FROM attendance_changes
        WHERE day = %(day)s AND worker_id = coalesce(%(only)s, worker_id)
        UNION
        SELECT worker_id, 'appealed' FROM appeals
        WHERE day = %(day)s AND ruling IS NULL AND worker_id = coalesce(%(only)s, worker_id)
        UNION
        SELECT w.worker_id, 'missing' FROM attendance_warnings w
        WHERE day = %(day)s AND worker_id = coalesce(%(only)s, worker_id)
          AND jsonb_array_length(body -> 'missing') > 0
          AND NOT EXISTS (SELECT FROM attendance_days d
                          WHERE d.worker_id = w.worker_id AND d.day = w.day AND d.final)
        ORDER BY 1, 2
        """,
        {"day": day, "only": only},
    )
    found: dict[int, list[Sign]] = defaultdict(list)
    for worker_id, sign in await cursor.fetchall():
        found[worker_id].append(sign)
    return found


async def notable_days(
    connection: Connection, worker_id: int, first: date, last: date
) -> Mapping[date, Sequence[Sign]]:
    """Days of one worker whose verdict changed or is under appeal."""
    cursor = await connection.execute(
        """
        SELECT day, 'changed' FROM attendance_changes
        WHERE worker_id = %(worker)s AND day BETWEEN %(first)s AND %(last)s
        UNION
        SELECT day, 'appealed' FROM appeals
        WHERE worker_id = %(worker)s AND day BETWEEN %(first)s AND %(last)s AND ruling IS NULL
        ORDER BY 1, 2
        """,
        {"worker": worker_id, "first": first, "last": last},
    )
    found: dict[date, list[Sign]] = defaultdict(list)
    for day, sign in await cursor.fetchall():
        found[day].append(sign)
    return found


async def post_of(connection: Connection, worker_id: int) -> str:
    """The worker's post in the pack's staffing; "" for none."""
    cursor = await connection.execute(
        "SELECT post FROM worker_posts WHERE worker_id = %(worker)s AND valid_to IS NULL",
        {"worker": worker_id},
    )
    row = await cursor.fetchone()
    return str(row[0]) if row else ""


async def record_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Keep what final verdicts were before."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO attendance_changes (worker_id, day, changed_at, cause, before, after)
            VALUES (%(worker)s, %(day)s, %(at)s, %(cause)s, %(before)s, %(after)s)
            """,
            [
                {
                    "worker": each.worker_id,
                    "day": each.day,
                    "at": each.changed_at,
                    "cause": each.cause,
                    "before": Jsonb(msgspec.to_builtins(each.before)),
                    "after": Jsonb(msgspec.to_builtins(each.after)),
                }
                for each in changes
            ],
        )


async def dirty_days(
    connection: Connection, first: date, before: date, limit: int | None
) -> list[DirtyDay]:
    """Marks in `[first, before)`, the latest days first, once they have rested for a moment."""
    async with connection.cursor(row_factory=class_row(DirtyDay)) as cursor:
        await cursor.execute(
            """
            SELECT worker_id, day, marked_at FROM dirty_days
            WHERE day >= %(first)s AND day < %(before)s
              AND marked_at < clock_timestamp() - make_interval(secs => %(settled_s)s)
            ORDER BY day DESC, marked_at LIMIT %(limit)s
            """,
            {"first": first, "before": before, "limit": limit, "settled_s": SETTLED_S},
        )
        return await cursor.fetchall()


async def clear_marks(connection: Connection, marks: Iterable[DirtyDay]) -> None:
    """Remove marks, but not those that were renewed since they were read."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            """
            DELETE FROM dirty_days
            WHERE worker_id = %(worker)s AND day = %(day)s AND marked_at = %(marked_at)s
            """,
            [
                {"worker": each.worker_id, "day": each.day, "marked_at": each.marked_at}
                for each in sorted(marks, key=lambda each: (each.worker_id, each.day))
            ],
        )


async def put_marks(connection: Connection, days: Collection[tuple[int, date]]) -> None:
    """Have these days of these workers judged anew."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO dirty_days (worker_id, day, marked_at)
            VALUES (%(worker)s, %(day)s, clock_timestamp())
            ON CONFLICT (worker_id, day) DO UPDATE SET marked_at = clock_timestamp()
            """,
            [{"worker": worker_id, "day": day} for worker_id, day in sorted(days)],
        )


async def people(
    connection: Connection, visible: Collection[int] | None, worker_ids: Collection[int] | None
) -> list[Person]:
    """Workers by code, former ones included; `visible`: those of these areas or grids."""
    async with connection.cursor(row_factory=class_row(Person)) as cursor:
        await cursor.execute(
            f"{_PEOPLE} ORDER BY w.code",
            {
                "workers": None if worker_ids is None else list(worker_ids),
                "visible": None if visible is None else list(visible),
            },
        )
        return await cursor.fetchall()


async def board_lines(
    connection: Connection,
    day: date,
    span: tuple[datetime, datetime],
    visible: Collection[int] | None,
) -> list[BoardLine]:
    """Who has a verdict of the day, or a shift that begins in `[from, to)` of it, by code."""
    async with connection.cursor(row_factory=args_row(BoardLine)) as cursor:
        await cursor.execute(
            f"""
            SELECT p.*, coalesce(d.final, false), d.summary::text
            FROM ({_PEOPLE}) p
            LEFT JOIN attendance_days d ON d.worker_id = p.worker_id AND d.day = %(day)s
            WHERE d.worker_id IS NOT NULL OR p.worker_id IN (
                SELECT worker_id FROM shifts
                WHERE starts_at >= %(from_at)s AND starts_at < %(to_at)s)
            ORDER BY p.code
            """,  # noqa: S608 - a constant
            {
                "day": day,
                "from_at": span[0],
                "to_at": span[1],
                "workers": None,
                "visible": None if visible is None else list(visible),
            },
        )
        return await cursor.fetchall()


async def grid_codes(connection: Connection) -> Mapping[int, str]:
    """Codes of all areas by id, former ones included."""
    cursor = await connection.execute("SELECT area_id, code FROM areas")
    return dict(await cursor.fetchall())


_PEOPLE: Final = """
    SELECT w.worker_id, w.code, w.name,
           coalesce(array_agg(grid.code ORDER BY grid.code)
               FILTER (WHERE grid.code IS NOT NULL), '{}') AS grid_codes
    FROM workers w
    LEFT JOIN worker_grids wg ON wg.worker_id = w.worker_id AND wg.valid_to IS NULL
    LEFT JOIN areas grid ON grid.area_id = wg.area_id
    WHERE %(workers)s::integer[] IS NULL OR w.worker_id = ANY(%(workers)s)
    GROUP BY w.worker_id
    HAVING %(visible)s::integer[] IS NULL OR w.area_id = ANY(%(visible)s)
        OR array_agg(grid.area_id) && %(visible)s::integer[]
"""
