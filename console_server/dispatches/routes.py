# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""Who should go, sending them, and moving a dispatch: the one click and what follows it.

Owns HTTP and who may do what; the work is done by the commands.
"""

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from console_server.access.account import Account, AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Connection, Pool
from console_server.dispatches import store
from console_server.dispatches.candidates import recommend
from console_server.dispatches.commands import Step, advance_dispatch, send_worker
from console_server.dispatches.dispatch import Ignored, Status
from console_server.dispatches.groups import GroupOrder, send_group
from console_server.errors import Conflict, Invalid, NotFound
from console_server.incidents.actor import Act, acting_account
from console_server.incidents.case import Case
from console_server.incidents.flow import pack_of
from console_server.incidents.routes import detail
from console_server.incidents.summaries import read_summary
from console_server.incidents.visible import visible_case
from console_server.live.hub import Hub
from console_server.parts import Clock
from console_server.wire.cases import (
    Dispatch,
    Incident,
    NewDispatch,
    NewGroupOrder,
    Recommendation,
    Transition,
)

COMMANDERS = requires("dispatcher", "duty_leader")
FORWARDED = frozenset(Status) - {Status.ORDERED, Status.LAPSED}  # what a person may say it became


@get("/incidents/{incident_id:uuid}/recommendations", guards=[COMMANDERS])
async def list_candidates(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    hub: NamedDependency[Hub],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
) -> Recommendation:
    """Everybody who could go, the best first, each with the reasons."""
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id)
        return await _recommended(connection, case, hub, request.user, clock)


@post("/incidents/{incident_id:uuid}/dispatches", guards=[COMMANDERS])
async def send_one(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    hub: NamedDependency[Hub],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: JSONBody[NewDispatch | None] = None,
) -> Dispatch:
    """Send a worker; without a worker in the body the first recommended one goes."""
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id, lock=True)
        worker_id = data.worker_id if data else None
        if worker_id is None:
            found = await _recommended(connection, case, hub, request.user, clock)
            worker_id = _first(found)
        else:
            await _expect_visible(connection, areas, request.user, worker_id)
        within_s = (await pack_of(connection, case)).dispatch.acknowledge_within_s
        row = await send_worker(connection, case, worker_id, _act(request, clock), within_s)
        return await _wire(connection, row.incident_id, row.dispatch_id)


@post("/incidents/{incident_id:uuid}/group", guards=[COMMANDERS], status_code=200)
async def give_to_group(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: JSONBody[NewGroupOrder],
) -> Incident:
    """Give the case to a functional group; without one in the body to the group of its class."""
    async with pool.connection() as connection:
        await visible_case(connection, areas, request.user, incident_id)
        order = GroupOrder(data.version, data.group_code, data.fallback)
        case = await send_group(connection, incident_id, order, _act(request, clock))
        return await detail(connection, case, request.user)


@post("/dispatches/{dispatch_id:uuid}/transitions", guards=[COMMANDERS], status_code=200)
async def move_dispatch(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    dispatch_id: FromPath[UUID],
    data: JSONBody[Transition],
) -> Dispatch:
    """Withdraw an order (`cancelled`), or note a step that the worker told by other means."""
    to = _status(data.to)
    async with pool.connection() as connection:
        found = await store.find_dispatch(connection, dispatch_id)
        if found is None:
            raise NotFound("dispatch", str(dispatch_id))
        await visible_case(connection, areas, request.user, found.incident_id)
        act = _act(request, clock)
        step = Step(to, act, act.at, data.reason)
        ruling = await advance_dispatch(connection, dispatch_id, step, data.version)
        if isinstance(ruling, Ignored):
            raise Conflict(f"The dispatch cannot become {to}: {ruling.outcome}.")
        return await _wire(connection, found.incident_id, dispatch_id)


def _act(request: AccountRequest, clock: Clock) -> Act:
    return Act(acting_account(request.user), clock())


async def _recommended(
    connection: Connection, case: Case, hub: Hub, account: Account, clock: Clock
) -> Recommendation:
    seen = hub.interest(account.area_id)
    return await recommend(connection, case, hub.fleet, seen, clock().timestamp())


def _first(found: Recommendation) -> int:
    if not found.candidates:
        raise Conflict(f"Nobody can be sent: {found.none.code if found.none else 'nobody'}.")
    return found.candidates[0].worker_id


def _status(to: str) -> Status:
    if to not in FORWARDED:
        raise Invalid("Not a move of a dispatch.", [f"to: {to}"])
    return Status(to)


async def _expect_visible(
    connection: Connection, areas: AreaTree, account: Account, worker_id: int
) -> None:
    addressee = await store.find_addressee(connection, worker_id)
    places = [] if addressee is None else [addressee.area_id, *addressee.grid_ids]
    if not any(areas.may_see(account, place) for place in places):
        raise NotFound("worker", worker_id)


async def _wire(connection: Connection, incident_id: UUID, dispatch_id: UUID) -> Dispatch:
    summary = await read_summary(connection, incident_id)
    return next(each for each in summary.dispatches if each.dispatch_id == str(dispatch_id))


router = Router(
    path="/",
    route_handlers=[list_candidates, send_one, give_to_group, move_dispatch],
    tags=["dispatches"],
)
