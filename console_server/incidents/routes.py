# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""`/api/incidents`: the queue, one case with its file, opening one, moving one.

Owns HTTP and who may see what; the work is done by the commands. What lies outside of an account's
areas answers as if it were not there.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from console_server.access.account import Account, AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Connection, Pool
from console_server.errors import Forbidden, Invalid
from console_server.incidents import store
from console_server.incidents.actor import Act, acting_account
from console_server.incidents.case import Case
from console_server.incidents.casefile import Grounds
from console_server.incidents.commands import Decision, decide
from console_server.incidents.export_routes import export, print_case
from console_server.incidents.flow import flow_of, pack_of
from console_server.incidents.hotline_routes import router as hotline
from console_server.incidents.incident import Mover, Status, allowed_moves
from console_server.incidents.opening import Opening, Rules, open_incident
from console_server.incidents.requests import (
    Ask,
    ask,
    askable,
    find_request,
    read_requests,
    rule,
)
from console_server.incidents.similar import read_similar
from console_server.incidents.summaries import PageQuery, read_events, read_page, read_summary
from console_server.incidents.visible import areas_asked, visible_case
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

PAGE_MAX = 500
READERS = requires("dispatcher", "duty_leader", "supervisor", "wall", "department")
COMMANDERS = requires("dispatcher", "duty_leader")
DECIDERS = requires("dispatcher", "duty_leader", "supervisor")
State = Annotated[Literal["open", "closed", "all"], QueryParameter(name="state")]
Page = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)]


@get("/incidents", guards=[READERS])
async def list_incidents(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    which: State = "open",
    area: FromQuery[str | None] = None,
    limit: Page = 100,
    before: FromQuery[datetime | None] = None,
) -> IncidentPage:
    """Incidents of the areas one may see, newest first, page by page."""
    within = areas_asked(areas, request.user, area)
    async with pool.connection() as connection:
        return await read_page(connection, PageQuery(which, within, limit, before))


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


@post("/incidents/{incident_id:uuid}/requests", guards=[COMMANDERS])
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
    return Decision(to, data.version, Grounds(data.reason, into))


async def detail(connection: Connection, case: Case, account: Account) -> Incident:
    """The case with its file and what this account may do with it."""
    summary = await read_summary(connection, case.incident_id)
    handled_it = await store.account_handled(connection, case, account.account_id)
    pack = await pack_of(connection, case)
    moves = allowed_moves(case.status, Mover(account.role, handled_it), flow_of(pack))
    values = {name: getattr(summary, name) for name in summary.__struct_fields__}
    return Incident(
        **values,
        description=case.description,
        pack_version=case.pack_version,
        events=await read_events(connection, case.incident_id),
        allowed=[to.value for to in moves],
        requests=await read_requests(connection, case.incident_id),
        askable=askable(case, pack),
        similar=await read_similar(connection, case, pack, account),
    )


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
        export,
        hotline,
    ],
    tags=["incidents"],
)
