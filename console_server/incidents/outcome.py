"""What became of a case, for whoever reported it from outside: status, times, and the answer.

Owns this reading for the hotline and for residents alike; nothing in it names a worker.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.errors import NotFound
from console_server.wire.cases import IncidentStatus

FOLLOWED_MAX: Final = 10  # cases merged into cases; more would be somebody's mistake


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case. `started_at`: somebody was sent, or took it up. `answer`: said at its end."""

    incident_id: UUID
    code: str
    status: IncidentStatus
    reported_at: datetime
    due_at: datetime | None
    accepted_at: datetime | None
    started_at: datetime | None
    handled_at: datetime | None
    closed_at: datetime | None
    group_name: str | None
    merged_into: UUID | None
    merged_code: str | None
    answer: str | None


async def read_outcome(connection: Connection, incident_id: UUID) -> Outcome:
    """How a case stands.

    Raises:
        NotFound: there is none.
    """
    async with connection.cursor(row_factory=class_row(Outcome)) as cursor:
        await cursor.execute(
            """SELECT i.incident_id, i.code, i.status, i.reported_at, i.due_at, s.accepted_at,
                      s.started_at, i.handled_at, i.closed_at, g.name AS group_name,
                      i.merged_into, m.code AS merged_code,
                      (SELECT body ->> 'reason' FROM incident_events e
                       WHERE e.incident_id = i.incident_id AND e.kind = 'status'
                         AND i.closed_at IS NOT NULL AND e.body ->> 'to' <> 'evaluated'
                       ORDER BY version DESC LIMIT 1) AS answer
               FROM incidents i
               LEFT JOIN functional_groups g USING (group_id)
               LEFT JOIN incidents m ON m.incident_id = i.merged_into
               CROSS JOIN LATERAL (
                   SELECT min(at) FILTER (WHERE body ->> 'to' = 'accepted') AS accepted_at,
                          min(at) FILTER (WHERE body ->> 'to' IN ('dispatched', 'handling'))
                              AS started_at
                   FROM incident_events e
                   WHERE e.incident_id = i.incident_id AND e.kind = 'status') s
               WHERE i.incident_id = %(id)s""",
            {"id": incident_id},
        )
        found = await cursor.fetchone()
    if found is None:
        raise NotFound("incident", str(incident_id))
    return found


async def follow_merges(connection: Connection, outcome: Outcome) -> Outcome:
    """The case in which this one goes on; itself, unless it was merged."""
    for _ in range(FOLLOWED_MAX):
        if outcome.merged_into is None:
            break
        outcome = await read_outcome(connection, outcome.merged_into)
    return outcome
