"""The hotline 12345: a ticket becomes an incident once, and its status goes back.

Owns how a ticket and a case are one; opening is `opening.py`, HTTP is `hotline_routes.py`.
"""

from typing import Final

from psycopg.rows import kwargs_row

from console_server.database import Connection
from console_server.errors import Invalid, NotFound
from console_server.incidents.actor import Actor
from console_server.incidents.case import Case
from console_server.incidents.opening import UNCLASSIFIED, Opening, Rules, open_incident
from console_server.parts import Clock
from console_server.wire.cases import HotlineStatus, HotlineTicket

HOTLINE: Final = Actor("outside", "12345", "outside")
TICKET_MAX = 100


async def take_ticket(
    connection: Connection, ticket: HotlineTicket, clock: Clock, rules: Rules
) -> Case:
    """Open an incident for the ticket, or give the one that it opened before.

    A class that the pack has not is left to the centre; the source always says hotline.

    Raises:
        Invalid: a field breaks a rule; all of them are named.
    """
    if not 0 < len(ticket.ticket) <= TICKET_MAX or "/" in ticket.ticket:
        raise Invalid("Not a ticket.", [f"ticket: empty, over {TICKET_MAX} characters, or has /"])
    known = ticket.class_code is not None and rules.pack.find_class(ticket.class_code) is not None
    opening = Opening(
        class_code=ticket.class_code if known and ticket.class_code else UNCLASSIFIED,
        title=ticket.title,
        source="hotline",
        reported_at=clock(),
        description=ticket.description,
        place=ticket.place,
        lon=ticket.lon,
        lat=ticket.lat,
        client_id=_client_id(ticket.ticket),
    )
    return await open_incident(connection, opening, HOTLINE, rules)


async def ticket_status(connection: Connection, ticket: str) -> HotlineStatus:
    """How the ticket's case stands; of one that was merged, where it went.

    Raises:
        NotFound: no such ticket came in.
    """
    async with connection.cursor(row_factory=kwargs_row(HotlineStatus)) as cursor:
        await cursor.execute(
            """SELECT %(ticket)s::text AS ticket, i.code, i.status, i.reported_at, i.due_at,
                      i.closed_at, g.name AS group_name, m.code AS merged_into,
                      (SELECT body ->> 'reason' FROM incident_events e
                       WHERE e.incident_id = i.incident_id AND e.kind = 'status'
                         AND i.closed_at IS NOT NULL AND e.body ->> 'to' <> 'evaluated'
                       ORDER BY version DESC LIMIT 1) AS answer
               FROM incidents i LEFT JOIN functional_groups g USING (group_id)
               LEFT JOIN incidents m ON m.incident_id = i.merged_into
               WHERE i.client_id = %(client_id)s AND i.source = 'hotline'""",
            {"ticket": ticket, "client_id": _client_id(ticket)},
        )
        found = await cursor.fetchone()
    if found is None:
        raise NotFound("ticket", ticket)
    return found


def _client_id(ticket: str) -> str:
    return f"12345:{ticket}"
