"""The SQL of alerts: rows in and out, and the wire value of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import class_row, kwargs_row

from console_server.alerts.silence import Ending, Raise, Running
from console_server.database import Connection
from console_server.wire.alerts import Alert

_SELECT = """
    SELECT l.alert_id::text AS id, l.version, l.kind, l.worker_id, w.name AS worker_name,
           l.area_id, a.code AS area_code, a.name AS area_name, l.cause, l.silent_since,
           l.silent_count, l.raised_at, l.acknowledged_at, l.acknowledged_by, l.ended_at, l.ending
    FROM alerts l JOIN areas a USING (area_id) LEFT JOIN workers w USING (worker_id)
"""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """What commands need of an alert."""

    alert_id: UUID
    area_id: int
    acknowledged_at: datetime | None
    ended_at: datetime | None


async def running_alerts(connection: Connection) -> list[Running]:
    """Those that have not ended."""
    async with connection.cursor(row_factory=class_row(Running)) as cursor:
        await cursor.execute(
            "SELECT alert_id, worker_id, area_id FROM alerts WHERE ended_at IS NULL"
        )
        return await cursor.fetchall()


async def insert_alert(connection: Connection, new: Raise, now: datetime) -> UUID | None:
    """Raise it; None: somebody raised the same a moment ago."""
    cursor = await connection.execute(
        """INSERT INTO alerts (alert_id, kind, worker_id, area_id, cause, silent_since,
                               silent_count, raised_at)
           VALUES (%(id)s, %(kind)s, %(worker_id)s, %(area_id)s, %(cause)s, %(since)s, %(count)s,
                   %(now)s)
           ON CONFLICT DO NOTHING RETURNING alert_id""",
        {
            "id": uuid4(),
            "kind": "area_silent" if new.worker_id is None else "silent",
            "worker_id": new.worker_id,
            "area_id": new.area_id,
            "cause": new.cause,
            "since": new.silent_since,
            "count": new.silent_count,
            "now": now,
        },
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def end_alert(connection: Connection, alert_id: UUID, ending: Ending, now: datetime) -> bool:
    """End it; False: it had ended."""
    cursor = await connection.execute(
        """UPDATE alerts SET ended_at = %(now)s, ending = %(ending)s, version = version + 1
           WHERE alert_id = %(id)s AND ended_at IS NULL""",
        {"id": alert_id, "ending": ending, "now": now},
    )
    return cursor.rowcount == 1


async def lock_alert(connection: Connection, alert_id: UUID) -> AlertRow | None:
    """One alert, changed by nobody else until the commit."""
    async with connection.cursor(row_factory=class_row(AlertRow)) as cursor:
        await cursor.execute(
            """SELECT alert_id, area_id, acknowledged_at, ended_at FROM alerts
               WHERE alert_id = %(id)s FOR UPDATE""",
            {"id": alert_id},
        )
        return await cursor.fetchone()


async def acknowledge_alert(connection: Connection, alert_id: UUID, by: str, now: datetime) -> None:
    """Note who took notice of it."""
    await connection.execute(
        """UPDATE alerts SET acknowledged_at = %(now)s, acknowledged_by = %(by)s,
                  version = version + 1 WHERE alert_id = %(id)s""",
        {"id": alert_id, "by": by, "now": now},
    )


async def read_alert(connection: Connection, alert_id: UUID) -> Alert:
    """One alert that is there, as consoles read it."""
    return (await _read(connection, "WHERE l.alert_id = %(id)s", {"id": alert_id}))[0]


async def read_running(connection: Connection, areas: frozenset[int] | None) -> list[Alert]:
    """Those that have not ended, in these areas (None: everywhere), oldest first."""
    return await _read(
        connection,
        """WHERE l.ended_at IS NULL AND (%(areas)s::integer[] IS NULL OR l.area_id = ANY(%(areas)s))
           ORDER BY l.raised_at, l.alert_id""",
        {"areas": None if areas is None else sorted(areas)},
    )


async def read_page(
    connection: Connection, areas: frozenset[int] | None, before: datetime | None, limit: int
) -> list[Alert]:
    """Ended ones and running ones, newest first."""
    return await _read(
        connection,
        """WHERE (%(areas)s::integer[] IS NULL OR l.area_id = ANY(%(areas)s))
             AND (%(before)s::timestamptz IS NULL OR l.raised_at < %(before)s)
           ORDER BY l.raised_at DESC, l.alert_id LIMIT %(limit)s""",
        {"areas": None if areas is None else sorted(areas), "before": before, "limit": limit},
    )


async def _read(connection: Connection, where: str, values: dict[str, Any]) -> list[Alert]:
    async with connection.cursor(row_factory=kwargs_row(Alert)) as cursor:
        await cursor.execute(_SELECT + where, values)
        return await cursor.fetchall()
