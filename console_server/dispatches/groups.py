"""Giving a case to a functional group (职能组): the class's, a chosen one, or the fallback (兜底).

Owns this command; the group's office tells its steps to the centre, which moves the case by the
table, so no worker is needed. Workers may be sent to the same case besides.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from console_server.database import Connection
from console_server.dispatches.commands import expect_dispatchable, made_dispatched
from console_server.errors import Invalid
from console_server.incidents import casefile
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.flow import pack_of
from console_server.packs.pack import RulePack


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """Who shall handle it, decided on by somebody who saw `version`. Neither: by the class."""

    version: int
    group_code: str | None = None
    fallback: bool = False


async def send_group(
    connection: Connection, incident_id: UUID, order: GroupOrder, act: Act
) -> Case:
    """Give the case to a group, to handle by the case's deadline.

    Raises:
        NotFound: there is no such incident.
        Conflict: it was changed meanwhile, or cannot be given to anybody.
        Invalid: no such group, or the pack names none.
    """
    case = await casefile.lock_case(connection, incident_id)
    await casefile.expect_version(connection, case, order.version)
    await expect_dispatchable(connection, case)
    code = group_asked(order, case.class_code, await pack_of(connection, case))
    group_id = await casefile.group_id_of(connection, code)
    case = await made_dispatched(connection, case, act)
    given = replace(case, group_id=group_id, group_ordered_at=act.at)
    body = {"group": code, "fallback": order.fallback}
    if case.due_at is not None:
        body["dueAt"] = case.due_at.isoformat()
    case = await casefile.write_event(connection, given, "group", act, body)
    await casefile.announce(connection, case)
    return case


def group_asked(order: GroupOrder, class_code: str, pack: RulePack) -> str:
    """The code of the group: the one that was named, else the fallback's or the class's.

    Raises:
        Invalid: it is none of the pack's groups.
    """
    if order.group_code is not None and order.fallback:
        raise Invalid("Not a group.", ["groupCode, fallback: only one of them"])
    routed = pack.dispatch.fallback_group if order.fallback else pack.group_of(class_code)
    code = order.group_code or routed
    if code is None or all(each.code != code for each in pack.groups):
        raise Invalid("Not a group.", [f"groupCode: {code or 'the pack names none'}"])
    return code
