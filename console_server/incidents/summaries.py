"""Incidents as consoles read them: one, a page of them, or what a snapshot holds.

Owns these queries and the wire values made of them; changes nothing. Which cases a page is made of
is `page_query.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row, kwargs_row

from console_server.database import Connection
from console_server.errors import NotFound
from console_server.incidents.group_orders import read_orders
from console_server.incidents.page_query import MATCHES, PageQuery
from console_server.incidents.retelling import INSIDE
from console_server.wire.cases import (
    Dispatch,
    IncidentEvent,
    IncidentPage,
    IncidentSummary,
    PendingRequest,
    Supervision,
)

_SELECT: Final = """
    SELECT i.incident_id::text AS id, i.code, i.version, i.status, i.class_code, i.severity,
           i.title, i.place, i.lon, i.lat, i.area_id,
           CASE WHEN a.kind = 'grid' THEN a.code END AS grid_code, i.source,
           i.reporter_worker_id, g.code AS group_code, i.reported_at, i.due_at, i.closed_at,
           i.overdue_at, i.stopped_at, i.group_ordered_at, i.escalated_to,
           i.supervised_at, i.supervised_by, i.supervised_reason, i.upward_at,
           i.answered_at, i.answered_by,
           i.merged_into::text, m.code AS merged_into_code
    FROM incidents i
    LEFT JOIN areas a ON a.area_id = i.area_id
    LEFT JOIN functional_groups g ON g.group_id = i.group_id
    LEFT JOIN incidents m ON m.incident_id = i.merged_into
"""


async def read_summary(connection: Connection, incident_id: UUID) -> IncidentSummary:
    """One incident with its dispatches, orders to groups and what waits for a ruling.

    Raises:
        NotFound: there is none.
    """
    rows = await _read(connection, "WHERE i.incident_id = %(id)s", {"id": incident_id})
    if not rows:
        raise NotFound("incident", str(incident_id))
    return rows[0]


async def read_dispatches(connection: Connection, incident_id: UUID) -> list[Dispatch]:
    """The dispatches of one incident, oldest first."""
    return (await _dispatches_of(connection, [str(incident_id)])).get(str(incident_id), [])


async def read_page(connection: Connection, query: PageQuery) -> IncidentPage:
    """Newest first. Incidents of one instant are never torn apart, so a page may be longer."""
    values = query.values()
    found = await _read(
        connection,
        f"""WHERE {MATCHES}
              AND (%(before)s::timestamptz IS NULL OR i.reported_at < %(before)s)
            ORDER BY i.reported_at DESC FETCH FIRST (%(limit)s) ROWS WITH TIES""",
        values,
    )
    more = len(found) >= query.limit
    total = await _count(connection, values) if query.before is None else None
    return IncidentPage(found, found[-1].reported_at if more else None, total)


async def read_current(
    connection: Connection,
    areas: frozenset[int] | None,
    closed_since: datetime,
    *,
    ordered_to: str | None = None,
) -> list[IncidentSummary]:
    """The open ones and those closed since, oldest first: what a snapshot holds.

    `ordered_to`: only those that this functional group was ever given.
    """
    return await _read(
        connection,
        """WHERE (i.closed_at IS NULL OR i.closed_at >= %(closed_since)s)
             AND (%(areas)s::integer[] IS NULL OR i.area_id = ANY(%(areas)s))
             AND (%(ordered_to)s::text IS NULL
                  OR EXISTS (SELECT FROM group_orders o JOIN functional_groups f USING (group_id)
                             WHERE o.incident_id = i.incident_id AND f.code = %(ordered_to)s))
           ORDER BY i.reported_at, i.incident_id""",
        {
            "closed_since": closed_since,
            "areas": None if areas is None else sorted(areas),
            "ordered_to": ordered_to,
        },
    )


async def read_events(connection: Connection, incident_id: UUID) -> list[IncidentEvent]:
    """The case file, oldest event first."""
    async with connection.cursor(row_factory=kwargs_row(IncidentEvent)) as cursor:
        await cursor.execute(
            """SELECT version, at, kind, actor_kind, actor, body - %(inside)s::text[] AS body
               FROM incident_events WHERE incident_id = %(incident_id)s ORDER BY version""",
            {"incident_id": incident_id, "inside": list(INSIDE)},
        )
        return await cursor.fetchall()


async def _read(
    connection: Connection, where: str, values: dict[str, Any]
) -> list[IncidentSummary]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SELECT + where, values)
        rows = await cursor.fetchall()
    ids = [row["id"] for row in rows]
    dispatches = await _dispatches_of(connection, ids)
    orders = await read_orders(connection, ids)
    pending = await _pending_of(connection, ids)
    return [
        IncidentSummary(
            **_with_supervision(row),
            dispatches=dispatches.get(row["id"], []),
            group_orders=orders.get(row["id"], []),
            pending_request=pending.get(row["id"]),
        )
        for row in rows
    ]


def _with_supervision(row: dict[str, Any]) -> dict[str, Any]:
    at, by = row.pop("supervised_at"), row.pop("supervised_by")
    reason = row.pop("supervised_reason")
    return row | {"supervision": Supervision(at, by or "", reason or "") if at else None}


async def _count(connection: Connection, values: Mapping[str, Any]) -> int:
    cursor = await connection.execute(
        f"SELECT count(*) FROM incidents i WHERE {MATCHES}",  # noqa: S608 - a constant
        values,
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def _pending_of(
    connection: Connection, incident_ids: Sequence[str]
) -> dict[str, PendingRequest]:
    if not incident_ids:
        return {}
    cursor = await connection.execute(
        """SELECT r.incident_id::text, r.request_id::text, r.kind, r.reason, r.asked_at,
                  a.display_name
           FROM clock_requests r JOIN accounts a ON a.account_id = r.asked_by
           WHERE r.incident_id = ANY(%(ids)s::uuid[]) AND r.ruled_at IS NULL""",
        {"ids": list(incident_ids)},
    )
    return {row[0]: PendingRequest(*row[1:]) async for row in cursor}


async def _dispatches_of(
    connection: Connection, incident_ids: Sequence[str]
) -> dict[str, list[Dispatch]]:
    if not incident_ids:
        return {}
    async with connection.cursor(row_factory=kwargs_row(Dispatch)) as cursor:
        await cursor.execute(
            """SELECT d.dispatch_id::text, d.incident_id::text, d.worker_id,
                      w.name AS worker_name, d.version, d.status, d.ordered_at, d.sent_at,
                      d.acknowledge_by, d.acknowledged_at, d.en_route_at, d.on_scene_at,
                      d.cleared_at, d.ended_at, d.reason
               FROM dispatches d JOIN workers w USING (worker_id)
               WHERE d.incident_id = ANY(%(ids)s::uuid[])
               ORDER BY d.ordered_at, d.dispatch_id""",
            {"ids": list(incident_ids)},
        )
        found: dict[str, list[Dispatch]] = {}
        async for dispatch in cursor:
            found.setdefault(dispatch.incident_id, []).append(dispatch)
        return found
