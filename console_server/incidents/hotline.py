"""The hotline 12345: a ticket becomes an incident once, and its status goes back.

Owns how a ticket and a case are one; opening is `opening.py`, HTTP is `hotline_routes.py`.
"""

from typing import Final

from console_server.database import Connection
from console_server.errors import Invalid, NotFound
from console_server.incidents.actor import Actor
from console_server.incidents.case import Case
from console_server.incidents.opening import UNCLASSIFIED, Opening, Rules, open_incident
from console_server.incidents.outcome import read_outcome
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
    cursor = await connection.execute(
        """SELECT incident_id FROM incidents
           WHERE client_id = %(client_id)s AND source = 'hotline'""",
        {"client_id": _client_id(ticket)},
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("ticket", ticket)
    found = await read_outcome(connection, row[0])
    return HotlineStatus(
        ticket=ticket,
        code=found.code,
        status=found.status,
        reported_at=found.reported_at,
        due_at=found.due_at,
        accepted_at=found.accepted_at,
        started_at=found.started_at,
        handled_at=found.handled_at,
        closed_at=found.closed_at,
        group_name=found.group_name,
        merged_into=found.merged_code,
        answer=found.answer,
    )


def _client_id(ticket: str) -> str:
    return f"12345:{ticket}"
