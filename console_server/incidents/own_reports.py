"""What a worker's own reports have become, as the handset shows it; changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from console_server.database import Connection
from console_server.wire.cases import IncidentStatus


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One report. `seen_at`: when a person at the centre first did something about it."""

    client_id: str
    code: str
    title: str
    class_code: str
    source: str
    status: IncidentStatus
    reported_at: datetime
    closed_at: datetime | None
    seen_at: datetime | None
    answer: str | None


async def reports_of(
    connection: Connection, worker_id: int, handset_code: str, since: datetime
) -> Sequence[OwnReport]:
    """What the worker reported with this handset since then, the newest first."""
    async with connection.cursor(row_factory=class_row(OwnReport)) as cursor:
        await cursor.execute(
            """
            SELECT substr(i.client_id, length(%(handset)s) + 2) AS client_id, i.code, i.title,
                   i.class_code, i.source, i.status, i.reported_at, i.closed_at,
                   (SELECT min(e.at) FROM incident_events e
                    WHERE e.incident_id = i.incident_id AND e.actor_kind = 'account') AS seen_at,
                   (SELECT e.body ->> 'text' FROM incident_events e
                    WHERE e.incident_id = i.incident_id AND e.kind = 'answered'
                    ORDER BY e.version DESC LIMIT 1) AS answer
            FROM incidents i
            WHERE i.reporter_worker_id = %(worker)s AND i.reported_at >= %(since)s
              AND starts_with(i.client_id, %(handset)s || ':')
            ORDER BY i.reported_at DESC LIMIT 100
            """,
            {"worker": worker_id, "handset": handset_code, "since": since},
        )
        return await cursor.fetchall()
