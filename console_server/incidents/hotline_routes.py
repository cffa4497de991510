"""`/api/hotline/tickets`: what the hotline 12345 calls, with a key of its own and no session.

Owns HTTP; the work is `hotline.py`, the key `intake_keys.py`.
"""

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.incidents.hotline import take_ticket, ticket_status
from console_server.incidents.intake_keys import with_key_of
from console_server.incidents.opening import Rules
from console_server.packs.pack import RulePack
from console_server.parts import Clock
from console_server.wire.cases import HotlineStatus, HotlineTicket


@post("/", status_code=200)
async def take(
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    data: JSONBody[HotlineTicket],
) -> HotlineStatus:
    """Take a ticket in; the same ticket again is the same case."""
    async with pool.connection() as connection:
        await take_ticket(connection, data, clock, Rules(areas, pack))
        return await ticket_status(connection, data.ticket)


@get("/{ticket:str}")
async def show(pool: NamedDependency[Pool], ticket: FromPath[str]) -> HotlineStatus:
    """How a ticket's case stands, with the answer once it is at its end."""
    async with pool.connection() as connection:
        return await ticket_status(connection, ticket)


router = Router(
    path="/hotline/tickets",
    route_handlers=[take, show],
    guards=[with_key_of("hotline")],
    opt={"public": True, "key": "key"},  # no session: the key is asked for instead
    tags=["hotline"],
)
