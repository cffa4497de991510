# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/incidents/{id}/supervision` and `/upward`: who looks at a case besides.

Owns HTTP; who may and what it means is `oversight.py`.
"""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.incidents.actor import Act, acting_account
from console_server.incidents.detail import detail
from console_server.incidents.oversight import Remark, report_upward, supervise
from console_server.incidents.visible import visible_case
from console_server.parts import Clock
from console_server.wire.cases import Incident, NewSupervision, NewUpwardReport

SUPERVISORS = requires("duty_leader", "supervisor")
COMMANDERS = requires("dispatcher", "duty_leader")


@post("/incidents/{incident_id:uuid}/supervision", guards=[SUPERVISORS], status_code=200)
async def supervise_one(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: JSONBody[NewSupervision],
) -> Incident:
    """Put a case under supervision until its end, or take it out again."""
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        remark, act = Remark(data.version, data.reason), Act(acting_account(request.user), clock())
        case = await supervise(connection, incident_id, remark, act, on=data.on)
        return await detail(connection, case, request.user)


@post("/incidents/{incident_id:uuid}/upward", guards=[COMMANDERS], status_code=200)
async def report_one_upward(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: JSONBody[NewUpwardReport],
) -> Incident:
    """Note in the case file that the level above was told."""
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        remark, act = Remark(data.version, data.text), Act(acting_account(request.user), clock())
        case = await report_upward(connection, incident_id, remark, act)
        return await detail(connection, case, request.user)
