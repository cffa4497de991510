"""The rows of requests to stop a clock or for more time, and of the rulings on them.

Owns the table `clock_requests`; who may ask and rule and what it means is `requests.py`. Stable
only while the incident is locked.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, kwargs_row

from console_server.database import Connection
from console_server.errors import NotFound
from console_server.incidents.actor import Act
from console_server.incidents.conflicts import RequestWaits
from console_server.wire.cases import ClockRequest, RequestKind


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as rulings need it."""

    request_id: UUID
    incident_id: UUID
    kind: RequestKind
    reason: str
    hours: float
    days: float
    asked_by: int | None
    ruled_at: datetime | None


async def find_request(connection: Connection, request_id: UUID) -> RequestRow:
    """The request; stable only while its incident is locked.

    Raises:
        NotFound: there is none.
    """
    async with connection.cursor(row_factory=class_row(RequestRow)) as cursor:
        await cursor.execute(
            """SELECT request_id, incident_id, kind, reason, hours, days, asked_by, ruled_at
               FROM clock_requests WHERE request_id = %(request_id)s""",
            {"request_id": request_id},
        )
        found = await cursor.fetchone()
    if found is None:
        raise NotFound("request", str(request_id))
    return found


async def read_requests(connection: Connection, incident_id: UUID) -> list[ClockRequest]:
    """All requests of a case, oldest first, as a console shows them."""
    async with connection.cursor(row_factory=kwargs_row(ClockRequest)) as cursor:
        await cursor.execute(
            """SELECT r.request_id::text AS id, r.kind, r.reason, r.hours, r.days, r.asked_at,
                      a.display_name AS asked_by, r.ruled_at, b.display_name AS ruled_by,
                      r.granted, r.ruling_reason
               FROM clock_requests r JOIN accounts a ON a.account_id = r.asked_by
               LEFT JOIN accounts b ON b.account_id = r.ruled_by
               WHERE r.incident_id = %(incident_id)s ORDER BY r.asked_at, r.request_id""",
            {"incident_id": incident_id},
        )
        return await cursor.fetchall()


async def find_pending(connection: Connection, incident_id: UUID) -> RequestRow | None:
    """The request of a case that waits for its ruling."""
    async with connection.cursor(row_factory=class_row(RequestRow)) as cursor:
        await cursor.execute(
            """SELECT request_id, incident_id, kind, reason, hours, days, asked_by, ruled_at
               FROM clock_requests
               WHERE incident_id = %(incident_id)s AND ruled_at IS NULL""",
            {"incident_id": incident_id},
        )
        return await cursor.fetchone()


async def insert_request(connection: Connection, row: RequestRow, act: Act) -> None:
    """Store a new request.

    Raises:
        RequestWaits: another one of this case waits for its ruling.
    """
    try:
        async with connection.transaction():
            await connection.execute(
                """INSERT INTO clock_requests (request_id, incident_id, kind, reason, hours, days,
                       asked_at, asked_by)
                   VALUES (%(request_id)s, %(incident_id)s, %(kind)s, %(reason)s, %(hours)s,
                       %(days)s, %(at)s, %(by)s)""",
                {
                    "request_id": row.request_id,
                    "incident_id": row.incident_id,
                    "kind": row.kind,
                    "reason": row.reason,
                    "hours": row.hours,
                    "days": row.days,
                    "at": act.at,
                    "by": act.actor.account_id,
                },
            )
    except UniqueViolation as error:
        raise RequestWaits("Another request waits for its ruling.") from error


async def store_ruling(
    connection: Connection, found: RequestRow, act: Act, *, granted: bool, reason: str
) -> None:
    """Store how somebody ruled on it."""
    await connection.execute(
        """UPDATE clock_requests SET ruled_at = %(at)s, ruled_by = %(by)s, granted = %(granted)s,
               ruling_reason = %(reason)s
           WHERE request_id = %(request_id)s""",
        {
            "request_id": found.request_id,
            "at": act.at,
            "by": act.actor.account_id,
            "granted": granted,
            "reason": reason or None,
        },
    )
