"""`POST /api/incidents/{id}/answer`: a dispatcher answers a call for help, for all consoles."""

from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.incidents.actor import Act, acting_account
from console_server.incidents.help import answer_help
from console_server.incidents.summaries import read_summary
from console_server.incidents.visible import visible_case
from console_server.parts import Clock
from console_server.wire.cases import IncidentSummary

COMMANDERS = requires("dispatcher", "duty_leader")


@post("/incidents/{incident_id:uuid}/answer", guards=[COMMANDERS], status_code=200)
async def answer_call(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
) -> IncidentSummary:
    """Answer a call for help; again it says who did, and when."""
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        act = Act(acting_account(request.user), clock())
        await answer_help(connection, incident_id, act)
        return await read_summary(connection, incident_id)


router = Router(path="/", route_handlers=[answer_call], tags=["incidents"])
