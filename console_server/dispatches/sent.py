"""A dispatch counts as sent when the broker took its order: "sent" is not "acknowledged".

Owns that note; the way to the broker is `live/courier.py`.
"""

from datetime import datetime
from uuid import UUID

from console_server.database import Connection
from console_server.dispatches import store
from console_server.incidents.casefile import announce, lock_case


async def note_sent(
    connection: Connection, incident_id: UUID, dispatch_id: UUID, at: datetime
) -> None:
    """Note the first time that the broker took the order, and tell the consoles.

    The incident's version stays: nobody decided anything, so nobody's decision is outdated by it.
    """
    case = await lock_case(connection, incident_id)
    if await store.mark_sent(connection, dispatch_id, at):
        await announce(connection, case)
