"""A worker's own orders as the handset shows them, for a page that has lost what it was sent.

Owns this query; changes nothing. The same facts as `orders.py` sends by MQTT.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.errors import NotFound
from console_server.wire.cases import DispatchStatus

ENDED_WITHIN: Final = timedelta(hours=12)  # a shift: so that a page hears how its orders ended


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """One dispatch of the worker with what the order says of its incident."""

    dispatch_id: UUID
    version: int
    status: DispatchStatus
    incident_id: UUID
    code: str
    title: str
    ordered_at: datetime
    ended_at: datetime | None
    lon: float | None
    lat: float | None
    description: str
    place: str
    due_at: datetime | None
    acknowledge_by: datetime | None


async def orders_of(
    connection: Connection, worker_id: int, ended_since: datetime
) -> Sequence[OwnOrder]:
    """Open orders, and those that ended since then, the newest first."""
    async with connection.cursor(row_factory=class_row(OwnOrder)) as cursor:
        await cursor.execute(
            """
            SELECT d.dispatch_id, d.version, d.status, i.incident_id, i.code, i.title,
                   d.ordered_at, d.ended_at, i.lon, i.lat, i.description, i.place, i.due_at,
                   d.acknowledge_by
            FROM dispatches d JOIN incidents i USING (incident_id)
            WHERE d.worker_id = %(worker)s
              AND (d.ended_at IS NULL OR d.ended_at >= %(ended_since)s)
            ORDER BY d.ordered_at DESC, d.dispatch_id
            """,
            {"worker": worker_id, "ended_since": ended_since},
        )
        return await cursor.fetchall()


async def case_of_order(
    connection: Connection, worker_id: int, dispatch_id: UUID, ended_since: datetime
) -> tuple[UUID, str]:
    """The id and code of the case of an own order that is open, or ended since then.

    Raises:
        NotFound: there is none.
    """
    cursor = await connection.execute(
        """SELECT i.incident_id, i.code FROM dispatches d JOIN incidents i USING (incident_id)
           WHERE d.dispatch_id = %(dispatch_id)s AND d.worker_id = %(worker_id)s
             AND (d.ended_at IS NULL OR d.ended_at >= %(ended_since)s)""",
        {"dispatch_id": dispatch_id, "worker_id": worker_id, "ended_since": ended_since},
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("dispatch", str(dispatch_id))
    return row[0], row[1]
