"""The SQL of dispatches and of the handsets that orders go to.

Owns rows in and out; not the rules (`dispatch.py`). Everything runs in the caller's transaction,
which has locked the incident already.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.dispatches.dispatch import Progress, Status
from console_server.incidents.conflicts import DispatchChanged

PLACE_WITHIN_S = 1800  # older than half an hour a place no longer helps to find somebody


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """A dispatch as commands need it."""

    dispatch_id: UUID
    incident_id: UUID
    worker_id: int
    version: int
    status: Status
    ordered_by: int | None
    ordered_at: datetime
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    cleared_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    remind_at: datetime | None = None  # None: reminded, or no need

    def __post_init__(self) -> None:
        object.__setattr__(self, "status", Status(self.status))

    def progress(self) -> Progress:
        """As the rules see it."""
        return Progress(
            self.status,
            self.ordered_at,
            self.acknowledged_at,
            self.en_route_at,
            self.on_scene_at,
            self.cleared_at,
            self.ended_at,
        )


@dataclass(frozen=True, slots=True)
class Addressee:
    """A worker and the topic prefixes of the handsets that can take orders."""

    worker_id: int
    name: str
    retired: bool
    grid_ids: list[int]
    area_id: int
    handsets: list[tuple[str, str]]  # area code and handset code, as they stand in the topics


_COLUMNS = ", ".join(DispatchRow.__dataclass_fields__)


async def insert_dispatch(connection: Connection, row: DispatchRow) -> None:
    """Store a new dispatch as it is."""
    values = ", ".join(f"%({name})s" for name in DispatchRow.__dataclass_fields__)
    await connection.execute(
        f"INSERT INTO dispatches ({_COLUMNS}) VALUES ({values})",  # noqa: S608
        asdict(row),
    )


async def save_dispatch(connection: Connection, before: DispatchRow, after: DispatchRow) -> None:
    """Store what may change of a dispatch.

    Raises:
        DispatchChanged: it is no longer at the version of `before`.
    """
    cursor = await connection.execute(
        """UPDATE dispatches SET version = %(version)s, status = %(status)s,
                  acknowledged_at = %(acknowledged_at)s, en_route_at = %(en_route_at)s,
                  on_scene_at = %(on_scene_at)s, cleared_at = %(cleared_at)s,
                  ended_at = %(ended_at)s, reason = %(reason)s, remind_at = %(remind_at)s
           WHERE dispatch_id = %(dispatch_id)s AND version = %(before)s""",
        asdict(after) | {"before": before.version},
    )
    if cursor.rowcount != 1:
        raise DispatchChanged("The dispatch was changed meanwhile.")


async def find_dispatch(connection: Connection, dispatch_id: UUID) -> DispatchRow | None:
    """One dispatch; stable only while its incident is locked."""
    async with connection.cursor(row_factory=class_row(DispatchRow)) as cursor:
        await cursor.execute(
            f"SELECT {_COLUMNS} FROM dispatches WHERE dispatch_id = %(id)s",  # noqa: S608
            {"id": dispatch_id},
        )
        return await cursor.fetchone()


async def dispatches_of(connection: Connection, incident_id: UUID) -> list[DispatchRow]:
    """All dispatches of a locked incident, oldest first."""
    async with connection.cursor(row_factory=class_row(DispatchRow)) as cursor:
        await cursor.execute(
            f"""SELECT {_COLUMNS} FROM dispatches WHERE incident_id = %(id)s
                ORDER BY ordered_at, dispatch_id""",  # noqa: S608
            {"id": incident_id},
        )
        return await cursor.fetchall()


async def unacknowledged(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Dispatches whose time to acknowledge is over, the oldest first.

    Not those of which the handset has said something that nobody has read yet.
    """
    cursor = await connection.execute(
        """SELECT dispatch_id FROM dispatches
           WHERE status = 'ordered' AND acknowledge_by <= %(now)s
             AND NOT EXISTS (SELECT FROM handset_inbox m
                             WHERE m.handled_at IS NULL AND m.kind = 'progress'
                               AND m.body ->> 'dispatch' = dispatch_id::text)
           ORDER BY acknowledge_by LIMIT %(limit)s""",
        {"now": now, "limit": limit},
    )
    return [row[0] for row in await cursor.fetchall()]


async def to_remind(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Dispatches of which the worker is to be reminded, the oldest first; not those that lapse."""
    cursor = await connection.execute(
        """SELECT dispatch_id FROM dispatches
           WHERE status = 'ordered' AND remind_at <= %(now)s
             AND (acknowledge_by IS NULL OR acknowledge_by > %(now)s)
           ORDER BY remind_at LIMIT %(limit)s""",
        {"now": now, "limit": limit},
    )
    return [row[0] for row in await cursor.fetchall()]


async def find_addressee(connection: Connection, worker_id: int) -> Addressee | None:
    """The worker with every enrolled handset that understands orders."""
    async with connection.cursor(row_factory=class_row(Addressee)) as cursor:
        await cursor.execute(
            """SELECT w.worker_id, w.name, w.retired_at IS NOT NULL AS retired, w.area_id,
                      ARRAY(SELECT g.area_id FROM worker_grids g
                            WHERE g.worker_id = w.worker_id AND g.valid_from <= now()
                              AND (g.valid_to IS NULL OR g.valid_to > now())) AS grid_ids,
                      COALESCE((SELECT json_agg(json_build_array(h.area_code, h.code)
                                                ORDER BY h.handset_id)
                                FROM handsets h
                                WHERE h.worker_id = w.worker_id AND h.kind = 'native'
                                  AND h.revoked_at IS NULL), '[]') AS handsets
               FROM workers w WHERE w.worker_id = %(worker_id)s""",
            {"worker_id": worker_id},
        )
        return await cursor.fetchone()


async def mark_sent(connection: Connection, dispatch_id: UUID, at: datetime) -> bool:
    """Note that the broker took the order; False when an earlier one was noted already."""
    cursor = await connection.execute(
        """UPDATE dispatches SET sent_at = %(at)s
           WHERE dispatch_id = %(dispatch_id)s AND sent_at IS NULL""",
        {"dispatch_id": dispatch_id, "at": at},
    )
    return cursor.rowcount == 1


async def place_of(
    connection: Connection, worker_id: int, at: datetime
) -> tuple[float, float] | None:
    """Where a worker was shortly before (lon, lat degrees); None without a fix of that time."""
    cursor = await connection.execute(
        """
        SELECT lon, lat FROM positions
        WHERE worker_id = %(worker_id)s AND fixed_at <= %(at)s
          AND fixed_at > %(at)s - make_interval(secs => %(within_s)s)
        ORDER BY fixed_at DESC LIMIT 1
        """,
        {"worker_id": worker_id, "at": at, "within_s": PLACE_WITHIN_S},
    )
    row = await cursor.fetchone()
    return None if row is None else (row[0], row[1])
