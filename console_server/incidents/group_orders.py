"""The orders of a case to functional groups (职能组): each with its own steps and times.

Owns the table `group_orders` and what ends with a case that has no more use for groups; giving one
and stepping it are commands of `dispatches/groups.py`. Stable only while the case is locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from console_server.database import Connection
from console_server.incidents.conflicts import GroupOrderChanged
from console_server.incidents.incident import Status
from console_server.incidents.retelling import Told, told_value
from console_server.wire.cases import GroupOrder, GroupOrderStatus

GroupStep = Literal["accepted", "done", "withdrawn"]
# What each status may become; a step that was not told is passed over.
STEPS: Final[dict[GroupOrderStatus, frozenset[GroupStep]]] = {
    "ordered": frozenset({"accepted", "done", "withdrawn"}),
    "accepted": frozenset({"done", "withdrawn"}),
    "done": frozenset(),
    "withdrawn": frozenset(),
}


@dataclass(frozen=True, slots=True)
class GroupOrderRow:
    """An order to a group as commands need it."""

    order_id: UUID
    incident_id: UUID
    group_id: int
    group_code: str
    joint: bool
    version: int
    status: GroupOrderStatus
    ordered_at: datetime
    ordered_by: str
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    result: str | None = None

    def stepped(self, to: GroupStep, at: datetime, result: str | None) -> "GroupOrderRow":
        """The order after a step that its status allows."""
        accepted_at = self.accepted_at if to == "withdrawn" else self.accepted_at or at
        ended_at = None if to == "accepted" else at
        after = replace(self, status=to, accepted_at=accepted_at, ended_at=ended_at)
        return replace(after, result=result or self.result, version=self.version + 1)


ITS_KEY: Final = frozenset({"order_id", "incident_id", "group_id"})


def group_state(row: GroupOrderRow) -> Told:
    """An order as the events that change it keep it."""
    names = [each.name for each in fields(row) if each.name not in ITS_KEY]
    return {name: told_value(getattr(row, name)) for name in names}


_SELECT: Final = """
    SELECT o.order_id, o.incident_id, o.group_id, g.code AS group_code, o.joint, o.version,
           o.status, o.ordered_at, o.ordered_by, o.accepted_at, o.ended_at, o.result
    FROM group_orders o JOIN functional_groups g USING (group_id)
"""


async def find_order(connection: Connection, order_id: UUID) -> GroupOrderRow | None:
    """One order."""
    async with connection.cursor(row_factory=class_row(GroupOrderRow)) as cursor:
        await cursor.execute(_SELECT + "WHERE o.order_id = %(id)s", {"id": order_id})
        return await cursor.fetchone()


async def running_orders(connection: Connection, incident_id: UUID) -> list[GroupOrderRow]:
    """The groups that are at work on a case, the leading one first."""
    async with connection.cursor(row_factory=class_row(GroupOrderRow)) as cursor:
        await cursor.execute(
            _SELECT
            + """WHERE o.incident_id = %(id)s AND o.ended_at IS NULL
                 ORDER BY o.joint, o.ordered_at, o.order_id""",
            {"id": incident_id},
        )
        return await cursor.fetchall()


async def orders_of(connection: Connection, incident_id: UUID) -> list[GroupOrderRow]:
    """Every order of a case, those that are over as well."""
    async with connection.cursor(row_factory=class_row(GroupOrderRow)) as cursor:
        await cursor.execute(_SELECT + "WHERE o.incident_id = %(id)s", {"id": incident_id})
        return await cursor.fetchall()


async def was_ordered_to(connection: Connection, incident_id: UUID, group_code: str) -> bool:
    """Whether this group was given the case at any time."""
    cursor = await connection.execute(
        """SELECT FROM group_orders o JOIN functional_groups g USING (group_id)
           WHERE o.incident_id = %(id)s AND g.code = %(code)s LIMIT 1""",
        {"id": incident_id, "code": group_code},
    )
    return await cursor.fetchone() is not None


async def insert_order(connection: Connection, row: GroupOrderRow) -> None:
    """Store a new order."""
    await connection.execute(
        """INSERT INTO group_orders (order_id, incident_id, group_id, joint, ordered_at, ordered_by)
           VALUES (%(order_id)s, %(incident_id)s, %(group_id)s, %(joint)s, %(ordered_at)s,
                   %(ordered_by)s)""",
        {
            "order_id": row.order_id,
            "incident_id": row.incident_id,
            "group_id": row.group_id,
            "joint": row.joint,
            "ordered_at": row.ordered_at,
            "ordered_by": row.ordered_by,
        },
    )


async def save_order(connection: Connection, before: GroupOrderRow, after: GroupOrderRow) -> None:
    """Store a step.

    Raises:
        GroupOrderChanged: it is no longer at the version of `before`.
    """
    cursor = await connection.execute(
        """UPDATE group_orders SET version = %(version)s, status = %(status)s,
                  accepted_at = %(accepted_at)s, ended_at = %(ended_at)s, result = %(result)s
           WHERE order_id = %(order_id)s AND version = %(before)s""",
        {
            "version": after.version,
            "status": after.status,
            "accepted_at": after.accepted_at,
            "ended_at": after.ended_at,
            "result": after.result,
            "order_id": after.order_id,
            "before": before.version,
        },
    )
    if cursor.rowcount != 1:
        raise GroupOrderChanged("The order to the group was changed meanwhile.")


async def end_with_case(
    connection: Connection, incident_id: UUID, status: Status, at: datetime, reason: str | None
) -> dict[str, Told]:
    """End what still runs: done where the case was handled, else withdrawn with its reason.

    How the orders became, by their ids, for the event of the case's move.
    """
    to: GroupStep = "done" if status == Status.HANDLED else "withdrawn"
    ended: dict[str, Told] = {}
    for row in await running_orders(connection, incident_id):
        after = row.stepped(to, at, reason)
        await save_order(connection, row, after)
        ended[str(row.order_id)] = group_state(after)
    return ended


async def read_orders(
    connection: Connection, incident_ids: Sequence[str]
) -> dict[str, list[GroupOrder]]:
    """The orders of these cases as consoles see them, oldest first."""
    if not incident_ids:
        return {}
    async with connection.cursor(row_factory=kwargs_row(_told)) as cursor:
        await cursor.execute(
            """SELECT o.incident_id::text, o.order_id::text, g.code AS group_code, o.joint,
                      o.version, o.status, o.ordered_at, o.ordered_by, o.accepted_at, o.ended_at,
                      o.result
               FROM group_orders o JOIN functional_groups g USING (group_id)
               WHERE o.incident_id = ANY(%(ids)s::uuid[])
               ORDER BY o.ordered_at, o.joint, o.order_id""",
            {"ids": list(incident_ids)},
        )
        found: dict[str, list[GroupOrder]] = {}
        async for incident_id, order in cursor:
            found.setdefault(incident_id, []).append(order)
        return found


def _told(incident_id: str, **values: object) -> tuple[str, GroupOrder]:
    return incident_id, GroupOrder(**values)  # type: ignore[arg-type]
