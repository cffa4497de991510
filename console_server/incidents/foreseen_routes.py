# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/incidents/{id}/deadline`: what a request would make of a deadline, before it is ruled on.

Owns HTTP; the arithmetic is `foreseen.py`.
"""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from console_server.access.account import AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Pool
from console_server.incidents.flow import pack_of
from console_server.incidents.foreseen import foreseen
from console_server.incidents.requests import MORE_MAX_DAYS
from console_server.incidents.visible import visible_case
from console_server.packs.rules import WorkingTime
from console_server.parts import Clock
from console_server.wire.cases import ForeseenDeadline, RequestKind

CONCERNED = requires("dispatcher", "duty_leader", "supervisor", "department")
Hours = Annotated[float, QueryParameter(ge=0, le=MORE_MAX_DAYS * 24)]
Days = Annotated[float, QueryParameter(ge=0, le=MORE_MAX_DAYS)]


@get("/incidents/{incident_id:uuid}/deadline", guards=[CONCERNED])
async def foresee_deadline(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    kind: FromQuery[RequestKind],
    hours: Hours = 0.0,
    days: Days = 0.0,
) -> ForeseenDeadline:
    """The deadline as it stands and as it would be; `hours`, `days`: of an extension."""
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id)
        pack = await pack_of(connection, case)
    return foreseen(case, kind, WorkingTime(hours=hours, days=days), clock(), pack)
