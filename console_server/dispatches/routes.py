# ruff: noqa: PLR0913, PLR0917 - a handler is given its parts by name
"""Sending people, and moving a dispatch: the one click and what follows it.

Owns HTTP and who may do what; the work is done by the commands. Who should go is
`recommend_routes.py`.
"""

from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from console_server.access.account import Account, AccountRequest
from console_server.access.guards import requires
from console_server.areas.tree import AreaTree
from console_server.database import Connection, Pool
from console_server.dispatches import store
from console_server.dispatches.by_person import take_step
from console_server.dispatches.candidates import recommend as recommended
from console_server.dispatches.commands import Step, send_worker
from console_server.dispatches.dispatch import Status
from console_server.dispatches.groups import GroupOrder, OrderStep, send_group, step_group
from console_server.dispatches.reassign import reassign
from console_server.dispatches.recommend_routes import COMMANDERS, among, list_candidates
from console_server.errors import Forbidden, Invalid, NotFound
from console_server.incidents.actor import Act, acting_account
from console_server.incidents.conflicts import NobodyToSend
from console_server.incidents.detail import detail
from console_server.incidents.flow import pack_of
from console_server.incidents.group_orders import find_order
from console_server.incidents.summaries import read_dispatches
from console_server.incidents.visible import visible_case
from console_server.live.hub import Hub
from console_server.parts import Clock
from console_server.streets.current import CurrentStreets
from console_server.wire.cases import (
    Dispatch,
    GroupStep,
    Incident,
    NewGroupOrder,
    Transition,
)
from console_server.wire.recommendations import NewDispatch, Reassignment, Recommendation

STEPPERS = requires("dispatcher", "duty_leader", "department")
FORWARDED = frozenset(Status) - {Status.ORDERED, Status.LAPSED}  # what a person may say it became


@post("/incidents/{incident_id:uuid}/dispatches", guards=[COMMANDERS])
async def send_one(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    hub: NamedDependency[Hub],
    streets: NamedDependency[CurrentStreets],
    clock: NamedDependency[Clock],
    incident_id: FromPath[UUID],
    data: JSONBody[NewDispatch | None] = None,
) -> Dispatch:
    """Send a worker; without a worker in the body the first recommended one goes."""
    async with pool.connection() as connection:
        case = await visible_case(connection, areas, request.user, incident_id, lock=True)
        worker_id = data.worker_id if data else None
        if worker_id is None:
            found = await recommended(
                connection, case, among(hub, streets(), request.user), clock()
            )
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
        order = GroupOrder(data.version, data.group_code, data.fallback, tuple(data.joint))
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
        await take_step(connection, dispatch_id, step, data.version)
        return await _wire(connection, found.incident_id, dispatch_id)


@post("/dispatches/{dispatch_id:uuid}/reassignment", guards=[COMMANDERS], status_code=200)
async def reassign_one(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    hub: NamedDependency[Hub],
    streets: NamedDependency[CurrentStreets],
    clock: NamedDependency[Clock],
    dispatch_id: FromPath[UUID],
    data: JSONBody[Reassignment],
) -> Dispatch:
    """Send another worker in place of this one, in one step."""
    async with pool.connection() as connection:
        found = await store.find_dispatch(connection, dispatch_id)
        if found is None:
            raise NotFound("dispatch", str(dispatch_id))
        account = request.user
        case = await visible_case(connection, areas, account, found.incident_id, lock=True)
        worker_id = data.worker_id
        if worker_id is None:
            worker_id = _first(
                await recommended(connection, case, among(hub, streets(), account), clock())
            )
        else:
            await _expect_visible(connection, areas, account, worker_id)
        row = await reassign(
            connection,
            found,
            data.version,
            worker_id,
            _act(request, clock),
            reason=data.reason,
            acknowledge_within_s=(await pack_of(connection, case)).dispatch.acknowledge_within_s,
        )
        return await _wire(connection, row.incident_id, row.dispatch_id)


@post("/group-orders/{order_id:uuid}/steps", guards=[STEPPERS], status_code=200)
async def step_order(
    request: AccountRequest,
    pool: NamedDependency[Pool],
    areas: NamedDependency[AreaTree],
    clock: NamedDependency[Clock],
    order_id: FromPath[UUID],
    data: JSONBody[GroupStep],
) -> Incident:
    """A group accepts an order or is done with it; the centre may also withdraw one."""
    account = request.user
    async with pool.connection() as connection:
        found = await find_order(connection, order_id)
        if found is None:
            raise NotFound("group order", str(order_id))
        await visible_case(connection, areas, account, found.incident_id)
        if account.role == "department" and data.to == "withdrawn":
            raise Forbidden("Only the centre withdraws an order from a group.")
        group = account.group_code or "" if account.role == "department" else None
        step = OrderStep(data.to, data.version, data.result)
        case = await step_group(connection, order_id, step, _act(request, clock), group)
        return await detail(connection, case, account)


def _act(request: AccountRequest, clock: Clock) -> Act:
    return Act(acting_account(request.user), clock())


def _first(found: Recommendation) -> int:
    if not found.candidates:
        raise NobodyToSend(f"Nobody can be sent: {found.none.code if found.none else 'nobody'}.")
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
    found = await read_dispatches(connection, incident_id)
    return next(each for each in found if each.dispatch_id == str(dispatch_id))


router = Router(
    path="/",
    route_handlers=[
        list_candidates,
        send_one,
        give_to_group,
        move_dispatch,
        reassign_one,
        step_order,
    ],
    tags=["dispatches"],
)
