"""A call for help is answered (接警): the alarm stops on every console, with who and when on file.

Owns this command; sending somebody is a dispatch like any other (`dispatches/`).
"""

from uuid import UUID

from console_server.database import Connection
from console_server.errors import Conflict
from console_server.incidents.actor import Act
from console_server.incidents.case import Case
from console_server.incidents.casefile import announce, lock_case, write_event


async def answer_help(connection: Connection, incident_id: UUID, act: Act) -> Case:
    """Answer a call for help; whoever did so first stays on record.

    Raises:
        NotFound: there is no such case.
        Conflict: it is no call for help.
    """
    case = await lock_case(connection, incident_id)
    if case.source != "duress":
        raise Conflict(f"Case {case.code} is no call for help.")
    cursor = await connection.execute(
        """UPDATE incidents SET answered_at = %(at)s, answered_by = %(by)s
           WHERE incident_id = %(id)s AND answered_at IS NULL""",
        {"id": incident_id, "at": act.at, "by": act.actor.name},
    )
    if cursor.rowcount != 1:
        return case
    case = await write_event(connection, case, "help_answered", act, {})
    await announce(connection, case)
    return case
