"""The incidents of a period with their steps and orders, for a replay.

Owns these queries and the wire values made of them; changes nothing. What had not happened by the
period's end is left out.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from psycopg.rows import dict_row, kwargs_row

from console_server.database import Connection
from console_server.replay.period import Period
from console_server.wire.cases import Dispatch
from console_server.wire.replay import ReplayIncident, ReplayStep

INCIDENTS_MAX: Final = 3_000


async def read_incidents(
    connection: Connection, period: Period, areas: Collection[int] | None
) -> list[ReplayIncident]:
    """Incidents that were open at some time of the period, oldest first; at most the newest 3,000.

    `areas` None: of everywhere, those in no area included.
    """
    given = {
        "from_at": period.from_at,
        "to_at": period.to_at,
        "areas": None if areas is None else sorted(areas),
        "limit": INCIDENTS_MAX,
    }
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            SELECT i.incident_id::text AS id, i.code, i.class_code, i.severity, i.title, i.place,
                   i.lon, i.lat, CASE WHEN a.kind = 'grid' THEN a.code END AS grid_code, i.source,
                   i.reporter_worker_id, i.reported_at, i.due_at,
                   CASE WHEN i.closed_at < %(to_at)s THEN i.closed_at END AS closed_at
            FROM incidents i LEFT JOIN areas a USING (area_id)
            WHERE i.reported_at < %(to_at)s
              AND (i.closed_at IS NULL OR i.closed_at >= %(from_at)s)
              AND (%(areas)s::integer[] IS NULL OR i.area_id = ANY(%(areas)s))
            ORDER BY i.reported_at DESC LIMIT %(limit)s
            """,
            given,
        )
        rows = (await cursor.fetchall())[::-1]
    given["ids"] = [row["id"] for row in rows]
    steps, orders = await _steps(connection, given), await _dispatches(connection, given)
    return [
        ReplayIncident(**row, steps=steps.get(row["id"], []), dispatches=orders.get(row["id"], []))
        for row in rows
    ]


async def _steps(connection: Connection, given: Mapping[str, Any]) -> dict[str, list[ReplayStep]]:
    cursor = await connection.execute(
        """
        SELECT incident_id::text, at, coalesce(body ->> 'to', 'reported') FROM incident_events
        WHERE incident_id = ANY(%(ids)s::uuid[]) AND kind IN ('opened', 'status')
          AND at < %(to_at)s
        ORDER BY incident_id, version
        """,
        given,
    )
    found: dict[str, list[ReplayStep]] = defaultdict(list)
    for incident_id, at, status in await cursor.fetchall():
        found[incident_id].append(ReplayStep(at, status))
    return found


async def _dispatches(
    connection: Connection, given: Mapping[str, Any]
) -> dict[str, list[Dispatch]]:
    async with connection.cursor(row_factory=kwargs_row(Dispatch)) as cursor:
        await cursor.execute(
            """
            SELECT d.dispatch_id::text, d.incident_id::text, d.worker_id, w.name AS worker_name,
                   d.version, d.status, d.ordered_at, d.sent_at, d.acknowledge_by,
                   d.acknowledged_at, d.en_route_at, d.on_scene_at, d.cleared_at, d.ended_at,
                   d.reason
            FROM dispatches d JOIN workers w USING (worker_id)
            WHERE d.incident_id = ANY(%(ids)s::uuid[]) AND d.ordered_at < %(to_at)s
            ORDER BY d.ordered_at, d.dispatch_id
            """,
            given,
        )
        found: dict[str, list[Dispatch]] = defaultdict(list)
        async for dispatch in cursor:
            found[dispatch.incident_id].append(_until(dispatch, given))
        return found


def _until(dispatch: Dispatch, given: Mapping[str, Any]) -> Dispatch:
    """A dispatch without the instants after the period; its status is the console's to tell."""
    later = {
        name: None
        for name in dispatch.__struct_fields__
        if name.endswith("_at") and (at := getattr(dispatch, name)) and at >= given["to_at"]
    }
    return msgspec.structs.replace(dispatch, **later)
