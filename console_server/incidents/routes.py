# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/incidents`: the queue, one case with its file, opening one, moving one.

Owns HTTP and who may see what; the work is done by the commands. What lies outside of an account's
areas answers as if it were not there.
"""

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from console_server.access.account import Account, AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Connection, Pool
from console_server.errors import Forbidden, Invalid
from console_server.incidents.actor import Act, acting_account
from console_server.incidents.asked import asked_page
from console_server.incidents.casefile import Grounds
from console_server.incidents.commands import Decision, decide
from console_server.incidents.detail import detail
from console_server.incidents.export_routes import export, print_case
from console_server.incidents.foreseen_routes import foresee_deadline
from console_server.incidents.hotline_routes import router as hotline
from console_server.incidents.incident import Status
from console_server.incidents.opening import Opening, Rules, open_incident
from console_server.incidents.oversight_routes import report_one_upward, supervise_one
from console_server.incidents.page_query import PageQuery
from console_server.incidents.request_rows import find_request
from console_server.incidents.requests import Ask, ask, rule
from console_server.incidents.summaries import read_page
from console_server.incidents.visible import visible_case
from console_server.packs.pack import RulePack
from console_server.packs.rules import WorkingTime
from console_server.parts import Clock
from console_server.wire.cases import (
    ClockRuling,
    Incident,
    IncidentPage,
    NewClockRequest,
    NewIncident,
    Transition,
)

READERS = requires("dispatcher", "duty_leader", "supervisor", "wall", "department")
COMMANDERS = requires("dispatcher", "duty_leader")
DECIDERS = requires("dispatcher", "duty_leader", "supervisor")
ASKERS = requires("dispatcher", "duty_leader", "department")


@get("/incidents", guards=[READERS])
async def list_incidents(
    pool: NamedDependency[Pool],
    asked: NamedDependency[PageQuery],
) -> IncidentPage:
    """Incidents of the areas and groups one may see, newest first, page by page."""
    async with pool.connection() as connection:
        return await read_page(connection, asked)


@get("/incidents/{incident_id:uuid}", guards=[READERS])
async def show_incident(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    incident_id: FromPath[UUID],
) -> Incident:
    """One case with its file and with where this account may move it."""
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id)
        return await detail(connection, case, request.user)


@post("/incidents", guards=[COMMANDERS])
async def open_one(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    pack: NamedDependency[RulePack],
    clock: NamedDependency[Clock],
    data: JSONBody[NewIncident],
) -> Incident:
    """Open an incident; the same `clientId` again is the same incident."""
    opening = Opening(
        class_code=data.class_code,
        title=data.title,
        source="dispatcher",
        reported_at=clock(),
        description=data.description,
        place=data.place,
        lon=data.lon,
        lat=data.lat,
        severity=data.severity,
        client_id=data.client_id,
        area_id=request.user.area_id,
    )
    async with pool.connection() as connection:
        actor = acting_account(request.user)
        case = await open_incident(connection, opening, actor, Rules(areas, pack))
        if not areas.may_see(request.user, case.area_id):
            raise Forbidden("The place lies outside of the areas that this account looks after.")
        return await detail(connection, case, request.user)


@post("/incidents/{incident_id:uuid}/transitions", guards=[DECIDERS], status_code=200)
async def move_incident(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: JSONBody[Transition],
) -> Incident:
    """Move a case along its table; a version that is no longer the newest is a conflict."""
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        decision = await _decision(connection, areas, request.user, data)
        act = Act(acting_account(request.user), clock())
        case = await decide(connection, incident_id, decision, act)
        return await detail(connection, case, request.user)


@post("/incidents/{incident_id:uuid}/requests", guards=[ASKERS])
async def ask_for(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: JSONBody[NewClockRequest],
) -> Incident:
    """Ask to suspend a case, to send it back, or for more time; another person rules on it."""
    more = WorkingTime(hours=data.hours, days=data.days)
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        asked = Ask(data.kind, data.reason, data.version, more)
        act = Act(acting_account(request.user), clock())
        case = await ask(connection, incident_id, asked, act)
        return await detail(connection, case, request.user)


@post("/requests/{request_id:uuid}/ruling", guards=[DECIDERS], status_code=200)
async def rule_on(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    request_id: FromPath[UUID],
    data: JSONBody[ClockRuling],
) -> Incident:
    """Grant or deny a request that another person made."""
    async with pool.connection() as connection:
        found = await find_request(connection, request_id)
        await visible_case(connection, areas, request.user, found.incident_id)
        act = Act(acting_account(request.user), clock())
        case = await rule(connection, request_id, act, granted=data.granted, reason=data.reason)
        return await detail(connection, case, request.user)


async def _decision(
    connection: Connection, areas: AreaTree, account: Account, data: Transition
) -> Decision:
    try:
        to = Status(data.to)
        into = UUID(data.into) if data.into else None
    except ValueError as error:
        raise Invalid("Not a move of a case.", [str(error)]) from error
    if into is not None:
        await visible_case(connection, areas, account, into)
    rating = data.rating if to == Status.EVALUATED else None
    return Decision(to, data.version, Grounds(data.reason, into, rating=rating))


router = Router(
    path="/",
    route_handlers=[
        list_incidents,
        show_incident,
        open_one,
        move_incident,
        ask_for,
        rule_on,
        print_case,
        supervise_one,
        report_one_upward,
        foresee_deadline,
        export,
        hotline,
    ],
    dependencies={"asked": Provide(asked_page, sync_to_thread=False)},
    tags=["incidents"],
)
