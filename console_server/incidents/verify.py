"""Checking case files against their hash chain, and the cases against what their files tell.

Owns reading them one after the other; what is wrong with a chain is `chain.py`, what a file tells
is `retelling.py`.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row, dict_row, kwargs_row

from console_server.database import Connection
from console_server.incidents import store
from console_server.incidents.chain import Link, find_faults
from console_server.incidents.group_orders import group_state, orders_of
from console_server.incidents.incident import Status
from console_server.incidents.retelling import Retold, Stored, changed, told_value


@dataclass(frozen=True, slots=True)
class Checked:
    """One case file; `unchained` counts events from before there was a chain.

    `retold`: put together from its events alone, and compared with the tables.
    """

    code: str
    events: int
    unchained: int
    faults: list[str]
    retold: bool = False


@dataclass(frozen=True, slots=True)
class _File:
    incident_id: UUID
    code: str
    version: int
    status: str


async def verify_files_of(connection: Connection) -> AsyncIterator[Checked]:
    """Every case, in the order of their codes."""
    async with connection.cursor(row_factory=class_row(_File)) as cursor:
        await cursor.execute(
            "SELECT incident_id, code, version, status FROM incidents ORDER BY code"
        )
        files = await cursor.fetchall()
    for file in files:
        yield await _check(connection, file)


async def read_links(connection: Connection, incident_id: UUID) -> list[Link]:
    """The events of a case as the chain sees them."""
    async with connection.cursor(row_factory=kwargs_row(Link)) as cursor:
        await cursor.execute(
            """SELECT version, at, kind, actor_kind, actor, body, hash FROM incident_events
               WHERE incident_id = %(incident_id)s ORDER BY version""",
            {"incident_id": incident_id},
        )
        return await cursor.fetchall()


async def _check(connection: Connection, file: _File) -> Checked:
    links = await read_links(connection, file.incident_id)
    faults = list(find_faults(file.incident_id, file.version, links))
    told = [str(link.body.get("to")) for link in links if link.kind == "status"]
    if ([Status.REPORTED.value, *told])[-1] != file.status:
        faults.append(f"the file ends {told[-1:] or ['reported']}, the case is {file.status}")
    told_anew = Retold(links)
    faults.extend(told_anew.differences(await _as_stored(connection, file.incident_id)))
    unchained = sum(link.hash is None for link in links)
    return Checked(file.code, len(links), unchained, faults, told_anew.whole)


async def _as_stored(connection: Connection, incident_id: UUID) -> Stored:
    """The case by the tables; when the broker took an order is no event."""
    case = await store.find_case(connection, incident_id, lock=False)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """SELECT dispatch_id, version, status, ordered_by, ordered_at, acknowledge_by,
                      acknowledged_at, en_route_at, on_scene_at, cleared_at, ended_at, reason,
                      remind_at
               FROM dispatches WHERE incident_id = %(incident_id)s""",
            {"incident_id": incident_id},
        )
        rows = await cursor.fetchall()
    dispatches = {
        str(row.pop("dispatch_id")): {name: told_value(value) for name, value in row.items()}
        for row in rows
    }
    groups = await orders_of(connection, incident_id)
    return Stored(
        {} if case is None else changed(None, case),
        dispatches,
        {str(each.order_id): group_state(each) for each in groups},
    )
