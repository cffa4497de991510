"""Who is in a replay, with grids and duty of that time, and the row that every replay leaves.

Owns these queries; changes nothing but `track_looks`. What is around them is `surroundings.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, LiteralString

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.replay.period import Period

WORKERS_MAX: Final = 5_000
TICKET_HOLDS: Final = timedelta(hours=24)
DUTY_MAX: Final = timedelta(hours=24)  # a period that was never ended is over by then


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose tracks may be looked at (None: everybody's), and whose are asked for (None: all)."""

    visible: Collection[int] | None
    asked: Collection[int] | None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A worker who was in service in the period."""

    worker_id: int
    code: str
    name: str
    kind: Literal["full_time", "part_time", "volunteer"]
    group_code: str | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A replay that was opened: of whom, and of which time."""

    worker_ids: list[int]
    area_id: int | None
    from_at: datetime
    to_at: datetime

    @property
    def period(self) -> Period:
        """Its time."""
        return Period(self.from_at, self.to_at)


@dataclass(frozen=True, slots=True)
class Held:
    """Something that held of a worker in `[from_at, to_at)`: a grid, or duty."""

    worker_id: int
    area_id: int
    code: str
    from_at: datetime
    to_at: datetime


async def read_roster(connection: Connection, period: Period, scope: Scope) -> Sequence[RosterRow]:
    """Workers in the order of their ids, one more than `WORKERS_MAX` if there are more.

    Whose track may be looked at is as for single tracks: by where the worker belongs now. Who is
    asked for goes by where the worker belonged then.
    """
    async with connection.cursor(row_factory=class_row(RosterRow)) as cursor:
        await cursor.execute(
            """
            SELECT w.worker_id, w.code, w.name, w.kind, g.code AS group_code
            FROM workers w LEFT JOIN functional_groups g USING (group_id)
            WHERE (w.retired_at IS NULL OR w.retired_at > %(from_at)s)
              AND (%(visible)s::integer[] IS NULL OR w.area_id = ANY(%(visible)s)
                   OR EXISTS (SELECT FROM worker_grids h WHERE h.worker_id = w.worker_id
                              AND h.valid_to IS NULL AND h.area_id = ANY(%(visible)s)))
              AND (%(asked)s::integer[] IS NULL OR w.area_id = ANY(%(asked)s)
                   OR EXISTS (SELECT FROM worker_grids h WHERE h.worker_id = w.worker_id
                              AND h.valid_from < %(to_at)s
                              AND (h.valid_to IS NULL OR h.valid_to > %(from_at)s)
                              AND h.area_id = ANY(%(asked)s)))
            ORDER BY w.worker_id LIMIT %(limit)s
            """,
            {
                "from_at": period.from_at,
                "to_at": period.to_at,
                "visible": _listed(scope.visible),
                "asked": _listed(scope.asked),
                "limit": WORKERS_MAX + 1,
            },
        )
        return await cursor.fetchall()


async def record_replay(
    connection: Connection,
    account_id: int,
    worker_ids: Sequence[int],
    area_id: int | None,
    period: Period,
) -> int:
    """Write down the look at all of them, in the transaction of the look; its id."""
    cursor = await connection.execute(
        """
        INSERT INTO track_looks (account_id, worker_ids, area_id, from_at, to_at, via)
        VALUES (%(account)s, %(workers)s, %(area)s, %(from_at)s, %(to_at)s, 'replay')
        RETURNING look_id
        """,
        {
            "account": account_id,
            "workers": list(worker_ids),
            "area": area_id,
            "from_at": period.from_at,
            "to_at": period.to_at,
        },
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def find_ticket(
    connection: Connection, replay_id: int, account_id: int, now: datetime
) -> Ticket | None:
    """The replay that this account opened within the last day."""
    async with connection.cursor(row_factory=class_row(Ticket)) as cursor:
        await cursor.execute(
            """
            SELECT worker_ids, area_id, from_at, to_at FROM track_looks
            WHERE look_id = %(replay)s AND account_id = %(account)s
              AND worker_ids IS NOT NULL AND looked_at > %(since)s
            """,
            {"replay": replay_id, "account": account_id, "since": now - TICKET_HOLDS},
        )
        return await cursor.fetchone()


async def read_holdings(
    connection: Connection, worker_ids: Sequence[int], period: Period
) -> Sequence[Held]:
    """The workers' own grids in the period, cut to it."""
    return await _held(
        connection,
        """
        SELECT h.worker_id, h.area_id, a.code, greatest(h.valid_from, %(from_at)s) AS from_at,
               least(coalesce(h.valid_to, %(to_at)s), %(to_at)s) AS to_at
        FROM worker_grids h JOIN areas a USING (area_id)
        WHERE h.worker_id = ANY(%(workers)s) AND h.valid_from < %(to_at)s
          AND (h.valid_to IS NULL OR h.valid_to > %(from_at)s)
        ORDER BY h.worker_id, from_at, a.code
        """,
        worker_ids,
        period,
    )


async def read_told_duty(
    connection: Connection, worker_ids: Sequence[int], period: Period
) -> Sequence[Held]:
    """Duty as the handsets told it, cut to the period."""
    return await _held(
        connection,
        """
        SELECT worker_id, 0 AS area_id, '' AS code, greatest(started_at, %(from_at)s) AS from_at,
               least(coalesce(ended_at, started_at + %(duty_max)s), %(to_at)s) AS to_at
        FROM duty_periods
        WHERE worker_id = ANY(%(workers)s) AND started_at < %(to_at)s
          AND coalesce(ended_at, started_at + %(duty_max)s) > %(from_at)s
          AND ended_at IS DISTINCT FROM started_at
        ORDER BY worker_id, from_at
        """,
        worker_ids,
        period,
    )


async def read_planned_duty(
    connection: Connection, worker_ids: Sequence[int], period: Period
) -> Sequence[Held]:
    """Duty as the shifts planned it, cut to the period."""
    return await _held(
        connection,
        """
        SELECT worker_id, 0 AS area_id, '' AS code, greatest(starts_at, %(from_at)s) AS from_at,
               least(ends_at, %(to_at)s) AS to_at
        FROM shifts
        WHERE worker_id = ANY(%(workers)s) AND starts_at < %(to_at)s AND ends_at > %(from_at)s
        ORDER BY worker_id, from_at
        """,
        worker_ids,
        period,
    )


async def _held(
    connection: Connection, query: LiteralString, worker_ids: Sequence[int], period: Period
) -> Sequence[Held]:
    given: Mapping[str, Any] = {
        "workers": list(worker_ids),
        "from_at": period.from_at,
        "to_at": period.to_at,
        "duty_max": DUTY_MAX,
    }
    async with connection.cursor(row_factory=class_row(Held)) as cursor:
        await cursor.execute(query, given)
        return await cursor.fetchall()


def _listed(area_ids: Collection[int] | None) -> list[int] | None:
    return None if area_ids is None else sorted(area_ids)
